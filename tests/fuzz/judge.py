"""What must hold after each hostile frame, whatever it was (T5, E4, L1)."""

from __future__ import annotations

import functools
import json

from realtime_translate import (
    CloseClient,
    CloseUpstream,
    Notice,
    OpenUpstream,
    Output,
    Outputs,
    RunFunction,
    SendToClient,
    SendToUpstream,
    deepgram,
    openai,
)
from realtime_translate.notices import NOTICES
from realtime_translate.wire import Malformed, Unknown

from .calls import Call
from .stages import CONFIGS, begun

__all__ = ["attack", "check", "is_silent", "survive"]

_LONGEST_NOTICE = 4000
"""Characters: what a host logs must not be a peer's to choose."""


def check(call: Call, outputs: Outputs) -> None:
    """Each output can be performed, and an end is a whole end."""
    for output in outputs:
        _check_output(output)
    state = call.translator.state
    closes = [each for each in outputs if isinstance(each, (CloseClient, CloseUpstream))]
    assert len({type(each) for each in closes}) == len(closes), "a leg is closed once"
    dialled_anew = any(isinstance(each, OpenUpstream) for each in outputs)  # Settings want another model (S2)
    ends = any(not (dialled_anew and isinstance(each, CloseUpstream)) for each in closes)
    assert ends <= (state.opening.value == "closed")
    if ends:
        told = [each.message for each in outputs if isinstance(each, SendToClient)]
        assert any(isinstance(each, deepgram.Error) and each.code for each in told), "an end has its reason"
    if state.opening.value == "closed":
        assert call.translator.next_deadline is None


def _check_output(output: Output) -> None:
    if isinstance(output, SendToClient) and isinstance(output.data, str):
        parsed = deepgram.parse_server(output.data)
        assert not isinstance(parsed, (Malformed, Unknown)), parsed
        assert output.message is not None
    elif isinstance(output, SendToUpstream):
        event = openai.parse_client(output.data)
        assert not isinstance(event, (Malformed, Unknown)), event
    elif isinstance(output, Notice):
        assert output.code in NOTICES
        assert len(output.message) <= _LONGEST_NOTICE
        assert len(json.dumps(dict(output.fields))) <= _LONGEST_NOTICE
    elif isinstance(output, (CloseClient, CloseUpstream)):
        assert 1000 <= output.code <= 4999
        assert len(output.reason.encode()) <= 123
    else:
        assert isinstance(output, (SendToClient, OpenUpstream, RunFunction))


def attack(call: Call, leg: str, frame: str | bytes) -> Outputs:
    """One hostile frame."""
    was_closed = call.phase == "closed"
    act = call.translator.receive_from_client if leg == "client" else call.translator.receive_from_upstream
    outputs = act(frame)  # type: ignore[arg-type]
    call.outputs += outputs
    assert not (was_closed and outputs), "after close nothing happens"
    check(call, outputs)
    return outputs


def survive(call: Call) -> None:
    """A call that is not closed goes on: what was open ends, and a healthy exchange works (*Always* 5)."""
    call.recover()
    if call.phase != "closed":
        assert "Yes." in call.exchange("Is anybody there?"), f"no answer; {call.translator.state}"
    check_all(call)


def check_all(call: Call) -> None:
    for output in call.outputs:
        _check_output(output)


@functools.cache
def _before(config: str, stage: str) -> str:
    return _memory(begun(CONFIGS[config], stage))


def _memory(call: Call) -> str:
    snapshot = call.translator.snapshot()
    return json.dumps([snapshot["call"], snapshot["plan"], snapshot["timers"], snapshot["audio_in"]])


def is_silent(call: Call, config: str, stage: str, outputs: Outputs) -> bool:
    """Whether a frame had neither an output nor an effect: nobody will ever know that it came."""
    return not outputs and call.phase != "closed" and _memory(call) == _before(config, stage)
