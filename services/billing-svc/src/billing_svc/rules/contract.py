"""The contract as billing knows it, and what its years bring (B7, B8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from houqin_shared.calendar import Month, add_months
from houqin_shared.exact import round_half_up, yuan_of_fen

from billing_svc.rules import chart
from billing_svc.rules.booking import Booking, Line
from billing_svc.rules.chart import Kind
from billing_svc.rules.fee import fee, months_between
from billing_svc.rules.money import share, written
from billing_svc.rules.ruleset import RuleSet
from billing_svc.rules.term import Term


@dataclass(frozen=True, slots=True)
class Contract:
    """What was signed; `term` ends as known before the day that is being swept."""

    id: str
    term: Term
    annual_price: int
    months: int
    """As first signed (B8)."""
    small_or_medium: bool
    rules: RuleSet

    def year_starts_on(self, year: int) -> date:
        """The first day of contract year `year`, counted from 0 (T2)."""
        return add_months(self.term.starts_on, 12 * year)

    @property
    def deposit(self) -> int:
        """B8: fen of the whole price as first signed."""
        price = self.annual_price * Fraction(self.months, 12)
        return round_half_up(price * self.rules.deposit_percent / 100)

    @property
    def reward(self) -> int:
        """B7: fen that the reward fund grows by each contract year."""
        return share(self.annual_price, self.rules.reward_percent)

    def fee_line(self, month: Month) -> Line:
        """B1: the fee of the part of `month` inside the term (M2)."""
        part = self.term.part_of(month)
        return Line(
            Kind.FEE,
            str(month),
            [str(month)],
            fee(self.annual_price, self.term.starts_on, part),
            "B1",
            {
                "annual_price": yuan_of_fen(self.annual_price),
                "contract_starts_on": self.term.starts_on.isoformat(),
                "from": part.starts_on.isoformat(),
                "up_to": part.ends_on.isoformat(),
                "months": written(months_between(part.starts_on, part.ends_on)),
            },
        )

    def retained_line(self, month: Month, fee: int) -> Line:
        """B1: what is kept back of a month's fee."""
        percent = self.rules.retained_percent
        return Line(
            Kind.RETAINED, str(month), [str(month)], -share(fee, percent), "B1",
            {"fee": yuan_of_fen(fee), "retained_percent": written(percent)},
        )  # fmt: skip


def years_begun(contract: Contract, known: int, day: date) -> int:
    """B7: how many contract years have begun up to `day`, if it is known of some already.

    A year that begins on or after the end never does.
    """
    years = known
    while (first := contract.year_starts_on(years)) <= day and first < contract.term.ends_on:
        years += 1
    return years


def year_opened(contract: Contract, year: int, day: date) -> Iterator[Booking]:
    """B7, B8: what a contract year, counted from 1, brings when it is opened on `day`."""
    first = contract.year_starts_on(year - 1)
    if year == 1 and (deposit := chart.deposit_received(contract.deposit)):
        yield Booking(contract.id, ["deposit"], "B8", deposit, first, day)
    if reward := chart.reward_credited(contract.reward):
        yield Booking(contract.id, [f"year/{year}"], "B7", reward, first, day)
