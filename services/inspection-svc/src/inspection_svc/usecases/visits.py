"""Visits and what was found in them (I1, I2)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
from houqin_shared.command import digest_of, same_or_taken
from houqin_shared.paging import Page, page_of
from houqin_shared.problem import NumberTaken
from houqin_shared.transaction import Row, Tx

from inspection_svc.asked import NewFinding, NewVisit
from inspection_svc.events import FindingConfirmed
from inspection_svc.refusals import NotRecorded
from inspection_svc.rules.finding import repeats_since, which_repeat
from inspection_svc.shown import (
    OfficeFinding,
    OfficeVisit,
    OfficeVisitSummary,
    Visit,
    VisitSummary,
)
from inspection_svc.usecases.contracts import Contract, the_contract
from inspection_svc.usecases.findings import FINDINGS, finding_of
from inspection_svc.usecases.readers import is_supplier, supplier_of
from inspection_svc.usecases.scores import month_changed


async def record_visit(tx: Tx, visit: NewVisit) -> OfficeVisit:
    """I1. Raises NumberTaken, UnknownContract, OutsideContractTerm."""
    await tx.hold(visit.contract)
    stored = await tx.value(
        "select content_digest from visits where office_id = $1 and visit = $2",
        tx.office,
        visit.id,
    )
    if same_or_taken(stored, visit, "visit", visit.id):
        shown = await show_visit(tx, visit.id)
        assert isinstance(shown, OfficeVisit)
        return shown
    contract = await the_contract(tx, visit.contract)
    happened_on = visit.happened_on or tx.today
    if happened_on > tx.today:
        contract.refuse(happened_on)
    contract.require_in_term(happened_on)
    repeats = await _which_repeat(tx, contract, visit.findings, happened_on)
    await _store_visit(tx, visit, happened_on)
    await _store_findings(tx, visit, happened_on, repeats)
    tx.tell(
        *(
            FindingConfirmed.model_construct(  # from a request that was validated: up to 1000
                contract=visit.contract,
                finding=finding.id,
                visit=visit.id,
                tier=visit.tier,
                criterion=finding.criterion,
                place=finding.place,
                severity=finding.severity,
                repeat=repeat,
                inspector=tx.by.person,
                happened_on=happened_on,
                recorded_on=tx.today,
            )
            for finding, repeat in zip(visit.findings, repeats, strict=True)
        )
    )
    await month_changed(tx, contract, happened_on)
    return _as_recorded(tx, visit, happened_on, repeats)


async def _which_repeat(
    tx: Tx, contract: Contract, findings: Sequence[NewFinding], happened_on: date
) -> list[bool]:
    """I2, with one question to the database whatever the number of findings."""
    if not findings:
        return []
    spots = [(finding.criterion, finding.place) for finding in findings]
    rows = await tx.rows(
        """select spot.criterion, spot.place
           from (select distinct criterion, place
                 from unnest($3::text[], $4::text[]) as each(criterion, place)) as spot
           where exists (
               select from findings f
               where f.office_id = $1 and f.contract = $2
                 and f.criterion = spot.criterion and f.place = spot.place
                 and f.happened_on between $5 and $6 and f.withdrawn_on is null
           )""",
        tx.office,
        contract.id,
        [criterion for criterion, _ in spots],
        [place for _, place in spots],
        repeats_since(happened_on, contract.rules.repeat_within_days),
        happened_on,
    )
    return which_repeat(spots, {(row["criterion"], row["place"]) for row in rows})


async def _store_visit(tx: Tx, visit: NewVisit, happened_on: date) -> None:
    added = await tx.run(
        """insert into visits (office_id, visit, contract, tier, happened_on, findings_count,
                               inspector, text, note, name_en, content_digest,
                               recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           on conflict do nothing""",
        tx.office,
        visit.id,
        visit.contract,
        visit.tier,
        happened_on,
        len(visit.findings),
        tx.by.person,
        visit.text,
        visit.note,
        visit.name_en,
        digest_of(visit),
        tx.today,
        tx.by.signature,
    )
    if not added:  # at the same moment, for another contract
        raise NumberTaken(what="visit", number=visit.id)


async def _store_findings(
    tx: Tx, visit: NewVisit, happened_on: date, repeats: Sequence[bool]
) -> None:
    findings = visit.findings
    if not findings:
        return
    numbers = [finding.id for finding in findings]
    added = await tx.run(
        """insert into findings (office_id, visit, contract, tier, happened_on, recorded_on,
                                 finding, criterion, place, severity, repeat, text, note, name_en,
                                 evidence, witness, position)
           select $1, $2, $3, $4, $5, $6,
                  f.finding, f.criterion, f.place, f.severity, f.repeat, f.text, f.note, f.name_en,
                  f.evidence::jsonb, f.witness, f.position
           from unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::boolean[],
                       $12::text[], $13::text[], $14::text[], $15::text[], $16::text[])
                with ordinality
                as f(finding, criterion, place, severity, repeat, text, note, name_en,
                     evidence, witness, position)
           on conflict do nothing""",
        tx.office,
        visit.id,
        visit.contract,
        visit.tier,
        happened_on,
        tx.today,
        numbers,
        [finding.criterion for finding in findings],
        [finding.place for finding in findings],
        [finding.severity for finding in findings],
        repeats,
        [finding.text for finding in findings],
        [finding.note for finding in findings],
        [finding.name_en for finding in findings],
        [_json([each.model_dump() for each in finding.evidence]) for finding in findings],
        [finding.witness for finding in findings],
    )
    if added < len(findings):
        taken = await tx.value(
            """select min(finding) from findings
               where office_id = $1 and finding = any($2) and visit <> $3""",
            tx.office,
            numbers,
            visit.id,
        )
        raise NumberTaken(what="finding", number=taken)


def _json(value: list[dict[str, Any]]) -> str:
    return orjson.dumps(value).decode() if value else "[]"


def _as_recorded(
    tx: Tx, visit: NewVisit, happened_on: date, repeats: Sequence[bool]
) -> OfficeVisit:
    return OfficeVisit(
        id=visit.id,
        contract=visit.contract,
        tier=visit.tier,
        happened_on=happened_on,
        recorded_on=tx.today,
        findings_count=len(visit.findings),
        text=visit.text,
        note=visit.note,
        name_en=visit.name_en,
        inspector=tx.by.person,
        recorded_by=tx.by.signature,
        findings=[
            OfficeFinding.model_construct(  # from a request that was validated: up to 1000
                id=finding.id,
                visit=visit.id,
                contract=visit.contract,
                tier=visit.tier,
                happened_on=happened_on,
                recorded_on=tx.today,
                criterion=finding.criterion,
                place=finding.place,
                severity=finding.severity,
                repeat=repeat,
                evidence=finding.evidence,
                text=finding.text,
                note=finding.note,
                name_en=finding.name_en,
                witness=finding.witness,
                inspector=tx.by.person,
                withdrawal=None,
            )
            for finding, repeat in zip(visit.findings, repeats, strict=True)
        ],
    )


VISITS = """select v.visit as id, v.contract, v.tier, v.happened_on, v.recorded_on,
                   v.findings_count, v.text, v.note, v.name_en, v.inspector, v.recorded_by
            from visits v join contracts c using (office_id, contract)
            where v.office_id = $1 and ($2::text is null or c.supplier = $2)"""


async def show_visit(tx: Tx, visit: str) -> OfficeVisit | Visit:
    """A visit with its findings. Raises NotRecorded."""
    row = await tx.row(f"{VISITS} and v.visit = $3", tx.office, supplier_of(tx.by), visit)
    if row is None:
        raise NotRecorded(number=visit)
    found = await tx.rows(
        f"{FINDINGS} and f.visit = $3 order by f.position", tx.office, supplier_of(tx.by), visit
    )
    reading = Visit if is_supplier(tx.by) else OfficeVisit
    return reading.model_validate({**row, "findings": [finding_of(tx.by, each) for each in found]})


async def list_visits(
    tx: Tx, contract: str | None, after: tuple[date, str] | None, limit: int
) -> Page[VisitSummary]:
    """Visits in the order of their days."""
    rows = await tx.rows(
        f"""{VISITS} and ($3::text is null or v.contract = $3)
            and ($4::date is null or (v.happened_on, v.visit) > ($4, $5))
            order by v.happened_on, v.visit limit $6""",
        tx.office,
        supplier_of(tx.by),
        contract,
        *(after or (None, None)),
        limit + 1,
    )
    reading = VisitSummary if is_supplier(tx.by) else OfficeVisitSummary

    def read(row: Row) -> VisitSummary:
        return reading.model_validate(dict(row))

    return page_of(rows, limit, read, "happened_on", "id")
