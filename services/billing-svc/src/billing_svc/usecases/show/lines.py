"""The lines of a contract, on a statement or waiting for one."""

from datetime import date

from houqin_shared.calendar import Month
from houqin_shared.paging import BadCursor, Page, page_of, place_of
from houqin_shared.transaction import Row, Tx
from pydantic import BaseModel, Field

from billing_svc.rules.chart import Kind
from billing_svc.usecases.show.account import visible_account
from billing_svc.usecases.show.money import Money

FARTHEST_ID = 2**63 - 1


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


def place_of_id(after: str | None) -> int:
    """The number behind a cursor, 0 for the first page. Raises BadCursor."""
    (text,) = place_of(after, 1)
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit()) or int(text) > FARTHEST_ID:
        raise BadCursor
    return int(text)


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
        place_of_id(after),
        kind.value if kind else None,
        month,
        source,
        settled,
        str(statement) if statement else None,
        limit + 1,
    )
    return page_of(rows, limit, shown_line, "id")
