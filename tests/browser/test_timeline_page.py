"""The page of a call in a real browser: what it shows, how it is used, and that it needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

from tests.browser.browser import chromium, executable  # noqa: E402
from tests.browser.calls import CALLS, CHOSEN, IMAGES, page_of  # noqa: E402
from tests.browser.screenshots import CHOOSE, EXTRAS  # noqa: E402

DESKTOP = {"width": 1100, "height": 800}
PHONE = {"width": 390, "height": 844}
LEAST_CONTRAST = 4.5
LEAST_TEXT = 11

BARS = """() => call.marks.map((mark, index) => ({
  kind: mark.kind, seconds: mark.end - mark.start, lane: call.lanes[mark.lane], label: mark.label,
  width: +groups[index].querySelector("rect").getAttribute("width"),
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
    return {name: page_of(name, folder) for name in CALLS}


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
    assert shown == ["client speaks", "client hears", "to upstream", "from upstream", *shown[4:]]
    assert shown[4:] == ["response slot", "agent's turn", "next timer", "notices"]
    assert {bar["lane"] for bar in bars} == set(shown)
    scale = tab.evaluate("scale")
    long = [bar for bar in bars if bar["seconds"] * scale > 6]
    assert {"audio", "state", "timer"} <= {bar["kind"] for bar in long}
    assert all(abs(bar["width"] - bar["seconds"] * scale) < 0.01 for bar in long)
    assert all(abs(bar["x"] - tab.evaluate("LEFT") - bar["start"] * scale) < 0.01 for bar in bars)


def test_a_duration_stands_on_audio(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["firm-audio"])
    assert "1.2 s" in tab.locator(".mark text").all_text_contents()


def test_the_mouse_shows_a_frame_without_a_click(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["tool-call"])
    index = tab.evaluate("call.marks.findIndex((mark) => mark.label.startsWith('FunctionCallRequest'))")
    tab.locator(".mark").nth(index).hover()
    assert "client hears: FunctionCallRequest" in tab.locator("#panel h2").text_content()
    assert '"name": "get_weather"' in tab.locator("#panel pre").text_content()
    assert tab.evaluate(CHOSEN_INDEX) == -1


def test_a_tap_chooses(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["tool-call"], has_touch=True)
    tab.locator(".mark").nth(3).tap()
    assert tab.evaluate(CHOSEN_INDEX) == 3
    assert tab.locator(".mark.on").count() == 1


def test_the_keyboard_goes_everywhere(browser: Any, pages: dict[str, Path]) -> None:
    tab = opened(browser, pages["barge-in"])
    count = tab.locator(".mark").count()
    seen = []
    for key in ("Home", "ArrowLeft", "ArrowRight", "End", "ArrowRight", "ArrowLeft"):
        tab.keyboard.press(key)
        seen.append(tab.evaluate(CHOSEN_INDEX))
    assert seen == [0, 0, 1, count - 1, count - 1, count - 2]
    tab.keyboard.press("Home")
    lanes = []
    for _ in range(8):
        lanes.append(tab.evaluate("call.marks[chosen].lane"))
        tab.keyboard.press("ArrowDown")
    assert lanes == sorted(lanes)
    assert lanes[-1] == 7
    tab.keyboard.press("ArrowUp")
    assert tab.evaluate("call.marks[chosen].lane") == 6


def test_the_chosen_mark_can_be_seen(browser: Any, pages: dict[str, Path]) -> None:
    """However far it is zoomed in."""
    tab = opened(browser, pages["barge-in"])
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
    assert scales[1] > scales[0] > scales[3]
    assert scales[2] == pytest.approx(scales[0])
    assert tab.evaluate("scale") == scales[0]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_light_and_dark(browser: Any, pages: dict[str, Path], colours: str) -> None:
    tab = opened(browser, pages["barge-in"], color_scheme=colours)
    brightness = tab.evaluate("getComputedStyle(document.body).backgroundColor.match(/[\\d]+/g)[0]")
    assert (int(brightness) > 128) is (colours == "light")
    for front, back in (("ink", "back"), ("faint", "back"), ("ink", "panel"), ("faint", "panel")):
        assert tab.evaluate(CONTRAST, [front, back]) >= LEAST_CONTRAST, f"{front} on {back}"


def test_on_a_phone(browser: Any, pages: dict[str, Path]) -> None:
    """The page itself is no wider than the screen; the timeline scrolls in its frame."""
    tab = opened(browser, pages["tool-call"])
    tab.set_viewport_size(PHONE)
    tab.reload()
    tab.evaluate(CHOOSE, CHOSEN["tool-call"])
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    sizes = tab.evaluate(
        "[...document.querySelectorAll('h1, p, button, span, text, pre, #panel h2')]"
        ".map((each) => parseFloat(getComputedStyle(each).fontSize))"
    )
    assert min(sizes) >= LEAST_TEXT
    for each in tab.locator("button").all():
        assert min(each.bounding_box()["width"], each.bounding_box()["height"]) >= 36


def test_the_pictures_of_the_documentation_are_there() -> None:
    names = {*CALLS, *(f"{name}-{'phone' if width < 500 else colours}" for name, colours, width in EXTRAS)}
    assert {path.stem for path in IMAGES.glob("*.png")} >= names
