"""The page of a call in a real browser: what it shows, how it is used, and that it needs nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

from tests.browser.browser import chromium, executable  # noqa: E402
from tests.browser.calls import (  # noqa: E402
    CALLS,
    CHOSEN,
    IMAGES,
    page_of,
    page_of_script,
    ten_minutes,
    trouble,
)
from tests.browser.screenshots import CHOOSE, EXTRAS  # noqa: E402

DESKTOP = {"width": 1100, "height": 800}
PHONE = {"width": 390, "height": 844}
LEAST_CONTRAST = 4.5
LEAST_TEXT = 11
LEAST_TARGET = 24
LEAST_SHAPE_CONTRAST = 3.0
MOST_BYTES = 1_500_000
MOST_SECONDS = 1.0
AXE = os.environ.get("AXE_CORE")
"""The file axe.min.js of the npm package axe-core, where it is installed."""
AXE_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
}

BARS = """() => marks.map((mark, index) => ({
  kind: mark.kind, seconds: mark.end - mark.start, lane: call.lanes[mark.lane], label: mark.label,
  width: +groups[index].querySelector("rect").getAttribute("width"),
  joined: groups[index].id !== `mark${index}`,
  x: +groups[index].querySelector("rect").getAttribute("x"), start: mark.start,
}))"""
CONTRAST = """([front, back]) => {
  const colour = (name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
    probe.remove();
    return parts.slice(0, 3).map((each) => each / 255)
      .map((each) => each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
  };
  const light = (rgb) => 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  const [high, low] = [light(colour(front)), light(colour(back))].sort((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}"""
COVERED = """() => {
  const box = (element) => element?.getBoundingClientRect(), found = [];
  const drawn = marks.flatMap((mark, index) => groups[index].id !== `mark${index}` ? [] : [{
    name: mark.label, icon: box(groups[index].querySelector(".icon")),
    text: box(groups[index].querySelector("text")), target: box(groups[index].querySelector(".target")),
  }]);
  for (const one of drawn) for (const other of drawn) {
    if (one === other || one.target.y !== other.target.y || other.icon.x < one.icon.x) continue;
    const end = Math.max(one.icon.right, one.text?.right ?? 0);
    if (end > other.icon.left) found.push(`${one.name} | ${other.name}`);
  }
  for (const each of drawn)
    if (each.text && each.target.width <= LEAST && each.text.left < each.target.right) found.push(each.name);
  const first = Math.min(...drawn.map(({ icon }) => icon.left));
  for (const each of document.querySelectorAll("text.lane"))
    if (box(each).right > first) found.push(each.textContent);
  return found;
}"""
"""Marks that cover the next of their row, labels in the frames of their marks, names of lanes in marks."""
CHOSEN_INDEX = "() => chosen"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = executable()
    if path is None:
        pytest.skip("no Chromium on this machine: python -m playwright install chromium")
    with chromium(path) as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    scripts = {"trouble": trouble(), "ten-minutes": ten_minutes()}
    more = {name: page_of_script(name, lines, folder) for name, lines in scripts.items()}
    return {**{name: page_of(name, folder) for name in CALLS}, **more}


def opened(browser: Any, page: Path, **options: Any) -> Any:
    """A tab with the page, which may not ask for anything, nor complain."""
    tab = browser.new_context(viewport=DESKTOP, **options).new_page()
    tab.asked, tab.complaints = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.goto(page.as_uri())
    return tab


@pytest.mark.parametrize("name", CALLS)
def test_it_needs_nothing_else_and_has_no_errors(browser: Any, pages: dict[str, Path], name: str) -> None:
    tab = opened(browser, pages[name])
    tab.locator("#view").focus()
    for key in ("Home", "End", "ArrowLeft", "ArrowUp", "ArrowDown", "+", "-"):
        tab.keyboard.press(key)
    assert tab.asked == [pages[name].as_uri()]
    assert tab.complaints == []
    assert tab.title() == f"{name}.jsonl"


@pytest.mark.parametrize("name", CALLS)
def test_lanes_and_bars(browser: Any, pages: dict[str, Path], name: str) -> None:
    """Both legs, the slot, the timers and the Notices; what lasts is as wide as it is long."""
    tab = opened(browser, pages[name])
    bars = tab.evaluate(BARS)
    shown = tab.locator("text.lane").all_text_contents()
    assert shown[:5] == ["transcript", "client speaks", "client hears", "to upstream", "from upstream"]
    renewed = ["session"] if name == "dropped" else []
    assert shown[5:] == ["response slot", "agent's turn", "next timer", "notices", *renewed]
    assert {bar["lane"] for bar in bars} == set(shown)
    scale = tab.evaluate("scale")
    drawn = [bar for bar in bars if not bar["joined"]]
    long = [bar for bar in drawn if bar["seconds"] * scale > 15 and bar["kind"] != "debug"]
    assert {"user", "audio", "state", "timer"} <= {bar["kind"] for bar in long}
    long = [bar for bar in long if bar["kind"] in ("user", "audio", "state", "timer")]
    assert all(abs(bar["width"] - bar["seconds"] * scale) < 0.01 for bar in long)
    assert all(abs(bar["x"] - tab.evaluate("LEFT") - bar["start"] * scale) < 0.01 for bar in drawn)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", CALLS)
def test_nothing_covers_anything(
    browser: Any, pages: dict[str, Path], name: str, screen: dict[str, int]
) -> None:
    tab = browser.new_context(
        viewport=screen, has_touch=screen is PHONE, is_mobile=screen is PHONE
    ).new_page()
    tab.goto(pages[name].as_uri())
    assert tab.evaluate(COVERED) == []


def test_a_duration_stands_on_audio(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["firm-audio"])
    assert "1.2 s" in tab.locator(".mark text").all_text_contents()


def test_the_mouse_shows_a_frame_without_a_click(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["tool-call"])
    index = tab.evaluate("marks.findIndex((mark) => mark.label.startsWith('FunctionCallRequest'))")
    tab.locator(f"#mark{index}").hover()
    assert "client hears: FunctionCallRequest" in tab.locator("#panel h2").text_content()
    assert '"name": "get_weather"' in tab.locator("#panel pre").text_content()
    assert tab.evaluate(CHOSEN_INDEX) == -1


def test_a_tap_chooses(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["tool-call"], has_touch=True)
    index = tab.evaluate("marks.findIndex((mark) => mark.label.startsWith('FunctionCallResponse'))")
    tab.locator(f"#mark{index}").tap()
    assert tab.evaluate(CHOSEN_INDEX) == index
    assert tab.locator(".mark.on").count() == 1


def test_the_keyboard_goes_everywhere(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["barge-in"])
    tab.locator("#view").focus()
    count = tab.evaluate("marks.length")
    seen = []
    for key in ("Home", "ArrowLeft", "ArrowRight", "End", "ArrowRight", "ArrowLeft"):
        tab.keyboard.press(key)
        seen.append(tab.evaluate(CHOSEN_INDEX))
    assert seen == [0, 0, 1, count - 1, count - 1, count - 2]
    tab.keyboard.press("Home")
    lanes = []
    for _ in range(9):
        lanes.append(tab.evaluate("marks[chosen].lane"))
        tab.keyboard.press("ArrowDown")
    assert lanes == sorted(lanes)
    assert lanes[-1] == 8
    tab.keyboard.press("ArrowUp")
    assert tab.evaluate("marks[chosen].lane") == 7


def test_the_chosen_mark_can_be_seen(browser: Any, pages: dict[str, Path]) -> None:
    """However far it is zoomed in."""
    tab = opened(browser, pages["barge-in"])
    tab.locator("#view").focus()
    for _ in range(6):
        tab.keyboard.press("+")
    for key in ("End", "Home", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "End"):
        tab.keyboard.press(key)
        box, panel = tab.locator(".mark.on").bounding_box(), tab.locator("#panel").bounding_box()
        assert 0 <= box["x"] <= DESKTOP["width"]
        assert 0 <= box["y"] <= panel["y"] - box["height"]


def test_zoom(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["barge-in"])
    scales = [tab.evaluate("scale")]
    for name in ("Zoom in", "Zoom out", "Zoom out"):
        tab.get_by_label(name).click()
        scales.append(tab.evaluate("scale"))
    tab.get_by_role("button", name="Fit").click()
    assert scales[1] > scales[0]
    assert scales[2] == pytest.approx(scales[0])
    assert scales[3] == pytest.approx(scales[0]), "Fit shows all of it already"
    assert tab.evaluate("scale") == scales[0]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_light_and_dark(browser: Any, pages: dict[str, Path], colours: str) -> None:
    tab = opened(browser, pages["barge-in"], color_scheme=colours)
    brightness = tab.evaluate("getComputedStyle(document.body).backgroundColor.match(/[\\d]+/g)[0]")
    assert (int(brightness) > 128) is (colours == "light")
    for front, back in (
        ("ink", "back"),
        ("faint", "back"),
        ("ink", "panel"),
        ("faint", "panel"),
        ("error", "back"),
    ):
        assert tab.evaluate(CONTRAST, [front, back]) >= LEAST_CONTRAST, f"{front} on {back}"
    for kind in tab.evaluate("call.kinds.map(classOf)"):
        assert tab.evaluate(CONTRAST, [kind, "back"]) >= LEAST_SHAPE_CONTRAST, kind


def test_on_a_phone(browser: Any, pages: dict[str, Path]) -> None:
    """The page itself is no wider than the screen; the timeline scrolls in its frame."""
    tab = opened(browser, pages["tool-call"], has_touch=True)
    tab.set_viewport_size(PHONE)
    tab.reload()
    tab.evaluate(CHOOSE, CHOSEN["tool-call"])
    start = tab.evaluate(CHOSEN_INDEX)
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    sizes = tab.evaluate(
        "[...document.querySelectorAll('h1, p, button, span, text, pre, #panel h2')]"
        ".map((each) => parseFloat(getComputedStyle(each).fontSize))"
    )
    assert min(sizes) >= LEAST_TEXT
    for each in tab.locator("nav button, nav input").all():
        assert min(each.bounding_box()["width"], each.bounding_box()["height"]) >= 36
    tab.locator("summary").first.click()
    for each in tab.locator(".target, ol button, summary").all():
        assert min(each.bounding_box()["width"], each.bounding_box()["height"]) >= LEAST_TARGET - 0.01
    taken = []
    for name in ("Next", "Next", "Previous"):
        tab.get_by_role("button", name=name).tap()
        taken.append(tab.evaluate("chosen"))
    assert taken == [start + 1, start + 2, start + 1]


@pytest.mark.parametrize("name", ["barge-in", "ten-minutes"])
def test_every_kind_has_a_shape_and_a_colour_of_its_own(
    browser: Any, pages: dict[str, Path], name: str
) -> None:
    tab = opened(browser, pages[name])
    kinds = tab.evaluate("call.kinds")
    legend = tab.locator("#legend li")
    assert legend.all_text_contents() == kinds
    paths = legend.locator("path")
    assert len({each.get_attribute("d") for each in paths.all()}) == len(kinds)
    fills = paths.evaluate_all("(paths) => paths.map((each) => getComputedStyle(each).fill)")
    assert len(set(fills)) == len(kinds)
    shown = tab.evaluate("new Set(marks.map((mark) => classOf(mark.kind)))  && [...new Set(groups)].length")
    assert tab.locator(".mark .icon").count() == shown, "each mark has its shape at every zoom"


def test_where_there_is_room_a_label_stands_beside_its_mark(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["tool-call"])
    assert "Twelve degrees and rain." in tab.locator(".mark text").all_text_contents()
    edge = tab.evaluate("view.getBoundingClientRect().right")
    ends = tab.locator(".mark text").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().right)"
    )
    assert max(ends) <= edge + 1


def test_an_error_cannot_be_overlooked(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["trouble"])
    errors = tab.evaluate("marks.filter((mark) => mark.kind === 'error').length")
    assert errors >= 2
    assert tab.locator(".mark.error").count() == errors, "none of them joins another mark"
    lines = tab.locator("line.fault")
    assert lines.count() == errors
    top, bottom = (lines.first.get_attribute(name) for name in ("y1", "y2"))
    assert float(bottom) - float(top) > 9 * 25, "through all lanes"
    told = tab.locator("dd.bad")
    assert told.count() == 1
    assert int(told.text_content()) >= 2


def test_the_summary_says_what_was_deferred_and_why(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["trouble"])
    entries = dict(zip(*(tab.locator(each).all_text_contents() for each in ("dt", "dd")), strict=True))
    assert entries["Turns of the user"] == "0 spoken, 2 typed"
    assert entries["Deferred"] == "1 x a wish for a response waits: the slot is taken"
    assert tab.locator("#panel h2").text_content() == "Select an event to see its frame"


def test_the_transcript_leads_to_the_words(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["barge-in"])
    tab.get_by_text("Transcript", exact=True).click()
    lines = tab.locator("#said button")
    assert lines.all_text_contents()[0].endswith("user: Tell me about Oslo.")
    lines.first.click()
    assert tab.evaluate("[marks[chosen].kind, marks[chosen].lane]") == ["user", 0]


def test_search_finds_what_frames_hold(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["tool-call"])
    tab.get_by_role("searchbox").press_sequentially("GET_WEATHER")
    hits = tab.evaluate("hits")
    assert 5 < len(hits) < tab.evaluate("marks.length") / 2
    assert tab.locator("#found").text_content() == f"{len(hits)} found"
    assert tab.evaluate("hits.every((index) => JSON.stringify(marks[index]).includes('get_weather'))")
    faded = tab.evaluate("groups.map((group) => getComputedStyle(group).opacity < 1)")
    assert not any(faded[index] for index in hits)
    assert any(faded)
    seen = []
    for key in ("Enter", "Enter", "Shift+Enter"):
        tab.keyboard.press(key)
        seen.append(tab.evaluate(CHOSEN_INDEX))
    assert seen == [hits[0], hits[1], hits[0]]
    tab.get_by_role("searchbox").fill("no such words")
    assert tab.locator("#found").text_content() == "0 found"
    tab.get_by_role("searchbox").fill("")
    tab.wait_for_function("hits === null")
    assert tab.locator(".searching").count() == 0


def test_keys_are_left_to_the_page_outside_of_the_timeline(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["barge-in"])
    tab.set_viewport_size({"width": 1100, "height": 400})
    for key in ("ArrowRight", "End", "PageDown", "+"):
        tab.keyboard.press(key)
    assert tab.evaluate(CHOSEN_INDEX) == -1
    tab.wait_for_function("scrollY > 100 && scrollY + innerHeight > document.body.scrollHeight - 2")
    tab.locator("#view").focus()
    before = tab.evaluate("scrollY")
    tab.keyboard.press("PageUp")
    tab.wait_for_function(f"scrollY < {before}")
    assert tab.evaluate(CHOSEN_INDEX) == -1


@pytest.mark.parametrize("width", [PHONE["width"], DESKTOP["width"]])
def test_fit_shows_ten_minutes(browser: Any, pages: dict[str, Path], width: int) -> None:
    tab = opened(browser, pages["ten-minutes"])
    tab.set_viewport_size({"width": width, "height": 800})
    tab.keyboard.press("Tab")
    tab.get_by_role("button", name="Fit").click()
    assert tab.evaluate("call.end") == 600
    assert tab.evaluate("view.scrollWidth <= view.clientWidth")
    tab.get_by_label("Zoom out").click()
    assert tab.evaluate("view.scrollWidth <= view.clientWidth"), "there is nothing to see further out"


def test_ten_minutes_are_small_and_open_in_a_second(browser: Any, pages: dict[str, Path]) -> None:
    """By the time of the processor, which other programs of the machine do not change."""
    page = pages["ten-minutes"]
    assert page.stat().st_size < MOST_BYTES
    tab = browser.new_context(viewport=DESKTOP).new_page()
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(page.as_uri())
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    assert tab.evaluate("marks.length") > 2000
    assert 0 < metrics["TaskDuration"] < MOST_SECONDS
    assert metrics["ProcessTime"] < MOST_SECONDS


def test_one_mark_stands_for_those_that_have_no_room(browser: Any, pages: dict[str, Path]) -> None:
    """It has the name of the one that is chosen; zoomed in, each is drawn."""
    tab = opened(browser, pages["ten-minutes"])
    drawn = tab.locator(".mark").count()
    assert drawn < tab.evaluate("marks.length") / 2
    joined = tab.evaluate("marks.findIndex((mark, index) => groups[index].id !== `mark${index}`)")
    assert tab.locator(".target.more").count() > 0
    tab.evaluate("(index) => choose(index, true)", joined)
    name = tab.locator(".mark.on").get_attribute("aria-label")
    assert name == tab.evaluate("nameOf(marks[chosen])")
    for _ in range(16):
        tab.get_by_label("Zoom in").click()
    assert tab.locator(".mark").count() > drawn
    assert tab.locator(".mark.on").get_attribute("id") == f"mark{joined}"


@pytest.mark.parametrize("name", ["barge-in", "trouble"])
def test_what_is_shown_has_a_name(browser: Any, pages: dict[str, Path], name: str) -> None:
    """Who cannot see the marks hears each by its label, lane and time, and which one is chosen."""
    tab = opened(browser, pages[name])
    options = tab.get_by_role("listbox", name="Events of the call, along time").get_by_role("option")
    names = [each.get_attribute("aria-label") for each in options.all()]
    assert len(names) == tab.locator(".mark").count()
    assert all(each.endswith(" s") and ", " in each and each[0] != "," for each in names)
    tab.locator("#view").focus()
    tab.keyboard.press("Home")
    assert tab.locator("#view").get_attribute("aria-activedescendant") == "mark0"
    assert tab.locator("[aria-selected=true]").get_attribute("id") == "mark0"


def test_tab_goes_from_the_top_to_the_bottom(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["barge-in"])
    order = []
    for _ in range(9):
        tab.keyboard.press("Tab")
        order.append(tab.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert order == ["previous", "next", "out", "in", "fit", "search", "view", "Transcript", "Keys"]


@pytest.mark.skipif(AXE is None, reason="AXE_CORE names no axe.min.js")
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["tool-call", "trouble", "ten-minutes"])
def test_axe_finds_nothing(
    browser: Any, pages: dict[str, Path], name: str, size: dict[str, int], colours: str
) -> None:
    tab = browser.new_context(viewport=size, color_scheme=colours, has_touch=size is PHONE).new_page()
    tab.goto(pages[name].as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    tab.evaluate("choose(3, false)")
    tab.add_script_tag(path=AXE)
    found = tab.evaluate("(rules) => axe.run(rules)", AXE_RULES)
    assert len(found["passes"]) > 20
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


def test_the_pictures_of_the_documentation_are_there() -> None:
    names = {*CALLS, *(f"{name}-{'phone' if width < 500 else colours}" for name, colours, width in EXTRAS)}
    assert {path.stem for path in IMAGES.glob("*.png")} >= names
