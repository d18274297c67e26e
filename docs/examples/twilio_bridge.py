"""A bridge for phone calls: Twilio Media Streams on one side, an OpenAI Realtime server on the other.

    OPENAI_API_KEY=... python twilio_bridge.py --greeting "Hello, how can I help?"

Twilio speaks no Voice Agent protocol, so this file is the client: it sends Settings, makes audio of `media`
and `media` of audio, reports what a `mark` says was played, and has Twilio drop what was not played yet
(`clear`) when the caller interrupts. The audio is 8 kHz mu-law on both sides and passes through as it is.
`bridge.py` holds the calls and `sockets.py` their sockets.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import logging
import os
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import access
import bridge
import launch
import sockets
import upstreams

import realtime_translate as rt

CONFIG = rt.Config.deepgram(greeting=rt.GreetingMode.SPOKEN, limits=bridge.LIMITS)  # a caller sees no text
MARK_BYTES = 1600  # a mark after so much audio: how well the server will know what the caller heard


def settings_of(options: argparse.Namespace, model: str) -> str:
    """What the bridge says as a Voice Agent client. An `endpoint` makes a function one that the host runs."""
    audio = {"encoding": "mulaw", "sample_rate": 8000}
    endpoint = {"url": "https://host.invalid", "method": "post"}
    functions = [
        {"name": name, "description": function.__doc__, "endpoint": endpoint}
        for name, function in bridge.FUNCTIONS.items()
    ]
    provider = {"type": "open_ai", "model": model}
    think = {"provider": provider, "prompt": options.prompt, "functions": functions}
    agent = {"think": think, **({"greeting": options.greeting} if options.greeting else {})}
    formats = {"input": audio, "output": {**audio, "container": "none"}}
    return json.dumps({"type": "Settings", "flags": {"history": False}, "audio": formats, "agent": agent})


class PhoneCall(bridge.Call):
    """One stream of Twilio's."""

    def __init__(self, options: argparse.Namespace, caller: access.Caller) -> None:
        server = upstreams.of_options(options)
        config = launch.renewing(server.config(CONFIG), options.renew_after, options.renew_attempts)
        super().__init__(config, server.url, sockets.dial, caller, others=server.others)
        self.settings = settings_of(options, config.model)
        self.stream = ""  # Twilio's name for it
        self.sent = self.marked = 0  # bytes of audio, and where the last mark is

    def hear(self, frame: str | bytes) -> rt.Outputs:
        """A message of Twilio's, as what it is to the translator."""
        translator = self.translator
        try:
            match json.loads(frame):
                case {"event": "media", "media": {"payload": str(payload)}}:
                    return translator.receive_from_client(base64.b64decode(payload))
                case {"event": "mark", "mark": {"name": str(name)}}:
                    return translator.playback_reported(abs(int(name[:16])))
                case {"event": "start", "streamSid": str(stream)}:
                    self.stream = stream
                    return translator.receive_from_client(self.settings)
                case {"event": "dtmf", "dtmf": {"digit": str(digit)}}:
                    pressed = {"type": "InjectUserMessage", "content": f"(The caller pressed {digit}.)"}
                    return translator.receive_from_client(json.dumps(pressed))
                case {"event": "stop"}:
                    return translator.client_closed(1000, "stop")
                case _:
                    pass
        except (ValueError, RecursionError):
            self.log(logging.WARNING, "what Twilio sent could not be read")
        return ()

    def tell(self, output: rt.SendToClient) -> None:
        """What the translator says, for Twilio. Of text it knows nothing."""
        match output:
            case rt.SendToClient(bytes(audio)):
                self.send("media", media={"payload": base64.b64encode(audio).decode()})
                self.sent += len(audio)
                if self.sent - self.marked >= MARK_BYTES:
                    self.mark()
            case rt.SendToClient(_, rt.deepgram.AgentAudioDone()):
                self.mark()
            case rt.SendToClient(_, rt.deepgram.UserStartedSpeaking()):
                self.send("clear")
            case rt.SendToClient(_, rt.deepgram.Error(_, code) | rt.deepgram.Warning(_, code)):
                self.log(logging.WARNING, "the agent has a problem", code=code)
            case _:
                pass

    def mark(self) -> None:
        """Twilio sends it back when it has played what came before, or dropped it."""
        if self.sent > self.marked:
            self.marked = self.sent
            self.send("mark", mark={"name": str(self.sent // 8)})  # milliseconds of mu-law

    def send(self, event: str, **fields: object) -> None:
        self.client.send(json.dumps({"event": event, "streamSid": self.stream, **fields}))


def serving(options: argparse.Namespace) -> AbstractAsyncContextManager[asyncio.Server]:
    """The running bridge. At the end it takes no more calls, and those it has are told and drained."""
    return sockets.listening(lambda caller: PhoneCall(options, caller), options, authorize)


def authorize(options: argparse.Namespace) -> access.Authorize:
    """Twilio alone, if TWILIO_AUTH_TOKEN is in the environment. Raises SetupError."""
    token = os.environ.get("TWILIO_AUTH_TOKEN")
    if token:
        return access.Twilio(token, options.public_url)
    return access.chosen(options, "TWILIO_AUTH_TOKEN in the environment")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = launch.common_options(__doc__, 8767, "/twilio")
    add = parser.add_argument
    add("--prompt", default="You answer the phone. Be brief.", help="(default: %(default)s)")
    add("--greeting", default="", help="what the agent says first (default: it waits for the caller)")
    url = "what the TwiML says (default: wss:// and what Twilio asks for)"
    add("--public-url", metavar="URL", help=url)
    return launch.parsed(parser, arguments)


if __name__ == "__main__":
    chosen = parse()
    launch.start(serving(chosen), chosen)
