"""Rectification notices as they are shown (I5)."""

from houqin_shared.paging import Page, number_in, page_of, place_of
from houqin_shared.transaction import Row, Tx

from inspection_svc.queries.visible import is_supplier, only_supplier
from inspection_svc.refusals import NotRecorded
from inspection_svc.shown import Notice, OfficeNotice

NOTICES = """select n.notice as id, n.seq, n.contract, n.given_on, n.due, n.state,
                    n.text, n.note, n.name_en, n.recorded_by,
                    array(select f.finding from notice_findings f
                          where f.office_id = n.office_id and f.notice = n.notice
                          order by f.finding) as findings,
                    (select coalesce(jsonb_agg(jsonb_build_object(
                         'round', o.round, 'result', o.result, 'happened_on', o.happened_on,
                         'text', o.text) order by o.round), '[]')
                     from notice_outcomes o
                     where o.office_id = n.office_id and o.notice = n.notice) as outcomes
             from notices n join contracts c using (office_id, contract)
             where n.office_id = $1 and ($2::text is null or c.supplier = $2)"""


async def show_notice(tx: Tx, notice: str) -> Notice:
    """Raises NotRecorded."""
    row = await tx.row(f"{NOTICES} and n.notice = $3", tx.office, only_supplier(tx.by), notice)
    if row is None:
        raise NotRecorded(number=notice)
    return _notice_of(tx, row)


async def list_notices(
    tx: Tx, contract: str | None, state: str | None, after: str | None, limit: int
) -> Page[Notice]:
    """Notices in the order in which they were given."""
    (last,) = place_of(after, 1)
    rows = await tx.rows(
        f"""{NOTICES} and ($3::text is null or n.contract = $3)
            and ($4::text is null or n.state = $4) and ($5::bigint is null or n.seq > $5)
            order by n.seq limit $6""",
        tx.office,
        only_supplier(tx.by),
        contract,
        state,
        number_in(last),
        limit + 1,
    )
    return page_of(rows, limit, lambda row: _notice_of(tx, row), "seq")


def _notice_of(tx: Tx, row: Row) -> Notice:
    return (Notice if is_supplier(tx.by) else OfficeNotice).model_validate(dict(row))
