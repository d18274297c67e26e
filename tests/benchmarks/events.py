"""What the peers send in a call: whole JSON texts, with every field that the real ones have."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from attrs import frozen

from realtime_translate.audio import PCM_24K, AudioFormat

__all__ = ["AUDIO", "SENTENCES", "Answer", "call_answer", "session_updated", "settings", "user_spoke"]

AUDIO = b"\x01\x12" * 2400
"""A delta of the agent's audio: 100 ms of linear16 at 24 kHz."""

SENTENCES = (
    "There are two berths free for tonight, and the one at the end of the pier is the quieter of the two. ",
    "High water is at a quarter past six, so you have about three hours to come in before it turns. ",
    "Shall I book it for you?",
)
"""What the agent says."""

_PARAMETERS = {
    "type": "object",
    "properties": {
        "harbour": {"type": "string", "description": "The name of the harbour, as on the chart."},
        "day": {"type": "string", "description": "The day of arrival, as YYYY-MM-DD."},
        "length": {"type": "number", "description": "The length of the boat over all, in metres."},
    },
    "required": ["harbour", "day"],
}
_PROMPT = (
    "You answer the phone of a small marina. Be brief and friendly, and speak in whole sentences. Ask for "
    "the length of the boat before you offer a berth. Never promise a berth that find_berth has not given."
)


def settings(prompt: str = _PROMPT, functions: int = 3, messages: int = 0, **audio: AudioFormat) -> str:
    """Settings of the client: about 2 KB with three functions. `audio` may declare `input` and `output`."""
    think = {
        "provider": {"type": "open_ai", "model": "gpt-realtime-2.1", "temperature": 0.7},
        "prompt": prompt,
        "functions": [_function(number) for number in range(functions)],
    }
    agent: dict[str, object] = {
        "language": "en",
        "listen": {"provider": {"type": "deepgram", "model": "nova-3"}},
        "think": think,
        "speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}},
        "greeting": "Marina office, how can I help?",
    }
    if messages:
        agent["context"] = {"messages": [_history(number) for number in range(messages)]}
    formats = {"input": PCM_24K, "output": PCM_24K, **audio}
    declared = {name: {"encoding": each.encoding, "sample_rate": each.rate} for name, each in formats.items()}
    return json.dumps({"type": "Settings", "audio": declared, "agent": agent})


def _function(number: int) -> dict[str, object]:
    name = ("find_berth", "high_water", "book_berth")[number % 3] + (f"_{number}" if number >= 3 else "")
    description = "Looks in the harbour master's book, which is always up to date."
    return {"name": name, "description": description, "parameters": _PARAMETERS}


def _history(number: int) -> dict[str, object]:
    role = ("user", "assistant")[number % 2]
    return {"type": "History", "role": role, "content": f"Message {number}: {SENTENCES[number % 2]}"}


def session_updated(input: str = "audio/pcm", output: str = "audio/pcm") -> str:
    """Upstream's confirmation, with the audio format of each direction."""
    session = {
        "type": "realtime",
        "object": "realtime.session",
        "id": "sess_CgVYsPzLNbZC1bCmXgc9L",
        "model": "gpt-realtime-2.1",
        "output_modalities": ["audio"],
        "audio": {
            "input": {"format": _format(input)},
            "output": {"format": _format(output), "voice": "marin", "speed": 1.0},
        },
    }
    return _event("session.updated", session=session)


def _format(kind: str) -> dict[str, object]:
    return {"type": kind, "rate": 24000} if kind == "audio/pcm" else {"type": kind}


def user_spoke(name: str) -> tuple[str, str, str, str, str, str]:
    """speech_started, speech_stopped, committed, item.added, item.done and the transcript of one turn."""
    item = f"item_user_{name:>014}"
    body = {"id": item, "type": "message", "status": "completed", "role": "user"}
    body["content"] = [{"type": "input_audio", "transcript": None}]  # type: ignore[assignment]
    return (
        _event("input_audio_buffer.speech_started", audio_start_ms=320, item_id=item),
        _event("input_audio_buffer.speech_stopped", audio_end_ms=4000, item_id=item),
        _event("input_audio_buffer.committed", previous_item_id=None, item_id=item),
        _event("conversation.item.added", previous_item_id=None, item=body),
        _event("conversation.item.done", previous_item_id=None, item=body),
        _event(
            "conversation.item.input_audio_transcription.completed",
            item_id=item,
            content_index=0,
            transcript="Do you have a berth for tonight, and when is high water?",
            usage={"type": "tokens", "total_tokens": 52, "input_tokens": 38, "output_tokens": 14},
        ),
    )


def call_answer(name: str) -> str:
    """The client answers the function call of `Answer(name).called`."""
    content = json.dumps({"berths": [{"name": "Pier 7", "free": True}, {"name": "Pier 2", "free": True}]})
    answer = {
        "type": "FunctionCallResponse",
        "id": f"call_{name:>014}",
        "name": "find_berth",
        "content": content,
    }
    return json.dumps(answer)


@frozen
class Answer:
    """The events of one response of the agent; `name` makes its ids."""

    name: str

    @property
    def created(self) -> str:
        """It begins."""
        return _event("response.created", response=self._response("in_progress", []))

    @property
    def begun(self) -> tuple[str, str, str]:
        """Its message begins."""
        item = self._message("in_progress", "")
        return (
            self._placed("response.output_item.added", item=item),
            _event("conversation.item.added", previous_item_id=None, item=item),
            self._part("response.content_part.added", part={"type": "audio", "transcript": ""}),
        )

    def audio(self, data: bytes = AUDIO) -> str:
        """A piece of its speech."""
        return self._part("response.output_audio.delta", delta=base64.b64encode(data).decode("ascii"))

    def words(self) -> Iterator[str]:
        """The pieces of its transcript."""
        for word in "".join(SENTENCES).split(" "):
            yield self.word(f"{word} ")

    def word(self, word: str) -> str:
        """A piece of its transcript."""
        return self._part("response.output_audio_transcript.delta", delta=word, obfuscation="7hGx0pQz")

    @property
    def spoken(self) -> tuple[str, str, str]:
        """The end of its speech."""
        said = "".join(SENTENCES)
        return (
            self._part("response.output_audio.done"),
            self._part("response.output_audio_transcript.done", transcript=said),
            self._part("response.content_part.done", part={"type": "audio", "transcript": said}),
        )

    @property
    def item_done(self) -> str:
        """`conversation.item.done` of its message."""
        item = self._message("completed", "".join(SENTENCES))
        return _event("conversation.item.done", previous_item_id=f"item_user_{self.name:>014}", item=item)

    @property
    def output_done(self) -> str:
        """`response.output_item.done` of its message."""
        item = self._message("completed", "".join(SENTENCES))
        return self._placed("response.output_item.done", item=item)

    @property
    def done(self) -> str:
        """It is over, with its usage."""
        output = [self._message("completed", "".join(SENTENCES))]
        return _event("response.done", response=self._response("completed", output))

    @property
    def called(self) -> tuple[str, ...]:
        """The whole response when it is a function call."""
        arguments = json.dumps({"harbour": "Oslo", "day": "2026-07-01", "length": 11.5})
        call: dict[str, object] = {
            "id": self._item,
            "type": "function_call",
            "status": "completed",
            "name": "find_berth",
            "call_id": f"call_{self.name:>014}",
            "arguments": arguments,
        }
        place = {"call_id": call["call_id"], "name": "find_berth", "arguments": arguments}
        return (
            self.created,
            self._placed(
                "response.output_item.added", item={**call, "status": "in_progress", "arguments": ""}
            ),
            self._placed("response.function_call_arguments.done", item_id=self._item, **place),
            _event("conversation.item.done", previous_item_id=None, item=call),
            self._placed("response.output_item.done", item=call),
            _event("response.done", response=self._response("completed", [call])),
        )

    @property
    def _item(self) -> str:
        return f"item_agent_{self.name:>013}"

    def _message(self, status: str, said: str) -> dict[str, object]:
        content = [{"type": "output_audio", "transcript": said}] if said else []
        return {
            "id": self._item,
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": content,
        }

    def _placed(self, kind: str, **fields: object) -> str:
        return _event(kind, response_id=f"resp_{self.name:>018}", output_index=0, **fields)

    def _part(self, kind: str, **fields: object) -> str:
        return self._placed(kind, item_id=self._item, content_index=0, **fields)

    def _response(self, status: str, output: list[dict[str, object]]) -> dict[str, object]:
        return {
            "object": "realtime.response",
            "id": f"resp_{self.name:>018}",
            "status": status,
            "status_details": None,
            "output": output,
            "conversation_id": "conv_CgVYsbM0aG0rEwMZDBTnC",
            "output_modalities": ["audio"],
            "max_output_tokens": "inf",
            "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "marin"}},
            "usage": _USAGE if status == "completed" else None,
            "metadata": None,
        }


_USAGE = {
    "total_tokens": 1031,
    "input_tokens": 689,
    "output_tokens": 342,
    "input_token_details": {
        "text_tokens": 541,
        "audio_tokens": 148,
        "image_tokens": 0,
        "cached_tokens": 512,
        "cached_tokens_details": {"text_tokens": 512, "audio_tokens": 0, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 87, "audio_tokens": 255},
}


def _event(kind: str, **fields: object) -> str:
    return json.dumps(
        {"type": kind, "event_id": "event_CgVYsWZ0WiMcDoyJmbXBc", **fields}, separators=(",", ":")
    )
