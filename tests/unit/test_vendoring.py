"""The package works under another name, inside another package: nothing in it knows what it is called."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import realtime_translate

CALL = """
import json
import sys

from somepackage._vendor import rt
from somepackage._vendor.rt.testing import FakeClock, RealtimeServer

clock = FakeClock()
ids = iter(f"id{n}" for n in range(1000))
translator = rt.Translator(rt.Config.component(), clock=clock, new_id=lambda: next(ids))
server = RealtimeServer(clock=clock, new_id=lambda: next(ids))
to_client, to_upstream = [], []


def perform(outputs):
    for output in outputs:
        match output:
            case rt.SendToClient(data):
                to_client.append(data)
            case rt.SendToUpstream(data):
                to_upstream.append(data)


def exchange(frames):
    for frame in frames:
        perform(translator.receive_from_upstream(frame))
    while to_upstream:
        exchange(server.receive(to_upstream.pop(0)))


provider = {"type": "open_ai", "model": "gpt-realtime-2.1"}
settings = {"type": "Settings", "audio": {}, "agent": {"think": {"provider": provider}}}
perform(translator.client_opened())
perform(translator.receive_from_client(json.dumps(settings)))
perform(translator.upstream_opened())
exchange(server.opened())
perform(translator.receive_from_client(json.dumps({"type": "InjectUserMessage", "content": "Hi"})))
while clock.now < 10.0:
    exchange(())
    clock.advance(0.01)
    exchange(server.handle_timeout())
    perform(translator.handle_timeout())
print(*[json.loads(frame)["type"] for frame in to_client if isinstance(frame, str)])
print(*sorted(name for name in sys.modules if name.partition(".")[0] == "realtime_translate"))
"""


def test_a_copy_under_another_name_runs_a_call(tmp_path: Path) -> None:
    vendor = tmp_path / "somepackage" / "_vendor"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(realtime_translate.__file__).parent, vendor / "rt", ignore=ignore)
    (tmp_path / "somepackage" / "__init__.py").touch()
    (vendor / "__init__.py").touch()
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", CALL], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert run.stderr == ""
    messages, own_name = run.stdout.split("\n")[:2]
    assert messages.split()[0] == "SettingsApplied"
    assert "ConversationText" in messages
    assert "AgentAudioDone" in messages
    assert own_name == ""


def test_a_copy_under_another_name_has_the_command_line(tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(realtime_translate.__file__).parent, tmp_path / "rt", ignore=ignore)
    run = subprocess.run(
        [sys.executable, "-m", "rt", "simulate"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert "SettingsApplied" in run.stdout
