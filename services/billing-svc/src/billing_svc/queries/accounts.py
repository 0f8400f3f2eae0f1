"""A contract's account as it is shown."""

from houqin_shared.calendar import Month
from houqin_shared.transaction import Tx

from billing_svc.queries.visible import visible_account
from billing_svc.rules.chart import Account
from billing_svc.shown import AccountShown, PinnedRules


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
