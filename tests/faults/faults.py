"""All faults: each breaks one rule, in one place."""

from __future__ import annotations

from tests.faults import of_renewals, of_the_slot, of_what_comes_down, of_what_goes_up, of_what_is_told
from tests.faults.fault import Fault

__all__ = ["FAULTS"]

FAULTS: tuple[Fault, ...] = (
    *of_what_goes_up.FAULTS,
    *of_what_comes_down.FAULTS,
    *of_the_slot.FAULTS,
    *of_what_is_told.FAULTS,
    *of_renewals.FAULTS,
)
