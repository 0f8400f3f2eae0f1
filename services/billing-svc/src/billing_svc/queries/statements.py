"""Statements, with the lines that stand on them."""

from collections.abc import Sequence

from houqin_shared.calendar import Month
from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from billing_svc.queries.visible import visible_account
from billing_svc.refusals import NoSuchStatement
from billing_svc.rules.chart import Kind
from billing_svc.shown import StatementHead, StatementLine, StatementShown


def _head(row: Row) -> StatementHead:
    return StatementHead(
        month=Month.parse(row["month"]),
        drawn_on=row["drawn_on"],
        due_on=row["due_on"],
        payable=row["payable_fen"],
        from_deposit=row["from_deposit_fen"],
        carried=row["carried_fen"],
        deposit_returned=row["deposit_returned_fen"],
        paid_on=row["paid_on"],
        interest=row["interest_fen"],
    )


def shown_lines(rows: Sequence[Row]) -> list[StatementLine]:
    """One score line a month, the net; none if that is zero. In the report's order."""
    lines: list[StatementLine] = []
    scores: dict[str, StatementLine] = {}
    for row in rows:
        line = StatementLine(
            kind=row["kind"], month=row["month"], source=row["source"], rule=row["rule"],
            amount=row["fen"], bookings=[row["id"]],
        )  # fmt: skip
        if line.kind is not Kind.SCORE:
            lines.append(line)
        elif line.month in scores:
            scores[line.month].amount += line.amount
            scores[line.month].bookings += line.bookings
        else:
            scores[line.month] = line
    lines += [line for line in scores.values() if line.amount]
    return sorted(lines, key=lambda line: (line.kind, line.month, line.source, line.amount))


async def show_statement(tx: Tx, contract: str, month: Month) -> StatementShown:
    await visible_account(tx, contract)
    row = await tx.row(
        "select * from statements where (office_id, contract, month) = ($1, $2, $3)",
        tx.office,
        contract,
        str(month),
    )
    if row is None:
        raise NoSuchStatement(contract=contract, month=month)
    lines = await tx.rows(
        """select id, kind, month, source, rule, fen from lines
           where (office_id, contract, statement_month) = ($1, $2, $3) order by id""",
        tx.office,
        contract,
        str(month),
    )
    return StatementShown(contract=contract, lines=shown_lines(lines), **dict(_head(row)))


async def list_statements(
    tx: Tx, contract: str, after: str | None, limit: int
) -> Page[StatementHead]:
    await visible_account(tx, contract)
    (month,) = place_of(after, 1)
    rows = await tx.rows(
        """select * from statements where office_id = $1 and contract = $2
             and ($3::text is null or month > $3::text)
           order by month limit $4""",
        tx.office,
        contract,
        month,
        limit + 1,
    )
    return page_of(rows, limit, _head, "month")
