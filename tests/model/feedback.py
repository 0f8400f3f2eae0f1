"""What the served say about one contract: complaints and surveys (F1, F3, F5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from .calendar import Quarter
from .money import two_decimals
from .refusal import Problem, Refused
from .ruleset import RuleSet


@dataclass(slots=True)
class Complaint:
    """F1: a complaint, later upheld or dismissed."""

    id: str
    contract: str
    department: str
    on: date
    decision: str | None = None

    def decide(self, decision: str) -> None:
        if self.decision is not None:
            raise Refused(Problem.ALREADY_DECIDED)
        self.decision = decision


@dataclass(frozen=True, slots=True)
class Survey:
    """F3: a quarter's result; `rate` is None when the survey is not valid."""

    quarter: Quarter
    answers: int
    satisfied: int
    is_valid: bool

    @classmethod
    def count(
        cls, rules: RuleSet, quarter: Quarter, invited: int, grades: Mapping[int, int]
    ) -> Survey:
        answers = sum(grades.values())
        enough = answers >= rules.min_responses
        many = answers * 100 >= invited * rules.min_response_percent
        satisfied = sum(n for grade, n in grades.items() if grade >= rules.satisfied_from)
        # No answers at all have no rate, whatever little a rule set asks for.
        return cls(quarter, answers, satisfied, is_valid=enough and many and answers > 0)

    @property
    def rate(self) -> Fraction | None:
        if not self.is_valid:
            return None
        return two_decimals(Fraction(self.satisfied * 100, self.answers))


@dataclass(slots=True)
class Voice:
    """Everything the served said about one contract."""

    rules: RuleSet
    complaints: list[Complaint] = field(default_factory=list)
    surveys: dict[Quarter, Survey] = field(default_factory=dict)
    last_exit_decision: date | None = None

    def close_survey(self, survey: Survey) -> None:
        """F3: one result per quarter, valid or not."""
        if survey.quarter in self.surveys:
            raise Refused(Problem.SURVEY_ALREADY_MEASURED)
        self.surveys[survey.quarter] = survey

    def widespread(self, upheld: Complaint) -> list[str] | None:
        """F5: the complaints of the earliest full stretch that holds this one's day, if any."""
        counted = [complaint for complaint in self.complaints if self._counts(complaint)]
        length = self.rules.widespread_within_days
        for shift in range(length):
            last = upheld.on + timedelta(days=shift)
            first = last - timedelta(days=length - 1)
            inside = [complaint for complaint in counted if first <= complaint.on <= last]
            departments = {complaint.department for complaint in inside}
            if (
                len(inside) >= self.rules.widespread_complaints
                and len(departments) >= self.rules.widespread_departments
            ):
                return sorted(complaint.id for complaint in inside)
        return None

    def _counts(self, complaint: Complaint) -> bool:
        """F5: upheld, and dated after the last exit decision on the contract."""
        decided = self.last_exit_decision
        return complaint.decision == "upheld" and (decided is None or complaint.on > decided)
