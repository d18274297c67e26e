"""What errors and Warnings may tell the client, and Notices the host (E1, E2, E6, O9, S7)."""

from __future__ import annotations

from ...model.handlers import VOICE
from ...model.troubles import ACCOUNT, KEY, QUOTES
from ..broken import require
from ..world_state import WorldState

__all__ = ["code_fits", "fit_for_clients", "is_lacking", "nobody_named"]

_NOT_FOR_CLIENTS = {
    "conversation_already_has_active_response",
    "response_cancel_not_active",
    "input_audio_buffer_commit_empty",
}
"""E2: errors that need no attention."""
_NEEDLESS = "already shorter than"
"""E2: what only the answer to a truncation says."""
_SECRETS = (ACCOUNT[4:], KEY[3:])


def fit_for_clients(kind: str, data: str) -> None:
    """The text of a frame: nothing of the account, of what was refused or of what needs no attention."""
    nobody_named(data)
    require(not any(each in data for each in QUOTES), "E1 an access error is not quoted", data)
    require(kind != "Error" or VOICE not in data, "S7 a call can do without a part that is refused", data)
    require(_NEEDLESS not in data, "E2 what needs no attention is silent", data)


def code_fits(world: WorldState, code: str) -> None:
    """The code of an Error or a Warning, which the ledger has counted."""
    failed = world.ledger.codes["TRANSCRIPTION_FAILED"]
    require(failed <= 1, "O9 one Warning a call for transcriptions that fail", failed)
    require(code not in _NOT_FOR_CLIENTS, "E2 what needs no attention is silent", code)
    before = world.event is not None and not world.ledger.greeted
    require(
        not (before and code == "INVALID_SETTINGS"),
        "E6 what a server says before session.created is not about Settings",
    )


def is_lacking(world: WorldState, kind: str) -> None:
    """An event is not sent because the server does not take it, which is told once."""
    require(kind in world.make.lacks, "D4 what a server takes is sent", kind)
    require(kind not in world.ledger.unsent, "D4 what a server lacks is noticed once", kind)
    world.ledger.unsent.append(kind)
    if kind == "response.cancel" and world.ledger.hurried and world.ledger.active is not None:
        world.ledger.cut.add(world.ledger.active)  # interrupted before the session was ready to be asked


def nobody_named(text: str) -> None:
    """What upstream says of the host's account stays there."""
    found = [each for each in _SECRETS if each in text]
    require(not found, "E1 nothing of the host's account is told", text)
