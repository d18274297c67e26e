"""The session object: defaults, and what an update changes (protocols, *Session*)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from .frames import Object, as_int, as_list, as_object, as_text

REASONING_MODEL = re.compile(r"gpt-realtime-2(\.\d+)?(-mini)?")
"""Models that know `reasoning` and `parallel_tool_calls`; their defaults differ a little too."""

EPOCH = 1_800_000_000
"""`expires_at` is wall-clock time, which the model does not have: its clock's 0 is this unix time."""

STAYS_AND_SHOWS = 2  # an option of `vad_off`
SEMANTIC_PAUSE_MS = 500
LONGEST_SEMANTIC_WAIT_MS = {"low": 8000, "medium": 4000, "auto": 4000, "high": 2000}


def is_reasoning(model: str) -> bool:
    """Whether `reasoning` and `parallel_tool_calls` are known to this model."""
    return REASONING_MODEL.fullmatch(model) is not None


def turn_detection_defaults(kind: str, model: str) -> Object:
    """What the sub-keys are that a client leaves out."""
    common: Object = {"create_response": True, "interrupt_response": True}
    if kind == "semantic_vad":
        return {"type": kind, "eagerness": "auto", **common}
    return {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500 if is_reasoning(model) else 200,
        "idle_timeout_ms": None,
        **common,
    }


def initial_session(session_id: str, model: str, expires_at: int) -> Object:
    """The session as `session.created` shows it, explicit nulls included."""
    pcm: Object = {"type": "audio/pcm", "rate": 24000}
    listening: Object = {
        "format": dict(pcm),
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": turn_detection_defaults("server_vad", model),
    }
    speaking: Object = {
        "format": dict(pcm),
        "voice": "marin" if is_reasoning(model) else "alloy",
        "speed": 1.0,
    }
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": session_id,
        "model": model,
        "output_modalities": ["audio"],
        "instructions": "You are a friendly assistant. Keep your answers short.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": expires_at,
        "audio": {"input": listening, "output": speaking},
        "include": None,
    }


@attrs.define(slots=True)
class Session:
    """The effective session. `lasting` is the turn detection that goes on although the session shows none."""

    body: Object
    lasting: Object | None = None

    @property
    def model(self) -> str:
        """The model in use."""
        return as_text(self.body["model"])

    @property
    def input(self) -> Object:
        """The effective `audio.input`, to be changed in place."""
        return as_object(as_object(self.body["audio"])["input"])

    @property
    def output(self) -> Object:
        """The effective `audio.output`, to be changed in place."""
        return as_object(as_object(self.body["audio"])["output"])

    @property
    def output_modality(self) -> str:
        """`audio` or `text`."""
        return as_text(as_list(self.body["output_modalities"])[0])

    @property
    def voice(self) -> object:
        """The voice in use."""
        return self.output["voice"]

    @property
    def turn_detection(self) -> Object | None:
        """The VAD's settings, None when the client commits."""
        return as_object(self.input["turn_detection"]) or self.lasting

    @property
    def idle_timeout(self) -> float | None:
        """`idle_timeout_ms` in seconds, None when off."""
        limit = as_object(self.turn_detection).get("idle_timeout_ms")
        return None if limit is None else as_int(limit) / 1000

    def update(self, patch: Mapping[str, object], vad_off: int = 0) -> None:
        """Apply the `session` of a checked `session.update`: only what is given changes. `vad_off` is what
        comes of a turn detection of null: an option of that decision.
        """
        self.body.update({key: value for key, value in patch.items() if key != "audio"})
        audio = as_object(patch.get("audio"))
        self.output.update(as_object(audio.get("output")))
        heard = as_object(audio.get("input"))
        if vad_off and heard.get("turn_detection", "") is None:
            self.lasting = self.turn_detection
        for key, value in heard.items():
            self.input[key] = self._completed(key, value)
        if vad_off == STAYS_AND_SHOWS:
            self.input["turn_detection"] = self.turn_detection

    def _completed(self, key: str, value: object) -> object:
        """`value` of an input key with the sub-keys that the client left out."""
        given = as_object(value)
        if key == "turn_detection" and given:
            current = as_object(self.input[key])
            same = current.get("type") == given["type"]
            base = current if same else turn_detection_defaults(as_text(given["type"]), self.model)
            return {**base, **given}
        if key == "transcription" and given:
            current = as_object(self.input[key])
            return {"model": None, "language": None, "prompt": None, **current, **given}
        return value
