"""Faults in the response slot (what stalls, fails or is refused, what waits for what) and in turns' ends."""

from __future__ import annotations

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_SLOT = "session/tables/slot.py"
_ACTIONS = "session/policies/response_slot/actions.py"
_EVENTS = "session/policies/response_slot/events.py"
_ENDING = "session/policies/function_calls/ending.py"
_TURN = "session/policies/user_turn.py"
_ERRORS = "mapping/errors.py"
_TURNS = "mapping/turns.py"

FAULTS: tuple[Fault, ...] = (
    Fault(
        "R1",
        "a response that stalls is waited for for ever",
        _EVENTS,
        "    return happen(call, env, SlotEvent.STALLED, ResponseFacts(outcome=failure))\n",
        "    return []\n",
    ),
    Fault(
        "R1",
        "an error that names nothing is not counted as the end of a response",
        _ACTIONS,
        '        env.start("error", env.limits.error_grace)\n',
        "",
    ),
    Fault(
        "R2",
        "our response answers a text that went upstream after its create",
        _ACTIONS,
        "        answered(slot, ours=True)\n",
        "        answered(slot, ours=False)\n",
    ),
    Fault(
        "R2",
        "a create that is refused for a running response takes its wish along",
        _ACTIONS,
        "    slot = call.slot\n    _keep(slot)\n    slot.unsettled",
        "    slot = call.slot\n    slot.unsettled",
    ),
    Fault(
        "R3",
        "a create that met an error of the server's is not asked again",
        _EVENTS,
        "        again = server and slot.create is not CreateState.ASKED_AGAIN\n",
        "        again = False\n",
    ),
    Fault(
        "R5",
        "a create that meets errors of the server's is asked again without end",
        _EVENTS,
        "        again = server and slot.create is not CreateState.ASKED_AGAIN\n",
        "        again = server\n",
    ),
    Fault(
        "R5",
        "an error whose code stands in its type is not known",
        _ERRORS,
        'errors.codes.get(named_code) or errors.codes.get(detail.type or "") or _by_words(message, errors)',
        "errors.codes.get(named_code) or Fault.OTHER",
    ),
    Fault(
        "R7",
        "the end of speech is not answered where no commit is announced",
        _TURN,
        '        env.start("uncommitted", env.limits.create_timeout)\n',
        "        pass\n",
    ),
    Fault(
        "R8",
        "calls whose outputs the server misses stay open there",
        _ENDING,
        "        given_up = _give_up(call, env) or _give_again(call, env, problem)\n",
        "        given_up: list[Effect] = []\n",
        by="tests",
    ),
    Fault(
        "R8",
        "the question that was refused for missing outputs is not asked again",
        _SLOT,
        'unanswered=Step(_FREE, "ask_again"),\n        failed=Step(_FREE, "fail"),\n'
        "        server_failed=Step",
        'unanswered=Step(_FREE, "fail"),\n        failed=Step(_FREE, "fail"),\n        server_failed=Step',
        by="tests",
    ),
    Fault(
        "F5",
        "calls of a response without an id are not followed",
        "session/entries.py",
        'return not self.over and self.response_id in ("", response_id)',
        "return not self.over and self.response_id == response_id != ''",
    ),
    Fault(
        "F8",
        "a call that ends in a response that was cut stays open upstream",
        "session/engine.py",
        "            self._run_on([event.item], response_id)\n",
        "            pass\n",
    ),
    Fault(
        "V1",
        "a commit that the server answered by itself is answered once more",
        "session/policies/response_slot/line.py",
        "    if wish is None or (wish.kind is WishKind.COMMITTED and running):\n",
        "    if wish is None:\n",
    ),
    Fault(
        "V2",
        "the component's microphone that never pauses is not committed",
        _TURNS,
        "_COMPONENT_DEFAULT = ManualCommit(debounce=0.4, ceiling=15.0)",
        "_COMPONENT_DEFAULT = ManualCommit(debounce=0.4)",
    ),
    Fault(
        "V2",
        "useOpenAIManualAudioCommit is without a ceiling",
        _TURNS,
        "    if agent.use_openai_manual_audio_commit is True:\n        return _COMPONENT_DEFAULT\n",
        "    if agent.use_openai_manual_audio_commit is True:\n        return ManualCommit(debounce=0.4)\n",
        by="tests",
    ),
    Fault(
        "T8",
        "without a speech_stopped the user has the turn for ever",
        _TURN,
        "    return () if earlier and state.speaking else over(call, env, event)\n",
        "    return ()\n",
    ),
)
