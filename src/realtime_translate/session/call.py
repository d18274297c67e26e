"""The whole memory of a call: plain data, one part a policy. A snapshot is this, unstructured."""

from __future__ import annotations

from attrs import define, field

from .agent_text import AgentText
from .agent_turn import AgentTurn
from .function_calls import FunctionCalls
from .input_audio import InputAudio
from .noticed import Noticed
from .opening import OpeningState
from .playback import Playback
from .response_slot import ResponseSlot
from .tables import Opening, TurnState
from .updates import Updates
from .upstream_errors import UpstreamErrors
from .user_speech import UserSpeech
from .user_text import UserTexts
from .user_turn import UserTurn

__all__ = ["Call"]


@define(eq=False, repr=False)
class Call:
    """One call. The engine alone changes `phase` and `turn_state`; each policy changes its own part."""

    phase: Opening = Opening.NEW
    turn_state: TurnState = TurnState.SILENT
    opening: OpeningState = field(factory=OpeningState)
    audio: InputAudio = field(factory=InputAudio)
    slot: ResponseSlot = field(factory=ResponseSlot)
    calls: FunctionCalls = field(factory=FunctionCalls)
    turn: AgentTurn = field(factory=AgentTurn)
    agent_text: AgentText = field(factory=AgentText)
    playback: Playback = field(factory=Playback)
    user_speech: UserSpeech = field(factory=UserSpeech)
    updates: Updates = field(factory=Updates)
    user_texts: UserTexts = field(factory=UserTexts)
    user_turn: UserTurn = field(factory=UserTurn)
    errors: UpstreamErrors = field(factory=UpstreamErrors)
    noticed: Noticed = field(factory=Noticed)

    @property
    def upstream_open(self) -> bool:
        """Whether there is a socket to the server."""
        return self.phase not in (Opening.NEW, Opening.GREETED, Opening.DIALLING, Opening.CLOSED)
