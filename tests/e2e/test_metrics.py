"""What the hosts count of their calls, as Prometheus reads it."""

from __future__ import annotations

import re
import socket
from typing import Any

import pytest

pytest.importorskip("httpx")

import httpx

import realtime_translate as rt
from realtime_translate import deepgram as dg
from realtime_translate.notices import notice
from realtime_translate.testing import Reply, Say
from tests.e2e.callers import SILENCE_MS, calling, said
from tests.e2e.hosts import EXAMPLES, PROXIES, eventually, example, model, process, run

LONG = Reply(Say("It is a long story. " * 20, audio_ms=20_000))


def told(message: Any) -> rt.SendToClient:
    return rt.SendToClient(dg.encode(message), message)


def values(text: str) -> dict[str, float]:
    """Each sample, by its name and labels without the prefix."""
    samples = re.findall(r"^voice_agent_(\S+) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in samples}


def counted(*observed: tuple[float, str, rt.Output]) -> dict[str, float]:
    metrics = example("metrics").Metrics()
    for now, call, output in observed:
        metrics.observe(output, call, now)
    assert metrics.asked == {}, "nothing is kept of a call that is over"
    return values("\n".join(metrics.lines()))


def test_answer_times_are_counted_for_each_call() -> None:
    user, audio = told(dg.ConversationText("user", "Hello")), rt.SendToClient(b"\x00")
    text = told(dg.ConversationText("assistant", "Hi."))
    samples = counted(
        (1.0, "a", user),
        (1.25, "b", user),
        (1.3, "a", text),
        (1.5, "a", audio),
        (1.6, "a", audio),
        (11.25, "b", audio),
        (12.0, "c", user),
        (12.1, "c", rt.CloseClient(1000, "")),
    )
    assert [
        samples[f'answer_seconds_bucket{{le="{bound}"}}'] for bound in ("0.25", "0.5", "8.0", "+Inf")
    ] == [
        0,
        1,
        1,
        2,
    ]
    assert (samples["answer_seconds_sum"], samples["answer_seconds_count"]) == (10.5, 2)


def test_what_notices_say_is_counted() -> None:
    details = ("total", "input_cached", "input_text", "input_audio", "output_text", "output_audio")
    usage = notice("USAGE", of="response", input=20, output=46, **dict.fromkeys(details, 0))
    deferred = notice("RESPONSE_DEFERRED", reason="another is active")
    failed = notice("UPSTREAM_ERROR", code="server_error")
    samples = counted(*((0.0, "a", each) for each in (usage, usage, deferred, failed)))
    assert samples['tokens_total{direction="input"}'] == 40
    assert samples['tokens_total{direction="output"}'] == 92
    assert samples["deferrals_total"] == 1
    assert samples['warnings_total{code="UPSTREAM_ERROR"}'] == 1


def test_a_host_serves_them() -> None:
    async def scenario() -> None:
        async with model(lambda: [LONG], token_interval=0.01) as upstream, httpx.AsyncClient() as client:
            options = ("--port", "0", "--upstream", upstream.url, "--metrics-port", "0")
            async with process("websockets_proxy.py", *options) as host:
                url = f"ws://127.0.0.1:{await host.port()}"
                async with calling(url) as caller:
                    await caller.configured()
                    await caller.agent.send_inject_user_message(said("Tell me a story."))
                    await caller.until("audio")
                    await caller.speak(200)
                    await caller.until("AgentAudioDone")
                    await caller.speak(700, SILENCE_MS)
                    await caller.until("AgentAudioDone")
                await eventually(lambda: bool(host.entries("the call ended")))
                (entry,) = host.entries("metrics")
                answer = await client.get(f"http://127.0.0.1:{entry['port']}/metrics")
                assert (await client.get(url.replace("ws:", "http:") + "/metrics")).status_code == 404
                host.terminate()
                assert await host.ended() == 0
        assert answer.headers["content-type"] == "text/plain; version=0.0.4"
        samples = values(answer.text)
        assert samples["calls_total"] == samples["interruptions_total"] == 1
        assert samples["answer_seconds_count"] == 2
        assert samples['tokens_total{direction="output"}'] > 0

    run(scenario())


@pytest.mark.parametrize("name", ["websockets_proxy", "picows_proxy", "aiohttp_proxy", "twilio_bridge"])
def test_they_are_on_a_port_of_their_own(name: str) -> None:
    """Whoever can call is not told how many others do."""
    pytest.importorskip(name.partition("_")[0] if name != "twilio_bridge" else "websockets")

    async def scenario() -> None:
        options = ("--port", "0", "--upstream", "ws://127.0.0.1:1", "--metrics-port", "0")
        async with process(f"{name}.py", *options) as host, httpx.AsyncClient() as client:
            port = await host.port()
            (entry,) = host.entries("metrics")
            assert entry["port"] != port
            samples = values((await client.get(f"http://127.0.0.1:{entry['port']}/metrics")).text)
            assert samples["connections"] == samples["handshakes"] == samples["buffered_bytes"] == 0
            assert (await client.get(f"http://127.0.0.1:{port}/metrics")).status_code == 404

    run(scenario())


def test_a_host_that_uvicorn_runs_serves_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]

    async def scenario() -> None:
        async with (
            model() as upstream,
            PROXIES["starlette"](upstream.url, rt.Config.deepgram()) as host,
            httpx.AsyncClient() as client,
        ):
            async with calling(host.url) as caller:
                await caller.configured()
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
            assert values(answer.text)["calls_total"] == 1

    monkeypatch.setenv("METRICS_PORT", str(port))
    monkeypatch.syspath_prepend(EXAMPLES)
    run(scenario())


def test_the_page_names_each_metric() -> None:
    text = (EXAMPLES.parent / "how-to" / "websockets-proxy.md").read_text("utf-8")
    rows = re.findall(r"^\| (`voice_agent_.*?`) \|", text, re.MULTILINE)
    named = re.findall(r"`voice_agent_(\w+)`", " ".join(rows))
    assert set(named) == {*example("metrics").HELP, *example("metrics").GAUGES, "answer_seconds"}
