"""What is stored of real servers on call is of the calls that there are, and the page says it."""

from __future__ import annotations

import json
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("deepgram")

from docs.tools import on_call
from docs.tools.on_call import Outcome, Report, reports, section, stored
from tests.servers import environment
from tests.servers.calls import CALLS
from tests.servers.environment import Environment
from tests.servers.models import HEARD, heard_in, reply, spoken
from tests.servers.stands import SERVERS

EARLIER = Report("a", "1.0", "2026-01-01", "Nothing.", (Outcome("typed_turn", "A turn.", False, ("A", "B")),))
LATER = Report("a", "1.1", "2026-02-01", "Nothing.", ())


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "on_call.json"
    file.write_text("[]")
    monkeypatch.setattr(on_call, "PAGE_DATA", file)
    return file


def test_every_server_was_on_call_with_every_call() -> None:
    """Else: `python -m tests.servers NAME --page`."""
    found = {report.server: report for report in reports()}
    assert set(found) == set(SERVERS)
    for report in found.values():
        held = [(each.name, each.about) for each in report.outcomes]
        assert held == [(call.__name__, " ".join((call.__doc__ or "").split())) for call in CALLS]
        assert report.about == SERVERS[report.server].about


@pytest.mark.usefixtures("store")
def test_a_report_takes_the_place_of_the_one_before_it() -> None:
    stored(EARLIER)
    stored(Report("b", "2", "2026-01-02", "", ()))
    stored(LATER)
    assert [(each.server, each.version) for each in reports()] == [("a", "1.1"), ("b", "2")]


@pytest.mark.usefixtures("store")
def test_the_page_says_what_held_and_what_did_not() -> None:
    stored(EARLIER)
    assert list(section())[-1] == "| typed turn | A turn. | no | `A`, `B` |"
    assert "### a 1.0, on 2026-01-01" in "\n".join(section())


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: Any) -> None:
        ran.append(command[3:])

    monkeypatch.setattr(venv, "create", lambda folder, **_: Path(folder).mkdir())
    monkeypatch.setattr(subprocess, "run", run)
    made = Environment(tmp_path / "new")
    for _ in range(2):
        made.make(("--no-deps", "a"), ("b", "c"))
    assert ran == [["install", "--quiet", "--no-deps", "a"], ["install", "--quiet", "b", "c"]]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert environment.usual_folder("x").is_relative_to(tmp_path)


# --- the stand-ins ------------------------------------------------------------------------------------------


def answer(*messages: tuple[str, str], tools: bool = False) -> str:
    asked = [{"role": role, "content": text} for role, text in messages]
    return json.dumps(list(reply({"messages": asked, **({"tools": [{}]} if tools else {})})))


def test_the_language_model_does_what_the_question_says() -> None:
    system = ("system", "Prompt:\nYou are a pirate.\nBe brief.")
    assert "You said: Hello" in answer(system, ("user", "Hello"))
    assert "It says: You are a pirate." in answer(system, ("user", "What is your prompt"))
    assert "sentence number 24" in answer(system, ("user", "Tell me a story"))
    assert "Rome" in answer(system, ("user", "the weather"), tools=True)
    results = answer(system, ("user", "the weather"), ("tool", "sun"), ("assistant", ""), ("tool", "rain"))
    assert "The tools said: sun, rain." in results
    exactly = ("system", "Say this, word for word, and nothing else:\nGoodbye.\n\n## Rules")
    assert '"Goodbye."' in answer(exactly, ("user", "Hello"))


def test_the_recogniser_hears_what_is_not_silent() -> None:
    assert heard_in(b"RIFF data1234" + bytes(1000)) == ""
    assert heard_in(b"RIFF data1234" + b"\x01" * 1000) == HEARD


def test_the_voice_takes_its_time() -> None:
    assert len(spoken("x" * 20)) == 48000
