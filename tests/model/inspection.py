"""What was seen at one contract, and what it scores (I1-I4, I7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .calendar import Half, Month
from .money import two_decimals
from .refusal import Problem, Refused
from .ruleset import RuleSet

FULL_SCORE = Fraction(100)


@dataclass(slots=True)
class Finding:
    """I1: one breach of a criterion, seen in a visit of a tier."""

    id: str
    contract: str
    tier: str
    happened_on: date
    criterion: str
    place: str
    severity: str
    is_repeat: bool = False
    is_withdrawn: bool = False

    def amount(self, rules: RuleSet) -> int:
        """B2: what it costs, more for a repeat."""
        return rules.amounts[self.severity] * (rules.repeat_times if self.is_repeat else 1)

    def withdraw(self) -> None:
        if self.is_withdrawn:
            raise Refused(Problem.ALREADY_WITHDRAWN)
        self.is_withdrawn = True


@dataclass(frozen=True, slots=True)
class Score:
    """I3: a month's composite, or the tiers for want of which it is not assessed."""

    value: Fraction | None
    missing: tuple[str, ...]


@dataclass(slots=True)
class Supervision:
    """The inspectors' book on one contract."""

    rules: RuleSet
    visits: set[tuple[str, Month]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    merits: list[Month] = field(default_factory=list)
    upheld_complaints: list[Month] = field(default_factory=list)
    published: dict[Month, Score] = field(default_factory=dict)
    leaders: dict[Half, Fraction] = field(default_factory=dict)
    half_years: dict[Half, Fraction | None] = field(default_factory=dict)

    def record_visit(self, tier: str, happened_on: date, findings: list[Finding]) -> None:
        """I1, I2: a repeat is decided when the finding is recorded."""
        self.visits.add((tier, Month.of(happened_on)))
        for finding in findings:
            finding.is_repeat = any(self._precedes(earlier, finding) for earlier in self.findings)
            self.findings.append(finding)

    def _precedes(self, earlier: Finding, finding: Finding) -> bool:
        """I2: same criterion and place, at most `within_days` before, same day included."""
        days = (finding.happened_on - earlier.happened_on).days
        return (
            not earlier.is_withdrawn
            and earlier.criterion == finding.criterion
            and earlier.place == finding.place
            and 0 <= days <= self.rules.repeat_within_days
        )

    def score(self, month: Month) -> Score:
        """I3: the month's composite by the day that things happened."""
        missing = tuple(sorted(t for t in self.rules.tiers if (t, month) not in self.visits))
        if missing:
            return Score(None, missing)
        weights = sum(self.rules.tiers.values())
        weighted = sum(
            (weight * self._tier_score(tier, month) for tier, weight in self.rules.tiers.items()),
            Fraction(0),
        )
        composite = (
            weighted / weights
            - self.rules.points["complaint"] * self.upheld_complaints.count(month)
            + self.rules.points["merit"] * self.merits.count(month)
        )
        return Score(two_decimals(min(max(composite, Fraction(0)), FULL_SCORE)), ())

    def _tier_score(self, tier: str, month: Month) -> Fraction:
        lost = sum(
            (
                self.rules.points[finding.severity]
                for finding in self.findings
                if finding.tier == tier
                and Month.of(finding.happened_on) == month
                and not finding.is_withdrawn
            ),
            Fraction(0),
        )
        return max(Fraction(0), FULL_SCORE - lost)

    def publish(self, month: Month) -> None:
        """T5: on the 3rd, the first revision of last month's score."""
        self.published[month] = self.score(month)

    def revise(self, month: Month) -> bool:
        """I4: a change to a published month publishes a new revision at once, if it differs."""
        if month not in self.published:
            return False
        revised = self.score(month)
        changed = revised != self.published[month]
        self.published[month] = revised
        return changed

    def publish_half_year(self, half: Half) -> None:
        """I7: months and leaders, weighted; a row if any month of the half was published."""
        months = [score for month, score in self.published.items() if month.half == half]
        if not months:
            return
        assessed = [score.value for score in months if score.value is not None]
        leaders = self.leaders.get(half)
        if not assessed or leaders is None:
            self.half_years[half] = None
            return
        mean = sum(assessed, Fraction(0)) / len(assessed)
        weights = self.rules.half_year
        weighted = weights["months"] * mean + weights["leaders"] * leaders
        self.half_years[half] = two_decimals(weighted / sum(weights.values()))
