"""A contract's account, and who may see it."""

from datetime import date

from houqin_shared.auth import SUPPLIER
from houqin_shared.calendar import Month
from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx
from pydantic import BaseModel, Field

from billing_svc.refusals import UnknownContract
from billing_svc.rules.chart import Account
from billing_svc.usecases.show.money import Money


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


async def visible_account(tx: Tx, contract: str) -> Row:
    """The account's row. Raises UnknownContract, also for another supplier's."""
    row = await tx.row(
        "select * from accounts where office_id = $1 and contract = $2", tx.office, contract
    )
    if row is None or (tx.by.role in SUPPLIER and tx.by.supplier != row["supplier"]):
        raise UnknownContract(contract=contract)
    return row


async def show_account(tx: Tx, contract: str) -> AccountShown:
    """Every figure is a balance of the ledger."""
    row = await visible_account(tx, contract)
    balances = await tx.rows(
        "select account, fen from balances where office_id = $1 and contract = $2",
        tx.office,
        contract,
    )
    fen = {Account(balance["account"]): int(balance["fen"]) for balance in balances}
    more = await tx.row(
        """select (select ends_on from terms where office_id = $1 and contract = $2
                   order by seq desc limit 1) as ends_on,
                  (select count(*) from late_facts where office_id = $1 and contract = $2) as late
        """,
        tx.office,
        contract,
    )
    assert more is not None
    return AccountShown(
        contract=contract,
        supplier=row["supplier"],
        supplier_name=row["supplier_name"],
        annual_price=row["annual_price_fen"],
        starts_on=row["starts_on"],
        ends_on=more["ends_on"],
        rules=PinnedRules(id=row["rules"]["id"], version=row["rules"]["version"]),
        pending=-fen.get(Account.SUPPLIER_PENDING, 0),
        retained=-fen.get(Account.RETAINED, 0),
        deposit=-fen.get(Account.DEPOSIT, 0),
        reward_fund=-fen.get(Account.REWARD_FUND, 0),
        carried=fen.get(Account.SHORTFALL, 0),
        payable=-fen.get(Account.STATEMENT_PAYABLE, 0),
        closed_on=row["closed_on"],
        closed_with=Month.parse(row["closed_with"]) if row["closed_with"] else None,
        late_facts=more["late"],
    )


class LateFact(BaseModel):
    """A fact that came too late to change money (B12)."""

    event: str
    type: str
    source: str = Field(description="The finding, complaint, notice#round, month or quarter")
    happened_on: date
    recorded_on: date
    reason: str = Field(description="account-closed or quarter-released")


def _late_fact(row: Row) -> LateFact:
    return LateFact(
        event=str(row["event_id"]),
        type=row["type"],
        source=row["source"],
        happened_on=row["happened_on"],
        recorded_on=row["recorded_on"],
        reason=row["reason"],
    )


async def list_late_facts(tx: Tx, contract: str, after: str | None, limit: int) -> Page[LateFact]:
    await visible_account(tx, contract)
    recorded_on, event_id, source = place_of(after, 3)
    rows = await tx.rows(
        """select l.recorded_on, l.event_id::text as event_id, l.source, l.reason, c.type,
                  c.envelope -> 'data' ->> 'happened_on' as happened_on
           from late_facts l
           join causes c on c.office_id = l.office_id and c.event_id = l.event_id
           where l.office_id = $1 and l.contract = $2
             and ($3::text is null
                  or (l.recorded_on::text, l.event_id::text, l.source)
                     > ($3::text, $4::text, $5::text))
           order by l.recorded_on::text, l.event_id::text, l.source limit $6""",
        tx.office,
        contract,
        recorded_on,
        event_id,
        source,
        limit + 1,
    )
    return page_of(rows, limit, _late_fact, "recorded_on", "event_id", "source")


class Rebid(BaseModel):
    """A contract whose three years are over (C5)."""

    contract: str
    term: int
    reached_on: date


async def list_rebids(tx: Tx, after: str | None, limit: int) -> Page[Rebid]:
    contract, term = place_of(after, 2)
    rows = await tx.rows(
        """select contract, term, term::text as term_text, reached_on from rebids
           where office_id = $1
             and ($2::text is null or (contract, term::text) > ($2::text, $3::text))
           order by contract, term::text limit $4""",
        tx.office,
        contract,
        term,
        limit + 1,
    )
    return page_of(
        rows,
        limit,
        lambda row: Rebid(contract=row["contract"], term=row["term"], reached_on=row["reached_on"]),
        "contract",
        "term_text",
    )
