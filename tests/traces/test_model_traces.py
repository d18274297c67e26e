"""The recorded clients, played into the model: it answers in kinds and order of the recorded servers."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from realtime_translate.testing import Call, Reply, Say, TranscriptionFailure
from tests.shared_material import SHARED, shared
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, audio

TRACES = sorted(path.stem for path in (SHARED / "traces").glob("ga-*.jsonl"))
HEARD = "conversation.item.input_audio_transcription."
SPOKEN = {"response.output_audio.delta", "response.output_audio_transcript.delta"}
# Present in some recordings only: of newer models, of Azure, or random padding.
OPTIONAL = {"phase", "reasoning_tokens", "obfuscation", "item.phase", "logprobs"}

Line = dict[str, Any]


def lines_of(name: str) -> list[Line]:
    return [json.loads(line) for line in shared("traces", f"{name}.jsonl").read_text("utf-8").splitlines()]


def recorded_events(lines: list[Line]) -> list[dict[str, Any]]:
    return [line["event"] for line in lines if line["dir"] == "in"]


class Recorded:
    """Chooses what the recording shows: rate limits after some responses only."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        ends = [i for i, event in enumerate(events) if event["type"] == "response.done"]
        self.rate_limits = [
            [e["type"] for e in events[i + 1 : i + 2]] == ["rate_limits.updated"] for i in ends
        ]

    def choose(self, name: str, options: int) -> int:
        return 0 if name != "rate_limits" or self.rate_limits.pop(0) else 1


def part_of(item: dict[str, Any]) -> Say | Call:
    if item["type"] == "function_call":
        return Call(item["name"], item["arguments"], item["call_id"])
    content = item["content"][0]
    return Say(content.get("transcript", content.get("text")))


def script_of(events: list[dict[str, Any]]) -> list[Reply]:
    done = [event["response"] for event in events if event["type"] == "response.done"]
    return [Reply(*map(part_of, response["output"])) for response in done]


def transcribe_of(events: list[dict[str, Any]]) -> Any:
    for event in events:
        if event["type"] == HEARD + "failed":
            return lambda _: TranscriptionFailure(event["error"]["code"], event["error"]["message"])
        if event["type"] == HEARD + "completed":
            return event["transcript"]
    return ""


def speech_of(events: list[dict[str, Any]]) -> range:
    """The 100 ms appends in which the recorded user spoke: what the recorders cut from the audio."""
    at = {event["type"]: event for event in events}
    if "input_audio_buffer.speech_started" not in at:
        return range(0)
    padded = at["input_audio_buffer.speech_started"]["audio_start_ms"] + 300
    end = at["input_audio_buffer.speech_stopped"]["audio_end_ms"] - 200
    return range(padded // 100, end // 100 + 1)


def play(lines: list[Line]) -> Harness:
    """Send what the recorded client sent, each event after the model has sent what came before it."""
    events = recorded_events(lines)
    model = events[0]["session"]["model"]
    harness = Harness(
        script=script_of(events), choices=Recorded(events), transcribe=transcribe_of(events), model=model
    )
    speech, appended, expected = speech_of(events), 0, dict[str, int]()
    for line in lines:
        kind = line["event"]["type"]
        if line["dir"] == "in":
            expected[kind] = expected.get(kind, 0) + 1
            continue
        if line["t_ms"] is not None:
            harness.run(max(0.0, line["t_ms"] / 1000 - harness.clock.now))
        elif kind != "input_audio_buffer.append":
            await_all(harness, expected)
        event = dict(line["event"])
        if kind == "input_audio_buffer.append":
            event["audio"] = audio(100, LOUD if appended in speech else QUIET)
            appended += 1
        harness.keep(harness.server.receive(json.dumps(event)))
    harness.run(5.0)
    return harness


def await_all(harness: Harness, expected: dict[str, int]) -> None:
    """Wait for what the recorded server had sent. How many deltas there are, and rate limits, differ."""
    counted = {k: n for k, n in expected.items() if not k.endswith(".delta") and k != "rate_limits.updated"}
    harness.run_until(lambda: all(len(harness.of(kind)) >= n for kind, n in counted.items()))


def label(event: dict[str, Any]) -> str:
    item = event.get("item", {})
    return " ".join(filter(None, (event["type"], item.get("type"), item.get("role"))))


def turns(events: list[dict[str, Any]]) -> list[object]:
    """The stream without transcriptions, runs of one kind once; a run of spoken deltas is one element.

    Transcription is a process of its own: its events come anywhere after the commit. Transcript and audio
    deltas of the model alternate as they are made; only that the transcript runs ahead is fixed.
    """
    main = [event for event in events if not event["type"].startswith(HEARD)]
    runs: list[object] = []
    for spoken, run in itertools.groupby(main, lambda event: event["type"] in SPOKEN):
        if spoken:
            kinds = [event["type"] for event in run]
            runs.append((kinds[0], frozenset(kinds)))
        else:
            runs += [kind for kind, _ in itertools.groupby(map(label, run))]
    return runs


def heard(events: list[dict[str, Any]]) -> list[str]:
    kinds = (event["type"] for event in events if event["type"].startswith(HEARD))
    return [kind for kind, _ in itertools.groupby(kinds)]


def paths(value: object, prefix: str = "") -> set[str]:
    """The keys of an object, nested ones with dots."""
    if not isinstance(value, dict):
        return set()
    found = {prefix + key for key in value if key not in OPTIONAL}
    return found.union(*(paths(each, f"{prefix}{key}.") for key, each in value.items()))


def shapes(events: list[dict[str, Any]]) -> dict[str, set[frozenset[str]]]:
    """For each kind of event, the sets of keys that it came with."""
    found: dict[str, set[frozenset[str]]] = {}
    for event in events:
        known = {
            key: value for key, value in event.items() if key != "content"
        }  # Azure's content_part events
        found.setdefault(label(event), set()).add(frozenset(paths(known)))
    return found


def chain(events: list[dict[str, Any]]) -> list[tuple[str, int | None, int]]:
    """Which item came after which, by number."""
    numbers: dict[str, int] = {}
    links: list[tuple[str, int | None, int]] = []
    for event in events:
        item_id = event.get("item_id") or event.get("item", {}).get("id")
        if "previous_item_id" in event:
            previous = event["previous_item_id"]
            number = numbers.setdefault(item_id, len(numbers))
            links.append((event["type"], None if previous is None else numbers[previous], number))
    return links


@pytest.mark.parametrize("name", TRACES)
def test_order_as_recorded(name: str) -> None:
    lines = lines_of(name)
    played, recorded = play(lines), recorded_events(lines)
    assert turns(played.events) == turns(recorded)
    assert heard(played.events) == heard(recorded)
    assert played.errors == []


@pytest.mark.parametrize("name", TRACES)
def test_keys_as_recorded(name: str) -> None:
    lines = lines_of(name)
    played, recorded = shapes(play(lines).events), shapes(recorded_events(lines))
    assert {kind: found - recorded[kind] for kind, found in played.items() if found - recorded[kind]} == {}


@pytest.mark.parametrize("name", TRACES)
def test_predecessors_as_recorded(name: str) -> None:
    """`item.done` of the model's first item names none, in every recording."""
    lines = lines_of(name)
    assert chain(play(lines).events) == chain(recorded_events(lines))


@pytest.mark.parametrize("name", TRACES)
def test_a_recorded_client_breaks_no_rule(name: str) -> None:
    """Its events have no ids of their own (rule 14), which is advice; nothing else."""
    violations = play(lines_of(name)).server.violations
    assert [violation for violation in violations if violation.rule != 14] == []
