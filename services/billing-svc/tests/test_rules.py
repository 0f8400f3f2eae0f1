"""The rules of money, for all values."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from billing_svc.rules import chart
from billing_svc.rules.chart import Account, Kind, Move
from billing_svc.rules.contract import Contract, year_opened, years_begun
from billing_svc.rules.deductions import Deduction, withdrawn
from billing_svc.rules.fee import fee, months_between
from billing_svc.rules.ladder import Ladder
from billing_svc.rules.money import share, written
from billing_svc.rules.quarter import NOT_MEASURED, Survey, given_up_on, releasable, release
from billing_svc.rules.ruleset import RuleSet, Tariff
from billing_svc.rules.score import Score, newest_before
from billing_svc.rules.sentences import SENTENCES
from billing_svc.rules.settlement import Standing, settle
from billing_svc.rules.statement import draw, due_on, interest
from billing_svc.rules.term import Term
from houqin_shared.calendar import Month, Quarter, add_months
from hypothesis import given
from hypothesis import strategies as st
from model import money as model_money
from model.calendar import Term as ModelTerm

rule = pytest.mark.rule
days = st.dates(date(2015, 1, 1), date(2025, 12, 31)) | st.sampled_from(
    [date(2016, 2, 29), date(2020, 2, 29), date(2019, 8, 31), date(2018, 1, 30)]
)
prices = st.integers(1, 10**11)
fens = st.integers(0, 10**10)
percents = st.fractions(0, 100, max_denominator=100)

RULES = RuleSet.read(
    {
        "id": "r",
        "version": 1,
        "amounts": {"general": "50.00", "major": "500.00", "complaint": "200.00"},
        "repeat": {"within_days": 30, "times": 2},
        "ladder": {"full_from": 85, "percent_per_point": 1, "at_most_percent": 30},
        "bands": [
            {"from": 95, "name": "excellent", "returned_percent": 100, "bonus_percent": 1},
            {"from": 80, "name": "fair", "returned_percent": 50, "bonus_percent": 0},
            {"from": 0, "name": "poor", "returned_percent": 0, "bonus_percent": 0},
        ],
        "retained_percent": 5,
        "reward_percent": 2,
        "deposit_percent": 5,
    }
)


def contract(starts_on: date, months: int = 12, price: int = 23_500_000) -> Contract:
    term = Term(starts_on, add_months(starts_on, months))
    return Contract("c1", term, price, months, True, RULES)


@rule("M1")
def test_a_half_goes_away_from_zero() -> None:
    assert share(1, Fraction(50)) == 1
    assert share(-1, Fraction(50)) == -1
    assert share(101, Fraction(5, 10)) == 1
    assert share(99, Fraction(5, 10)) == 0


@rule("M2")
def test_the_figures_of_the_domain() -> None:
    cleaning = contract(date(2017, 5, 1))
    fees = [cleaning.fee_line(month).fen for month in cleaning.term.months(Month(2018, 4))]
    assert fees[:3] == [1_958_333, 1_958_334, 1_958_333]
    assert sum(fees) == 23_500_000


@rule("M2")
@given(days, prices, st.integers(1, 36))
def test_slices_of_whole_years_add_up_to_the_price(start: date, price: int, months: int) -> None:
    signed = contract(start, months, price)
    slices = {month: signed.fee_line(month).fen for month in signed.term.months(Month(2099, 1))}
    assert all(fen >= 0 for fen in slices.values())
    assert sum(slices.values()) == fee(price, start, signed.term)
    if months % 12 == 0:
        assert sum(slices.values()) == price * (months // 12)
    for month, fen in slices.items():
        part = signed.term.part_of(month)
        assert fen == model_money.fee(price, start, ModelTerm(part.starts_on, part.ends_on))


@rule("M2")
@given(days, st.integers(0, 1500))
def test_months_between_counts_parts_by_their_own_month(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    assert months_between(start, end) == model_money.in_months(start, end)


@rule("B1")
@given(fens)
def test_what_is_retained_is_a_share_of_the_fee(fen: int) -> None:
    line = contract(date(2017, 5, 1)).retained_line(Month(2017, 5), fen)
    assert line.fen == -share(fen, Fraction(5))


@rule("B2")
def test_a_repeat_costs_more() -> None:
    tariff = Tariff.read({"general": "50.00"}, 3)
    once = Deduction("c1", Kind.FINDING, ["f1"], "general", date(2017, 5, 3))
    again = Deduction("c1", Kind.FINDING, ["f2"], "general", date(2017, 5, 3), repeat=True)
    assert once.line(tariff).fen == -5_000
    assert again.line(tariff).fen == -15_000


@rule("B3")
def test_a_withdrawal_gives_back_what_was_taken() -> None:
    line = withdrawn("f1", date(2017, 5, 3), -15_000, 7)
    assert (line.fen, line.month, line.sources) == (15_000, "2017-05", ["f1"])


LADDER = Ladder(Fraction(85), Fraction(1), Fraction(30))


@rule("B4")
@pytest.mark.parametrize(
    ("score", "taken"),
    [("84.80", 3_917), ("85", 0), ("100", 0), ("55", 587_500), ("0", 587_500), (None, 0)],
)
def test_a_low_score_takes_of_the_fee(score: str | None, taken: int) -> None:
    value = None if score is None else Fraction(score)
    line = Score(1, value, date(2017, 6, 3)).line(LADDER, Month(2017, 5), 1_958_333, 0)
    assert line.fen == -taken


@rule("B4")
@given(fens, st.lists(st.none() | percents, min_size=1))
def test_differences_add_up_to_what_the_newest_revision_takes(
    fen: int, values: list[Fraction | None]
) -> None:
    booked = 0
    for revision, value in enumerate(values, 1):
        score = Score(revision, value, date(2017, 6, 3))
        booked += score.line(LADDER, Month(2017, 5), fen, booked).fen
    assert booked == -share(fen, LADDER.percent(values[-1]))


@rule("T4")
def test_the_newest_revision_before_a_day() -> None:
    scores = [Score(1, Fraction(90), date(2017, 6, 3)), Score(2, Fraction(80), date(2017, 6, 5))]
    found = newest_before(scores, date(2017, 6, 5))
    assert found is not None
    assert found.revision == 1
    assert newest_before(scores, date(2017, 6, 3)) is None


@rule("B6")
@given(fens, fens, percents, fens)
def test_a_released_quarter_loses_nothing(fen: int, kept: int, rate: Fraction, fund: int) -> None:
    quarter = Quarter(2017, 2)
    fees = {Month(2017, 4): (fen, kept)}
    released = release(quarter, RULES, fees, Survey(rate), fund)
    assert released.returned.fen + released.to_fund == kept
    assert released.bonus is not None
    assert 0 <= released.bonus.fen <= fund + released.to_fund
    assert fund + released.fund_change >= 0


@rule("B6")
def test_unmeasured_returns_all_without_bonus() -> None:
    released = release(Quarter(2017, 2), RULES, {Month(2017, 4): (100, 5)}, None, 10)
    assert (released.returned.sources, released.returned.fen) == ([NOT_MEASURED], 5)
    assert (released.bonus, released.fund_change) == (None, 0)


@rule("F4")
@pytest.mark.parametrize(
    ("rate", "band"),
    [("95", "excellent"), ("94.99", "fair"), ("80", "fair"), ("79.99", "poor"), ("0", "poor")],
)
def test_a_rate_on_the_border_reaches_the_higher_band(rate: str, band: str) -> None:
    assert RULES.band(Fraction(rate)).name == band


@rule("B6")
def test_when_a_quarter_is_released() -> None:
    term, quarter = Term(date(2017, 5, 1), date(2018, 5, 1)), Quarter(2017, 2)
    assert given_up_on(quarter) == date(2017, 8, 5)

    def at(month: Month, day: date, measured: set[Quarter]) -> list[Quarter]:
        return releasable(term, month, day, measured, ())

    assert at(Month(2017, 5), date(2017, 6, 5), {quarter}) == []  # its last fee isn't booked
    assert at(Month(2017, 6), date(2017, 7, 5), {quarter}) == [quarter]
    assert at(Month(2017, 6), date(2017, 7, 5), set()) == []
    assert at(Month(2017, 7), date(2017, 8, 5), set()) == [quarter]
    # the last month of the contract comes before the quarter's
    short = Term(date(2017, 5, 1), date(2017, 5, 20))
    assert releasable(short, Month(2017, 5), date(2017, 6, 5), {quarter}, ()) == [quarter]
    # not measured: the quarter's end counts, even if the contract ended sooner
    assert releasable(short, Month(2017, 6), date(2017, 7, 5), (), ()) == []


@rule("B7")
@rule("B8")
def test_years_begin_while_the_contract_runs() -> None:
    two = contract(date(2020, 2, 29), 24)
    assert years_begun(two, 0, date(2020, 2, 28)) == 0
    assert years_begun(two, 0, date(2020, 2, 29)) == 1
    first = list(year_opened(two, 1, date(2020, 2, 29)))
    assert [b.sources for b in first] == [["deposit"], ["year/1"]]
    assert two.deposit == 2_350_000
    assert two.reward == 470_000
    assert years_begun(two, 1, date(2030, 1, 1)) == 2
    (second,) = year_opened(two, 2, date(2030, 1, 1))
    assert (second.sources, second.happened_on) == (["year/2"], date(2021, 2, 28))
    assert two.year_starts_on(2) == two.term.ends_on  # a year that would begin on the end


@rule("B9")
@given(st.integers(-(10**10), 10**10), fens, fens, st.booleans())
def test_a_statement_adds_up(lines: int, carried: int, deposit: int, closing: bool) -> None:
    day = date(2017, 6, 5)
    made = draw(
        Month(2017, 5), day, day, lines=lines, carried=carried, deposit=deposit, closing=closing
    )
    assert made.payable - made.short == lines - carried
    assert made.payable == 0 or made.short == 0
    assert 0 <= made.from_deposit <= deposit
    assert made.carried == 0 or made.from_deposit == deposit  # the deposit goes first
    assert made.deposit_returned == (deposit - made.from_deposit if closing else 0)


@rule("B10")
def test_due_days_and_interest() -> None:
    assert due_on(date(2017, 6, 5), small_or_medium=True) == date(2017, 7, 5)
    assert due_on(date(2017, 6, 5), small_or_medium=False) == date(2017, 8, 4)
    assert interest(1_855_416, date(2017, 7, 5), date(2017, 7, 7)) == 1_855
    assert interest(1_855_416, date(2017, 7, 5), date(2017, 7, 5)) == 0
    assert interest(1_855_416, date(2017, 7, 5), date(2017, 6, 5)) == 0


@rule("M3")
@given(st.sampled_from(Kind), st.integers(-(10**10), 10**10), fens, fens)
def test_every_move_is_of_more_than_nothing(
    kind: Kind, lines: int, carried: int, deposit: int
) -> None:
    day = date(2017, 6, 5)
    made = draw(
        Month(2017, 5), day, day, lines=lines, carried=carried, deposit=deposit, closing=True
    )
    moves = {
        lines: chart.line(kind, lines),
        carried: chart.reward_credited(carried),
        carried - made.short: chart.shortfall_changed(carried, made.short),
        made.payable: chart.statement_payable(made.payable),
        made.from_deposit: chart.drawn_from_deposit(made.from_deposit),
        made.deposit_returned: chart.deposit_returned(made.deposit_returned),
    }
    for fen, move in moves.items():
        if move is None:
            assert fen == 0
        else:
            assert move.fen == abs(fen) > 0
            assert move.debit != move.credit
    assert made.payable + (carried - made.short) == lines


@rule("M3")
@given(st.sampled_from(Kind), st.integers(-(10**10), 10**10).filter(bool))
def test_what_came_too_late_goes_back_the_way_it_came(kind: Kind, fen: int) -> None:
    there, back = chart.line(kind, fen), chart.line_came_too_late(kind, fen)
    assert there is not None
    assert back == Move(there.credit, there.debit, there.fen)
    pending = there.credit if fen > 0 else there.debit
    assert pending is Account.SUPPLIER_PENDING


@rule("B12")
def test_a_fee_of_zero_closes_too() -> None:
    free = contract(date(2017, 5, 10), 1, price=1)
    quarter = {Quarter(2017, 2): Survey(Fraction(50))}
    first = settle(Standing(free, surveys=quarter), date(2017, 6, 5), Month(2017, 5))
    assert first.fees == {Month(2017, 5): (0, 0)}
    assert (first.statement, first.closes) == (None, False)  # nothing to show yet
    standing = Standing(free, deposit=7, fees=first.fees, surveys=quarter)
    last = settle(standing, date(2017, 7, 5), Month(2017, 6))
    assert last.closes
    assert last.statement is not None
    assert last.statement.deposit_returned == 7


@rule("B13")
def test_every_kind_of_line_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Kind) == set(chart.COUNTERPART)


@pytest.mark.parametrize(
    ("value", "text"), [("0.20", "0.2"), ("100", "100"), ("37/31", "37/31"), ("-1.5", "-1.5")]
)
def test_numbers_are_written_as_people_read_them(value: Any, text: str) -> None:
    assert written(Fraction(value)) == text
