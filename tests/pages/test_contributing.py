"""`CONTRIBUTING.md`: what it names is there, and the commands are those of this repository."""

from __future__ import annotations

import importlib.util
import re

import pytest

from docs.tools.rules import ROOT, SOURCE

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
INSTALLED = {"mypy", "pyright", "pytest", "ruff", "sphinx", "venv"}


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#\s]+)", TEXT))
def test_its_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([\w.]+(?:/\w*(?:\.\w+)?)+)`", TEXT))))
def test_its_files_are_there(path: str) -> None:
    """Modules stand below the package, the rest below the root."""
    assert (SOURCE / path).exists() or (ROOT / path).exists()


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([\w.]+)", TEXT)) - INSTALLED))
def test_its_commands_exist(module: str) -> None:
    assert importlib.util.find_spec(module) is not None


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "pyproject.toml"])
def test_it_is_found(page: str) -> None:
    assert "CONTRIBUTING.md" in (ROOT / page).read_text(encoding="utf-8")
