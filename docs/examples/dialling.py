"""How a call reaches its server: dialled again while the client waits. Copy it along with `bridge.py`.

A server that restarts, is full or out of service may take the call a moment later. One that refuses access
will not, and neither will one that asks for more time than there is.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import re
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from access import loopback

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0  # seconds between two dials: each is twice the one before
PASSING = (408, 425, 429, 500, 502, 503, 504)  # the statuses of HTTP that may be gone at the next dial
LASTING = ("insufficient_quota", "billing_hard_limit_reached")  # the codes that come with them, and stay
BODY_BYTES = 2**16  # of an answer that are looked at
_CODE = re.compile(r"[\w.-]{1,64}", re.ASCII)

Log = Callable[..., None]  # a level, a message and fields


class HandshakeError(ConnectionError):
    """The server did not open the connection.

    `status` is that of its answer, `code` that of the error in its body, `retry_after` the seconds after
    which it wants to be asked again: None without an answer, or where that does not say it.
    """

    def __init__(self, status: int | None, body: bytes = b"", retry_after: str | None = None) -> None:
        answered = "" if status is None else f" and answered {status}"
        super().__init__(f"the server did not open the connection{answered}")
        self.status, self.code, self.retry_after = status, code_in(body), seconds_of(retry_after)

    @property
    def reason(self) -> str:
        """For `upstream_closed`, which tells the client of it."""
        return "" if self.status is None else f"HTTP {self.status} {self.code or ''}".rstrip()

    @property
    def passes(self) -> bool:
        """Whether the next dial may succeed."""
        return self.status is None or (self.status in PASSING and self.code not in LASTING)


def code_in(body: bytes) -> str | None:
    """The code of the error that a body holds, or its type. The message is left: it may quote the key."""
    try:
        said = json.loads(body[:BODY_BYTES])
    except (ValueError, RecursionError):
        return None
    error = said.get("error", said) if isinstance(said, dict) else None
    fields = [error.get("code"), error.get("type")] if isinstance(error, dict) else [error]
    return next((each for each in fields if isinstance(each, str) and _CODE.fullmatch(each)), None)


def seconds_of(retry_after: str | None) -> float | None:
    """What a header Retry-After says, as seconds or as a date."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None


async def reach(
    dial: Callable[[str, Mapping[str, str]], Awaitable[None]],
    url: str,
    headers: Mapping[str, str],
    credential: Callable[[], Awaitable[Mapping[str, str]]],
    seconds: float,
    log: Log,
) -> str | None:
    """Dial `url` with these headers and the credential until that succeeds. Log what does not.

    Returns why there is no connection, for `upstream_closed`, and None if there is one.
    """
    loop, pause, key = asyncio.get_running_loop(), FIRST_PAUSE, dict[str, str]()
    end = loop.time() + seconds
    while True:
        try:
            if trouble := trouble_of(url):
                raise ValueError(trouble)
            key = {**await credential()}
            await dial(url, {**headers, **key})
        except (OSError, ValueError, asyncio.TimeoutError) as error:  # on 3.10 the last is no OSError
            wait = pause_after(error, pause)
            again = wait is not None and loop.time() + wait < end
            facts = {"again_in": round(wait, 2)} if wait is not None and again else {}
            log(logging.WARNING, "upstream cannot be reached", **told(error), has_key=bool(key), **facts)
            if wait is None or not again:
                return error.reason if isinstance(error, HandshakeError) else "cannot be reached"
            await asyncio.sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return None


def pause_after(error: Exception, pause: float) -> float | None:
    """How long to wait for the next dial. None: it would fail as well."""
    if isinstance(error, HandshakeError):
        if not error.passes:
            return None
        pause = max(pause, error.retry_after or 0.0)
    elif isinstance(error, (ValueError, ssl.SSLCertVerificationError)):
        return None
    return pause * random.uniform(1.0, 1.5)  # calls that failed together do not come back together


def told(error: Exception) -> Mapping[str, object]:
    """What the log says of it."""
    facts = {"error": (str(error) or type(error).__name__)[:200], "status": getattr(error, "status", None)}
    if isinstance(error, HandshakeError):
        facts |= {"code": error.code, "retry_after": error.retry_after}
    return {name: value for name, value in facts.items() if value is not None or name == "status"}


# --- before the first call ----------------------------------------------------------------------------------


def trouble_of(url: str) -> str | None:
    """What is wrong with the URL of a server, in one line."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("ws", "wss") and parts.hostname and parts.port != 0
    except ValueError:
        good = None
    return (
        None
        if good
        else "the URL of upstream has to begin with wss:// or ws:// and a host, as in wss://api.openai.com"
    )


def doubts(url: str, keys: Sequence[str]) -> Iterator[str]:
    """What is probably not meant: calls without a key, or with one that others can read on its way.

    `keys` are the variables that may hold it.
    """
    parts, held = urlsplit(url), [name for name in keys if os.environ.get(name)]
    if loopback(parts.hostname or "") or not keys:
        return
    if not held:
        yield f"{' or '.join(keys)} is not set: the server will probably refuse the calls"
    elif parts.scheme == "ws":
        yield f"{held[0]} is sent over ws://, where others can read it: use wss://"
