"""A rule set: every number that an office might set differently, as clients send it."""

from decimal import Decimal
from typing import Annotated, Literal

from houqin_shared.exact import Exact, Yuan
from houqin_shared.text import Id, Name
from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

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

    general: Weight = Field(
        description="Points of 100 that a general finding loses in its tier 一般问题扣分",
        examples=["1"],
    )
    major: Weight = Field(
        description="Points of 100 that a major finding loses in its tier 重大问题扣分",
        examples=["5"],
    )
    complaint: Weight = Field(
        description="Points of 100 that an upheld complaint takes off the month's score 投诉扣分",
        examples=["2"],
    )
    merit: Weight = Field(
        description="Points of 100 that a merit adds to the month's score 加分", examples=["1"]
    )


class HalfYear(Remarks):
    """I7: the weights of a half-year's score."""

    months: Weight = Field(
        description="Weight of the mean of the assessed months, against `leaders` 月度得分权重",
        examples=["0.7"],
    )
    leaders: Weight = Field(
        description="Weight of the leaders' review, against `months` 领导考核权重", examples=["0.3"]
    )

    @model_validator(mode="after")
    def _weighs(self) -> "HalfYear":
        if wrong := wrong_weights([self.months, self.leaders]):
            raise ValueError(wrong)
        return self


class Amounts(Remarks):
    """B2: what a breach costs."""

    general: Amount = Field(
        description="Yuan that a general finding costs 一般问题扣款", examples=["50.00"]
    )
    major: Amount = Field(
        description="Yuan that a major finding costs 重大问题扣款", examples=["500.00"]
    )
    complaint: Amount = Field(
        description="Yuan that an upheld complaint costs 投诉扣款", examples=["200.00"]
    )
    rectification: Amount = Field(
        description="Yuan that each failure of a rectification notice costs 整改失败扣款",
        examples=["300.00"],
    )


class Repeat(Remarks):
    """I2, B2: when a finding is a repeat, and how many times it then costs."""

    within_days: Days = Field(
        description="Days in which the same again is a repeat; 0: that day alone 重复认定天数",
        examples=[30],
    )
    times: Annotated[int, Field(strict=True, ge=1, le=1000)] = Field(
        description="How many times the amount a repeat costs 重复倍数", examples=[2]
    )


class Ladder(Remarks):
    """B4: what a score below `full_from` costs."""

    full_from: Percent = Field(
        description="Score of 100 from which the fee is paid in full 全额付款分数线",
        examples=["85"],
    )
    percent_per_point: Weight = Field(
        description="Percent of the month's fee for each point below it 每低一分扣减百分比",
        examples=["1"],
    )
    at_most_percent: Percent = Field(
        description="The most it takes, in percent of the month's fee 扣减上限百分比",
        examples=["30"],
    )


class Band(Remarks):
    """B6, F4: what a quarter's satisfaction from here up to the next band gives back."""

    from_: Percent = Field(
        alias="from",
        description="Satisfaction rate in percent; up to where the next band begins 起点满意率",
        examples=["95"],
    )
    name: Name = Field(description="What the office calls it 档次名称", examples=["excellent"])
    returned_percent: Percent = Field(
        description="Percent of the quarter's retained money that is returned 返还百分比",
        examples=["100"],
    )
    bonus_percent: Percent = Field(
        description="Percent of the quarter's fees, out of the reward fund 奖励百分比",
        examples=["2"],
    )


class SurveyRules(Remarks):
    """F3: when a survey is valid, and which answers are satisfied."""

    min_responses: Count = Field(
        description="Answers that a valid survey needs 最少答卷数", examples=[10]
    )
    min_response_percent: Percent = Field(
        description="Percent of the invited who must have answered 最低回收率", examples=["30"]
    )
    satisfied_from: Annotated[int, Field(strict=True, ge=1, le=5)] = Field(
        description="The lowest grade, from 5 (best) to 1, that is satisfied 满意起点等级",
        examples=[4],
    )


class Widespread(Remarks):
    """F5: when complaints are widespread."""

    complaints: CountFromOne = Field(
        description="So many upheld complaints at least 投诉件数", examples=[5]
    )
    departments: CountFromOne = Field(
        description="From so many departments at least 部门数", examples=[3]
    )
    within_days: DaysFromOne = Field(
        description="Within so many days in a row, first and last included 连续天数", examples=[30]
    )


EXAMPLE: JsonDict = {
    "id": "v1",
    "points": {"general": "1", "major": "5", "complaint": "2", "merit": "1"},
    "tiers": {"patrol": "0.4", "joint": "0.6"},
    "half_year": {"months": "0.7", "leaders": "0.3"},
    "amounts": {
        "general": "50.00", "major": "500.00", "complaint": "200.00", "rectification": "300.00",
    },
    "repeat": {"within_days": 30, "times": 2},
    "ladder": {"full_from": "85", "percent_per_point": "1", "at_most_percent": "30"},
    "retained_percent": "5",
    "bands": [
        {"from": "95", "name": "excellent", "returned_percent": "100", "bonus_percent": "2"},
        {"from": "80", "name": "good", "returned_percent": "100", "bonus_percent": "0"},
        {"from": "0", "name": "poor", "returned_percent": "50", "bonus_percent": "0"},
    ],
    "reward_percent": "2",
    "deposit_percent": "5",
    "second_notice_days": 7,
    "survey": {"min_responses": 10, "min_response_percent": "30", "satisfied_from": 4},
    "widespread": {"complaints": 5, "departments": 3, "within_days": 30},
}  # fmt: skip
"""A whole rule set, for those who write their first."""


class RuleSetContent(Remarks):
    """All numbers of a rule set, checked (F4, B8)."""

    points: Points = Field(description="Points of 100 for the month score (I3) 扣分与加分")
    tiers: Annotated[dict[Tier, Weight], Field(min_length=1, max_length=3)] = Field(
        description="Tiers that a month needs, and weights, divided by their sum 检查层级权重"
    )
    half_year: HalfYear = Field(description="Weights of the half-year score (I7) 半年得分权重")
    amounts: Amounts = Field(description="What breaches cost, in yuan (B2) 扣款金额")
    repeat: Repeat = Field(
        description="When a finding is a repeat, and what it costs (I2, B2) 重复问题"
    )
    ladder: Ladder = Field(description="What a low month score costs (B4) 得分扣款")
    retained_percent: Percent = Field(
        description="Percent of a fee kept until its quarter is released (B1, B6) 预留百分比",
        examples=["5"],
    )
    bands: Annotated[list[Band], Field(min_length=1, max_length=100)] = Field(
        description="One begins at 0, no two at the same rate (F4) 满意率档次"
    )
    reward_percent: Percent = Field(
        description="Percent of the annual price, each contract year (B7) 奖励基金百分比",
        examples=["2"],
    )
    deposit_percent: Annotated[Percent, AfterValidator(_at_most_ten)] = Field(
        description="Percent of the whole price as first signed, at most 10 (B8) 保证金百分比",
        examples=["5"],
    )
    second_notice_days: Days = Field(
        description="Days from the first failure to the second due day (I5) 第二轮整改天数",
        examples=[7],
    )
    survey: SurveyRules = Field(description="When a survey is valid (F3) 满意度调查")
    widespread: Widespread = Field(description="When complaints are widespread (F5) 普遍投诉")

    @model_validator(mode="after")
    def _fits_together(self) -> "RuleSetContent":
        wrong = wrong_weights(self.tiers.values()) or wrong_bands([b.from_ for b in self.bands])
        if wrong:
            raise ValueError(wrong)
        return self


class NewRuleSet(RuleSetContent):
    """A rule set under the office's own name for it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: Id = Field(description="The office's own name for it 规则集名称", examples=["v1"])


class PinnedRules(RuleSetContent):
    """A version of a rule set, as a contract pins it for its whole life."""

    id: str = Field(description="The office's own name for it 规则集名称", examples=["v1"])
    version: int = Field(description="Counted from 1 版本", examples=[1])
