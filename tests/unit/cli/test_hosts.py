from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

import realtime_translate
from realtime_translate.cli import hosts
from realtime_translate.cli.hosts import HOSTS
from realtime_translate.cli.main import main

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
PYPROJECT = EXAMPLES.parents[1] / "pyproject.toml"
OWN = "realtime-translate"
PACKAGES = {"pipecat": "pipecat-ai", "realtime_translate": OWN, "attrs": OWN, "typing_extensions": OWN}
OPTIONAL = {"opentelemetry"}
"""What is imported only where it is wanted; it has an extra of its own."""
each_host = pytest.mark.parametrize("name", HOSTS)


def written(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {name.name.split(".")[0] for each in nodes if isinstance(each, ast.Import) for name in each.names}
    return plain | {(each.module or "").split(".")[0] for each in nodes if isinstance(each, ast.ImportFrom)}


def installed(extra: str) -> set[str]:
    """What `pip install 'realtime-translate[extra]'` installs besides what the package itself needs."""
    found = {"realtime-translate"}
    (line,) = re.findall(rf"^{extra} = (\[.*\])$", PYPROJECT.read_text("utf-8"), re.MULTILINE)
    for requirement in ast.literal_eval(line):
        found.add(re.split(r"[>=<\[]", requirement)[0])
        for inner in re.findall(r"\[(.*)\]", requirement):
            for each in inner.split(","):
                found |= installed(each)
    return found


@each_host
def test_a_host_is_written_with_all_that_it_imports(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "host"
    assert main(["hosts", name, str(folder)]) == 0
    *said, command, run = capsys.readouterr().out.splitlines()
    assert {line.removeprefix("wrote ") for line in said if line} == {
        str(folder / each) for each in written(folder)
    }
    assert command == f"pip install 'realtime-translate[{name}]'"
    assert run == f"python {folder / HOSTS[name].paths[0]} --help"
    for path in folder.glob("*.py"):
        assert path.read_bytes() == (EXAMPLES / path.name).read_bytes()
        for module in imported(path) - set(sys.stdlib_module_names) - {"__future__"} - OPTIONAL:
            assert PACKAGES.get(module, module) in installed(name) or (folder / f"{module}.py").exists(), (
                path.name,
                module,
            )


def test_all_examples_belong_to_a_host(tmp_path: Path) -> None:
    for name in HOSTS:
        main(["hosts", name, str(tmp_path)])
    there = {str(each.relative_to(EXAMPLES)) for each in EXAMPLES.rglob("*") if each.is_file()}
    assert written(tmp_path) == {each for each in there if "__pycache__" not in each}


def test_without_a_name_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hosts"]) == 0
    *lines, empty, advice = capsys.readouterr().out.splitlines()
    assert (empty, "hosts NAME DIR" in advice) == ("", True)
    assert [line.split()[0] for line in lines] == list(HOSTS)
    assert all(host.about in line for host, line in zip(HOSTS.values(), lines, strict=True))


def test_what_is_there_and_differs_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hosts", "twilio", str(tmp_path)]) == 0
    assert main(["hosts", "twilio", str(tmp_path)]) == 0, "the same files may be written again"
    (tmp_path / "bridge.py").write_text("mine")
    (tmp_path / "caller.py").unlink()
    assert main(["hosts", "twilio", str(tmp_path)]) == 2
    assert "bridge.py is there and differs" in capsys.readouterr().err
    assert written(tmp_path) == {*HOSTS["twilio"].paths} - {"caller.py"}


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["hosts", "twilio", str(tmp_path / "file" / "folder")]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_an_installed_package_has_them_as_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, target = tmp_path / "package", tmp_path / "target"
    (package / "_examples").mkdir(parents=True)
    for name in HOSTS["twilio"].paths:
        (package / "_examples" / name).write_text(f"# {name} of the wheel\n")
    monkeypatch.setattr(hosts, "files", lambda _: package)
    assert main(["hosts", "twilio", str(target)]) == 0
    assert (target / "bridge.py").read_text() == "# bridge.py of the wheel\n"


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["--version"])
    assert raised.value.code == 0
    assert capsys.readouterr().out == f"realtime_translate {realtime_translate.__version__}\n"


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("websockets", "websockets-proxy"),
        ("starlette", "starlette-proxy"),
        ("twilio", "twilio-bridge"),
        ("aiohttp", "aiohttp-proxy"),
        ("pipecat", "pipecat"),
        ("simulated-server", "simulated-server"),
    ],
)
def test_a_host_needs_what_its_page_says(name: str, page: str) -> None:
    text = (EXAMPLES.parent / "how-to" / f"{page}.md").read_text("utf-8")
    assert re.findall(r"^pip install .*$", text, re.MULTILINE) == [f"pip install '.[{name}]'"]
