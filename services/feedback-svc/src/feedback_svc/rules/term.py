"""T1, I1: a complaint belongs inside the contract's term."""

from datetime import date


def in_term(day: date, starts_on: date, ends_on: date) -> bool:
    """From the first day up to, not including, the end."""
    return starts_on <= day < ends_on
