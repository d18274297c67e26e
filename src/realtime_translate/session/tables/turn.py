"""The agent's turn as the client sees it, by dialect (O2, O5)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ...config import ClientDialect
from .step import Step

__all__ = ["TURNS", "TurnEvent", "TurnState"]


class TurnState(str, Enum):
    """What the client has been told of the agent's turn."""

    SILENT = "silent"
    THINKING = "thinking"
    """A response was asked for or has begun; nothing of it was sent."""
    WRITING = "writing"
    """Component dialect: text of the response was sent, no audio."""
    SPEAKING = "speaking"
    """Audio was sent."""
    SAID = "said"
    """Component dialect: the client knows that the response is over; its `response.done` has not come."""


class TurnEvent(str, Enum):
    """What can happen to the agent's turn."""

    ASKED = "a response was asked for or has begun"
    AUDIO = "audio is about to be sent"
    TEXT = "text is about to be sent"
    AUDIO_DONE = "the response's audio has ended"
    TEXT_DONE = "the response's text has ended"
    ENDED = "the response has ended"
    VOID = "the response was cancelled before it said anything"
    CUT = "the user interrupted the agent"
    GREETED = "the greeting was shown (G1)"
    OVER = "the turn is over: a response ended and left no call to answer"


_WITHIN = "the turn goes on"
_BY_RESPONSE = "this dialect ends a turn with each response"
_BY_TURN = "this dialect ends a turn when no call is left to answer"


def _turn(
    state: TurnState, because: Mapping[TurnEvent, str], **steps: Step[TurnState]
) -> dict[TurnEvent, Step[TurnState]]:
    return {
        event: steps.get(event.name.lower(), Step(state, because=because.get(event, _WITHIN)))
        for event in TurnEvent
    }


_SPEAK = Step(TurnState.SPEAKING, "start_speaking")
_THINK = Step(TurnState.THINKING, "begin_turn")
_OWN_END = "the turn that goes on ends itself"
_NOTHING_TO_CUT = "there is nothing to cut"
_DEEPGRAM_STAYS = {
    TurnEvent.ENDED: _BY_TURN,
    TurnEvent.AUDIO_DONE: _BY_TURN,
    TurnEvent.TEXT_DONE: _BY_TURN,
    TurnEvent.GREETED: _OWN_END,
}
_COMPONENT_STAYS = {TurnEvent.OVER: _BY_RESPONSE, TurnEvent.GREETED: _OWN_END}

TURNS: Mapping[ClientDialect, Mapping[TurnState, Mapping[TurnEvent, Step[TurnState]]]] = {
    ClientDialect.DEEPGRAM: {
        TurnState.SILENT: _turn(
            TurnState.SILENT,
            {
                **_DEEPGRAM_STAYS,
                TurnEvent.VOID: "nothing was said",
                TurnEvent.OVER: "nothing was said",
                TurnEvent.CUT: _NOTHING_TO_CUT,
            },
            asked=_THINK,
            audio=_SPEAK,
            text=_THINK,
            greeted=Step(TurnState.SILENT, "end_turn"),
        ),
        TurnState.THINKING: _turn(
            TurnState.THINKING,
            _DEEPGRAM_STAYS,
            audio=_SPEAK,
            over=Step(TurnState.SILENT, "end_turn"),
            cut=Step(TurnState.SILENT, "cut_turn"),
            void=Step(TurnState.SILENT, "drop_turn"),
        ),
        TurnState.SPEAKING: _turn(
            TurnState.SPEAKING,
            _DEEPGRAM_STAYS,
            over=Step(TurnState.SILENT, "end_turn"),
            cut=Step(TurnState.SILENT, "cut_turn"),
            void=Step(TurnState.SILENT, "cut_turn"),
        ),
    },
    ClientDialect.COMPONENT: {
        TurnState.SILENT: _turn(
            TurnState.SILENT,
            {
                **_COMPONENT_STAYS,
                TurnEvent.ENDED: "nothing was said",
                TurnEvent.VOID: "nothing was said",
                TurnEvent.CUT: _NOTHING_TO_CUT,
            },
            asked=_THINK,
            audio=_SPEAK,
            text=Step(TurnState.WRITING, "announce"),
            greeted=Step(TurnState.SILENT, "end_turn"),
        ),
        TurnState.THINKING: _turn(
            TurnState.THINKING,
            _COMPONENT_STAYS,
            audio=_SPEAK,
            text=Step(TurnState.WRITING, "announce"),
            ended=Step(TurnState.SILENT, "end_turn"),
            cut=Step(TurnState.SILENT, "cut_turn"),
            void=Step(TurnState.SILENT, "drop_turn"),
        ),
        TurnState.WRITING: _turn(
            TurnState.WRITING,
            _COMPONENT_STAYS,
            audio=Step(TurnState.SPEAKING, "start_sound"),
            text_done=Step(TurnState.SAID, "end_turn"),
            ended=Step(TurnState.SILENT, "end_turn"),
            cut=Step(TurnState.SILENT, "cut_turn"),
            void=Step(TurnState.SILENT, "cut_turn"),
        ),
        TurnState.SPEAKING: _turn(
            TurnState.SPEAKING,
            {**_COMPONENT_STAYS, TurnEvent.TEXT_DONE: "audio was streamed: its own end counts"},
            audio_done=Step(TurnState.SAID, "end_turn"),
            ended=Step(TurnState.SILENT, "end_turn"),
            cut=Step(TurnState.SILENT, "cut_turn"),
            void=Step(TurnState.SILENT, "cut_turn"),
        ),
        TurnState.SAID: _turn(
            TurnState.SAID,
            {
                **_COMPONENT_STAYS,
                TurnEvent.AUDIO: "the client was told once a response",
                TurnEvent.TEXT: "the client was told once a response",
            },
            asked=_THINK,
            ended=Step(TurnState.SILENT),
            cut=Step(TurnState.SILENT, "drop_rest"),
            void=Step(TurnState.SILENT, "drop_turn"),
        ),
    },
}
