"""The strict check of pydantic models that allow unknown keys."""

from typing import Any


def unknown_keys(model: Any) -> list[str]:
    """Every key that a pydantic model has no field for, at any depth."""
    if isinstance(model, (list, tuple)):
        return [key for element in model for key in unknown_keys(element)]
    if isinstance(model, dict):
        return [key for element in model.values() for key in unknown_keys(element)]
    if not hasattr(model, "model_extra"):
        return []
    below = [getattr(model, name) for name in type(model).model_fields]
    return [*(model.model_extra or {}), *unknown_keys(below)]
