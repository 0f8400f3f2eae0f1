"""Exact arithmetic: no binary float ever comes near a figure that somebody answers for."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


def round_half_up(value: Fraction | Decimal | int) -> int:
    """The nearest whole number; a half goes away from zero, for negatives too (M1)."""
    exact = Fraction(value)
    magnitude = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return magnitude if exact >= 0 else -magnitude


def two_places(value: Fraction | Decimal | int) -> Decimal:
    """`value` rounded half up to two decimals, always written with both: 95.60."""
    return Decimal(round_half_up(Fraction(value) * 100)).scaleb(-2).quantize(Decimal("0.01"))


def _read_exactly(value: object) -> object:
    """JSON numbers arrive as floats; their shortest text is what the sender wrote."""
    if isinstance(value, bool):
        raise ValueError("write a decimal number, for example 92.5")
    return str(value) if isinstance(value, float) else value


def _plain(value: Decimal) -> str:
    return f"{value:f}"


Exact = Annotated[
    Decimal,
    BeforeValidator(_read_exactly),
    PlainSerializer(_plain, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"},
                {"type": "number"},
            ],
            "examples": ["92.5"],
        },
        mode="validation",
    ),
    WithJsonSchema({"type": "string", "examples": ["92.50"]}, mode="serialization"),
]
"""A decimal as people write it, read without loss and answered as a string."""


def fen_of_yuan(yuan: Decimal) -> int:
    """Whole fen of an amount in yuan. Raises ValueError beyond two decimals (M1)."""
    fen = yuan * 100
    if fen != fen.to_integral_value():
        raise ValueError("an amount in yuan has at most two decimals")
    return int(fen)


def yuan_of_fen(fen: int) -> str:
    """-5005 fen -> "-50.05"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _yuan_to_fen(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError('write an amount in yuan, for example "235000.00"')
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 13:
        raise ValueError('write an amount in yuan, for example "235000.00"')
    return fen_of_yuan(amount)


Yuan = Annotated[
    int,
    BeforeValidator(_yuan_to_fen),
    PlainSerializer(yuan_of_fen, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$",
            "examples": ["235000.00"],
            "description": "Yuan, as a decimal string with at most two decimals",
        }
    ),
]
"""Money at the border: yuan as a decimal string outside, whole fen inside (M1)."""
