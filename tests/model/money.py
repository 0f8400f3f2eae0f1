"""Exact money: fen, shares of it, and the fee of a stretch of days (M1, M2)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from .calendar import Month, Term, add_months


def round_half_up(value: Fraction) -> int:
    """M1: half up, away from zero for negatives."""
    whole = (abs(value) + Fraction(1, 2)).__floor__()
    return whole if value >= 0 else -whole


def percent_of(fen: int, percent: Fraction) -> int:
    """M1: a percentage of some money, rounded once."""
    return round_half_up(fen * percent / 100)


def two_decimals(value: Fraction) -> Fraction:
    """Scores and rates: rounded half up to two decimals."""
    return Fraction(round_half_up(value * 100), 100)


def in_months(start: date, end: date) -> Fraction:
    """M2: each full calendar month counts 1, a part its days over that month's days."""
    months, month = Fraction(0), Month.of(start)
    while month.start < end:
        days = (min(end, month.end) - max(start, month.start)).days
        months += Fraction(days, month.days)
        month = month.plus(1)
    return months


def fee(annual_price: int, starts_on: date, stretch: Term) -> int:
    """M2: what a stretch of the term costs: the sum of its parts in each contract year."""
    total, year = 0, 0
    while (y0 := add_months(starts_on, 12 * year)) < stretch.ends_on:
        y1 = add_months(starts_on, 12 * (year + 1))
        start, end = max(y0, stretch.starts_on), min(y1, stretch.ends_on)
        if start < end:
            year_months = in_months(y0, y1)
            earned_before, earned_after = (
                round_half_up(annual_price * in_months(y0, day) / year_months)
                for day in (start, end)
            )
            total += earned_after - earned_before
        year += 1
    return total
