"""What the pages on installing, versions, troubles and words state is what the project has."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

import pytest

from realtime_translate import Level, Renewal
from realtime_translate.deepgram.codes import ErrorCode
from realtime_translate.notices import NOTICES
from realtime_translate.session import renewals
from tests.pages.test_pages import DOCS, blocks

ROOT = DOCS.parent
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
OPTIONAL = PROJECT.partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
EXTRAS: dict[str, str] = dict(re.findall(r"^([\w-]+) = (\[.*?\n?\])(?: #[^\n]*)?$", OPTIONAL, re.M | re.S))
REQUIREMENT = re.compile(r'"([a-z][\w-]*)(>=[\d.]+)')


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each row of the tables, heads included."""
    for line in re.findall(r"^\|(.*)\|$", text, re.MULTILINE):
        yield [cell.strip() for cell in line.split("|")]


# --- install ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extra", EXTRAS)
def test_each_extra_has_a_row_that_says_what_it_installs(extra: str) -> None:
    (installs,) = (row[1] for row in rows(page("how-to/install")) if row[0] == f"`{extra}`")
    named = set(re.findall(r"`([\w-]+)`", installs))
    others = {name for inner in re.findall(r"\[([\w,]+)\]", EXTRAS[extra]) for name in inner.split(",")}
    own = {name for name, _ in REQUIREMENT.findall(EXTRAS[extra])}
    assert named == (others if extra == "dev" else own | others)


def test_the_page_of_installing_names_the_oldest_python() -> None:
    (oldest,) = re.findall(r'^requires-python = ">=([\d.]+)"', PROJECT, re.MULTILINE)
    assert f"needs Python {oldest} or later" in page("how-to/install")


# --- versions -----------------------------------------------------------------------------------------------


def test_the_versions_of_python_are_those_of_the_project() -> None:
    declared = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', PROJECT)
    sentence = page("reference/supported-versions").partition("## Python\n\n")[2].partition(". ")[0]
    assert re.findall(r"\b3\.\d+", sentence) == declared


def test_what_is_needed_of_each_library_is_what_the_project_declares() -> None:
    needs = re.findall(r"^\| ([\w-]+) \| `(>=[\d.]+)` \|", page("reference/supported-versions"), re.MULTILINE)
    always = dict(REQUIREMENT.findall(PROJECT.partition("\ndependencies = ")[2].partition("\n")[0]))
    extra = {name: dict(REQUIREMENT.findall(EXTRAS[name])) for name in ("resample", "speed", "examples")}
    tools = dict(REQUIREMENT.findall(EXTRAS["test"]))
    for_tests = {name: tools[name] for name in ("hypothesis", "pytest")}
    assert dict(needs) == {
        **always,
        **extra["resample"],
        **extra["speed"],
        **extra["examples"],
        **for_tests,
    }


# --- public API ---------------------------------------------------------------------------------------------


def public_modules() -> list[str]:
    return re.findall(r"^\| `(realtime_translate[\w.]*)` \|", page("reference/api-policy"), re.MULTILINE)


@pytest.mark.parametrize("module", public_modules())
def test_a_public_module_says_what_is_public(module: str) -> None:
    found = importlib.import_module(module)
    assert found.__all__
    assert [name for name in found.__all__ if not hasattr(found, name)] == []


def test_what_other_pages_import_is_public() -> None:
    """Nobody is told to use what may change in any release."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))
    imported = set(re.findall(r"^from (realtime_translate[\w.]*) import", code, re.MULTILINE))
    assert imported <= set(public_modules())


# --- troubles -----------------------------------------------------------------------------------------------


TROUBLES = "how-to/troubleshooting"


@pytest.mark.parametrize("code", [code for code, (level, _) in NOTICES.items() if level is Level.WARNING])
def test_each_warning_is_among_the_troubles(code: str) -> None:
    assert f"`{code}`" in page(TROUBLES)


def test_only_a_notice_that_is_no_warning_is_in_italics() -> None:
    text = page(TROUBLES)
    in_italics = set(re.findall(r"(?<!\*)\*`([A-Z_]+)`\*(?!\*)", text))
    upright = set(re.findall(r"(?<!\*)`([A-Z_]+)`(?!\*)", text)) & set(NOTICES)
    assert in_italics <= set(NOTICES)
    assert {code for code in in_italics if NOTICES[code][0] is Level.WARNING} == set()
    assert {code for code in upright if NOTICES[code][0] is not Level.WARNING} == set()


SENT = {
    match
    for path in (ROOT / "src").rglob("*.py")
    for match in re.findall(r"ErrorCode\.([A-Z_]+)", path.read_text("utf-8"))
}


@pytest.mark.parametrize("code", sorted(SENT & set(ErrorCode.__members__)))
def test_each_error_that_is_sent_is_among_the_troubles(code: str) -> None:
    assert f"`{ErrorCode[code].value}`" in page(TROUBLES)


# --- words --------------------------------------------------------------------------------------------------

ENTRIES = re.findall(r"^(\S.*)\n: ((?:.+\n)+)", page("reference/glossary"), re.MULTILINE)


def test_the_words_are_in_order() -> None:
    words = [word for word, _ in ENTRIES]
    assert words == sorted(words, key=str.casefold)
    assert {"component", "leg", "turn", "slot", "wish", "barge-in", "host", "upstream"} <= set(words)


@pytest.mark.parametrize(("word", "text"), ENTRIES)
def test_each_word_leads_to_where_it_is_explained(word: str, text: str) -> None:
    assert "](" in text


# --- what it costs ------------------------------------------------------------------------------------------

PERFORMANCE = page("reference/performance")
COSTS = {
    r"about (\d+) µs for each 20 ms": r"client frame, 20 ms linear16 24 kHz, VAD \| ([\d.]+)",
    r"about (\d+) µs where": r"client frame, 20 ms linear16 16 kHz, VAD \| ([\d.]+)",
    r"(\d+) KB for an idle call": r"idle ready session with small Settings: (\d+)",
    r"some (\d+) KB after two hours": r"minutes of call \| 1 \| 120 \| a session, KB \| [\d.]+ \| ([\d.]+)",
}
FIRST_SCREENS = {"README.md": ROOT / "README.md", "docs/index.md": DOCS / "index.md"}


@pytest.mark.parametrize("stated", COSTS)
@pytest.mark.parametrize("where", FIRST_SCREENS)
def test_what_it_costs_is_what_was_measured(where: str, stated: str) -> None:
    (told,) = re.findall(stated, FIRST_SCREENS[where].read_text(encoding="utf-8"))
    (measured,) = re.findall(COSTS[stated], PERFORMANCE)
    unit = 1000 if "idle" in stated else 1
    assert float(told) == pytest.approx(float(measured) / unit, rel=0.25)


@pytest.mark.parametrize("where", FIRST_SCREENS)
def test_the_delay_is_what_was_measured(where: str) -> None:
    text = " ".join(FIRST_SCREENS[where].read_text(encoding="utf-8").split())
    assert "none; 2 ms where the sample rate is converted, 3 ms if a rate is below 16000" in text
    turns = (
        page("reference/latency").partition("<!-- turns: begin -->")[2].partition("<!-- turns: end -->")[0]
    )
    later = {row[0]: float(row[-1]) for row in rows(turns) if re.fullmatch(r"[\d.]+", row[-1])}
    assert later["linear16 at 24000"] == 0
    assert later["linear16 at 8000"] == 3
    assert max(delay for client, delay in later.items() if int(client.split()[-1]) >= 16000) == 2


# --- long calls ---------------------------------------------------------------------------------------------


def test_the_page_of_long_calls_states_the_defaults() -> None:
    text, default = " ".join(page("how-to/long-calls").split()), Renewal()
    assert default.after == 50 * 60
    assert "50 minutes old (`after`)" in text
    assert default.patience == 60
    assert "at most a minute (`patience`)" in text
    assert default.delays == (0, 0.5, 2)
    assert "after 0.5 s and then after 2 s (`delays`)" in text
    assert default.attempts == 3
    assert "three times in a row (`attempts`)" in text
    assert default.lifetime == 20
    assert "twenty times (`lifetime`)" in text


def test_the_page_of_long_calls_has_every_cause_and_notice() -> None:
    told = {
        row[0].strip("`"): row[2] for row in rows(page("how-to/long-calls")) if row[0].startswith("`RENEWAL")
    }
    assert set(told) == {code for code in NOTICES if code.startswith("RENEWAL_")}
    causes = re.findall(r"`(\w+)`", told["RENEWAL_STARTED"].partition("(")[2].partition(")")[0])
    known = {renewals.AGE, renewals.HOST, renewals.EXPIRED, renewals.CLOSED, renewals.DEAD, renewals.REFUSED}
    assert set(causes) == known
    for code, fields in told.items():
        named = set(re.findall(r"`(\w+)`", fields)) - set(causes)
        assert named == set(re.findall(r"\{(\w+)\}", NOTICES[code][1]))


# --- how long a host is -------------------------------------------------------------------------------------


SHARED = [
    "bridge.py",
    "dialling.py",
    "access.py",
    "bounds.py",
    "switchboard.py",
    "launch.py",
    "upstreams.py",
    "sockets.py",
    "frames.py",
]


def lines_of(path: str) -> int:
    return len((DOCS / "examples" / path).read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("name", ["explanation/comparison", "explanation/sans-io"])
def test_the_lines_of_the_hosts_are_counted(name: str) -> None:
    text = " ".join(page(name).split())
    hosts = [lines_of(f"{each}.py") for each in ("websockets_proxy", "starlette_proxy", "twilio_bridge")]
    (shared,) = re.findall(r"\b(\d+) lines", text)
    named = [each for each in SHARED if f"`{each}`" in text]
    assert named == SHARED
    assert int(shared) == pytest.approx(sum(map(lines_of, SHARED)), rel=0.05)
    ((least, most),) = re.findall(r"\b(\d+) to (\d+)\b", text.partition(SHARED[-1])[2][:200])
    assert [int(least), int(most)] == pytest.approx([min(hosts), max(hosts)], rel=0.05)


def test_so_many_lines_has_the_least_host() -> None:
    code, driver = blocks(DOCS / "how-to" / "write-your-own-host.md", "python")[:2]
    assert len((code + driver).splitlines()) == pytest.approx(150, rel=0.05)
