"""The README as a package index shows it: alone, so that no link of it may be relative."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BLOCK = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\((?!\w+:|#)([^)\s]+)\)")


def for_index(text: str, files_url: str) -> str:
    """`text` with links that lead somewhere from anywhere.

    `files_url` is where the files of this repository can be read: it ends in a slash, and a path follows it.
    As long as it is empty there is no such place, and the link becomes the path in the source archive.
    """

    def link(found: re.Match[str]) -> str:
        label, path = found.groups()
        if files_url:
            return f"[{label}]({files_url}{path})"
        return f"`{path}`" if label == path else f"{label} (`{path}`)"

    parts = _BLOCK.split(text)  # every second one is a block of code
    return "".join(part if at % 2 else _LINK.sub(link, part) for at, part in enumerate(parts))


def urls(files_url: str) -> Mapping[str, str]:
    """The links beside the page on an index; none as long as there is nowhere to lead to."""
    pages = {"Source": "", "Documentation": "docs/index.md", "Changelog": "CHANGELOG.md"}
    return {name: files_url + path for name, path in pages.items()} if files_url else {}
