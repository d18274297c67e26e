"""Starts speech-to-speech in the environment that was made for it, as its command would.

Two things that it fetches from the network when it starts come from elsewhere: the model of its voice
detector from the package silero-vad, which is the same model, and the sentences of a text from a regular
expression instead of the tables of nltk.
"""

import re
from importlib import import_module
from typing import Any


def _sentences(text: str, language: str = "english") -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text.strip()) if text.strip() else []


def _found(*_names: Any, **_options: Any) -> None:
    """As if nltk had the tables."""


def _silero(*_names: Any, **_options: Any) -> tuple[Any, tuple[()]]:
    return import_module("silero_vad").load_silero_vad(), ()


if __name__ == "__main__":
    nltk: Any = import_module("nltk")
    torch: Any = import_module("torch")
    nltk.data.find, nltk.sent_tokenize, torch.hub.load = _found, _sentences, _silero
    import_module("speech_to_speech.cli").main()
