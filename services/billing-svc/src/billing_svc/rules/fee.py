"""M2: what a stretch of a contract costs."""

from datetime import date
from fractions import Fraction

from houqin_shared.calendar import Month, add_months
from houqin_shared.exact import round_half_up

from billing_svc.rules.term import Term


def months_between(start: date, end: date) -> Fraction:
    """m(d): each full calendar month counts 1, a part its days over that month's days."""
    first, last = Month.of(start), Month.of(end)
    whole = (last.year - first.year) * 12 + last.month - first.month
    return whole - Fraction(start.day - 1, first.days) + Fraction(end.day - 1, last.days)


def earned(annual_price: int, y0: date, y1: date, day: date) -> int:
    """F(d): fen earned from the first day of a contract year up to `day`."""
    return round_half_up(annual_price * months_between(y0, day) / months_between(y0, y1))


def fee(annual_price: int, starts_on: date, stretch: Term) -> int:
    """Fen for a stretch: F(end) - F(start), summed over the contract years that it spans."""
    total, year = 0, 0
    while (y0 := add_months(starts_on, 12 * year)) < stretch.ends_on:
        year += 1
        y1 = add_months(starts_on, 12 * year)
        start, end = max(y0, stretch.starts_on), min(y1, stretch.ends_on)
        if start < end:
            total += earned(annual_price, y0, y1, end) - earned(annual_price, y0, y1, start)
    return total
