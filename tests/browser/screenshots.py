"""Draw the pictures of the documentation: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.browser import chromium, executable
from tests.browser.calls import CALLS, CHOSEN, IMAGES, page_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHOOSE = "label => choose(marks.findIndex(mark => mark.label.startsWith(label)), false)"
EXTRAS = (("barge-in", "dark", 1000), ("tool-call", "light", 390))
"""What is shown besides: a call, the colours, and the width of the window."""


def draw(browser: Browser, page: Path, name: str, target: Path, colours: str, width: int) -> None:
    """One picture, with the mark chosen that the call is about."""
    phone = width < 500
    context = browser.new_context(
        color_scheme="dark" if colours == "dark" else "light",
        viewport={"width": width, "height": 844 if phone else 900},
        device_scale_factor=2 if phone else 1,
        has_touch=phone,
        is_mobile=phone,
    )
    tab = context.new_page()
    tab.goto(page.as_uri())
    tab.evaluate(CHOOSE, CHOSEN[name])
    if phone:
        tab.evaluate("choose(chosen, true)")
    else:
        height = tab.evaluate("view.getBoundingClientRect().bottom + panel.getBoundingClientRect().height")
        tab.set_viewport_size({"width": width, "height": round(height)})
    tab.screenshot(path=str(target))
    context.close()


def main() -> int:
    path = executable()
    if path is None:
        sys.stderr.write("there is no Chromium: install one, or run `playwright install chromium`\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium(path) as browser:
        for name in CALLS:
            draw(browser, page_of(name, Path(folder)), name, IMAGES / f"{name}.png", "light", 1000)
        for name, colours, width in EXTRAS:
            target = IMAGES / f"{name}-{'phone' if width < 500 else colours}.png"
            draw(browser, page_of(name, Path(folder)), name, target, colours, width)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
