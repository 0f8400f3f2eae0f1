"""B1-B6, B9, B12: a contract's statement of a month."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from houqin_shared.calendar import Month, Quarter

from billing_svc.rules import chart
from billing_svc.rules.booking import Booking, Line
from billing_svc.rules.contract import Contract
from billing_svc.rules.quarter import Release, Survey, releasable, release
from billing_svc.rules.score import Score, newest_before
from billing_svc.rules.statement import Statement, draw, due_on


@dataclass(frozen=True, slots=True)
class Waiting:
    """B5: the lines recorded before the day that no statement holds yet."""

    fen: int = 0
    shown: bool = False
    """Whether any would stand on a statement; a month's scores that net to zero don't."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that was recorded of a contract's money before the day that is being swept (T4).

    Of `scores` alone those of that day and later are there too: what they change waits.
    """

    contract: Contract
    deposit: int = 0
    reward_fund: int = 0
    carried: int = 0
    waiting: Waiting = Waiting()
    fees: Mapping[Month, tuple[int, int]] = field(default_factory=dict)
    """(fee, retained) in fen of the months booked so far, those of zero too."""
    surveys: Mapping[Quarter, Survey] = field(default_factory=dict)
    released: Collection[Quarter] = ()
    scores: Mapping[Month, Sequence[Score]] = field(default_factory=dict)


@dataclass(slots=True)
class Settlement:
    """What drawing a statement brings about."""

    standing: Standing
    day: date
    month: Month
    bookings: list[Booking] = field(default_factory=list)
    fees: dict[Month, tuple[int, int]] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    statement: Statement | None = None
    closes: bool = False

    @property
    def lines_fen(self) -> int:
        """The sum of the lines that this statement itself brings."""
        return sum(each.line.fen for each in self.bookings if each.line and each.statement)

    @property
    def has_lines(self) -> bool:
        return any(each.line for each in self.bookings)

    def add(self, line: Line, cause: UUID | None = None) -> int:
        """A line on this statement; its fen."""
        if line.fen:
            self.bookings.append(self._of(line, self.day, cause, self.month))
        return line.fen

    def await_next(self, line: Line, recorded_on: date, cause: UUID | None) -> None:
        """A line that was recorded too late for this statement (B5)."""
        if line.fen:
            self.bookings.append(self._of(line, recorded_on, cause, None))

    def move(
        self, source: str, rule: str, move: chart.Move | None, cause: UUID | None = None
    ) -> None:
        """A change of money that is no line, if there is any."""
        if move:
            contract = self.standing.contract.id
            self.bookings.append(Booking(contract, [source], rule, move, self.day, self.day, cause))

    def _of(
        self, line: Line, recorded_on: date, cause: UUID | None, statement: Month | None
    ) -> Booking:
        contract = self.standing.contract
        return Booking.of(
            contract.id, line, happened_on=self.day, recorded_on=recorded_on, cause=cause,
            rules_version=contract.rules.version, statement=statement,
        )  # fmt: skip


def settle(standing: Standing, day: date, month: Month) -> Settlement:
    """Draw the statement of `month` as of `day`, the 5th of the month after.

    Months of the term that no statement has booked, because the contract was recorded after
    them, are booked now as well; a statement without lines, carry or closing is not drawn (B9).
    """
    made = Settlement(standing, day, month)
    term = standing.contract.term
    for each in term.months(month):
        if each not in standing.fees:
            _book_month(made, each)
    fund = standing.reward_fund
    for quarter in releasable(term, month, day, standing.surveys, standing.released):
        fund += _book_release(made, quarter, fund)
    given_back = {*standing.released, *(each.quarter for each in made.releases)}
    made.closes = month >= term.last_month and given_back.issuperset(term.quarters)
    if standing.waiting.shown or made.has_lines or standing.carried or made.closes:
        _draw(made)
    if not made.closes:
        _book_later_scores(made)
    return made


def _book_month(made: Settlement, month: Month) -> None:
    """B1, B4: a month's fee, what is retained of it, and what its score takes."""
    contract = made.standing.contract
    fee = made.add(contract.fee_line(month))
    retained = made.add(contract.retained_line(month, fee))
    made.fees[month] = fee, -retained
    score = newest_before(made.standing.scores.get(month, ()), made.day)
    if score is not None:
        made.add(score.line(contract.rules.ladder, month, fee, 0), score.cause)


def _book_release(made: Settlement, quarter: Quarter, fund: int) -> int:
    """B6: release a quarter; by how much the reward fund changes."""
    standing = made.standing
    fees = {**standing.fees, **made.fees}
    survey = standing.surveys.get(quarter)
    released = release(quarter, standing.contract.rules, fees, survey, fund)
    cause = survey.cause if survey else None
    made.releases.append(released)
    made.add(released.returned, cause)
    rest = chart.rest_of_retained(released.to_fund)
    made.move(f"retained-rest/{quarter}", "B6", rest, cause)
    if released.bonus is not None:
        made.add(released.bonus, cause)
    return released.fund_change


def _draw(made: Settlement) -> None:
    standing, contract = made.standing, made.standing.contract
    statement = draw(
        made.month,
        made.day,
        due_on(made.day, small_or_medium=contract.small_or_medium),
        lines=standing.waiting.fen + made.lines_fen,
        carried=standing.carried,
        deposit=standing.deposit,
        closing=made.closes,
    )
    made.statement = statement
    source = f"statement/{made.month}"
    changed = chart.shortfall_changed(statement.carried_before, statement.short)
    made.move(source, "B9", chart.statement_payable(statement.payable))
    made.move(f"{source}/shortfall", "B9", changed)
    made.move(f"{source}/deposit", "B9", chart.drawn_from_deposit(statement.from_deposit))
    made.move("deposit-returned", "B12", chart.deposit_returned(statement.deposit_returned))


def _book_later_scores(made: Settlement) -> None:
    """B4, B5: revisions recorded on the day of the statement or later, heard before it was drawn,
    change it as if they had been heard after it."""
    ladder = made.standing.contract.rules.ladder
    for month, (fee, _) in made.fees.items():
        scores = made.standing.scores.get(month, ())
        first = newest_before(scores, made.day)
        booked = first.line(ladder, month, fee, 0).fen if first else 0
        for score in sorted(scores, key=lambda each: each.revision):
            if score.recorded_on >= made.day and (not first or score.revision > first.revision):
                line = score.line(ladder, month, fee, booked)
                made.await_next(line, score.recorded_on, score.cause)
                booked += line.fen
