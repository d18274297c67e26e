"""The pages that are made from the code: states, messages, servers, notices and codes."""

from __future__ import annotations

from collections.abc import Mapping

from realtime_translate.cli.coverage import COVERAGE
from realtime_translate.cli.events import as_page

from . import telemetry
from .notices import notices
from .servers import servers
from .states import diagrams, states


def pages() -> Mapping[str, str]:
    """Path below `docs/` and text of each."""
    return {
        "reference/states.md": states(),
        "reference/messages.md": "".join(f"{line}\n" for line in as_page(COVERAGE)),
        "reference/notices.md": notices(),
        "reference/servers.md": servers(),
        telemetry.PAGE: telemetry.events(),
        **{f"reference/states/{name}.svg": picture for name, picture in diagrams().items()},
    }
