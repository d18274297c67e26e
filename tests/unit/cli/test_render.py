from __future__ import annotations

import base64
import json

import pytest

from realtime_translate.audio import PCM_24K, AudioFormat, streaming_header
from realtime_translate.cli.fitting import columns
from realtime_translate.cli.mermaid import as_mermaid
from realtime_translate.cli.render import NARROWEST, WIDEST, as_jsonl, as_text
from realtime_translate.cli.steps import Party, Step, frame_step, notice_step, socket_step
from realtime_translate.outputs import Level, Notice

CLIENT, TRANSLATOR, UPSTREAM, HOST = Party.CLIENT, Party.TRANSLATOR, Party.UPSTREAM, Party.HOST


def frame(t: float, sender: Party, receiver: Party, **message: object) -> Step:
    return frame_step(t, sender, receiver, json.dumps(message))


def append(t: float, size: int) -> Step:
    audio = base64.b64encode(bytes(size)).decode()
    return frame(t, TRANSLATOR, UPSTREAM, type="input_audio_buffer.append", audio=audio)


def labels(*steps: Step) -> list[str]:
    """The lines without the header, arrows and lifelines: time and words. Wide enough for all of them."""
    lines = list(as_text(steps, WIDEST))[1:]
    return [" ".join(line.translate({ord(c): " " for c in "│─▶◀"}).split()) for line in lines]


def test_jsonl_is_one_object_a_step() -> None:
    steps = [
        frame(0, CLIENT, TRANSLATOR, type="KeepAlive", x="é"),
        socket_step(1, HOST, TRANSLATOR, "x", y=range(3)),
    ]
    header, first, second = as_jsonl(steps)
    assert json.loads(header) == {"format": "realtime_translate timeline", "version": 1}
    assert json.loads(first) == steps[0].as_json()
    assert "é" in first
    assert json.loads(second)["frame"]["y"] == "range(0, 3)"


def test_the_diagram_has_a_column_for_each_party() -> None:
    header, right, left, further, back = as_text(
        [
            frame(0, CLIENT, TRANSLATOR, type="Settings"),
            frame(1, TRANSLATOR, CLIENT, type="SettingsApplied"),
            frame(2, TRANSLATOR, UPSTREAM, type="session.update"),
            frame(1234.5678, UPSTREAM, TRANSLATOR, type="session.updated"),
        ]
    )
    client, translator, upstream = (i for i, character in enumerate(right) if character == "│")
    assert len({len(line) for line in (right, left, further, back)}) == 1
    assert header.index("client") == client
    assert header.index("translator") < translator < header.index("translator") + len("translator")
    assert header.rindex("upstream") + len("upstream") == upstream + 1
    assert right.startswith("   0.000 │── Settings ──")
    assert right[translator - 1] == "▶"
    assert left[client + 1] == "◀"
    assert left[:translator].endswith("─ SettingsApplied ──")
    assert further[translator + 1 :].startswith("── session.update ─")
    assert further[upstream - 1] == "▶"
    assert back.startswith("1234.568 │")
    assert back[translator + 1] == "◀"


def test_control_characters_of_a_peer_reach_no_terminal() -> None:
    rude = frame(0, CLIENT, TRANSLATOR, type="InjectUserMessage", content="a\x1b[31mb\x07\x9b\x7f")
    (line,) = labels(rude)
    assert line == "0.000 InjectUserMessage a\\x1b[31mb\\x07\\x9b\\x7f"
    _, line = as_jsonl([rude])
    assert line.isprintable()
    assert json.loads(line)["frame"] == rude.frame
    *_, line = as_mermaid([rude])
    assert line.isprintable()


LONG = "Yesterday I wanted to tell you that no train goes to Bergen before ten past four."
CALL = {"name": "get_weather", "arguments": '{"city": "Llanfairpwllgwyngyllgogerychwyrndrobwll"}'}
EVERY_KIND = (
    frame(0, CLIENT, TRANSLATOR, type="InjectUserMessage", content=LONG),
    frame(1, TRANSLATOR, CLIENT, type="Transcript", transcript=LONG, is_final=True),
    frame(2, TRANSLATOR, CLIENT, type="History", role="user", content=LONG),
    frame(3, TRANSLATOR, CLIENT, type="FunctionCallRequest", functions=[CALL]),
    frame(4, UPSTREAM, TRANSLATOR, type="response.output_audio_transcript.done", transcript=LONG),
    frame(5, UPSTREAM, TRANSLATOR, type="error", error={"code": "invalid_value", "message": LONG}),
    frame(
        6, UPSTREAM, TRANSLATOR, type="response.output_text.delta", delta="火车四点十分开。明天也一样。" * 3
    ),
    frame(7, TRANSLATOR, CLIENT, type="ConversationText", role="user", content="火车四点十分开。" * 9),
    frame(8, CLIENT, TRANSLATOR, type="x" * 99),
    notice_step(9, Notice("RESPONSE_FAILED", Level.WARNING, LONG)),
    socket_step(10, TRANSLATOR, HOST, "RunFunction", call_id="c", **CALL),
)


@pytest.mark.parametrize("width", [NARROWEST, 80, 81, 132, WIDEST])
def test_no_line_is_wider_than_asked_for_and_lifelines_are_straight(width: int) -> None:
    header, *lines = as_text(EVERY_KIND, width)
    assert columns(header) == width
    aligned = [line for line in lines if line.endswith("│")]
    assert len(aligned) >= 9
    assert {columns(line) for line in aligned} == {width}
    assert max(columns(line) for line in lines) <= width
    middle = {columns(line[: line.index("│", line.index("│") + 1)]) for line in aligned}
    assert len(middle) == 1


def below(step: Step, width: int = 80) -> str:
    """What stands below the arrow of a step."""
    _, _, *lines = as_text([step], width)
    return " ".join(" ".join(line.replace("│", " ").split()) for line in lines)


@pytest.mark.parametrize("number", [0, 1, 3, 5])
def test_what_is_said_asked_and_reported_is_told_in_full(number: int) -> None:
    told = {
        0: LONG,
        1: LONG,
        3: 'get_weather({"city": "Llanfairpwllgwyngyllgogerychwyrndrobwll"})',
        5: f"invalid_value: {LONG}",
    }[number]
    # A word that is longer than the column is cut: nothing of it is lost.
    assert below(EVERY_KIND[number]).replace(" ", "") == told.replace(" ", "")
    assert below(EVERY_KIND[number], WIDEST) == ""


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        (EVERY_KIND[2], "◀─ History user: Yesterday… ──"),
        (EVERY_KIND[4], "◀─ …transcript.done Yesterday I wa… ──"),
        (EVERY_KIND[8], f"── {'x' * 23}… ─▶"),
        (append(1, 4800), "── …buffer.append: 1 frame, 0.1 s ───▶"),
        (frame(1, UPSTREAM, TRANSLATOR, type=f"{'a.' * 40}end"), "◀─ …a.a.a.a.a.a.a.a.a.a.a.a.a.a.end ──"),
        (
            frame(1, UPSTREAM, TRANSLATOR, type="response.done", response={"id": "r" * 19, "status": "done"}),
            "◀─ response.done rrrrrrrrrrrrrrrrr… ──",
        ),
    ],
)
def test_other_labels_are_shortened(step: Step, shown: str) -> None:
    _, line = as_text([step])
    assert shown in line


def test_a_notice_goes_on_in_the_next_line() -> None:
    _, first, second = as_text([EVERY_KIND[9]])
    assert first == "   9.000 │  warning: RESPONSE_FAILED: Yesterday I wanted to tell you that no"
    assert second == "         │    train goes to Bergen before ten past four."


def test_interim_transcripts_share_a_line_with_the_last_of_them() -> None:
    heard = [
        frame(n, TRANSLATOR, CLIENT, type="Transcript", transcript=words, is_final=words == "And the last?")
        for n, words in enumerate(("And", "And the", "And the last?", "Oh"))
    ]
    assert labels(*heard) == [
        "0.000 2 x Transcript And the",
        "2.000 Transcript And the last?",
        "3.000 Transcript Oh",
    ]


def test_audio_frames_share_a_line_in_each_direction_with_count_and_duration() -> None:
    steps: list[Step] = []
    for n in range(10):
        steps.append(frame_step(1 + n / 10, CLIENT, TRANSLATOR, bytes(4800)))
        steps.append(append(1 + n / 10, 4800))
    steps.append(frame(2.3, TRANSLATOR, UPSTREAM, type="input_audio_buffer.commit"))
    assert labels(*steps) == [
        "1.000 audio: 10 frames, 1 s, until 1.900",
        "1.000 input_audio_buffer.append: 10 frames, 1 s, until 1.900",
        "2.300 input_audio_buffer.commit",
    ]


def test_one_audio_frame_says_so() -> None:
    assert labels(frame_step(1, TRANSLATOR, CLIENT, bytes(480))) == ["1.000 audio: 1 frame, 0.01 s"]


def test_an_hour_of_audio_is_told_in_seconds() -> None:
    hour = [frame_step(1, TRANSLATOR, CLIENT, bytes(48000 * 60))] * 60
    assert labels(*hour) == ["1.000 audio: 60 frames, 3600 s"]


def test_another_step_ends_the_shared_line() -> None:
    audio, message = (
        frame_step(1, CLIENT, TRANSLATOR, bytes(480)),
        frame(1, CLIENT, TRANSLATOR, type="KeepAlive"),
    )
    assert [line.split()[1] for line in labels(audio, message, audio)] == ["audio:", "KeepAlive", "audio:"]


@pytest.mark.parametrize(
    ("declared", "seconds"),
    [
        ({"encoding": "linear16", "sample_rate": 8000}, "0.5 s"),
        ({"encoding": "mulaw", "sample_rate": 8000}, "1 s"),
        ({"encoding": "linear16", "sample_rate": 16000}, "0.25 s"),
        ({"encoding": "alaw", "sample_rate": 16000}, "0.5 s"),
        ({"encoding": "linear16"}, "0.167 s"),
        ({"encoding": "mulaw", "sample_rate": 0}, "1 s"),
        ({}, "0.167 s"),
    ],
)
def test_durations_follow_the_declared_formats_of_the_client(
    declared: dict[str, object], seconds: str
) -> None:
    for direction, sender, receiver in (("input", CLIENT, TRANSLATOR), ("output", TRANSLATOR, CLIENT)):
        settings = frame(0, CLIENT, TRANSLATOR, type="Settings", audio={direction: declared})
        assert labels(settings, frame_step(1, sender, receiver, bytes(8000)))[1].endswith(seconds)


def test_durations_follow_the_session_of_the_server() -> None:
    def session(**audio: object) -> Step:
        return frame(0, TRANSLATOR, UPSTREAM, type="session.update", session={"audio": audio})

    delta = frame(
        3,
        UPSTREAM,
        TRANSLATOR,
        type="response.output_audio.delta",
        delta=base64.b64encode(bytes(8000)).decode(),
    )
    assert labels(
        session(input={"format": {"type": "audio/pcmu"}}),
        append(1, 8000),
        session(output={"format": {"type": "audio/pcma"}}, input={"format": "?"}),
        append(2, 8000),
        delta,
        session(input={"format": {"type": "audio/pcm", "rate": 24000}}, output={"format": {"type": "?"}}),
        append(4, 8000),
        delta,
    ) == [
        "0.000 session.update",
        "1.000 input_audio_buffer.append: 1 frame, 1 s",
        "0.000 session.update",
        "2.000 input_audio_buffer.append: 1 frame, 1 s",
        "3.000 response.output_audio.delta: 1 frame, 1 s",
        "0.000 session.update",
        "4.000 input_audio_buffer.append: 1 frame, 0.167 s",
        "3.000 response.output_audio.delta: 1 frame, 1 s",
    ]


def test_text_deltas_share_a_line_with_their_text() -> None:
    words = [
        frame(1 + n / 10, UPSTREAM, TRANSLATOR, type="response.output_text.delta", delta=word)
        for n, word in enumerate(("Hello", " there.\n", " You"))
    ]
    assert labels(*words) == ["1.000 3 x response.output_text.delta Hello there. You"]
    assert labels(words[0]) == ["1.000 response.output_text.delta Hello"]


def test_notices_have_lines_of_their_own_that_are_not_cut() -> None:
    message = "Because " * 40
    steps = [
        notice_step(1, Notice("CODE", level, message)) for level in (Level.INFO, Level.WARNING, Level.WARNING)
    ]
    rest = f"CODE: {message.strip()}"
    assert labels(*steps) == [f"1.000 info: {rest}", f"1.000 warning: {rest}", f"1.000 warning: {rest}"]


def test_equal_debug_notices_share_a_line() -> None:
    absorbed, other = (
        Notice("ABSORBED", Level.DEBUG, "Nothing to do."),
        Notice("ABSORBED", Level.DEBUG, "Else."),
    )
    steps = [notice_step(1, notice) for notice in (absorbed, other, absorbed)]
    assert labels(*steps) == [
        "1.000 debug: ABSORBED: Nothing to do. (2 times)",
        "1.000 debug: ABSORBED: Else.",
    ]


def test_what_the_host_does_has_lines_of_its_own() -> None:
    steps = [
        socket_step(1, TRANSLATOR, HOST, "RunFunction", call_id="c", name="f", arguments="{}"),
        socket_step(2, HOST, TRANSLATOR, "function_result", call_id="c", name="f", content="12"),
    ]
    assert labels(*steps) == ["1.000 host: RunFunction f({})", "2.000 host: function_result f = 12"]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}}}}, "0.167 s"),
        ({"audio": {"output": {"format": {"type": "audio/pcm", "rate": 16000}}}}, "0.25 s"),
        ({"audio": {"output": {"format": {"type": "audio/pcm", "rate": True}}}}, "0.167 s"),
        ({"audio": {"output": {"format": {"type": "audio/pcma"}}}}, "1 s"),
        ({"output_audio_format": "pcm16"}, "0.167 s"),
        ({}, "1 s"),
    ],
)
def test_O1_what_the_session_carries_counts_and_not_what_was_asked_for(
    said: dict[str, object], seconds: str
) -> None:
    asked = {"audio": {"output": {"format": {"type": "audio/pcmu"}}}}
    audio = base64.b64encode(bytes(8000)).decode()
    lines = labels(
        frame(0, TRANSLATOR, UPSTREAM, type="session.update", session=asked),
        frame(0, UPSTREAM, TRANSLATOR, type="session.updated", session=said),
        frame(3, UPSTREAM, TRANSLATOR, type="response.output_audio.delta", delta=audio),
    )
    assert lines[-1] == f"3.000 response.output_audio.delta: 1 frame, {seconds}"


@pytest.mark.parametrize("encoding", ["linear16", "mulaw"])
def test_O1_a_wav_header_lasts_no_time(encoding: str) -> None:
    audio = AudioFormat(encoding, 8000)
    settings = frame(
        0,
        CLIENT,
        TRANSLATOR,
        type="Settings",
        audio={"output": {"encoding": encoding, "sample_rate": 8000, "container": "wav"}},
    )
    header = frame_step(1, TRANSLATOR, CLIENT, streaming_header(audio))
    assert header.audio_bytes == 0
    sound = frame_step(1, TRANSLATOR, CLIENT, audio.silence(100))
    assert labels(settings, header, sound)[-1] == "1.000 audio: 2 frames, 0.1 s"
    both = frame_step(1, TRANSLATOR, CLIENT, streaming_header(audio) + audio.silence(100))
    assert both.audio_bytes == len(audio.silence(100))


@pytest.mark.parametrize("data", [b"RIFF" * 10, b"WAVE" * 10])
def test_what_only_looks_like_a_header_is_audio(data: bytes) -> None:
    assert frame_step(1, TRANSLATOR, CLIENT, data).audio_bytes == 40


def test_what_the_client_sends_has_no_header() -> None:
    header = streaming_header(PCM_24K)
    assert frame_step(1, CLIENT, TRANSLATOR, header).audio_bytes == len(header) == 44
