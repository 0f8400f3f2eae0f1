"""B4: how much of a month's fee a low score takes."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Ladder:
    """B4: how much of a month's fee a low score takes."""

    full_from: Fraction
    percent_per_point: Fraction
    at_most_percent: Fraction

    def percent(self, score: Fraction | None) -> Fraction:
        """Percent of the fee; an unassessed month costs nothing (I3)."""
        if score is None or score >= self.full_from:
            return Fraction(0)
        return min((self.full_from - score) * self.percent_per_point, self.at_most_percent)
