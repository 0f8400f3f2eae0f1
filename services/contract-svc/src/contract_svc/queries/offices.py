"""Offices as they are shown."""

from houqin_shared.auth import EVERY_OFFICE, Actor
from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.problem import UnknownOffice
from houqin_shared.transaction import Connection, Row, Tx

from contract_svc.shown import OfficeShown

OFFICE = """select o.office_id, o.name, o.clock, o.today, r.opens_on, r.imported_from,
                   r.name_en, r.text, r.note
            from offices o join registrations r using (office_id)"""


def _read(row: Row) -> OfficeShown:
    return OfficeShown(id=row["office_id"], **{k: v for k, v in row.items() if k != "office_id"})


async def find_office(tx: Tx) -> OfficeShown | None:
    row = await tx.row(f"{OFFICE} where o.office_id = $1", tx.office)
    return _read(row) if row else None


async def show_office(tx: Tx) -> OfficeShown:
    """Raises UnknownOffice."""
    found = await find_office(tx)
    if found is None:
        raise UnknownOffice(office=tx.office)
    return found


async def list_offices(
    connection: Connection, by: Actor, after: str | None, limit: int
) -> Page[OfficeShown]:
    """The offices that `by` may see. Raises BadCursor."""
    (last,) = place_of(after, 1)
    rows = await connection.fetch(
        f"""{OFFICE} where ($1::text is null or o.office_id > $1)
                       and ($2::text is null or o.office_id = $2)
            order by o.office_id limit $3""",
        last,
        None if by.office == EVERY_OFFICE else by.office,
        limit + 1,
    )
    return page_of(rows, limit, _read, "office_id")
