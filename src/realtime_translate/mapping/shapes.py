"""`session` as servers write it, from GA's shape and back (D2).

Inside, a session always has the shape of GA. What goes upstream gets the shape that the row of the server
says; what comes is read in any, since the keys of one mean nothing else in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from attrs import evolve

from ..openai.dialects import FLAT, Sounds, UpstreamDialect
from ..openai.objects import AudioFormat, AudioInput, AudioOutput, Session, SessionAudio, Transcription
from ..openai.objects import TurnDetection as Detection
from ..wire.omitted import OMITTED, Nullable
from .dispensable import without
from .formats import from_upstream

__all__ = ["is_flat", "item", "path_in_ga", "read", "sent"]

Json = Mapping[str, Any]

_VOICE = "audio.output.voice"
_PLACES = {flat: path for path, flat in FLAT.moved.items()}


def sent(session: Json, server: UpstreamDialect) -> Json:
    """The session as this server takes it."""
    shape = server.shape
    data: dict[str, Any] = without(session, *shape.lacks)
    if not shape.typed:
        data.pop("type", None)
    if shape.text_beside_audio and data.get("output_modalities") == ["audio"]:
        data["output_modalities"] = ["text", "audio"]
    if shape.tools_nested and "tools" in data:
        data["tools"] = [_nested(tool) for tool in data["tools"]]
    for path, sounds in (("audio.input.format", server.input), ("audio.output.format", server.output)):
        if asked := _at(data, path):
            data = _put(data, path, _named(asked, sounds, named=shape.formats_named))
    if asked := _at(data, _VOICE):
        data = _put(data, _VOICE, _voice(asked, server))
    for path, place in shape.moved.items():
        data = _moved(data, path, place)
    return data


def _voice(asked: str | Json, server: UpstreamDialect) -> object:
    """A voice as this server takes it, by its name or as GA's object with an id."""
    if isinstance(asked, str):
        return server.voice_object(asked) or asked
    if any(each.key == "id" for each in server.voice_objects):
        return asked
    return server.voice_object(asked["id"]) or asked["id"]


def _nested(tool: Json) -> Json:
    """A tool with all that it says in an object of its own."""
    return {"type": tool["type"], "function": {key: value for key, value in tool.items() if key != "type"}}


def _named(asked: Json, sounds: Sounds, *, named: bool) -> object:
    """A format of GA's in the words of the server."""
    carried = from_upstream(asked["type"], asked.get("rate"))
    for sound in sounds.carried:
        if carried is not None and (sound.encoding, sound.rate) == (carried.encoding, carried.rate):
            if named:
                return sound.name
            return {"type": sound.name, "rate": sound.rate} if sound.says_rate else {"type": sound.name}
    return asked


def _at(data: Json, path: str, absent: object = None) -> Any:
    step, _, deeper = path.partition(".")
    value = data.get(step, absent)
    return _at(cast("Json", value), deeper, absent) if deeper and isinstance(value, Mapping) else value


_NOTHING = object()


def _moved(data: dict[str, Any], path: str, place: str) -> dict[str, Any]:
    value = _at(data, path, _NOTHING)
    return data if value is _NOTHING else _put(without(data, path), place, value)


def _put(data: Json, path: str, value: object) -> dict[str, Any]:
    step, _, deeper = path.partition(".")
    inner = _put(data.get(step) or {}, deeper, value) if deeper else value
    return {**data, step: inner}


def item(item: Json, server: UpstreamDialect) -> Json:
    """An item of the context as this server takes it (C1)."""
    if item.get("role") != "assistant":
        return item
    return {**item, "content": [{**part, "type": server.assistant_part} for part in item["content"]]}


# --- what a server says -------------------------------------------------------------------------------------


def path_in_ga(path: str) -> str:
    """Where in GA's session is what a server calls `path`."""
    for place, in_ga in _PLACES.items():
        if path == place or path.startswith((f"{place}.", f"{place}[")):
            return in_ga + path[len(place) :]
    return path


def is_flat(session: Session) -> bool:
    """Whether a server shows that its sessions are flat (D5)."""
    extra = session.extra
    flat = "modalities" in extra or "input_audio_format" in extra
    return flat and session.type in (OMITTED, None) and session.audio is OMITTED


def read(session: Session) -> Session:
    """What a server says of its session, in the shape of GA."""
    extra = session.extra
    if not any(place in extra for place in _PLACES):
        return session
    audio = session.audio or SessionAudio()
    heard, spoken = audio.input or AudioInput(), audio.output or AudioOutput()
    heard = evolve(
        heard,
        format=heard.format or _format(extra.get("input_audio_format")),
        transcription=_either(heard.transcription, _transcription(extra)),
        turn_detection=_either(heard.turn_detection, _turn_detection(extra)),
    )
    spoken = evolve(spoken, format=spoken.format or _format(extra.get("output_audio_format")))
    return evolve(session, audio=SessionAudio(heard, spoken))


def _either(first: Any, second: Any) -> Any:
    return second if first is OMITTED else first


def _format(name: object) -> Nullable[AudioFormat]:
    return AudioFormat(name) if isinstance(name, str) else OMITTED


def _transcription(extra: Json) -> Nullable[Transcription]:
    said = extra.get("input_audio_transcription", OMITTED)
    if isinstance(said, Mapping):
        return Transcription()
    return None if said is None else OMITTED


def _turn_detection(extra: Json) -> Nullable[Detection]:
    said = extra.get("turn_detection", OMITTED)
    if not isinstance(said, Mapping):
        return None if said is None else OMITTED
    told = cast("Json", said)
    if not isinstance(told.get("type"), str):
        return None
    flags = {
        name: told[name]
        for name in ("create_response", "interrupt_response")
        if isinstance(told.get(name), bool)
    }
    return Detection(told["type"], **flags)
