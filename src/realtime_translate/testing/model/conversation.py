"""The conversation: items in order."""

from __future__ import annotations

from collections import Counter

import attrs

from .frames import Object, as_list, as_object, as_text


@attrs.define(slots=True)
class Item:
    """An item. `audio_ms` and `transcript` are the model's speech in it, `audio` is what the user said in it.

    An item may be truncated while its speech is still being made: as long as there is any, the reference
    only asks that `audio_end_ms` is not above it. Truncating does not stop the response (a cancel does);
    what is made afterwards is still sent, but the item keeps only what was heard.
    """

    id: str
    body: Object
    audio_ms: int = 0
    transcript: str = ""
    truncated: bool = False
    audio: bytes = b""

    @property
    def kind(self) -> str:
        """The item's type."""
        return as_text(self.body["type"])

    @property
    def call_id(self) -> str:
        """The call that the item is, or answers; empty for messages."""
        return as_text(self.body.get("call_id"))

    def speak(self, *, ms: int = 0, word: str = "") -> None:
        """The model made more speech, or more of its transcript."""
        if not self.truncated:
            self.audio_ms += ms
            self.transcript += word

    def cut(self, audio_end_ms: int) -> None:
        """Forget the speech after `audio_end_ms`, and the words that were not heard by then."""
        self.transcript = self.transcript[: len(self.transcript) * audio_end_ms // self.audio_ms]
        self.audio_ms, self.truncated = audio_end_ms, True
        for part in as_list(self.body["content"]):  # empty while the item is being made
            as_object(part)["transcript"] = self.transcript


@attrs.define(slots=True)
class Conversation:
    """The default conversation of a session."""

    id: str
    items: list[Item] = attrs.Factory(list[Item])
    answered: list[str] = attrs.Factory(list[str])
    """Call ids that have an output, in the order in which the outputs were accepted."""

    def find(self, item_id: str) -> Item | None:
        """The item, None if there is none of that id."""
        return next((item for item in self.items if item.id == item_id), None)

    def get(self, item_id: str) -> Item:
        """An item that is known to be there."""
        return self.items[self.position(item_id)]

    def call(self, call_id: str) -> Item | None:
        """The function call of that id, an open one if there are several; None if there is none."""
        calls = (item for item in (*self.open_calls, *self.items) if item.kind == "function_call")
        return next((item for item in calls if item.call_id == call_id), None)

    @property
    def open_calls(self) -> list[Item]:
        """Complete calls without an output; of calls that share an id the first is answered first."""
        outputs = Counter(self.answered)
        calls: list[Item] = []
        for item in self.items:
            if item.kind == "function_call" and item.body.get("status") == "completed":
                outputs[item.call_id] -= 1
                calls += [item] if outputs[item.call_id] < 0 else []
        return calls

    @property
    def last_id(self) -> str | None:
        """The id of the last item."""
        return self.items[-1].id if self.items else None

    def insert(self, item: Item, previous: str | None = None) -> None:
        """Put `item` after `previous`: None or empty is the end, `root` the front."""
        if not previous:
            self.items.append(item)
        elif previous == "root":
            self.items.insert(0, item)
        else:
            self.items.insert(self.position(previous) + 1, item)

    def position(self, item_id: str) -> int:
        """Where the item stands; -1 if it is not in the conversation (any more)."""
        return next((index for index, item in enumerate(self.items) if item.id == item_id), -1)

    def before(self, item: Item) -> str | None:
        """The id of the item before this one."""
        index = self.position(item.id)
        return self.items[index - 1].id if index > 0 else None

    def remove(self, item_id: str) -> None:
        """Take out an item that is known to be there."""
        del self.items[self.position(item_id)]
