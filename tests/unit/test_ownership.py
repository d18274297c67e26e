"""A policy reads the whole call, and changes its own part of it alone: looked up in the source of each.

What a function changes is what it assigns to, deletes, or calls a method on that changes a list, a dictionary
or a set. Where that comes from is followed through the names of the function: to `call.PART`, or to a
parameter whose type belongs to a part of the call.
"""

from __future__ import annotations

import ast
import re
import typing
from collections.abc import Iterator

import attrs
import pytest
from attrs import field, frozen

from realtime_translate.session import state
from realtime_translate.session.state import Call
from tests.unit.test_architecture import FILES, PACKAGE, TREES

POLICIES = PACKAGE / "session" / "policies"
OWN = {
    "agent_text": "agent_text",
    "agent_turn": "turn",
    "function_calls": "calls",
    "greeting": "",
    "input_audio": "audio",
    "ledger": "ledger",
    "noticed": "noticed",
    "opening": "opening",
    "past": "past",
    "playback": "playback",
    "refusals": "",
    "response_slot": "slot",
    "spellings": "spellings",
    "updates": "updates",
    "upstream_errors": "errors",
    "usage": "",
    "user_speech": "user_speech",
    "user_text": "user_texts",
    "user_turn": "user_turn",
}
"""Of each policy, its part of the call."""
STATES = {"agent_turn": "turn_state"}
"""The state of a table that a policy owns besides; `phase` is the engine's."""
CHANGES = {
    "add",
    "append",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
}
"""Methods that change what they are called on."""
WHOLE = "the whole call"
Function: typing.TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda"


def classes_of(kind: type) -> Iterator[type]:
    """A class of the state, and those of what its fields hold."""
    yield kind
    hints = typing.get_type_hints(kind)
    for name in re.findall(r"\w+", " ".join(str(hints[each.name]) for each in attrs.fields(kind))):
        inner = getattr(state, name, None)
        if isinstance(inner, type) and attrs.has(inner) and inner.__module__ == state.__name__:
            yield from classes_of(inner)


PARTS = {
    each.name: kind
    for each in attrs.fields(Call)
    if attrs.has(kind := typing.get_type_hints(Call)[each.name])
}
PART_OF = {each.__name__: part for part, kind in PARTS.items() for each in classes_of(kind)}
"""Of each class of the state, the part of the call that its objects are in."""


@frozen
class Origins:
    """What the names of a function stand for: parts of the call, or the whole of it."""

    names: dict[str, set[str]] = field(factory=dict[str, set[str]])

    def of(self, node: ast.AST) -> set[str]:
        """The parts that the value of an expression may be of."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            known = self.names.get(node.value.id, set())
            return {node.attr} | known - {WHOLE} if WHOLE in known else known
        if isinstance(node, ast.Name):
            return self.names.get(node.id, set())
        if isinstance(node, (ast.Compare, ast.JoinedStr)):  # a truth or a text, of whatever it was made
            return set()
        return {part for each in ast.iter_child_nodes(node) for part in self.of(each)}

    def learn(self, target: ast.expr, parts: set[str]) -> None:
        """The names of a target stand for these from now on, too."""
        for each in ast.walk(target):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                self.names.setdefault(each.id, set()).update(parts)


def arguments_of(function: Function) -> Iterator[ast.arg]:
    """The parameters of a function."""
    yield from (each for each in ast.walk(function.args) if isinstance(each, ast.arg))


def origins(function: Function) -> Origins:
    """What each name of a function may stand for, wherever in it."""
    found = Origins()
    for each in arguments_of(function):
        # `deepgram.Part` is not our `Part`.
        words = re.findall(r"(?<![.\w])\w+", ast.unparse(each.annotation)) if each.annotation else []
        parts = {PART_OF[word] for word in words if word in PART_OF}
        found.names[each.arg] = parts | ({WHOLE} if "Call" in words else set())
    before = -1
    while before != (before := sum(map(len, found.names.values()))):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    found.learn(target, found.of(node.value))
            elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value:
                found.learn(node.target, found.of(node.value))
            elif isinstance(node, (ast.For, ast.comprehension)):
                found.learn(node.target, found.of(node.iter))
    return found


def changed(function: Function) -> Iterator[ast.expr]:
    """The expressions whose values a function changes."""
    for node in ast.walk(function):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            is_part = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            yield node if is_part else node.value
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield ast.Name(node.target.id, ast.Load())  # a list that has another name, too
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES
        ):
            yield node.func.value


def strangers(tree: ast.Module, *own: str) -> list[str]:
    """What the functions of a policy change that is not their own, and objects of others that they take."""
    found: list[str] = []
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        known = origins(function)
        name = getattr(function, "name", "a lambda")
        taken = {part for each in arguments_of(function) for part in known.names[each.arg]}
        found += [f"{name} takes what is of {part}" for part in sorted(taken - {*own, WHOLE})]
        for each in changed(function):
            found += [
                f"{name} changes {part}: {ast.unparse(each)}" for part in sorted(known.of(each) - {*own})
            ]
    return found


FILES_OF_POLICIES = [path for path in FILES if POLICIES in path.parents and path != POLICIES / "__init__.py"]


@pytest.mark.parametrize("path", FILES_OF_POLICIES, ids=lambda path: path.relative_to(POLICIES).as_posix())
def test_a_policy_changes_its_own_part_of_the_call_alone(path: typing.Any) -> None:
    policy = path.relative_to(POLICIES).parts[0].removesuffix(".py")
    assert strangers(TREES[path], OWN[policy], STATES.get(policy, "")) == []


def test_every_part_of_the_call_has_one_owner() -> None:
    assert sorted(filter(None, OWN.values())) == sorted(PARTS)
    assert {path.relative_to(POLICIES).parts[0].removesuffix(".py") for path in FILES_OF_POLICIES} == set(OWN)


def test_every_class_of_the_state_is_of_a_part() -> None:
    every = {name for name in state.__all__ if name != "Call"}
    assert set(PART_OF) == every


# --- the test would notice ----------------------------------------------------------------------------------

HANDLER = "def heard(call: Call, env: Env, event: Heard) -> Effects:\n    "
"""`Heard` is of user_speech."""


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("call.slot.muted = True", "slot"),
        ("call.phase = Opening.CLOSED", "phase"),
        ("call.turn_state = TurnState.SAID", "turn_state"),
        ("call.playback = Playback()", "playback"),
        ("call.playback.total += 1", "playback"),
        ("del call.slot.open_items[0]", "slot"),
        ("call.slot.open_items[0] = ''", "slot"),
        ("call.agent_text.told.append('x')", "agent_text"),
        ("call.noticed.counts.update(x=1)", "noticed"),
        ("slot = call.slot; slot.muted = True", "slot"),
        ("items = call.playback.items; items += []", "playback"),
        ("for each in call.playback.items: each.size = 0", "playback"),
        ("[each.told.clear() for each in (call.agent_text,)]", "agent_text"),
        ("first, *_ = call.playback.items; first.size = 0", "playback"),
        ("(slot := call.slot).muted = True", "slot"),
        ("if slot := call.slot: slot.muted = True", "slot"),
        ("next(each for each in call.calls.calls if each.open).waived = True", "calls"),
        ("state = call.user_speech if event else call.user_turn; state.settled = []", "user_turn"),
        ("everything = call; everything.slot.muted = True", "slot"),
        ("drop = lambda: call.slot.open_items.clear(); drop()", "slot"),
    ],
)
def test_a_change_of_what_is_another_s_would_be_seen(body: str, part: str) -> None:
    try:
        tree = ast.parse(HANDLER + body)
    except SyntaxError:
        tree = ast.parse(HANDLER + body.replace("; ", "\n    "))
    found = strangers(tree, "user_speech")
    assert found
    assert all(part in each for each in found)


@pytest.mark.parametrize(
    "body",
    [
        "call.user_speech.answer.append('x')",
        "state = call.user_speech; state.items = []; event.text += 'x'",
        "found = [event]; found.append(event); found.pop()",
        "env.late = env.late or not call.slot.responding",
        "busy = call.slot.state is SlotState.FREE; busy |= True",
    ],
)
def test_what_is_its_own_a_policy_may_change(body: str) -> None:
    assert strangers(ast.parse(HANDLER + body), "user_speech") == []


def test_a_helper_of_a_policy_takes_no_objects_of_another() -> None:
    helper = ast.parse("def settle(slot: ResponseSlot, heard: list[Heard] | None) -> None: ...")
    assert strangers(helper, "user_speech") == ["settle takes what is of slot"]
