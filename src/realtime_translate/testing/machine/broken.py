"""What a test of a whole call raises when a rule of the contract does not hold."""

from __future__ import annotations

__all__ = ["PropertyError", "require"]

_RULES_HELP = "docs/reference/rules.md explains the rule; a number alone is one of *Always true*."


class PropertyError(AssertionError):
    """A property does not hold. `property_name` begins with the rule that it belongs to."""

    def __init__(self, property_name: str, detail: object = "") -> None:
        told = f"{property_name}: {detail}" if detail != "" else property_name
        super().__init__(f"{told}\n{_RULES_HELP}")
        self.property_name = property_name


def require(met: bool, property_name: str, detail: object = "") -> None:
    """Raise `PropertyError` unless the property is met; `detail` is what a reader needs to see."""
    if not met:
        raise PropertyError(property_name, detail)
