"""C1: suppliers and the evidence that opens the four gates to them."""

from datetime import date

from houqin_shared.calendar import DAY
from houqin_shared.command import digest_of, same_or_taken
from houqin_shared.transaction import Tx

from contract_svc.asked.suppliers import EvidenceBody, SupplierBody
from contract_svc.events import EvidenceExpiring, SupplierAdmitted, SupplierLapsed
from contract_svc.queries.suppliers import evidence_of, show_supplier
from contract_svc.refusals import UnknownSupplier
from contract_svc.rules.gates import Evidence, Gate, missing_gates
from contract_svc.rules.reminders import Reminder, evidence_reminders
from contract_svc.shown import SupplierShown
from contract_svc.usecases import agenda
from contract_svc.usecases.agenda import Item


async def register_supplier(tx: Tx, body: SupplierBody) -> SupplierShown:
    """A company and its documents. Raises NumberTaken."""
    await tx.hold(f"supplier/{body.id}")
    stored = await tx.value(
        "select content_digest from suppliers where office_id = $1 and supplier = $2",
        tx.office,
        body.id,
    )
    if same_or_taken(stored, body, "supplier", body.id):
        return await show_supplier(tx, body.id)
    await tx.run(
        """insert into suppliers (office_id, supplier, name, uscc, small_or_medium, name_en,
                                  text, note, content_digest, recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        tx.office, body.id, body.name, body.uscc, body.small_or_medium, body.name_en, body.text,
        body.note, digest_of(body), tx.today, tx.by.signature,
    )  # fmt: skip
    papers = {(p.gate, p.document, p.valid_until): p for p in body.gates}
    for paper in papers.values():
        await _keep(tx, body.id, paper)
    await _admit(tx, body.id, body.name, [], [Evidence(p.gate, p.valid_until) for p in body.gates])
    return await show_supplier(tx, body.id)


async def add_evidence(tx: Tx, supplier: str, body: EvidenceBody) -> SupplierShown:
    """One more document; the same again changes nothing. Raises UnknownSupplier."""
    await tx.hold(f"supplier/{supplier}")
    name = await tx.value(
        "select name from suppliers where office_id = $1 and supplier = $2", tx.office, supplier
    )
    if name is None:
        raise UnknownSupplier(supplier=supplier)
    before = await evidence_of(tx, supplier)
    known = await tx.value(
        """select exists (select from evidence where office_id = $1 and supplier = $2
                          and gate = $3 and document = $4 and valid_until = $5)""",
        tx.office,
        supplier,
        body.gate,
        body.document,
        body.valid_until,
    )
    if not known:
        await _keep(tx, supplier, body)
        after = [*before, Evidence(body.gate, body.valid_until)]
        await _admit(tx, supplier, name, before, after)
    return await show_supplier(tx, supplier)


async def _keep(tx: Tx, supplier: str, paper: EvidenceBody) -> None:
    number = await tx.value(
        """insert into evidence (office_id, supplier, evidence, gate, document, valid_until,
                                 name_en, text, note, recorded_on, recorded_by)
           select $1, $2, 1 + count(*), $3, $4, $5, $6, $7, $8, $9, $10
           from evidence where office_id = $1 and supplier = $2 returning evidence""",
        tx.office, supplier, paper.gate, paper.document, paper.valid_until, paper.name_en,
        paper.text, paper.note, tx.today, tx.by.signature,
    )  # fmt: skip
    notices = evidence_reminders(paper.valid_until, tx.today)
    await agenda.note(tx, "evidence-expiring", supplier, number, notices)
    if tx.today <= paper.valid_until < date.max:
        over = [Reminder(paper.valid_until + DAY, 0)]
        await agenda.note(tx, "evidence-over", supplier, number, over)


async def _admit(
    tx: Tx, supplier: str, name: str, before: list[Evidence], after: list[Evidence]
) -> None:
    """C1: tell when the last of the four gates opened."""
    if missing_gates(after, tx.today) or not missing_gates(before, tx.today):
        return
    if await _stands(tx, supplier, "admitted", tx.today, []):
        tx.tell(
            SupplierAdmitted(
                supplier=supplier, name=name, happened_on=tx.today, recorded_on=tx.today
            )
        )


async def _stands(tx: Tx, supplier: str, standing: str, since: date, gates: list[Gate]) -> bool:
    """Keep it; False if that was known."""
    return (
        await tx.run(
            """insert into standings (office_id, supplier, since, standing, gates)
           values ($1, $2, $3, $4, $5) on conflict do nothing""",
            tx.office,
            supplier,
            since,
            standing,
            gates,
        )
        == 1
    )


async def evidence_expires(tx: Tx, item: Item, day: date) -> None:
    """C1: remind, unless a newer copy of the same document was recorded before (T4)."""
    row = await tx.row(
        """select gate, document, valid_until from evidence e
           where office_id = $1 and supplier = $2 and evidence = $3 and not exists (
               select from evidence newer
               where newer.office_id = e.office_id and newer.supplier = e.supplier
                 and newer.gate = e.gate and newer.document = e.document
                 and newer.valid_until > e.valid_until and newer.recorded_on < $4)""",
        tx.office,
        item.subject,
        item.number,
        day,
    )
    if row is None:
        return
    told = await tx.run(
        """insert into evidence_reminders (office_id, supplier, evidence, days, told_on)
           values ($1, $2, $3, $4, $5) on conflict do nothing""",
        tx.office,
        item.subject,
        item.number,
        item.days,
        day,
    )
    if told:
        tx.tell(
            EvidenceExpiring(
                supplier=item.subject, gate=row["gate"], document=row["document"],
                valid_until=row["valid_until"], days_left=(row["valid_until"] - day).days,
                happened_on=day, recorded_on=day,
            )
        )  # fmt: skip


async def evidence_is_over(tx: Tx, item: Item, day: date) -> None:
    """C1: the supplier has lapsed if it held all gates the day before, and no longer does."""
    held = await evidence_of(tx, item.subject, before=day)
    missing = missing_gates(held, item.due_on)
    if not missing or missing_gates(held, item.due_on - DAY):
        return
    if await _stands(tx, item.subject, "lapsed", item.due_on, missing):
        tx.tell(
            SupplierLapsed(
                supplier=item.subject, gates=missing, happened_on=item.due_on, recorded_on=day
            )
        )
