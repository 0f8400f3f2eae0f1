"""Bulletins as they are shown (I8)."""

from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from inspection_svc.refusals import NotPublished
from inspection_svc.shown import Bulletin

BULLETINS = """select b.number, b.month, b.recorded_on as issued_on, b.commended, b.criticised,
                      (select jsonb_agg(jsonb_build_object(
                           'contract', e.contract, 'score', e.score::text, 'missing', e.missing,
                           'failed_rectification', e.failed_rectification)
                           order by e.contract collate "C")
                       from bulletin_entries e
                       where e.office_id = b.office_id and e.month = b.month) as entries
               from bulletins b where b.office_id = $1"""


async def list_bulletins(tx: Tx, after: str | None, limit: int) -> Page[Bulletin]:
    """Bulletins in the order of their months."""
    (last,) = place_of(after, 1)
    rows = await tx.rows(
        f"{BULLETINS} and ($2::text is null or b.month > $2) order by b.month limit $3",
        tx.office,
        last,
        limit + 1,
    )
    return page_of(rows, limit, _bulletin_of, "month")


async def show_bulletin(tx: Tx, number: str) -> Bulletin:
    """Raises NotPublished."""
    row = await tx.row(f"{BULLETINS} and b.number = $2", tx.office, number)
    if row is None:
        raise NotPublished(what=number)
    return _bulletin_of(row)


def _bulletin_of(row: Row) -> Bulletin:
    return Bulletin.model_validate(dict(row))
