"""The two names of each output: every server is heard in its own, and one that sends both is heard once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate.openai import audio_frames
from realtime_translate.openai.spellings import BETA_NAMES
from tests.events import (
    PCM,
    audio,
    audio_done,
    created,
    done,
    message,
    text,
    text_done,
    transcript,
    transcript_done,
)
from tests.harness import Desk, ready

Json = dict[str, Any]

GA_NAMES = {ga: beta for beta, ga in BETA_NAMES.items()}
ANSWER = (transcript("It rains."), audio(), audio(PCM * 2), audio_done(), transcript_done("It rains."))


@pytest.fixture(params=[True, False], ids=["speed", "standard"], autouse=True)
def _speed(request: pytest.FixtureRequest) -> Any:
    before = audio_frames.use(request.param)
    yield
    audio_frames.use(before)


def beta(event: Json) -> Json:
    """The same event as the beta names it."""
    return {**event, "type": GA_NAMES[event["type"]]}


def heard(desk: Desk, *events: Json) -> list[Any]:
    return desk.upstream(*events).client


def told(*events: Json) -> list[Any]:
    return heard(ready(), created(), *events, done())


def test_D1_every_output_has_a_name_of_the_beta() -> None:
    assert sorted(BETA_NAMES) == [
        "response.audio.delta",
        "response.audio.done",
        "response.audio_transcript.delta",
        "response.audio_transcript.done",
        "response.text.delta",
        "response.text.done",
    ]


@pytest.mark.parametrize(
    "answer", [ANSWER, (text("It "), text("rains."), text_done("It rains."))], ids=["spoken", "written"]
)
def test_D1_a_server_with_the_names_of_the_beta_is_heard_like_any_other(answer: tuple[Json, ...]) -> None:
    expected = told(*answer)
    assert len(expected) > 2
    assert told(*map(beta, answer)) == expected


def test_D1_a_gateway_that_sends_both_names_is_heard_once() -> None:
    expected = told(*ANSWER)
    assert told(*(each for event in ANSWER for each in (event, beta(event)))) == expected
    assert told(*(each for event in ANSWER for each in (beta(event), event))) == expected


def test_D1_the_name_that_comes_first_is_heard_to_the_end() -> None:
    assert heard(ready(), created(), audio(), beta(audio(PCM * 2)), audio(PCM * 3))[-2:] == [PCM, PCM * 3]
    assert heard(ready(), created(), beta(audio()), audio(PCM * 2), beta(audio(PCM * 3)))[-2:] == [
        PCM,
        PCM * 3,
    ]


def test_D1_each_output_is_judged_by_itself() -> None:
    """xAI has the audio by the names of GA and texts by those of the beta."""
    assert told(audio(), beta(transcript_done("It rains."))) == told(audio(), transcript_done("It rains."))


def test_D1_each_response_is_judged_by_itself() -> None:
    desk = ready()
    heard(desk, created(), audio(), done())
    second = [beta(audio(PCM * 2, "i2", "r2")), audio(PCM * 2, "i2", "r2")]
    assert PCM * 2 in heard(desk, created("r2"), second[0])
    assert heard(desk, second[1]) == []


def test_D1_a_response_that_nobody_announced_is_another_one() -> None:
    desk = ready()
    heard(desk, created(), audio(), transcript("Yes."))
    assert PCM * 2 in heard(desk, beta(audio(PCM * 2, "i2", "r2")))
    assert heard(desk, audio(PCM * 3, "i2", "r2")) == []
    assert heard(desk, beta(audio(PCM * 3, "i2", "r2"))) == [PCM * 3]


def test_D1_what_is_late_of_an_ended_response_changes_nothing() -> None:
    desk = ready()
    heard(desk, created(), audio(), done(), created("r2"), audio(PCM, "i2", "r2"))
    assert heard(desk, beta(transcript("late")), beta(audio())) == []
    assert heard(desk, beta(audio(PCM, "i2", "r2"))) == []
    assert heard(desk, audio(PCM * 2, "i2", "r2")) == [PCM * 2]


def test_D1_servers_that_name_no_response() -> None:
    def nameless(event: Json) -> Json:
        return {key: value for key, value in event.items() if key != "response_id"}

    def one(number: int, first: Json, second: Json) -> list[Json]:
        start: Json = {"type": "response.created", "response": {"status": "in_progress"}}
        end: Json = {"type": "response.done", "response": {"status": "completed", "output": []}}
        return [start, nameless(first), nameless(second), end]

    desk = ready()
    first = heard(desk, *one(1, audio(PCM), beta(audio(PCM))))
    second = heard(desk, *one(2, beta(audio(PCM * 2, "i2")), audio(PCM * 2, "i2")))
    assert [each for each in first + second if isinstance(each, bytes)] == [PCM, PCM * 2]


def test_D1_what_comes_twice_gives_no_warning() -> None:
    desk = ready()
    log = desk.upstream(created(), transcript("Yes"), beta(transcript("Yes")), audio(), beta(audio()))
    assert set(log.notices) <= {"UPSTREAM_ABSORBED"}
    assert json.dumps(log.notices).count("UPSTREAM_ABSORBED") == 1


def test_D1_the_end_of_another_response_changes_nothing() -> None:
    desk = ready()
    typed = desk.client({"type": "InjectUserMessage", "content": "Hi."}).of("conversation.item.create")[0]
    item = {**typed["item"], "status": "completed"}
    create = desk.upstream({"type": "conversation.item.added", "item": item}).of("response.create")[0]
    desk.upstream(created("other"), audio(PCM, "i0", "other"))  # the server's own, while ours is in flight
    whole = done("ours", message("Yes."), metadata=create["response"]["metadata"])
    assert desk.upstream(whole).of("ConversationText") != []
    assert heard(desk, beta(audio(PCM, "i0", "other"))) == []
