"""The facade: samples the clock, fires what is due, hands one input to the engine, returns the outputs."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from math import inf
from typing import cast

from . import deepgram
from .config import ClientDialect, Config
from .errors import ConfigError, FrameTypeError, IdError, OrderError, SnapshotError
from .host_inputs import (
    NO_CODE,
    check_close,
    check_leg,
    check_played,
    check_sent_code,
    encoded,
    in_bytes,
    no_time,
)
from .mapping.formats import undeclared_input
from .mapping.plan import Plan
from .outputs import OpenUpstream, Outputs
from .session.engine import Engine
from .session.env import Env, Ids
from .session.policies.opening import Cause, dial, paused
from .session.snapshot import Saved, load, save
from .session.state import Call
from .session.tables import Opening, OpeningEvent
from .session.timers import Instant, Timers
from .standing import SessionState, Standing

__all__ = ["Translator"]

_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")
_MOST_OF_ID = 24
"""Upstream's own ids have 32 characters at most, with a counter in ours."""
# On Python 3.10 and 3.11 looking a member up costs as much as three calls: frames do without.
_NEW, _GREETED, _DIALLING, _CLOSED = Opening.NEW, Opening.GREETED, Opening.DIALLING, Opening.CLOSED
_WAITING, _REDIALLING = Opening.WAITING, Opening.REDIALLING
_MAY_BE_FIRST = ("client_opened", "handle_timeout", "close")
_LAST = Instant(sys.float_info.max)
_LONG_AGO = Instant(-_LAST)
"""Before every reading of a clock, and finite: an infinite reading is found by comparing (*Time* 4)."""


def _new_id() -> str:
    return secrets.token_urlsafe(12)


class Translator:
    """One call between a Deepgram Voice Agent client and an OpenAI Realtime server, without any I/O.

    The host calls one method for each thing that happens and performs what it returns, in order. `clock`
    gives seconds on a monotonic clock (`loop.time` fits). `new_id` is asked once a call and gives 1 to 36
    characters of `[A-Za-z0-9_-]`, a UUID for instance, of which the last 24 count. What a peer sends never
    raises; what the host does wrong raises a `LocalProtocolError`. After close every input returns an empty
    tuple.
    """

    __slots__ = ("_clock", "_engine", "_latest")

    def __init__(
        self,
        config: Config = Config(),  # noqa: B008 - frozen
        *,
        clock: Callable[[], float] = time.monotonic,
        new_id: Callable[[], str] = _new_id,
    ) -> None:
        if not isinstance(config, Config):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigError(f"config must be a Config, not {type(config).__name__}; try Config.deepgram()")
        prefix = new_id()
        if not isinstance(prefix, str) or not _ID.fullmatch(prefix):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise IdError(f"new_id gave {prefix!r}; it must give 1 to 36 characters of [A-Za-z0-9_-]")
        self._clock = cast("Callable[[], Instant]", clock)
        self._latest = _LONG_AGO
        undeclared = undeclared_input(component=config.dialect is ClientDialect.COMPONENT)
        self._engine = Engine(Call(), Env(config, Plan(undeclared), Timers(), Ids(prefix[-_MOST_OF_ID:])))

    def __repr__(self) -> str:
        """Where the call stands."""
        state = self.state
        return (
            f"<Translator {self._engine.env.config.dialect.value}: {state.opening.value}, "
            f"response {state.response.value}, agent {state.turn.value}>"
        )

    # --- inputs ---------------------------------------------------------------------------------------------

    def client_opened(self) -> Outputs:
        """The client's socket is open. Comes first, once."""
        first = self._engine.call.phase is Opening.NEW
        self._expect(first, "client_opened() was called twice; use one Translator for each call")
        self._begin("client_opened")
        self._engine.step(OpeningEvent.CLIENT_OPENED)
        return self._engine.take()

    def upstream_opened(self, leg: int | None = None) -> Outputs:
        """The upstream socket is open: after `OpenUpstream`, or before it if the host dials early
        (`early_dial`). `leg`: that of the `OpenUpstream`; needed once a session was renewed (N4).
        """
        if not self._is_at_hand(leg):
            return self.handle_timeout()
        again = self._engine.call.upstream_open
        self._expect(
            not again, "upstream_opened() was called twice; a call has one upstream socket at a time"
        )
        at_hand = self._engine.call.opening.leg
        self._begin("upstream_opened")
        if self._engine.call.opening.leg != at_hand:  # its time was over: another one is dialled now
            return self._engine.take()
        self._engine.step(OpeningEvent.UPSTREAM_OPENED)
        return self._engine.take()

    def receive_from_client(
        self, frame: str | bytes | bytearray | memoryview | deepgram.ClientMessage
    ) -> Outputs:
        """One whole frame of the client: `str` for text, `bytes` or another buffer, which is copied, for
        audio, or a message object instead of its frame.
        """
        data = frame if isinstance(frame, bytes) else encoded(frame)
        self._begin("receive_from_client")
        engine = self._engine
        if engine.call.phase is not _CLOSED:
            if isinstance(data, bytes):
                return engine.client_audio(data)
            engine.client_text(data)
        return engine.take()

    def receive_from_upstream(
        self, frame: str | bytes | bytearray | memoryview, leg: int | None = None
    ) -> Outputs:
        """One whole frame of upstream: JSON text, as `str` or as `bytes` or another buffer of UTF-8.

        `leg`: that of the `OpenUpstream` of its socket; needed once a session was renewed. What an earlier
        one says is ignored (N4).
        """
        engine = self._engine
        at_hand = engine.call.opening.leg
        if leg != at_hand and (leg is not None or at_hand != 1) and not self._is_at_hand(leg):
            return self.handle_timeout()
        data = frame if isinstance(frame, (str, bytes)) else in_bytes(frame)
        if not isinstance(data, (str, bytes)):
            kind = type(frame).__name__
            raise FrameTypeError(f"an upstream frame is str or bytes, not {kind}; pass it as it came")
        self._begin("receive_from_upstream")
        phase = engine.call.phase
        if phase is not _CLOSED and phase is not _WAITING and engine.call.opening.leg == at_hand:
            if phase is _DIALLING or phase is _GREETED or phase is _REDIALLING:
                raise OrderError(
                    "receive_from_upstream() came before upstream_opened(); report the open socket first, "
                    "and drop what a socket said that CloseUpstream has closed"
                )
            engine.upstream_text(data)
        return engine.take()

    def client_closed(self, code: int | None = None, reason: str = "") -> Outputs:
        """The client's socket closed, with the code and reason of its close frame if there was one."""
        check_close(NO_CODE if code is None else code, reason)
        self._begin("client_closed")
        self._engine.step(OpeningEvent.CLIENT_CLOSED, Cause(code=code, reason=reason))
        return self._engine.take()

    def upstream_closed(self, code: int | None = None, reason: str = "", leg: int | None = None) -> Outputs:
        """The upstream socket closed, or its dial failed (then before `upstream_opened`). Not for a socket in
        the place of which `OpenUpstream` wanted another, unless with its `leg`. The client of a dial that
        failed is told of a reason such as `HTTP 429 rate_limit_exceeded`, status and code of the answer, and
        of no other.
        """
        check_close(NO_CODE if code is None else code, reason)
        if not self._is_at_hand(leg):
            return self.handle_timeout()
        at_hand = self._engine.call.opening.leg
        self._begin("upstream_closed")
        if self._engine.call.opening.leg != at_hand:
            return self._engine.take()
        self._engine.upstream_closed(code, reason)
        return self._engine.take()

    def handle_timeout(self) -> Outputs:
        """The deadline passed. Early or repeated calls do nothing (*Time* 2)."""
        self._begin("handle_timeout")
        return self._engine.take()

    def playback_reported(self, played_ms: int) -> Outputs:
        """How many milliseconds of all agent audio handed over so far the client has played. Optional."""
        check_played(played_ms)
        self._begin("playback_reported")
        if self._engine.call.phase is not Opening.CLOSED:
            self._engine.playback_reported(played_ms)
        return self._engine.take()

    def function_result(self, call_id: str, content: str) -> Outputs:
        """The result of a `RunFunction` output; `content` is what the model gets, usually JSON text."""
        if not isinstance(call_id, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise FrameTypeError(f"call_id is a str, not {type(call_id).__name__}; take it from RunFunction")
        if not isinstance(content, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise FrameTypeError(f"content is a str, not {type(content).__name__}; encode it as JSON first")
        self._begin("function_result")
        if self._engine.call.phase is not Opening.CLOSED:
            self._engine.function_result(call_id, content)
        return self._engine.take()

    def renew(self) -> Outputs:
        """Go on in another upstream session as soon as nothing is under way (N2, N3). Takes `Config.renewal`;
        does nothing unless the session is ready.
        """
        self._expect(
            self._engine.env.config.renewal is not None,
            "renew() needs a Config with a renewal, such as Config.deepgram(renewal=Renewal())",
        )
        self._begin("renew")
        self._engine.renew()
        return self._engine.take()

    def close(self, code: int = 1000, reason: str = "") -> Outputs:
        """The host is going away: both legs are closed."""
        check_close(code, reason)
        check_sent_code(code)
        self._begin("close")
        self._engine.step(OpeningEvent.HOST_CLOSED, Cause(code=code, reason=reason))
        return self._engine.take()

    # --- views ----------------------------------------------------------------------------------------------

    @property
    def next_deadline(self) -> float | None:
        """When `handle_timeout` wants to be called, on the injected clock; None if nothing is due
        (*Time* 3).
        """
        due = self._engine.env.timers.due
        return None if due == inf else due

    @property
    def early_dial(self) -> OpenUpstream:
        """What a host dials that does not wait for Settings: the configured model (S2)."""
        env = self._engine.env
        return dial(env, env.config.model)

    @property
    def client_paused(self) -> bool:
        """Whether the host should stop reading the client for now (A8)."""
        phase = self._engine.call.phase
        if phase not in (Opening.DIALLING, Opening.CONFIGURING):
            return False
        return paused(self._engine.call.opening, self._engine.env)

    @property
    def state(self) -> SessionState:
        """A summary for logs and tests."""
        call, deadlines = self._engine.call, self._engine.env.timers.deadlines
        name = min(deadlines, key=deadlines.__getitem__, default=None)
        return SessionState(
            opening=call.phase,
            upstream_open=call.upstream_open,
            leg=call.opening.leg,
            response=call.slot.state,
            response_id=call.slot.active,
            turn=call.turn_state,
            user_speaking=call.user_turn.speaking,
            next_timer=None if name is None else (name, deadlines[name]),
        )

    # --- snapshot -------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, object]:
        """The whole call as JSON-able data, with a version, for `restore` here or on another machine."""
        engine = self._engine
        now = self._read_clock()
        return save(Saved.of(engine.call, engine.env), now)

    @classmethod
    def restore(
        cls,
        snapshot: Mapping[str, object],
        config: Config = Config(),  # noqa: B008 - frozen
        *,
        clock: Callable[[], float] = time.monotonic,
        new_id: Callable[[], str] = _new_id,
    ) -> Translator:
        """A translator that goes on where `snapshot` was taken. `config` must be the one that the call began
        with.

        Raises `SnapshotError` for what is not a snapshot of this version, or of a call in another dialect.
        """
        translator = cls(config, clock=clock, new_id=new_id)
        now = translator._read_clock()
        saved = load(snapshot, now)
        if saved.dialect is not config.dialect:
            raise SnapshotError(
                f"the snapshot is of a call in dialect {saved.dialect.value}, and config has "
                f"{config.dialect.value}; restore with the Config that the call began with"
            )
        translator._engine = Engine(saved.call, saved.env(config))
        return translator

    # --- for recordings -------------------------------------------------------------------------------------

    @property
    def latest_time(self) -> float | None:
        """When the latest input happened: the latest reading of the clock, None before any (*Time* 4)."""
        return None if self._latest == _LONG_AGO else self._latest

    def standing(self) -> Standing:
        """What `resume` needs. Unlike `snapshot` it does not read the clock, and tells the configuration."""
        engine = self._engine
        snapshot = save(Saved.of(engine.call, engine.env), 0.0)
        return Standing(engine.env.given, self.latest_time, snapshot)

    @classmethod
    def resume(cls, standing: Standing, clock: Callable[[], float]) -> Translator:
        """A translator that stands there, on a clock that goes on from there. Raises `SnapshotError` like
        `restore`.
        """
        translator = Translator.restore(standing.snapshot, standing.config, clock=lambda: 0.0)
        translator._clock = cast("Callable[[], Instant]", clock)
        translator._latest = _LONG_AGO if standing.at is None else Instant(standing.at)
        return translator

    # --- legs -----------------------------------------------------------------------------------------------

    def _is_at_hand(self, leg: int | None) -> bool:
        """Whether an input is of the socket that counts, and not of one before it (N4)."""
        at_hand = self._engine.call.opening.leg
        if leg == at_hand or (leg is None and at_hand == 1):
            return True
        if leg is None:
            self._expect(
                False,
                "the session was renewed: pass the leg of this socket, which its OpenUpstream said; "
                f"leg={at_hand} is the last one",
            )
            return True
        check_leg(leg)
        self._expect(1 <= leg < at_hand, f"there is no leg {leg} yet; pass the one that OpenUpstream said")
        return False

    # --- time -----------------------------------------------------------------------------------------------

    def _expect(self, met: bool, otherwise: str) -> None:
        """After close no order is wrong: every input is absorbed."""
        if not met and self._engine.call.phase is not Opening.CLOSED:
            raise OrderError(otherwise)

    def _begin(self, method: str) -> None:
        """Sample the clock once and fire what is due, oldest first, each at its own time (*Time* 1)."""
        engine = self._engine
        if engine.call.phase is _NEW and method not in _MAY_BE_FIRST:
            raise OrderError(f"{method}() came before client_opened(); report the client's socket first")
        now = self._clock()
        try:
            if not self._latest <= now <= _LAST:
                now = self._sound(now)
        except TypeError:
            raise no_time(now) from None
        self._latest = now
        env = engine.env
        env.clock, env.late = now, False
        if now >= env.timers.none_before:
            while (due := env.timers.pop(now)) is not None:
                name, env.now = due
                engine.fire(name)
        env.now = now

    def _read_clock(self) -> Instant:
        now = self._clock()
        try:
            self._latest = self._sound(now)
        except TypeError:
            raise no_time(now) from None
        return self._latest

    def _sound(self, now: Instant) -> Instant:
        """The latest time seen: a clock that goes backwards is clamped (*Time* 4)."""
        if not -_LAST <= now <= _LAST:
            raise no_time(now)
        return max(now, self._latest)
