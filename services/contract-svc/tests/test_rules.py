"""The rules themselves, without a service around them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from contract_svc.rules.credit_code import is_credit_code
from contract_svc.rules.exits import Measured, looks_at_years, row_below, year_rate, years_below
from contract_svc.rules.gates import Evidence, Gate, missing_gates
from contract_svc.rules.reminders import TERM_NOTICES, evidence_reminders, term_reminders
from contract_svc.rules.ruleset import wrong_bands, wrong_deposit, wrong_weights
from contract_svc.rules.term import Outcome, Term
from houqin_shared.calendar import DAY, add_months
from hypothesis import given
from hypothesis import strategies as st

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
rates = st.decimals(0, 100, places=2)
TARGET = Decimal("90")


@pytest.mark.rule("C1")
@given(st.lists(st.tuples(st.sampled_from(Gate), days)), days)
def test_a_gate_is_missing_if_no_evidence_for_it_is_valid(
    papers: list[tuple[Gate, date]], day: date
) -> None:
    missing = missing_gates([Evidence(*paper) for paper in papers], day)
    for gate in Gate:
        held = any(paper == gate and until >= day for paper, until in papers)
        assert held != (gate in missing)
    assert missing == [gate for gate in Gate if gate in missing]


@pytest.mark.rule("C1")
def test_credit_codes_have_a_check_character() -> None:
    assert is_credit_code("91350100M000100Y43")
    assert not is_credit_code("91350100M000100Y44")
    assert not is_credit_code("91350100m000100y43")
    assert not is_credit_code(" 91350100M000100Y43")
    assert not is_credit_code("")


@pytest.mark.rule("C3")
@pytest.mark.rule("T2")
@given(days, st.integers(1, 36), st.lists(st.integers(1, 36), max_size=5))
def test_an_end_never_passes_three_years_and_never_drifts(
    start: date, months: int, renewals: list[int]
) -> None:
    term = Term.signed(start, months)
    for more in renewals:
        longer = term.renewed(more)
        if not longer.passes_three_years:
            term = longer
    assert term.ends_on == add_months(start, term.months)
    assert term.ends_on <= add_months(start, 36)
    assert (term.outcome is Outcome.REACHED) == (term.months == 36)


@pytest.mark.rule("T1")
@pytest.mark.rule("T2")
def test_a_leap_day_and_a_long_month() -> None:
    assert Term.signed(date(2020, 2, 29), 36).ends_on == date(2023, 2, 28)
    term = Term.signed(date(2019, 8, 31), 6)
    assert term.ends_on == date(2020, 2, 29)
    assert term.renewed(6).ends_on == date(2020, 8, 31)
    assert not term.is_over(date(2020, 2, 28))
    assert term.is_over(date(2020, 2, 29))


@pytest.mark.rule("C6")
@given(days, st.integers(1, 36), st.integers(-40, 1200), st.integers(-40, 1200))
def test_an_exit_lies_ahead_and_inside_the_term(
    start: date, months: int, today_after: int, exit_after: int
) -> None:
    term = Term.signed(start, months)
    today, day = (start + timedelta(days=each) for each in (today_after, exit_after))
    allowed = term.may_exit_on(day, today)
    assert allowed == (day >= today and day > start and day <= term.ends_on)
    if allowed:
        exited = term.exited(day)
        assert exited.outcome is Outcome.TERMINATED
        assert not exited.may_be_renewed(today)


@pytest.mark.rule("C4")
@given(days, st.integers(0, 1200))
def test_notices_of_an_end_known_long_before(end: date, ahead: int) -> None:
    recorded_on = end - timedelta(days=ahead)
    found = term_reminders(end, recorded_on)
    assert len({each.due_on for each in found}) == len(found)
    assert all(recorded_on < each.due_on < end for each in found)
    if ahead > max(TERM_NOTICES):
        assert [(end - each.due_on).days for each in found] == list(TERM_NOTICES)
    elif ahead > 1:
        assert found, "whoever signs late is still told"
        assert [each.days for each in found][1:] == [n for n in TERM_NOTICES if n < ahead - 1][
            : len(found) - 1
        ] or found[0].due_on > recorded_on + DAY


@pytest.mark.rule("C4")
def test_a_missed_notice_is_late_and_speaks_for_those_before_it() -> None:
    end = date(2018, 9, 1)
    late = term_reminders(end, date(2018, 8, 1))
    assert [(each.due_on, each.days) for each in late] == [(date(2018, 8, 2), 30)]
    assert term_reminders(end, date(2018, 8, 31)) == []


@pytest.mark.rule("C1")
def test_evidence_is_announced_up_to_its_last_day() -> None:
    until = date(2017, 9, 30)
    early = evidence_reminders(until, date(2017, 1, 1))
    assert [(until - each.due_on).days for each in early] == [90, 30, 7, 0]
    assert [each.days for each in evidence_reminders(until, date(2017, 9, 20))] == [30, 7, 0]
    assert evidence_reminders(until, date(2017, 9, 30)) == []
    assert evidence_reminders(until, date(2017, 10, 30)) == []
    assert evidence_reminders(date.max, date(2017, 10, 30))[-1].due_on == date.max


def measured(*rates_: str | None) -> list[Measured]:
    return [
        Measured(f"q{n}", None if rate is None else Decimal(rate))
        for n, rate in enumerate(rates_, 1)
    ]


@pytest.mark.rule("C6")
@pytest.mark.parametrize(
    ("row", "evidence"),
    [
        (("89", "89.99", "0"), ["q1", "q2", "q3"]),
        (("89", "90", "89", "89"), None),
        (("89", None, "89", None, "89"), ["q1", "q3", "q5"]),
        (("89", "89", "89", None), None),
        (("89", "89", "89", "89"), ["q2", "q3", "q4"]),
        (("89", "89"), None),
        ((), None),
    ],
)
def test_three_measured_quarters_in_a_row(
    row: tuple[str | None, ...], evidence: list[str] | None
) -> None:
    assert row_below(measured(*row), TARGET) == evidence


@pytest.mark.rule("C6")
@given(st.lists(st.none() | rates), rates)
def test_a_row_is_a_row_whatever_was_not_measured(
    given_rates: list[Decimal | None], target: Decimal
) -> None:
    """Told one by one, as the model of the rules counts them."""
    counted: list[str] = []
    row: list[Measured] = []
    for n, rate in enumerate(given_rates):
        row.append(Measured(f"q{n}", rate))
        if rate is not None:
            counted = [*counted, f"q{n}"] if rate < target else []
        expected = counted[-3:] if rate is not None and len(counted) >= 3 else None
        assert row_below(row, target) == expected


@pytest.mark.rule("C6")
def test_a_years_rate_is_of_all_its_answers() -> None:
    quarters = [
        Measured("2017Q1", Decimal("50.00"), answers=10, satisfied=5),
        Measured("2017Q2", None, answers=1000, satisfied=0),
        Measured("2017Q3", Decimal("66.67"), answers=3, satisfied=2),
    ]
    assert year_rate(quarters) == Decimal("53.85")
    assert year_rate(quarters[:2]) is None
    assert year_rate([]) is None


@pytest.mark.rule("C6")
def test_two_years_in_a_row() -> None:
    low, high = Decimal("89.99"), Decimal("90")
    assert years_below({2017: low, 2018: low}, 2018, TARGET) == ["2017", "2018"]
    assert years_below({2017: low, 2018: high}, 2018, TARGET) is None
    assert years_below({2016: low, 2018: low}, 2018, TARGET) is None


@pytest.mark.rule("T5")
def test_the_years_are_looked_at_on_5_february() -> None:
    year = [date(2018, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [day for day in year if looks_at_years(day)] == [date(2018, 2, 5)]


@pytest.mark.rule("F4")
@given(st.lists(st.sampled_from([Decimal(n) for n in (0, 50, 80, 95)])))
def test_bands_cover_everything_once(floors: list[Decimal]) -> None:
    fits = 0 in floors and len(set(floors)) == len(floors)
    assert (wrong_bands(floors) is None) == fits


@pytest.mark.rule("B8")
@given(rates)
def test_a_deposit_is_at_most_ten_percent(percent: Decimal) -> None:
    assert (wrong_deposit(percent) is None) == (percent <= 10)


@pytest.mark.rule("I3")
def test_weights_that_sum_to_nothing_divide_nothing() -> None:
    assert wrong_weights([Decimal(0), Decimal("0.1")]) is None
    assert wrong_weights([Decimal(0)])
    assert wrong_weights([])
