"""Faults in the opening, in audio, texts and updates that go upstream, and in the bounds."""

from __future__ import annotations

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_OPENING = "session/policies/opening/actions.py"
_WAITING = "session/policies/opening/waiting.py"
_TABLE = "session/tables/opening.py"
_COMMIT = "session/policies/input_audio/commit.py"
_STREAM = "session/policies/input_audio/stream.py"
_WISHES = "session/policies/response_slot/wishes.py"

FAULTS: tuple[Fault, ...] = (
    Fault(
        "S2",
        "the update is sent again when upstream opens late",
        _OPENING,
        "    state.update_event, update = env.session_update(state.session)\n    return (update,)",
        "    state.update_event, update = env.session_update(state.session)\n    return (update, update)",
    ),
    Fault(
        "S3",
        "session.created makes the session ready",
        _OPENING,
        'return (notice("UPSTREAM_ABSORBED", type=event.type),)\n\n\ndef session_ends',
        "return (SessionReady(),)\n\n\ndef session_ends",
    ),
    Fault(
        "S4",
        "the greeting comes before SettingsApplied",
        "session/routes.py",
        "            opening.applied,\n            greeting.greet,\n",
        "            greeting.greet,\n            opening.applied,\n",
    ),
    Fault(
        "S5",
        "what comes while upstream configures the session does not wait",
        _TABLE,
        "    Opening.CONFIGURING: Gate.WAIT,",
        "    Opening.CONFIGURING: Gate.DELIVER,",
    ),
    Fault(
        "S6",
        "a second Settings configures the session again",
        _TABLE,
        'OpeningEvent.SETTINGS: Step(Opening.READY, "second_settings")',
        'OpeningEvent.SETTINGS: Step(Opening.CONFIGURING, "configure")',
    ),
    Fault(
        "S10",
        "the client is asked for a function by upstream's name for it",
        "session/policies/function_calls/asking.py",
        "    function_call.name = env.plan.own_name(function_call.name)\n",
        "",
    ),
    Fault(
        "V1",
        "the translator commits where the server does",
        "mapping/turns.py",
        "    return CommitPlan(create_response=turns.create_response, interrupt",
        "    return CommitPlan(manual=True, create_response=turns.create_response, interrupt",
    ),
    Fault(
        "V3",
        "nobody answers what the server commits without create_response",
        "session/policies/user_turn.py",
        "    return (ResponseWanted(WishKind.CONFIRMED),) if wanted else ()",
        "    return ()",
    ),
    Fault(
        "A2",
        "the tail of the resampler is not sent before a commit",
        _COMMIT,
        "    return *rest, commit, ResponseWanted",
        "    return commit, ResponseWanted",
    ),
    Fault(
        "A3",
        "an odd byte is dropped",
        "audio/resample.py",
        "        self._carry = data[size:]\n",
        "        self._carry = b''\n",
    ),
    Fault(
        "A5",
        "a commit of less than 100 ms",
        _STREAM,
        "MIN_COMMIT_MS = 100",
        "MIN_COMMIT_MS = 40",
    ),
    Fault(
        "A6",
        "a commit that meets a taken slot is forgotten",
        _WISHES,
        '    return [Proceed()] if _may_commit(call) else [notice("COMMIT_OWED"), Proceed()]\n',
        "    if not _may_commit(call):\n        call.audio.commit = type(call.audio.commit).NOT_DUE\n"
        '    return [Proceed()] if _may_commit(call) else [notice("COMMIT_OWED"), Proceed()]\n',
    ),
    Fault(
        "A7",
        "no ceiling: a flow of audio without a pause is never committed",
        _STREAM,
        '        timers.set("ceiling", now + ceiling)',
        '        timers.cancel("ceiling")',
    ),
    Fault(
        "A8",
        "what waits is let go in another order",
        _WAITING,
        "    return [Deliver(entry) for entry in waiting]",
        "    return [Deliver(entry) for entry in reversed(waiting)]",
    ),
    Fault(
        "T1",
        "a text goes upstream twice",
        "session/policies/user_text.py",
        "        return sent, *told\n",
        "        return sent, sent, *told\n",
    ),
    Fault(
        "T1",
        "the response to a text is asked for before the text is confirmed, and then again",
        "session/policies/user_text.py",
        "        return sent, *told\n",
        "        return sent, *told, ResponseWanted(WishKind.SENT)\n",
    ),
    Fault(
        "T2",
        "an update is sent while a response is active",
        "session/policies/updates.py",
        "    if call.slot.state is not SlotState.FREE or not state.due:\n",
        "    if not state.due:\n",
    ),
    Fault(
        "T2",
        "only the first of several updates is acknowledged",
        "session/policies/updates.py",
        "[update.type]) for update in made]",
        "[update.type]) for update in made[:1]]",
    ),
    Fault(
        "T2",
        "the late answer to an update that was given up confirms the next one",
        "session/policies/updates.py",
        "    if not state.given_up:\n        return False\n",
        "    if not state.given_up or state.sent:\n        return False\n",
        by="tests",
    ),
    Fault(
        "T3",
        "a text to say is forgotten while a response runs",
        "session/policies/response_slot/line.py",
        "    if wish.alone or all(each.kind is not kind for each in slot.wishes):\n",
        "    if wish.alone and slot.responding:\n        return\n"
        "    if wish.alone or all(each.kind is not kind for each in slot.wishes):\n",
    ),
    Fault(
        "G1",
        "the greeting becomes an item of the conversation",
        "session/policies/greeting.py",
        '    return env.text("assistant", env.plan.greeting)\n',
        '    told = env.text("assistant", env.plan.greeting)\n'
        "    return [*told, ResponseWanted(WishKind.SPEECH, env.plan.greeting)]\n",
    ),
    Fault(
        "G2",
        "a client with a history is greeted once more",
        "mapping/settings.py",
        "    if has_context:  # G2",
        "    if has_context and False:  # G2",
    ),
    Fault(
        "C1",
        "all items of the context have one id",
        "session/items.py",
        '    inner = {"id": named.item_id, **shapes.item(_by_its_call(item, env), env.server)}\n',
        '    inner = {"id": "same", **shapes.item(_by_its_call(item, env), env.server)}\n',
    ),
    Fault(
        "I1",
        "silence is sent once and never again",
        _STREAM,
        '    env.repeat("keepalive", keepalive.every)\n',
        "",
    ),
    Fault(
        "I1",
        "the buffer is cleared of what the user said",
        _STREAM,
        "    if state.uncommitted or state.server_holds:\n        return ()\n    state.silent = False",
        "    state.silent = False",
    ),
    Fault(
        "L2",
        "what waited is kept after it was delivered",
        _WAITING,
        "    waiting, state.waiting = state.waiting, []",
        "    waiting = state.waiting",
    ),
)
