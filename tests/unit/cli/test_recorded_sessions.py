"""The recorded sessions of real servers, replayed: the translator sends what the recorded client sent."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from realtime_translate import ClientDialect
from realtime_translate.cli.inputs import sub_object
from realtime_translate.cli.main import main
from realtime_translate.cli.recorded_client import fitting_client, item_text
from realtime_translate.cli.replay import Replay
from realtime_translate.cli.steps import Party, Step
from realtime_translate.cli.trace import Trace, read_trace
from realtime_translate.openai.dialects import (
    AZURE_GA,
    OPENAI_BETA,
    OPENAI_GA,
    SPEACHES,
    SPEECH_TO_SPEECH,
    VOICE_LIVE,
    XAI,
)
from tests.shared_material import OWN, SHARED, shared

PATHS = {path.stem: path.parent.name for path in SHARED.glob("traces*/*.jsonl")}
NAMES = sorted(name for name, folder in PATHS.items() if folder == "traces")
ROWS = {
    "beta-azure-voicelive": VOICE_LIVE,
    "beta-openai": OPENAI_BETA,
    "ga-azure": AZURE_GA,
    "ga-openai": OPENAI_GA,
    "xai": XAI,
}
"""By the beginning of a name, the row of the vendor whose server was recorded."""
RUNNING = {"s2s": SPEECH_TO_SPEECH, "speaches": SPEACHES}
"""The same of servers that were run."""
TAKES_NOBODY = "s2s-full"
"""The server is full, and the call ends before it begins."""
AT_VENDORS = sorted(name for name in PATHS if name.startswith(tuple(ROWS)))
GA = [name for name in NAMES if name.startswith("ga-")]
CLIENT_LEG = [name for name in NAMES if name.startswith("dg-")]
WRITTEN = {
    "beta-azure-voicelive-history-seeding",
    "beta-azure-voicelive-text-output",
    "beta-openai-function-call",
    "ga-azure-tool-call-round",
    "ga-openai-history-seeding",
    "ga-openai-tool-call-round",
    "ga-openai-tool-call-round-2",
}
"""Sessions without a sound: text was asked for, or the recording ends before one."""
AT_THEIR_SERVERS = pytest.mark.skipif(
    SHARED == OWN, reason="what sets the server of a vendor apart is not in the recordings of our own"
)
ABOUT = {"ga-azure-vad-transcription-failed": {"TRANSCRIPTION_FAILED"}}
ITEM, TEXT = "conversation.item.", "ConversationText"
UPSTREAM_LEG = [name for name in NAMES if name not in CLIENT_LEG]

ID_KEYS = {"id", "event_id", "item_id", "previous_item_id", "response_id", "call_id", "conversation_id"}
TEXT_KEYS = {"text", "transcript", "delta", "instructions", "description", "output"}


def path_of(name: str) -> Path:
    return shared(PATHS[name], f"{name}.jsonl")


def replayed(name: str, dialect: ClientDialect = ClientDialect.DEEPGRAM) -> tuple[Trace, list[Step]]:
    """A session of a vendor, and what a translator with its row makes of it."""
    trace = read_trace(path_of(name).read_text(encoding="utf-8"), name)
    server = next(row for begins, row in ROWS.items() if name.startswith(begins))
    return trace, list(Replay(trace, dialect, server).run())


def words(texts: Iterable[object]) -> list[str]:
    return " ".join(map(str, texts)).split()


def sent_upstream(steps: list[Step]) -> list[str]:
    sent = [step for step in steps if step.sender is Party.TRANSLATOR and step.receiver is Party.UPSTREAM]
    return [step.type for step in sent if step.type != "input_audio_buffer.append"]


def recorded(trace: Trace) -> list[str]:
    return [line.type for line in trace.select("upstream", "out") if line.type != "input_audio_buffer.append"]


def renamed(value: object, key: str = "", event_type: str = "") -> object:
    """`value` with other ids and other texts. Letters change one by one: deltas still add up."""
    if isinstance(value, dict):
        event_type = str(value.get("type", event_type))
        return {name: renamed(entry, name, event_type) for name, entry in value.items()}
    if isinstance(value, list):
        return [renamed(entry, key, event_type) for entry in value]
    is_text = key in TEXT_KEYS and "audio.delta" not in event_type and "arguments" not in event_type
    if isinstance(value, str) and (key in ID_KEYS or is_text):
        return codecs.encode(value, "rot13")
    return value


@pytest.mark.parametrize("dialect", list(ClientDialect))
@pytest.mark.parametrize("name", AT_VENDORS)
def test_what_goes_upstream_is_what_was_recorded_in_kind_and_order(name: str, dialect: ClientDialect) -> None:
    trace, steps = replayed(name, dialect)
    assert sent_upstream(steps) == recorded(trace)


@pytest.mark.parametrize("name", AT_VENDORS)
def test_D1_all_of_the_agent_s_audio_reaches_the_client_once(name: str) -> None:
    _, steps = replayed(name)
    sent, heard = (
        sum(step.audio_bytes or 0 for step in steps if (step.sender, step.receiver) == way)
        for way in ((Party.UPSTREAM, Party.TRANSLATOR), (Party.TRANSLATOR, Party.CLIENT))
    )
    assert heard == sent - sent % 2  # the recorders cut the audio: half a sample may be left
    assert SHARED == OWN or bool(heard) is (name not in WRITTEN)


@pytest.mark.parametrize("name", AT_VENDORS)
def test_O3_every_word_of_both_sides_reaches_the_client_once(name: str) -> None:
    trace, steps = replayed(name)
    told = [step.frame for step in steps if step.receiver is Party.CLIENT and step.frame]
    said = {
        role: words(
            each["content"] for each in told if each.get("role") == role and "History" not in str(each)
        )
        for role in ("user", "assistant")
    }
    whole = [
        line.event.get("transcript", line.event.get("text"))
        for line in trace.select("upstream", "in")
        if line.type.endswith(("audio_transcript.done", "text.done"))
    ]
    assert said["assistant"] == words(whole)
    final = [
        line.event["transcript"]
        for line in trace.select("upstream", "in", f"{ITEM}input_audio_transcription.completed")
        if line.event.get("status") != "in_progress"
    ]
    client = fitting_client(trace, ClientDialect.DEEPGRAM)
    typed = [
        item_text(sub_object(line.event, "item"))
        for line in trace.select("upstream", "out", f"{ITEM}create")
        if sub_object(line.event, "item").get("role") == "user" and line not in client.context
    ]
    assert said["user"] == words([*typed, *final])


@AT_THEIR_SERVERS
@pytest.mark.parametrize("name", AT_VENDORS)
def test_D4_no_notice_is_a_warning_but_what_the_session_is_about(name: str) -> None:
    _, steps = replayed(name)
    notices = [step.notice for step in steps if step.notice and step.notice["level"] == "warning"]
    expected = {"ANSWER_WITHOUT_AUDIO"} if name in WRITTEN else ABOUT.get(name, set())
    assert {str(each["code"]) for each in notices} <= expected


@pytest.mark.parametrize("name", GA)
def test_ids_and_texts_make_no_difference(name: str) -> None:
    lines = path_of(name).read_text(encoding="utf-8").splitlines()
    other = [json.loads(line) for line in lines]
    for line in other:
        line["event"] = renamed(line["event"])
    text = "\n".join(json.dumps(line) for line in other)
    assert text.count("vgrz_") or "function_call" in text  # item ids were renamed
    trace = read_trace(text, name)
    assert sent_upstream(list(Replay(trace, ClientDialect.DEEPGRAM).run())) == recorded(trace)


@pytest.mark.parametrize("name", UPSTREAM_LEG)
def test_every_upstream_session_is_replayed_to_its_end(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for dialect in ClientDialect:
        assert main(["replay", str(path_of(name)), "--dialect", dialect.value]) == 0
        out, err = capsys.readouterr()
        assert "SettingsApplied" in out
        assert err == ""


@pytest.mark.parametrize("name", sorted(set(PATHS) - set(CLIENT_LEG)))
def test_D2_every_session_is_replayed_with_the_row_of_its_server(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server = next(row.name for begins, row in (ROWS | RUNNING).items() if name.startswith(begins))
    assert main(["replay", str(path_of(name)), "--server", server, "--format", "jsonl"]) == 0
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert ("closed the call here" in err) is (name == TAKES_NOBODY)
    assert err == "" or name == TAKES_NOBODY
    assert all({"t", "from", "to"} <= set(each) for each in lines[1:])
    codes = {each["notice"]["code"] for each in lines if each.get("notice")}
    assert not codes & {"SERVER_UNPROVED", "UPSTREAM_MALFORMED"}


@pytest.mark.parametrize("name", CLIENT_LEG)
def test_what_a_server_sent_its_client_cannot_be_fed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(path_of(name))]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "nothing to feed" in err


@AT_THEIR_SERVERS
@pytest.mark.parametrize(("options", "flat"), [([], True), (["--server", "openai"], False)])
def test_D2_a_trace_is_of_the_server_that_it_shows_or_of_the_one_that_is_named(
    options: list[str], flat: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(path_of("beta-openai-text-in-audio-out"))
    assert main(["replay", path, "--format", "jsonl", *options]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    frames = [each["frame"] for each in lines if each.get("frame")]
    update = next(each for each in frames if each.get("type") == "session.update")
    assert ("input_audio_format" in update["session"]) is flat
    codes = [each["notice"]["code"] for each in lines if each.get("notice")]
    assert ("SERVER_DIFFERS" in codes) is not flat


def test_a_server_that_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(path_of("beta-openai-text-in-audio-out")), "--server", "mine"]) == 2
    assert "speech-to-speech" in capsys.readouterr().err
