"""The opening of a call, one table for both legs (S1-S9), and of its later sessions (N); what waits
meanwhile (S5).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ...config import ClientDialect
from .step import Step

__all__ = ["AUDIO_GATES", "BETWEEN", "GATES", "OPENING", "UNCONNECTED", "Gate", "Opening", "OpeningEvent"]


class Opening(str, Enum):
    """Where a call is on its way to being ready."""

    NEW = "new"
    """Before `client_opened`."""
    GREETED = "greeted"
    """The client is there; no Settings, no upstream."""
    DIALLED_EARLY = "dialled early"
    """Upstream is open before Settings came."""
    DIALLING = "dialling"
    """Settings came; upstream is not open yet."""
    CONFIGURING = "configuring"
    """Our `session.update` is on its way."""
    READY_UNASKED = "ready unasked"
    """Component dialect: a `session.updated` came before any Settings (S4)."""
    AWAITING_SLOT = "awaiting slot"
    """Component dialect: ready, and the first Settings wait for a free response slot (S4)."""
    APPLYING = "applying"
    """Component dialect: ready, and the update of the first Settings is on its way (S4)."""
    READY = "ready"
    DRAINING = "draining"
    """Ready, and to be renewed at the next quiet moment (N3)."""
    WAITING = "waiting"
    """The session is gone; the time of the next dial has not come (N14)."""
    REDIALLING = "dialling again"
    """Another session is dialled (N4)."""
    RECONFIGURING = "configuring again"
    """Its `session.update` is on its way (N5)."""
    REPLAYING = "replaying"
    """It is told what was said before (N6)."""
    CLOSED = "closed"


class OpeningEvent(str, Enum):
    """What can happen to the opening."""

    CLIENT_OPENED = "client opened"
    UPSTREAM_OPENED = "upstream opened"
    SETTINGS = "Settings"
    UPDATED = "session.updated"
    READY_ANYWAY = "session.updated without Settings"
    """In the component's dialect a `session.updated` that nobody asked for makes the session ready (S4)."""
    OTHER_MODEL = "Settings name another model than the one dialled"
    """A host that dials before Settings dials the configured one (S2)."""
    NO_SESSION = "error in place of a session"
    """The server is full, has no such model, or no quota is left: nothing of ours is to blame (E6)."""
    REFUSED = "session.update refused"
    SHOWN_FLAT = "the server shows a flat session"
    """Our update had another shape: the server took nothing of it, or refused it (D5)."""
    UPDATE_GRANTED = "slot free for an update"
    RENEWAL_DUE = "a renewal is planned"
    QUIET = "a quiet moment, or patience is over"
    LOST = "the session is lost, and may be renewed"
    ATTEMPT_DUE = "the next dial is due"
    ATTEMPT_FAILED = "the new session comes to nothing"
    REPLAYED = "the new session has what was said before"
    SETTINGS_LATE = "settings timeout"
    CONFIGURE_LATE = "configure timeout"
    UPSTREAM_CLOSED = "upstream closed"
    CLIENT_CLOSED = "client closed"
    HOST_CLOSED = "close()"
    FATAL = "fatal error"


def _row(
    state: Opening, steps: Mapping[OpeningEvent, Step[Opening]], **because: str
) -> dict[OpeningEvent, Step[Opening]]:
    """A whole row: `steps`, the endings that every living state has, and for each other event a reason."""
    ends = {
        OpeningEvent.CLIENT_CLOSED: Step(Opening.CLOSED, "client_left"),
        OpeningEvent.HOST_CLOSED: Step(Opening.CLOSED, "going_away"),
        OpeningEvent.UPSTREAM_CLOSED: Step(Opening.CLOSED, "upstream_lost"),
        OpeningEvent.FATAL: Step(Opening.CLOSED, "hang_up"),
    }
    stays = {event: Step(state, because=_STAYS[event]) for event in _STAYS}
    named = {OpeningEvent[name.upper()]: Step(state, because=reason) for name, reason in because.items()}
    return {**stays, **ends, **steps, **named}


_STAYS: Mapping[OpeningEvent, str] = {
    OpeningEvent.CLIENT_OPENED: "the facade raises: the client opens once",
    OpeningEvent.UPSTREAM_OPENED: "the facade raises: upstream opens once",
    OpeningEvent.UPDATED: "no update of ours is on its way (S3)",
    OpeningEvent.READY_ANYWAY: "only before Settings",
    OpeningEvent.OTHER_MODEL: "only Settings that find a socket open say so",
    OpeningEvent.NO_SESSION: "there is no socket, or a session on it",
    OpeningEvent.REFUSED: "no update of ours is on its way",
    OpeningEvent.SHOWN_FLAT: "no update of ours is on its way",
    OpeningEvent.UPDATE_GRANTED: "no update waits",
    OpeningEvent.RENEWAL_DUE: "only a session that is ready is renewed (N1)",
    OpeningEvent.QUIET: "no renewal is planned",
    OpeningEvent.LOST: "only a session that was ready is renewed (N1)",
    OpeningEvent.ATTEMPT_DUE: "the timer is off",
    OpeningEvent.ATTEMPT_FAILED: "no new session is on its way",
    OpeningEvent.REPLAYED: "nothing is replayed",
    OpeningEvent.SETTINGS_LATE: "Settings came: the timer is off",
    OpeningEvent.CONFIGURE_LATE: "the timer is off",
}

_FAILED = Step(Opening.WAITING, "try_again")


def _stay(state: Opening, because: str) -> Step[Opening]:
    return Step(state, because=because)


OPENING: Mapping[Opening, Mapping[OpeningEvent, Step[Opening]]] = {
    Opening.NEW: {
        event: Step(Opening.GREETED, "welcome")
        if event is OpeningEvent.CLIENT_OPENED
        else Step(Opening.CLOSED, "going_away")
        if event is OpeningEvent.HOST_CLOSED
        else Step(Opening.NEW, because="the facade raises: client_opened comes first")
        for event in OpeningEvent
    },
    Opening.GREETED: _row(
        Opening.GREETED,
        {
            OpeningEvent.UPSTREAM_OPENED: Step(Opening.DIALLED_EARLY),
            OpeningEvent.SETTINGS: Step(Opening.DIALLING, "dial"),
            OpeningEvent.SETTINGS_LATE: Step(Opening.GREETED, "no_settings"),
            OpeningEvent.UPSTREAM_CLOSED: Step(Opening.CLOSED, "never_ready"),
        },
        updated="upstream is not open",
    ),
    Opening.DIALLED_EARLY: _row(
        Opening.DIALLED_EARLY,
        {
            OpeningEvent.SETTINGS: Step(Opening.CONFIGURING, "configure"),
            OpeningEvent.UPDATED: Step(Opening.DIALLED_EARLY, "updated_unasked"),
            OpeningEvent.READY_ANYWAY: Step(Opening.READY_UNASKED, "ready_unasked"),
            OpeningEvent.NO_SESSION: Step(Opening.DIALLED_EARLY, "no_session"),
            OpeningEvent.SETTINGS_LATE: Step(Opening.DIALLED_EARLY, "no_settings"),
            OpeningEvent.UPSTREAM_CLOSED: Step(Opening.CLOSED, "never_ready"),
        },
    ),
    Opening.DIALLING: _row(
        Opening.DIALLING,
        {
            OpeningEvent.UPSTREAM_OPENED: Step(Opening.CONFIGURING, "send_update"),
            OpeningEvent.SETTINGS: Step(Opening.DIALLING, "second_settings_early"),
            OpeningEvent.CONFIGURE_LATE: Step(Opening.DIALLING, "never_configured"),
            OpeningEvent.UPSTREAM_CLOSED: Step(Opening.CLOSED, "never_ready"),
        },
        updated="upstream is not open",
    ),
    Opening.CONFIGURING: _row(
        Opening.CONFIGURING,
        {
            OpeningEvent.OTHER_MODEL: Step(Opening.DIALLING, "redial"),
            OpeningEvent.SETTINGS: Step(Opening.CONFIGURING, "second_settings_early"),
            OpeningEvent.UPDATED: Step(Opening.READY, "ready"),
            OpeningEvent.NO_SESSION: Step(Opening.CONFIGURING, "no_session"),
            OpeningEvent.REFUSED: Step(Opening.CONFIGURING, "refuse_settings"),
            OpeningEvent.SHOWN_FLAT: Step(Opening.CONFIGURING, "send_flat"),
            OpeningEvent.CONFIGURE_LATE: Step(Opening.CONFIGURING, "never_configured"),
            OpeningEvent.UPSTREAM_CLOSED: Step(Opening.CLOSED, "never_ready"),
        },
    ),
    Opening.READY_UNASKED: _row(
        Opening.READY_UNASKED,
        {OpeningEvent.SETTINGS: Step(Opening.AWAITING_SLOT, "ask_for_update")},
        updated="ready already",
        settings_late="upstream made the session ready: Settings may come any time, the timer is off",
    ),
    Opening.AWAITING_SLOT: _row(
        Opening.AWAITING_SLOT,
        {
            OpeningEvent.SETTINGS: Step(Opening.AWAITING_SLOT, "second_settings_early"),
            OpeningEvent.UPDATE_GRANTED: Step(Opening.APPLYING, "send_late_update"),
        },
    ),
    Opening.APPLYING: _row(
        Opening.APPLYING,
        {
            OpeningEvent.SETTINGS: Step(Opening.APPLYING, "second_settings_early"),
            OpeningEvent.UPDATED: Step(Opening.READY, "applied"),
            OpeningEvent.REFUSED: Step(Opening.APPLYING, "refuse_settings"),
            OpeningEvent.SHOWN_FLAT: Step(Opening.APPLYING, "send_flat"),
            OpeningEvent.CONFIGURE_LATE: Step(Opening.APPLYING, "never_configured"),
        },
    ),
    Opening.READY: _row(
        Opening.READY,
        {
            OpeningEvent.SETTINGS: Step(Opening.READY, "second_settings"),
            OpeningEvent.RENEWAL_DUE: Step(Opening.DRAINING, "drain"),
            OpeningEvent.LOST: Step(Opening.WAITING, "leave"),
        },
        updated="ready already",
    ),
    Opening.DRAINING: _row(
        Opening.DRAINING,
        {
            OpeningEvent.SETTINGS: Step(Opening.DRAINING, "second_settings"),
            OpeningEvent.QUIET: Step(Opening.WAITING, "leave"),
            OpeningEvent.LOST: Step(Opening.WAITING, "leave"),
        },
        updated="ready already",
        renewal_due="it is planned already",
    ),
    Opening.WAITING: _row(
        Opening.WAITING,
        {
            OpeningEvent.SETTINGS: Step(Opening.WAITING, "second_settings"),
            OpeningEvent.ATTEMPT_DUE: Step(Opening.REDIALLING, "dial_again"),
            OpeningEvent.UPSTREAM_CLOSED: _stay(Opening.WAITING, "its session is gone already"),
        },
        lost="it is gone already",
    ),
    Opening.REDIALLING: _row(
        Opening.REDIALLING,
        {
            OpeningEvent.SETTINGS: Step(Opening.REDIALLING, "second_settings"),
            OpeningEvent.UPSTREAM_OPENED: Step(Opening.RECONFIGURING, "configure_again"),
            OpeningEvent.CONFIGURE_LATE: _FAILED,
            OpeningEvent.UPSTREAM_CLOSED: _FAILED,
        },
        updated="upstream is not open",
    ),
    Opening.RECONFIGURING: _row(
        Opening.RECONFIGURING,
        {
            OpeningEvent.SETTINGS: Step(Opening.RECONFIGURING, "second_settings"),
            OpeningEvent.UPDATED: Step(Opening.REPLAYING, "replay"),
            OpeningEvent.NO_SESSION: Step(Opening.RECONFIGURING, "refuse_session"),
            OpeningEvent.REFUSED: Step(Opening.RECONFIGURING, "refuse_update"),
            OpeningEvent.SHOWN_FLAT: Step(Opening.RECONFIGURING, "send_flat"),
            OpeningEvent.ATTEMPT_FAILED: _FAILED,
            OpeningEvent.CONFIGURE_LATE: _FAILED,
            OpeningEvent.UPSTREAM_CLOSED: _FAILED,
        },
    ),
    Opening.REPLAYING: _row(
        Opening.REPLAYING,
        {
            OpeningEvent.SETTINGS: Step(Opening.REPLAYING, "second_settings"),
            OpeningEvent.REPLAYED: Step(Opening.READY, "resume"),
            OpeningEvent.LOST: _FAILED,
            OpeningEvent.UPSTREAM_CLOSED: _FAILED,
        },
        updated="ready already",
    ),
    Opening.CLOSED: {
        event: Step(Opening.CLOSED, because="after close nothing happens") for event in OpeningEvent
    },
}


UNCONNECTED = (
    Opening.NEW,
    Opening.GREETED,
    Opening.DIALLING,
    Opening.WAITING,
    Opening.REDIALLING,
    Opening.CLOSED,
)
"""There is no socket to the server."""
BETWEEN = (Opening.WAITING, Opening.REDIALLING, Opening.RECONFIGURING, Opening.REPLAYING)
"""Between a session that is gone and the next one that is ready (N12)."""


class Gate(Enum):
    """What becomes of a client message."""

    DELIVER = "deliver"
    WAIT = "wait"
    REFUSE = "refuse"


_COMMON_GATES: Mapping[Opening, Gate] = {
    Opening.NEW: Gate.REFUSE,
    Opening.DIALLING: Gate.WAIT,
    Opening.CONFIGURING: Gate.WAIT,
    Opening.READY_UNASKED: Gate.DELIVER,
    Opening.AWAITING_SLOT: Gate.DELIVER,
    Opening.APPLYING: Gate.DELIVER,
    Opening.READY: Gate.DELIVER,
    Opening.DRAINING: Gate.DELIVER,
    Opening.WAITING: Gate.WAIT,
    Opening.REDIALLING: Gate.WAIT,
    Opening.RECONFIGURING: Gate.WAIT,
    Opening.REPLAYING: Gate.WAIT,
    Opening.CLOSED: Gate.REFUSE,
}

GATES: Mapping[ClientDialect, Mapping[Opening, Gate]] = {
    ClientDialect.DEEPGRAM: {
        **_COMMON_GATES,
        Opening.GREETED: Gate.REFUSE,
        Opening.DIALLED_EARLY: Gate.REFUSE,
    },
    ClientDialect.COMPONENT: {
        **_COMMON_GATES,
        Opening.GREETED: Gate.WAIT,
        Opening.DIALLED_EARLY: Gate.WAIT,
    },
}

AUDIO_GATES: Mapping[ClientDialect, Mapping[Opening, Gate]] = {
    dialect: {**gates, Opening.AWAITING_SLOT: Gate.WAIT, Opening.APPLYING: Gate.WAIT}
    for dialect, gates in GATES.items()
}
"""For audio: from Settings on it is in the format that they declare, once they are applied (S4)."""
