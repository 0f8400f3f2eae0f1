"""I3: what a month's inspections, complaints and merits score."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from houqin_shared.exact import two_places

from inspection_svc.rules.ruleset import RuleSet

FULL = Decimal(100)


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What happened to a contract in a calendar month, by the days on which it happened."""

    visited: Set[str] = frozenset()
    """The tiers that had a visit."""
    findings: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many findings that are not withdrawn, by tier and severity."""
    complaints: int = 0
    """Upheld complaints."""
    merits: int = 0


@dataclass(frozen=True, slots=True)
class TierScore:
    """One tier's part in the composite; no score without a visit."""

    tier: str
    weight: Decimal
    points_lost: Decimal
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Score:
    """A month's composite in points of 100, or the tiers for want of which it is not assessed."""

    value: Decimal | None
    missing: tuple[str, ...]
    tiers: tuple[TierScore, ...]
    complaints: int
    merits: int

    def differs_from(self, value: Decimal | None, missing: Set[str]) -> bool:
        """I4: whether it is worth a revision of what was published."""
        return self.value != value or set(self.missing) != missing


def month_score(rules: RuleSet, facts: MonthFacts) -> Score:
    """I3: the weighted mean over the tiers, less the complaints, more the merits; never a guess."""
    tiers = tuple(_tier_score(rules, tier, facts) for tier in sorted(rules.tiers))
    missing = tuple(each.tier for each in tiers if each.score is None)
    return Score(_composite(rules, tiers, facts), missing, tiers, facts.complaints, facts.merits)


def _tier_score(rules: RuleSet, tier: str, facts: MonthFacts) -> TierScore:
    lost = sum(
        (
            rules.points[severity] * count
            for (of_tier, severity), count in facts.findings.items()
            if of_tier == tier
        ),
        Decimal(0),
    )
    score = max(Decimal(0), FULL - lost) if tier in facts.visited else None
    return TierScore(tier, rules.tiers[tier], lost, score)


def _composite(rules: RuleSet, tiers: tuple[TierScore, ...], facts: MonthFacts) -> Decimal | None:
    weights = sum((each.weight for each in tiers), Decimal(0))
    if weights == 0:
        return None  # a rule set that weighs no tier assesses nothing
    weighted = Fraction(0)
    for each in tiers:
        if each.score is None:
            return None
        weighted += Fraction(each.weight) * Fraction(each.score)
    composite = (
        weighted / Fraction(weights)
        - Fraction(rules.points["complaint"]) * facts.complaints
        + Fraction(rules.points["merit"]) * facts.merits
    )
    return two_places(min(max(composite, Fraction(0)), Fraction(FULL)))
