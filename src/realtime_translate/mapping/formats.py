"""Declared audio formats, to what both legs then carry (A2, O1)."""

from __future__ import annotations

from typing import cast

from attrs import evolve

from ..audio import ALAW_8K, EXTRA, MULAW_8K, PCM_24K, AudioFormat, available, needs_resampler
from ..deepgram.component import ComponentAudioInput
from ..deepgram.settings import Audio, AudioInput, AudioOutput
from ..openai import objects as upstream
from ..openai.dialects import GA_SOUNDS, OPENAI_GA, Sounds, UpstreamDialect
from ..wire.omitted import OMITTED, Nullable
from .plan import AudioPath, Plan
from .refusal import Refusal

__all__ = [
    "check",
    "effective",
    "from_upstream",
    "input_path",
    "is_wav",
    "output_path",
    "to_upstream",
    "unasked",
    "undeclared_input",
]

RATES = range(8000, 48001)
"""Samples a second of what can be converted."""
_SERVER_RATES = (8000, 16000, 24000, 32000, 48000)
"""What servers carry PCM at; OpenAI's own knows 24000 only (protocols, *Session*)."""
_PCM = "linear16"
_WITHOUT_EXTRA = f"{PCM_24K}, {MULAW_8K} and {ALAW_8K}"
_INPUTS = "linear16, mulaw and alaw at 8000 to 48000"
_OUTPUTS = "linear16 at 8000 to 48000, mulaw at 8000 and alaw at 8000"
_CONTAINERS = (OMITTED, "", "none", "wav")
_DEFAULT_RATE = {"linear16": 24000, "mulaw": 8000, "alaw": 8000}
_UPSTREAM_TYPE = {"linear16": "audio/pcm", "mulaw": "audio/pcmu", "alaw": "audio/pcma"}
_BY_UPSTREAM_TYPE = {
    "audio/pcm": PCM_24K,
    "audio/pcmu": MULAW_8K,
    "audio/pcma": ALAW_8K,
    "pcm16": PCM_24K,  # the beta's
    "g711_ulaw": MULAW_8K,
    "g711_alaw": ALAW_8K,
}


def undeclared_input(*, component: bool) -> AudioPath:
    """The user's audio as long as no Settings say what it is (S5, S10)."""
    return AudioPath(_declared(ComponentAudioInput())) if component else AudioPath()


def input_path(audio: Audio, sounds: Sounds = GA_SOUNDS) -> AudioPath:
    """The user's audio; a Deepgram client's is linear16 at 24000 unless Settings says otherwise (S10)."""
    if not audio.input:
        return _path("audio.input", PCM_24K, _nearest(PCM_24K, sounds))
    declared = _declared(audio.input)
    _check_encoding("audio.input", declared.encoding, _INPUTS)
    if declared.rate not in RATES:
        raise Refusal("audio.input.sample_rate", f"{declared} cannot be translated; supported are {_INPUTS}")
    return _path("audio.input", declared, _nearest(declared, sounds))


def output_path(audio: Audio, sounds: Sounds = GA_SOUNDS, *, said: bool = True) -> AudioPath:
    """The agent's audio; linear16 at 24000 unless Settings says otherwise (protocols, *Settings*). `said`:
    whether the server is told of it.
    """
    asked = audio.output or AudioOutput()
    encoding = "linear16" if asked.encoding is OMITTED else asked.encoding
    _check_encoding("audio.output", encoding, _OUTPUTS)
    rate = _DEFAULT_RATE[encoding] if asked.sample_rate is OMITTED else asked.sample_rate
    declared = AudioFormat(encoding, rate)
    if rate not in RATES or (encoding != "linear16" and rate != _DEFAULT_RATE[encoding]):
        raise Refusal("audio.output.sample_rate", f"{declared} cannot be produced; supported are {_OUTPUTS}")
    return _path(
        "audio.output", declared, _nearest(declared, sounds) if said else AudioFormat(_PCM, sounds.unsaid)
    )


def is_wav(audio: Audio) -> bool:
    """Whether the agent's audio gets a header (O1)."""
    container = audio.output.container if audio.output else OMITTED
    if container not in _CONTAINERS:
        reason = f"{container} cannot be produced; supported are none and wav"
        raise Refusal("audio.output.container", reason)
    return container == "wav"


def effective(plan: Plan, session: upstream.Session, server: UpstreamDialect = OPENAI_GA) -> Plan:
    """The plan by what the session carries: not every server gives the format that was asked for (O1).

    Raises `Refusal` where that has to be converted and cannot be.
    """
    audio = session.audio or upstream.SessionAudio()
    said_in = audio.input.format if audio.input else OMITTED
    said_out = audio.output.format if audio.output else OMITTED
    heard = _said(said_in, server.input) or plan.input.upstream
    spoken = _said(said_out, server.output) or plan.output.upstream
    return evolve(
        plan,
        input=_path("audio.input", plan.input.client, heard),
        output=_path("audio.output", plan.output.client, spoken),
    )


def unasked(plan: Plan, server: UpstreamDialect) -> Plan:
    """The plan where the server was asked for no formats: it carries its own (D3)."""
    heard, spoken = AudioFormat(_PCM, server.input.unsaid), AudioFormat(_PCM, server.output.unsaid)
    return evolve(
        plan, input=AudioPath(plan.input.client, heard), output=AudioPath(plan.output.client, spoken)
    )


def check(*formats: AudioFormat) -> None:
    """Raise `ValueError` for a format that no call can have: a snapshot may hold anything."""
    for each in formats:
        if each.encoding not in _UPSTREAM_TYPE or each.rate not in RATES:
            raise ValueError(f"no call has {each}")


def to_upstream(audio: AudioFormat) -> upstream.AudioFormat:
    """The same format as GA names it. Only PCM carries a rate (protocols, *Session*)."""
    kind = _UPSTREAM_TYPE[audio.encoding]
    return upstream.AudioFormat(kind, audio.rate) if audio.encoding == _PCM else upstream.AudioFormat(kind)


def from_upstream(kind: object, rate: object = None) -> AudioFormat | None:
    """The format that upstream calls `kind`, or None. PCM has 24000 samples a second where `rate` does not
    say otherwise.
    """
    known = _BY_UPSTREAM_TYPE.get(kind) if isinstance(kind, str) else None
    if known != PCM_24K or rate not in _SERVER_RATES:
        return known
    return AudioFormat(_PCM, int(cast("float", rate)))


def _declared(audio: AudioInput) -> AudioFormat:
    return AudioFormat(audio.encoding, audio.sample_rate)


def _said(said: Nullable[upstream.AudioFormat], sounds: Sounds) -> AudioFormat | None:
    if not said:
        return None
    named = [each for each in sounds.carried if each.name == said.type and not each.says_rate]
    if named:  # by a name that says it all, whatever others mean by it
        return AudioFormat(named[0].encoding, named[0].rate)
    return from_upstream(said.type, said.rate)


def _nearest(declared: AudioFormat, sounds: Sounds) -> AudioFormat:
    """What the server carries of it: itself if that can be, else PCM, which loses least, at the lowest rate
    that loses nothing (A2).
    """
    carried = [AudioFormat(each.encoding, each.rate) for each in sounds.carried]
    if declared in carried:
        return declared
    rates = [each.rate for each in carried if each.encoding == _PCM]
    enough = [rate for rate in rates if rate >= declared.rate]
    return AudioFormat(_PCM, min(enough) if enough else max(rates))


def _check_encoding(path: str, encoding: str, works: str) -> None:
    if encoding not in _UPSTREAM_TYPE:
        raise Refusal(f"{path}.encoding", f"{encoding} cannot be translated; supported are {works}")


def _path(path: str, client: AudioFormat, carried: AudioFormat) -> AudioPath:
    if needs_resampler(client, carried) and not available():
        reason = f"{client} needs the extra {EXTRA} on this server; without it {_WITHOUT_EXTRA} work"
        raise Refusal(f"{path}.sample_rate", reason)
    return AudioPath(client, carried)
