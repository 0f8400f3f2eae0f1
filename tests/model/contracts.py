"""Who serves until when: admission, renewal, three years, exit (C1, C3, C4, C6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .calendar import ONE_DAY, Quarter, Term, add_months
from .feedback import Survey
from .money import two_decimals
from .refusal import Problem, Refused
from .ruleset import Raw, RuleSet, exact, yuan

GATES = ("qualification", "reputation", "skills", "conduct")
LONGEST_TERM = 36  # C3, C4: months
QUARTERS_IN_A_ROW = 3  # C6
QUARTERS_OF_A_YEAR = 2  # C6: a year needs so many measured quarters


def missing_gates(evidence: Iterable[Raw], signed_on: date) -> list[str]:
    """C1: the gates that hold no evidence valid on the signing day."""
    valid = {
        paper["gate"] for paper in evidence if date.fromisoformat(paper["valid_until"]) >= signed_on
    }
    return [gate for gate in GATES if gate not in valid]


@dataclass(slots=True)
class ExitProposal:
    """C6: a proposal to end the contract; a person decides."""

    on: date
    ground: str
    evidence: list[str]
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class ExitWarning:
    """I5: written after a notice failed twice."""

    on: date
    notice: str


@dataclass(slots=True)
class Contract:
    """A signed contract."""

    id: str
    annual_price: int
    months: int  # as first signed (B8)
    term: Term
    target: Fraction
    rules: RuleSet
    small_or_medium: bool
    renewed_months: int = 0
    reached_on: date | None = None
    expired_on: date | None = None
    terminated_on: date | None = None
    warnings: list[ExitWarning] = field(default_factory=list)
    proposals: list[ExitProposal] = field(default_factory=list)
    low_row: list[Quarter] = field(default_factory=list)
    measured: dict[Quarter, Survey] = field(default_factory=dict)
    year_rates: dict[int, Fraction] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: Raw, rules: RuleSet, *, small_or_medium: bool) -> Contract:
        starts_on, months = date.fromisoformat(raw["starts_on"]), int(raw["months"])
        return cls(
            id=raw["id"],
            annual_price=yuan(raw["annual_price"]),
            months=months,
            term=Term(starts_on, add_months(starts_on, months)),
            target=exact(raw["satisfaction_target"]),
            rules=rules,
            small_or_medium=small_or_medium,
        )

    @property
    def longest_end(self) -> date:
        return add_months(self.term.starts_on, LONGEST_TERM)

    @property
    def open_proposal(self) -> ExitProposal | None:
        return next((p for p in self.proposals if p.decision is None), None)

    def end_the_term(self, day: date) -> None:
        """C4: the first sweep on or after the end; a terminated contract has its end already."""
        if not self.term.is_over(day) or self.terminated_on:
            return
        if self.term.ends_on == self.longest_end:
            self.reached_on = self.term.ends_on
        else:
            self.expired_on = self.term.ends_on

    def renew(self, today: date, months: int) -> None:
        """C3: lengthen the contract, counted from its first start (T2)."""
        if self.term.is_over(today) or self.terminated_on:
            raise Refused(Problem.CONTRACT_NOT_ACTIVE)
        renewed_months = self.renewed_months + months
        ends_on = add_months(self.term.starts_on, self.months + renewed_months)
        if ends_on > self.longest_end:
            raise Refused(Problem.RENEWAL_PAST_THREE_YEARS)
        self.renewed_months = renewed_months
        self.term = Term(self.term.starts_on, ends_on)

    def decide(self, today: date, decision: str, ends_on: date | None) -> None:
        """C6: accepted ends the contract on the given day; the row of quarters starts anew."""
        proposal = self.open_proposal
        if proposal is None:
            raise Refused(Problem.NOTHING_TO_DECIDE)
        if self.term.is_over(today):
            raise Refused(Problem.CONTRACT_NOT_ACTIVE)
        if ends_on is not None:
            earliest = max(today, self.term.starts_on + ONE_DAY)
            if not earliest <= ends_on <= self.term.ends_on:
                raise Refused(Problem.OUTSIDE_CONTRACT_TERM)
            self.term = Term(self.term.starts_on, ends_on)
            self.terminated_on = ends_on
        proposal.decision = decision
        self.low_row = []

    def propose_exit(self, today: date, ground: str, evidence: Iterable[str]) -> None:
        """C6: at most one open proposal, none after the end or an accepted exit."""
        if self.open_proposal or self.term.is_over(today) or self.terminated_on:
            return
        self.proposals.append(ExitProposal(today, ground, list(evidence)))

    def hear_satisfaction(self, today: date, survey: Survey) -> None:
        """C6: three measured quarters in a row below the target, in the order of measuring."""
        self.measured[survey.quarter] = survey
        if survey.rate is None:
            return
        if survey.rate >= self.target:
            self.low_row = []
            return
        self.low_row.append(survey.quarter)
        if len(self.low_row) >= QUARTERS_IN_A_ROW:
            last = self.low_row[-QUARTERS_IN_A_ROW:]
            self.propose_exit(today, "three-quarters", map(str, last))

    def look_at_years(self, today: date) -> None:
        """C6: on 5 February last year's rate is fixed; two years in a row below the target."""
        year = today.year - 1
        surveys = [s for s in self.measured.values() if s.quarter.year == year and s.is_valid]
        if len(surveys) >= QUARTERS_OF_A_YEAR:
            satisfied = sum(survey.satisfied for survey in surveys)
            answers = sum(survey.answers for survey in surveys)
            self.year_rates[year] = two_decimals(Fraction(satisfied * 100, answers))
        rates = [self.year_rates.get(year - 1), self.year_rates.get(year)]
        if all(rate is not None and rate < self.target for rate in rates):
            self.propose_exit(today, "two-years", [str(year - 1), str(year)])

    def warn(self, on: date, notice: str) -> None:
        """I5: the second failure of a notice issues an exit warning."""
        self.warnings.append(ExitWarning(on, notice))

    def state(self, today: date) -> str:
        return "ended" if self.term.is_over(today) else "active"
