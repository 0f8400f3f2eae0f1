"""What this service answers."""

from datetime import date
from typing import Annotated, Any

from houqin_shared.calendar import Month
from houqin_shared.exact import yuan_of_fen
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


class PinnedRules(BaseModel):
    """The rule set that the contract was signed under."""

    id: str
    version: int


class AccountShown(BaseModel):
    """The money of a contract."""

    contract: str
    supplier: str
    supplier_name: str
    annual_price: Money
    starts_on: date
    ends_on: date = Field(description="As known today")
    rules: PinnedRules
    pending: Money = Field(description="Booked, not yet on a statement; signed")
    retained: Money = Field(description="Kept back until its quarter is released (B6)")
    deposit: Money
    reward_fund: Money
    carried: Money = Field(description="Shortfall that the next statement takes over (B9)")
    payable: Money = Field(description="On statements, not yet paid")
    closed_on: date | None = Field(description="The day of the closing statement (B12)")
    closed_with: Month | None = Field(description="The month of the closing statement")
    late_facts: int = Field(description="Facts that came too late to change money")


class LateFact(BaseModel):
    """A fact that came too late to change money (B12)."""

    event: str
    type: str
    source: str = Field(description="The finding, complaint, notice#round, month or quarter")
    happened_on: date
    recorded_on: date
    reason: str = Field(description="account-closed or quarter-released")


class Rebid(BaseModel):
    """A contract whose three years are over (C5)."""

    contract: str
    term: int
    reached_on: date


class LineShown(BaseModel):
    """One booking in or against the supplier's favour."""

    line: int
    kind: Kind
    month: str = Field(description="The month, or quarter, that it is about")
    source: str
    revision: int | None = Field(description="Of the score that a score line follows")
    rule: str
    amount: Money = Field(description="Positive in the supplier's favour")
    happened_on: date
    recorded_on: date
    statement: Month | None = Field(description="The statement it stands on; null: it waits (B5)")
    set_aside_on: date | None = Field(description="Taken back: it came too late (B12)")


class StatementHead(BaseModel):
    """A month's settlement (B9, B10)."""

    month: Month
    drawn_on: date
    due_on: date
    payable: Money
    from_deposit: Money
    carried: Money = Field(description="After this statement")
    deposit_returned: Money
    paid_on: date | None
    interest: Money | None = Field(description="Only of a paid statement")


class StatementLine(BaseModel):
    """A line as the statement shows it. Of a month's scores that is the net."""

    kind: Kind
    month: str = Field(description="The month, or quarter, that it is about")
    source: str
    rule: str
    amount: Money = Field(description="Positive in the supplier's favour")
    bookings: list[int] = Field(description="The lines behind it; ask each for its why")


class StatementShown(StatementHead):
    contract: str
    lines: list[StatementLine]


class Payment(BaseModel):
    """A statement that was paid."""

    contract: str
    month: Month
    due_on: date
    paid_on: date
    payable: Money
    interest: Money = Field(description="For paying late (B10)")
    paid: Money = Field(description="Both together")


class RuleShown(BaseModel):
    """The rule, in one sentence."""

    id: str
    en: str
    zh: str


class EventShown(BaseModel):
    """Something that was told and moved this money."""

    id: str
    type: str
    source: str
    office: str
    time: str
    data: dict[str, Any]


class Why(BaseModel):
    """For the office, the supplier and an auditor alike."""

    line: LineShown
    rule: RuleShown
    rule_set: PinnedRules
    numbers: dict[str, Any] = Field(description="What was put into the rule")
    statement: Month | None
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
    account: Account
    amount: Money = Field(description="Debit positive, credit negative")


class TransactionShown(BaseModel):
    """One balanced change of money, seen from the office."""

    transaction: int
    source: str
    rule: str
    happened_on: date
    recorded_on: date
    entries: list[EntryShown]


class AccountSum(BaseModel):
    """All that stands on one ledger account, over all contracts."""

    account: Account
    debits: Money
    credits: Money
    balance: Money = Field(description="Debits less credits")


class TrialBalance(BaseModel):
    """Whether the books agree: three zeros."""

    debits: Money
    credits: Money
    difference: Money = Field(description="Must be 0.00")
    unbalanced_transactions: int = Field(description="Must be 0")
    mismatches: int = Field(
        description="Balances that differ from the sum of their entries; must be 0"
    )
    transactions: int
    accounts: list[AccountSum]
