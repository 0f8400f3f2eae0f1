"""M1: whole fen, rounded half up, once, where a line is made."""

from decimal import Decimal
from fractions import Fraction

from houqin_shared.exact import round_half_up


def share(fen: int, percent: Fraction) -> int:
    """So many percent of some fen (M1)."""
    return round_half_up(fen * percent / 100)


def written(value: Fraction) -> str:
    """An exact number as people read it: 0.2, or 37/31 where no decimal is exact."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(value)
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
