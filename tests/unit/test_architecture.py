"""Rules about the source itself: what may import what, and how long a file and a function may be."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import realtime_translate

PACKAGE = Path(realtime_translate.__file__).parent
FILES = sorted(each for each in PACKAGE.rglob("*.py") if "_examples" not in each.relative_to(PACKAGE).parts)
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}

RUN_TIME = {"attr", "attrs", "cattr", "cattrs", "typing_extensions"}
# No clock, randomness, socket, thread or event loop: all of that is the host's.
BANNED = {
    "_thread",
    "asyncio",
    "concurrent",
    "datetime",
    "multiprocessing",
    "queue",
    "random",
    "sched",
    "secrets",
    "select",
    "selectors",
    "signal",
    "socket",
    "socketserver",
    "ssl",
    "subprocess",
    "threading",
    "time",
    "uuid",
}
# The defaults for the clock and the id source, the key of one recording, and the command line, a program.
ALLOWED = {
    "translator.py": {"time", "secrets"},
    "recording/recorder.py": {"secrets"},
    "cli/progress.py": {"time"},
    "testing/model/seeded.py": {"random"},  # a seed that a test gives: repeatable
    "testing/machine/moods.py": {"random"},
    "testing/machine/network.py": {"random"},
    "testing/machine/random_agent.py": {"random"},
}
# What policies may import of session/, besides the other files of their own folder.
SHARED_BY_POLICIES = {
    "entries",
    "env",
    "event_kinds",
    "hearing",
    "ids",
    "items",
    "renewals",
    "signals",
    "state",
    "tables",
    "timers",
}
# What they share knows none of them, nor what puts them together.
WIRING = {"engine", "policies", "routes", "snapshot"}
STRATEGIES = {
    "testing/drawn.py",
    "testing/machine/call_machine.py",
    "testing/machine/moves/client.py",
    "testing/machine/moves/host.py",
    "testing/machine/moves/legs.py",
    "testing/machine/moves/opening.py",
    "testing/machine/moves/walk.py",
    "testing/profiles.py",
    "testing/strategies.py",
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


each_file = pytest.mark.parametrize("path", FILES, ids=name_of)


def imports(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """Absolute imports: the top-level module of each, and its statement."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0], node
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0], node


def relative_imports(path: Path) -> Iterator[str]:
    """The modules of the package that a file imports, as paths below it: `session/timers`."""
    for module, names in from_imports(path):
        # `from . import timers` imports a module too.
        yield from (module, *names)


def from_imports(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each relative import: the module, and what of it, both as paths: `session`, `session/timers`."""
    folder = path.relative_to(PACKAGE).parent.parts
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            base = folder[: len(folder) - node.level + 1]
            module = (*base, *(node.module or "").split(".")) if node.module else base
            yield "/".join(module), ["/".join((*module, alias.name)) for alias in node.names]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(TREES[path]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first to the last statement, the docstring aside."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_below(path: Path, folder: str) -> bool:
    return (PACKAGE / folder) in path.parents


def test_the_whole_package_is_looked_at() -> None:
    folders = {name_of(path).partition("/")[0] for path in FILES if "/" in name_of(path)}
    assert {"deepgram", "openai", "mapping", "session", "testing", "cli", "wire"} <= folders


@each_file
def test_imports_are_relative_or_of_run_time_dependencies(path: Path) -> None:
    allowed = RUN_TIME | sys.stdlib_module_names
    for module, node in imports(path):
        if module == "hypothesis":
            assert name_of(path) in STRATEGIES, "strategies are of the test extra"
            continue
        if module == "numpy":  # the resample extra
            assert is_below(path, "audio"), f"line {node.lineno}: only audio/ resamples"
            assert node not in TREES[path].body, (
                f"line {node.lineno}: numpy is optional, import it where it is used"
            )
        else:
            assert module in allowed, f"line {node.lineno} imports {module}"


@each_file
def test_no_file_reaches_for_the_world(path: Path) -> None:
    banned = BANNED - ALLOWED.get(name_of(path), set())
    assert [f"line {node.lineno}: {module}" for module, node in imports(path) if module in banned] == []


@each_file
def test_nothing_prints_but_the_command_line(path: Path) -> None:
    if is_below(path, "cli"):
        return
    calls = [
        node.lineno
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("print", "input", "open")
    ]
    assert calls == []


@each_file
def test_nothing_asserts(path: Path) -> None:
    assert [node.lineno for node in ast.walk(TREES[path]) if isinstance(node, ast.Assert)] == []


@each_file
def test_a_file_has_one_concern(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES


@each_file
def test_a_function_is_short(path: Path) -> None:
    long = {f"{node.name}, line {node.lineno}": body_lines(node) for node in functions(path)}
    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION_LINES} == {}


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("testing", "session"),  # the model must not share the translator's mistakes
        ("testing", "mapping"),
        ("mapping", "session"),  # mapping knows no time and no state
        ("mapping", "translator"),
        ("session", "translator"),
        ("session", "cli"),
        ("session", "testing"),
        ("mapping", "recording"),
        ("session", "recording"),
        ("testing", "recording"),
        ("testing/model", "testing/machine"),
        ("recording", "testing"),
        ("recording", "cli"),
        ("wire", "deepgram"),
        ("wire", "openai"),
        ("deepgram", "openai"),
        ("openai", "deepgram"),
    ],
)
def test_layers_point_one_way(importer: str, imported: str) -> None:
    found = {
        f"{name_of(path)} imports {module}"
        for path in FILES
        if is_below(path, importer)
        for module in relative_imports(path)
        if module == imported or module.startswith(f"{imported}/")
    }
    assert found == set()


MODULES = {name_of(path).removesuffix(".py").removesuffix("/__init__"): path for path in FILES}


def imported_modules(path: Path) -> set[str]:
    """A package counts only if something of its `__init__.py` is imported, not for one of its modules."""
    return {
        name if name in MODULES else module for module, names in from_imports(path) for name in names
    } & set(MODULES)


def test_imports_make_no_circle() -> None:
    """Neither at the top of files nor inside functions, nor for type checkers only."""
    graph = {module: imported_modules(path) for module, path in MODULES.items()}
    assert "session/state" in graph["session/snapshot"]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_only_the_state_machine_knows_the_translator() -> None:
    """It makes the host that is tested unless told otherwise; the model must not share its mistakes."""
    found = {
        name_of(path)
        for path in FILES
        if is_below(path, "testing") and "translator" in relative_imports(path)
    }
    assert found == {"testing/machine/call_machine.py"}


def session_parts(path: Path) -> set[str]:
    """What of session/ a file imports: `tables`, or `policies/updates`, by module or folder."""
    found: set[str] = set()
    for module in relative_imports(path):
        top, *rest = module.split("/")
        if top == "session" and rest:
            found.add("/".join(rest[:2]) if rest[0] == "policies" else rest[0])
    return found


POLICIES = [path for path in FILES if is_below(path, "session/policies")]


@pytest.mark.parametrize("path", POLICIES, ids=name_of)
def test_no_policy_calls_another(path: Path) -> None:
    own = path.relative_to(PACKAGE / "session" / "policies").parts[0].removesuffix(".py")
    assert session_parts(path) - SHARED_BY_POLICIES - {"policies", f"policies/{own}"} == set()


@pytest.mark.parametrize("name", sorted(SHARED_BY_POLICIES))
def test_what_policies_share_knows_none_of_them(name: str) -> None:
    files = [path for path in FILES if name_of(path).startswith((f"session/{name}.py", f"session/{name}/"))]
    assert files
    for path in files:
        assert {each.partition("/")[0] for each in session_parts(path)} & WIRING == set()


def test_only_the_command_line_imports_itself() -> None:
    found = {
        name_of(path)
        for path in FILES
        if not is_below(path, "cli") and any(module.startswith("cli") for module in relative_imports(path))
    }
    assert found == {"__main__.py"}
