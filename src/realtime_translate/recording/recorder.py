"""A translator that writes down what it is told and what it answers, so that the call can be replayed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from .. import deepgram
from ..host_inputs import in_bytes
from ..outputs import OpenUpstream, Outputs
from ..standing import SessionState, Standing
from ..translator import Translator
from .frames import Veil
from .header import FORMAT, VERSION, config_data, without_secrets
from .inputs import describe
from .memory import masked_snapshot
from .outputs import described, hashed

__all__ = ["Detail", "Recorder", "misuse", "outputs_data"]

Detail: TypeAlias = Literal["whole", "hashed"]
"""How much of the outputs a recording has: all that tells no secret, or a hash of that."""

_KEY_BYTES = 32


class Recorder(Translator):
    """Takes the place of `translator` and writes each input, with its time and its outputs, to `sink`.

    `sink` takes lines of JSON text, each with its line end (`file.write`). With `redact` the recording holds
    no audio, no text, no tool data and no credentials; what it holds still gives the same decisions. With
    `outputs="hashed"` it is smaller, and a difference shows less. A recording may begin at any moment of a
    call.

    What the translator raises is written down and raised. A `sink` that raises ends the recording and not the
    call: `failure` says why.
    """

    __slots__ = ("_count", "_detail", "_limits", "_sink", "_translator", "_veil", "failure")

    def __init__(
        self,
        translator: Translator,
        sink: Callable[[str], object],
        *,
        redact: bool = True,
        outputs: Detail = "whole",
        key: bytes | None = None,
    ) -> None:
        """`key` (16 to 32 bytes) makes equal texts equal in all recordings with that key; by default each has
        its own, which is kept nowhere.
        """
        self._translator = translator
        self._sink = sink
        self._detail: Detail = outputs
        self._veil = Veil(key or secrets.token_bytes(_KEY_BYTES)) if redact else None
        self._count = 0
        self.failure: Exception | None = None
        begun = translator.standing()
        self._limits = begun.config.limits
        self._write(lambda: self._header(begun))

    # --- inputs ---------------------------------------------------------------------------------------------

    def client_opened(self) -> Outputs:
        """See `Translator.client_opened`."""
        return self._record("client_opened", self._translator.client_opened)

    def upstream_opened(self, leg: int | None = None) -> Outputs:
        """See `Translator.upstream_opened`."""
        return self._record("upstream_opened", self._translator.upstream_opened, *_known(leg))

    def receive_from_client(
        self, frame: str | bytes | bytearray | memoryview | deepgram.ClientMessage
    ) -> Outputs:
        """See `Translator.receive_from_client`."""
        return self._record("receive_from_client", self._translator.receive_from_client, in_bytes(frame))

    def receive_from_upstream(
        self, frame: str | bytes | bytearray | memoryview, leg: int | None = None
    ) -> Outputs:
        """See `Translator.receive_from_upstream`."""
        given = (in_bytes(frame), *_known(leg))
        return self._record("receive_from_upstream", self._translator.receive_from_upstream, *given)

    def client_closed(self, code: int | None = None, reason: str = "") -> Outputs:
        """See `Translator.client_closed`."""
        return self._record("client_closed", self._translator.client_closed, code, reason)

    def upstream_closed(self, code: int | None = None, reason: str = "", leg: int | None = None) -> Outputs:
        """See `Translator.upstream_closed`."""
        return self._record("upstream_closed", self._translator.upstream_closed, code, reason, *_known(leg))

    def handle_timeout(self) -> Outputs:
        """See `Translator.handle_timeout`."""
        return self._record("handle_timeout", self._translator.handle_timeout)

    def playback_reported(self, played_ms: int) -> Outputs:
        """See `Translator.playback_reported`."""
        return self._record("playback_reported", self._translator.playback_reported, played_ms)

    def function_result(self, call_id: str, content: str) -> Outputs:
        """See `Translator.function_result`."""
        return self._record("function_result", self._translator.function_result, call_id, content)

    def renew(self) -> Outputs:
        """See `Translator.renew`."""
        return self._record("renew", self._translator.renew)

    def close(self, code: int = 1000, reason: str = "") -> Outputs:
        """See `Translator.close`."""
        return self._record("close", self._translator.close, code, reason)

    # --- views ----------------------------------------------------------------------------------------------

    @property
    def next_deadline(self) -> float | None:
        """See `Translator.next_deadline`."""
        return self._translator.next_deadline

    @property
    def early_dial(self) -> OpenUpstream:
        """See `Translator.early_dial`."""
        return self._translator.early_dial

    @property
    def client_paused(self) -> bool:
        """See `Translator.client_paused`."""
        return self._translator.client_paused

    @property
    def state(self) -> SessionState:
        """See `Translator.state`."""
        return self._translator.state

    def snapshot(self) -> dict[str, object]:
        """See `Translator.snapshot`. The recording is not part of it."""
        return self._translator.snapshot()

    @property
    def latest_time(self) -> float | None:
        """See `Translator.latest_time`."""
        return self._translator.latest_time

    def standing(self) -> Standing:
        """See `Translator.standing`."""
        return self._translator.standing()

    @classmethod
    def restore(cls, snapshot: Mapping[str, object], *arguments: Any, **named: Any) -> Translator:
        """See `Translator.restore`: gives a plain translator, to record it from there on."""
        return Translator.restore(snapshot, *arguments, **named)

    # --- the recording --------------------------------------------------------------------------------------

    def _record(self, method: str, act: Callable[..., Outputs], *arguments: object) -> Outputs:
        try:
            outputs = act(*arguments)
        except Exception as error:
            raised = misuse(error)
            self._write(lambda: self._line(method, arguments, {"raised": raised}))
            raise
        self._write(lambda: self._line(method, arguments, {"out": self._out(outputs)}))
        return outputs

    def _header(self, begun: Standing) -> dict[str, object]:
        config, snapshot = begun.config, begun.snapshot
        if self._veil is not None:
            config, snapshot = without_secrets(config), masked_snapshot(snapshot, self._veil)
        return {
            "format": FORMAT,
            "version": VERSION,
            "redacted": self._veil is not None,
            "outputs": self._detail,
            "t": begun.at,
            "config": config_data(config),
            "snapshot": snapshot,
        }

    def _line(
        self, method: str, arguments: tuple[object, ...], result: Mapping[str, object]
    ) -> dict[str, object]:
        self._count += 1
        given = describe(method, arguments, self._limits, self._veil)
        return {"n": self._count, "t": self.latest_time, "in": method, **given, **result}

    def _out(self, outputs: Outputs) -> list[object]:
        return outputs_data(outputs, redacted=self._veil is not None, detail=self._detail)

    def _write(self, line: Callable[[], Mapping[str, object]]) -> None:
        if self.failure is not None:
            return
        try:
            self._sink(json.dumps(line(), separators=(",", ":")) + "\n")
        except Exception as failure:  # a full disk must not end a call
            self.failure = failure


def _known(leg: int | None) -> tuple[int, ...]:
    """What a recording says of a leg, if the host says anything."""
    return () if leg is None else (leg,)


def outputs_data(outputs: Outputs, *, redacted: bool, detail: Detail) -> list[object]:
    """The outputs of one input as a recording has them."""
    data = [described(each, redacted) for each in outputs]
    return [hashed(each) for each in data] if detail == "hashed" else [*data]


def misuse(error: Exception) -> str:
    """What a recording says of an exception: its code, for the message may quote what the host gave."""
    code = getattr(error, "code", None)
    return code if isinstance(code, str) else type(error).__name__
