"""What is asked of the fields of a `Config`. Each raises `ConfigError` with the field's name."""

from __future__ import annotations

from math import inf, isfinite
from typing import TypeGuard

from .errors import ConfigError

__all__ = ["above_zero", "in_range", "is_one_of"]


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def in_range(name: str, value: object, low: float, high: float = inf) -> None:
    """Raise unless it is None, or a number within these bounds."""
    if value is None or (_is_number(value) and low <= value <= high):
        return
    bounds = f"at least {low:g}" if high == inf else f"from {low:g} to {high:g}"
    raise ConfigError(f"{name} must be a number {bounds}, not {value!r}")


def above_zero(name: str, value: object) -> None:
    """Raise unless it is a number above 0."""
    if not (_is_number(value) and value > 0):
        raise ConfigError(f"{name} must be a number above 0, not {value!r}")


def is_one_of(name: str, value: object, *kinds: type) -> None:
    """Raise unless it is of one of these types."""
    if not isinstance(value, kinds):
        names = " or ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
        raise ConfigError(f"{name} must be a {names}, not {value!r}")
