"""What `docs/how-to/barge-in.md` shows works."""

from __future__ import annotations

import re
from pathlib import Path

from realtime_translate import Config

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "how-to" / "barge-in.md"


def test_its_code_runs() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    for code in blocks:
        exec(compile(code, str(PAGE), "exec"), names)
    assert names["outputs"] == ()
    assert names["config"] == Config.deepgram(barge_in=False)


def test_the_index_links_to_it() -> None:
    assert "(how-to/barge-in.md)" in (DOCS / "index.md").read_text("utf-8")
