"""A server: the whole difference between it and OpenAI's own.

Sources: `docs/reference/protocols.md`, *Opening* and *Other servers*.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from attrs import evolve, field, fields, frozen

from ..faults import ERRORS, Errors
from .evidence import Evidence
from .exact import ExactSpeech
from .shape import FLAT, NESTED, SessionShape
from .sounds import BETA_SOUNDS, GA_SOUNDS, Sounds
from .transcripts import Transcripts
from .turns import Turns
from .voices import CUSTOM_VOICES, VoiceObject

__all__ = ["OPENAI_VOICES", "UpstreamDialect"]

OPENAI_VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
"""OpenAI's own voices (protocols, *Session*)."""


@frozen
class UpstreamDialect:
    """A server that speaks some variant of the Realtime protocol. What is not said is as in OpenAI's GA.

    A row of your own is an existing one with changes: `attrs.evolve(SPEACHES, name="mine", path="/rt")`.
    """

    name: str
    """The name, for logs."""
    path: str
    """Path and query of the URL, with `{model}` for the quoted name of the model or the deployment, and
    `{call}` for an id of the call.
    """
    outputs_first: bool = False
    """Whether it refuses every response while the output of a function call is missing (R8). Where it is not
    said, the first such refusal tells.
    """
    errors: Errors = field(default=ERRORS, repr=False)
    """What its errors mean (E1); by default as all servers that are known word them."""
    headers: Mapping[str, str] = field(factory=dict[str, str], hash=False)
    """Headers that every dial has, without credentials."""
    credential: str = "Authorization: Bearer {key}"
    """The header that carries the credential; the host fills it in."""
    models: tuple[str, ...] = ("realtime",)
    """Words of which the name of a model of this server has one; any other name is not the client's to choose
    (S10). Empty where its operator names the models: `Config.model` counts for all.
    """
    model: str | None = None
    """The model to ask it for in place of another server, whatever Settings name (N20). None: what they name,
    or that of the `Config`.
    """
    model_in_session: bool = False
    """Whether the model is named in `session` as well (S2)."""
    shape: SessionShape = field(default=NESTED, repr=False)
    """The shape of its session (D2)."""
    input: Sounds = field(default=GA_SOUNDS, repr=False)
    """The formats of the user's audio (A2)."""
    output: Sounds = field(default=GA_SOUNDS, repr=False)
    """The formats of the agent's audio (O1)."""
    voices: tuple[str, ...] = field(default=OPENAI_VOICES, repr=False)
    """Voices that a client may name; empty where they are not known (S10)."""
    voice: str | None = "marin"
    """The usual voice; None sends none, and the server's own default speaks."""
    voice_changes: bool = True
    """Whether the voice can be changed at all after the first update (T2)."""
    voice_objects: tuple[VoiceObject, ...] = field(default=CUSTOM_VOICES, repr=False)
    """Voices that are written as objects; all others are their names (D2)."""
    transcription: Transcripts = field(default=Transcripts(), repr=False)
    """How the user's speech becomes text (D3)."""
    turns: Turns = field(default=Turns(), repr=False)
    """Who ends the user's turn (D3)."""
    assistant_part: str = "output_text"
    """The type of the parts of assistant items that are sent (C1)."""
    tags: bool = True
    """Whether a response may carry `metadata` (R6)."""
    overrides: bool = True
    """Whether a response may have instructions of its own; else what it has to say goes as an item (T3)."""
    exact_speech: ExactSpeech = ExactSpeech.ASKED
    """How it is made to say a text word for word (T3)."""
    drops_creates: bool = False
    """Whether it drops a `response.create` now and then without a word: one that nothing answers in time is
    asked once more (R3).
    """
    lacks: tuple[str, ...] = ()
    """Types of events that it does not take; they are not sent (D4)."""
    silent: tuple[str, ...] = ()
    """Types of events of its own that mean nothing here (O7)."""
    session_limit: float | None = None
    """Seconds after which it ends a session, if that is not an hour (O8)."""
    message_every: float | None = None
    """Seconds without a message after which it ends a session; silence is sent before (I1)."""
    evidence: Evidence = Evidence.ASSUMED
    """How well the cells of this row are known."""
    graded: Mapping[str, Evidence] = field(factory=dict[str, Evidence], hash=False, repr=False)
    """How well those are known that differ from that, by column."""

    def target(self, model: str, call: str = "") -> str:
        """The path and query to dial for `model`, in a call of that id."""
        return self.path.format(model=quote(model, safe=""), call=call)

    def credentials(self, key: str) -> Mapping[str, str]:
        """The header that carries the host's `key`."""
        name, _, value = self.credential.partition(": ")
        return {name: value.format(key=key)}

    def voice_object(self, name: str) -> Mapping[str, str] | None:
        """The object that a voice of that name is written as; None where that is its name."""
        return next((each.written(name) for each in self.voice_objects if each.is_of(name)), None)

    def flat(self) -> UpstreamDialect:
        """The same server with the session of the beta (D5)."""
        return evolve(
            self, shape=FLAT, input=BETA_SOUNDS, output=BETA_SOUNDS, assistant_part="text", voice_objects=()
        )

    def grade(self, column: str) -> Evidence:
        """How well the cell of that column is known."""
        return self.graded.get(column, self.evidence)

    @property
    def proved(self) -> bool:
        """Whether any cell was seen on the wire or read in the source."""
        seen = (Evidence.RECORDED, Evidence.READ)
        return any(self.grade(column) in seen for column in COLUMNS)


COLUMNS: tuple[str, ...] = tuple(
    each.name for each in fields(UpstreamDialect) if each.name not in ("name", "model", "evidence", "graded")
)
"""The columns that have evidence."""
