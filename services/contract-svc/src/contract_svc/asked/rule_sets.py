"""A rule set: every number that an office might set differently, as clients send it."""

from decimal import Decimal
from typing import Annotated, Literal

from houqin_shared.exact import Exact, Yuan
from houqin_shared.text import Id, Name
from pydantic import AfterValidator, Field, model_validator

from contract_svc.asked.remarks import Remarks
from contract_svc.rules.ruleset import wrong_bands, wrong_deposit, wrong_weights

MOST = 1_000_000
"""Of anything that is counted or weighed."""
LONGEST_WAIT = 3660
"""Days."""
PLACES = 20


def _at_most_ten(percent: Decimal) -> Decimal:
    if wrong := wrong_deposit(percent):
        raise ValueError(wrong)
    return percent


Percent = Annotated[Exact, Field(ge=0, le=100, decimal_places=PLACES)]
Weight = Annotated[Exact, Field(ge=0, le=MOST, decimal_places=PLACES)]
DEAREST = 10_000_000_000
"""Fen of one breach: what a contract is charged must add up to a bigint."""
Amount = Annotated[Yuan, Field(ge=0, le=DEAREST)]
Count = Annotated[int, Field(strict=True, ge=0, le=MOST)]
CountFromOne = Annotated[int, Field(strict=True, ge=1, le=MOST)]
Days = Annotated[int, Field(strict=True, ge=0, le=LONGEST_WAIT)]
DaysFromOne = Annotated[int, Field(strict=True, ge=1, le=LONGEST_WAIT)]
Tier = Literal["patrol", "joint", "external"]


class Points(Remarks):
    """I3: what a month's score loses or gains."""

    general: Weight
    major: Weight
    complaint: Weight
    merit: Weight


class HalfYear(Remarks):
    """I7: the weights of a half-year's score."""

    months: Weight
    leaders: Weight

    @model_validator(mode="after")
    def _weighs(self) -> "HalfYear":
        if wrong := wrong_weights([self.months, self.leaders]):
            raise ValueError(wrong)
        return self


class Amounts(Remarks):
    """B2: what a breach costs."""

    general: Amount
    major: Amount
    complaint: Amount
    rectification: Amount


class Repeat(Remarks):
    """I2, B2: when a finding is a repeat, and how many times it then costs."""

    within_days: Days
    times: Annotated[int, Field(strict=True, ge=1, le=1000)]


class Ladder(Remarks):
    """B4: what a score below `full_from` costs."""

    full_from: Percent
    percent_per_point: Weight
    at_most_percent: Percent


class Band(Remarks):
    """B6, F4: what a quarter's satisfaction from here up to the next band gives back."""

    from_: Percent = Field(alias="from")
    name: Name
    returned_percent: Percent
    bonus_percent: Percent


class SurveyRules(Remarks):
    """F3: when a survey is valid, and which answers are satisfied."""

    min_responses: Count
    min_response_percent: Percent
    satisfied_from: Annotated[int, Field(strict=True, ge=1, le=5)]


class Widespread(Remarks):
    """F5: when complaints are widespread."""

    complaints: CountFromOne
    departments: CountFromOne
    within_days: DaysFromOne


class RuleSetContent(Remarks):
    """All numbers of a rule set, checked (F4, B8)."""

    points: Points
    tiers: Annotated[dict[Tier, Weight], Field(min_length=1, max_length=3)]
    half_year: HalfYear
    amounts: Amounts
    repeat: Repeat
    ladder: Ladder
    retained_percent: Percent
    bands: Annotated[list[Band], Field(min_length=1, max_length=100)]
    reward_percent: Percent
    deposit_percent: Annotated[Percent, AfterValidator(_at_most_ten)]
    second_notice_days: Days
    survey: SurveyRules
    widespread: Widespread

    @model_validator(mode="after")
    def _fits_together(self) -> "RuleSetContent":
        wrong = wrong_weights(self.tiers.values()) or wrong_bands([b.from_ for b in self.bands])
        if wrong:
            raise ValueError(wrong)
        return self


class NewRuleSet(RuleSetContent):
    """A rule set under the office's own name for it."""

    id: Id


class PinnedRules(RuleSetContent):
    """A version of a rule set, as a contract pins it for its whole life."""

    id: str
    version: int
