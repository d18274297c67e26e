"""How many Notices a call has given: a peer cannot make a host log without bound (L5)."""

from __future__ import annotations

from ...notices import notice
from ...outputs import Notice
from ..env import Env
from ..state import Call, Noticed
from ..timers import Instant

__all__ = ["minute_over", "passed", "suppressed", "unknown"]

_MINUTE = 60.0


def passed(state: Noticed, env: Env, note: Notice) -> tuple[Notice, ...]:
    """Count a Notice. The host has it, unless it came too often; of what a server lacks it hears once."""
    if note.code == "NOT_SENT":
        kind = str(note.fields["type"])
        if kind in state.unsent:
            return ()
        state.unsent.append(kind)
    if state.since is None or env.now - state.since >= _MINUTE:
        state.since = Instant(env.now)
        state.counts = {}
    state.counts[note.code] = count = state.counts.get(note.code, 0) + 1
    if count <= env.limits.notices_per_minute:
        return (note,)
    env.timers.set("notices", state.since + _MINUTE)
    return ()


def unknown(env: Env, kind: str) -> Notice:
    """An event of a type that this library does not have; those that servers are known for are no surprise
    (O7, D4).
    """
    if kind in env.config.upstream.silent:
        return notice("UPSTREAM_ABSORBED", type=kind)
    return notice("UPSTREAM_UNKNOWN", type=kind)


def minute_over(call: Call, env: Env) -> tuple[Notice, ...]:
    """What was kept back is told as a number."""
    state = call.noticed
    told = suppressed(state, env)
    state.since, state.counts = None, {}
    return told


def suppressed(state: Noticed, env: Env) -> tuple[Notice, ...]:
    """One Notice for each code that came too often."""
    most = int(env.limits.notices_per_minute)
    return tuple(
        notice("NOTICES_SUPPRESSED", code=code, count=count - most)
        for code, count in state.counts.items()
        if count > most
    )
