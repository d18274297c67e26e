"""Call an example and print what it says: a first try without a key, a microphone or a phone.

python caller.py agent     # what a Voice Agent client says, to websockets_proxy.py
python caller.py twilio    # what Twilio says when a call comes in, to twilio_bridge.py
python caller.py realtime  # what an OpenAI Realtime client says, to simulated_server.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence

from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

THINK = {"provider": {"type": "open_ai", "model": "gpt-realtime-2.1"}, "prompt": "Be brief."}
HELLO = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello!"}]}

# For each kind of call: where, what is said, and after which message it is over.
CALLS: Mapping[str, tuple[str, Sequence[Mapping[str, object]], str]] = {
    "agent": (
        "ws://127.0.0.1:8765/v1/agent/converse",
        [
            {"type": "Settings", "audio": {}, "agent": {"think": THINK}},
            {"type": "InjectUserMessage", "content": "Hello!"},
        ],
        "AgentAudioDone",
    ),
    "twilio": (
        "ws://127.0.0.1:8767/twilio",
        [
            {"event": "connected", "protocol": "Call", "version": "1.0.0"},
            {"event": "start", "streamSid": "MZ1", "start": {"streamSid": "MZ1"}},
        ],
        "mark",
    ),
    "realtime": (
        "ws://127.0.0.1:8766/v1/realtime?model=gpt-realtime-2.1",
        [{"type": "conversation.item.create", "item": HELLO}, {"type": "response.create"}],
        "response.done",
    ),
}


def call(url: str, said: Sequence[Mapping[str, object]], last: str) -> None:
    """Say all that is `said`, and print what comes up to the message called `last`."""
    with connect(url) as socket:
        for message in said:
            socket.send(json.dumps(message))
        for frame in socket:
            if isinstance(frame, bytes):
                print(f"<{len(frame)} bytes of audio>")
                continue
            print(frame if len(frame) < 200 else f"{frame[:200]}…")
            answer = json.loads(frame)
            if last in (answer.get("type"), answer.get("event")):
                break


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=CALLS, help="the kind of call")
    parser.add_argument("--url", help="where to call (default: where the example listens)")
    options = parser.parse_args()
    url, said, last = CALLS[options.kind]
    try:
        call(options.url or url, said, last)
    except (OSError, InvalidHandshake) as error:
        parser.exit(1, f"cannot call {options.url or url}: {error}\n")
