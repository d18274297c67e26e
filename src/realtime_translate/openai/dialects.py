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
    """A server that speaks the GA shape of the Realtime protocol."""

    name: str
    """The name, for logs."""
    path: str
    """Path and query of the URL, with `{model}` for the quoted name of the model or the deployment."""
    outputs_first: bool = False
    """Whether it refuses every response while the output of a function call is missing (R8). Where it is not
    said, the first such refusal tells.
    """
    errors: Errors = field(default=ERRORS, repr=False)
    """What its errors mean (E1); by default as all servers that are known word them."""

    def target(self, model: str) -> str:
        """The path and query to dial for `model`."""
        return self.path.format(model=quote(model, safe=""))


OPENAI_GA = UpstreamDialect("openai-ga", "/v1/realtime?model={model}")
"""OpenAI's own server."""
AZURE_GA = UpstreamDialect("azure-ga", "/openai/v1/realtime?model={model}")
"""Azure OpenAI, where `{model}` is the name of a deployment."""
