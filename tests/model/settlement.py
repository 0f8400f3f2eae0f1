"""What a contract costs: lines, statements, deposit and reward fund (B1-B12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from .calendar import Month, Quarter, Term, add_months
from .contracts import Contract
from .inspection import Score
from .money import fee, percent_of, round_half_up
from .refusal import Problem, Refused

DUE_DAYS_SMALL_OR_MEDIUM = 30  # B10
DUE_DAYS = 60  # B10
LATE_PERCENT_PER_DAY = Fraction(5, 100)  # B10


@dataclass(frozen=True, order=True, slots=True)
class Line:
    """One line of a statement; the order is the report's."""

    kind: str
    month: str
    source: str
    fen: int


@dataclass(frozen=True, slots=True)
class Booking:
    """B5: money that waits for the first statement drawn after the day it was recorded."""

    recorded_on: date
    line: Line


@dataclass(slots=True)
class Statement:
    """A month's settlement (B9, B10)."""

    month: Month
    drawn_on: date
    due_on: date
    lines: list[Line]
    payable: int
    from_deposit: int
    carried: int
    deposit_returned: int
    paid_on: date | None = None
    interest: int = 0

    def pay(self, today: date) -> None:
        """B10: paid late it bears interest, a debt to the supplier."""
        if self.paid_on is not None:
            raise Refused(Problem.ALREADY_PAID)
        days_late = max(0, (today - self.due_on).days)
        self.paid_on = today
        self.interest = round_half_up(self.payable * days_late * LATE_PERCENT_PER_DAY / 100)


@dataclass(slots=True)
class Account:
    """The money of one contract."""

    contract: Contract
    waiting: list[Booking] = field(default_factory=list)
    statements: dict[Month, Statement] = field(default_factory=dict)
    fees: dict[Month, int] = field(default_factory=dict)
    retained: dict[Month, int] = field(default_factory=dict)
    score_taken: dict[Month, int] = field(default_factory=dict)
    measured: dict[Quarter, Fraction] = field(default_factory=dict)
    released: set[Quarter] = field(default_factory=set)
    years_opened: int = 0
    deposit: int = 0
    reward_fund: int = 0
    carried: int = 0
    is_closed: bool = False

    @property
    def pending(self) -> int:
        """Booked, not yet on a statement, signed."""
        return sum(booking.line.fen for booking in self.waiting)

    def open_years(self, day: date) -> None:
        """B7, B8: the deposit comes when the contract starts, the reward every contract year."""
        contract, rules = self.contract, self.contract.rules
        while (first := self._next_year) <= day and contract.term.contains(first):
            if self.years_opened == 0:
                price = contract.annual_price * Fraction(contract.months, 12)
                self.deposit = round_half_up(price * rules.deposit_percent / 100)
            self.reward_fund += percent_of(contract.annual_price, rules.reward_percent)
            self.years_opened += 1

    @property
    def _next_year(self) -> date:
        """B7: the first day of the next contract year, counted from the first start (T2)."""
        return add_months(self.contract.term.starts_on, 12 * self.years_opened)

    def book(self, recorded_on: date, line: Line) -> None:
        """B5, B12: after closing nothing changes money; a line of zero is none."""
        if not self.is_closed and line.fen != 0:
            self.waiting.append(Booking(recorded_on, line))

    def hear_satisfaction(self, quarter: Quarter, rate: Fraction | None) -> None:
        """B6: only a measured quarter has a rate."""
        if rate is not None:
            self.measured[quarter] = rate

    def hear_revision(self, today: date, month: Month, score: Score) -> None:
        """B4: once the month's statement is drawn, the difference to what is already booked."""
        if month in self.fees and not self.is_closed:
            self.book(today, self._score_line(month, score))

    def _score_line(self, month: Month, score: Score) -> Line:
        """B4: what the score takes from the month's fee, less what it has taken already."""
        percent = self.contract.rules.ladder_percent(score.value)
        taken = percent_of(self.fees[month], percent)
        fen = self.score_taken.get(month, 0) - taken
        self.score_taken[month] = taken
        return Line("score", str(month), str(month), fen)

    def settle(self, day: date, month: Month, score: Score | None) -> None:
        """B5: draw the statement of `month` as of `day`, the 5th of the next month."""
        if self.is_closed:
            return
        lines = [booking.line for booking in self.waiting if booking.recorded_on < day]
        self.waiting = [booking for booking in self.waiting if booking.recorded_on >= day]
        if self.contract.term.touches(month):
            lines += self._month_lines(month, score)
        for quarter in self._releasable(day, month):
            lines += self._release(quarter)
        lines = _net_scores(lines)
        closing = self._closes(month)
        if lines or self.carried or closing:
            self._draw(day, month, lines, closing=closing)

    def _month_lines(self, month: Month, score: Score | None) -> list[Line]:
        """B1, B4: the month's fee, what is retained of it and what its score costs."""
        contract = self.contract
        start, end = contract.term.starts_on, contract.term.ends_on
        stretch = Term(max(start, month.start), min(end, month.end))
        earned = fee(contract.annual_price, start, stretch)
        self.fees[month] = earned
        self.retained[month] = percent_of(earned, contract.rules.retained_percent)
        lines = [
            Line("fee", str(month), str(month), earned),
            Line("retained", str(month), str(month), -self.retained[month]),
        ]
        if score is not None:
            lines.append(self._score_line(month, score))
        return lines

    def _releasable(self, day: date, month: Month) -> list[Quarter]:
        """B6: the quarters whose last fee is booked and which are measured or given up."""
        last_month = self.contract.term.last_month
        return [
            quarter
            for quarter in self.contract.term.quarters
            if quarter not in self.released
            and min(quarter.last_month, last_month) <= month
            and (quarter in self.measured or day >= quarter.given_up_on)
        ]

    def _release(self, quarter: Quarter) -> list[Line]:
        """B6: the band decides what comes back; the rest feeds the fund that pays the bonus."""
        self.released.add(quarter)
        retained = sum(self.retained.get(month, 0) for month in quarter.months)
        if quarter not in self.measured:
            return [Line("retained-returned", str(quarter), "not-measured", retained)]
        band = self.contract.rules.band(self.measured[quarter])
        returned = percent_of(retained, band.returned_percent)
        self.reward_fund += retained - returned
        fees = sum(self.fees.get(month, 0) for month in quarter.months)
        bonus = min(percent_of(fees, band.bonus_percent), self.reward_fund)
        self.reward_fund -= bonus
        return [
            Line("retained-returned", str(quarter), band.name, returned),
            Line("bonus", str(quarter), band.name, bonus),
        ]

    def _closes(self, month: Month) -> bool:
        """B12: the last month's fee is booked and all quarters are released."""
        term = self.contract.term
        return month >= term.last_month and self.released.issuperset(term.quarters)

    def _draw(self, day: date, month: Month, lines: list[Line], *, closing: bool) -> None:
        """B9: a shortfall is drawn from the deposit as far as it goes, the rest carried."""
        net = sum(line.fen for line in lines) - self.carried
        from_deposit = min(self.deposit, max(0, -net))
        self.deposit -= from_deposit
        self.carried = max(0, -net) - from_deposit
        deposit_returned = self.deposit if closing else 0
        self.deposit -= deposit_returned
        days = DUE_DAYS_SMALL_OR_MEDIUM if self.contract.small_or_medium else DUE_DAYS
        self.statements[month] = Statement(
            month=month,
            drawn_on=day,
            due_on=day + timedelta(days=days),
            lines=sorted(lines),
            payable=max(0, net),
            from_deposit=from_deposit,
            carried=self.carried,
            deposit_returned=deposit_returned,
        )
        self.is_closed = closing

    def pay(self, today: date, month: Month) -> None:
        statement = self.statements.get(month)
        if statement is None:
            raise Refused(Problem.NO_SUCH_STATEMENT)
        statement.pay(today)


def _net_scores(lines: list[Line]) -> list[Line]:
    """One score line a month, the net; lines of zero are left out."""
    scores: dict[str, int] = {}
    for line in lines:
        if line.kind == "score":
            scores[line.month] = scores.get(line.month, 0) + line.fen
    others = [line for line in lines if line.kind != "score"]
    netted = [Line("score", month, month, fen) for month, fen in scores.items()]
    return [line for line in others + netted if line.fen != 0]
