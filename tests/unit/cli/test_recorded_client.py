from __future__ import annotations

import json

import pytest

from realtime_translate import ClientDialect, ContextMode, ManualCommit, SemanticVad, ServerVad
from realtime_translate.cli.inputs import UserError, sub_object
from realtime_translate.cli.recorded_client import FittingClient, fitting_client
from realtime_translate.cli.trace import read_trace

DEEPGRAM, COMPONENT = ClientDialect.DEEPGRAM, ClientDialect.COMPONENT


def fit(session: object, *events: object, dialect: ClientDialect = DEEPGRAM) -> FittingClient:
    outgoing = [{"type": "session.update", "session": session}, *events]
    lines = [
        {
            "leg": "upstream",
            "dir": "in",
            "event": {"type": "session.created", "session": {"model": "gpt-realtime-2.1"}},
        },
        *({"leg": "upstream", "dir": "out", "event": event} for event in outgoing),
    ]
    return fitting_client(read_trace("\n".join(json.dumps(line) for line in lines), "t"), dialect)


def item(**fields: object) -> dict[str, object]:
    return {"type": "conversation.item.create", "item": fields}


def message(role: str, *texts: str) -> dict[str, object]:
    return item(type="message", role=role, content=[{"text": text} for text in texts])


def agent_of(client: FittingClient) -> dict[str, object]:
    return sub_object(client.settings, "agent")


RESPONSE = {"type": "response.create"}


@pytest.mark.parametrize(
    ("turn_detection", "expected"),
    [
        (None, ManualCommit()),
        ({"type": "server_vad"}, ServerVad()),
        ({}, ServerVad()),
        ("?", ServerVad()),
        (
            {
                "type": "server_vad",
                "threshold": 0.7,
                "prefix_padding_ms": 200,
                "silence_duration_ms": 700,
                "idle_timeout_ms": 5000,
                "create_response": False,
                "interrupt_response": False,
            },
            ServerVad(0.7, 200, 700, 5000, create_response=False, interrupt_response=False),
        ),
        ({"type": "server_vad", "threshold": "?", "silence_duration_ms": True}, ServerVad()),
        (
            {"type": "semantic_vad", "eagerness": "low", "create_response": False},
            SemanticVad("low", create_response=False),
        ),
        ({"type": "semantic_vad"}, SemanticVad("auto")),
    ],
)
@pytest.mark.parametrize("beta", [False, True])
def test_turn_detection_is_the_recorded_one(turn_detection: object, expected: object, beta: bool) -> None:
    holder: dict[str, object] = {"turn_detection": turn_detection}
    assert fit(holder if beta else {"audio": {"input": holder}}).config.turn_detection == expected


def test_without_turn_detection_it_is_the_servers_default() -> None:
    assert fit({}).config.turn_detection == ServerVad()


def test_a_turn_detection_that_cannot_be_is_the_users_error() -> None:
    with pytest.raises(
        UserError, match="t, line 2: idle_timeout_ms must be a number from 5000 to 30000, not 1"
    ):
        fit({"turn_detection": {"type": "server_vad", "idle_timeout_ms": 1}})


def test_the_recorded_model_is_the_one_that_the_host_dialled() -> None:
    created = {"type": "session.created", "session": {"model": "another"}}
    trace = read_trace(json.dumps({"leg": "upstream", "dir": "in", "event": created}), "t")
    client = fitting_client(trace, DEEPGRAM)
    assert client.config.model == "another"
    assert sub_object(agent_of(client), "think", "provider")["model"] == "another"


def test_a_model_that_no_host_can_dial_is_the_users_error() -> None:
    created = {"type": "session.created", "session": {"model": ""}}
    trace = read_trace(json.dumps({"leg": "upstream", "dir": "in", "event": created}), "t")
    with pytest.raises(UserError, match="t, line 1: model"):
        fitting_client(trace, DEEPGRAM)


@pytest.mark.parametrize(
    ("session", "client_input", "client_output"),
    [
        ({}, ("linear16", 24000), ("linear16", 24000)),
        (
            {
                "audio": {
                    "input": {"format": {"type": "audio/pcmu"}},
                    "output": {"format": {"type": "audio/pcma"}},
                }
            },
            ("mulaw", 8000),
            ("alaw", 8000),
        ),
        (
            {"input_audio_format": "g711_alaw", "output_audio_format": "g711_ulaw"},
            ("alaw", 8000),
            ("mulaw", 8000),
        ),
        (
            {"input_audio_format": "pcm16", "audio": {"output": {"format": {"type": "?"}}}},
            ("linear16", 24000),
            ("linear16", 24000),
        ),
    ],
)
def test_formats_are_the_recorded_ones(
    session: object, client_input: tuple[str, int], client_output: tuple[str, int]
) -> None:
    audio = sub_object(fit(session).settings, "audio")
    for direction, (encoding, rate) in (("input", client_input), ("output", client_output)):
        assert audio[direction] == {"encoding": encoding, "sample_rate": rate}


def test_prompt_and_functions_come_from_the_session() -> None:
    tools = [
        {"type": "function", "name": "f", "description": "d", "parameters": {}},
        {"type": "function", "name": "g"},
        "?",
    ]
    agent = agent_of(fit({"instructions": "", "tools": tools}))
    assert agent == {
        "think": {
            "provider": {"type": "open_ai", "model": "gpt-realtime-2.1"},
            "prompt": "",
            "functions": [{"name": "f", "description": "d", "parameters": {}}, {"name": "g"}],
        }
    }


def test_a_session_that_says_nothing_gives_plain_settings() -> None:
    trace = read_trace("", "t")
    assert agent_of(fitting_client(trace, DEEPGRAM)) == {
        "think": {"provider": {"type": "open_ai", "model": "gpt-realtime-2.1"}}
    }


@pytest.mark.parametrize("session", [{"voice": "alloy"}, {"audio": {"output": {"voice": "alloy"}}}])
def test_the_voice_is_asked_for_by_its_own_name(session: object) -> None:
    speak = sub_object(agent_of(fit(session)), "speak", "provider")
    assert speak == {"type": "open_ai", "model": "tts-1", "voice": "alloy"}


def test_a_voice_that_is_an_object_is_left_to_the_server() -> None:
    assert "speak" not in agent_of(fit({"voice": {"name": "alloy"}}))


@pytest.mark.parametrize("beta", [False, True])
def test_transcription_is_the_recorded_one(beta: bool) -> None:
    transcription = {"model": "whisper-1", "language": "de", "prompt": "Oslo"}
    client = fit(
        {"input_audio_transcription": transcription}
        if beta
        else {"audio": {"input": {"transcription": transcription}}}
    )
    assert client.config.transcription_model == "whisper-1"
    provider = sub_object(agent_of(client), "listen", "provider")
    assert provider == {"type": "deepgram", "language": "de", "keyterms": ["Oslo"]}


@pytest.mark.parametrize(
    "session",
    [
        {
            "tool_choice": "none",
            "output_modalities": ["text"],
            "max_output_tokens": 100,
            "prompt": {"id": "p"},
        },
        {
            "tool_choice": "none",
            "modalities": ["text"],
            "max_response_output_tokens": 100,
            "prompt": {"id": "p"},
        },
    ],
)
def test_what_only_the_component_can_ask_for_is_asked_for_in_its_dialect(session: dict[str, object]) -> None:
    own = {
        "toolChoice": "none",
        "outputModalities": ["text"],
        "maxOutputTokens": 100,
        "managedPrompt": {"id": "p"},
    }
    output = {"speed": 1.25, "voice": "alloy"}
    session = {**session, "audio": {"output": output}}
    component, deepgram = fit(session, dialect=COMPONENT), fit(session, dialect=DEEPGRAM)
    assert component.config.dialect is COMPONENT
    assert sub_object(agent_of(component), "think").items() >= own.items()
    assert agent_of(component)["sessionAudioOutput"] == output
    assert not sub_object(agent_of(deepgram), "think").keys() & own.keys()
    assert "sessionAudioOutput" not in agent_of(deepgram)


def test_context_is_every_item_before_the_first_response_but_the_last() -> None:
    client = fit(
        {},
        message("user", "One", " more."),
        item(type="function_call", call_id="c", name="f", arguments="{}"),
        item(type="function_call_output", call_id="c", output="12"),
        item(type="function_call", call_id="open"),
        message("assistant", "Two."),
        message("system", "Obey."),
        message("user", "Three."),
        RESPONSE,
        message("user", "Four."),
    )
    assert client.config.context is ContextMode.ITEMS
    assert len(client.context) == 6
    call = {"id": "c", "name": "f", "client_side": True, "arguments": "{}", "response": "12"}
    unfinished = {"id": "open", "name": "", "client_side": True, "arguments": "", "response": ""}
    assert sub_object(agent_of(client), "context")["messages"] == [
        {"type": "History", "role": "user", "content": "One more."},
        {"type": "History", "function_calls": [call]},
        {"type": "History", "function_calls": [unfinished]},
        {"type": "History", "role": "assistant", "content": "Two."},
    ]


def test_a_last_item_that_no_user_said_is_context_too() -> None:
    client = fit({}, message("user", "One."), message("assistant", "Two."), RESPONSE)
    assert len(client.context) == 2


def output(call_id: str) -> dict[str, object]:
    return item(type="function_call_output", call_id=call_id, output="12")


def test_an_output_before_the_first_response_of_a_spoken_turn_is_an_answer() -> None:
    assert fit({}, output("c"), RESPONSE).context == ()


def test_an_answer_leaves_the_context_before_it_as_it_was() -> None:
    call = item(type="function_call", call_id="c", name="f", arguments="{}")
    client = fit({}, call, output("c"), message("user", "One."), output("spoken"), RESPONSE)
    kinds = [sub_object(line.event, "item")["type"] for line in client.context]
    assert kinds == ["function_call", "function_call_output", "message"]
    assert len(client.context) == 3


def test_a_text_after_an_answer_is_the_users_turn() -> None:
    assert fit({}, output("c"), message("user", "One."), RESPONSE).context == ()


def test_without_a_response_nothing_is_context() -> None:
    assert fit({}, message("user", "One."), message("user", "Two.")).context == ()
