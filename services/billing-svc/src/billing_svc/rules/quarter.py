"""B6: when a quarter's retained money is released, and to whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from houqin_shared.calendar import Month, Quarter
from houqin_shared.exact import yuan_of_fen

from billing_svc.rules.booking import Line
from billing_svc.rules.chart import Kind
from billing_svc.rules.money import share, written
from billing_svc.rules.ruleset import RuleSet
from billing_svc.rules.term import Term

NOT_MEASURED = "not-measured"
STATEMENTS_DAY = 5
"""T5: the day on which last month's statements are drawn."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A quarter's measured satisfaction, in percent."""

    rate: Fraction
    cause: UUID | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What becomes of a quarter's retained money, in fen."""

    quarter: Quarter
    band: str
    retained: int
    returned: Line
    bonus: Line | None
    to_fund: int
    survey: Survey | None

    @property
    def fund_change(self) -> int:
        return self.to_fund - (self.bonus.fen if self.bonus else 0)


def given_up_on(quarter: Quarter) -> date:
    """The 5th of the second month after the quarter's end."""
    return quarter.months[2].plus(2).first.replace(day=STATEMENTS_DAY)


def releasable(
    term: Term,
    month: Month,
    day: date,
    measured: Collection[Quarter],
    released: Collection[Quarter],
) -> list[Quarter]:
    """Those whose last fee is booked with the statement of `month`, measured or given up."""
    return [
        quarter
        for quarter in term.quarters
        if quarter not in released
        and min(quarter.months[2], term.last_month) <= month
        and (quarter in measured or day >= given_up_on(quarter))
    ]


def release(
    quarter: Quarter,
    rules: RuleSet,
    fees: Mapping[Month, tuple[int, int]],
    survey: Survey | None,
    fund: int,
) -> Release:
    """Release a quarter; `fees` are (fee, retained) by month, `fund` is the reward fund."""
    booked = [fees[month] for month in quarter.months if month in fees]
    fee, retained = sum(each[0] for each in booked), sum(each[1] for each in booked)
    month = str(quarter)
    numbers: dict[str, object] = {"retained": yuan_of_fen(retained)}
    if survey is None:
        numbers |= {"rate": None, "given_up_on": given_up_on(quarter).isoformat()}
        back = Line(Kind.RETAINED_RETURNED, month, [NOT_MEASURED], retained, "B6", numbers)
        return Release(quarter, NOT_MEASURED, retained, back, None, 0, None)
    band = rules.band(survey.rate)
    numbers |= {
        "rate": written(survey.rate),
        "band": band.name,
        "band_from": written(band.at_least),
    }
    returned = share(retained, band.returned_percent)
    to_fund = retained - returned
    bonus = min(share(fee, band.bonus_percent), fund + to_fund)
    return Release(
        quarter,
        band.name,
        retained,
        Line(
            Kind.RETAINED_RETURNED, month, [band.name], returned, "B6",
            numbers | {"returned_percent": written(band.returned_percent)},
        ),
        Line(
            Kind.BONUS, month, [band.name], bonus, "B6",
            numbers
            | {
                "fees": yuan_of_fen(fee),
                "bonus_percent": written(band.bonus_percent),
                "reward_fund": yuan_of_fen(fund + to_fund),
            },
        ),
        to_fund,
        survey,
    )  # fmt: skip
