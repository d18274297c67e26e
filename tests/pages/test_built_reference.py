"""The reference as Sphinx builds it: one page with an entry of each kind, as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages.test_pages import DOCS

application = pytest.importorskip("sphinx.application", reason="the extra docs is not installed")

PAGE = """# Page

```{eval-rst}
.. module:: realtime_translate.deepgram
.. autoclass:: UpdateSpeak
.. autoclass:: Speak
.. autofunction:: encode
.. autodata:: BINARY
.. currentmodule:: realtime_translate.audio
.. autoclass:: AudioFormat
   :members: encoding, bytes_of, sample_bytes
.. autoclass:: Conversion
```
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The words of the page, with one space between them."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("out")
    Path(source, "index.md").write_text(PAGE, encoding="utf-8")
    application.Sphinx(
        srcdir=source,
        confdir=DOCS,
        outdir=out,
        doctreedir=out / "doctrees",
        buildername="text",
        status=None,
        warning=None,
        freshenv=True,
    ).build()
    return " ".join(Path(out, "index.txt").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "text",
    [
        'class UpdateSpeak(speak) Replaces the speak settings. Answer: "SpeakUpdated".',
        '*On the wire:* "UpdateSpeak". *At most:* 64 "speak". Fields: **speak** (',
        "**required*) -- The voice, or several, in the order in which they are tried.",
        "encode(message: ClientMessage | ServerMessage) -> str | bytes",
        "BINARY = '(binary)' The name of a binary frame in the registries",
        "bytes_of(milliseconds: int) -> int",
        "property sample_bytes: int",
        "class Conversion(source: AudioFormat, target: AudioFormat, *, carry: bytes = b'')",
        "Raises: **MissingResampler** -- the rates differ",
    ],
)
def test_an_entry_can_be_read(built: str, text: str) -> None:
    assert text in built


def test_a_field_has_no_entry_of_its_own(built: str) -> None:
    assert "encoding: str" not in built
