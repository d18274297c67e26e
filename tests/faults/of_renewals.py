"""Faults in how a call outlives its upstream session (N)."""

from __future__ import annotations

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_RENEWING = "session/policies/opening/renewing.py"
_RENEWALS = "session/renewals.py"
_LEDGER = "session/policies/ledger.py"
_SLOT = "session/policies/response_slot/legs.py"
_CALLS = "session/policies/function_calls/ending.py"
_ANSWERS = "session/policies/function_calls/answers.py"
_AUDIO = "session/policies/input_audio/stream.py"
_WAITING = "session/policies/opening/waiting.py"
_TEXTS = "session/policies/user_text.py"
_ERRORS = "session/policies/upstream_errors.py"
_TRANSLATOR = "translator.py"

FAULTS: tuple[Fault, ...] = (
    Fault(
        "N1",
        "an expired session is renewed although nobody wants that",
        _RENEWALS,
        "    renewal, state = env.config.renewal, call.opening\n"
        "    if renewal is None or not OPENING[call.phase][OpeningEvent.LOST].action:\n"
        "        return False\n"
        "    if not state.settings:  # the call began with a `Config` without renewals: nothing was kept for"
        " one\n"
        "        return False\n",
        "    renewal, state = env.config.renewal or Renewal(), call.opening\n"
        "    if not OPENING[call.phase][OpeningEvent.LOST].action:\n"
        "        return False\n",
        by="tests",
    ),
    Fault(
        "N2",
        "refused access is dialled again",
        _ERRORS,
        '        return REFUSED if renews(call, env, refused=True) else ""\n',
        "        return REFUSED\n",
        by="tests",
    ),
    Fault(
        "N3",
        "a planned renewal breaks off what is under way",
        "session/engine.py",
        "        return call.slot.idle and not (busy or owed)\n",
        "        return not (busy or owed)\n",
        by="tests",
    ),
    Fault(
        "N4",
        "the old socket stays open when another session is dialled",
        _RENEWING,
        '    return [] if cause.closed else [CloseUpstream(1000, "another session takes its place")]\n',
        "    return []\n",
        by="tests",
    ),
    Fault(
        "N4",
        "what an old socket says counts for the one that a timer has just dialled",
        _TRANSLATOR,
        '        self._begin("upstream_closed")\n        if self._engine.call.opening.leg != at_hand:\n'
        "            return self._engine.take()\n",
        '        self._begin("upstream_closed")\n',
        by="tests",
    ),
    Fault(
        "N5",
        "another session is not asked for what updates changed",
        "mapping/renewed.py",
        "    session = _merged(unstructure(mapped.session), unstructure(changed) if changed else {})\n",
        "    session = _merged(unstructure(mapped.session), {})\n",
        by="tests",
    ),
    Fault(
        "N6",
        "a function call is told without its output",
        _LEDGER,
        "    return context.call(context.call_id(entry.call_id), name, entry.arguments, entry.text)\n",
        "    return context.call(context.call_id(entry.call_id), name, entry.arguments, entry.text)[:1]\n",
        by="tests",
    ),
    Fault(
        "N6",
        "the client is warned of an item that another session does not take",
        _ERRORS,
        " or _is_told_again(call, env, problem):\n",
        ":\n",
        by="tests",
    ),
    Fault(
        "N7",
        "what the agent said is not told to another session",
        "session/policies/user_speech.py",
        '    return [*env.text("assistant", text), *kept(env, LedgerEntry("assistant", text))]\n',
        '    return list(env.text("assistant", text))\n',
        by="tests",
    ),
    Fault(
        "N7",
        "what is kept for another session grows without end",
        _LEDGER,
        "    while len(state.entries) > renewal.ledger_items or",
        "    while",
        by="tests",
    ),
    Fault(
        "N8",
        "a turn whose answer broke off does not end for the client",
        "session/policies/agent_turn.py",
        "    return _ended(call, env, call.slot.active) if is_over(call, env) else ()\n",
        "    return ()\n",
        by="tests",
    ),
    Fault(
        "N9",
        "a question that had no response is forgotten with its session",
        _SLOT,
        "    call.slot.wishes = alone\n",
        "    call.slot.wishes = []\n",
        by="tests",
    ),
    Fault(
        "N10",
        "the output of a call goes to a session that knows nothing of the call",
        _ANSWERS,
        "    effects = _made_here(env, function_call) if function_call.elsewhere else list[Effect]()\n",
        "    effects = list[Effect]()\n",
        by="tests",
    ),
    Fault(
        "N11",
        "a text that was not confirmed is lost with its session",
        _TEXTS,
        "    state.waiting = [each for each in state.waiting if each.text]\n",
        "    state.waiting = []\n",
        by="tests",
    ),
    Fault(
        "N12",
        "what the user says between two sessions is lost",
        _WAITING,
        "    state.audio_bytes += len(frame)\n    _add_audio(state, env, frame)\n    client,",
        "    state.audio_bytes += len(frame)\n    client,",
        by="tests",
    ),
    Fault(
        "N12",
        "what was not committed does not go again",
        _AUDIO,
        "    state.again += kept\n",
        "",
        by="tests",
    ),
    Fault(
        "N13",
        "a session is told to cut what another one said",
        "session/policies/playback.py",
        '        each.item_id = ""\n    state.answered',
        "        pass\n    state.answered",
        by="tests",
    ),
    Fault(
        "N14",
        "attempts follow one another at once",
        _RENEWING,
        "    if delay > 0:\n",
        "    if delay < 0:\n",
        by="tests",
    ),
    Fault(
        "N15",
        "another session is dialled for ever",
        _RENEWING,
        "    exhausted = made >= chances(renewal)\n",
        "    exhausted = False\n",
        by="tests",
    ),
    Fault(
        "N15",
        "who began with an expiry hears of a server's error",
        _RENEWING,
        "    if state.cause == EXPIRED:\n",
        "    if state.cause == AGE:\n",
        by="tests",
    ),
    Fault(
        "N16",
        "the client is told that a session ends that is renewed",
        "session/policies/opening/actions.py",
        "    if not (env.component or planned):\n",
        "    if not env.component:\n",
        by="tests",
    ),
    Fault(
        "N17",
        "items that a session refused count as told",
        _RENEWING,
        "        items=ledger.replayed - ledger.refused,\n",
        "        items=ledger.replayed,\n",
        by="tests",
    ),
    Fault(
        "N18",
        "timers of a session that is gone run on",
        _RENEWING,
        "        env.timers.cancel(name)\n    state",
        "        pass\n    state",
        by="tests",
    ),
    Fault(
        "N19",
        "the call stays with a server that is gone",
        _RENEWING,
        "        env.turn_to((env.row + 1) % (1 + len(renewal.fallback)))\n",
        "        env.turn_to(env.row)\n",
        by="tests",
    ),
    Fault(
        "N19",
        "a server that refuses access is dialled again",
        _RENEWALS,
        "    servers = max(made - 1, 0) // renewal.attempts + 1\n    return servers * renewal.attempts\n",
        "    return made\n",
        by="tests",
    ),
    Fault(
        "N19",
        "the host is not told which server to dial",
        "session/policies/opening/actions.py",
        "server.name if env.row else",
        '"" if env.row else',
        by="tests",
    ),
    Fault(
        "N20",
        "what one server has shown is held against the next",
        "session/env.py",
        "        self.row, self.flat, self.ids.heads = row, False, {}\n",
        "        self.row = row\n",
        by="tests",
    ),
    Fault(
        "N20",
        "audio that waits goes up in the format of the server before",
        "session/policies/input_audio/stream.py",
        "        _convert_again(state, env, before, path.upstream)\n",
        "        pass\n",
        by="tests",
    ),
    Fault(
        "N20",
        "another server is asked for the voice of the one before",
        "mapping/elsewhere.py",
        '_BY_SERVER = ("voice", "speed",',
        '_BY_SERVER = ("speed",',
        by="tests",
    ),
)
