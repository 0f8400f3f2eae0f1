"""The double-entry ledger of a contract, and the office's trial balance (M3)."""

from houqin_shared.paging import Page, number_in, page_of, place_of
from houqin_shared.transaction import Row, Tx

from billing_svc.queries.visible import visible_account
from billing_svc.shown import AccountSum, EntryShown, TransactionShown, TrialBalance


def _transaction(row: Row) -> TransactionShown:
    return TransactionShown(
        transaction=row["id"],
        source=row["booked_for"],
        rule=row["rule"],
        happened_on=row["happened_on"],
        recorded_on=row["recorded_on"],
        entries=[
            EntryShown(account=row["debit"], amount=row["fen"]),
            EntryShown(account=row["credit"], amount=-row["fen"]),
        ],
    )


async def list_transactions(
    tx: Tx, contract: str, after: str | None, limit: int
) -> Page[TransactionShown]:
    await visible_account(tx, contract)
    (last,) = place_of(after, 1)
    rows = await tx.rows(
        """select id, booked_for, rule, debit, credit, fen, happened_on, recorded_on from bookings
           where office_id = $1 and contract = $2 and id > $3 order by id limit $4""",
        tx.office,
        contract,
        number_in(last) or 0,
        limit + 1,
    )
    return page_of(rows, limit, _transaction, "id")


async def trial_balance(tx: Tx) -> TrialBalance:
    """Rebuild every balance from the entries and compare."""
    sums = await tx.rows(
        """select account, coalesce(sum(fen) filter (where fen > 0), 0)::bigint as debits,
                  coalesce(-sum(fen) filter (where fen < 0), 0)::bigint as credits
           from entries where office_id = $1 group by account order by account""",
        tx.office,
    )
    checks = await tx.row(
        """select
             (select count(*) from bookings where office_id = $1) as transactions,
             (select count(*) from (
                  select contract, account, sum(fen) as fen from entries
                  where office_id = $1 group by 1, 2
             ) as folded
             full join (select * from balances where office_id = $1) as kept
                  using (contract, account)
             where coalesce(folded.fen, 0) <> coalesce(kept.fen, 0)) as mismatches""",
        tx.office,
    )
    assert checks is not None
    accounts = [
        AccountSum(
            account=row["account"], debits=row["debits"], credits=row["credits"],
            balance=row["debits"] - row["credits"],
        )
        for row in sums
    ]  # fmt: skip
    debits = sum(row["debits"] for row in sums)
    credited = sum(row["credits"] for row in sums)
    return TrialBalance(
        debits=debits,
        credits=credited,
        difference=debits - credited,
        mismatches=checks["mismatches"],
        transactions=checks["transactions"],
        accounts=accounts,
    )
