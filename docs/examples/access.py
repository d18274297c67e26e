"""Who may connect: what a host asks a client before it answers the handshake. Copy it along with them.

`Authorize` is the question: it gets the request and says who the caller is, or None. There are three ready
answers: keys, origins, and the signature of Twilio. Without any, clients of this machine alone are served.
For one of your own, return it from `chosen`. It must not wait: all calls do meanwhile.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from attrs import frozen

SCHEMES = ("token", "bearer")  # of `Authorization`, and the subprotocols before a key
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")  # what a proxy adds says that a client is elsewhere


class SetupError(ValueError):
    """The host cannot start like this. The text says why, and what to do."""


@frozen
class Request:
    """What a client says before its handshake is answered."""

    target: str  # the path and the query
    headers: Mapping[str, str]  # names in lower case
    peer: str = ""  # the client's address and port
    local: str = ""  # the address that it reached; empty: unknown

    @property
    def offered(self) -> list[str]:
        """The subprotocols, in the order of the client."""
        names = self.headers.get("sec-websocket-protocol", "").split(",")
        return [name for each in names if (name := each.strip())]

    @property
    def keys(self) -> Iterator[str]:
        """What it shows: `Authorization: Token KEY` or `Bearer KEY`, or, in browsers, the subprotocols."""
        scheme, _, key = self.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() in SCHEMES:
            yield key.strip()
        match self.offered:
            case [scheme, key, *_] if scheme.lower() in SCHEMES:
                yield key
            case _:
                pass


@frozen(eq=False)
class Caller:
    """Who calls: the name that was found for it, and its address."""

    name: str
    peer: str = ""


Authorize = Callable[[Request], "str | None"]
"""The caller's name. None: it may not connect."""


def lowered(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers as `Request` has them. Those that come twice are joined, and fit nothing that is wanted."""
    found: dict[str, str] = {}
    for name, value in headers:
        name = name.lower()
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def address(peer: object) -> str:
    """What a transport says of an address, in one word."""
    match peer:
        case (str(host), int(port), *_):
            return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        case _:
            return str(peer or "")


def host_of(sockname: object) -> str:
    """The address that a client reached, by the name of the socket."""
    match sockname:
        case (str(host), _, *_):
            return host
        case _:  # of the system itself
            return ""


# --- the ready answers --------------------------------------------------------------------------------------


class Keys:
    """Who shows one of these keys. A caller may have several, as when one takes the place of another.

    With `origins`, a page has to be of one of those too.
    """

    def __init__(self, keys: Iterable[tuple[str, str]], origins: Authorize | None = None) -> None:
        self.digests = [(name, digest(key)) for name, key in keys]
        self.origins = origins

    def __call__(self, request: Request) -> str | None:
        if self.origins is not None and "origin" in request.headers and self.origins(request) is None:
            return None
        shown = [digest(key) for key in request.keys]
        found = None
        for name, wanted in self.digests:  # all of them: how long it takes tells nothing
            for each in shown:
                if hmac.compare_digest(each, wanted):
                    found = name
        return found


def digest(key: str) -> bytes:
    """Of one length for all keys."""
    return hashlib.sha256(octets(key)).digest()


def octets(text: str) -> bytes:
    """What is in a header may be anything."""
    return text.encode("utf-8", "surrogatepass")


def read_keys(text: str) -> Iterator[tuple[str, str]]:
    """Lines of `NAME KEY`; `#` begins a comment. Raises SetupError, which does not hold the keys."""
    owners: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match line.partition("#")[0].split():
            case []:
                continue
            case [name, key]:
                if owners.setdefault(key, name) != name:
                    raise SetupError(f"line {number} of the keys: {name} has the key of {owners[key]}")
                yield name, key
            case _:
                raise SetupError(f"line {number} of the keys: a name and a key are wanted, as in: alice KEY")
    if not owners:
        raise SetupError("there is no key among the keys: nobody could call")


class Origins:
    """Pages of these origins, such as https://app.example.com. It is the name of the caller too.

    Browsers tell the truth of the page that connects. Other programs may say what they want.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = {each.lower().rstrip("/") for each in allowed}

    def __call__(self, request: Request) -> str | None:
        origin = request.headers.get("origin", "").lower()
        return origin if origin in self.allowed else None


def signature(token: str, url: str, parameters: Iterable[tuple[str, str]] = ()) -> str:
    """What Twilio signs a request with: https://www.twilio.com/docs/usage/security#validating-requests."""
    signed = url + "".join(name + value for name, value in sorted(set(parameters)))
    return base64.b64encode(hmac.digest(octets(token), octets(signed), "sha1")).decode()


class Twilio:
    """Who has signed the URL with the token of the account: Twilio.

    `url` is that of the TwiML. None: wss:// and what the client asked for, as long as no proxy changes that.
    """

    def __init__(self, token: str, url: str | None = None) -> None:
        self.token, self.url = token, url

    def __call__(self, request: Request) -> str | None:
        shown = octets(request.headers.get("x-twilio-signature", ""))
        url = self.url or f"wss://{request.headers.get('host', '')}{request.target}"
        wanted = octets(signature(self.token, url))
        return "twilio" if hmac.compare_digest(shown, wanted) else None


def here(request: Request) -> str | None:
    """A client of this machine: no page of another origin, and nobody whom a proxy passes on."""
    origin = request.headers.get("origin")
    if origin is not None and not loopback(urlsplit_host(origin)):
        return None
    passed_on = any(name in request.headers for name in FORWARDED)
    return None if passed_on or not loopback(request.local or "localhost") else "local"


def urlsplit_host(url: str) -> str:
    """The host of a URL, empty if there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def loopback(host: str) -> bool:
    """Whether that is this machine alone, by its number or as localhost."""
    try:
        number = ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    return (getattr(number, "ipv4_mapped", None) or number).is_loopback


def anyone(request: Request) -> str | None:
    """All, for a host behind something that asks."""
    return "anyone"


# --- which of them ------------------------------------------------------------------------------------------


def add_options(parser: argparse.ArgumentParser) -> None:
    """What says who may connect, on the command line, or else in the environment."""
    add = parser.add_argument
    add("--keys", metavar="FILE", help="of lines NAME KEY: who shows such a key may connect")
    origin = "pages of it may connect; with --keys, pages of others may not, whatever they show"
    add("--allow-origin", metavar="URL", action="append", help=origin)
    add("--allow-anyone", action="store_true", help="ask nobody, as something in front of the host does")
    parser.set_defaults(**vars(from_environment()))


def from_environment() -> argparse.Namespace:
    """The same, for hosts that another program starts: CLIENT_KEYS_FILE, ALLOW_ORIGIN and ALLOW_ANYONE."""
    said = os.environ.get
    return argparse.Namespace(
        keys=said("CLIENT_KEYS_FILE"),
        allow_origin=said("ALLOW_ORIGIN", "").split(),
        allow_anyone=bool(said("ALLOW_ANYONE")),
    )


def chosen(options: argparse.Namespace, how: str = "--keys FILE or --allow-origin URL") -> Authorize:
    """The answer that the options and the environment choose. `here` without any.

    Raises:
        SetupError: the keys cannot be read, or the host would listen to strangers and not ask them.
    """
    keys, origins = keys_of(options), Origins(options.allow_origin)
    if keys is None:
        return origins if origins.allowed else unasked(options, how)
    return Keys(keys, origins if origins.allowed else None)


def keys_of(options: argparse.Namespace) -> list[tuple[str, str]] | None:
    """Those of the file; or of CLIENT_KEYS, where a semicolon may end a line, or the one of CLIENT_KEY."""
    if options.keys:
        try:
            return [*read_keys(Path(options.keys).read_text("utf-8"))]
        except (OSError, UnicodeDecodeError) as error:
            raise SetupError(f"cannot read the keys in {options.keys}: {error}") from error
    several, one = os.environ.get("CLIENT_KEYS"), os.environ.get("CLIENT_KEY")
    said = several or (one and f"client {one}")
    return [*read_keys(said.replace(";", "\n"))] if said else None


def unasked(options: argparse.Namespace, how: str) -> Authorize:
    """`here`, if the host listens on the loopback address, and else `anyone`, if that is meant."""
    if options.allow_anyone:
        return anyone
    host = getattr(options, "host", "localhost")
    if not loopback(host):
        raise SetupError(
            f"--host {host} lets strangers call on your account: say with {how} who may, "
            "or --allow-anyone if something in front of the host asks them"
        )
    return here
