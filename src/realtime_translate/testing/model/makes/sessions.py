"""`session`, and items, as a server of another make takes and shows them: into GA's shape and back."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence

import attrs

from ..faults import Fault, invalid_value, missing_parameter, unknown_parameter
from ..frames import Object, as_list, as_object, as_text, is_object
from .exact import as_create
from .make import Make, Shape

__all__ = ["begin_as", "in_ga", "placed", "read", "shown"]

_BOTH: Sequence[object] = ["text", "audio"]
_TURNS, _HEARD = "audio.input.turn_detection", "audio.input.transcription"
_VOICE, _OF_AZURE = "audio.output.voice", re.compile("[a-z]{2,3}-[A-Z]")
_FORMATS = {"audio.input.format": "hears", "audio.output.format": "speaks"}


class _WrongError(Exception):
    """What is wrong with an event."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read(make: Make, event: Object) -> Object | Fault:
    """A client event in GA's shape, or what this server finds wrong with it."""
    if make.plain:
        return event
    kind = event.get("type")
    if kind in make.lacks:
        message = f"'{kind}' is not implemented by this server."
        return Fault("unknown_or_invalid_event", message, "type")
    if (exact := as_create(make, event)) is not None:
        return exact
    try:
        if kind == "session.update" and is_object(event.get("session")):
            return {**event, "session": _session(make, as_object(event["session"]))}
        if kind == "conversation.item.create":
            return {**event, "item": _item(make, event.get("item"))}
    except _WrongError as wrong:
        return wrong.fault
    return event


def _session(make: Make, said: Object) -> Object:
    shape = make.shape
    session = copy.deepcopy(said)
    if not shape.typed:
        _refuse(session, "type")
        session["type"] = "realtime"
    for path in shape.absent:
        _refuse(session, path)
    for path in shape.places:
        _refuse(session, path)
    for path, place in shape.places.items():
        _move(session, place, path)
    _modalities(shape, session)
    for path, direction in _FORMATS.items():
        _format(make, session, path, direction)
    _voice(make, session)
    if shape.nested_tools and "tools" in session:
        session["tools"] = [_tool(each) for each in as_list(session["tools"])]
    _turns(make, session)
    if not make.transcription and _at(session, _HEARD) is not None:
        raise _WrongError(unknown_parameter(f"session.{_place(shape, _HEARD)}"))
    return session


def _refuse(session: Object, path: str) -> None:
    """It has no such place."""
    if _holds(session, path):
        raise _WrongError(unknown_parameter(f"session.{path}"))


def _modalities(shape: Shape, session: Object) -> None:
    said = session.get("output_modalities")
    if not shape.both or said is None:
        return
    if said == _BOTH:
        session["output_modalities"] = ["audio"]
    elif said != ["text"]:
        path = f"session.{_place(shape, 'output_modalities')}"
        raise _WrongError(invalid_value(str(said), path, [str(_BOTH), "['text']"]))


def _format(make: Make, session: Object, path: str, direction: str) -> None:
    if not _holds(session, path):
        return
    sounds = make.hears if direction == "hears" else make.speaks
    found = sounds.read(_at(session, path), f"session.{_place(make.shape, path)}")
    if isinstance(found, Fault):
        raise _WrongError(found)
    _put(session, path, found)


def _voice(make: Make, session: Object) -> None:
    """By its name, or as an object by its type and its name."""
    said = _at(session, _VOICE)
    path, typed = f"session.{_place(make.shape, _VOICE)}", as_object(said)
    kind = as_text(typed.get("type"))
    if typed and (kind not in make.voice_types or typed.keys() != {"type", "name"}):
        raise _WrongError(invalid_value(str(said), path, make.voice_types))
    if make.voice_types and _OF_AZURE.match(as_text(said)):
        raise _WrongError(invalid_value(str(said), path, make.voice_types))
    if typed:
        _put(session, _VOICE, typed["name"])


def _tool(tool: object) -> Object:
    inner = as_object(tool).get("function")
    if not is_object(inner):
        raise _WrongError(missing_parameter("session.tools[0].function"))
    return {"type": "function", **inner}


def _turns(make: Make, session: Object) -> None:
    if not _holds(session, _TURNS):
        return
    place = f"session.{_place(make.shape, _TURNS)}"
    turns = _at(session, _TURNS)
    kind = as_object(turns).get("type")
    if make.manual and turns is None:
        raise _WrongError(invalid_value("null", place, [make.manual, *make.kinds]))
    if make.manual and kind == make.manual:
        _put(session, _TURNS, None)
    elif turns is None and make.detects:
        raise _WrongError(invalid_value("null", place, make.kinds))
    elif turns is not None and kind not in make.kinds:
        raise _WrongError(invalid_value(str(kind), f"{place}.type", make.kinds))
    elif make.answers and as_object(turns).get("create_response") is False:
        raise _WrongError(invalid_value("false", f"{place}.create_response", ["true"]))


def _item(make: Make, said: object) -> object:
    item = as_object(said)
    if item.get("role") != "assistant" or make.part == "output_text":
        return said
    parts = [as_object(part) for part in as_list(item.get("content"))]
    for index, part in enumerate(parts):
        if part.get("type") != make.part:
            path = f"item.content[{index}].type"
            raise _WrongError(invalid_value(as_text(part.get("type")), path, [make.part]))
    return {**item, "content": [{**part, "type": "output_text"} for part in parts]}


def placed(make: Make, fault: Fault) -> Fault:
    """A fault of GA's shape, where this server has what is wrong."""
    for path, place in make.shape.places.items():
        inner = f"session.{path}"
        if fault.param is not None and (fault.param + ".").startswith(inner + "."):
            there = f"session.{place}{fault.param[len(inner) :]}"
            return attrs.evolve(fault, param=there, message=fault.message.replace(fault.param, there))
    return fault


def begin_as(make: Make, session: Object) -> None:
    """What is in force as long as nothing is asked for."""
    if make.plain:
        return
    _put(session, "audio.input.format", make.hears.unsaid)
    _put(session, "audio.output.format", make.speaks.unsaid)
    if make.transcribes or not make.transcription:
        _put(session, _HEARD, {"model": "its own"})


# --- what it shows ----------------------------------------------------------------------------------


def shown(make: Make, event: Object) -> Object:
    """A session event as this server writes it."""
    if make.plain or not as_text(event["type"]).startswith("session."):
        return event
    shape, session = make.shape, copy.deepcopy(as_object(event["session"]))
    if shape.both and session["output_modalities"] == ["audio"]:
        session["output_modalities"] = list(_BOTH)
    for path, direction in _FORMATS.items():
        sounds = make.hears if direction == "hears" else make.speaks
        _put(session, path, sounds.show(_at(session, path)))
    if make.manual and _at(session, _TURNS) is None:
        _put(session, _TURNS, {"type": make.manual})
    if shape.nested_tools:
        session["tools"] = [_nested(as_object(each)) for each in as_list(session["tools"])]
    if not shape.typed:
        session.pop("type")
    for path in shape.absent:
        _take(session, path)
    for path, place in shape.places.items():
        _move(session, path, place)
    return {**event, "session": session}


def in_ga(make: Make, session: Object) -> Object:
    """What it shows, with every part where GA has it."""
    found = copy.deepcopy(session)
    for path, place in make.shape.places.items():
        _move(found, place, path)
    return found


def _nested(tool: Mapping[str, object]) -> Object:
    return {"type": "function", "function": {key: each for key, each in tool.items() if key != "type"}}


# --- paths ------------------------------------------------------------------------------------------


def _place(shape: Shape, path: str) -> str:
    return shape.places.get(path, path)


def _holds(session: Object, path: str) -> bool:
    step, _, deeper = path.partition(".")
    return step in session and (not deeper or _holds(as_object(session[step]), deeper))


def _at(session: Object, path: str) -> object:
    step, _, deeper = path.partition(".")
    return _at(as_object(session.get(step)), deeper) if deeper else session.get(step)


def _put(session: Object, path: str, value: object) -> None:
    step, _, deeper = path.partition(".")
    if deeper:
        _put(as_object(session.setdefault(step, {})), deeper, value)
    else:
        session[step] = value


def _take(session: Object, path: str) -> object:
    """What is there, which is not there any more; nor is what is empty then."""
    step, _, deeper = path.partition(".")
    if not deeper:
        return session.pop(step, None)
    inner = as_object(session.get(step))
    taken = _take(inner, deeper)
    if step in session and not inner:
        del session[step]
    return taken


def _move(session: Object, path: str, place: str) -> None:
    if _holds(session, path):
        _put(session, place, _take(session, path))
