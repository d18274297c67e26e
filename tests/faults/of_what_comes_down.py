"""Faults in responses, function calls, what the client is told, barge-in, errors and time."""

from __future__ import annotations

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_OPENING = "session/policies/opening/actions.py"
_SLOT = "session/tables/slot.py"
_WISHES = "session/policies/response_slot/wishes.py"
_ACTIONS = "session/policies/response_slot/actions.py"
_EVENTS = "session/policies/response_slot/events.py"
_KNOWN = "session/policies/function_calls/known.py"
_ASKING = "session/policies/function_calls/asking.py"
_ANSWERS = "session/policies/function_calls/answers.py"
_ENDING = "session/policies/function_calls/ending.py"
_CLOSING = "session/policies/function_calls/closing.py"
_TURN = "session/policies/agent_turn.py"
_TEXT = "session/policies/agent_text.py"
_SPEECH = "session/policies/user_speech.py"

FAULTS: tuple[Fault, ...] = (
    Fault(
        "R1",
        "the slot is free when the audio of a response has ended",
        "session/routes.py",
        "_on(openai.ResponseOutputAudioDone,",
        "_on(openai.ResponseOutputAudioDone, lambda call, env, _: events.quiet(call, env),",
    ),
    Fault(
        "R2",
        "wishes do not wait for the slot",
        _WISHES,
        "    if call.slot.state is not SlotState.FREE:\n        return ()\n    if _may_commit",
        "    if _may_commit",
    ),
    Fault(
        "R3",
        "a create that met the server's own response is not asked for again",
        _ACTIONS,
        "        keep(slot, running=slot.state is SlotState.RUNNING)\n",
        "        pass\n",
    ),
    Fault(
        "R4",
        "a response that only falls silent is never over",
        _SLOT,
        '        quiet=Step(_FREE, "end_unannounced"),\n        overdue=Step(_FREE',
        "        quiet=Step(_RUNNING),\n        overdue=Step(_FREE",
    ),
    Fault(
        "R6",
        "two events have the same id",
        "session/env.py",
        'self.count += 1\n        return f"{self.prefix}_{self.count}"',
        'self.count = 1\n        return f"{self.prefix}_{self.count}"',
    ),
    Fault(
        "R7",
        "a committed turn that meets a running response is not answered",
        _SLOT,
        'committed=Step(_RUNNING, "wish"),\n        quiet=Step(_FREE',
        "committed=Step(_RUNNING),\n        quiet=Step(_FREE",
    ),
    Fault(
        "R8",
        "a wish does not wait for an unanswered function call",
        _WISHES,
        "    calls_wait = call.calls.unanswered",
        "    calls_wait = False",
    ),
    Fault(
        "F1",
        "a call is asked for at each announcement",
        _ASKING,
        "    if function_call is None or function_call.asked:\n        return []",
        "    if function_call is None:\n        return []",
    ),
    Fault(
        "F1",
        "a call whose id was used before is taken for that call",
        _KNOWN,
        "        return bool(item_id and function_call.item_id)",
        "        return False",
    ),
    Fault(
        "F1",
        "without items, a call of a later response is taken for the one before",
        _KNOWN,
        "    return bool(before and response_id) and before != response_id",
        "    return False",
        by="tests",
    ),
    Fault(
        "F1",
        "the client knows two calls by one id",
        _ASKING,
        "len(call_id) > MAX_ID or is_taken(state, call_id)",
        "len(call_id) > MAX_ID",
    ),
    Fault(
        "F1",
        "a whole call whose item never ends is dropped with its response",
        _ENDING,
        "[each for each in calls if each.name and each.state is FunctionCallState.WHOLE]",
        "[]",
        by="tests",
    ),
    Fault(
        "F3",
        "the response after function calls is asked for after each output",
        _CLOSING,
        "    if not fresh or not all(each.answered for each in calls):",
        "    if not fresh:",
        by="tests",
    ),
    Fault(
        "F3",
        "no response is asked for after function calls",
        _CLOSING,
        "    return [ResponseWanted(WishKind.SENT)]",
        "    return []",
    ),
    Fault(
        "F4",
        "a second answer goes upstream as well",
        _ANSWERS,
        '    return "the call is answered already" if function_call.answered else ""',
        '    return ""',
    ),
    Fault(
        "F5",
        "a response whose done never comes is waited for for ever",
        _ANSWERS,
        '            env.start("follow_up", env.limits.follow_up_timeout)',
        '            env.timers.cancel("follow_up")',
    ),
    Fault(
        "F8",
        "calls that are cancelled are not closed upstream",
        _ENDING,
        "    return [*told, *closed, CallsOver()",
        "    return [*told, CallsOver()",
    ),
    Fault(
        "F8",
        "the client is asked for a whole call of a response that failed",
        _ENDING,
        "    if signal.cut or signal.failed:",
        "    if signal.cut:",
        by="tests",
    ),
    Fault(
        "O1",
        "the first audio of a turn is lost",
        "session/engine.py",
        "            self.perform(agent_turn.step(call, env, TurnEvent.AUDIO))\n",
        "            self.perform(agent_turn.step(call, env, TurnEvent.AUDIO))\n            return\n",
    ),
    Fault(
        "O2",
        "the agent starts to speak without a word of it",
        _TURN,
        "    return [*_latencies(state, env), *announce(state, env), *start_sound(state, env)]",
        "    return [*_latencies(state, env), *start_sound(state, env)]",
    ),
    Fault(
        "O3",
        "an announcement after the first tells the text again",
        _TEXT,
        "        _remember(state, Told(part.item_id, part.index, words, part.response_id))\n"
        "        return False",
        "        return False",
    ),
    Fault(
        "O4",
        "the agent's words do not wait for the user's",
        _SPEECH,
        "    if env.component or not _pending(state) or",
        "    if True or env.component or not _pending(state) or",
    ),
    Fault(
        "O4",
        "transcripts are told in the order in which they come",
        _SPEECH,
        "_wait_no_longer(state, env)\n    return _advance(state, env)\n",
        "_wait_no_longer(state, env)\n    _settle(state, item_id)\n    return [*_tell(env, heard, text)]\n",
    ),
    Fault(
        "O5",
        "the end of a response without calls ends no turn",
        _TURN,
        "    return ended if left_calls(call, response_id) else [*ended, *step(call, env, TurnEvent.OVER)]\n",
        "    return ended\n",
    ),
    Fault(
        "O6",
        "the client is not told that the user speaks",
        "session/policies/user_turn.py",
        "[TextDue(), fixed(deepgram.UserStartedSpeaking)]",
        "[TextDue()]",
    ),
    Fault(
        "B1",
        "audio of a response that was cut goes to the client",
        "session/tables/response.py",
        'ResponseEvent.INTERRUPTED: Step(ResponseState.CUT, "cut"),',
        'ResponseEvent.INTERRUPTED: Step(ResponseState.UNDER_WAY, "cut"),',
    ),
    Fault(
        "B2",
        "a response is cancelled that the server cancels by itself",
        "session/policies/response_slot/lives.py",
        "interrupt(slot, env, by_us=not signal.server_cancels)",
        "interrupt(slot, env, by_us=True)",
    ),
    Fault(
        "B3",
        "an item is truncated past what was received",
        "session/policies/playback.py",
        "        end_ms = min(max(heard_ms, 1), item.size * 1000 // per_second)",
        "        end_ms = max(heard_ms, item.size * 1000 // per_second) + 1",
    ),
    Fault(
        "B3",
        "nothing is truncated",
        "session/hearing.py",
        "    return [each for each in state.items if each.begin + each.size > position]",
        "    return []",
    ),
    Fault(
        "E2",
        "the client hears of errors that need no attention",
        "session/policies/upstream_errors.py",
        "    if problem.fault in _SILENT or _is_expected(env, problem) or ",
        "    if _is_expected(env, problem) or ",
    ),
    Fault(
        "E5",
        "upstream stays open when the client goes",
        _OPENING,
        '    return notice("CLIENT_CLOSED", code=cause.code), CloseUpstream(1000, "client closed")',
        '    return (notice("CLIENT_CLOSED", code=cause.code),)',
    ),
    Fault(
        "E5",
        "timers run on after the end",
        "session/performer.py",
        "            self.env.timers.clear()\n",
        "",
    ),
    Fault(
        "Always true 6",
        "a snapshot puts deadlines off by a quarter of a second",
        "session/snapshot.py",
        "        _shift(data, path, -now)",
        "        _shift(data, path, -now - 0.25)",
    ),
    Fault(
        "Time 1",
        "timers that are due fire after the input instead of before it",
        "translator.py",
        "            while (due := env.timers.pop(now)) is not None:",
        "            while (due := env.timers.pop(now - 0.125)) is not None:",
    ),
    Fault(
        "Time 4",
        "a clock that goes backwards is believed",
        "translator.py",
        "            now = self._sound(now)\n",
        "            pass\n",
    ),
)
