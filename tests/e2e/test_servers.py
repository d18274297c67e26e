"""Each server as a host dials it, over sockets: the URL, the credential, and the first `session.update`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from attrs import evolve

pytest.importorskip("websockets")

import realtime_translate as rt
from realtime_translate.openai.dialects import SERVERS, XAI, UpstreamDialect
from tests.e2e import hosts
from tests.e2e.callers import calling, settings
from tests.e2e.hosts import KEY, PROXIES, example, process, run, websockets_proxy
from tests.e2e.scripted import Stage, Theatre, played
from tests.e2e.test_twilio import bridge, ringing

Json = dict[str, Any]
BEARER = "Authorization"
PCM_24K = {"type": "audio/pcm", "rate": 24000}
GA = {"type": "realtime", "audio": {"input": {"format": PCM_24K}, "output": {"format": PCM_24K}}}
FLAT = {"input_audio_format": "pcm16", "output_audio_format": "pcm16"}
V1 = "/v1/realtime?model="

# The model on the command line, the URL, the credential (KEY_OF: what its variable holds), and the session.
DIALLED: Mapping[str, tuple[str | None, str, tuple[str, str], Json]] = {
    "openai": (None, f"{V1}gpt-realtime-2.1", (BEARER, f"Bearer {KEY}"), GA),
    "azure": ("my-deployment", "/openai/v1/realtime?model=my-deployment", ("api-key", "KEY_OF"), GA),
    "openai-beta": ("old", f"{V1}old", (BEARER, f"Bearer {KEY}"), {**FLAT, "voice": "alloy"}),
    "voice-live": (
        None,
        "/voice-live/realtime?api-version=2026-07-15&model=gpt-realtime",
        ("api-key", "KEY_OF"),
        FLAT,
    ),
    "xai": (None, f"{V1}grok-voice-latest", (BEARER, "Bearer KEY_OF"), {"audio": GA["audio"]}),
    "inworld": (
        None,
        "/api/v1/realtime/session?key=CALL&protocol=realtime",
        (BEARER, "Basic KEY_OF"),
        {"model": "openai/gpt-4.1-mini", **GA},
    ),
    "elevenlabs": (
        None,
        "/v1/convai/realtime",
        ("xi-api-key", "KEY_OF"),
        {"model": "eleven_realtime_v1_mini", "type": "realtime"},
    ),
    "qwen": (
        None,
        "/api-ws/v1/realtime?model=qwen3-omni-flash-realtime",
        (BEARER, "Bearer KEY_OF"),
        {"input_audio_format": "pcm16", "output_audio_format": "pcm24"},
    ),
    "glm": (
        None,
        "/api/paas/v4/realtime",
        (BEARER, "Bearer KEY_OF"),
        {"model": "glm-realtime-flash", **FLAT},
    ),
    "stepfun": (None, f"{V1}step-audio-2", (BEARER, "Bearer KEY_OF"), FLAT),
    "speaches": ("m", f"{V1}m", (BEARER, "Bearer KEY_OF"), FLAT),
    "localai": ("m", f"{V1}m", (BEARER, "Bearer KEY_OF"), GA),
    "speech-to-speech": (None, f"{V1}any", (BEARER, ""), GA),
    "nemotron": (None, f"{V1}any", (BEARER, "Bearer KEY_OF"), GA),
    "litellm": ("m", f"{V1}m", (BEARER, "Bearer KEY_OF"), GA),
}
each_server = pytest.mark.parametrize("name", DIALLED)
upstreams = example("upstreams")
_HOME = {"OPENAI_API_KEY"}  # the harness sets it


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every credential is there, and each is another."""
    for known in upstreams.KNOWN.values():
        for variable in {known.key, known.token} - {None} - _HOME:
            monkeypatch.setenv(variable, f"secret-of-{variable}")
        if known.place:
            monkeypatch.setenv(known.place, f"https://{known.place.lower()}.example")


def expected(name: str) -> tuple[str, str]:
    """Its header."""
    header, value = DIALLED[name][2]
    return header, value.replace("KEY_OF", f"secret-of-{upstreams.KNOWN[name].key}")


def shown(stage: Stage) -> dict[str, str]:
    """The headers of a dial that carry a credential."""
    assert stage.socket.request is not None
    names = {row.credential.partition(":")[0] for row in SERVERS.values()}
    headers = stage.socket.request.headers
    return {each: headers[each] for each in names if each in headers}


def within(part: Any, whole: Any) -> bool:
    """Whether `whole` says all that `part` says."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and within(value, whole[key]) for key, value in part.items())
    return bool(part == whole)


async def script(stage: Stage) -> None:
    await stage.say({"type": "session.created", "event_id": "e1", "session": {}})
    await stage.until("session.update")


async def dialled(theatre: Theatre, url: str) -> Stage:
    """What a client that sends Settings makes the host dial. Its model is none of any server's."""
    think = {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}, "prompt": "Be brief."}
    before = len(theatre.stages)
    async with calling(url) as caller:
        await caller.agent.send_settings(settings(think=think))
        await hosts.eventually(lambda: bool(theatre.stages[before:] and theatre.stages[-1].heard))
        return theatre.stages[-1]


def test_every_server_is_known_and_tested() -> None:
    assert list(DIALLED) == list(SERVERS) == list(upstreams.KNOWN)


@each_server
def test_S2_D2_a_server_is_dialled_as_it_wants_to_be(name: str) -> None:
    model, url, _, session = DIALLED[name]

    async def scenario() -> None:
        named = ["--server", name, *(["--model", model] if model else [])]
        async with played(script) as theatre, websockets_proxy(theatre.url, None, *named) as host:
            stage = await dialled(theatre, host.url)
        assert stage.socket.request is not None
        path = stage.socket.request.path
        if "key=CALL" in url:
            path = path.replace(path.partition("key=")[2].partition("&")[0], "CALL")
        assert path == url
        header, value = expected(name)
        assert shown(stage) == ({header: value} if value else {})
        for header, value in SERVERS[name].headers.items():
            assert stage.socket.request.headers[header] == value
        (update,) = stage.of("session.update")
        assert within(session, update["session"]), update["session"]
        assert ("type" in update["session"]) == SERVERS[name].shape.typed

    run(scenario())


def test_D3_the_transcription_model_is_the_one_that_is_named() -> None:
    async def scenario() -> None:
        named = ["--server", "azure", "--model", "mine", "--transcription-model", "my-ears"]
        async with played(script) as theatre, websockets_proxy(theatre.url, None, *named) as host:
            stage = await dialled(theatre, host.url)
        (update,) = stage.of("session.update")
        assert update["session"]["audio"]["input"]["transcription"]["model"] == "my-ears"

    run(scenario())


@each_server
def test_a_typed_turn_with_a_simulated_server(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """`--simulate --server NAME` holds a call in that server's way."""
    monkeypatch.setitem(sys.modules, "simulated_server", None)  # it goes again at the end
    monkeypatch.syspath_prepend(str(hosts.EXAMPLES))

    async def scenario() -> None:
        named = ["--server", name, "--simulate", "--model", "m"]
        async with websockets_proxy("ws://127.0.0.1:1", None, *named) as host, calling(host.url) as caller:
            await caller.configured()
            await caller.ask("Are you there?")
        assert caller.texts("assistant") == ["Yes."]
        assert caller.audio
        assert not caller.of("Warning")
        assert "broke a rule" not in caplog.text

    run(scenario())


def test_the_simulated_server_speaks_as_the_one_that_is_named() -> None:
    async def scenario() -> None:
        async with (
            process("simulated_server.py", "--port", "0", "--server", "voice-live") as server,
            websockets_proxy(f"ws://127.0.0.1:{await server.port()}", None, "--server", "voice-live") as host,
            calling(host.url) as caller,
        ):
            await caller.configured()
            await caller.ask("Are you there?")
            assert caller.texts("assistant") == ["Yes."]
            assert "/voice-live/realtime" in server.log
            assert "broke a rule" not in server.log

    run(scenario())


# --- all hosts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proxy", ["starlette", "fastapi"])
def test_hosts_that_a_server_runs_are_told_by_the_environment(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_SERVER", "azure")
    monkeypatch.setenv("UPSTREAM_MODEL", "mine")
    monkeypatch.setenv("TRANSCRIPTION_MODEL", "my-ears")

    async def scenario() -> None:
        async with played(script) as theatre, PROXIES[proxy](theatre.url, rt.Config.deepgram()) as host:
            stage = await dialled(theatre, host.url)
        assert stage.socket.request is not None
        assert stage.socket.request.path == "/openai/v1/realtime?model=mine"
        assert shown(stage) == dict([expected("azure")])
        (update,) = stage.of("session.update")
        assert update["session"]["audio"]["input"]["transcription"]["model"] == "my-ears"

    run(scenario())


@pytest.mark.parametrize("file", ["websockets_proxy.py", "picows_proxy.py", "aiohttp_proxy.py"])
def test_hosts_with_a_command_line_are_told_by_it(file: str) -> None:
    pytest.importorskip(file.partition("_")[0])

    async def scenario() -> None:
        async with (
            played(script) as theatre,
            process(file, "--port", "0", "--upstream", theatre.url, "--server", "xai") as host,
        ):
            stage = await dialled(theatre, f"ws://127.0.0.1:{await host.port()}")
            host.terminate()
            await host.ended()
        assert stage.model == "grok-voice-latest"
        assert shown(stage) == dict([expected("xai")])
        assert "secret-of" not in host.log

    run(scenario())


def test_a_phone_call_has_the_model_of_its_server(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "bridge")

    async def scenario() -> None:
        async with (
            played(script) as theatre,
            bridge(theatre.url, "--server", "xai", "--model", "grok-voice-2") as host,
            ringing(host.url),
        ):
            await hosts.eventually(lambda: bool(theatre.stages and theatre.stages[-1].heard))
            stage = theatre.stages[-1]
        assert stage.model == "grok-voice-2"
        assert "MODEL_REPLACED" not in str([vars(record) for record in caplog.records])
        assert shown(stage) == dict([expected("xai")])

    run(scenario())


# --- credentials --------------------------------------------------------------------------------------------


def test_azure_takes_a_token_where_there_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_OPENAI_API_KEY")

    async def scenario() -> None:
        named = ["--server", "azure", "--model", "mine"]
        async with played(script) as theatre, websockets_proxy(theatre.url, None, *named) as host:
            stage = await dialled(theatre, host.url)
        assert shown(stage) == {BEARER: "Bearer secret-of-AZURE_OPENAI_AD_TOKEN"}

    run(scenario())


def test_a_token_is_asked_for_at_each_dial() -> None:
    tokens: list[str] = []

    async def credential(row: UpstreamDialect) -> Mapping[str, str]:
        await asyncio.sleep(0)
        tokens.append(f"{row.name}-{len(tokens)}")
        return {"Authorization": f"Bearer {tokens[-1]}"}

    async def scenario() -> None:
        named = ["--server", "azure", "--model", "mine"]
        async with played(script) as theatre, websockets_proxy(theatre.url, None, *named) as host:
            host.bridge.upstreams.credential = credential
            for number in range(2):
                stage = await dialled(theatre, host.url)
                assert shown(stage) == {BEARER: f"Bearer azure-{number}"}

    run(scenario())


def test_a_call_without_a_token_ends_with_an_error() -> None:
    async def credential(row: UpstreamDialect) -> Mapping[str, str]:
        raise ConnectionError("no token to be had")

    async def scenario() -> None:
        async with played(script) as theatre, websockets_proxy(theatre.url, None) as host:
            host.bridge.upstreams.credential = credential
            async with calling(host.url) as caller:
                await caller.agent.send_settings(settings())
                await caller.closed()
        assert [error.code for error in caller.of("Error")] == ["INTERNAL_SERVER_ERROR"]
        assert not theatre.stages

    run(scenario())


def test_a_server_of_one_s_own_gets_no_other_s_key(monkeypatch: pytest.MonkeyPatch) -> None:
    config = rt.Config.deepgram(upstream=evolve(XAI, name="mine"))
    monkeypatch.setenv("UPSTREAM_API_KEY", "mine alone")

    async def scenario() -> None:
        async with played(script) as theatre, websockets_proxy(theatre.url, config) as host:
            assert shown(await dialled(theatre, host.url)) == {BEARER: "Bearer mine alone"}
            monkeypatch.delenv("UPSTREAM_API_KEY")
            assert shown(await dialled(theatre, host.url)) == {}

    run(scenario())


# --- what is missing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        (["--server", "openai-beta", "--model", "m"], "openai-beta has no usual address: say its URL"),
        (["--server", "azure", "--model", "m"], "or AZURE_OPENAI_ENDPOINT in the environment"),
        (["--server", "speaches"], "speaches has no usual model: name one"),
        (["--server", "nowhere"], "invalid choice: 'nowhere'"),
    ],
)
def test_what_a_server_needs_is_missed_at_once(
    said: list[str], missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AZURE_OPENAI_ENDPOINT")
    for module in ("websockets_proxy", "twilio_bridge"):
        with pytest.raises(SystemExit):
            example(module).parse(said)
        assert missing in capsys.readouterr().err


def test_a_name_in_the_environment_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_SERVER", "nowhere")
    with pytest.raises(ValueError, match="there is no server 'nowhere'"):
        upstreams.of_environment()


def test_the_address_of_azure_is_that_of_its_portal() -> None:
    assert upstreams.chosen("azure", None, "m").url == "wss://azure_openai_endpoint.example"
    assert upstreams.chosen("azure", "http://127.0.0.1:80/", "m").url == "ws://127.0.0.1:80"


# --- the pages ----------------------------------------------------------------------------------------------


def page(name: str) -> str:
    return (hosts.EXAMPLES.parent / "how-to" / f"{name}.md").read_text(encoding="utf-8")


def test_the_page_says_what_each_server_needs() -> None:
    def cell(value: str | None) -> str:
        return f"`{value}`" if value else "none"

    for name, known in upstreams.KNOWN.items():
        said = [cell(known.key), cell(known.url or known.place), cell(known.model)]
        row = f"| [`{name}`](../reference/servers.md#{name}) | {' | '.join(said)} |"
        assert row in page("choose-a-server"), row


def test_the_page_of_azure_asks_for_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code runs, with what stands in for azure-identity."""

    class RefusedError(Exception):
        pass

    class Identity:
        scopes: ClassVar[list[str]] = []

        async def get_token(self, scope: str) -> Any:
            self.scopes.append(scope)
            if len(self.scopes) > 1:
                raise RefusedError
            return SimpleNamespace(token="of Entra")

    fakes = {
        "azure.core.exceptions": SimpleNamespace(ClientAuthenticationError=RefusedError),
        "azure.identity.aio": SimpleNamespace(DefaultAzureCredential=Identity),
        "azure": SimpleNamespace(),
        "azure.core": SimpleNamespace(),
        "azure.identity": SimpleNamespace(),
        **{name: SimpleNamespace() for name in ("upstreams", "websockets_proxy", "launch")},
    }
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)  # type: ignore[arg-type]
    (code,) = (block for block in page("azure").split("```") if block.startswith("text\nimport upstreams"))
    names: dict[str, Any] = {"__name__": "entra"}
    exec(code.removeprefix("text\n"), names)
    shown = asyncio.run(names["credential"](SERVERS["azure"]))
    assert (shown, Identity.scopes) == ({BEARER: "Bearer of Entra"}, [names["SCOPE"]])
    with pytest.raises(OSError, match="no token"):
        asyncio.run(names["credential"](SERVERS["azure"]))
