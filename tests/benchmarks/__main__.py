"""What the hot paths cost, as ratios to their floors: `python -m tests.benchmarks` in a checkout.

Each operation and its floor are measured alternately in one process; the ratio of the best times counts.
The floor is the work that nobody can save: base64 and one concatenation, or JSON and base64.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable

from realtime_translate import Config, ManualCommit, ServerVad, Translator
from realtime_translate.testing import FakeClock

__all__ = ["main"]

ROUNDS, CALLS = 60, 500
PREFIX = '{"type":"input_audio_buffer.append","audio":"'


def ready(config: Config, audio: dict[str, object]) -> Translator:
    translator = Translator(config, clock=FakeClock(1.0), new_id=lambda: "bench")
    translator.client_opened()
    settings = {"type": "Settings", "audio": audio, "agent": {}}
    translator.receive_from_client(json.dumps(settings))
    translator.upstream_opened()
    translator.receive_from_upstream('{"type":"session.updated","session":{}}')
    return translator


def append_floor(frame: bytes) -> Callable[[], object]:
    return lambda: PREFIX + binascii.b2a_base64(frame, newline=False).decode("ascii") + '"}'


def delta_floor(text: str) -> Callable[[], object]:
    return lambda: binascii.a2b_base64(json.loads(text)["delta"])


def client_frame(config: Config, audio: dict[str, object], frame: bytes) -> tuple[Callable[[], object], ...]:
    translator = ready(config, audio)
    return lambda: translator.receive_from_client(frame), append_floor(frame)


def agent_audio(milliseconds: int) -> tuple[Callable[[], object], ...]:
    translator = ready(Config.deepgram(), {})
    translator.receive_from_upstream('{"type":"response.created","response":{"id":"resp_1"}}')
    delta = {
        "type": "response.output_audio.delta",
        "event_id": "event_1",
        "response_id": "resp_1",
        "item_id": "item_1",
        "output_index": 0,
        "content_index": 0,
        "delta": base64.b64encode(b"\x01\x02" * 24 * milliseconds).decode(),
    }
    text = json.dumps(delta)
    return lambda: translator.receive_from_upstream(text), delta_floor(text)


def best(operation: Callable[[], object]) -> float:
    """Seconds of one call, the best round of one."""
    begun = time.perf_counter()
    for _ in range(CALLS):
        operation()
    return (time.perf_counter() - begun) / CALLS


def main() -> None:
    """Measure and print one table."""
    vad, manual = Config.deepgram(turn_detection=ServerVad()), Config.deepgram(turn_detection=ManualCommit())
    phone: dict[str, object] = {"input": {"encoding": "mulaw", "sample_rate": 8000}}
    cases = {
        "client frame, 20 ms linear16 24 kHz, server VAD": client_frame(vad, {}, b"\x01\x02" * 480),
        "client frame, 20 ms linear16 24 kHz, manual commit": client_frame(manual, {}, b"\x01\x02" * 480),
        "client frame, 20 ms mulaw 8 kHz, server VAD": client_frame(vad, phone, b"\x01" * 160),
        "upstream audio delta, 100 ms linear16 24 kHz": agent_audio(100),
    }
    print(f"{'operation':<52} {'µs':>7} {'floor':>7} {'ratio':>6}")
    for name, (operation, floor) in cases.items():
        rounds = [(best(operation), best(floor)) for _ in range(ROUNDS)]
        took, least = (min(column) * 1e6 for column in zip(*rounds, strict=True))
        print(f"{name:<52} {took:7.2f} {least:7.2f} {took / least:6.2f}")


if __name__ == "__main__":
    main()
