"""What a rule set must satisfy before a contract may pin it. Each says what is wrong, or None."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

HIGHEST_DEPOSIT = 10
"""B8: percent; no office may ask for more."""


def wrong_bands(floors: Sequence[Decimal]) -> str | None:
    """F4: bands reach up to the next one, so they cover 0..100 if one begins at 0, none twice."""
    if not floors or min(floors) != 0:
        return "the bands don't cover 0..100: add a band from 0"
    twice = sorted({floor for floor in floors if floors.count(floor) > 1})
    if twice:
        return f"the bands overlap: more than one begins at {twice[0]:f}"
    return None


def wrong_deposit(percent: Decimal) -> str | None:
    """B8: at most ten percent."""
    if percent > HIGHEST_DEPOSIT:
        return f"a deposit is at most {HIGHEST_DEPOSIT} %"
    return None


def wrong_weights(weights: Iterable[Decimal]) -> str | None:
    """I3, I7: weights are divided by their sum, which therefore isn't zero."""
    if not any(weights):
        return "give at least one a weight above zero"
    return None
