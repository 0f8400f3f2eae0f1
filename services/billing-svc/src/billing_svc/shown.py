"""What this service answers."""

from datetime import date
from typing import Annotated, Any

from houqin_shared.calendar import Month
from houqin_shared.exact import yuan_of_fen
from houqin_shared.fields import ContractNumber, HappenedOn, RecordedOn
from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from billing_svc.rules.chart import Account, Kind

Money = Annotated[
    int,
    PlainSerializer(yuan_of_fen, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^-?[0-9]+\.[0-9]{2}$",
            "examples": ["19583.33"],
            "description": "Yuan",
        }
    ),
]
"""Unlike the shared `Yuan`, which reads what clients write, it is made from fen."""

RuleId = Annotated[str, Field(description="The rule, as in docs/rules.md", examples=["B2"])]
Source = Annotated[
    str,
    Field(description="What it is about: a finding, complaint, notice#round, month or quarter"),
]
StatementMonth = Annotated[Month, Field(description="The month that is settled 结算月份")]
DueOn = Annotated[date, Field(description="The last day on which it is paid in time (B10)")]
LedgerAccount = Annotated[Account, Field(description="The ledger account 会计科目")]
LineKind = Annotated[Kind, Field(description="What kind of line it is 明细种类")]


class PinnedRules(BaseModel):
    """The rule set that the contract was signed under."""

    id: str = Field(description="The rule set's name 规则集名称", examples=["v1"])
    version: int = Field(description="Its version, from 1 版本")


class AccountShown(BaseModel):
    """The money of a contract."""

    contract: ContractNumber
    supplier: str = Field(description="The supplier's number 服务企业编号")
    supplier_name: str = Field(description="Its registered name")
    annual_price: Money = Field(description="Yuan a year 年合同价(元)")
    starts_on: date = Field(description="The first day of the term")
    ends_on: date = Field(description="As known today")
    rules: PinnedRules = Field(description="The rule set that it pins")
    pending: Money = Field(description="Booked, not yet on a statement; signed")
    retained: Money = Field(description="Kept back until its quarter is released (B6)")
    deposit: Money = Field(description="Yuan that the office holds 服务保证金 (B8)")
    reward_fund: Money = Field(description="Yuan left for bonuses 服务奖励基金 (B7)")
    carried: Money = Field(description="Shortfall that the next statement takes over (B9)")
    payable: Money = Field(description="On statements, not yet paid")
    closed_on: date | None = Field(description="The day of the closing statement (B12)")
    closed_with: Month | None = Field(description="The month of the closing statement")
    late_facts: int = Field(description="Facts that came too late to change money")


class LateFact(BaseModel):
    """A fact that came too late to change money (B12)."""

    event: str = Field(description="The event's id")
    type: str = Field(description="What happened, as the event calls it")
    source: str = Field(description="The finding, complaint, notice#round, month or quarter")
    happened_on: HappenedOn
    recorded_on: RecordedOn
    reason: str = Field(description="account-closed or quarter-released")


class Rebid(BaseModel):
    """A contract whose three years are over (C5)."""

    contract: ContractNumber
    term: int = Field(description="The number of the term that is over, from 1")
    reached_on: date = Field(description="The day on which the three years were over")


class LineShown(BaseModel):
    """One booking in or against the supplier's favour."""

    line: int = Field(description="Its number, counted in the order of booking")
    kind: LineKind
    month: str = Field(description="The month, or quarter, that it is about")
    source: Source
    revision: int | None = Field(description="Of the score that a score line follows")
    rule: RuleId
    amount: Money = Field(description="Positive in the supplier's favour")
    happened_on: HappenedOn
    recorded_on: RecordedOn
    statement: Month | None = Field(description="The statement it stands on; null: it waits (B5)")
    set_aside_on: date | None = Field(description="Taken back: it came too late (B12)")


class StatementHead(BaseModel):
    """A month's settlement (B9, B10)."""

    month: StatementMonth
    drawn_on: date = Field(description="The 5th on which it was drawn (T5)")
    due_on: DueOn
    payable: Money = Field(description="Yuan to pay to the supplier 应付金额")
    from_deposit: Money = Field(description="Yuan drawn from the deposit (B9)")
    carried: Money = Field(description="After this statement")
    deposit_returned: Money = Field(description="Yuan of the deposit returned with it (B12)")
    paid_on: date | None = Field(description="Null: not paid")
    interest: Money | None = Field(description="Only of a paid statement")


class StatementLine(BaseModel):
    """A line as the statement shows it. Of a month's scores that is the net."""

    kind: LineKind
    month: str = Field(description="The month, or quarter, that it is about")
    source: Source
    rule: RuleId
    amount: Money = Field(description="Positive in the supplier's favour")
    bookings: list[int] = Field(description="The lines behind it; ask each for its why")


class StatementShown(StatementHead):
    """A statement 结算单 with its lines."""

    contract: ContractNumber
    lines: list[StatementLine] = Field(description="By kind, month, source and amount")


class Payment(BaseModel):
    """A statement that was paid."""

    contract: ContractNumber
    month: StatementMonth
    due_on: DueOn
    paid_on: date = Field(description="The office's day on which it was paid")
    payable: Money = Field(description="Yuan on the statement")
    interest: Money = Field(description="For paying late (B10)")
    paid: Money = Field(description="Both together")


class RuleShown(BaseModel):
    """The rule, in one sentence."""

    id: RuleId
    en: str = Field(description="In English")
    zh: str = Field(description="In Chinese")


class EventShown(BaseModel):
    """Something that was told and moved this money."""

    id: str = Field(description="The event's id")
    type: str = Field(description="What happened, with the version of its data")
    source: str = Field(description="The service that told it", examples=["inspection-svc"])
    office: str = Field(description="The office whose fact it is")
    time: str = Field(description="When it was recorded")
    data: dict[str, Any] = Field(description="What was told, without who called (F2)")


class Why(BaseModel):
    """For the office, the supplier and an auditor alike."""

    line: LineShown = Field(description="The line itself")
    rule: RuleShown = Field(description="The rule that made it")
    rule_set: PinnedRules = Field(description="The rule set, in the version that was used")
    numbers: dict[str, Any] = Field(description="What was put into the rule")
    statement: Month | None = Field(description="The statement it stands on; null: it waits (B5)")
    cause: EventShown | None = Field(description="Null: the sweep of `recorded_on`, time alone")
    chain: list[EventShown] = Field(
        description="From the cause back to the first event that is known here; for what time"
        " alone brought about, the contract's signing and the moves of its end"
    )
    lines: list[LineShown] = Field(
        description="Other lines it rests on: the finding that is given back; the findings and"
        " complaints of a scored month; the month's fee; a quarter's fees and retained money"
    )


class EntryShown(BaseModel):
    """One side of a transaction."""

    account: LedgerAccount
    amount: Money = Field(description="Debit positive, credit negative")


class TransactionShown(BaseModel):
    """One balanced change of money, seen from the office."""

    transaction: int = Field(description="Its number, counted in the order of booking")
    source: Source
    rule: RuleId
    happened_on: HappenedOn
    recorded_on: RecordedOn
    entries: list[EntryShown] = Field(description="The debit and the credit")


class AccountSum(BaseModel):
    """All that stands on one ledger account, over all contracts."""

    account: LedgerAccount
    debits: Money = Field(description="Yuan")
    credits: Money = Field(description="Yuan")
    balance: Money = Field(description="Debits less credits")


class TrialBalance(BaseModel):
    """Whether the books agree: two zeros."""

    debits: Money = Field(description="Yuan, all together")
    credits: Money = Field(description="Yuan, all together")
    difference: Money = Field(description="Must be 0.00")
    mismatches: int = Field(
        description="Balances that differ from the sum of their entries; must be 0"
    )
    transactions: int = Field(description="How many were booked")
    accounts: list[AccountSum] = Field(description="Each ledger account that was ever used")
