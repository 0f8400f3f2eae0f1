"""B4: what a month's score takes of its fee."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from houqin_shared.calendar import Month
from houqin_shared.exact import yuan_of_fen

from billing_svc.rules.booking import Line
from billing_svc.rules.chart import Kind
from billing_svc.rules.ladder import Ladder
from billing_svc.rules.money import share, written


@dataclass(frozen=True, slots=True)
class Score:
    """A revision of a month's score; no value: not assessed."""

    revision: int
    value: Fraction | None
    recorded_on: date
    cause: UUID | None = None

    def line(self, ladder: Ladder, month: Month, fee: int, booked: int) -> Line:
        """The difference to what is `booked` already (a sum of lines, so mostly below zero)."""
        percent = ladder.percent(self.value)
        taken = share(fee, percent)
        return Line(
            Kind.SCORE,
            str(month),
            [str(month)],
            -taken - booked,
            "B4",
            {
                "fee": yuan_of_fen(fee),
                "score": None if self.value is None else written(self.value),
                "revision": self.revision,
                "full_from": written(ladder.full_from),
                "percent_per_point": written(ladder.percent_per_point),
                "at_most_percent": written(ladder.at_most_percent),
                "percent": written(percent),
                "booked_before": yuan_of_fen(booked),
            },
            self.revision,
        )


def newest_before(scores: Sequence[Score], day: date) -> Score | None:
    """B5, T4: the newest revision that was recorded before `day`."""
    known = [score for score in scores if score.recorded_on < day]
    return max(known, key=lambda score: score.revision, default=None)
