"""Upstream played by hand for the tests of the response slot, user text, function calls and audio."""

from __future__ import annotations

import json
from typing import Any

from realtime_translate import ClientDialect, Config, ManualCommit, ServerVad, Translator, TurnDetection
from tests.events import TOOLS, created, done, inject, user_item
from tests.harness import Desk, Log, counter, ready

Json = dict[str, Any]

VAD = Config.deepgram()
"""The server commits and responds by itself."""
ASKING = Config.deepgram(turn_detection=ServerVad(create_response=False))
"""The server commits, and the translator asks for the response."""
MANUAL = Config.deepgram(turn_detection=ManualCommit(debounce=0.4))
"""The translator commits and asks."""


class RestoredDesk(Desk):
    """Before each input the translator is replaced by one restored from its snapshot (*Always true* 6)."""

    def __init__(self, config: Config | None = None, *, now: float = 100.0) -> None:
        super().__init__(config, now=now)
        self._config = config or Config.deepgram()

    def _restart(self) -> None:
        snapshot = json.loads(json.dumps(self.translator.snapshot()))
        self.translator = Translator.restore(snapshot, self._config, clock=self.clock, new_id=counter("X"))

    def client(self, frame: Json | str | bytes) -> Log:
        self._restart()
        return super().client(frame)

    def upstream(self, *events: Json | str | bytes) -> Log:
        log = Log()
        for event in events:
            self._restart()
            log.outputs += super().upstream(event).outputs
        return log

    def wait(self, seconds: float) -> Log:
        self._restart()
        return super().wait(seconds)


Way = type[Desk]


def ready_in(
    dialect: ClientDialect = ClientDialect.DEEPGRAM,
    turns: TurnDetection = ServerVad(),  # noqa: B008 (frozen)
    given: Json | None = None,
    **fields: Any,
) -> Desk:
    """A call in that dialect, whose server ends the user's turns unless told otherwise."""
    return ready(Desk, Config(dialect, turn_detection=turns, **fields), given or TOOLS)


# --- reading and short cuts ---------------------------------------------------------------------------------


def creates(log: Log) -> int:
    return log.upstream_types.count("response.create")


def tag_in(log: Log) -> str:
    """The tag of the one `response.create` in a log."""
    (create,) = log.of("response.create")
    tag: str = create["response"]["metadata"]["rt"]
    return tag


def item_id_in(log: Log) -> str:
    (item,) = log.of("conversation.item.create")
    item_id: str = item["item"]["id"]
    return item_id


def confirmed(desk: Desk, text: str = "Hello") -> Log:
    """A user text, and what its confirmation brings."""
    return desk.upstream(user_item(item_id_in(desk.client(inject(text))), text))


def asked(desk: Desk, text: str = "Hello") -> str:
    """A user text whose response was asked for: the tag of that."""
    return tag_in(confirmed(desk, text))


def begun(desk: Desk, response_id: str = "resp_1") -> str:
    """A response of ours that runs: its tag, which upstream echoes."""
    tag = asked(desk)
    desk.upstream(created(response_id, tag))
    return tag


def begun_by_server(desk: Desk, response_id: str = "resp_s") -> None:
    """A response of the server's own that runs."""
    desk.upstream(created(response_id))


def tags_echoed(desk: Desk) -> None:
    """One whole response, after which upstream is known to echo tags."""
    tag = begun(desk, "resp_0")
    desk.upstream(done("resp_0", tag=tag))
