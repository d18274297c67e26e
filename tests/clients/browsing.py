"""A page with `browser-agent` in Chromium, whose microphone plays a file."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import attrs

from tests.clients.npm import FOLDER, PATIENCE

if TYPE_CHECKING:
    from playwright.async_api import Page

__all__ = ["Browsing", "browsing"]

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


@attrs.frozen
class Browsing:
    """The page. `troubles`: what the browser's console has of errors."""

    page: Page
    troubles: list[str]

    async def told(self) -> list[dict[str, Any]]:
        """What the component was told so far, and its own events; `at`: in milliseconds."""
        told: list[dict[str, Any]] = await self.page.evaluate("window.told")
        return told

    async def until(self, kind: str, met: Callable[[dict[str, Any]], bool] = lambda _message: True) -> None:
        """Wait for a message of that type."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not any(each["type"] == kind and met(each) for each in await self.told()):
            kinds = [each["type"] for each in await self.told()]
            assert asyncio.get_running_loop().time() < end, f"nothing more came after {kinds}"
            await asyncio.sleep(0.05)

    async def loudest(self) -> float:
        """The loudest that the speakers were so far, from 0 to 1."""
        return float(await self.page.evaluate("window.loudest"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Tell nothing."""


@contextmanager
def _served() -> Generator[str, None, None]:
    """The URL of this folder: browsers give a microphone only to pages from a server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(FOLDER))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@asynccontextmanager
async def browsing(
    chromium: str, microphone: Path, url: str, agent: Mapping[str, object]
) -> AsyncGenerator[Browsing, None]:
    """The page, about to call the proxy at `url` with these settings of the agent."""
    from playwright.async_api import async_playwright

    query = urlencode({"url": f"{url}/v1/agent/converse", "agent": json.dumps(agent)})
    once = f"--use-file-for-fake-audio-capture={microphone}%noloop"
    with _served() as files:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=[*_FLAGS, once])
            try:
                page = await browser.new_page(viewport={"width": 760, "height": 620})
                troubles: list[str] = []
                page.on("pageerror", lambda error: troubles.append(str(error)))
                page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
                await page.goto(f"{files}/page.html?{query}")
                await page.wait_for_function("window.ready")
                yield Browsing(page, troubles)
            finally:
                await browser.close()
