"""What Hypothesis prints of a call that broke a rule is Python, and holds that call again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from attrs import evolve
from hypothesis import given

import realtime_translate
from realtime_translate import AZURE_GA, Config, GreetingMode, Limits, ServerVad, Voices
from realtime_translate.openai import dialects
from realtime_translate.testing.machine import CallMachine
from realtime_translate.testing.machine.moves.opening import configs
from realtime_translate.testing.machine.pasted import Shown, code, imports
from tests.faults.faults import FAULTS
from tests.faults.planting import planted

FAULT = next(each for each in FAULTS if each.what == "the update is sent again when upstream opens late")
NAMES = {**vars(realtime_translate), **vars(dialects)}
BROKEN = "S2 one session.update before ready"
WALKS = """
from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test
from realtime_translate.testing.machine import CallMachine
from realtime_translate.testing.profiles import PROFILES

seed(20)(CallMachine)
profile = settings(PROFILES["dev"], database=None, report_multiple_bugs=False, print_blob=False)
run_state_machine_as_test(CallMachine, settings=profile)
"""


@given(config=configs())
def test_every_configuration_is_shown_as_what_makes_it(config: Config) -> None:
    assert eval(repr(Shown(config)), NAMES) == config


def test_a_configuration_is_shown_without_its_defaults() -> None:
    assert code(Config()) == "Config()"
    assert code(Config.component(greeting=GreetingMode.SPOKEN, upstream=AZURE_GA)) == (
        "Config(dialect=ClientDialect.COMPONENT, upstream=AZURE_GA, greeting=GreetingMode.SPOKEN)"
    )
    assert code(
        Config(
            voices=Voices({"aura-2-thalia-en": "cedar"}, None),
            turn_detection=ServerVad(threshold=0.5),
            limits=Limits(item_text=8),
        )
    ) == (
        "Config(turn_detection=ServerVad(threshold=0.5), "
        "voices=Voices(names={'aura-2-thalia-en': 'cedar'}, default=None), limits=Limits(item_text=8))"
    )


def test_a_server_of_one_s_own_is_shown_too() -> None:
    own = evolve(AZURE_GA, name="own")
    assert eval(code(own), NAMES) == own


def test_what_is_imported_is_the_class_that_was_run() -> None:
    assert imports(CallMachine).endswith("from realtime_translate.testing.machine import CallMachine")
    assert imports(Shown).endswith("from realtime_translate.testing.machine.pasted import Shown")
    own = type("Own", (), {"__module__": "__main__"})
    assert "Own" not in imports(own), "what is pasted stands below the class then"


def run(*command: str, package: Path) -> str:
    """The outcome of a Python program that finds `package` before any other."""
    environment = {**os.environ, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=package,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr


def test_a_failing_walk_can_be_pasted_and_run(tmp_path: Path) -> None:
    faulty, sound, file = tmp_path / "faulty", tmp_path / "sound", tmp_path / "pasted.py"
    planted(FAULT, faulty)
    planted(None, sound)
    printed = run("-c", WALKS, package=faulty)
    assert BROKEN in printed
    walk = re.search(r"^from realtime_translate import \*$.*^state\.teardown\(\)$", printed, re.M | re.S)
    assert walk, printed
    file.write_text(walk[0], "utf-8")
    assert BROKEN in run(str(file), package=faulty)
    assert run(str(file), package=sound) == ""


def test_a_configuration_may_be_given_as_it_is() -> None:
    """As in a walk that was pasted."""
    machine = CallMachine()
    config = Config.component()
    machine.begin(config=config, seed=0, kind="punctual", start="new", wanted={}, mood="calm")
    assert machine.world.config == config
