"""The client that fits a recorded upstream session: with it, a translator sends what was recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attrs import frozen

from ..audio import PCM_24K
from ..config import (
    ClientDialect,
    Config,
    ContextMode,
    ManualCommit,
    SemanticVad,
    ServerVad,
    TurnDetection,
)
from ..errors import ConfigError
from ..mapping.shapes import is_flat
from ..openai import SessionCreated, SessionUpdated, structure_server
from ..openai.dialects import OPENAI_BETA, OPENAI_GA, UpstreamDialect
from .audio_formats import carried
from .inputs import UserError, is_array, is_number, is_object, sub_object
from .trace import Line, Trace

__all__ = ["FittingClient", "fitting_client", "item_text"]

_Json = Mapping[str, object]
# The component's fields of `agent.think`, and the session's that they become: the GA name, then the beta one.
_THINK_FIELDS: Mapping[str, tuple[str, ...]] = {
    "toolChoice": ("tool_choice",),
    "outputModalities": ("output_modalities", "modalities"),
    "maxOutputTokens": ("max_output_tokens", "max_response_output_tokens"),
    "managedPrompt": ("prompt",),
}


@frozen
class FittingClient:
    """How to play the client of a trace: the host's Config, its Settings, and the items in its context."""

    config: Config
    settings: _Json
    context: tuple[Line, ...] = ()


def fitting_client(
    trace: Trace, dialect: ClientDialect, server: UpstreamDialect | None = None
) -> FittingClient:
    """The client for the first `session.update` of `trace`, at that server, or at one like the one that the
    trace shows. Raises `UserError` for one that no host can ask for.
    """
    updates = trace.select("upstream", "out", "session.update")
    session = sub_object(updates[0].event, "session") if updates else {}
    context = _context_lines(trace)
    settings = {
        "type": "Settings",
        "audio": {"input": _format(session, "input"), "output": _format(session, "output")},
        "agent": _agent(session, trace, context, dialect),
    }
    transcription = _input(session, "transcription", "input_audio_transcription").get("model")
    try:
        config = Config(
            dialect=dialect,
            upstream=server or _shown(trace),
            model=_model(trace),  # which the recorded host has dialled (S2)
            turn_detection=_turn_detection(session),
            context=ContextMode.ITEMS,
            transcription_model=transcription
            if isinstance(transcription, str)
            else Config().transcription_model,
        )
    except ConfigError as error:
        raise UserError(f"{(updates or trace.lines)[0].place}: {error}") from None
    return FittingClient(config, settings, context)


def _shown(trace: Trace) -> UpstreamDialect:
    """By the shape of its session."""
    events = (structure_server(line.event) for line in trace.select("upstream", "in"))
    sessions = [each.session for each in events if isinstance(each, (SessionCreated, SessionUpdated))]
    return OPENAI_BETA if sessions and is_flat(sessions[0]) else OPENAI_GA


def item_text(item: _Json) -> str:
    """The text of a message item."""
    content = item.get("content")
    parts = [part for part in (content if is_array(content) else ()) if is_object(part)]
    return "".join(str(part.get("text") or part.get("transcript") or "") for part in parts)


def _context_lines(trace: Trace) -> tuple[Line, ...]:
    """The items created before the first `response.create`: all but the user's turn, where that comes last,
    and but the outputs of calls that the client did not create. These answer the response to a spoken turn.
    """
    items: list[Line] = []
    for line in trace.select("upstream", "out"):
        if line.type == "response.create":
            calls = {_item(each).get("call_id") for each in items if _is_a(each, "function_call")}
            before = items[:-1] if items and _item(items[-1]).get("role") == "user" else items
            return tuple(each for each in before if not _answers_another(each, calls))
        if line.type == "conversation.item.create":
            items.append(line)
    return ()


def _answers_another(line: Line, calls: Collection[object]) -> bool:
    return _is_a(line, "function_call_output") and _item(line).get("call_id") not in calls


def _is_a(line: Line, kind: str) -> bool:
    return _item(line).get("type") == kind


def _item(line: Line) -> _Json:
    return sub_object(line.event, "item")


def _agent(
    session: _Json, trace: Trace, context: tuple[Line, ...], dialect: ClientDialect
) -> dict[str, object]:
    component = dialect is ClientDialect.COMPONENT
    agent: dict[str, object] = {"think": _think(session, trace, component=component)}
    messages = _history(context)
    if messages:
        agent["context"] = {"messages": messages}
    listen = _listen(session)
    if listen:
        agent["listen"] = {"provider": {"type": "deepgram", **listen}}
    output = sub_object(session, "audio", "output")
    voice = output.get("voice", session.get("voice"))
    if isinstance(voice, str):
        agent["speak"] = {"provider": {"type": "open_ai", "model": "tts-1", "voice": voice}}
    if component and output:
        agent["sessionAudioOutput"] = output
    return agent


def _think(session: _Json, trace: Trace, *, component: bool) -> dict[str, object]:
    think: dict[str, object] = {"provider": {"type": "open_ai", "model": _model(trace)}}
    if isinstance(session.get("instructions"), str):
        think["prompt"] = session["instructions"]
    tools = session.get("tools")
    functions = [_function(tool) for tool in (tools if is_array(tools) else ()) if is_object(tool)]
    if functions:
        think["functions"] = functions
    for name, sources in _THINK_FIELDS.items() if component else ():
        source = next((source for source in sources if source in session), None)
        if source is not None:
            think[name] = session[source]
    return think


def _model(trace: Trace) -> str:
    created = trace.select("upstream", "in", "session.created")
    model = sub_object(created[0].event, "session").get("model") if created else None
    return model if isinstance(model, str) else Config().model


def _function(tool: _Json) -> dict[str, object]:
    return {key: tool[key] for key in ("name", "description", "parameters") if key in tool}


def _listen(session: _Json) -> dict[str, object]:
    transcription = _input(session, "transcription", "input_audio_transcription")
    listen: dict[str, object] = {}
    if isinstance(transcription.get("language"), str):
        listen["language"] = transcription["language"]
    if isinstance(transcription.get("prompt"), str):
        listen["keyterms"] = [transcription["prompt"]]
    return listen


def _history(context: tuple[Line, ...]) -> list[dict[str, object]]:
    """The context items as History messages; a call and its output are one message."""
    items = [sub_object(line.event, "item") for line in context]
    outputs = {
        item.get("call_id"): item.get("output")
        for item in items
        if item.get("type") == "function_call_output"
    }
    messages: list[dict[str, object]] = []
    for item in items:
        if item.get("role") in ("user", "assistant"):
            messages.append({"type": "History", "role": item["role"], "content": item_text(item)})
        elif item.get("type") == "function_call":
            call = {
                "id": str(item.get("call_id", "")),
                "name": str(item.get("name", "")),
                "client_side": True,
                "arguments": str(item.get("arguments", "")),
                "response": str(outputs.get(item.get("call_id"), "")),
            }
            messages.append({"type": "History", "function_calls": [call]})
    return messages


def _input(session: _Json, name: str, beta_name: str) -> dict[str, object]:
    return sub_object(session, "audio", "input", name) or sub_object(session, beta_name)


def _format(session: _Json, direction: str) -> dict[str, object]:
    audio = carried(session, direction) or PCM_24K
    return {"encoding": audio.encoding, "sample_rate": audio.rate}


def _turn_detection(session: _Json) -> TurnDetection:
    """The recorded turn detection: null is manual, and absent is the server's own default, server VAD."""
    nested = sub_object(session, "audio", "input")
    holder = nested if "turn_detection" in nested else session
    if holder.get("turn_detection", {}) is None:
        return ManualCommit()
    recorded = sub_object(holder, "turn_detection")
    create, interrupt = (
        recorded.get("create_response") is not False,
        recorded.get("interrupt_response") is not False,
    )
    if recorded.get("type") == "semantic_vad":
        return SemanticVad(str(recorded.get("eagerness", "auto")), create, interrupt)
    return ServerVad(
        threshold=_number(recorded, "threshold"),
        prefix_padding_ms=_integer(recorded, "prefix_padding_ms"),
        silence_duration_ms=_integer(recorded, "silence_duration_ms"),
        idle_timeout_ms=_integer(recorded, "idle_timeout_ms"),
        create_response=create,
        interrupt_response=interrupt,
    )


def _number(data: _Json, key: str) -> float | None:
    value = data.get(key)
    return value if is_number(value) else None


def _integer(data: _Json, key: str) -> int | None:
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
