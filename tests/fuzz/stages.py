"""The states of a call in which it is attacked, as scripts: who sends what until the state is reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from realtime_translate import (
    ClientDialect,
    Config,
    ContextMode,
    GreetingMode,
    Limits,
    ManualCommit,
    ServerVad,
    SilenceKeepalive,
)
from realtime_translate.openai import dialects

from .calls import SETTINGS, Call, Json

__all__ = ["CONFIGS", "STAGES", "begun", "stages_of"]

Step = tuple[str, Any]

_UPDATED: Step = ("upstream", {"type": "session.updated", "session": {}})
_SETTINGS: Step = ("client", SETTINGS)
_OPEN: Step = ("open", None)
_READY: tuple[Step, ...] = (_SETTINGS, _OPEN, _UPDATED)
_CREATED: Step = ("upstream", {"type": "response.created", "response": {"id": "r1"}})
_SPEECH: Step = ("upstream", {"type": "input_audio_buffer.speech_started", "item_id": "u1"})
_UNASKED: tuple[Step, ...] = (_OPEN, _UPDATED)


def _output(kind: str, **fields: Any) -> Step:
    return "upstream", {"type": f"response.{kind}", "response_id": "r1", "item_id": "i1", **fields}


_MESSAGE: Json = {"type": "message", "id": "i1", "role": "assistant", "status": "in_progress", "content": []}
_CALL: Json = {
    "type": "function_call",
    "id": "i2",
    "call_id": "c1",
    "name": "look",
    "arguments": "{}",
    "status": "completed",
}
_ANSWERING: tuple[Step, ...] = (
    *_READY,
    _CREATED,
    _output("output_item.added", item=_MESSAGE),
    _output("output_audio_transcript.delta", delta="One. Two"),
    _output("output_audio.delta", delta="AAAA" * 2400),
)
_CALLING: tuple[Step, ...] = (*_READY, _CREATED, _output("output_item.done", item=_CALL))

STAGES: Mapping[str, tuple[Step, ...]] = {
    "fresh": (),
    "dialled early": (_OPEN,),
    "dialling": (_SETTINGS,),
    "configuring": (_SETTINGS, _OPEN),
    "ready": _READY,
    "asked": (*_READY, ("client", {"type": "InjectUserMessage", "content": "Hi."}), ("wait", 2.0)),
    "server's turn": (*_READY, ("upstream", {"type": "input_audio_buffer.committed", "item_id": "u1"})),
    "answering": _ANSWERING,
    "calling": _CALLING,
    "called": (*_CALLING, ("upstream", {"type": "response.done", "response": {"id": "r1"}})),
    "user speaking": (*_READY, ("client", b"\1" * 9600), _SPEECH),
    "interrupted": (*_ANSWERING, _SPEECH),
    "updating": (*_READY, ("client", {"type": "UpdatePrompt", "prompt": "Be kind."})),
    "closed": (*_READY, ("leave", None)),
    # only where the component's dialect gets ready before Settings (S4)
    "ready unasked": _UNASKED,
    "awaiting slot": (*_UNASKED, _CREATED, _SETTINGS),
    "applying": (*_UNASKED, _SETTINGS),
}
_COMPONENT_ONLY = ("ready unasked", "awaiting slot", "applying")
_DIALECTS = (
    dialects.AZURE_GA,
    dialects.OPENAI_BETA,
    dialects.XAI,
    dialects.QWEN,
    dialects.SPEACHES,
    dialects.SPEECH_TO_SPEECH,
)
"""One row of each shape of session, and those of the servers that leave most out."""
_SMALL = Limits(pending_messages=8, item_text=2**12)

CONFIGS: Mapping[str, Config] = {
    "deepgram": Config.deepgram(),
    "component": Config.component(),
    "deepgram manual": Config.deepgram(
        turn_detection=ManualCommit(debounce=0.5, ceiling=4.0),
        keepalive=SilenceKeepalive(),
        context=ContextMode.ITEMS,
    ),
    "component vad": Config.component(
        turn_detection=ServerVad(create_response=False), limits=_SMALL, greeting=GreetingMode.SPOKEN
    ),
    "deepgram strict": Config.deepgram(strict_fields=True, limits=_SMALL, barge_in=False),
    **{f"deepgram {each.name}": Config.deepgram(upstream=each) for each in _DIALECTS},
    **{f"component {each.name}": Config.component(upstream=each) for each in _DIALECTS},
}


def stages_of(config: Config) -> list[str]:
    """The states that a call with this configuration can be in."""
    component = config.dialect is ClientDialect.COMPONENT
    return [name for name in STAGES if component or name not in _COMPONENT_ONLY]


def begun(config: Config, stage: str) -> Call:
    """A call in that state."""
    call = Call(config)
    call.act(lambda each: each.client_opened())
    for kind, what in STAGES[stage]:
        if kind == "client":
            call.client(what)
        elif kind == "upstream":
            call.upstream(what)
        elif kind == "wait":
            call.wait(what)
        elif kind == "open":
            call.act(lambda each: each.upstream_opened())
        else:
            call.act(lambda each: each.client_closed())
    return call
