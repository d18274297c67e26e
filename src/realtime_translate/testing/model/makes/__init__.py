"""Servers of other makes, row by row: what each takes, shows and does."""

from .exact import FORCED, GIVEN, exact_text
from .make import Make, Shape
from .of_servers import MAKES, make_of
from .sessions import begin_as, in_ga, placed, read, shown

__all__ = [
    "FORCED",
    "GIVEN",
    "MAKES",
    "Make",
    "Shape",
    "begin_as",
    "exact_text",
    "in_ga",
    "make_of",
    "placed",
    "read",
    "shown",
]
