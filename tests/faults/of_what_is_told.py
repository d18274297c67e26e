"""Faults in what is told of errors and ends, in what Settings leave open, and in the bounds of a frame."""

from __future__ import annotations

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_ACTIONS = "session/policies/opening/actions.py"
_OPENING = "session/tables/opening.py"
_DETECTION = "session/tables/detection.py"
_USAGE = "session/policies/usage.py"
_SPEECH = "session/policies/user_speech.py"
_HOOKS = "wire/hooks.py"
_JSON = "wire/json.py"
_NOTICED = "session/policies/noticed.py"

FAULTS: tuple[Fault, ...] = (
    Fault(
        "S2",
        "a host that dialled early goes on with the model that it dialled",
        _ACTIONS,
        "    if model != env.config.model:\n        return [*effects, OpeningStep",
        "    if not model:\n        return [*effects, OpeningStep",
    ),
    Fault(
        "S2",
        "the socket of another model is left open",
        _ACTIONS,
        '    return (CloseUpstream(1000, "another model is wanted"),)',
        "    return ()",
    ),
    Fault(
        "S7",
        "a part that upstream refuses ends the call",
        _ACTIONS,
        "    if part is not None:\n        return leave_out(",
        "    if part is not None and state.refused_parts:\n        return leave_out(",
    ),
    Fault(
        "S7",
        "what upstream takes does not go again",
        _ACTIONS,
        "    return [refused, *send_update(state, env, cause)]",
        "    return [refused]",
    ),
    Fault(
        "S7",
        "a message that quotes the path is not read",
        "mapping/dispensable.py",
        '    return quoted[1] if quoted else ""',
        '    return ""',
    ),
    Fault(
        "S10",
        "audio of the component without a declared rate is taken for 24000",
        "deepgram/component.py",
        '    return 16000 if audio.encoding == "linear16" else 8000',
        '    return 24000 if audio.encoding == "linear16" else 8000',
    ),
    Fault(
        "S10",
        "Settings of the component need an agent",
        "deepgram/component.py",
        "    agent: ComponentAgent | str = attrs.field(factory=ComponentAgent)\n",
        "    agent: ComponentAgent | str\n",
    ),
    Fault(
        "V1",
        "speech that a server reports all the same proves nothing",
        _DETECTION,
        'DetectionEvent.SPEECH: Step(Detection.HEARD, "prove_by_speech")',
        "DetectionEvent.SPEECH: Step(Detection.OFF, because=_NO_PROOF)",
    ),
    Fault(
        "V1",
        "what the server has answered is committed once more",
        _DETECTION,
        '        DetectionEvent.RESPONDED: Step(Detection.ANSWERED, "let_go"),\n'
        '        DetectionEvent.PAUSED: Step(Detection.HEARD, "wait"),',
        "        DetectionEvent.RESPONDED: Step(Detection.HEARD, because=_NO_PROOF),\n"
        '        DetectionEvent.PAUSED: Step(Detection.HEARD, "wait"),',
        by="tests",
    ),
    Fault(
        "E1",
        "the client is told the host's organization",
        "mapping/errors.py",
        '    return masked(message) or "the upstream server reported an error"',
        '    return message or "the upstream server reported an error"',
    ),
    Fault(
        "E1",
        "a key alone is no identifier",
        "masking.py",
        '_PREFIXES = ("org-", "proj_", "req_", "sk-")',
        '_PREFIXES = ("org-", "proj_", "req_")',
    ),
    Fault(
        "E1",
        "an access error is quoted",
        "mapping/errors.py",
        "    if kind is Fault.ACCESS:",
        '    if kind is Fault.ACCESS and "Bearer" in message:',
    ),
    Fault(
        "E2",
        "a truncation that comes too late is an error, if no event is named",
        "openai/faults.py",
        '        "already shorter than",\n',
        "",
    ),
    Fault(
        "E2",
        "a truncation may not be refused",
        "session/policies/playback.py",
        "    env.ids.may_fail(event_id)\n    return [\n        env.upstream(openai.ConversationItemTruncate(",
        "    return [\n        env.upstream(openai.ConversationItemTruncate(",
    ),
    Fault(
        "E3",
        "the reason of a close is not read",
        "mapping/errors.py",
        "or _by_words(reason, errors)",
        "or Fault.OTHER",
    ),
    Fault(
        "E3",
        "a session that goes away after its longest time was interrupted",
        "session/policies/upstream_errors.py",
        "    return state.since is not None and env.now - state.since >= env.session_warning",
        "    return state.since is not None and env.now - state.since >= 3600",
        by="tests",
    ),
    Fault(
        "E6",
        "a full server is the fault of the client's Settings",
        _OPENING,
        'NO_SESSION: Step(Opening.CONFIGURING, "no_session")',
        'NO_SESSION: Step(Opening.CONFIGURING, "refuse_settings")',
    ),
    Fault(
        "O9",
        "the client is told of each transcription that fails",
        _SPEECH,
        "told = () if env.component or state.failed else",
        "told = () if env.component else",
    ),
    Fault(
        "O9",
        "the tokens of a response are not counted",
        _USAGE,
        '    return usage("response", event.response.usage)',
        "    return ()",
        by="tests",
    ),
    Fault(
        "O9",
        "an answer in text is missed as audio where only text was asked for",
        "session/policies/playback.py",
        "    if not (silent and said and env.plan.audible and",
        "    if not (silent and said and",
        by="tests",
    ),
    Fault(
        "L1",
        "a number beyond 2^53 is read",
        _HOOKS,
        "        if type(value) is int and not -MOST <= value <= MOST:",
        "        if type(value) is int and value < -MOST:",
        by="tests",
    ),
    Fault(
        "L1",
        "JSON may be nested as deep as a peer likes",
        _JSON,
        '            return text.count("{") + text.count("[") > MAX_DEPTH',
        "            return False",
        by="tests",
    ),
    Fault(
        "L4",
        "an UpdateThink may declare any number of functions",
        "deepgram/client_messages.py",
        '        ("think", "functions"): MOST_FUNCTIONS,\n',
        "",
        by="tests",
    ),
    Fault(
        "L4",
        "the elements of a list do not count as values",
        _JSON,
        '_MARKS: Final = ",:[{"',
        '_MARKS: Final = ":[{"',
        by="tests",
    ),
    Fault(
        "L5",
        "each Notice begins another minute",
        _NOTICED,
        "env.now - state.since >= _MINUTE:",
        "env.now - state.since >= 0.0:",
        by="tests",
    ),
    Fault(
        "L5",
        "the model that a client wants is logged whole",
        "notices.py",
        '_WRITTEN = frozenset(("asked", "call_id", "type"))',
        '_WRITTEN = frozenset(("call_id", "type"))',
        by="tests",
    ),
)
