"""Suppliers as they are shown."""

from collections.abc import Sequence
from datetime import date

from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from contract_svc.queries.visible import only_supplier, recorder, whole
from contract_svc.refusals import UnknownSupplier
from contract_svc.rules.gates import Evidence, Gate, missing_gates
from contract_svc.shown import EvidenceReminderShown, EvidenceShown, SupplierShown

SUPPLIER = """select s.supplier, s.name, s.uscc, s.small_or_medium, s.name_en, s.text, s.note,
                     s.recorded_on, s.recorded_by
              from suppliers s"""


def read_evidence(tx: Tx, row: Row) -> EvidenceShown:
    return EvidenceShown(
        number=row["evidence"], gate=row["gate"], document=row["document"],
        valid_until=row["valid_until"], name_en=row["name_en"], text=row["text"],
        note=row["note"], recorded_on=row["recorded_on"],
        recorded_by=recorder(tx.by, row["recorded_by"]),
    )  # fmt: skip


async def evidence_of(tx: Tx, supplier: str, before: date | None = None) -> list[Evidence]:
    """The supplier's evidence; for a sweep, that recorded before its day (T4)."""
    rows = await tx.rows(
        """select gate, valid_until from evidence
           where office_id = $1 and supplier = $2 and ($3::date is null or recorded_on < $3)""",
        tx.office,
        supplier,
        before,
    )
    return [Evidence(Gate(row["gate"]), row["valid_until"]) for row in rows]


async def _papers(tx: Tx, suppliers: Sequence[str]) -> dict[str, list[EvidenceShown]]:
    rows = await tx.rows(
        """select supplier, evidence, gate, document, valid_until, name_en, text, note,
                  recorded_on, recorded_by
           from evidence where office_id = $1 and supplier = any($2) order by 1, 2""",
        tx.office,
        suppliers,
    )
    papers: dict[str, list[EvidenceShown]] = {supplier: [] for supplier in suppliers}
    for row in rows:
        papers[row["supplier"]].append(read_evidence(tx, row))
    return papers


def _read(tx: Tx, row: Row, papers: list[EvidenceShown]) -> SupplierShown:
    missing = missing_gates([Evidence(p.gate, p.valid_until) for p in papers], tx.today)
    return SupplierShown(
        id=row["supplier"], name=row["name"], uscc=row["uscc"],
        small_or_medium=row["small_or_medium"], admitted=not missing, missing_gates=missing,
        gates=papers, name_en=row["name_en"], text=row["text"], note=row["note"],
        recorded_on=row["recorded_on"], recorded_by=recorder(tx.by, row["recorded_by"]),
    )  # fmt: skip


async def show_supplier(tx: Tx, supplier: str) -> SupplierShown:
    """Raises UnknownSupplier."""
    row = await tx.row(
        f"""{SUPPLIER} where s.office_id = $1 and s.supplier = $2
                         and ($3::text is null or s.supplier = $3)""",
        tx.office,
        supplier,
        only_supplier(tx.by),
    )
    if row is None:
        raise UnknownSupplier(supplier=supplier)
    return _read(tx, row, (await _papers(tx, [supplier]))[supplier])


async def list_suppliers(tx: Tx, after: str | None, limit: int) -> Page[SupplierShown]:
    """Raises BadCursor."""
    (last,) = place_of(after, 1)
    rows = await tx.rows(
        f"""{SUPPLIER} where s.office_id = $1 and ($2::text is null or s.supplier > $2)
                         and ($3::text is null or s.supplier = $3)
            order by s.supplier limit $4""",
        tx.office,
        last,
        only_supplier(tx.by),
        limit + 1,
    )
    papers = await _papers(tx, [row["supplier"] for row in rows])
    return page_of(rows, limit, lambda row: _read(tx, row, papers[row["supplier"]]), "supplier")


async def list_evidence_reminders(
    tx: Tx, supplier: str, after: str | None, limit: int
) -> Page[EvidenceReminderShown]:
    """C1: what was told about this supplier's evidence. Raises UnknownSupplier, BadCursor."""
    await show_supplier(tx, supplier)
    number, rank = (whole(value) for value in place_of(after, 2))
    rows = await tx.rows(
        """select e.evidence, -r.days as rank, e.gate, e.document, e.valid_until, r.days,
                  r.told_on
           from evidence_reminders r join evidence e using (office_id, supplier, evidence)
           where office_id = $1 and supplier = $2
             and ($3::int is null or (e.evidence, -r.days) > ($3, $4::int))
           order by e.evidence, rank limit $5""",
        tx.office,
        supplier,
        number,
        rank,
        limit + 1,
    )
    return page_of(rows, limit, _read_reminder, "evidence", "rank")


def _read_reminder(row: Row) -> EvidenceReminderShown:
    return EvidenceReminderShown(
        on=row["told_on"], evidence=row["evidence"], gate=row["gate"], document=row["document"],
        valid_until=row["valid_until"], days_before=row["days"],
        days_left=(row["valid_until"] - row["told_on"]).days,
    )  # fmt: skip
