"""Who may connect to a host: keys, origins, Twilio's signature, and nobody from elsewhere without them."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")
pytest.importorskip("websockets")

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

import realtime_translate as rt
from realtime_translate.testing import Call, Reply, Say
from tests.e2e import hosts
from tests.e2e.callers import calling
from tests.e2e.hosts import Host, Process, eventually, example, model, process, run
from tests.e2e.test_metrics import values
from tests.e2e.test_twilio import bridge as twilio_bridge

CONFIG = rt.Config.deepgram()
PATH = "/v1/agent/converse"
KEYS = "alice alice-key-1  # the first\nalice alice-key-2\n\nbob bob-key\n"
NOWHERE = "ws://127.0.0.1:1"


@pytest.fixture(params=hosts.PROXIES, name="proxy")
def _proxy(request: pytest.FixtureRequest) -> str:
    if request.param in ("aiohttp", "fastapi"):
        pytest.importorskip(request.param)
    return str(request.param)


@pytest.fixture(name="keys")
def _keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys.txt"
    path.write_text(KEYS, "utf-8")
    monkeypatch.setenv("CLIENT_KEYS", KEYS)
    return path


async def status(
    url: str, headers: Mapping[str, str] | None = None, offered: list[str] | None = None
) -> tuple[int, Mapping[str, str]]:
    """What a client is answered, and the headers. A call that it gets is given up."""
    offer: Any = offered
    try:
        async with connect(url, additional_headers=headers, subprotocols=offer) as socket:
            assert socket.response is not None
            return socket.response.status_code, socket.response.headers
    except InvalidStatus as refused:
        return refused.response.status_code, refused.response.headers


def serving(proxy: str) -> AbstractAsyncContextManager[Host]:
    return hosts.PROXIES[proxy](NOWHERE, CONFIG)


# --- over sockets, in every host ----------------------------------------------------------------------------

SHOWN: list[tuple[dict[str, str], list[str] | None, int]] = [
    ({"Authorization": "Token alice-key-1"}, None, 101),
    ({"Authorization": "token alice-key-2"}, None, 101),
    ({"Authorization": "Bearer bob-key"}, None, 101),
    ({}, ["token", "bob-key"], 101),
    ({}, ["bearer", "bob-key"], 101),
    ({}, None, 401),
    ({"Authorization": "Token wrong"}, None, 401),
    ({"Authorization": "Token alice-key-1x"}, None, 401),
    ({"Authorization": "Token "}, None, 401),
    ({"Authorization": "Basic bob-key"}, None, 401),
    ({"Authorization": "bob-key"}, None, 401),
    ({"Authorization": "Token b\xf6b-key"}, None, 401),
    ({}, ["token", "wrong"], 401),
    ({}, ["bob-key", "token"], 401),
    ({}, ["bob-key"], 401),
    ({}, ["token"], 401),
]


def test_a_key_is_wanted(proxy: str, keys: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with serving(proxy) as host:
            for headers, offered, expected in SHOWN:
                found, answered = await status(host.url + PATH, headers, offered)
                assert found == expected, (headers, offered)
                assert answered.get("WWW-Authenticate") == ("Token" if found == 401 else None)
                echoed = answered.get("Sec-WebSocket-Protocol")
                assert echoed == (offered[0] if offered and found == 101 else None)

    caplog.set_level(logging.DEBUG, "bridge")
    run(scenario())
    assert "-key" not in caplog.text


@pytest.mark.parametrize(
    "name", ["Authorization: Token", "Origin:", "Sec-WebSocket-Protocol: token,", "Host:"]
)
def test_headers_may_hold_anything(
    proxy: str, name: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be read is refused like what is wrong."""
    monkeypatch.setenv("ALLOW_ORIGIN", "https://app.example")
    head = (
        f"GET {PATH} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    )
    host = "" if name == "Host:" else "Host: a\r\n"

    async def scenario() -> None:
        async with serving(proxy) as found:
            port = found.listening.getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"{head}{host}{name} ".encode() + b"\xff\xfe\xc3\r\n\r\n")
            answer = await asyncio.wait_for(reader.readline(), 10)
            assert answer.split()[1] in (b"400", b"401")
            writer.close()

    run(scenario())


@pytest.mark.parametrize("value", [b"\xff\xfe", b"\xc3\xa9", b"="])
def test_a_signature_may_hold_anything(value: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "12345")
    head = (
        b"GET /twilio HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nHost: a\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    )

    async def scenario() -> None:
        async with twilio_bridge(NOWHERE) as found:
            port = found.listening.getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head + b"X-Twilio-Signature: " + value + b"\r\n\r\n")
            assert (await asyncio.wait_for(reader.readline(), 10)).split()[1] == b"403"
            writer.close()

    run(scenario())


def test_a_key_is_never_sent_back(proxy: str) -> None:
    async def scenario() -> None:
        async with serving(proxy) as host:
            for offered in (["KEY", "token"], ["token", "KEY"], ["KEY", "bearer", "token"]):
                found, answered = await status(host.url + PATH, {}, offered)
                assert found == 101
                assert answered["Sec-WebSocket-Protocol"] in ("token", "bearer")
                assert "KEY" not in str(answered)

    run(scenario())


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 101),
        ({"Origin": "http://localhost:3000"}, 101),
        ({"Origin": "http://127.0.0.1:8000"}, 101),
        ({"Origin": "http://[::1]"}, 101),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://localhost.evil.example"}, 403),
        ({"Origin": "https://127.0.0.1.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[bad"}, 403),
        ({"X-Forwarded-For": "203.0.113.7"}, 403),
        ({"Forwarded": "for=203.0.113.7"}, 403),
    ],
)
def test_without_keys_this_machine_is_served(proxy: str, headers: dict[str, str], expected: int) -> None:
    async def scenario() -> None:
        async with serving(proxy) as host:
            assert (await status(host.url + PATH, headers))[0] == expected

    run(scenario())


def test_pages_of_allowed_origins(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_ORIGIN", "https://App.example/")

    async def scenario() -> None:
        async with serving(proxy) as host:
            assert (await status(host.url + PATH, {"Origin": "https://app.example"}))[0] == 101
            for other in ({}, {"Origin": "https://evil.example"}, {"Origin": "http://localhost"}):
                assert (await status(host.url + PATH, other))[0] == 403
        monkeypatch.setenv("CLIENT_KEYS", KEYS)
        async with serving(proxy) as host:
            key = {"Authorization": "Token bob-key"}
            assert (await status(host.url + PATH, key))[0] == 101
            assert (await status(host.url + PATH, {**key, "Origin": "https://app.example"}))[0] == 101
            assert (await status(host.url + PATH, {**key, "Origin": "https://evil.example"}))[0] == 401
            assert (await status(host.url + PATH, {"Origin": "https://app.example"}))[0] == 401

    run(scenario())


def test_the_caller_has_its_own_configuration(
    proxy: str, keys: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And its own functions; its name and address are in every line of the log, and it is counted."""
    caplog.set_level(logging.DEBUG, "bridge")
    made: list[Any] = []

    async def scenario() -> None:
        async with model() as upstream, hosts.PROXIES[proxy](upstream.url, CONFIG) as host:
            configure(host, monkeypatch, made)
            async with connect(
                host.url + PATH, additional_headers={"Authorization": "Token alice-key-2"}
            ) as socket:
                await socket.recv()
                peer = "{}:{}".format(*socket.local_address)
            await upstream.idle()
            await eventually(lambda: "the call ended" in caplog.text)
            (source,) = host.bridge.sources
            counted = [*source()]
        (call,) = made
        assert call.caller.name == "alice"
        assert list(call.functions) == ["for_alice"]
        lines = [record.__dict__["fields"] for record in caplog.records if record.name == "bridge"]
        lines = [fields for fields in lines if "call" in fields]
        assert len(lines) > 2
        assert {(fields["caller"], fields["peer"]) for fields in lines} == {("alice", peer)}
        assert ("calls_by_caller_total", {"caller": "alice"}, 1) in counted

    run(scenario())


def configure(host: Host, monkeypatch: pytest.MonkeyPatch, made: list[Any]) -> None:
    """Let callers have a Config and functions of their own, and note the calls that are made."""
    bridge, plain = host.bridge, host.bridge.Call.__init__

    def init(call: Any, config: rt.Config, *args: Any, **named: Any) -> None:
        plain(call, config, *args, **named)
        made.append(call)

    monkeypatch.setattr(bridge.Call, "__init__", init)
    monkeypatch.setattr(bridge, "functions_of", lambda caller: {f"for_{caller.name}": None})


def test_functions_are_those_of_the_caller(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers call them: what a function does for whom is said where it is looked up."""
    monkeypatch.setenv("CLIENT_KEY", "client-key")  # which the caller of the tests shows
    endpoint = {"url": "http://127.0.0.1:1/never-called", "method": "post"}
    functions = [
        {"name": "whoami", "description": "", "parameters": {"type": "object"}, "endpoint": endpoint}
    ]

    def functions_of(caller: Any) -> Any:
        async def whoami(arguments: object) -> object:
            return caller.name

        return {"whoami": whoami}

    async def scenario() -> None:
        replies = [Reply(Call("whoami")), Reply(Say("Done."))]
        async with model(lambda: replies) as upstream, hosts.PROXIES[proxy](upstream.url, CONFIG) as host:
            monkeypatch.setattr(host.bridge, "functions_of", functions_of)
            async with calling(host.url) as caller:
                await caller.configured(functions=functions)
                await caller.ask("Go on.")
        (result,) = caller.of("FunctionCallResponse")
        assert json.loads(result.content) == "client"

    run(scenario())


def test_the_name_decides_the_configuration(proxy: str, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`configuration` of each host is what a copy changes for that."""
    seen: list[str] = []

    def chosen(caller: Any, *_config: Any) -> rt.Config:
        seen.append(caller.name)
        return rt.Config.deepgram(limits=rt.Limits(settings_timeout=0.1 if caller.name == "bob" else 30))

    async def scenario() -> None:
        async with serving(proxy) as host:
            module = getattr(host.module, "websockets_proxy", host.module)
            if proxy == "fastapi":
                module.app.dependency_overrides[module.configuration] = lambda: chosen(
                    example("access").Caller("bob")
                )
            else:
                monkeypatch.setattr(module, "configuration", chosen)
            async with connect(
                host.url + PATH, additional_headers={"Authorization": "Token bob-key"}
            ) as socket:
                await socket.recv()
                told = json.loads(await asyncio.wait_for(socket.recv(), 10))
                assert told["type"] == "Error"
        assert seen == ["bob"]

    run(scenario())


def test_health_is_told_to_all_and_says_little(proxy: str, keys: Path) -> None:
    async def scenario() -> None:
        async with serving(proxy) as host, httpx.AsyncClient() as client:
            answer = await client.get(host.url.replace("ws:", "http:") + "/healthz")
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    run(scenario())


def test_refusals_do_not_fill_the_log(
    proxy: str, keys: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "bridge")

    async def scenario() -> None:
        async with serving(proxy) as host:
            monkeypatch.setattr(host.switchboard, "LOG_SECONDS", 3600.0)
            for _ in range(30):
                assert (await status(host.url + PATH))[0] == 401
            (source,) = host.bridge.sources
            assert ("refused_total", {"reason": "not authorized"}, 30) in [*source()]

    run(scenario())
    (line,) = (record for record in caplog.records if record.getMessage() == "a client was refused")
    fields = line.__dict__["fields"]
    assert (fields["reason"], fields["status"], fields["times"]) == ("not authorized", 401, 1)
    assert fields["peer"].startswith("127.0.0.1:") or proxy == "picows"


# --- Twilio -------------------------------------------------------------------------------------------------

TWILIO_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PARAMETERS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
REPEATED = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    *(("Digits", each) for each in ("5678", "1234", "1234")),
]


def test_signatures_are_those_that_twilio_publishes() -> None:
    """The token and the examples of the tests of Twilio's own libraries."""
    signature = example("access").signature
    assert signature("12345", TWILIO_URL, PARAMETERS.items()) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signature("12345", TWILIO_URL, REPEATED) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize("public", [None, "wss://bridge.example.com/twilio"])
def test_without_twilio_s_signature_nobody_calls(public: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "12345")
    signature = example("access").signature
    arguments = ["--public-url", public] if public else []

    async def scenario() -> None:
        async with twilio_bridge(NOWHERE, *arguments) as host:
            url = f"{host.url}/twilio"
            signed = public or url.replace("ws:", "wss:")
            good = signature("12345", signed)
            assert (await status(url, {"X-Twilio-Signature": good}))[0] == 101
            for bad in (
                good.lower(),
                "",
                signature("12346", signed),
                signature("12345", signed + "/"),
                "\xe9",
            ):
                assert (await status(url, {"X-Twilio-Signature": bad}))[0] == 403
            assert (await status(url))[0] == 403
            assert (await status(url + "?a=b", {"X-Twilio-Signature": good}))[0] == (101 if public else 403)

    run(scenario())


# --- how a host is started ----------------------------------------------------------------------------------

COMMANDS = {
    "websockets_proxy.py": "--keys FILE",
    "aiohttp_proxy.py": "--keys FILE",
    "twilio_bridge.py": "TWILIO_AUTH_TOKEN",
}
if "picows" in hosts.PROXIES:
    COMMANDS["picows_proxy.py"] = "--keys FILE"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", "192.0.2.1", "example.com"])
def test_a_host_does_not_listen_to_strangers_without_asking(command: str, address: str) -> None:
    async def scenario() -> None:
        async with process(command, "--port", "0", "--host", address) as started:
            assert await started.ended() == 2
        (line,) = started.lines
        assert line.startswith(f"--host {address} lets strangers call on your account")
        assert COMMANDS[command] in line
        assert "--allow-anyone" in line

    run(scenario())


def started_listening(host: Process) -> bool:
    return bool(host.entries("listening"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_host_listens_to_all_when_it_asks(command: str, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("alice alice-key", "utf-8")

    async def scenario() -> None:
        for arguments in (["--keys", str(path)], ["--allow-origin", "https://a.example"], ["--allow-anyone"]):
            async with process(command, "--port", "0", "--host", "0.0.0.0", *arguments) as started:
                await eventually(partial(started_listening, started))
                assert not started.log.count("alice-key")

    run(scenario(), patience=3 * hosts.PATIENCE)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "cannot read the keys in"),
        ("", "there is no key among the keys"),
        ("# alice key", "there is no key among the keys"),
        ("alice", "line 1 of the keys: a name and a key are wanted"),
        ("alice key-one two", "line 1 of the keys: a name and a key are wanted"),
        ("alice same-key\nbob same-key", "line 2 of the keys: bob has the key of alice"),
    ],
)
def test_keys_that_cannot_be_read(text: str | None, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    if text is not None:
        path.write_text(text, "utf-8")

    async def scenario() -> None:
        async with process("websockets_proxy.py", "--port", "0", "--keys", str(path)) as started:
            assert await started.ended() == 2
        (line,) = started.lines
        assert line.startswith(complaint)
        assert "same-key" not in line

    run(scenario())


def test_metrics_name_the_callers() -> None:
    """What a caller is called may hold any character."""

    async def scenario() -> None:
        keys = 'al"ice\\ one-key'
        async with (
            httpx.AsyncClient() as client,
            process(
                "websockets_proxy.py",
                "--port",
                "0",
                "--upstream",
                NOWHERE,
                "--metrics-port",
                "0",
                CLIENT_KEYS=keys,
            ) as host,
        ):
            url = f"ws://127.0.0.1:{await host.port()}{PATH}"
            (entry,) = host.entries("metrics")
            assert (await status(url))[0] == 401
            async with connect(url, additional_headers={"Authorization": "Token one-key"}):
                answer = await client.get(f"http://127.0.0.1:{entry['port']}/metrics")
            await eventually(lambda: bool(host.entries("the call ended")))
            ended = values((await client.get(f"http://127.0.0.1:{entry['port']}/metrics")).text)
        samples = values(answer.text)
        assert ended['calls{caller="al\\"ice\\\\"}'] == 0
        assert (samples["connections"], ended["handshakes"], ended["buffered_bytes"]) == (1, 0, 0)
        assert 'voice_agent_refused_total{reason="not authorized"} 1\n' in answer.text
        assert samples['calls_by_caller_total{caller="al\\"ice\\\\"}'] == 1
        assert samples['calls{caller="al\\"ice\\\\"}'] == 1

    run(scenario())


# --- one by one ---------------------------------------------------------------------------------------------


def test_keys_are_compared_in_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, wherever the right one stands, and in a way that does not stop at the first difference."""
    access = example("access")
    compared = list[bool]()
    plain = hmac.compare_digest

    def watched(one: Any, other: Any) -> bool:
        assert len(one) == len(other)
        compared.append(plain(one, other))
        return compared[-1]

    monkeypatch.setattr(access.hmac, "compare_digest", watched)
    answer = access.Keys(access.read_keys(KEYS))
    for key, name in (("alice-key-1", "alice"), ("bob-key", "bob"), ("none", None), ("x" * 9999, None)):
        compared.clear()
        assert answer(access.Request("/", {"authorization": f"Token {key}"})) == name
        assert len(compared) == 3


def test_headers_that_come_twice_fit_nothing() -> None:
    access = example("access")
    headers = access.lowered([("Origin", "https://a.example"), ("ORIGIN", "https://a.example")])
    assert access.Origins(["https://a.example"])(access.Request("/", headers)) is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True), ("LocalHost", True)]
    + [(each, False) for each in ("", "0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "localhost.example")],
)
def test_what_is_this_machine(host: str, expected: bool) -> None:
    assert example("access").loopback(host) is expected


def test_a_host_that_was_started_elsewhere_serves_no_strangers() -> None:
    """uvicorn listens where it is told: who has reached another address than this machine's is asked."""
    access = example("access")
    assert access.here(access.Request("/", {}, local="127.0.0.1")) == "local"
    assert access.here(access.Request("/", {}, local="192.0.2.1")) is None
