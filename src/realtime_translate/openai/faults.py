"""What the errors of a server mean, as data (R6, E1, E2; protocols, *Errors*)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

__all__ = ["ERRORS", "Errors", "Fault"]


class Fault(Enum):
    """The kinds of errors that the session treats differently."""

    BUSY = "a response is active"
    COMMIT_EMPTY = "nothing to commit"
    OUTPUTS_MISSING = "no response while function outputs are missing"
    METADATA = "response.metadata is not taken"
    BENIGN = "needs no attention"
    EXPIRED = "the session's time is over"
    IDLE = "the session was idle"
    ACCESS = "credentials, quota or model"
    SERVER = "the server's own"
    OTHER = "anything else"


@frozen
class Errors:
    """How a server words its errors. `codes`: what a code means, or a type where there is no known code;
    `words`: what a message means that has them, in lower case, where neither is known.

    `undoing`: words of codes and messages that answer a truncate, cancel, delete or clear (E2). Nobody but
    the translator sends those, so that nothing more need be known of such an error.
    """

    codes: Mapping[str, Fault] = field(hash=False)
    words: tuple[tuple[str, Fault], ...]
    undoing: tuple[str, ...]


ERRORS = Errors(
    codes={
        "conversation_already_has_active_response": Fault.BUSY,
        "input_audio_buffer_commit_empty": Fault.COMMIT_EMPTY,
        "function_call_output_pending": Fault.OUTPUTS_MISSING,
        "response_cancel_not_active": Fault.BENIGN,
        "session_expired": Fault.EXPIRED,
        "session_max_duration": Fault.EXPIRED,
        "max_duration": Fault.EXPIRED,  # xAI
        "idle_timeout": Fault.IDLE,
        "invalid_api_key": Fault.ACCESS,
        "invalid_model": Fault.ACCESS,
        "missing_model": Fault.ACCESS,
        "model_not_found": Fault.ACCESS,
        "beta_api_shape_disabled": Fault.ACCESS,
        "insufficient_quota": Fault.ACCESS,
        "credit_balance_exhausted": Fault.ACCESS,
        "account_deactivated": Fault.ACCESS,
        "billing_hard_limit_reached": Fault.ACCESS,
        "server_error": Fault.SERVER,
    },
    words=(
        ("already has an active response", Fault.BUSY),
        ("another response is in progress", Fault.BUSY),  # Qwen
        ("buffer too small", Fault.COMMIT_EMPTY),
        ("function call outputs are pending", Fault.OUTPUTS_MISSING),
        ("response.metadata", Fault.METADATA),  # speaches
        ("no active response found", Fault.BENIGN),
        ("maximum duration", Fault.EXPIRED),
        ("missing bearer", Fault.ACCESS),
        ("incorrect api key", Fault.ACCESS),
    ),
    undoing=(
        "already shorter than",
        "can be truncated",
        "error truncating",
        "error deleting",
        "truncate_invalid_item_id",
        "delete_invalid_item_id",
        "conversation.item.truncate",
        "conversation.item.delete",
        "response.cancel",
        "input_audio_buffer.clear",
    ),
)
"""Of all servers that are known: what one of them says, no other says of something else."""
