"""`agent.listen` and `agent.speak`: transcription of the user, voice of the agent (S10)."""

from __future__ import annotations

from ..audio import PCM_24K
from ..config import ClientDialect, Config
from ..deepgram.settings import Agent, ListenProvider, Speak, SpeakProvider
from ..notices import notice
from ..openai import objects as upstream
from ..outputs import Notice
from ..wire.omitted import OMITTED, Omissible
from . import formats
from .left_out import note_left_out
from .plan import Plan

__all__ = [
    "UPSTREAM_VOICES",
    "clamp_speed",
    "heard",
    "is_heard",
    "iso_639",
    "joined_terms",
    "named_voice",
    "note_listen",
    "output",
    "spoken",
    "transcription",
]

UPSTREAM_VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
"""The server's own voices (protocols, *Session*)."""

SPEED_RANGE = (0.25, 1.5)

_LISTEN_LEFT_OUT = (
    "model", "language_hints", "language_hint", "smart_format",
    "eot_threshold", "eager_eot_threshold", "eot_timeout_ms",
)  # fmt: skip
_SPEAK_LEFT_OUT = ("language", "language_code", "volume", "expressivity", "engine", "credentials")


def heard(agent: Agent, notes: list[Notice]) -> tuple[str, str]:
    """The language and the key terms of `agent.listen`, each empty if there is none that upstream takes."""
    provider = agent.listen.provider if agent.listen else None
    path, language = "agent.language", agent.language
    if provider and provider.language:
        path, language = "agent.listen.provider.language", provider.language
    if provider:
        note_listen(provider, "agent.listen.provider", notes)
    code = iso_639(language) if language else ""
    if language and not code:
        notes.append(notice("SETTING_LEFT_OUT", path=path))
    return code, joined_terms(provider.keyterms if provider else OMITTED)


def note_listen(provider: ListenProvider, path: str, notes: list[Notice]) -> None:
    """Name what upstream's transcription has no counterpart for."""
    note_left_out(provider, _LISTEN_LEFT_OUT, f"{path}.", notes)


def joined_terms(keyterms: Omissible[tuple[str, ...]]) -> str:
    """Key terms as the prompt of a transcription."""
    return ", ".join(keyterms or ())


def transcription(model: str, language: str, keyterms: str) -> upstream.Transcription:
    """`audio.input.transcription`; its model is always sent."""
    return upstream.Transcription(model, language=language or OMITTED, prompt=keyterms or OMITTED)


def is_heard(session: upstream.Session) -> bool:
    """Whether upstream transcribes the user; a server that does not say so does (O4)."""
    heard = session.audio.input if session.audio else OMITTED
    return not heard or heard.transcription is not None


def iso_639(language: str) -> str:
    """The two letters that upstream takes of a tag such as `en-US`; `multi` has none."""
    primary = language.split("-")[0].lower()
    return primary if len(primary) == 2 and primary.isascii() and primary.isalpha() else ""


def output(plan: Plan, config: Config) -> Omissible[upstream.AudioOutput]:
    """`audio.output`. The component's dialect sends nothing that nobody asked for."""
    audio = plan.output.upstream
    asked_by_default = config.dialect is ClientDialect.DEEPGRAM
    wanted = formats.to_upstream(audio) if asked_by_default or audio != PCM_24K else OMITTED
    if wanted is OMITTED and not plan.voice and plan.speed is None:
        return OMITTED
    speed = OMITTED if plan.speed is None else plan.speed
    return upstream.AudioOutput(wanted, plan.voice or OMITTED, speed)


def spoken(
    speak: Speak | None, config: Config, notes: list[Notice]
) -> tuple[Omissible[str], Omissible[float]]:
    """The voice and the speed of `agent.speak`."""
    if speak and speak.endpoint:
        notes.append(notice("SETTING_LEFT_OUT", path="agent.speak.endpoint"))
    by_default = config.dialect is ClientDialect.DEEPGRAM
    voice = _voice(speak.provider if speak else None, config, by_default, notes)
    speed = clamp_speed(speak.provider.speed, "agent.speak.provider.speed", notes) if speak else OMITTED
    return voice, speed


def _voice(
    provider: SpeakProvider | None, config: Config, by_default: bool, notes: list[Notice]
) -> Omissible[str]:
    default = config.voices.default if by_default and config.voices.default else OMITTED
    if provider is None:
        return default
    note_left_out(provider, _SPEAK_LEFT_OUT, "agent.speak.provider.", notes)
    path, asked = _voice_name(provider)
    if provider.type == "open_ai" and asked in UPSTREAM_VOICES:
        return asked
    if asked in config.voices.names:
        return config.voices.names[asked]
    if default:
        notes.append(notice("VOICE_APPROXIMATED", path=path, asked=asked or "none", sent=default))
    elif asked:
        notes.append(notice("SETTING_LEFT_OUT", path=path))
    return default


def named_voice(provider: SpeakProvider) -> str:
    """The voice that a provider names, empty if it names none."""
    return _voice_name(provider)[1]


def _voice_name(provider: SpeakProvider) -> tuple[str, str]:
    """Where a provider names its voice, and the name; Deepgram's voices are models."""
    if isinstance(provider.voice, str):
        return "agent.speak.provider.voice", provider.voice
    if provider.model:
        return "agent.speak.provider.model", provider.model
    return "agent.speak.provider.model_id", provider.model_id or ""


def clamp_speed(asked: object, path: str, notes: list[Notice]) -> Omissible[float]:
    """A speed from 0.25 to 1.5, noticed when it had to be moved there (protocols, rule 16)."""
    if not isinstance(asked, (int, float)):
        return OMITTED
    low, high = SPEED_RANGE
    sent = min(max(asked, low), high)
    if sent != asked:
        notes.append(notice("SETTING_CLAMPED", path=path, asked=asked, sent=sent))
    return sent
