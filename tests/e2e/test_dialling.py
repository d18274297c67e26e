"""A server that does not take a call at once: what is tried again, what log and client are told."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from email.utils import formatdate
from typing import Any

import attrs
import pytest

pytest.importorskip("websockets")

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

import realtime_translate as rt
from tests.e2e.callers import calling, settings
from tests.e2e.hosts import KEY, PROXIES, eventually, example, run

CONFIG = rt.Config.deepgram()
dialling = example("dialling")


@pytest.fixture(params=PROXIES, name="proxy")
def _proxy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@attrs.frozen
class Answer:
    status: int
    body: object = None
    retry_after: str = ""
    location: str = ""


@attrs.define
class Door:
    """A server that gives these answers first, and then opens connections."""

    answers: list[Answer]
    url: str = ""
    knocks: list[float] = attrs.Factory(list[float])

    def answer(self, socket: ServerConnection, request: Request) -> Response | None:
        self.knocks.append(time.monotonic())
        if not self.answers:
            return None
        answer = self.answers.pop(0)
        response = socket.respond(answer.status, "" if answer.body is None else json.dumps(answer.body))
        if answer.retry_after:
            response.headers["Retry-After"] = answer.retry_after
        if answer.location:
            response.headers["Location"] = answer.location
        return response


@asynccontextmanager
async def door(*answers: Answer) -> AsyncGenerator[Door, None]:
    opened = Door([*answers])

    async def hold(socket: ServerConnection) -> None:
        async for frame in socket:
            if json.loads(frame)["type"] == "session.update":
                await socket.send('{"type": "session.updated", "session": {}}')

    async with serve(hold, "127.0.0.1", 0, process_request=opened.answer) as server:
        opened.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield opened


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(each)["fields"] for each in caplog.records if "cannot be reached" in each.message]


def error(code: str | None, kind: str = "invalid_request_error") -> Any:
    return {"error": {"message": f"Incorrect API key provided: {KEY}", "type": kind, "code": code}}


@pytest.mark.parametrize(
    ("answer", "fields", "told"),
    [
        (
            Answer(401, error("invalid_api_key")),
            {"code": "invalid_api_key"},
            "refused access (401 invalid_api_key)",
        ),
        (Answer(403), {}, "refused access (403)"),
        (
            Answer(404, error(None)),
            {"code": "invalid_request_error"},
            "refused the connection (404 invalid_request_error)",
        ),
        (Answer(302), {}, "refused the connection (302)"),
        (
            Answer(429, error("insufficient_quota")),
            {"code": "insufficient_quota"},
            "takes no more calls for now (429 insufficient_quota)",
        ),
        (
            Answer(429, error("rate_limit_exceeded"), "30"),
            {"code": "rate_limit_exceeded", "retry_after": 30.0},
            "takes no more calls for now (429 rate_limit_exceeded)",
        ),
        (
            Answer(503, {"error": "down"}, "120"),
            {"code": "down", "retry_after": 120.0},
            "is not available (503 down)",
        ),
    ],
)
def test_a_refusal_that_lasts_is_told_at_once(
    proxy: str, answer: Answer, fields: dict[str, object], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A wrong key is no outage, and a server that asks for more time than there is is not asked again."""

    async def scenario() -> None:
        async with door(answer) as server, PROXIES[proxy](server.url, CONFIG) as host:
            async with calling(host.url) as caller:
                await caller.agent.send_settings(settings())
                assert (await caller.closed())[0] == 1000
            assert len(server.knocks) == 1
        (only,) = caller.of("Error")
        assert (only.code, only.description) == ("INTERNAL_SERVER_ERROR", f"the upstream server {told}")

    run(scenario())
    (entry,) = logged(caplog)
    entry = {name: value for name, value in entry.items() if name not in ("call", "caller", "peer")}
    message = f"the server did not open the connection and answered {answer.status}"
    assert entry == {"error": message, "status": answer.status, "has_key": True, **fields}


def test_a_redirect_is_not_followed(proxy: str) -> None:
    """The key would go along."""

    async def scenario() -> None:
        async with door() as elsewhere, door(Answer(307, location=elsewhere.url)) as server:
            async with PROXIES[proxy](server.url, CONFIG) as host, calling(host.url) as caller:
                await caller.agent.send_settings(settings())
                assert (await caller.closed())[0] == 1000
            assert (len(server.knocks), len(elsewhere.knocks)) == (1, 0)

    run(scenario())


def test_a_server_that_was_busy_is_dialled_again(proxy: str, caplog: pytest.LogCaptureFixture) -> None:
    """The client's Settings wait meanwhile. The pauses grow, and are as long as the server says."""
    busy = [Answer(503), Answer(503, retry_after="1"), Answer(429, error("rate_limit_exceeded"))]

    async def scenario() -> None:
        async with door(*busy) as server, PROXIES[proxy](server.url, CONFIG) as host:
            async with calling(host.url) as caller:
                await caller.configured()
                assert caller.of("Error") == []
            gaps = [after - before for before, after in zip(server.knocks, server.knocks[1:], strict=False)]
            assert len(gaps) == 3
            assert gaps[0] >= 0.25
            assert min(gaps[1:]) >= 1.0

    run(scenario())
    pauses = [entry["again_in"] for entry in logged(caplog)]
    assert pauses[0] == pytest.approx(0.31, abs=0.07)
    assert pauses[1:] == [pytest.approx(1.25, abs=0.26)] * 2


def test_a_server_that_never_comes_is_given_up(proxy: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        began = time.monotonic()
        async with (
            PROXIES[proxy]("ws://127.0.0.1:1", CONFIG, DIAL_SECONDS=1.2) as host,
            calling(host.url) as caller,
        ):
            await caller.agent.send_settings(settings())
            assert (await caller.closed())[0] == 1000
        assert time.monotonic() - began < 8
        (only,) = caller.of("Error")
        assert only.description == "the upstream server closed before the session was ready"

    run(scenario())
    pauses = [entry.get("again_in") for entry in logged(caplog)]
    assert 2 <= len(pauses) <= 3
    assert [each is None for each in pauses] == [False] * (len(pauses) - 1) + [True]


def test_nobody_is_dialled_for_a_client_that_has_left(proxy: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with door(*[Answer(503)] * 9) as server, PROXIES[proxy](server.url, CONFIG) as host:
            async with calling(host.url) as caller:
                await caller.agent.send_settings(settings())
                await eventually(lambda: len(server.knocks) == 2)
            await eventually(lambda: "the call ended" in caplog.text)
            before = len(server.knocks)
            await asyncio.sleep(1.5)
            assert len(server.knocks) == before

    caplog.set_level("INFO")
    run(scenario())


# --- what an answer says ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error": {"code": "a.b-c_1", "type": "t"}}', "a.b-c_1"),
        (b'{"error": {"code": 7, "type": "t"}}', "t"),
        (b'{"error": {"code": "two words"}}', None),
        (b'{"error": {"code": "' + b"x" * 65 + b'"}}', None),
        (b'{"code": "top"}', "top"),
        (b'{"error": "text"}', "text"),
        (b'{"error": null}', None),
        (b"[]", None),
        (b"<html>", None),
        (b"\xff", None),
        (b"[" * 60_000, None),
        (b"", None),
    ],
)
def test_the_code_in_a_body(body: bytes, code: str | None) -> None:
    assert dialling.code_in(body) == code


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("9" * 5000, 999_999_999.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("\u0664", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_what_retry_after_says(header: str | None, seconds: Any) -> None:
    assert dialling.seconds_of(header) == seconds


def test_retry_after_may_be_a_date() -> None:
    header = formatdate(time.time() + 1000, usegmt=True)
    assert dialling.seconds_of(header) == pytest.approx(1000, abs=20)


@pytest.mark.parametrize(
    "url", ["", "api.openai.com", "https://api.openai.com", "ws://", "wss://x:port", "ws://["]
)
def test_what_is_no_url_of_a_server(url: str) -> None:
    assert "wss://" in dialling.trouble_of(url)


@pytest.mark.parametrize(
    ("url", "key", "words"),
    [
        ("wss://api.openai.com", "", ["is not set"]),
        ("ws://example.com", "", ["is not set"]),
        ("ws://example.com", "sk", ["others can read it"]),
        ("wss://example.com", "sk", []),
        ("ws://localhost:8766", "", []),
        ("ws://127.0.0.1:8766", "sk", []),
        ("ws://[::1]:8766", "sk", []),
        ("ws://127.0.0.1.example.com", "sk", ["others can read it"]),
    ],
)
def test_what_is_probably_not_meant(
    url: str, key: str, words: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    assert dialling.trouble_of(url) is None
    doubts = list(dialling.doubts(url, ["OPENAI_API_KEY"]))
    assert len(doubts) == len(words)
    assert all(word in doubt for word, doubt in zip(words, doubts, strict=True))
