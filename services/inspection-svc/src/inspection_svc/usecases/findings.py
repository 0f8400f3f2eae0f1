"""Single findings: shown, and withdrawn by somebody other than their inspector (I6)."""

from datetime import date

from houqin_shared.auth import Actor, Role
from houqin_shared.paging import Page, page_of
from houqin_shared.transaction import Row, Tx

from inspection_svc.asked import NewWithdrawal
from inspection_svc.events import FindingWithdrawn
from inspection_svc.refusals import AlreadyWithdrawn, DecidedByItsInspector, NotRecorded
from inspection_svc.shown import Finding, OfficeFinding
from inspection_svc.usecases.contracts import the_contract
from inspection_svc.usecases.readers import is_supplier, supplier_of
from inspection_svc.usecases.scores import month_changed

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


async def withdraw_finding(tx: Tx, finding: str, decision: NewWithdrawal) -> OfficeFinding:
    """I6: the finding no longer counts; what it took is given back (I4, B3).

    Raises NotRecorded, AlreadyWithdrawn, DecidedByItsInspector.
    """
    number = await tx.value(
        "select contract from findings where office_id = $1 and finding = $2", tx.office, finding
    )
    if number is None:
        raise NotRecorded(number=finding)
    await tx.hold(number)
    row = await tx.row(
        """select f.happened_on, f.withdrawn_on, v.inspector
           from findings f join visits v using (office_id, visit)
           where f.office_id = $1 and f.finding = $2""",
        tx.office,
        finding,
    )
    assert row is not None
    if row["withdrawn_on"] is not None:
        raise AlreadyWithdrawn(finding=finding, day=row["withdrawn_on"])
    if names_a_person(tx.by) and tx.by.person == row["inspector"]:
        raise DecidedByItsInspector(finding=finding, person=tx.by.person)
    await _store_withdrawal(tx, finding, decision)
    tx.tell(
        FindingWithdrawn(
            contract=number,
            finding=finding,
            found_on=row["happened_on"],
            decided_by=tx.by.person,
            happened_on=tx.today,
            recorded_on=tx.today,
        )
    )
    await month_changed(tx, await the_contract(tx, number), row["happened_on"])
    shown = await show_finding(tx, finding)
    assert isinstance(shown, OfficeFinding)
    return shown


def names_a_person(by: Actor) -> bool:
    """A system that names nobody records what people did on paper; who they were isn't told."""
    return by.role is not Role.SYSTEM or by.on_behalf_of is not None


async def _store_withdrawal(tx: Tx, finding: str, decision: NewWithdrawal) -> None:
    await tx.run(
        "update findings set withdrawn_on = $3 where office_id = $1 and finding = $2",
        tx.office,
        finding,
        tx.today,
    )
    await tx.run(
        """insert into withdrawals (office_id, finding, reason, decided_by, recorded_from,
                                    text, note, name_en, recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        tx.office,
        finding,
        decision.reason,
        tx.by.person,
        decision.recorded_from,
        decision.text,
        decision.note,
        decision.name_en,
        tx.today,
        tx.by.signature,
    )


async def show_finding(tx: Tx, finding: str) -> Finding:
    """Raises NotRecorded."""
    row = await tx.row(f"{FINDINGS} and f.finding = $3", tx.office, supplier_of(tx.by), finding)
    if row is None:
        raise NotRecorded(number=finding)
    return finding_of(tx.by, row)


async def list_findings(
    tx: Tx, contract: str | None, after: tuple[date, str] | None, limit: int
) -> Page[Finding]:
    """Findings in the order of their days."""
    rows = await tx.rows(
        f"""{FINDINGS} and ($3::text is null or f.contract = $3)
            and ($4::date is null or (f.happened_on, f.finding) > ($4, $5))
            order by f.happened_on, f.finding limit $6""",
        tx.office,
        supplier_of(tx.by),
        contract,
        *(after or (None, None)),
        limit + 1,
    )
    return page_of(rows, limit, lambda row: finding_of(tx.by, row), "happened_on", "id")
