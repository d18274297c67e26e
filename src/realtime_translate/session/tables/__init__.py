"""All transitions of a call, as data.

Complete tables: every state answers every event, with a step to another state, or by staying with a reason.
Nothing outside this package decides where a state goes; code elsewhere only names the event that happened.

* `OPENING`: from before `client_opened` to closed, for both legs.
* `GATES`: what becomes of a client message in each phase of the opening.
* `SLOT`: the one response that the conversation may have.
* `RESPONSE` and `CREATE`: the life of the response in the slot, and of our last `response.create`.
* `FUNCTION_CALL`: the life of one function call.
* `DETECTION`: who ends the user's turns under manual commit.
* `TURNS`: the agent's turn as the client sees it.
"""

from __future__ import annotations

from .detection import DETECTION, Commit, Detection, DetectionEvent
from .function_call import FUNCTION_CALL, FunctionCallEvent, FunctionCallState
from .opening import AUDIO_GATES, BETWEEN, GATES, OPENING, UNCONNECTED, Gate, Opening, OpeningEvent
from .response import CREATE, RESPONSE, CreateEvent, CreateState, ResponseEvent, ResponseState
from .slot import RESPONDING, SLOT, SlotEvent, SlotState
from .step import Step
from .turn import TURNS, TurnEvent, TurnState

__all__ = [
    "AUDIO_GATES",
    "BETWEEN",
    "CREATE",
    "DETECTION",
    "FUNCTION_CALL",
    "GATES",
    "OPENING",
    "RESPONDING",
    "RESPONSE",
    "SLOT",
    "TURNS",
    "UNCONNECTED",
    "Commit",
    "CreateEvent",
    "CreateState",
    "Detection",
    "DetectionEvent",
    "FunctionCallEvent",
    "FunctionCallState",
    "Gate",
    "Opening",
    "OpeningEvent",
    "ResponseEvent",
    "ResponseState",
    "SlotEvent",
    "SlotState",
    "Step",
    "TurnEvent",
    "TurnState",
]
