"""Sessions of other servers, recorded at xAI, Voice Live and two running servers: what came of each question.

Every question is asked of the server once, the client sees an end of each turn that it saw begin, it is told
of nothing but what is named here, and after all of it the call still hears what the user says.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import cache
from math import inf
from typing import Any

import pytest
from attrs import evolve, frozen

from realtime_translate import ClientDialect, Config, ManualCommit, Notice
from realtime_translate.openai.dialects import SPEACHES, SPEECH_TO_SPEECH, VOICE_LIVE, XAI, UpstreamDialect
from tests.shared_material import OWN, SHARED, shared
from tests.traces.server_sessions import DELTA, STAND_IN_SAYS, Session

Json = dict[str, Any]

FOLDER = "traces-servers"
LONGEST = 60.0
"""Seconds after which whatever the server leaves open must be given up."""
TRANSCRIBED = ("conversation.item.input_audio_transcription.completed",)
BEGINS = ("ConversationText assistant", "FunctionCallRequest", "AgentStartedSpeaking", "audio")


@frozen
class Expected:
    """What has to come of a session.

    `asked`: how many `response.create` go upstream. `turns`: ends of the agent's turns. `told`: how each
    Warning and Error of the client's begins, with the reason for it. `noticed`: what the host is told of that
    is more than information. `cut`: when the recording goes on with
    answers to what is not asked any more. `closed`: the code with which the server closed. `unasked`: what
    the recorded server was asked besides. `server`: its row, if that is not the one by its name.
    """

    asked: int
    turns: int
    config: Config | None = None
    told: tuple[tuple[str, str], ...] = ()
    noticed: tuple[str, ...] = ()
    cut: float = inf
    closed: int | None = None
    unasked: tuple[str, ...] = ()
    server: UpstreamDialect | None = None


FAILED = ("The response did not complete: failed (", "its language model failed, which is told once")
REFUSED_ID = ("ID must start with 'msg_'", "recorded before ids began so; a text that is refused is lost")
WRITTEN = ("ANSWER_WITHOUT_AUDIO",)
"""Text was asked for."""

SESSIONS = {
    "beta-azure-voicelive-history-seeding": Expected(asked=1, turns=1, noticed=WRITTEN),
    "beta-azure-voicelive-text-output": Expected(asked=1, turns=1, noticed=WRITTEN),
    "s2s-call-unanswered": Expected(  # asked before the outputs were given: refused, and asked again
        asked=4,
        turns=3,
        noticed=("CALLS_UNANSWERED", "CALL_HOLD_OVER"),
        cut=11.014,
        server=evolve(SPEECH_TO_SPEECH, outputs_first=False),
    ),
    "s2s-deepgram-sdk": Expected(asked=2, turns=3),
    "s2s-full": Expected(
        asked=0,
        turns=0,
        told=(("All 1 session slots are in use", "the server takes nobody"),),
        noticed=("SESSION_FAILED",),
        closed=1008,
    ),
    "s2s-inject-interrupt": Expected(
        asked=2,
        turns=2,
        told=(("The response did not complete", "the recording ends within it"),),
        noticed=("RESPONSE_FAILED", "RESPONSE_GIVEN_UP"),
    ),
    "s2s-item-ids-refused": Expected(
        asked=0, turns=2, told=(REFUSED_ID, REFUSED_ID), noticed=("ITEM_REFUSED", "UPSTREAM_ERROR")
    ),
    "s2s-killed": Expected(
        asked=1,
        turns=0,
        told=(("the upstream server closed", "the server died"),),
        closed=1006,
    ),
    "s2s-manual-commit": Expected(  # it answers by itself (V1)
        asked=0,
        turns=1,
        config=Config.deepgram(turn_detection=ManualCommit()),
        cut=2.6575,
        unasked=("response.create",),
    ),
    "s2s-mulaw": Expected(asked=1, turns=1),
    "s2s-response-failed": Expected(
        asked=2, turns=2, told=(FAILED,), noticed=("RESPONSE_FAILED", "UPSTREAM_ERROR")
    ),
    "s2s-typed-calls-vad": Expected(asked=3, turns=4, unasked=("conversation.item.delete",)),
    "speaches-component-manual-commit": Expected(  # so does this one
        asked=0, turns=1, config=Config.component(), cut=3.3705
    ),
    "speaches-deepgram-sdk": Expected(asked=2, turns=3),
    "speaches-typed": Expected(asked=2, turns=3),
    "xai-history-seeding": Expected(asked=1, turns=1, noticed=WRITTEN if SHARED == OWN else ()),
    "xai-text-in-audio-out": Expected(asked=1, turns=1),
    "xai-tool-call-round": Expected(asked=2, turns=1),
    "xai-vad-audio-turn": Expected(asked=0, turns=1),
}
ROWS = {"beta-azure-voicelive": VOICE_LIVE, "s2s": SPEECH_TO_SPEECH, "speaches": SPEACHES, "xai": XAI}
"""By the beginning of a name, the row of the server that was recorded."""
RECORDED = {path.stem for path in (SHARED / FOLDER).glob("*.jsonl")}
AT_RUNNING_SERVERS = pytest.mark.parametrize(
    "name", sorted(name for name in RECORDED if name.startswith(("s2s", "speaches")))
)
"""Those of vendors are in the tests of recorded sessions."""
EVERY_SESSION = pytest.mark.parametrize("name", sorted(RECORDED))


@cache
def once(name: str) -> Session:
    """For tests that only look at it."""
    return played(name)


def played(name: str) -> Session:
    """To its end, and so much longer that nothing should be left open."""
    expected = SESSIONS[name]
    server = expected.server or next(row for begins, row in ROWS.items() if name.startswith(begins))
    session = Session(shared(FOLDER, f"{name}.jsonl"), expected.config, expected.cut, server)
    session.play()
    if expected.closed is not None:
        session.close_upstream(expected.closed)
    session.wait(LONGEST)
    return session


def kinds(session: Session) -> list[str]:
    """What the client got, in short."""
    return [
        "audio" if isinstance(each, bytes) else f"{each['type']} {each.get('role', '')}".strip()
        for each in session.told
    ]


def words(said: Iterable[str]) -> list[str]:
    return " ".join(said).split()


def spoken(heard: list[Json]) -> list[str]:
    """What a server said, item by item: whole, or as many sentences as came."""
    said: dict[str, str] = {}
    whole: set[str] = set()
    for each in heard:
        kind = each["type"]
        if kind.endswith("audio_transcript.delta"):
            said[each["item_id"]] = said.get(each["item_id"], "") + each["delta"]
        elif kind.endswith("audio_transcript.done"):
            said[each["item_id"]] = each["transcript"]
            whole.add(each["item_id"])
    return [text if name in whole else text[: text.rfind(".") + 1] for name, text in said.items()]


def turns(session: Session) -> list[str]:
    """The beginnings and the ends of the agent's turns; what goes on within one is left out. The text of an
    item may reach the component after the end of its audio.
    """
    seen: list[str] = []
    begins = BEGINS[1:] if session.desk.config.dialect is ClientDialect.COMPONENT else BEGINS
    for kind in kinds(session):
        if kind in begins and seen[-1:] != ["begin"]:
            seen.append("begin")
        elif kind == "AgentAudioDone":
            seen.append("end")
    return seen


@EVERY_SESSION
def test_every_question_is_asked_once(name: str) -> None:
    session, expected = once(name), SESSIONS[name]
    assert len(session.sent("response.create")) == expected.asked
    assert tuple(session.unasked) == expected.unasked


@EVERY_SESSION
def test_every_turn_that_begins_ends(name: str) -> None:
    session, expected = once(name), SESSIONS[name]
    seen = turns(session)
    assert seen.count("end") == expected.turns
    if session.closed and seen[-1:] == ["begin"]:  # the Error ends it
        seen.append("end")
    assert seen == ["begin", "end"] * (len(seen) // 2)


@EVERY_SESSION
def test_the_client_is_told_of_nothing_else(name: str) -> None:
    session, expected = once(name), SESSIONS[name]
    messages: list[Json] = [each for each in session.told if isinstance(each, dict)]
    told = [each["description"] for each in messages if each["type"] in ("Warning", "Error")]
    assert len(told) == len(expected.told), told
    assert all(text.startswith(begins) for text, (begins, _) in zip(told, expected.told, strict=True)), told


@EVERY_SESSION
def test_D4_the_host_is_told_of_nothing_but_what_the_session_is_about(name: str) -> None:
    notices = [each for each in once(name).outputs if isinstance(each, Notice)]
    loud = {each.code for each in notices if each.level not in ("debug", "info")}
    of_our_own = {"UPSTREAM_UNKNOWN"} if SHARED == OWN else set[str]()  # what is newer than any server
    assert loud - of_our_own <= set(SESSIONS[name].noticed)


@AT_RUNNING_SERVERS
def test_O3_every_word_of_both_sides_reaches_the_client_once(name: str) -> None:
    session = once(name)
    told: list[Json] = [each for each in session.told if isinstance(each, dict)]
    said = {
        role: [
            each["content"] for each in told if each["type"] == "ConversationText" and each["role"] == role
        ]
        for role in ("assistant", "user")
    }
    said["user"] += [each["transcript"] for each in told if each.get("is_final")]  # of the component
    frames: list[Json] = [dict(line.event) for line in session.trace.select("client", "in")]
    greetings = [each["agent"].get("greeting", "") for each in frames if each["type"] == "Settings"]
    typed = [each["content"] for each in frames if each["type"] == "InjectUserMessage"]
    whole = [each["transcript"] for each in session.heard if each["type"] in TRANSCRIBED]
    assert words(each for each in said["assistant"] if each != STAND_IN_SAYS) == words(
        [*greetings, *spoken(session.heard)]
    )
    assert words(said["user"]) == words([*typed, *whole])


@AT_RUNNING_SERVERS
def test_D1_all_of_the_agent_s_audio_reaches_the_client_once(name: str) -> None:
    session = once(name)
    sizes = [len(each) for each in session.told if isinstance(each, bytes)]
    deltas = sum(each["type"].endswith("audio.delta") for each in session.heard)
    of_stand_in = session.stand_in.answers if session.stand_in else 0
    assert sum(sizes) == (deltas + of_stand_in) * len(base64.b64decode(DELTA))


@EVERY_SESSION
def test_afterwards_the_call_hears_what_the_user_says(name: str) -> None:
    session = played(name)
    if SESSIONS[name].closed is not None:
        assert session.closed
        return
    asked, heard = len(session.sent("response.create")), len(session.told)
    session.client({"type": "InjectUserMessage", "content": "Are you still there?"})
    session.wait(LONGEST)
    assert len(session.sent("response.create")) == asked + 1
    assert {"ConversationText user", "audio", "ConversationText assistant", "AgentAudioDone"} <= set(
        kinds(session)[heard:]
    )


def test_E6_that_the_server_is_full_is_not_the_client_s_fault() -> None:
    (error,) = [each for each in once("s2s-full").told if isinstance(each, dict) and each["type"] == "Error"]
    assert error["code"] == "INTERNAL_SERVER_ERROR"


def test_every_recorded_session_is_played() -> None:
    assert RECORDED
    assert SESSIONS.keys() >= RECORDED
    assert SHARED == OWN or SESSIONS.keys() == RECORDED
