"""What both wire protocols share:

JSON that is safe to decode, strict codecs, and the values for what is absent.
"""

from .base import Json, JsonObject, WireMessage, WireObject
from .codec import Codec, unknown_fields, unstructure
from .json import decode, dumps, holds_more
from .omitted import OMITTED, Nullable, Omissible, Omitted
from .outcomes import Malformed, Unknown

__all__ = [
    "OMITTED",
    "Codec",
    "Json",
    "JsonObject",
    "Malformed",
    "Nullable",
    "Omissible",
    "Omitted",
    "Unknown",
    "WireMessage",
    "WireObject",
    "decode",
    "dumps",
    "holds_more",
    "unknown_fields",
    "unstructure",
]
