"""The fields that only the component's dialect has (S10). An invalid value is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from attrs import evolve

from ..audio import PCM_24K, AudioFormat
from ..deepgram.component import ComponentAgent, ComponentThink
from ..deepgram.settings import Think
from ..notices import notice
from ..openai import objects as upstream
from ..openai.dialects import Sounds
from ..outputs import Notice
from ..wire.omitted import OMITTED, Omissible
from . import formats
from .names import sent_names
from .plan import AudioPath
from .speech import SPEED_RANGE

__all__ = ["apply_component"]

T = TypeVar("T")
_MAX_TOKENS = 4096


def apply_component(
    session: upstream.Session,
    audio: AudioPath,
    agent: ComponentAgent,
    think: Think | None,
    sounds: Sounds,
    notes: list[Notice],
) -> tuple[upstream.Session, AudioPath]:
    """The session with the dialect's fields on top, and the output formats that are then in effect.

    Who names upstream's format wants to hear it as it comes.
    """
    if isinstance(think, ComponentThink):
        session = evolve(
            session,
            tool_choice=_checked(
                think.tool_choice, _tool_choice_among(think), "agent.think.toolChoice", notes
            ),
            output_modalities=_checked(
                think.output_modalities, _modalities, "agent.think.outputModalities", notes
            ),
            max_output_tokens=_checked(
                think.max_output_tokens, _tokens, "agent.think.maxOutputTokens", notes
            ),
            prompt=_checked(think.managed_prompt, _prompt, "agent.think.managedPrompt", notes),
        )
    asked = _checked(agent.session_audio_output, _mapping, "agent.sessionAudioOutput", notes)
    if not asked or not session.audio:
        return session, audio
    output = _output(asked, session.audio.output or upstream.AudioOutput(), sounds, notes)
    if output == upstream.AudioOutput():  # no part of it was valid
        return session, audio
    format_asked = formats.from_upstream(output.format.type if output.format else None)
    session = evolve(session, audio=evolve(session.audio, output=output))
    if format_asked in (None, audio.upstream):
        return session, audio
    return session, AudioPath(format_asked, format_asked)


def _output(
    asked: Mapping[str, object], below: upstream.AudioOutput, sounds: Sounds, notes: list[Notice]
) -> upstream.AudioOutput:
    """Each valid part of `sessionAudioOutput` beats what `agent.speak` and `audio.output` gave."""
    path = "agent.sessionAudioOutput"
    wanted = _checked(asked.get("format", OMITTED), _format_among(sounds), f"{path}.format", notes)
    voice = _checked(asked.get("voice", OMITTED), _voice, f"{path}.voice", notes)
    speed = _checked(asked.get("speed", OMITTED), _speed, f"{path}.speed", notes)
    return upstream.AudioOutput(
        wanted if wanted is not OMITTED else below.format,
        voice if voice is not OMITTED else below.voice,
        speed if speed is not OMITTED else below.speed,
    )


class _InvalidError(ValueError):
    """Why a value cannot be sent."""


def _checked(value: object, check: Callable[[object], T], path: str, notes: list[Notice]) -> Omissible[T]:
    if value is OMITTED or value is None:
        return OMITTED
    try:
        return check(value)
    except _InvalidError as invalid:
        notes.append(notice("SETTING_INVALID", path=path, reason=str(invalid)))
        return OMITTED


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _InvalidError("it is an object")
    return cast("Mapping[str, object]", value)


def _tool_choice_among(think: Think) -> Callable[[object], object]:
    """Upstream refuses a choice of a function that is not there."""
    sent = sent_names(each.name for each in think.functions or () if each.name)

    def check(value: object) -> object:
        if value in ("auto", "none", "required"):
            return value
        choice = _mapping(value)
        name = choice.get("name")
        if choice.get("type") != "function" or not isinstance(name, str) or name not in sent:
            raise _InvalidError(
                'it is auto, none, required or {"type": "function", "name": a declared function}'
            )
        return {"type": "function", "name": sent[name]}

    return check


def _modalities(value: object) -> tuple[str, ...]:
    """Upstream takes one of the two; audio brings its transcript along."""
    wanted = cast("list[object]", value) if isinstance(value, list) else []
    if not wanted or any(each not in ("text", "audio") for each in wanted):
        raise _InvalidError("it is a list of text or audio")
    return ("audio",) if "audio" in wanted else ("text",)


def _tokens(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MAX_TOKENS:
        raise _InvalidError(f"it is a whole number from 1 to {_MAX_TOKENS}")
    return value


def _prompt(value: object) -> Mapping[str, object]:
    prompt = {key: part for key, part in _mapping(value).items() if part is not None}
    if not _text(prompt.get("id")):
        raise _InvalidError("it needs an id")
    variables = _mapping(prompt.get("variables", {}))
    if not _text(prompt.get("version", "any")) or not all(
        isinstance(each, str) for each in variables.values()
    ):
        raise _InvalidError("version is a text and variables is an object of texts")
    return {key: prompt[key] for key in ("id", "version", "variables") if key in prompt}


def _format_among(sounds: Sounds) -> Callable[[object], upstream.AudioFormat]:
    """The client hears it as it comes: it has to be one that the server carries."""
    carried = [AudioFormat(each.encoding, each.rate) for each in sounds.carried]

    def check(value: object) -> upstream.AudioFormat:
        asked = _mapping(value)
        known = formats.from_upstream(asked.get("type"))
        if known is None or (known == PCM_24K and asked.get("rate", known.rate) != known.rate):
            raise _InvalidError("its type is audio/pcm (at 24000), audio/pcmu or audio/pcma")
        if known not in carried:
            raise _InvalidError("this server does not carry it")
        return formats.to_upstream(known)

    return check


def _voice(value: object) -> object:
    if _text(value):
        return value
    voice_id = _mapping(value).get("id")
    if not _text(voice_id):
        raise _InvalidError("it is a name or an object with an id")
    return {"id": voice_id}


def _speed(value: object) -> float:
    low, high = SPEED_RANGE
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
        raise _InvalidError(f"it is a number from {low} to {high}")
    return value


def _text(value: object) -> bool:
    return isinstance(value, str) and value != ""
