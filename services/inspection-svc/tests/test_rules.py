"""The rules of inspection, by the figures of the office and for all values."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from houqin_shared.calendar import Month
from hypothesis import given
from hypothesis import strategies as st
from inspection_svc.rules.bulletin import Entry, bulletin_number, commended, criticised
from inspection_svc.rules.finding import repeats_since, which_repeat
from inspection_svc.rules.half_year import half_year_score
from inspection_svc.rules.notice import NOTICE, Notice, NoticeState, Result
from inspection_svc.rules.ruleset import RuleSet
from inspection_svc.rules.score import MonthFacts, month_score
from inspection_svc.rules.term import Term

RULES = RuleSet.read(
    {
        "points": {"general": "1", "major": "5", "complaint": "2", "merit": "1"},
        "tiers": {"patrol": "0.4", "joint": "0.6"},
        "half_year": {"months": "0.7", "leaders": "0.3"},
        "repeat": {"within_days": 30},
        "second_notice_days": 7,
    }
)
BOTH = frozenset({"patrol", "joint"})

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
counts = st.integers(0, 200)
points = st.decimals(0, 100, places=2)
facts_of_both = st.builds(
    MonthFacts,
    visited=st.just(BOTH),
    findings=st.dictionaries(
        st.tuples(st.sampled_from(["patrol", "joint"]), st.sampled_from(["general", "major"])),
        counts,
    ),
    complaints=counts,
    merits=counts,
)


def rules_with(tiers: dict[str, Decimal]) -> RuleSet:
    return RuleSet(RULES.points, tiers, RULES.half_year, 30, 7)


# --- terms ---------------------------------------------------------------------------------


@pytest.mark.rule("I1")
def test_a_term_covers_its_first_day_and_not_its_end() -> None:
    term = Term(date(2017, 5, 1), date(2020, 5, 1))
    assert [term.covers(day) for day in (date(2017, 4, 30), term.starts_on)] == [False, True]
    assert [term.covers(day) for day in (date(2020, 4, 30), term.ends_on)] == [True, False]


@pytest.mark.rule("I4")
@given(days, st.integers(1, 2000), st.integers(-3, 80))
def test_a_term_touches_the_months_that_hold_a_day_of_it(
    starts_on: date, length: int, months: int
) -> None:
    term = Term(starts_on, starts_on + timedelta(days=length))
    month = Month.of(starts_on).plus(months)
    all_days = (month.first + timedelta(days=n) for n in range(month.days))
    assert term.touches(month) == any(term.covers(day) for day in all_days)


# --- repeats -------------------------------------------------------------------------------


@pytest.mark.rule("I2")
def test_a_finding_repeats_an_earlier_one_of_the_same_visit() -> None:
    here, there = ("CL-1", "3F"), ("CL-1", "4F")
    assert which_repeat([here, there, here], set()) == [False, False, True]
    assert which_repeat([here, there], {there}) == [False, True]


@pytest.mark.rule("I2")
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"))), st.data())
def test_only_the_first_of_a_spot_is_new(spots: list[tuple[str, str]], data: st.DataObject) -> None:
    seen = set(data.draw(st.lists(st.sampled_from(spots)) if spots else st.just([])))
    repeats = which_repeat(spots, seen)
    for index, spot in enumerate(spots):
        assert repeats[index] == (spot in seen or spot in spots[:index])


@pytest.mark.rule("I2")
def test_the_window_holds_both_its_ends() -> None:
    assert repeats_since(date(2017, 5, 31), 30) == date(2017, 5, 1)
    assert repeats_since(date(2017, 5, 31), 0) == date(2017, 5, 31)


# --- month scores --------------------------------------------------------------------------


@pytest.mark.rule("I3")
def test_one_patrol_finding_costs_its_weight() -> None:
    score = month_score(RULES, MonthFacts(BOTH, {("patrol", "general"): 1}))
    assert (str(score.value), score.missing) == ("99.60", ())


@pytest.mark.rule("I3")
def test_complaints_cost_and_merits_win() -> None:
    findings = {("patrol", "major"): 1, ("joint", "general"): 2}
    score = month_score(RULES, MonthFacts(BOTH, findings, complaints=2, merits=1))
    # 0.4 * 95 + 0.6 * 98 = 96.80; less 2 * 2, more 1
    assert str(score.value) == "93.80"


@pytest.mark.rule("I3")
@pytest.mark.parametrize(
    ("visited", "missing"),
    [
        (set(), ("joint", "patrol")),
        ({"joint"}, ("patrol",)),
        ({"external", "patrol"}, ("joint",)),
    ],
)
def test_a_month_without_a_tier_is_not_assessed(
    visited: set[str], missing: tuple[str, ...]
) -> None:
    score = month_score(RULES, MonthFacts(visited, {}, merits=3))
    assert (score.value, score.missing) == (None, missing)


@pytest.mark.rule("I3")
def test_a_tier_that_is_not_weighed_costs_no_points() -> None:
    rules = rules_with({"joint": Decimal(1)})
    score = month_score(rules, MonthFacts(BOTH, {("patrol", "major"): 19}))
    assert str(score.value) == "100.00"


@pytest.mark.rule("I3")
def test_weights_are_divided_by_their_sum_and_the_score_is_rounded_once() -> None:
    rules = rules_with({"patrol": Decimal(1), "joint": Decimal(2)})
    score = month_score(rules, MonthFacts(BOTH, {("patrol", "general"): 1}))
    assert str(score.value) == "99.67"  # 99 2/3


@pytest.mark.rule("I3")
def test_no_tier_at_all_scores_nothing() -> None:
    score = month_score(rules_with({}), MonthFacts(BOTH))
    assert (score.value, score.missing) == (None, ())


@pytest.mark.rule("I3")
@given(facts_of_both)
def test_a_score_stays_between_0_and_100_with_two_decimals(facts: MonthFacts) -> None:
    value = month_score(RULES, facts).value
    assert value is not None
    assert 0 <= value <= 100
    assert value.as_tuple().exponent == -2


@pytest.mark.rule("I3")
@given(facts_of_both)
def test_one_more_finding_never_raises_a_score(facts: MonthFacts) -> None:
    worse = MonthFacts(
        facts.visited,
        {**facts.findings, ("joint", "major"): facts.findings.get(("joint", "major"), 0) + 1},
        facts.complaints,
        facts.merits,
    )
    before, after = month_score(RULES, facts).value, month_score(RULES, worse).value
    assert before is not None
    assert after is not None
    assert after <= before


@pytest.mark.rule("I4")
def test_a_revision_is_worth_publishing_when_score_or_missing_tiers_changed() -> None:
    score = month_score(RULES, MonthFacts(BOTH))
    assert not score.differs_from(Decimal("100.00"), set())
    assert score.differs_from(Decimal("99.99"), set())
    assert score.differs_from(None, {"joint"})


# --- half-years ----------------------------------------------------------------------------


@pytest.mark.rule("I7")
def test_a_half_year_weighs_its_assessed_months_and_the_leaders() -> None:
    months = [Decimal("95.00"), None, Decimal("98.00")]
    assert str(half_year_score(RULES, months, Decimal("90.5"))) == "94.70"


@pytest.mark.rule("I7")
def test_a_half_year_without_months_or_leaders_is_not_assessed() -> None:
    assert half_year_score(RULES, [None, None], Decimal(90)) is None
    assert half_year_score(RULES, [Decimal(90)], None) is None


@pytest.mark.rule("I7")
@given(st.lists(points, min_size=1, max_size=6), points)
def test_a_half_year_lies_between_what_it_is_made_from(
    months: list[Decimal], review: Decimal
) -> None:
    score = half_year_score(RULES, list(months), review)
    assert score is not None
    cent = Decimal("0.01")
    assert min(*months, review) - cent <= score <= max(*months, review) + cent


# --- notices -------------------------------------------------------------------------------


@pytest.mark.rule("I5")
def test_a_notice_read_aloud() -> None:
    first = Notice(NoticeState.OPEN, date(2018, 2, 20))
    again = first.after(Result.FAILED, date(2018, 2, 19), 7)
    assert again == Notice(NoticeState.AGAIN, date(2018, 2, 26))
    assert again.after(Result.FAILED, date(2018, 2, 27), 7).state is NoticeState.WARNED
    assert again.after(Result.PASSED, date(2018, 2, 26), 7).state is NoticeState.CLOSED
    assert [first.round, again.round] == [1, 2]


@pytest.mark.rule("I5")
@given(days, st.integers(0, 60), st.sampled_from(NoticeState))
def test_a_notice_is_overdue_from_the_day_after_its_due_day(
    due: date, later: int, state: NoticeState
) -> None:
    failed_on = Notice(state, due).overdue_on(due + timedelta(days=later))
    still_open = state in (NoticeState.OPEN, NoticeState.AGAIN)
    expected = due + timedelta(days=1) if still_open and later > 0 else None
    assert failed_on == expected


@pytest.mark.rule("I5")
def test_only_open_notices_take_results() -> None:
    assert {state for state, _ in NOTICE} == {NoticeState.OPEN, NoticeState.AGAIN}


# --- bulletins -----------------------------------------------------------------------------


def entry(score: str | None, failed: bool = False, contract: str = "c") -> Entry:
    return Entry(contract, None if score is None else Decimal(score), (), failed)


@pytest.mark.rule("I8")
@pytest.mark.parametrize(
    ("shown", "praise", "blame"),
    [
        (entry("95.00"), True, False),
        (entry("94.99"), False, False),
        (entry("100.00", failed=True), False, True),
        (entry("80.00"), False, False),
        (entry("79.99"), False, True),
        (entry(None), False, False),
        (entry(None, failed=True), False, True),
    ],
)
def test_praise_and_criticism(shown: Entry, praise: bool, blame: bool) -> None:
    assert (bool(commended([shown])), bool(criticised([shown]))) == (praise, blame)


@pytest.mark.rule("I8")
def test_bulletins_list_contracts_in_order_and_are_numbered_within_the_year() -> None:
    assert commended([entry("99", contract=name) for name in ("b", "a", "B")]) == ["B", "a", "b"]
    assert [bulletin_number(2017, n) for n in (0, 1, 11)] == ["2017-01", "2017-02", "2017-12"]
