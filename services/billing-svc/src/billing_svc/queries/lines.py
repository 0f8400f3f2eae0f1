"""The lines of a contract, on a statement or waiting for one."""

from houqin_shared.calendar import Month
from houqin_shared.paging import Page, number_in, page_of, place_of
from houqin_shared.transaction import Row, Tx

from billing_svc.queries.visible import visible_account
from billing_svc.rules.chart import Kind
from billing_svc.shown import LineShown


def shown_line(row: Row) -> LineShown:
    month = row["statement_month"]
    return LineShown(
        line=row["id"],
        kind=row["kind"],
        month=row["month"],
        source=row["source"],
        revision=row["revision"] or None,
        rule=row["rule"],
        amount=row["fen"],
        happened_on=row["happened_on"],
        recorded_on=row["recorded_on"],
        statement=Month.parse(month) if month else None,
        set_aside_on=row["set_aside_on"],
    )


async def list_lines(
    tx: Tx,
    contract: str,
    *,
    kind: Kind | None,
    month: str | None,
    source: str | None,
    settled: bool | None,
    statement: Month | None,
    after: str | None,
    limit: int,
) -> Page[LineShown]:
    await visible_account(tx, contract)
    (last,) = place_of(after, 1)
    rows = await tx.rows(
        """select * from lines
           where office_id = $1 and contract = $2 and id > $3
             and ($4::text is null or kind = $4::text)
             and ($5::text is null or month = $5::text)
             and ($6::text is null or source = $6::text)
             and ($7::boolean is null
                  or case when $7::boolean then statement_month is not null
                          else statement_month is null and set_aside_on is null end)
             and ($8::text is null or statement_month = $8::text)
           order by id limit $9""",
        tx.office,
        contract,
        number_in(last) or 0,
        kind.value if kind else None,
        month,
        source,
        settled,
        str(statement) if statement else None,
        limit + 1,
    )
    return page_of(rows, limit, shown_line, "id")
