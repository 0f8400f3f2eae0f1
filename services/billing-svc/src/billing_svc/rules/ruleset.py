"""The numbers of a contract's pinned rule set that money depends on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from houqin_shared.exact import fen_of_yuan

from billing_svc.rules.ladder import Ladder


def exact(value: object) -> Fraction:
    """A decimal as it was written."""
    return Fraction(str(value))


@dataclass(frozen=True, slots=True)
class Tariff:
    """B2: fen by what went wrong: general, major, complaint, rectification."""

    amounts: Mapping[str, int]
    repeat_times: int

    @classmethod
    def read(cls, amounts: Mapping[str, Any], repeat_times: object) -> Self:
        fen = {what: fen_of_yuan(Decimal(str(yuan))) for what, yuan in amounts.items()}
        return cls(fen, int(str(repeat_times)))

    def charge(self, what: str, *, repeat: bool = False) -> int:
        """Fen to take for one of `what`, more for a repeat (I2)."""
        return self.amounts[what] * (self.repeat_times if repeat else 1)


@dataclass(frozen=True, slots=True)
class Band:
    """B6: what a satisfaction rate from `at_least` upwards gives back."""

    at_least: Fraction
    name: str
    returned_percent: Fraction
    bonus_percent: Fraction


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A rule set as it was when the contract was signed; percentages are exact."""

    id: str
    version: int
    tariff: Tariff
    ladder: Ladder
    bands: tuple[Band, ...]
    retained_percent: Fraction
    reward_percent: Fraction
    deposit_percent: Fraction

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Self:
        """From the office file's shape. Raises KeyError or ValueError."""
        ladder = raw["ladder"]
        return cls(
            id=str(raw["id"]),
            version=int(raw["version"]),
            tariff=Tariff.read(raw["amounts"], raw["repeat"]["times"]),
            ladder=Ladder(
                exact(ladder["full_from"]),
                exact(ladder["percent_per_point"]),
                exact(ladder["at_most_percent"]),
            ),
            bands=tuple(
                Band(
                    exact(band["from"]),
                    str(band["name"]),
                    exact(band["returned_percent"]),
                    exact(band["bonus_percent"]),
                )
                for band in raw["bands"]
            ),
            retained_percent=exact(raw["retained_percent"]),
            reward_percent=exact(raw["reward_percent"]),
            deposit_percent=exact(raw["deposit_percent"]),
        )

    def band(self, rate: Fraction) -> Band:
        """F4: the highest band that the rate reaches; they cover 0..100."""
        return max(
            (band for band in self.bands if band.at_least <= rate),
            key=lambda band: band.at_least,
        )
