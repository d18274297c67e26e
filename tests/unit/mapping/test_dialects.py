"""Where servers differ, as data: what their rows make of Settings."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from attrs import evolve, fields

from realtime_translate import Config, ManualCommit, SemanticVad, ServerVad, Voices
from realtime_translate.audio import MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.mapping import shapes
from realtime_translate.mapping.formats import effective
from realtime_translate.mapping.plan import AudioPath, Plan
from realtime_translate.openai import dialects, parse_server
from realtime_translate.openai.dialects import (
    AZURE_GA,
    COLUMNS,
    ELEVENLABS,
    GLM,
    INWORLD,
    LITELLM,
    LOCALAI,
    NEMOTRON,
    OPENAI_BETA,
    OPENAI_GA,
    QWEN,
    SERVERS,
    SPEACHES,
    SPEECH_TO_SPEECH,
    STEPFUN,
    VOICE_LIVE,
    XAI,
    Evidence,
    Transcripts,
    UpstreamDialect,
)
from realtime_translate.recording.header import config_data, config_of
from tests.unit.mapping.mapped import mapped, think
from tests.unit.test_architecture import FILES, TREES, name_of

Json = dict[str, Any]

EVERY_SERVER = pytest.mark.parametrize("server", SERVERS.values(), ids=lambda each: each.name)
PCM_16K, PCM_8K = AudioFormat("linear16", 16000), AudioFormat("linear16", 8000)
AGENT: Json = {
    **think(prompt="Be brief.", functions=[{"name": "tide", "description": "The tide."}]),
    "listen": {"provider": {"type": "deepgram", "language": "en-US", "keyterms": ["berth", "slip nine"]}},
    "speak": {"provider": {"type": "open_ai", "model": "tts-1", "voice": "ash", "speed": 1.2}},
}
TOOL = {"name": "tide", "description": "The tide.", "parameters": {"type": "object", "properties": {}}}


def sent(
    server: UpstreamDialect, agent: Json | None = None, audio: Json | None = None, **fields: Any
) -> Json:
    """What goes upstream for Settings."""
    config = Config.deepgram(upstream=server, **fields)
    shaped = shapes.sent(mapped(agent or AGENT, config, audio, valid=False).session, server)
    data: Json = json.loads(json.dumps(shaped))
    return {**data, "instructions": "…"}


def said(session: Json) -> Any:
    event: Any = parse_server(json.dumps({"type": "session.updated", "session": session}))
    return shapes.read(event.session)


# --- whom to dial -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "model", "target"),
    [
        (OPENAI_GA, "gpt-realtime", "/v1/realtime?model=gpt-realtime"),
        (AZURE_GA, "my deployment", "/openai/v1/realtime?model=my%20deployment"),
        (OPENAI_GA, "a/b&c=d#e{f}", "/v1/realtime?model=a%2Fb%26c%3Dd%23e%7Bf%7D"),
        (UpstreamDialect("own", "/rt/{model}?v=1"), "m", "/rt/m?v=1"),
        (ELEVENLABS, "m", "/v1/convai/realtime"),
        (INWORLD, "m", "/api/v1/realtime/session?key=c7&protocol=realtime"),
    ],
)
def test_S2_the_model_belongs_to_the_url(dialect: UpstreamDialect, model: str, target: str) -> None:
    assert dialect.target(model, "c7") == target


@pytest.mark.parametrize(
    ("server", "header"),
    [
        (OPENAI_GA, {"Authorization": "Bearer k"}),
        (AZURE_GA, {"api-key": "k"}),
        (ELEVENLABS, {"xi-api-key": "k"}),
        (INWORLD, {"Authorization": "Basic k"}),
    ],
)
def test_the_header_of_the_credential(server: UpstreamDialect, header: Json) -> None:
    assert server.credentials("k") == header


@pytest.mark.parametrize(
    ("server", "named", "dialled"),
    [
        (OPENAI_GA, "gpt-realtime-2", "gpt-realtime-2"),
        (OPENAI_GA, "grok-4", "mine"),
        (XAI, "grok-4", "grok-4"),
        (STEPFUN, "step-audio-2", "step-audio-2"),
        (INWORLD, "openai/gpt-4.1-mini", "openai/gpt-4.1-mini"),
        (SPEACHES, "gpt-realtime-2", "mine"),
        (AZURE_GA, "gpt-realtime-2", "mine"),
        (LITELLM, "gpt-realtime-2", "mine"),
        (QWEN, "gpt-realtime-2", "mine"),
        (QWEN, "qwen3-omni-flash-realtime", "qwen3-omni-flash-realtime"),
    ],
)
def test_S10_a_client_may_name_a_model_of_the_server(
    server: UpstreamDialect, named: str, dialled: str
) -> None:
    agent = {"think": {"provider": {"type": "open_ai", "model": named}}}
    assert mapped(agent, Config.deepgram(upstream=server, model="mine"), valid=False).model == dialled


# --- the shape of the session -------------------------------------------------------------------------------


def test_D2_the_session_of_ga() -> None:
    assert sent(OPENAI_GA) == {**mapped(AGENT).session, "instructions": "…"}


def test_D2_a_flat_session() -> None:
    assert sent(OPENAI_BETA) == {
        "instructions": "…",
        "tools": [{"type": "function", **TOOL}],
        "input_audio_format": "pcm16",
        "input_audio_transcription": {"model": "whisper-1", "language": "en", "prompt": "berth, slip nine"},
        "turn_detection": {"type": "server_vad", "create_response": True, "interrupt_response": True},
        "output_audio_format": "pcm16",
        "voice": "ash",
        "speed": 1.2,
    }


def test_D2_a_mixed_session() -> None:
    assert sent(XAI, audio={"output": {"encoding": "linear16", "sample_rate": 16000}}) == {
        "instructions": "…",
        "tools": [{"type": "function", **TOOL}],
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "transcription": {
                    "model": "grok-transcribe",
                    "language_hint": "en",
                    "keyterms": ["berth", "slip nine"],
                },
            },
            "output": {"format": {"type": "audio/pcm", "rate": 16000}, "speed": 1.2},
        },
        "turn_detection": {"type": "server_vad", "create_response": True, "interrupt_response": True},
    }


def test_D2_a_format_that_the_row_does_not_have_goes_as_it_is() -> None:
    """A call that was restored under another row: the server says what it thinks of it."""
    session = {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}
    assert shapes.sent(session, SPEACHES) == {"input_audio_format": {"type": "audio/pcmu"}}


def test_D2_tools_in_an_object_of_their_own() -> None:
    assert sent(QWEN)["tools"] == [{"type": "function", "function": TOOL}]
    assert "tools" not in sent(QWEN, {"think": {"provider": {"type": "open_ai", "model": "m"}}})


def test_D2_what_a_server_has_no_place_for_is_left_out() -> None:
    session = {"type": "realtime", "reasoning": {}, "prompt": {}, "instructions": "Hi."}
    assert shapes.sent(session, OPENAI_BETA) == {"instructions": "Hi."}
    assert shapes.sent(session, XAI) == {"reasoning": {}, "instructions": "Hi."}


@pytest.mark.parametrize(
    ("asked", "flat"), [(["audio"], ["text", "audio"]), (["text"], ["text"])], ids=["audio", "text"]
)
def test_D2_modalities(asked: list[str], flat: list[str]) -> None:
    session = {"type": "realtime", "output_modalities": asked, "max_output_tokens": 7}
    assert shapes.sent(session, OPENAI_BETA) == {"modalities": flat, "max_response_output_tokens": 7}
    assert shapes.sent(session, INWORLD)["output_modalities"] == flat
    assert shapes.sent(session, OPENAI_GA) == session


def test_D2_turn_detection_may_be_null() -> None:
    turns = sent(OPENAI_BETA, turn_detection=ManualCommit())
    assert turns["turn_detection"] is None


def test_S2_the_model_in_the_session() -> None:
    assert sent(ELEVENLABS, model="eleven_realtime_v1_mini")["model"] == "eleven_realtime_v1_mini"
    assert "model" not in sent(OPENAI_GA)


def test_D2_assistant_items_have_the_part_of_the_server() -> None:
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]}
    assert shapes.item(item, OPENAI_GA) == item
    assert shapes.item(item, OPENAI_BETA) == {**item, "content": [{"type": "text", "text": "Hi."}]}
    typed = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi."}]}
    assert shapes.item(typed, OPENAI_BETA) == typed


# --- what the server says -----------------------------------------------------------------------------------


def test_D2_a_session_is_read_in_any_shape() -> None:
    flat = said(
        {
            "input_audio_format": "g711_ulaw",
            "output_audio_format": "pcm16",
            "turn_detection": {"type": "server_vad", "create_response": False, "interrupt_response": 7},
            "input_audio_transcription": {"model": "m"},
        }
    )
    heard, spoken = flat.audio.input, flat.audio.output
    assert (heard.format.type, spoken.format.type) == ("g711_ulaw", "pcm16")
    assert heard.turn_detection.create_response is False
    assert not heard.turn_detection.interrupt_response
    assert heard.transcription is not None


def test_D2_null_in_a_flat_session_is_null() -> None:
    heard = said({"turn_detection": None, "input_audio_transcription": None}).audio.input
    assert (heard.turn_detection, heard.transcription) == (None, None)
    assert said({"turn_detection": {"type": None}}).audio.input.turn_detection is None


def test_D2_what_no_server_says_means_nothing() -> None:
    odd = said({"input_audio_format": 7, "turn_detection": "x", "input_audio_transcription": []})
    assert not odd.audio.input.format
    assert not odd.audio.input.turn_detection
    assert not odd.audio.input.transcription


def test_D2_the_nested_part_counts_where_both_are_there() -> None:
    nested = {"format": {"type": "audio/pcm", "rate": 8000}, "transcription": None}
    both = said({"audio": {"input": nested}, "input_audio_format": "pcm16", "input_audio_transcription": {}})
    assert both.audio.input.format.rate == 8000
    assert both.audio.input.transcription is None


@pytest.mark.parametrize(
    ("path", "in_ga"),
    [
        ("voice", "audio.output.voice"),
        ("input_audio_transcription.language", "audio.input.transcription.language"),
        ("turn_detection", "audio.input.turn_detection"),
        ("tools[0].name", "tools[0].name"),
        ("voices", "voices"),
        ("audio.output.voice", "audio.output.voice"),
    ],
)
def test_D2_errors_name_parts_in_the_server_s_shape(path: str, in_ga: str) -> None:
    assert shapes.path_in_ga(path) == in_ga


# --- audio --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "encoding", "rate", "carried"),
    [
        (OPENAI_GA, "mulaw", 8000, MULAW_8K),
        (OPENAI_BETA, "mulaw", 8000, MULAW_8K),
        (XAI, "mulaw", 8000, PCM_8K),
        (XAI, "linear16", 44100, AudioFormat("linear16", 48000)),
        (XAI, "linear16", 16000, PCM_16K),
        (QWEN, "linear16", 48000, PCM_16K),
        (SPEACHES, "alaw", 8000, PCM_24K),
        (SPEECH_TO_SPEECH, "mulaw", 8000, PCM_24K),
        (SPEECH_TO_SPEECH, "linear16", 16000, PCM_24K),
    ],
)
def test_D3_what_the_server_carries_is_asked_for(
    server: UpstreamDialect, encoding: str, rate: int, carried: AudioFormat
) -> None:
    audio = {"input": {"encoding": encoding, "sample_rate": rate}}
    plan = mapped({}, Config.deepgram(upstream=server), audio, valid=False).plan
    assert plan.input == AudioPath(AudioFormat(encoding, rate), carried)


@pytest.mark.parametrize(
    ("server", "rate", "name"), [(VOICE_LIVE, 16000, "pcm16_16000hz"), (QWEN, 24000, "pcm24")]
)
def test_D3_by_the_name_that_it_has_there(server: UpstreamDialect, rate: int, name: str) -> None:
    session = sent(server, audio={"output": {"encoding": "linear16", "sample_rate": rate}})
    assert session["output_audio_format"] == name


def test_D3_the_user_s_audio_without_a_word_of_it() -> None:
    assert mapped({}, Config.deepgram(upstream=QWEN), valid=False).plan.input == AudioPath(PCM_24K, PCM_16K)


def test_D3_a_server_that_is_told_nothing_has_a_rate_of_its_own() -> None:
    """The component's dialect asks for no format of the agent's audio unless its client does."""
    config = Config.component(upstream=SPEECH_TO_SPEECH)
    result = mapped({}, config, {"input": {}}, valid=False)
    assert "output" not in result.session["audio"]
    assert result.plan.output == AudioPath(PCM_24K, PCM_16K)
    assert mapped({}, Config.component(), {"input": {}}).plan.output == AudioPath()


@pytest.mark.parametrize(
    ("server", "name", "carried"),
    [
        (QWEN, "pcm16", PCM_16K),
        (OPENAI_BETA, "g711_ulaw", MULAW_8K),
        (OPENAI_BETA, "not specified", PCM_24K),
        (ELEVENLABS, "pcm16", PCM_24K),
    ],
)
def test_D3_what_the_session_carries_by_that_name_counts(
    server: UpstreamDialect, name: str, carried: AudioFormat
) -> None:
    plan = effective(Plan(), said({"input_audio_format": name}), server)
    assert plan.input.upstream == carried


def test_D3_the_component_may_ask_only_for_what_is_carried() -> None:
    agent = {"sessionAudioOutput": {"format": {"type": "audio/pcmu"}}}
    result = mapped(agent, Config.component(upstream=SPEACHES), valid=False)
    assert result.invalid == ["agent.sessionAudioOutput.format"]
    assert mapped(agent, Config.component()).invalid == []


# --- voices, transcription, turns ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "voice", "heard"),
    [(OPENAI_GA, "ash", "ash"), (XAI, "ara", "ara"), (XAI, "ash", None), (OPENAI_BETA, "x", "alloy")],
)
def test_S10_voices_are_those_of_the_server(server: UpstreamDialect, voice: str, heard: str | None) -> None:
    agent = {"speak": {"provider": {"type": "open_ai", "voice": voice}}}
    assert mapped(agent, Config.deepgram(upstream=server), valid=False).plan.voice == (heard or "")


def voice_in(session: Any) -> object:
    return session.get("voice") or session["audio"]["output"]["voice"]


@pytest.mark.parametrize(
    ("server", "voice", "written"),
    [
        (OPENAI_GA, "marin", "marin"),
        (OPENAI_GA, "voice_123", {"id": "voice_123"}),
        (VOICE_LIVE, "ash", "ash"),
        (VOICE_LIVE, "en-US-AvaNeural", {"type": "azure-standard", "name": "en-US-AvaNeural"}),
        (VOICE_LIVE, "fil-PH-Ada:Latest", {"type": "azure-standard", "name": "fil-PH-Ada:Latest"}),
    ],
)
@pytest.mark.parametrize("said_by", ["client", "host", "component"])
def test_D2_a_voice_is_written_as_the_server_has_it(
    server: UpstreamDialect, voice: str, written: Any, said_by: str
) -> None:
    fields: Json = {}
    agent: Json = {"speak": {"provider": {"type": "open_ai", "voice": voice}}}
    preset = Config.component if said_by == "component" else Config.deepgram
    if said_by == "host":
        agent["speak"]["provider"] = {"type": "deepgram", "model": "aura-2-thalia-en"}
        fields = {"voices": Voices({"aura-2-thalia-en": voice})}
    session = shapes.sent(mapped(agent, preset(upstream=server, **fields), valid=False).session, server)
    assert voice_in(session) == written


@pytest.mark.parametrize(
    ("server", "written"),
    [
        (OPENAI_GA, {"id": "mine"}),
        (SPEACHES, "mine"),
        (VOICE_LIVE, "mine"),
    ],
)
def test_D2_an_object_of_ga_s_too(server: UpstreamDialect, written: Any) -> None:
    agent = {"sessionAudioOutput": {"voice": {"id": "mine"}}}
    session = shapes.sent(mapped(agent, Config.component(upstream=server), valid=False).session, server)
    assert voice_in(session) == written


def test_S10_a_voice_of_another_kind_of_server_is_not_one_of_this() -> None:
    agent = {"speak": {"provider": {"type": "open_ai", "voice": "en-US-AvaNeural"}}}
    assert mapped(agent, Config.deepgram(), valid=False).plan.voice == "marin"


def test_D3_the_usual_transcription_model_is_the_server_s() -> None:
    assert sent(VOICE_LIVE)["input_audio_transcription"]["model"] == "whisper-1"
    assert sent(VOICE_LIVE, transcription_model="own")["input_audio_transcription"]["model"] == "own"
    assert "model" not in sent(LOCALAI)["audio"]["input"]["transcription"]
    assert "transcription" not in sent(NEMOTRON)["audio"]["input"]


def test_D3_languages_and_terms_each_have_their_spelling() -> None:
    for languages, terms, expected in (
        (True, False, {"languages": ["en"], "prompt": "berth, slip nine"}),
        (False, True, {"language": "en", "keywords": ["berth", "slip nine"]}),
    ):
        row = evolve(
            OPENAI_GA,
            transcription=Transcripts(model=None, languages_listed=languages, terms_listed=terms),
        )
        assert sent(row)["audio"]["input"]["transcription"] == expected


@pytest.mark.parametrize(
    ("server", "asked", "type_", "manual"),
    [
        (OPENAI_GA, ManualCommit(), None, True),
        (GLM, ManualCommit(), "client_vad", True),
        (SPEACHES, ManualCommit(), "server_vad", False),
        (ELEVENLABS, ManualCommit(), "semantic_vad", False),
        (ELEVENLABS, ServerVad(threshold=0.7), "semantic_vad", False),
        (XAI, SemanticVad("low"), "server_vad", False),
        (XAI, ManualCommit(), None, True),
        (INWORLD, ServerVad(), "server_vad", False),
    ],
)
def test_D3_turns_are_detected_as_the_server_can(
    server: UpstreamDialect, asked: Any, type_: str | None, manual: bool
) -> None:
    result = mapped({}, Config.deepgram(upstream=server, turn_detection=asked), valid=False)
    turns = result.session["audio"]["input"]["turn_detection"]
    assert (turns and turns["type"]) == type_
    assert result.plan.commit.manual is manual
    other = type_ not in (None, "client_vad", {ServerVad: "server_vad"}.get(type(asked)))
    assert ("TURNS_APPROXIMATED" in result.codes) is other


def test_D3_the_flags_stay() -> None:
    asked = ServerVad(create_response=False, interrupt_response=False)
    config = Config.deepgram(upstream=ELEVENLABS, turn_detection=asked)
    turns = mapped({}, config, valid=False).session["audio"]["input"]["turn_detection"]
    assert turns == {
        "type": "semantic_vad",
        "eagerness": "medium",
        "create_response": False,
        "interrupt_response": False,
    }


def test_D3_a_server_that_always_answers_is_not_asked_to_wait() -> None:
    config = Config.component(upstream=XAI, turn_detection=ServerVad(create_response=False))
    result = mapped({}, config, valid=False)
    assert result.plan.commit.create_response
    assert "TURNS_APPROXIMATED" in result.codes


# --- rows ---------------------------------------------------------------------------------------------------


def test_every_server_has_the_name_of_the_command_line() -> None:
    assert list(SERVERS) == [
        "openai", "azure", "openai-beta", "voice-live", "xai", "inworld", "elevenlabs", "qwen", "glm",
        "stepfun", "speaches", "localai", "speech-to-speech", "nemotron", "litellm",
    ]  # fmt: skip


@EVERY_SERVER
def test_a_row_is_part_of_the_recorded_configuration(server: UpstreamDialect) -> None:
    config = Config.deepgram(upstream=server)
    assert config_of(json.loads(json.dumps(config_data(config)))) == config


@EVERY_SERVER
def test_every_cell_has_evidence(server: UpstreamDialect) -> None:
    assert set(server.graded) <= set(COLUMNS)
    assert evolve(server, evidence=Evidence.READ, graded={}).proved
    assert not evolve(server, evidence=Evidence.DOCUMENTED, graded={}).proved
    assert server.grade("name") is server.evidence


def test_a_row_that_nobody_has_seen() -> None:
    unproved = [each.name for each in SERVERS.values() if not each.proved]
    assert unproved == ["glm", "stepfun", "nemotron"]


def test_every_column_is_read_by_the_code() -> None:
    """A column that nothing reads says nothing."""
    rows = {name for path in FILES for name in [name_of(path)] if name.startswith("openai/dialects/")}
    read = {
        node.attr
        for path in FILES
        if name_of(path) not in rows - {"openai/dialects/row.py"}
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Attribute)
    }
    assert {each.name for each in fields(UpstreamDialect)} - read == set()


def test_no_code_asks_which_server_it_is() -> None:
    """Rows differ in what they say: nothing is done for one server by its name or because it is that one."""
    rows = {name for name, value in vars(dialects).items() if isinstance(value, UpstreamDialect)}

    def is_a_server(node: ast.expr) -> bool:
        if isinstance(node, ast.Attribute) and node.attr == "name":
            node = node.value
        name = getattr(node, "attr", getattr(node, "id", ""))
        return name in {"upstream", "server"} or name in rows

    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(TREES[path])
        if name_of(path).partition("/")[0] in ("mapping", "session", "openai", "translator.py")
        if isinstance(node, ast.Compare) and any(map(is_a_server, [node.left, *node.comparators]))
    ]
    assert found == []
