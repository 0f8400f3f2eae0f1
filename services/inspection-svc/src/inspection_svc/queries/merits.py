"""Merits as they are shown (I3)."""

from houqin_shared.paging import Page, day_in, page_of, place_of
from houqin_shared.transaction import Row, Tx

from inspection_svc.queries.visible import is_supplier, only_supplier
from inspection_svc.refusals import NotRecorded
from inspection_svc.shown import Merit, OfficeMerit

MERITS = """select m.merit as id, m.contract, m.kind, m.happened_on, m.text, m.note, m.name_en,
                   m.recorded_by
            from merits m join contracts c using (office_id, contract)
            where m.office_id = $1 and ($2::text is null or c.supplier = $2)"""


async def show_merit(tx: Tx, merit: str) -> Merit:
    """Raises NotRecorded."""
    row = await tx.row(f"{MERITS} and m.merit = $3", tx.office, only_supplier(tx.by), merit)
    if row is None:
        raise NotRecorded(number=merit)
    return _merit_of(tx, row)


async def list_merits(tx: Tx, contract: str | None, after: str | None, limit: int) -> Page[Merit]:
    """Merits in the order of their days."""
    day, number = place_of(after, 2)
    rows = await tx.rows(
        f"""{MERITS} and ($3::text is null or m.contract = $3)
            and ($4::date is null or (m.happened_on, m.merit) > ($4, $5))
            order by m.happened_on, m.merit limit $6""",
        tx.office,
        only_supplier(tx.by),
        contract,
        day_in(day),
        number,
        limit + 1,
    )
    return page_of(rows, limit, lambda row: _merit_of(tx, row), "happened_on", "id")


def _merit_of(tx: Tx, row: Row) -> Merit:
    return (Merit if is_supplier(tx.by) else OfficeMerit).model_validate(dict(row))
