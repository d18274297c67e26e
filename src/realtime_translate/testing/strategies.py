"""Hypothesis strategies: Settings, whole clients, and the choices of a server. Needs `hypothesis`.

Only modules that need it import Hypothesis, and nothing else of the package imports those:
`from realtime_translate.testing import strategies` where it is installed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Protocol, TypeAlias, cast

import attrs
import hypothesis.strategies as st

from ..config import ClientDialect
from .drawn import DrawnChoices, choices

__all__ = [
    "AnswerCall",
    "ClientStep",
    "DrawnChoices",
    "JsonObject",
    "Send",
    "Wait",
    "choices",
    "client_scripts",
    "settings",
]

JsonObject: TypeAlias = "dict[str, object]"
Strategy = st.SearchStrategy

_DEEPGRAM = ClientDialect.DEEPGRAM
_TICK = 1 / 1024
"""Durations are multiples of this, in seconds, so that sums of them are exact."""
_COMMON_RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)
_DEFAULT_FORMAT: Mapping[str, object] = {"encoding": "linear16", "sample_rate": 24000}
_PLAIN_FORMATS = (
    _DEFAULT_FORMAT,
    {"encoding": "mulaw", "sample_rate": 8000},
    {"encoding": "alaw", "sample_rate": 8000},
)
"""What needs no conversion."""


# --- what a client does ---------------------------------------------------------------------------


def _briefly(frame: str | bytes) -> str:
    """A long frame of one sample as the product that it is: reports of failures stay readable."""
    if isinstance(frame, bytes) and len(frame) > 8 and frame.count(frame[0]) == len(frame):
        return f"{frame[:1]!r} * {len(frame)}"
    return repr(frame)


class _Printer(Protocol):
    def text(self, text: str) -> None: ...


@attrs.frozen
class Send:
    """The client sends a frame: `str` as text, `bytes` as binary."""

    frame: str | bytes = attrs.field(repr=_briefly)

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:
        """Hypothesis would print the fields of an attrs class in full."""
        printer.text(repr(self))


@attrs.frozen
class Wait:
    """The client does nothing for so many seconds, a multiple of 1/1024."""

    seconds: float


@attrs.frozen
class AnswerCall:
    """The client answers one of the function calls that wait, if any: number `which`, modulo their number."""

    which: int
    content: str


ClientStep: TypeAlias = "Send | Wait | AnswerCall"


# --- values ---------------------------------------------------------------------------------------

_words = st.text(min_size=1, max_size=20)
_names = st.from_regex(r"[A-Za-z0-9_-]{1,16}", fullmatch=True)
_json: Strategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_headers = st.dictionaries(_names, st.text(max_size=10), max_size=2)


def _object(
    required: Mapping[str, Strategy[object]], **optional: Strategy[object]
) -> Strategy[dict[str, object]]:
    """A JSON object with all of `required` and any of `optional`."""
    return st.fixed_dictionaries(dict(required), optional=optional)


def _rates() -> Strategy[int]:
    """Samples a second: those in use, and any other that works."""
    return st.sampled_from(_COMMON_RATES) | st.integers(8000, 48000)


def _plain() -> Strategy[JsonObject]:
    """A copy, which the caller may change."""
    return st.sampled_from(_PLAIN_FORMATS).map(dict[str, object])


def _input_format() -> Strategy[JsonObject]:
    encodings = st.sampled_from(["linear16", "mulaw", "alaw"])
    return _plain() | _object({"encoding": encodings, "sample_rate": _rates()})


def _output_format() -> Strategy[JsonObject]:
    """Parts may be left to their defaults; G.711 comes at 8000 only."""
    linear = _object({}, encoding=st.just("linear16"), sample_rate=_rates())
    g711 = _object({"encoding": st.sampled_from(["mulaw", "alaw"])}, sample_rate=st.just(8000))
    more = _object({}, container=st.sampled_from(["none", "wav"]), bitrate=st.just(48000))
    return st.tuples(_plain() | linear | g711, more).map(lambda parts: {**parts[0], **parts[1]})


# --- Settings -------------------------------------------------------------------------------------


def settings(dialect: ClientDialect = _DEEPGRAM) -> Strategy[JsonObject]:
    """`Settings` messages that a client of that dialect may send and that can work, as JSON objects.

    Their formats are all that a translator takes, so most need the `resample` extra. With
    `ClientDialect.COMPONENT` they have the dialect's own fields too, with valid values and with any others,
    which a translator leaves out.
    """
    return _settings(dialect)


@cache  # scripts draw from it again and again, and Hypothesis looks through each new strategy
def _settings(dialect: ClientDialect) -> Strategy[JsonObject]:
    audio = _object({}, input=_input_format(), output=_output_format())
    return _object(
        {"type": st.just("Settings"), "audio": audio, "agent": _agent(dialect)},
        tags=st.lists(_words, max_size=2),
        experimental=st.booleans(),
        flags=_object({}, history=st.booleans()),
        mip_opt_out=st.booleans(),
    )


def _agent(dialect: ClientDialect) -> Strategy[JsonObject]:
    own = {} if dialect is _DEEPGRAM else _component_agent()
    think = _think(dialect)
    speak = _object({"provider": _speak_provider()}, endpoint=_endpoint())
    return _object(
        {},
        language=st.sampled_from(["en", "en-US", "de", "multi"]),
        context=_object({}, messages=st.lists(_context_message(), max_size=4)),
        listen=_object({"provider": _listen_provider()}),
        think=think | st.lists(think, max_size=2),
        think_live=_object({"provider": _object({"type": st.just("deepgram")})}),
        speak=speak | st.lists(speak, max_size=2),
        greeting=st.text(max_size=20),
        **own,
    )


def _endpoint() -> Strategy[JsonObject]:
    return _object({"url": st.just("https://example.test/x")}, headers=_headers)


def _context_message() -> Strategy[JsonObject]:
    history = {"type": st.just("History")}
    text = _object({**history, "role": st.sampled_from(["user", "assistant"]), "content": _words})
    call = _object(
        {
            "id": _names | st.text(min_size=1, max_size=50),
            "name": _names,
            "client_side": st.booleans(),
            "arguments": st.just("{}") | st.text(max_size=10),
            "response": st.text(max_size=10),
        }
    )
    return text | _object({**history, "function_calls": st.lists(call, max_size=2)})


def _listen_provider() -> Strategy[JsonObject]:
    keyterms = st.lists(_words, max_size=3)
    first = _object(
        {"type": st.just("deepgram")},
        version=st.just("v1"),
        model=st.just("nova-3"),
        language=st.sampled_from(["en", "de-CH", "multi", ""]),
        keyterms=keyterms,
        smart_format=st.booleans(),
    )
    flux = {"type": st.just("deepgram"), "version": st.just("v2"), "model": st.just("flux-general-multi")}
    second = _object(
        flux,
        language_hints=st.lists(st.sampled_from(["en", "es"]), max_size=2),
        keyterms=keyterms,
        eot_threshold=st.floats(0.5, 0.9),
        eot_timeout_ms=st.integers(500, 10000),
    )
    return first | second


def _think(dialect: ClientDialect) -> Strategy[JsonObject]:
    provider = _object(
        {"type": st.sampled_from(["open_ai", "anthropic", "google"]), "model": _models()},
        version=st.just("v1"),
        temperature=st.floats(0, 2),
    )
    own = {} if dialect is _DEEPGRAM else _component_think()
    return _object(
        {"provider": provider},
        endpoint=_endpoint(),
        functions=st.lists(_function(), max_size=3, unique_by=lambda each: str(each["name"])),
        prompt=st.text(max_size=40),
        context_length=st.just("max") | st.integers(1, 10**6),
        **own,
    )


def _models() -> Strategy[str]:
    return st.sampled_from(["gpt-4o-mini", "gpt-realtime-2.1", "gpt-realtime-mini", "gemini-2.5-flash"])


def _function() -> Strategy[JsonObject]:
    kind = {"type": st.just("object")}
    schema = _object(
        kind, properties=st.dictionaries(_names, _object({"type": st.just("string")}), max_size=2)
    )
    endpoint = _object(
        {"url": st.just("https://example.test/f"), "method": st.just("post")}, headers=_headers
    )
    return _object(
        {"name": _names},
        description=st.text(max_size=20),
        parameters=schema | _object({}),
        endpoint=endpoint,
        defer_until_eot=st.booleans(),
    )


def _speak_provider() -> Strategy[JsonObject]:
    deepgram = _object(
        {
            "type": st.just("deepgram"),
            "model": st.sampled_from(["aura-2-thalia-en", "aura-asteria-en", "flux-kit-en"]),
        },
        speed=st.floats(0, 4),
    )
    open_ai = _object(
        {
            "type": st.just("open_ai"),
            "model": st.just("tts-1"),
            "voice": st.sampled_from(["alloy", "nova", "coral"]),
        }
    )
    cartesia = _object(
        {"type": st.just("cartesia"), "model_id": st.just("sonic-2")},
        voice=_object({"mode": st.just("id"), "id": st.just("v-77")}),
        volume=st.floats(0.5, 2),
    )
    return deepgram | open_ai | cartesia


def _component_think() -> dict[str, Strategy[object]]:
    tool = _object({"type": st.just("function"), "name": _names})
    prompt = _object({"id": _names}, version=_names, variables=st.dictionaries(_names, _words, max_size=2))
    return {
        "toolChoice": st.sampled_from(["auto", "none", "required"]) | tool | _json,
        "outputModalities": st.lists(st.sampled_from(["text", "audio"]), max_size=3) | _json,
        "maxOutputTokens": st.integers(-1, 5000) | _json,
        "managedPrompt": prompt | _json,
    }


def _component_agent() -> dict[str, Strategy[object]]:
    kinds = ["audio/pcm", "audio/pcmu", "audio/pcma", "audio/mpeg"]
    audio_format = _object({"type": st.sampled_from(kinds)}, rate=st.just(24000))
    audio = _object(
        {},
        format=audio_format | _json,
        speed=st.floats(0, 2) | _json,
        voice=_words | _object({"id": _words}) | _json,
    )
    return {
        "idleTimeoutMs": st.sampled_from([-1, 0, 10000]) | st.integers(-10, 10**5) | _json,
        "sessionAudioOutput": audio | _json,
        "useOpenAIManualAudioCommit": st.booleans() | _json,
    }


# --- clients --------------------------------------------------------------------------------------


@st.composite
def client_scripts(
    draw: st.DrawFn, dialect: ClientDialect = _DEEPGRAM, *, wild: bool = False
) -> tuple[ClientStep, ...]:
    """What one client does in a call: one Settings, and before and after it what its dialect allows.

    Audio is in the declared format and cut anywhere. A `wild` client also sends what it must not: frames
    that are no JSON, unknown types, a second Settings, messages before Settings.
    """
    configured = draw(settings(dialect))
    faults = [_faults(configured)] if wild else []
    early: list[Strategy[ClientStep]] = [_keep_alives(), _waits(), *faults]
    declared = _declared_input(configured)
    audio = _audio(cast(int, declared["sample_rate"]), 2 if declared["encoding"] == "linear16" else 1)
    if dialect is not _DEEPGRAM:  # it may speak before Settings, in the format of the default (S5)
        early += [_texts(), audio] if declared == _DEFAULT_FORMAT else [_texts()]
    late = [_keep_alives(), _waits(), _texts(), audio, _answers(), *faults]
    before = draw(st.lists(st.one_of(early), max_size=4))
    after = draw(st.lists(st.one_of(late), max_size=16))
    return (*before, _message(configured), *after)


def _declared_input(configured: JsonObject) -> Mapping[str, object]:
    audio = cast("dict[str, JsonObject]", configured["audio"])
    return audio.get("input", _DEFAULT_FORMAT)


def _message(message: Mapping[str, object]) -> Send:
    return Send(json.dumps(message))


@cache
def _keep_alives() -> Strategy[ClientStep]:
    return st.just(_message({"type": "KeepAlive"}))


@cache
def _waits() -> Strategy[ClientStep]:
    ticks = st.sampled_from([0, 1, 64, 409, 512, 1024, 4096, 12000]) | st.integers(0, 3000)
    return ticks.map(lambda count: Wait(count * _TICK))


@cache
def _texts() -> Strategy[ClientStep]:
    return _words.map(lambda words: _message({"type": "InjectUserMessage", "content": words}))


def _audio(rate: int, width: int) -> Strategy[ClientStep]:
    """Mostly whole frames of 20 to 200 ms, now and then crumbs that cut a sample in two."""
    frames = st.sampled_from([20, 60, 100, 200]).map(lambda ms: rate * ms // 1000 * width)
    sizes = frames | frames | st.integers(0, 5)
    return st.builds(_run_of, st.sampled_from([0, 16, 255]), sizes)


def _run_of(sample: int, size: int) -> Send:
    return Send(bytes([sample]) * size)


@cache
def _answers() -> Strategy[ClientStep]:
    content = st.sampled_from(["{}", '{"degrees": 12}', ""])
    return st.builds(AnswerCall, st.integers(0, 5), content)


def _faults(configured: JsonObject) -> Strategy[ClientStep]:
    """What a client must not send."""
    frames: list[JsonObject] = [
        configured,
        {"type": "NoSuchMessage"},
        {"type": "InjectUserMessage"},
        {"type": "InjectUserMessage", "content": 7},
        {"type": "InjectUserMessage", "content": "early"},
        {"type": "FunctionCallResponse", "id": "call_nobody", "name": "nothing", "content": "{}"},
        {"type": "UpdatePrompt", "prompt": "more"},
        {"no": "type"},
    ]
    texts = st.sampled_from([json.dumps(each) for each in frames] + ["", "{", "[]", "null", '{"type": NaN}'])
    return (texts | st.text(max_size=20)).map(Send)
