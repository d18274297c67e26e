"""How OpenAI-compatible servers differ, as data: one row a server.

Sources: `docs/reference/protocols.md`, *Opening* and *Other servers*.
"""

from __future__ import annotations

from urllib.parse import quote

from attrs import field, frozen

from .faults import ERRORS, Errors

__all__ = ["AZURE_GA", "OPENAI_GA", "UpstreamDialect"]


@frozen
class UpstreamDialect:
    """A server that speaks the GA shape of the Realtime protocol.

    `path` is the path and query of the URL with `{model}` for the (quoted) model or deployment name.
    `outputs_first`: it refuses every response while the output of a function call is missing (R8). Where it
    is not said, the first such refusal tells. `errors`: what its errors mean (E1).
    """

    name: str
    path: str
    outputs_first: bool = False
    errors: Errors = field(default=ERRORS, repr=False)

    def target(self, model: str) -> str:
        """The path and query to dial for `model`."""
        return self.path.format(model=quote(model, safe=""))


OPENAI_GA = UpstreamDialect("openai-ga", "/v1/realtime?model={model}")
AZURE_GA = UpstreamDialect("azure-ga", "/openai/v1/realtime?model={model}")
