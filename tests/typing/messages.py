"""Checked, not run: what is read out of parsed messages of both protocols has types, many levels down."""

from __future__ import annotations

from typing_extensions import assert_type

from realtime_translate import deepgram, openai
from realtime_translate.deepgram import Malformed, Omitted, Unknown


def read_settings(frame: str) -> None:
    message = deepgram.parse_client(frame)
    assert_type(message, deepgram.ClientMessage | Unknown | Malformed)
    if not isinstance(message, deepgram.Settings) or isinstance(message.agent, str):
        return
    agent, audio = message.agent, message.audio
    if audio.input:
        assert_type(audio.input.sample_rate, int)
    if agent.listen and isinstance(agent.listen, deepgram.Listen):
        assert_type(agent.listen.provider.model, str | Omitted)
    if isinstance(agent.think, deepgram.Think):
        assert_type(agent.think.provider.temperature, float | Omitted)
        for function in agent.think.functions or ():
            assert_type(function.name, str | Omitted)
            if function.endpoint:
                assert_type(function.endpoint.url, str | Omitted)


def read_client_leg(frame: str) -> None:
    message = deepgram.parse_server(frame)
    if isinstance(message, deepgram.FunctionCallRequest):
        assert_type(message.functions[0].arguments, str)
        assert_type(message.functions[0].client_side, bool)
    if isinstance(message, deepgram.HistoryCalls):
        assert_type(message.function_calls[0].response, str)


def read_upstream(frame: str) -> None:
    event = openai.parse_server(frame)
    assert_type(event, openai.ServerEvent | Unknown | Malformed)
    match event:
        case openai.ResponseDone(response):
            for item in response.output or ():
                assert_type(item.call_id, str | Omitted | None)
                for part in item.content or ():
                    assert_type(part.transcript, str | Omitted | None)
        case openai.SessionUpdated(session):
            if session.audio and session.audio.input and session.audio.input.turn_detection:
                assert_type(session.audio.input.turn_detection.idle_timeout_ms, int | Omitted | None)
            if session.audio and session.audio.output and session.audio.output.format:
                assert_type(session.audio.output.format.rate, float | Omitted | None)
        case openai.ErrorEvent(error):
            assert_type(error.code, str | Omitted | None)
        case openai.ResponseOutputAudioDelta(delta, response_id):
            assert_type(delta, str)
            assert_type(response_id, str | Omitted | None)
        case Unknown(kind) | Malformed(type=kind):
            assert_type(kind, str | None)
        case _:
            pass


def build() -> tuple[str, str]:
    audio = openai.SessionAudio(openai.AudioInput(turn_detection=None))
    update = openai.SessionUpdate(openai.Session(type="realtime", audio=audio), event_id="e1")
    return openai.encode(update), deepgram.encode(deepgram.ConversationText(role="user", content="Hi"))
