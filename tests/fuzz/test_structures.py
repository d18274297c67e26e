"""Wrong values in every field of every message of both protocols, in all states (T5, E4, L1)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from .judge import attack, is_silent, survive
from .seeds import LEGS, every_place
from .stages import CONFIGS, begun, stages_of
from .values import FRAMES, TOKENS, with_token

PARTS = 6
"""The suite takes one of so many; `python -m tests.fuzz --structures` takes all."""
_WHERE = [(config, stage) for config in list(CONFIGS)[:5] for stage in stages_of(CONFIGS[config])]

SILENT: dict[str, str] = {
    "response.created": "said again, or after the output that began the response",
    "conversation.item.added": "an item that is not ours, or whose text was told",
    "conversation.item.created": "as added",
    "conversation.item.done": "as added",
    "conversation.item.input_audio_transcription.delta": "the whole follows, or was told",
    "input_audio_buffer.speech_stopped": "nobody was heard to begin",
    "input_audio_buffer.committed": "said again, or the commit was ours",
    "response.done": "no response is active: it ends nothing",
    "response.content_part.added": "progress: it carries nothing",
    "response.content_part.done": "what it carries came before, and comes with the item",
    "response.function_call_arguments.delta": "the whole follows",
    "response.mcp_call_arguments.delta": "progress: MCP calls are the server's own",
    "response.mcp_call_arguments.done": "progress: MCP calls are the server's own",
    "response.output_audio.delta": "no audio in it",
    "response.output_audio.done": "the end of the turn tells it, or there was no audio",
    "response.output_text.delta": "no text in it",
    "response.output_audio_transcript.delta": "no text in it",
    "response.output_item.added": "said again",
    "response.output_item.done": "its text was told",
    "response.output_text.done": "its text was told, or it has none",
    "response.output_audio_transcript.done": "its text was told, or it has none",
}
"""Good events of upstream that may pass without any output or effect, and why nothing is lost with them."""


def cases(part: int, parts: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Leg, type, frame, configuration and state: each wrong value in each field, the states in turn."""
    numbers = itertools.count()
    for leg in LEGS:
        for message, path in every_place(leg):
            for token in TOKENS.values():
                number = next(numbers)
                if number % parts == part:
                    where = _WHERE[(number // parts) % len(_WHERE)]
                    yield leg, message["type"], with_token(message, path, token), *where


def stand(leg: str, kind: str, frame: str | bytes, config: str, stage: str) -> bool:
    """One attack; returns whether there was a call to attack."""
    call = begun(CONFIGS[config], stage)
    if leg == "upstream" and not call.translator.state.upstream_open:
        return False
    outputs = attack(call, leg, frame)
    assert not is_silent(call, config, stage, outputs) or (leg == "upstream" and kind in SILENT), frame
    survive(call)
    return True


@pytest.mark.parametrize("part", [0, *(pytest.param(each, marks=pytest.mark.again) for each in (1, 2, 3))])
def test_L1_wrong_values_in_every_field(part: int) -> None:
    count = sum(stand(*case) for case in cases(part * PARTS, 4 * PARTS))
    assert count > 1000


@pytest.mark.parametrize("name", FRAMES)
def test_L1_frames_that_are_no_message(name: str) -> None:
    frame = FRAMES[name]
    for config in ("deepgram", "component"):
        for leg in LEGS:
            if (leg, frame) == ("client", b""):
                continue  # empty audio vanishes (A3)
            for stage in stages_of(CONFIGS[config]):
                stand(leg, "", frame, config, stage)
