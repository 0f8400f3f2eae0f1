"""Visits and what was found in them, as they are shown (I1)."""

from houqin_shared.paging import Page, day_in, page_of, place_of
from houqin_shared.transaction import Row, Tx

from inspection_svc.queries.findings import FINDINGS, finding_of
from inspection_svc.queries.visible import is_supplier, only_supplier
from inspection_svc.refusals import NotRecorded
from inspection_svc.shown import OfficeVisit, OfficeVisitSummary, Visit, VisitSummary

VISITS = """select v.visit as id, v.contract, v.tier, v.happened_on, v.recorded_on,
                   v.findings_count, v.text, v.note, v.name_en, v.inspector, v.recorded_by
            from visits v join contracts c using (office_id, contract)
            where v.office_id = $1 and ($2::text is null or c.supplier = $2)"""


async def show_visit(tx: Tx, visit: str) -> OfficeVisit | Visit:
    """A visit with its findings. Raises NotRecorded."""
    row = await tx.row(f"{VISITS} and v.visit = $3", tx.office, only_supplier(tx.by), visit)
    if row is None:
        raise NotRecorded(number=visit)
    found = await tx.rows(
        f"""{FINDINGS} and f.contract = $3 and f.happened_on = $4 and f.visit = $5
            order by f.position""",
        tx.office,
        only_supplier(tx.by),
        row["contract"],
        row["happened_on"],
        visit,
    )
    reading = Visit if is_supplier(tx.by) else OfficeVisit
    return reading.model_validate({**row, "findings": [finding_of(tx.by, each) for each in found]})


async def list_visits(
    tx: Tx, contract: str | None, after: str | None, limit: int
) -> Page[VisitSummary]:
    """Visits in the order of their days."""
    day, number = place_of(after, 2)
    rows = await tx.rows(
        f"""{VISITS} and ($3::text is null or v.contract = $3)
            and ($4::date is null or (v.happened_on, v.visit) > ($4, $5))
            order by v.happened_on, v.visit limit $6""",
        tx.office,
        only_supplier(tx.by),
        contract,
        day_in(day),
        number,
        limit + 1,
    )
    reading = VisitSummary if is_supplier(tx.by) else OfficeVisitSummary

    def read(row: Row) -> VisitSummary:
        return reading.model_validate(dict(row))

    return page_of(rows, limit, read, "happened_on", "id")
