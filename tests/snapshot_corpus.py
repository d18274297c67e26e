"""Snapshots of the current version, kept as files: `python -m tests.snapshot_corpus` writes them anew.

One of each call of `snapshot_calls`, in the middle of it. Write them anew when the version of snapshots has
changed, and never to make a test pass that they fail: a release could not read the calls of the one before.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import attrs

from realtime_translate import ClientDialect, Config
from realtime_translate.session.snapshot import VERSION, Saved
from tests.harness import Desk
from tests.unit.session.snapshot_calls import CALLS, CONFIGS, LATE, Act

__all__ = ["CORPUS", "FIELDS", "acts_of", "fields", "main"]

CORPUS = Path(__file__).parent / "data" / "snapshots"
FIELDS = CORPUS / "fields.txt"


def acts_of(config: Config, call: str) -> list[Act]:
    """What happens in a call; a Deepgram client sends nothing before Settings."""
    acts = CALLS.get(call) or LATE[call]
    if call in LATE and config.dialect is ClientDialect.DEEPGRAM:
        return acts[:1] + acts[2:]
    return acts


def fields(kind: Any = Saved, path: str = "") -> Iterator[str]:
    """Where in a snapshot there is what, by walking the types of the state."""
    if attrs.has(kind):
        hints = typing.get_type_hints(kind, localns=vars(typing))
        for each in attrs.fields(kind):
            if each.init:  # the others are no part of a snapshot
                yield from fields(hints[each.name], f"{path}.{each.name}")
        return
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (list, tuple, dict) and kind != Mapping[str, object]:
        for below in arguments[-1:] if origin is dict else arguments[:1]:
            yield from fields(below, f"{path}.*")
    elif any(attrs.has(below) or typing.get_origin(below) for below in arguments):
        for below in arguments:
            if below is not type(None):
                yield from fields(below, f"{path}?")
    else:
        yield f"{path[1:]}: {' | '.join(sorted(map(_called, arguments or [kind])))}"


def _called(kind: Any) -> str:
    return str(getattr(kind, "__name__", kind))


def main() -> None:
    """Write the corpus."""
    CORPUS.mkdir(exist_ok=True)
    for old in CORPUS.glob("*.json"):
        old.unlink()
    for call, config in zip([*CALLS, *LATE], cycle(CONFIGS)):
        desk = Desk(CONFIGS[config])
        acts = acts_of(CONFIGS[config], call)
        played = max(1, len(acts) // 2)
        for act in acts[:played]:
            act(desk)
        content = {"call": call, "config": config, "played": played, "snapshot": desk.translator.snapshot()}
        name = call.replace(" ", "-").replace(",", "").lower()
        (CORPUS / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    version = "{}.{}".format(*VERSION)
    FIELDS.write_text("\n".join([f"version {version}", *sorted(set(fields()))]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
