"""The format pairs that are documented and measured: one row each of `docs/reference/audio-formats.md`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from realtime_translate import deepgram, openai
from realtime_translate.audio import AudioFormat, delay_ms
from realtime_translate.mapping import formats
from realtime_translate.mapping.plan import AudioPath, Plan

__all__ = ["Pair", "pairs"]

LINEAR = [AudioFormat("linear16", rate) for rate in (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)]
G711 = [AudioFormat(law, 8000) for law in ("mulaw", "alaw")]
G711_16K = [AudioFormat(law, 16000) for law in ("mulaw", "alaw")]


@frozen
class Pair:
    """One direction of a call: `path` says what the client declared and what upstream carries."""

    direction: str
    path: AudioPath

    @property
    def source(self) -> AudioFormat:
        """Where the audio comes from."""
        return self.path.client if self.direction == "input" else self.path.upstream

    @property
    def target(self) -> AudioFormat:
        """Where it goes."""
        return self.path.upstream if self.direction == "input" else self.path.client

    @property
    def done(self) -> str:
        """What the translator does with the samples."""
        source, target = self.source, self.target
        steps = [
            ("decoded", source.encoding not in ("linear16", target.encoding)),
            ("resampled", source.rate != target.rate),
            ("encoded", target.encoding not in ("linear16", source.encoding)),
        ]
        return ", ".join(name for name, needed in steps if needed) or "passed through"

    @property
    def latency_ms(self) -> float:
        """How far the audio that comes out stays behind, in milliseconds, in the default quality."""
        return delay_ms(self.source, self.target)


def pairs() -> Iterator[Pair]:
    """Every row, as the mapping of Settings and of the session has it."""
    for audio in (*LINEAR, *G711, *G711_16K):
        yield Pair("input", formats.input_path(deepgram.Audio(input=_declared_in(audio))))
    for audio in G711:
        yield Pair("input", _with_pcm(AudioPath(audio, audio)))
    for audio in (*LINEAR, *G711):
        yield Pair("output", formats.output_path(deepgram.Audio(output=_declared_out(audio))))
    for audio in G711:
        yield Pair("output", _with_pcm(AudioPath(audio, audio)))


def _declared_in(audio: AudioFormat) -> deepgram.AudioInput:
    return deepgram.AudioInput(encoding=audio.encoding, sample_rate=audio.rate)


def _declared_out(audio: AudioFormat) -> deepgram.AudioOutput:
    return deepgram.AudioOutput(encoding=audio.encoding, sample_rate=audio.rate)


def _with_pcm(path: AudioPath) -> AudioPath:
    """Where the server carries PCM although something else was asked for."""
    pcm = openai.AudioFormat("audio/pcm", 24000)
    said = openai.Session(audio=openai.SessionAudio(output=openai.AudioOutput(format=pcm)))
    return formats.effective(Plan(output=path), said).output
