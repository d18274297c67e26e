"""The user's audio as it should go upstream and as it does (*Always true* 2)."""

from __future__ import annotations

from attrs import define, field

from ....audio import MULAW_8K, PCM_24K, AudioFormat, Conversion
from ...model.makes.sounds import GA, Sounds
from ..broken import require
from ..rows import carried, format_of

__all__ = ["AudioLedger"]

_LOST = "2 audio appended is audio received"
_MIN_COMMIT_MS = 100
_MOST_KEPT = 30
"""Seconds; longer than any `audio_seconds`."""


@define
class _Stream:
    """From one commit to the next: what is still to be compared."""

    expected: bytearray = field(factory=bytearray)
    sent: bytearray = field(factory=bytearray)


class AudioLedger:
    """One stream from one commit to the next, converted here as well and compared with what was appended.

    `spoken`: bytes that the client sent. `waiting`: what is said waits, from Settings until they are applied.
    `uncommitted`: bytes appended since the last commit, `due_since`: when there were enough for one, if
    nothing was in its way since; `ceiling`: how long that may be if Settings say it (V2). `untaken`: bytes
    appended since the server took audio by itself, `flowed`: when audio was appended last.
    """

    def __init__(self, hears: Sounds = GA, *, component: bool = False) -> None:
        self._hears = hears
        self.spoken: int = 0
        self.waiting: bool = False
        self.uncommitted: int = 0
        self.due_since: float | None = None
        self.ceiling: float | None = None
        self.untaken: int = 0
        self.flowed: float = 0.0
        # Unless Settings say more.
        self.format: AudioFormat = AudioFormat("linear16", 16000) if component else PCM_24K
        self.carried: AudioFormat = PCM_24K
        self._before: AudioFormat = MULAW_8K  # which no other is narrower than
        self._streams = [_Stream()]
        self._recent = bytearray()
        self._again: bytearray | None = None
        self._owed, self._kept = 0, 0
        self._gaps, self._out_of_step = False, False
        self._appended, self._waits, self._half = False, bytearray(), b""
        self._carry(carried(self.format, hears))

    def declare(self, audio: AudioFormat) -> None:
        """The format of the client's audio, once Settings have told it."""
        self.format = audio
        self._carry(carried(audio, self._hears))

    def apply(self) -> None:
        """Settings ask for the nearest that the server carries, where it carries something else unasked."""
        nearest = carried(self.format, self._hears)
        if nearest != self.carried:
            self.end_stream()
            self._carry(nearest)

    def unasked(self) -> None:
        """The server is ready without Settings: it carries what it carries unasked (S4)."""
        if (unasked := format_of(self._hears.unsaid)) != self.carried:
            self._carry(unasked)

    def _carry(self, audio: AudioFormat) -> None:
        """From now on; what was said and waits goes so, too, but not what went already."""
        if self._appended:
            self._before = max(self._before, self.carried, key=lambda each: each.bytes_per_second)
        self.carried = audio
        self._reference = Conversion(self.format, audio)
        if not self._appended:
            self._streams = [_Stream(bytearray(self._reference.feed(bytes(self._waits))))]
        else:
            self._reference.feed(self._half)

    def say(self, audio: bytes) -> None:
        """The client sent audio, after whatever `commit` told."""
        self.spoken += len(audio)
        if not self._appended:
            self._waits += audio
        if self.format.encoding == "linear16":
            self._half = (self._half + audio)[len(self._half + audio) // 2 * 2 :]
        self._streams[-1].expected += self._reference.feed(audio)

    def lost(self, seconds: float, *, manual: bool) -> None:
        """The session is gone. Of its audio the next one hears again what no turn was made of, at most so
        many seconds; where the host commits that is all that is uncommitted (N12). What went upstream at the
        same input does not wait any more.
        """
        self.compare()
        self._kept = int(seconds * self.carried.bytes_per_second)
        self._owed = min(self.uncommitted, self._kept) if manual else 0
        self._again = bytearray()
        self.uncommitted, self.untaken, self.due_since = 0, 0, None

    def goes_to(self, hears: Sounds) -> None:
        """Another server takes the call. Where it carries another format, what goes again and what waited
        cannot be compared with what went to the one before.
        """
        self._hears = hears
        nearest = carried(self.format, hears)
        if nearest != self.carried:
            self._out_of_step, self._recent = True, bytearray()
            self._carry(nearest)

    @property
    def widest(self) -> int:
        """Bytes a second of what the host keeps: it converts that once the other server carries it."""
        return max(each.bytes_per_second for each in (self.carried, self._before))

    def dropped(self) -> None:
        """The host has said that it lost some of what waits (N12)."""
        self._gaps = True

    def forced(self) -> None:
        """A commit waits among audio that waits: nobody can tell how much comes before it."""
        self._out_of_step = True

    def keep(self, audio: bytes) -> None:
        """What went upstream, silence of the host's too: the end of it may go again."""
        self._recent += audio
        del self._recent[: -_MOST_KEPT * self.carried.bytes_per_second]

    def append(self, audio: bytes) -> None:
        """Audio went upstream."""
        self._appended = True
        if self._again is None:
            self._streams[-1].sent += audio
            self.keep(audio)
        else:
            self._again += audio
        self.uncommitted += len(audio)
        self.untaken += len(audio)

    @property
    def enough(self) -> bool:
        """Whether what is uncommitted is enough for a commit (A5)."""
        return self.uncommitted >= self.smallest

    @property
    def smallest(self) -> int:
        """Bytes that a commit needs."""
        return self.carried.bytes_of(_MIN_COMMIT_MS)

    def end_stream(self) -> None:
        """What comes next is another stream: the tail of this one is due."""
        self._streams[-1].expected += self._reference.flush()

    def commit(self) -> None:
        """A commit of the translator's: everything said before it went before it."""
        if self._again is not None:  # of what waited, nobody can tell how much came before the commit
            self._out_of_step, self._again = True, None
        self.end_stream()
        self._streams.append(_Stream())
        self.uncommitted = 0
        self.due_since = None

    def compare(self) -> None:
        """After each input of a session: what went upstream is what was said, as far as it goes."""
        self._go_on()
        if self._out_of_step:
            self._streams = [_Stream()]
            return
        *committed, last = self._streams
        for each in committed:
            require(len(each.expected) == len(each.sent), _LOST, f"{len(each.sent)} of {len(each.expected)}")
            require(each.expected == each.sent, _LOST, "the bytes differ")
        require(
            last.expected.startswith(last.sent),
            _LOST,
            f"{len(last.sent)} bytes do not begin {len(last.expected)}",
        )
        del last.expected[: len(last.sent)]
        last.sent.clear()
        self._streams = [last]

    def _go_on(self) -> None:
        """The first that another session got: the end of what the one before it had, and all that waited."""
        if self._again is None:
            return
        audio, waited = bytes(self._again), self._streams[-1].expected
        self._again = None
        if self._gaps:
            self._out_of_step = self._out_of_step or self.format.rate != self.carried.rate
        elif not self._out_of_step:
            size = len(audio) - len(waited)
            again = f"{size} bytes again, {self._owed} owed, {len(waited)} waited"
            require(audio.endswith(waited) and size >= 0, "N12 what waited goes to the next session", again)
            require(self._recent.endswith(audio[:size]), "N12 what goes again is what came last", again)
            require(self._owed <= size <= self._kept, "N12 so much goes again as no turn was made of", again)
        self._streams, self._gaps, self._before = [_Stream()], False, self.carried
        self.keep(audio)

    def check_whole(self, *, manual: bool) -> None:
        """At rest all of it is there, and where the translator commits no more than a crumb is uncommitted
        (A5).
        """
        left = 0 if self._out_of_step else len(self._streams[-1].expected)
        require(left == 0, _LOST, f"{left} bytes never went upstream")
        require(not manual or not self.enough, "A5 what was said is committed", self.uncommitted)
