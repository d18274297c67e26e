"""The server that answers: where it is, its usual model, its credential. Copy it along with `bridge.py`.

How a server speaks is in its row in `realtime_translate.openai.dialects`, which has the same name.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, field, frozen

import realtime_translate as rt
from realtime_translate.openai.dialects import SERVERS, UpstreamDialect


@frozen
class Known:
    """What is known of a server beside its row. None: there is none, or it has to be said."""

    url: str | None = None
    key: str | None = None  # the variable that usually holds its credential
    model: str | None = None  # the usual one
    place: str | None = None  # the variable that usually holds its URL
    token: str | None = None  # the variable that may hold a bearer token instead of the key


KNOWN = {
    "openai": Known("wss://api.openai.com", "OPENAI_API_KEY", "gpt-realtime-2.1"),
    "azure": Known(
        key="AZURE_OPENAI_API_KEY", place="AZURE_OPENAI_ENDPOINT", token="AZURE_OPENAI_AD_TOKEN"
    ),  # the model is the name of a deployment
    "openai-beta": Known(key="OPENAI_API_KEY"),
    "voice-live": Known(None, "AZURE_VOICELIVE_API_KEY", "gpt-realtime", "AZURE_VOICELIVE_ENDPOINT"),
    "xai": Known("wss://api.x.ai", "XAI_API_KEY", "grok-voice-latest"),
    "inworld": Known("wss://api.inworld.ai", "INWORLD_API_KEY", "openai/gpt-4.1-mini"),
    "elevenlabs": Known("wss://api.elevenlabs.io", "ELEVENLABS_API_KEY", "eleven_realtime_v1_mini"),
    "qwen": Known("wss://dashscope-intl.aliyuncs.com", "DASHSCOPE_API_KEY", "qwen3-omni-flash-realtime"),
    "glm": Known("wss://open.bigmodel.cn", "ZHIPUAI_API_KEY", "glm-realtime-flash"),
    "stepfun": Known("wss://api.stepfun.com", "STEPFUN_API_KEY", "step-audio-2"),
    "speaches": Known("ws://127.0.0.1:8000", "SPEACHES_API_KEY"),
    "localai": Known("ws://127.0.0.1:8080", "LOCALAI_API_KEY"),
    "speech-to-speech": Known("ws://127.0.0.1:8765", model="any"),  # it has one, whatever it is called
    "nemotron": Known(key="NVIDIA_API_KEY", model="any"),
    "litellm": Known("ws://127.0.0.1:4000", "LITELLM_API_KEY"),
}
OWN = Known(key="UPSTREAM_API_KEY")  # of a row of your own


@frozen
class Upstream:
    """The server of all calls: its URL, and what of a `Config` it decides.

    `fallback`: those that take its calls over when it is gone, and their URLs by name.
    """

    url: str
    changes: Mapping[str, Any]
    fallback: tuple[UpstreamDialect, ...] = ()
    others: Mapping[str, str] = field(factory=dict[str, str])

    def config(self, base: rt.Config) -> rt.Config:
        """`base` for calls with this server. Raises ConfigError if the two cannot go together."""
        config = evolve(base, **self.changes)
        if not self.fallback:
            return config
        return evolve(config, renewal=evolve(config.renewal or rt.Renewal(), fallback=self.fallback))

    def backed(self, names: Iterable[str]) -> Upstream:
        """The same, with others to fall back to. A name may be followed by `=MODEL` and `@URL`, where those
        are not the usual ones. Raises ValueError as `chosen` does.
        """
        rows, others = list[UpstreamDialect](), dict[str, str]()
        first = self.changes.get("upstream", SERVERS["openai"]).name
        for name in names:
            named, _, url = name.partition("@")
            server, _, model = named.partition("=")
            other = chosen(server, url or None, model or None)
            if server in (first, *others):
                raise ValueError(f"{server} is named twice: a call falls back to another server")
            rows.append(evolve(other.changes["upstream"], model=other.changes["model"]))
            others[server] = other.url
        return evolve(self, fallback=tuple(rows), others=others)


def chosen(
    server: str | None = None, url: str | None = None, model: str | None = None, heard: str | None = None
) -> Upstream:
    """The server of that name, or whatever a `Config` says; with another URL, model or, as `heard`,
    transcription model. Raises ValueError with a sentence if something is missing.
    """
    if server is not None and server not in KNOWN:
        raise ValueError(f"there is no server {server!r}: it is one of {', '.join(KNOWN)}")
    known = KNOWN[server or "openai"]
    changes: dict[str, Any] = {} if server is None else {"upstream": SERVERS[server]}
    url = url or (os.environ.get(known.place) if known.place else None) or known.url
    if url is None:
        also = f", or {known.place} in the environment" if known.place else ""
        raise ValueError(f"{server} has no usual address: say its URL{also}")
    model = model or (known.model if server else None)
    if model is not None:
        changes["model"] = model
    elif server is not None:
        raise ValueError(f"{server} has no usual model: name one")
    if heard is not None:
        changes["transcription_model"] = heard
    socket = url.replace("https://", "wss://", 1).replace("http://", "ws://", 1)
    return Upstream(socket.rstrip("/"), changes)


def of_options(options: argparse.Namespace) -> Upstream:
    """The server that a command line names. Raises ValueError as `chosen` does."""
    server = chosen(options.server, options.upstream, options.model, options.transcription_model)
    return server.backed(options.fallback)


def of_environment() -> Upstream:
    """The server that the environment names. Raises ValueError as `chosen` does."""
    names = ("UPSTREAM_SERVER", "UPSTREAM_URL", "UPSTREAM_MODEL", "TRANSCRIPTION_MODEL")
    server = chosen(*(os.environ.get(name) for name in names))
    return server.backed(os.environ.get("FALLBACK", "").split())


async def credential(row: UpstreamDialect) -> Mapping[str, str]:
    """The header that says who dials that server; empty: there is none.

    It is asked for at each dial, as tokens expire. Put your own in its place for other ways to get one; it
    raises OSError where there is none to be had now.
    """
    known = KNOWN.get(row.name, OWN)
    key = os.environ.get(known.key) if known.key else None
    if key:
        return row.credentials(key)
    token = os.environ.get(known.token) if known.token else None
    return {"Authorization": f"Bearer {token}"} if token else {}
