"""Calls whose upstream session is lost and renewed (N)."""

from __future__ import annotations

from typing import Any

from realtime_translate import ClientDialect, Config, Renewal, ServerVad, TurnDetection
from tests.events import TOOLS, UPDATED, conversation_item, created, inject, user_item
from tests.harness import Desk, Json, Log, ready

__all__ = ["asked", "config", "dialled_again", "items", "ready_in", "renewed", "replayed", "replies", "texts"]


def config(
    dialect: ClientDialect = ClientDialect.DEEPGRAM,
    turns: TurnDetection = ServerVad(),  # noqa: B008 (frozen)
    fields: Json | None = None,
    **renewal: Any,
) -> Config:
    """A `Config` whose sessions are renewed at once, as often as need be. `fields`: other fields of it."""
    given: dict[str, Any] = {"delays": (0.0,), "attempts": 9, **renewal}
    chosen = Renewal(**given)
    return Config(dialect, turn_detection=turns, renewal=chosen, **(fields or {}))


def ready_in(given: Config | None = None, settings: Json = TOOLS) -> Desk:
    """A call whose session is ready, and is renewed when it is lost."""
    return ready(Desk, given or config(), settings)


def asked(desk: Desk, text: str = "Hello", response_id: str = "resp_1") -> None:
    """The user types a text, which is confirmed, and its response begins."""
    desk.client(inject(text))
    desk.upstream(user_item("", text), created(response_id))


def items(log: Log) -> list[Json]:
    """The items that were created upstream."""
    return [each["item"] for each in log.of("conversation.item.create")]


def texts(log: Log) -> list[tuple[str, str]]:
    """Role and text of those that are messages."""
    return [
        (each["role"], "".join(part["text"] for part in each["content"]))
        for each in items(log)
        if each["type"] == "message"
    ]


def dialled_again(desk: Desk) -> Log:
    """The next session is open and configured; what it was sent since."""
    opened = desk.dialled()
    return Log([*opened.outputs, *desk.upstream(UPDATED).outputs])


def replayed(desk: Desk, log: Log) -> Log:
    """The server confirms all items that it was sent."""
    return desk.upstream(*(conversation_item(each) for each in items(log)))


def renewed(desk: Desk) -> Log:
    """The next session is ready: all that came of it since it was dialled."""
    told = dialled_again(desk)
    return Log([*told.outputs, *replayed(desk, told).outputs])


def replies(log: Log) -> list[Json]:
    """The responses that were asked for."""
    return [each["response"] for each in log.of("response.create")]
