"""I7: the half-year score, from the half's months and the leaders' review."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from houqin_shared.exact import two_places

from inspection_svc.rules.ruleset import RuleSet


def half_year_score(
    rules: RuleSet, months: Sequence[Decimal | None], review: Decimal | None
) -> Decimal | None:
    """Points of 100, two decimals; None if no month was assessed or no leader reviewed."""
    assessed = [Fraction(score) for score in months if score is not None]
    of_months, of_leaders = (
        Fraction(rules.half_year["months"]),
        Fraction(rules.half_year["leaders"]),
    )
    if not assessed or review is None or of_months + of_leaders == 0:
        return None
    mean = sum(assessed, Fraction(0)) / len(assessed)
    weighted = of_months * mean + of_leaders * Fraction(review)
    return two_places(weighted / (of_months + of_leaders))
