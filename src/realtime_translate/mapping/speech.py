"""`agent.listen` and `agent.speak`: transcription of the user, voice of the agent (S10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from ..config import ClientDialect, Config
from ..deepgram.settings import Agent, Audio, ListenProvider, Speak, SpeakProvider
from ..notices import notice
from ..openai import objects as upstream
from ..openai.dialects import OPENAI_GA
from ..openai.models import takes_lists, takes_terms
from ..outputs import Notice
from ..wire.omitted import OMITTED, Omissible
from . import formats
from .left_out import note_left_out
from .plan import Plan

__all__ = [
    "Heard",
    "clamp_speed",
    "expected",
    "heard",
    "hinted",
    "is_heard",
    "iso_639",
    "model_of",
    "named_voice",
    "note_listen",
    "output",
    "says_format",
    "spoken",
    "transcription",
    "transcription_change",
]

SPEED_RANGE = (0.25, 1.5)

_LISTEN_LEFT_OUT = (
    "model", "smart_format", "eot_threshold", "eager_eot_threshold", "eot_timeout_ms",
)  # fmt: skip
_SPEAK_LEFT_OUT = ("language", "language_code", "volume", "expressivity", "engine", "credentials")


@frozen
class Heard:
    """What helps upstream to hear the user: fields of the plan."""

    language: str = ""
    language_hints: tuple[str, ...] = ()
    keyterms: tuple[str, ...] = ()


def model_of(config: Config) -> str | None:
    """The transcription model: the server's usual one, unless the host has chosen another."""
    asked = config.transcription_model
    return config.upstream.transcription.model if asked == OPENAI_GA.transcription.model else asked


def _listed(by_row: bool | None, config: Config) -> bool:
    return takes_lists(model_of(config) or "") if by_row is None else by_row


def heard(agent: Agent, config: Config, notes: list[Notice]) -> Heard:
    """What `agent.listen` says that the transcription model takes."""
    provider = agent.listen.provider if agent.listen else None
    path, language = "agent.language", agent.language
    if provider and provider.language:
        path, language = "agent.listen.provider.language", provider.language
    if provider:
        note_listen(provider, "agent.listen.provider", notes)
    code = iso_639(language) if language else ""
    if language and not code:
        notes.append(notice("SETTING_LEFT_OUT", path=path))
    if provider is None:
        return Heard(code)
    return Heard(
        code,
        hinted(provider, config, "agent.listen.provider", notes),
        expected(provider, config, "agent.listen.provider", notes),
    )


def note_listen(provider: ListenProvider, path: str, notes: list[Notice]) -> None:
    """Name what upstream's transcription has no counterpart for."""
    note_left_out(provider, _LISTEN_LEFT_OUT, f"{path}.", notes)


def hinted(provider: ListenProvider, config: Config, path: str, notes: list[Notice]) -> tuple[str, ...]:
    """The languages of `language_hints`, for a model that takes more than one."""
    one = provider.language_hint
    hints = (*(provider.language_hints or ()), *((one,) if isinstance(one, str) else one or ()))
    codes = (
        [iso_639(each) for each in hints]
        if _listed(config.upstream.transcription.languages_listed, config)
        else []
    )
    if not codes or not all(codes):
        note_left_out(provider, ("language_hints", "language_hint"), f"{path}.", notes)
    return tuple(dict.fromkeys(each for each in codes if each))


def expected(provider: ListenProvider, config: Config, path: str, notes: list[Notice]) -> tuple[str, ...]:
    """The key terms, for a model that can be told of them."""
    terms = tuple(each for each in provider.keyterms or () if each)
    if not terms or takes_terms(model_of(config) or ""):
        return terms
    notes.append(notice("SETTING_LEFT_OUT", path=f"{path}.keyterms"))
    return ()


def transcription(config: Config, plan: Plan) -> upstream.Transcription:
    """`audio.input.transcription` in the spelling of its model; without a model upstream's own is used."""
    row, model = config.upstream.transcription, model_of(config)
    if not row.sent:
        return upstream.Transcription()
    sent = upstream.Transcription(OMITTED if model is None else model)
    if _listed(row.languages_listed, config):
        languages = dict.fromkeys(each for each in (plan.language, *plan.language_hints) if each)
        sent = evolve(sent, languages=list(languages) or OMITTED)
    else:
        sent = evolve(sent, language=plan.language or OMITTED)
    if _listed(row.terms_listed, config):
        return evolve(sent, keywords=list(plan.keyterms) or OMITTED)
    return evolve(sent, prompt=", ".join(plan.keyterms) or OMITTED)


def transcription_change(config: Config, before: Plan, after: Plan) -> Omissible[upstream.Transcription]:
    """What to send of it when the plan changes. What is left out would stay, so it is emptied (T2)."""
    old, new = transcription(config, before), transcription(config, after)
    if new == old:
        return OMITTED
    gone = {name: empty for name, empty in _EMPTY.items() if getattr(old, name) and not getattr(new, name)}
    return evolve(new, **gone)


_EMPTY: Mapping[str, Any] = {"prompt": "", "languages": [], "keywords": []}


def is_heard(session: upstream.Session) -> bool:
    """Whether upstream transcribes the user; a server that does not say so does (O4)."""
    heard = session.audio.input if session.audio else OMITTED
    return not heard or heard.transcription is not None


def iso_639(language: str) -> str:
    """The two letters that upstream takes of a tag such as `en-US`; `multi` has none."""
    primary = language.split("-")[0].lower()
    return primary if len(primary) == 2 and primary.isascii() and primary.isalpha() else ""


def says_format(audio: Audio, config: Config) -> bool:
    """Whether the format of the agent's audio is sent: always where it was declared, because a server may
    have another one by default. The component's dialect sends nothing that nobody asked for.
    """
    return bool(audio and audio.output) or config.dialect is ClientDialect.DEEPGRAM


def output(plan: Plan, *, said: bool) -> Omissible[upstream.AudioOutput]:
    """`audio.output`, with its format if that is `said`."""
    sent = upstream.AudioOutput(
        formats.to_upstream(plan.output.upstream) if said else OMITTED,
        plan.voice or OMITTED,
        OMITTED if plan.speed is None else plan.speed,
    )
    return OMITTED if sent == upstream.AudioOutput() else sent


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
    default = (_usual(config) if by_default else None) or OMITTED
    if provider is None:
        return default
    note_left_out(provider, _SPEAK_LEFT_OUT, "agent.speak.provider.", notes)
    path, asked = _voice_name(provider)
    if provider.type == "open_ai" and asked in config.upstream.voices:
        return asked
    if asked in config.voices.names:
        return config.voices.names[asked]
    if config.upstream.voice_object(asked) is not None:
        return asked
    if default:
        notes.append(notice("VOICE_APPROXIMATED", path=path, asked=asked or "none", sent=default))
    elif asked:
        notes.append(notice("SETTING_LEFT_OUT", path=path))
    return default


def _usual(config: Config) -> str | None:
    """The server's usual voice, unless the host has chosen another."""
    return config.upstream.voice if config.voices.default == OPENAI_GA.voice else config.voices.default


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
