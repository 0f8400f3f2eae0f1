"""Findings as they are shown, withdrawn ones too (I1, I6)."""

from houqin_shared.auth import Actor
from houqin_shared.paging import Page, day_in, page_of, place_of
from houqin_shared.transaction import Row, Tx

from inspection_svc.queries.visible import is_supplier, only_supplier
from inspection_svc.refusals import NotRecorded
from inspection_svc.shown import Finding, OfficeFinding

FINDINGS = """select f.finding as id, f.visit, f.contract, f.tier, f.happened_on, f.recorded_on,
                     f.criterion, f.place, f.severity, f.repeat, f.text, f.note, f.name_en,
                     f.evidence, f.witness, v.inspector, f.withdrawn_on,
                     w.reason, w.recorded_from, w.decided_by, w.recorded_by,
                     w.text as w_text, w.note as w_note, w.name_en as w_name_en
              from findings f
              join visits v using (office_id, visit)
              join contracts c on c.office_id = f.office_id and c.contract = f.contract
              left join withdrawals w on w.office_id = f.office_id and w.finding = f.finding
              where f.office_id = $1 and ($2::text is null or c.supplier = $2)"""


def finding_of(by: Actor, row: Row) -> Finding:
    """A row of `FINDINGS` as `by` may read it."""
    withdrawal = None
    if row["withdrawn_on"] is not None:
        withdrawal = {
            **row, "text": row["w_text"], "note": row["w_note"], "name_en": row["w_name_en"],
        }  # fmt: skip
    reading = Finding if is_supplier(by) else OfficeFinding
    return reading.model_validate({**row, "withdrawal": withdrawal})


async def show_finding(tx: Tx, finding: str) -> Finding:
    """Raises NotRecorded."""
    row = await tx.row(f"{FINDINGS} and f.finding = $3", tx.office, only_supplier(tx.by), finding)
    if row is None:
        raise NotRecorded(number=finding)
    return finding_of(tx.by, row)


async def list_findings(
    tx: Tx, contract: str | None, after: str | None, limit: int
) -> Page[Finding]:
    """Findings in the order of their days."""
    day, number = place_of(after, 2)
    rows = await tx.rows(
        f"""{FINDINGS} and ($3::text is null or f.contract = $3)
            and ($4::date is null or (f.happened_on, f.finding) > ($4, $5))
            order by f.happened_on, f.finding limit $6""",
        tx.office,
        only_supplier(tx.by),
        contract,
        day_in(day),
        number,
        limit + 1,
    )
    return page_of(rows, limit, lambda row: finding_of(tx.by, row), "happened_on", "id")
