"""What hatchling asks when it builds a wheel or a source archive."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class IndexPage(MetadataHookInterface):
    """README and links for a package index. `files-url` in `pyproject.toml` says where they lead."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add what `pyproject.toml` declares as dynamic."""
        root = Path(self.root)
        spec = spec_from_file_location("index_readme", root / "docs" / "tools" / "index_readme.py")
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        files_url = self.config["files-url"]
        text = module.for_index((root / "README.md").read_text(encoding="utf-8"), files_url)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        metadata["urls"] = module.urls(files_url)
