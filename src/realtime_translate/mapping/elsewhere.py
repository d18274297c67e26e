"""A call that goes on at another server: what of it goes by the row of that (N20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import evolve, frozen

from .. import deepgram
from ..config import Config, Voices
from ..openai.dialects import OPENAI_GA, UpstreamDialect
from ..outputs import Notice
from .plan import Plan
from .settings import map_settings
from .updates import Update, apply

__all__ = ["Elsewhere", "config_at", "elsewhere"]

_BY_SERVER = ("voice", "speed", "language", "language_hints", "keyterms", "reasoning")
"""The fields of the plan that updates change, and that mean something else at another server."""


def config_at(config: Config, row: int) -> Config:
    """The configuration with that server as the first one, and the others after it in their round: 0 is the
    first itself, n the nth of `Renewal.fallback`. Models are those of its row, whatever Settings name; a
    voice that the host has chosen, if the row lists it.
    """
    renewal = config.renewal
    if row == 0 or renewal is None:
        return config
    servers = (config.upstream, *renewal.fallback)
    server, *others = *servers[row:], *servers[:row]
    return evolve(
        config,
        upstream=evolve(server, models=()) if server.model else server,
        renewal=evolve(renewal, fallback=tuple(others)),
        model=server.model or config.model,
        voices=_voices(config.voices, server),
        transcription_model=None if config.transcription_model is None else OPENAI_GA.transcription.model,
    )


def _voices(voices: Voices, server: UpstreamDialect) -> Voices:
    names = {name: voice for name, voice in voices.names.items() if voice in server.voices}
    chosen = voices.default is None or voices.default in server.voices
    return Voices(names, voices.default if chosen else OPENAI_GA.voice)


@frozen
class Elsewhere:
    """How a call stands at a server, and what of it is other than the client asked for."""

    plan: Plan
    notices: tuple[Notice, ...]


def elsewhere(
    settings: deepgram.Settings, plan: Plan, updates: Sequence[Update], config: Config
) -> Elsewhere:
    """`plan` as it is at the server of `config`, for which what Settings and `updates` ask is asked again.
    Raises `Refusal` for what cannot work there.
    """
    mapped = map_settings(settings, config)
    there, notes = mapped.plan, list(mapped.notices)
    for update in updates:
        there = apply(there, update, config, notes)
    by_server: dict[str, Any] = {name: getattr(there, name) for name in _BY_SERVER}
    return Elsewhere(evolve(plan, **by_server), tuple(notes))
