"""V1, V2: who ends the user's turn."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, ManualCommit, SemanticVad, ServerVad, openai
from realtime_translate.config import FROM_SETTINGS
from realtime_translate.mapping import turns
from realtime_translate.mapping.plan import CommitPlan
from realtime_translate.openai.objects import AudioInput, Session, SessionAudio, TurnDetection
from tests.unit.mapping.mapped import COMPONENT, DEEPGRAM, Result, mapped

BOTH = pytest.mark.parametrize("preset", [Config.deepgram, Config.component])


def detection(result: Result) -> Any:
    return result.session["audio"]["input"]["turn_detection"]


# --- V1 -----------------------------------------------------------------------------------------------------


@BOTH
def test_V1_manual_commit_turns_the_server_off(preset: Any) -> None:
    result = mapped({}, preset(turn_detection=ManualCommit(debounce=0.25, ceiling=3.0)))
    assert detection(result) is None
    assert result.plan.commit == CommitPlan(manual=True, debounce=0.25, ceiling=3.0)


@BOTH
def test_V1_server_vad_is_the_servers_to_commit(preset: Any) -> None:
    vad = ServerVad(0.5, 300, 200, 6000, create_response=False, interrupt_response=False)
    result = mapped({}, preset(turn_detection=vad))
    assert detection(result) == {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 200,
        "idle_timeout_ms": 6000,
        "create_response": False,
        "interrupt_response": False,
    }
    assert not result.plan.commit.manual
    assert not result.plan.commit.create_response


@pytest.mark.parametrize("create", [True, False])
def test_V1_semantic_vad_is_the_servers_to_commit(create: bool) -> None:
    vad = SemanticVad("low", create_response=create, interrupt_response=not create)
    result = mapped({}, Config.deepgram(turn_detection=vad))
    assert detection(result) == {
        "type": "semantic_vad",
        "eagerness": "low",
        "create_response": create,
        "interrupt_response": not create,
    }
    expected = CommitPlan(manual=False, create_response=create, interrupt_response=not create)
    assert result.plan.commit == expected


# --- V2 -----------------------------------------------------------------------------------------------------


def test_V2_deepgram_clients_stream_without_a_pause() -> None:
    result = mapped()
    assert detection(result) == {
        "type": "server_vad",
        "create_response": True,
        "interrupt_response": True,
    }
    assert result.plan.commit == CommitPlan(manual=False, create_response=True)


def test_V2_the_component_commits_by_itself_with_a_ceiling() -> None:
    result = mapped({}, COMPONENT)
    assert detection(result) is None
    assert result.plan.commit == CommitPlan(manual=True, debounce=0.4, ceiling=15.0)


@pytest.mark.parametrize("more", [{}, {"idleTimeoutMs": 10000}])
def test_V2_manual_audio_commit_comes_first(more: dict[str, Any]) -> None:
    result = mapped({"useOpenAIManualAudioCommit": True, **more}, COMPONENT)
    assert detection(result) is None
    assert result.plan.commit == CommitPlan(manual=True, debounce=0.4, ceiling=15.0)


@pytest.mark.parametrize("value", [False, None, "true", 1])
def test_V2_only_true_asks_for_manual_audio_commit(value: object) -> None:
    result = mapped({"useOpenAIManualAudioCommit": value, "idleTimeoutMs": 10000}, COMPONENT)
    assert detection(result)["type"] == "server_vad"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (0, 5000),
        (10, 5000),
        (5000, 5000),
        (10000, 10000),
        (7000.0, 7000),
        (30000, 30000),
        pytest.param(10**300, 30000, id="huge"),
    ],
)
def test_V2_an_idle_timeout_asks_for_the_configuration_that_was_found_to_work(
    asked: float, sent: int
) -> None:
    result = mapped({"idleTimeoutMs": asked}, COMPONENT)
    assert detection(result) == {
        "type": "server_vad",
        "idle_timeout_ms": sent,
        "create_response": False,
        "interrupt_response": True,
    }
    assert result.plan.commit == CommitPlan(manual=False, create_response=False)
    clamped = [dict(each.fields) for each in result.notices]
    expected = [{"path": "agent.idleTimeoutMs", "asked": asked, "sent": sent}]
    assert clamped == (expected if asked != sent else [])


@pytest.mark.parametrize(
    ("margin", "asked", "sent"),
    [
        (2.5, 10000, 12500),
        (0.001, 10000, 10001),
        (2, 0, 5000),
        (2, 28000, 30000),
        (2, 28001, None),
        (30, 10**300, None),
        (0, 40000, 30000),
    ],
)
def test_V2_the_idle_margin_makes_the_client_hang_up_first(
    margin: float, asked: int, sent: int | None
) -> None:
    result = mapped({"idleTimeoutMs": asked}, Config.component(idle_timeout_margin=margin))
    assert detection(result).get("idle_timeout_ms") == sent
    assert (detection(result)["type"], result.plan.commit.create_response) == ("server_vad", False)
    left_out = [each.code for each in result.notices] == ["IDLE_TIMEOUT_LEFT_OUT"]
    assert left_out == (sent is None)


def test_V2_the_idle_margin_is_for_the_clients_idle_time_alone() -> None:
    config = Config.component(idle_timeout_margin=5, turn_detection=ServerVad(idle_timeout_ms=10000))
    assert detection(mapped({"idleTimeoutMs": 8000}, config))["idle_timeout_ms"] == 10000
    assert detection(mapped({}, Config.component(idle_timeout_margin=5))) is None


@pytest.mark.parametrize("value", [-1, -0.5])
def test_V2_a_negative_idle_timeout_is_none(value: float) -> None:
    result = mapped({"idleTimeoutMs": value}, COMPONENT)
    assert detection(result) is None
    assert result.plan.commit == CommitPlan(manual=True, debounce=0.4, ceiling=15.0)
    assert result.notices == []


@pytest.mark.parametrize("value", ["10000", True, [], {}])
def test_V2_what_is_no_number_is_left_out(value: object) -> None:
    result = mapped({"idleTimeoutMs": value}, COMPONENT)
    assert detection(result) is None
    assert result.invalid == ["agent.idleTimeoutMs"]


def test_V2_the_dialects_fields_mean_nothing_to_a_deepgram_client() -> None:
    agent = {"useOpenAIManualAudioCommit": True, "idleTimeoutMs": 10000}
    assert detection(mapped(agent)) == detection(mapped())


def test_V2_what_the_configuration_says_beats_settings() -> None:
    config = Config.component(turn_detection=ServerVad())
    agent = {"useOpenAIManualAudioCommit": True, "idleTimeoutMs": 10000}
    assert detection(mapped(agent, config)) == {
        "type": "server_vad",
        "create_response": True,
        "interrupt_response": True,
    }


@pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT])
def test_V2_turn_detection_is_always_explicit(config: Config) -> None:
    assert "turn_detection" in mapped({}, config).session["audio"]["input"]


@pytest.mark.parametrize("vad", [ServerVad(), SemanticVad("low"), FROM_SETTINGS])
def test_B_without_barge_in_the_server_does_not_cancel_either(vad: Any) -> None:
    result = mapped({}, Config.deepgram(turn_detection=vad, barge_in=False))
    assert detection(result)["interrupt_response"] is False
    assert result.plan.commit == CommitPlan(create_response=True, interrupt_response=False)


def test_B_manual_commit_has_nothing_to_switch_off() -> None:
    result = mapped({}, Config.deepgram(turn_detection=ManualCommit(), barge_in=False))
    assert detection(result) is None
    assert result.plan.commit == mapped({}, Config.deepgram(turn_detection=ManualCommit())).plan.commit


# --- S4 -----------------------------------------------------------------------------------------------------


def in_effect(detection: TurnDetection | None) -> Session:
    return Session(audio=SessionAudio(AudioInput(turn_detection=detection)))


@pytest.mark.parametrize(
    ("session", "plan"),
    [
        (Session(), CommitPlan(create_response=True)),
        (Session(audio=None), CommitPlan(create_response=True)),
        (Session(audio=SessionAudio()), CommitPlan(create_response=True)),
        (Session(audio=SessionAudio(AudioInput())), CommitPlan(create_response=True)),
        (in_effect(None), CommitPlan(manual=True, debounce=0.4, ceiling=15.0)),
        (in_effect(TurnDetection("server_vad")), CommitPlan(create_response=True)),
        (in_effect(TurnDetection("server_vad", create_response=True)), CommitPlan(create_response=True)),
        (in_effect(TurnDetection("semantic_vad", create_response=False)), CommitPlan(create_response=False)),
        (
            in_effect(TurnDetection("server_vad", interrupt_response=False)),
            CommitPlan(interrupt_response=False),
        ),
        (
            in_effect(TurnDetection("server_vad", interrupt_response=True)),
            CommitPlan(interrupt_response=True),
        ),
    ],
)
def test_S4_of_a_session_that_nobody_asked_for_the_server_says_who_commits(
    session: openai.Session, plan: CommitPlan
) -> None:
    assert turns.effective_plan(session) == plan
