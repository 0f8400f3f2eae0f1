"""The rules of feedback (F1 to F5), for figures worked out by hand and for all others."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from feedback_svc.rules.privacy import HIDDEN, same_person, without_names
from feedback_svc.rules.survey import SurveyRules, Tally
from feedback_svc.rules.term import in_term
from feedback_svc.rules.widespread import Upheld, WidespreadRules, widespread
from hypothesis import example, given
from hypothesis import strategies as st

SURVEY = SurveyRules(min_responses=10, min_response_percent=Decimal(30), satisfied_from=4)
WIDESPREAD = WidespreadRules(complaints=5, departments=3, within_days=30)

counts = st.fixed_dictionaries({grade: st.integers(0, 400) for grade in range(1, 6)})
survey_rules = st.builds(
    SurveyRules,
    min_responses=st.integers(0, 60),
    min_response_percent=st.decimals(0, 100, places=2),
    satisfied_from=st.integers(1, 5),
)


@pytest.mark.rule("F3")
def test_96_of_a_hundred() -> None:
    tally = Tally(60, {5: 20, 4: 4, 3: 1, 2: 0, 1: 0})
    assert tally.rate(SURVEY) == Decimal("96.00")
    assert str(tally.rate(SURVEY)) == "96.00"


@pytest.mark.rule("F3")
@pytest.mark.parametrize(
    ("invited", "answers", "valid"),
    [(10, 9, False), (10, 10, True), (33, 10, True), (34, 10, False), (100, 30, True)],
)
def test_both_thresholds_are_reached_exactly(invited: int, answers: int, *, valid: bool) -> None:
    assert (Tally(invited, {5: answers}).rate(SURVEY) is not None) is valid


@pytest.mark.rule("F3")
def test_no_answers_have_no_rate_whatever_little_a_rule_set_asks() -> None:
    nothing = SurveyRules(0, Decimal(0), 1)
    assert Tally(0, {5: 0}).rate(nothing) is None


@pytest.mark.rule("F3")
@given(counts, st.integers(0, 400), survey_rules)
def test_a_rate_is_the_exact_share_rounded_once(
    grades: dict[int, int], silent: int, rules: SurveyRules
) -> None:
    answers = sum(grades.values())
    tally = Tally(answers + silent, grades)
    rate = tally.rate(rules)
    if rate is None:
        assert (
            answers == 0
            or answers < rules.min_responses
            or Fraction(answers * 100, tally.invited) < Fraction(rules.min_response_percent)
        )
        return
    satisfied = sum(count for grade, count in grades.items() if grade >= rules.satisfied_from)
    assert 0 <= rate <= 100
    assert rate.as_tuple().exponent == -2
    off = Fraction(rate) - Fraction(satisfied * 100, answers)
    assert Fraction(-1, 200) < off <= Fraction(1, 200)


FIRST = date(2017, 6, 1)
upheld_complaints = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from("abcd")), min_size=1, max_size=14
).map(
    lambda each: [
        Upheld(f"c{number}", department, FIRST + timedelta(days=offset))
        for number, (offset, department) in enumerate(each)
    ]
)
widespread_rules = st.builds(
    WidespreadRules,
    complaints=st.integers(1, 6),
    departments=st.integers(1, 4),
    within_days=st.integers(1, 40),
)


def _day_by_day(upheld: list[Upheld], on: date, rules: WidespreadRules) -> list[str] | None:
    """F5 read literally: every stretch that holds the day, the earliest end first."""
    for shift in range(rules.within_days):
        last = on + timedelta(days=shift)
        first = last - timedelta(days=rules.within_days - 1)
        inside = [each for each in upheld if first <= each.on <= last]
        departments = {each.department for each in inside}
        if len(inside) >= rules.complaints and len(departments) >= rules.departments:
            return sorted(each.complaint for each in inside)
    return None


@pytest.mark.rule("F5")
@given(upheld_complaints, st.integers(0, 60), widespread_rules)
@example(
    [Upheld("c0", "a", FIRST), Upheld("c1", "b", FIRST + timedelta(days=3))],
    3,
    WidespreadRules(2, 2, 4),
)
def test_the_earliest_stretch_is_found_without_trying_every_day(
    upheld: list[Upheld], offset: int, rules: WidespreadRules
) -> None:
    on = FIRST + timedelta(days=offset)
    evidence = widespread(upheld, on, rules)
    assert (list(evidence.complaints) if evidence else None) == _day_by_day(upheld, on, rules)
    if evidence:
        days = [each.on for each in upheld if each.complaint in evidence.complaints]
        assert (evidence.first_on, evidence.last_on) == (min(days), max(days))
        assert (evidence.last_on - evidence.first_on).days < rules.within_days


@pytest.mark.rule("F5")
def test_a_stretch_counts_both_its_ends() -> None:
    def spread(last: int) -> list[Upheld]:
        offsets = (0, 1, 2, 3, last)
        return [
            Upheld(f"c{n}", "abc"[n % 3], FIRST + timedelta(days=offset))
            for n, offset in enumerate(offsets)
        ]

    assert widespread(spread(29), FIRST, WIDESPREAD) is not None
    assert widespread(spread(30), FIRST, WIDESPREAD) is None


@pytest.mark.rule("F5")
def test_five_calls_from_two_departments_are_not_widespread() -> None:
    calls = [Upheld(f"c{n}", "ab"[n % 2], FIRST) for n in range(5)]
    assert widespread(calls, FIRST, WIDESPREAD) is None


@pytest.mark.rule("F5")
def test_a_rule_set_of_any_size_can_be_asked() -> None:
    endless = WidespreadRules(1, 1, 10**12)
    assert widespread([Upheld("c", "a", FIRST)], FIRST, endless) is not None


@pytest.mark.rule("T1")
def test_a_term_ends_before_its_end() -> None:
    start, end = date(2017, 5, 1), date(2020, 5, 1)
    assert in_term(start, start, end)
    assert in_term(end - timedelta(days=1), start, end)
    assert not in_term(end, start, end)
    assert not in_term(start - timedelta(days=1), start, end)


@pytest.mark.rule("F2")
@pytest.mark.parametrize("other", ["王 芳", "王芳", " 王芳 "])
def test_one_person_however_typed(other: str) -> None:
    assert same_person("王芳", other)
    assert same_person("Ｗang Fang", "wang fang")
    assert not same_person("王芳", "王方")
    assert not same_person(None, "王芳")


@pytest.mark.rule("F2")
@given(st.text(min_size=1, max_size=12), st.text(max_size=60), st.text(max_size=60))
def test_no_slip_of_the_pen_names_the_caller(name: str, before: str, after: str) -> None:
    shown = without_names(before + name + after, name)
    stripped = name.strip()
    if stripped and stripped not in HIDDEN:
        assert stripped not in shown.replace(HIDDEN, "\x00")


@pytest.mark.rule("F2")
def test_the_longer_name_goes_first() -> None:
    assert without_names("市财务科反映", "财务科", "市财务科") == f"{HIDDEN}反映"
    assert without_names("无人", None, "") == "无人"
