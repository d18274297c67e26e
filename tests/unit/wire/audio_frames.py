"""Frames that an upstream server might send as audio deltas: sound ones, odd ones and broken ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from realtime_translate.openai.audio_frames import AUDIO_DELTA
from tests.shared_material import SHARED

USUAL = {
    "type": AUDIO_DELTA,
    "event_id": "event_1",
    "response_id": "r1",
    "item_id": "i1",
    "output_index": 0,
    "content_index": 0,
    "delta": "AQIDBAUG",
}
"""As every known server sends it."""


def usual(**changed: Any) -> str:
    """The usual frame with other values; None for a field that is not there."""
    return json.dumps({key: each for key, each in {**USUAL, **changed}.items() if each is not ...})


def raw(**tokens: str) -> str:
    """A delta whose fields are written as given."""
    fields = "".join(f',"{key}":{token}' for key, token in tokens.items())
    return f'{{"type":"{AUDIO_DELTA}"{fields}}}'


HUGE = "1" + "0" * 400
TOKENS = [
    '"r1"', '"i1"', '""', '"AQID"', '"AQI="', '"AQ=="', '"AR=="', '"A"', '"AQ="', '"AQID=AQID"', '"AQ ID"',
    '"AQID\\n"', '"A\\/ID"', '"\\u0041QID"', '"é"', '"\\ud83d\\ude00"', '"\\ud800"', '"\ud800"', '"AQID\x01"',
    '"' + "x" * 300 + '"', f'"{AUDIO_DELTA}"', '"response.audio.delta"', '"response.done"', "'x'", "",
    "0", "1", "-1", "-0", "1.0", "0.0", "1e2", "1e999", "-1e999", "01", "1.", ".5", "1001", str(2**63),
    str(2**64), HUGE, "1." + "0" * 400, "NaN", "Infinity", "-Infinity", "true", "null", "[]", "{}",
    "[" * 70 + "]" * 70, '{"id":"x"}',
]  # fmt: skip
"""Values as they are written, JSON or not."""

KEYS = [*USUAL, "call_id", "item", "response", "obfuscation", "\\u0064elta", '\\"delta', "Delta", ""]
SPACE = ["", " ", "\n", "\t", "\r\n", "  ", "\x0b", "\u00a0", "\ufeff"]

ODD: tuple[str | bytes, ...] = (
    *(raw(delta='"AQID"', **{key: token}) for key in KEYS[1:6] for token in TOKENS),
    *(raw(delta=token) for token in TOKENS),
    *(raw(delta='"AQID"').replace('{"type"', f'{{"content_index":{token},"type"') + " " for token in TOKENS),
    *(raw(content_index=token, delta='"AQID"')[:-1] + ',"content_index":0}' for token in TOKENS),
    *(raw(delta=token)[:-1] + ',"delta":"AQID"}' for token in TOKENS),
    *(f"{space}{usual()}{space}" for space in SPACE),
    usual().replace('"delta"', '"\\"delta"'),
    usual().replace('"delta"', '"\\\\"delta"'),
    usual().replace('"delta": ', '"delta":'),
    usual().replace('"delta": ', '"delta":  '),
    usual().replace('"delta":', '"delta" :'),
    usual(event_id='"delta":"x'),
    usual(item_id="é" * 40),
    usual(response_id="x" * 257),
    usual(item_id="x" * 257),
    usual(delta="A" * 2**20),
    usual(delta="é" * 2000),
    usual(response_id=...),
    usual(delta=...),
    usual(type="response.audio.delta"),
    usual(type="response.output_audio_transcript.delta", delta=AUDIO_DELTA),
    usual().replace("AQIDBAUG", "AQID\\/AUG"),
    usual()[:-1],
    usual() + "x",
    usual() + "\0",
    f"[{usual()}]",
    "",
    b"\xff" + usual().encode(),
    usual().encode().replace(b"AQID", b"\xff\xfe"),
    usual().encode().replace(b"AQID", b"\xed\xa0\x80"),
    usual().encode("utf-16"),
)


def recorded() -> Iterator[str]:
    """Every event of the recorded sessions and of the examples."""
    for folder in ("traces", "examples"):
        for path in sorted(SHARED.joinpath(folder).glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                event = json.loads(line).get("event")
                yield json.dumps(event)
                yield json.dumps(event, separators=(",", ":"), ensure_ascii=False)
                yield json.dumps(event, indent=2)


_space = st.sampled_from(SPACE[:6])
_pairs = st.tuples(st.sampled_from(KEYS), st.sampled_from(TOKENS))
_base64 = st.text("AQz09+/=-_ \n\\é", max_size=12).map(json.dumps)


@st.composite
def _objects(draw: st.DrawFn) -> str:
    members = [("type", draw(st.sampled_from([f'"{AUDIO_DELTA}"', '"response.audio.delta"'])))]
    members += draw(st.lists(_pairs, max_size=4))
    members.append(("delta", draw(_base64 | st.sampled_from(TOKENS))))
    members = draw(st.permutations(members))
    around = [draw(_space) for _ in range(4)]
    written = (around[1] + ",").join(
        f'{around[2]}"{key}"{around[0]}:{around[3]}{token}' for key, token in members
    )
    return f"{around[0]}{{{written}{around[1]}}}{around[2]}"


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """The usual frame with a few bytes changed."""
    frame = bytearray(usual().encode())
    for _ in range(draw(st.integers(1, 3))):
        frame[draw(st.integers(0, len(frame) - 1))] = draw(st.integers(0, 255))
    return bytes(frame)


generated: st.SearchStrategy[str | bytes] = _objects() | _damaged()
