"""The header of container `wav` (O1)."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import wave

import pytest

from realtime_translate.audio import ALAW_8K, MULAW_8K, AudioFormat, streaming_header
from tests.unit.audio.streams import LINEAR, noise

G711 = [MULAW_8K, ALAW_8K]


def chunks(header: bytes) -> dict[bytes, bytes]:
    """The chunks before the audio, by name."""
    assert header[:4] + header[8:12] == b"RIFFWAVE"
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 < len(header):
        name, size = struct.unpack_from("<4sI", header, at)
        found[name] = header[at + 8 : at + 8 + size]
        at += 8 + size
    assert header[at:] == b"data\xff\xff\xff\xff"
    return found


@pytest.mark.parametrize("audio", LINEAR, ids=str)
def test_linear16(audio: AudioFormat) -> None:
    header = streaming_header(audio)
    assert len(header) == 44
    assert chunks(header) == {b"fmt ": struct.pack("<HHIIHH", 1, 1, audio.rate, 2 * audio.rate, 2, 16)}


@pytest.mark.parametrize(("audio", "tag"), [(MULAW_8K, 7), (ALAW_8K, 6)], ids=str)
def test_g711_has_an_extension_size_and_a_fact_chunk(audio: AudioFormat, tag: int) -> None:
    header = streaming_header(audio)
    assert len(header) == 58
    assert chunks(header) == {
        b"fmt ": struct.pack("<HHIIHHH", tag, 1, 8000, 8000, 1, 8, 0),
        b"fact": b"\xff\xff\xff\xff",
    }


@pytest.mark.parametrize("audio", LINEAR, ids=str)
def test_the_standard_library_reads_it_to_the_end_of_the_stream(audio: AudioFormat) -> None:
    data = noise(audio, 100)
    with wave.open(io.BytesIO(streaming_header(audio) + data)) as stream:
        assert (stream.getnchannels(), stream.getsampwidth(), stream.getframerate()) == (1, 2, audio.rate)
        assert stream.readframes(10**6) == data


@pytest.mark.parametrize("audio", [*LINEAR, *G711], ids=str)
def test_sox_reads_it_from_a_pipe(audio: AudioFormat) -> None:
    sox = shutil.which("sox")
    if sox is None:
        pytest.skip("sox is not installed: it is a package of most systems")
    data = noise(audio, 100)
    played = subprocess.run(
        [sox, "-t", "wav", "-", "-t", "raw", "-"],
        input=streaming_header(audio) + data,
        capture_output=True,
        check=True,
    )
    # mu-law has two zeros; sox writes the negative one as the positive one.
    assert played.stdout == (data.replace(b"\x7f", b"\xff") if audio == MULAW_8K else data)
