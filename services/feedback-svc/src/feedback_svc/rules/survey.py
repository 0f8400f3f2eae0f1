"""F3: what a quarter's survey says, and when it says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from houqin_shared.exact import two_places


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """What the pinned rule set asks of a survey."""

    min_responses: int
    min_response_percent: Decimal
    """Of those who were invited."""
    satisfied_from: int
    """The lowest grade, of 5 to 1, that counts as satisfied."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What came back: how many answers of each grade, 5 the best."""

    invited: int
    grades: Mapping[int, int]

    @property
    def answers(self) -> int:
        return sum(self.grades.values())

    def satisfied(self, rules: SurveyRules) -> int:
        """Answers of the grade that satisfies, or better."""
        return sum(count for grade, count in self.grades.items() if grade >= rules.satisfied_from)

    def is_valid(self, rules: SurveyRules) -> bool:
        """Enough answers, in number and in percent of the invited. None at all never are."""
        enough = self.answers >= rules.min_responses
        share = self.answers * 100 >= self.invited * Fraction(rules.min_response_percent)
        return self.answers > 0 and enough and share

    def rate(self, rules: SurveyRules) -> Decimal | None:
        """The satisfaction rate in percent with two decimals; None if the survey isn't valid."""
        if not self.is_valid(rules):
            return None
        return two_places(Fraction(self.satisfied(rules) * 100, self.answers))
