"""A contract's pinned rule set: every number that an office might set differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Raw = Mapping[str, Any]


def exact(value: object) -> Fraction:
    """A number of the file, read as the decimal that was written."""
    return Fraction(str(value))


def yuan(value: object) -> int:
    """Money of the file in whole fen (M1)."""
    fen = exact(value) * 100
    if fen.denominator != 1:
        raise ValueError(f"more than two decimals: {value}")
    return int(fen)


@dataclass(frozen=True, slots=True)
class Band:
    """B6, F4: what a quarter's satisfaction rate, from `at_least` up, gives back."""

    at_least: Fraction
    name: str
    returned_percent: Fraction
    bonus_percent: Fraction


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The numbers of `office-file.md`, exact."""

    points: Mapping[str, Fraction]
    tiers: Mapping[str, Fraction]
    half_year: Mapping[str, Fraction]
    amounts: Mapping[str, int]
    repeat_within_days: int
    repeat_times: int
    full_from: Fraction
    percent_per_point: Fraction
    at_most_percent: Fraction
    retained_percent: Fraction
    bands: tuple[Band, ...]
    reward_percent: Fraction
    deposit_percent: Fraction
    second_notice_days: int
    min_responses: int
    min_response_percent: Fraction
    satisfied_from: int
    widespread_complaints: int
    widespread_departments: int
    widespread_within_days: int

    @classmethod
    def parse(cls, raw: Raw) -> RuleSet:
        return cls(
            points={kind: exact(value) for kind, value in raw["points"].items()},
            tiers={tier: exact(weight) for tier, weight in raw["tiers"].items()},
            half_year={part: exact(weight) for part, weight in raw["half_year"].items()},
            amounts={kind: yuan(value) for kind, value in raw["amounts"].items()},
            repeat_within_days=int(raw["repeat"]["within_days"]),
            repeat_times=int(raw["repeat"]["times"]),
            full_from=exact(raw["ladder"]["full_from"]),
            percent_per_point=exact(raw["ladder"]["percent_per_point"]),
            at_most_percent=exact(raw["ladder"]["at_most_percent"]),
            retained_percent=exact(raw["retained_percent"]),
            bands=tuple(
                Band(
                    exact(band["from"]),
                    band["name"],
                    exact(band["returned_percent"]),
                    exact(band["bonus_percent"]),
                )
                for band in raw["bands"]
            ),
            reward_percent=exact(raw["reward_percent"]),
            deposit_percent=exact(raw["deposit_percent"]),
            second_notice_days=int(raw["second_notice_days"]),
            min_responses=int(raw["survey"]["min_responses"]),
            min_response_percent=exact(raw["survey"]["min_response_percent"]),
            satisfied_from=int(raw["survey"]["satisfied_from"]),
            widespread_complaints=int(raw["widespread"]["complaints"]),
            widespread_departments=int(raw["widespread"]["departments"]),
            widespread_within_days=int(raw["widespread"]["within_days"]),
        )

    def band(self, rate: Fraction) -> Band:
        """F4: the band with the highest lower bound that the rate reaches."""
        reached = [band for band in self.bands if band.at_least <= rate]
        return max(reached, key=lambda band: band.at_least)

    def ladder_percent(self, score: Fraction | None) -> Fraction:
        """B4: the percentage of a month's fee that its score costs; unassessed costs nothing."""
        if score is None or score >= self.full_from:
            return Fraction(0)
        return min((self.full_from - score) * self.percent_per_point, self.at_most_percent)
