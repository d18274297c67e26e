"""Checked, not run: a host matches over every `Output`, and the type checkers know that nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from typing_extensions import assert_never, assert_type

from realtime_translate import (
    CloseClient,
    CloseUpstream,
    Config,
    Level,
    ManualCommit,
    Notice,
    OpenUpstream,
    Output,
    Outputs,
    RunFunction,
    SendToClient,
    SendToUpstream,
    SessionState,
    Translator,
    deepgram,
)


def perform(output: Output) -> str:
    match output:
        case SendToClient(data, message):
            assert_type(data, str | bytes)
            assert_type(message, deepgram.ServerMessage | None)
            return "client"
        case SendToUpstream(data):
            assert_type(data, str)
            return "upstream"
        case OpenUpstream(model, target, headers):
            assert_type(model, str)
            assert_type(target, str)
            assert_type(headers, Mapping[str, str])
            return "dial"
        case CloseClient(code, reason) | CloseUpstream(code, reason):
            assert_type(code, int)
            assert_type(reason, str)
            return "close"
        case RunFunction(call_id, name, arguments, endpoint):
            assert_type((call_id, name, arguments), tuple[str, str, str])
            assert_type(endpoint, Mapping[str, object])
            return "run"
        case Notice(code, level, message, fields):
            assert_type(code, str)
            assert_type(level, Level)
            assert_type(message, str)
            assert_type(fields, Mapping[str, object])
            return "log"
        case _:
            assert_never(output)


def drive(clock: Callable[[], float], new_id: Callable[[], str]) -> Outputs:
    translator = Translator(Config.component(turn_detection=ManualCommit()), clock=clock, new_id=new_id)
    assert_type(translator.next_deadline, float | None)
    assert_type(translator.client_paused, bool)
    assert_type(translator.state, SessionState)
    snapshot = translator.snapshot()
    assert_type(snapshot, dict[str, object])
    translator = Translator.restore(snapshot, Config.component(), clock=clock, new_id=new_id)
    outputs: list[Outputs] = [
        translator.client_opened(),
        translator.upstream_opened(),
        translator.receive_from_client("{}"),
        translator.receive_from_client(b""),
        translator.receive_from_client(deepgram.KeepAlive()),
        translator.receive_from_upstream("{}"),
        translator.receive_from_upstream(b"{}"),
        translator.client_closed(1000, "bye"),
        translator.upstream_closed(None),
        translator.handle_timeout(),
        translator.playback_reported(10),
        translator.function_result("call", "{}"),
        translator.close(1001, "deploy"),
    ]
    return assert_type(outputs[0], tuple[Output, ...])
