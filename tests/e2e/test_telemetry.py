"""Notices as OpenTelemetry events: what an exporter of the SDK gets of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv.attributes import error_attributes

import realtime_translate as rt
from realtime_translate.notices import NOTICES, notice
from tests.e2e.callers import calling
from tests.e2e.hosts import EXAMPLES, PROXIES, eventually, example, model, process, run

SEVERITIES = {"DEBUG": 5, "INFO": 9, "WARNING": 13}


@pytest.fixture(name="exporter")
def _exporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemoryLogRecordExporter]:
    """Where the SDK of this program sends its logs. It can be set up once a process, so this is undone."""
    exporter = InMemoryLogRecordExporter()
    provider = LoggerProvider()
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    monkeypatch.setattr("opentelemetry._logs._internal._LOGGER_PROVIDER", provider)
    yield exporter
    provider.shutdown()


def emitted(exporter: InMemoryLogRecordExporter, *notices: rt.Notice) -> list[Any]:
    telemetry = example("telemetry")
    for each in notices:
        telemetry.emit(each, "call-17")
    return [each.log_record for each in exporter.get_finished_logs()]


def test_each_notice_is_an_event(exporter: InMemoryLogRecordExporter) -> None:
    fields = {code: dict.fromkeys(re.findall(r"{(\w+)}", text), 7) for code, (_, text) in NOTICES.items()}
    records = emitted(exporter, *(notice(code, **values) for code, values in fields.items()))
    assert [each.event_name for each in records] == [f"realtime_translate.{code.lower()}" for code in NOTICES]
    for record, (code, (level, _)) in zip(records, NOTICES.items(), strict=True):
        assert record.severity_number.value == SEVERITIES[level.name]
        assert record.severity_text == level.name
        assert len(record.attributes) == 1 + len(fields[code]), "no two fields have one name"
        assert record.attributes["gen_ai.conversation.id"] == "call-17"


def test_tokens_and_failures_have_the_names_of_the_conventions(exporter: InMemoryLogRecordExporter) -> None:
    usage = dict.fromkeys(("total", "input_text", "input_audio", "output_text", "output_audio"), 0)
    told = notice("USAGE", of="response", input=20, input_cached=4, output=46, **usage)
    spent, failed = emitted(exporter, told, notice("UPSTREAM_ERROR", code="server_error"))
    assert spent.attributes["gen_ai.usage.input_tokens"] == 20
    assert spent.attributes["gen_ai.usage.cache_read.input_tokens"] == 4
    assert spent.attributes["gen_ai.usage.output_tokens"] == 46
    assert spent.attributes["realtime_translate.of"] == "response"
    assert failed.attributes["error.type"] == "server_error"
    assert failed.body == "upstream reported an error: server_error"


def test_what_a_notice_does_not_know_is_left_out(exporter: InMemoryLogRecordExporter) -> None:
    (closed,) = emitted(exporter, notice("UPSTREAM_CLOSED", code=None))
    assert dict(closed.attributes) == {"gen_ai.conversation.id": "call-17"}


def test_the_conventions_have_these_names() -> None:
    telemetry = example("telemetry")
    modules = (gen_ai_attributes, error_attributes)
    known = {each for module in modules for each in vars(module).values() if isinstance(each, str)}
    assert telemetry.CALL in known
    for code, names in telemetry.CONVENTIONS.items():
        assert set(names.values()) <= known
        assert set(names) <= set(re.findall(r"{(\w+)}", NOTICES[code][1])), code


INSTRUMENTED = """
import runpy, sys
from opentelemetry import _logs
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import ConsoleLogRecordExporter, SimpleLogRecordProcessor

exporter = ConsoleLogRecordExporter(sys.stderr, lambda each: each.log_record.event_name + "\\n")
provider = LoggerProvider()
provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
_logs.set_logger_provider(provider)
sys.path.insert(0, "")
runpy.run_path("websockets_proxy.py", run_name="__main__")
"""
"""What `opentelemetry-instrument` does, for one signal."""


@pytest.mark.parametrize("wanted", [True, False])
def test_a_host_emits_the_notices_of_its_calls(wanted: bool) -> None:
    async def scenario() -> None:
        async with model() as upstream:
            options = ["--port", "0", "--upstream", upstream.url, *["--otel"][:wanted]]
            async with process("-c", INSTRUMENTED, *options) as host:
                async with calling(f"ws://127.0.0.1:{await host.port()}") as caller:
                    await caller.configured()
                    await caller.ask("Are you there?")
                await upstream.idle()
                host.terminate()
                assert await host.ended() == 0
        events = [line.strip() for line in host.lines if line.startswith("realtime_translate.")]
        notices = [json.loads(line)["notice"] for line in host.lines if '"notice"' in line]
        assert {"USAGE", "CLIENT_CLOSED"} <= set(notices)
        told = [f"realtime_translate.{code.lower()}" for code in notices]
        assert [event for event in events if event in told] == (told if wanted else [])

    run(scenario())


def test_a_host_that_uvicorn_runs_does_so_too(
    exporter: InMemoryLogRecordExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with model() as upstream, PROXIES["starlette"](upstream.url, rt.Config.deepgram()) as host:
            async with calling(host.url) as caller:
                await caller.configured()
            await eventually(lambda: "realtime_translate.client_closed" in names())

    def names() -> list[str | None]:
        return [each.log_record.event_name for each in exporter.get_finished_logs()]

    monkeypatch.setenv("EMIT_EVENTS", "1")
    monkeypatch.syspath_prepend(EXAMPLES)
    run(scenario())
