"""Truncation: what is left of an item of which only a part was heard (rule 11)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate.testing import Reply, Say
from tests.unit.testing.model.harness import Harness, Pick, manual

ITEM = "conversation.item."
R = "response."
TEXT = {"output_modalities": ["text"]}


def truncate(harness: Harness, item_id: str, end_ms: int, index: int = 0) -> None:
    harness.send(ITEM + "truncate", item_id=item_id, content_index=index, audio_end_ms=end_ms)
    harness.run(0.1)


def content(harness: Harness, item_id: str) -> Any:
    harness.send(ITEM + "retrieve", item_id=item_id)
    harness.run(0.1)
    return harness.of(ITEM + "retrieved")[-1]["item"]["content"]


def in_the_middle(**options: Any) -> tuple[Harness, str]:
    """An item of 3 s whose speech is being made."""
    harness = Harness(script=[Reply(Say("word " * 20, audio_ms=3000))], **options)
    harness.send("response.create")
    harness.run(0.5)
    return harness, str(harness.of(R + "output_item.added")[0]["item"]["id"])


def sent_ms(harness: Harness) -> int:
    return sum(len(base64.b64decode(each["delta"])) // 48 for each in harness.of(R + "output_audio.delta"))


def test_while_it_is_made_the_item_keeps_what_was_heard() -> None:
    """It does not stop the response: what is made afterwards is sent, and not kept."""
    harness, item_id = in_the_middle()
    truncate(harness, item_id, 500)
    assert len(harness.of(ITEM + "truncated")) == 1
    harness.run(3.0)
    assert sent_ms(harness) == 3000
    (said,) = harness.of(R + "output_audio_transcript.done")
    assert said["transcript"] == "word " * 20
    (done,) = harness.of(R + "done")
    assert done["response"]["status"] == "completed"
    (kept,) = content(harness, item_id)
    assert kept == done["response"]["output"][0]["content"][0]
    assert kept["type"] == "output_audio"
    assert said["transcript"].startswith(kept["transcript"])
    assert 5 <= len(kept["transcript"]) <= 40
    assert harness.server.violations == ()


def test_a_truncated_item_never_grows_again() -> None:
    harness, item_id = in_the_middle()
    truncate(harness, item_id, 500)
    harness.run(3.0)
    truncate(harness, item_id, 501)
    assert harness.errors[0]["message"] == "Audio content of 500ms is already shorter than 501ms"
    assert harness.rules == [(11, True)]
    truncate(harness, item_id, 500)
    assert len(harness.of(ITEM + "truncated")) == 2


def test_not_past_what_is_made_so_far() -> None:
    harness, item_id = in_the_middle(latency=0.0)
    harness.send(ITEM + "truncate", item_id=item_id, content_index=0, audio_end_ms=sent_ms(harness) + 1)
    assert harness.errors[0]["code"] == "invalid_value"
    assert f"{sent_ms(harness)}ms is already shorter" in harness.errors[0]["message"]
    assert harness.rules == [(11, True)]


def test_what_was_not_sent_cannot_have_been_heard() -> None:
    """The audio is there when the event is handled, but was not when the client sent it."""
    harness, item_id = in_the_middle(latency=0.2)
    harness.run(0.5)
    sent = sent_ms(harness)
    truncate(harness, item_id, sent + 100)
    harness.run(0.2)
    assert len(harness.of(ITEM + "truncated")) == 1
    assert (harness.rules, harness.errors) == ([(11, False)], [])
    assert f"{sent}ms" in harness.server.violations[0].message


def test_all_that_was_sent_may_have_been_heard() -> None:
    harness, item_id = in_the_middle(latency=0.2)
    harness.run(0.5)
    truncate(harness, item_id, sent_ms(harness))
    harness.run(0.2)
    assert len(harness.of(ITEM + "truncated")) == 1
    assert harness.server.violations == ()


def test_not_before_its_first_audio() -> None:
    harness = Harness(script=[Reply(Say("word " * 20))], latency=0.0)
    harness.send("response.create")
    harness.run_until(lambda: bool(harness.of(R + "output_audio_transcript.delta")))
    item_id = harness.of(R + "output_item.added")[0]["item"]["id"]
    assert harness.of(R + "output_audio.delta") == []
    truncate(harness, item_id, 0)
    assert harness.errors[0]["message"] == "Only model output audio messages can be truncated"
    assert harness.rules == [(11, True)]


@pytest.mark.parametrize("lag", [0, 1])
def test_barge_in(lag: int) -> None:
    """Cancel and truncate back to back, as a client does that hears the user."""
    harness, item_id = in_the_middle(choices=Pick(cancel_lag=lag))
    harness.send("response.cancel")
    truncate(harness, item_id, 300)
    harness.run(1.0)
    assert harness.of(R + "done")[0]["response"]["status"] == "cancelled"
    (kept,) = content(harness, item_id)
    assert 0 < len(kept["transcript"]) < len(harness.of(R + "output_audio_transcript.done")[0]["transcript"])
    assert harness.server.violations == ()


def test_an_interrupted_item_is_cut_where_it_was_heard() -> None:
    harness, item_id = in_the_middle()
    harness.append(100)
    made, said = sent_ms(harness), harness.of(R + "output_audio_transcript.done")[0]["transcript"]
    truncate(harness, item_id, made // 2)
    (kept,) = content(harness, item_id)
    assert kept["transcript"] == said[: len(said) * (made // 2) // made]
    truncate(harness, item_id, made)
    assert harness.rules == [(11, True)]


def test_not_a_text_of_the_model() -> None:
    harness = Harness()
    harness.send("response.create", response=TEXT)
    harness.run(2.0)
    item_id = harness.of(R + "output_item.added")[0]["item"]["id"]
    truncate(harness, item_id, 0)
    assert harness.errors[0]["code"] == "unsupported_content_type"
    assert content(harness, item_id) == [{"type": "output_text", "text": "Yes."}]


def test_not_what_the_user_said() -> None:
    harness = manual()
    harness.append(500)
    harness.send("input_audio_buffer.commit")
    harness.run(0.1)
    truncate(harness, harness.of("input_audio_buffer.committed")[0]["item_id"], 100)
    assert harness.errors[0]["code"] == "unsupported_content_type"
    assert harness.rules == [(11, True)]


@pytest.mark.parametrize("conversation", ["auto", "none"])
def test_not_an_item_that_is_not_in_the_conversation(conversation: str) -> None:
    """Deleted, or made out of band."""
    harness = Harness()
    harness.send("response.create", response={"conversation": conversation})
    harness.run(2.0)
    item_id = harness.of(R + "output_item.added")[0]["item"]["id"]
    if conversation == "auto":
        harness.send(ITEM + "delete", item_id=item_id)
    truncate(harness, item_id, 100)
    (error,) = harness.errors
    assert error["code"] == "item_truncate_invalid_item_id"
    assert error["message"] == f"Error truncating item: the item with id '{item_id}' does not exist."
    assert harness.rules == [(11, True)]
    assert harness.of(ITEM + "truncated") == []
