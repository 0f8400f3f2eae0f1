"""Complaints as they are shown: how much of one depends on who looks (F2)."""

from typing import Any

from houqin_shared.auth import SUPPLIER
from houqin_shared.paging import Page, day_in, number_in, page_of, place_of
from houqin_shared.transaction import Row, Tx

from feedback_svc import shown
from feedback_svc.queries.visible import only_supplier
from feedback_svc.refusals import NotRecorded
from feedback_svc.rules.privacy import without_names

COMPLAINT = """
    select r.request, r.contract, r.happened_on, r.department, r.caller, r.text, r.note,
           r.recorded_on, r.recorded_by,
           d.decision, d.reasons, d.note as decision_note, d.recorded_from,
           d.recorded_on as decided_on, d.recorded_by as decided_by
    from requests r
    join contracts c using (office_id, contract)
    left join decisions d using (office_id, request)
    where r.office_id = $1 and r.kind = 'complaint' and ($2::text is null or c.supplier = $2)
"""


async def visible_complaint(tx: Tx, complaint: str) -> shown.Complaint:
    """A complaint as the reader may see it, without who called. Raises NotRecorded."""
    return _as_seen_by(tx, await _complaint(tx, complaint))


async def identified_complaint(tx: Tx, complaint: str) -> shown.IdentifiedComplaint:
    """A complaint with who called, for a look that is recorded (F2). Raises NotRecorded."""
    row = await _complaint(tx, complaint)
    return shown.IdentifiedComplaint(
        **dict(_for_the_office(row)), department=row["department"], caller=row["caller"]
    )


async def office_complaint(tx: Tx, complaint: str) -> shown.OfficeComplaint:
    """A complaint as the office works with it."""
    return _for_the_office(await _complaint(tx, complaint))


async def list_complaints(
    tx: Tx, contract: str | None, state: str | None, after: str | None, limit: int
) -> Page[Any]:
    """Complaints by day and number, without who called: nothing to record (F2)."""
    day, number = place_of(after, 2)
    rows = await tx.rows(
        COMPLAINT
        + """ and ($3::text is null or r.contract = $3)
              and ($4::text is null or coalesce(d.decision, 'open') = $4)
              and ($5::date is null or (r.happened_on, r.request) > ($5, $6))
              order by r.happened_on, r.request limit $7""",
        tx.office,
        only_supplier(tx.by),
        contract,
        state,
        day_in(day),
        number,
        limit + 1,
    )
    return page_of(rows, limit, lambda row: _as_seen_by(tx, row), "happened_on", "request")


async def list_identity_looks(
    tx: Tx, complaint: str | None, after: str | None, limit: int
) -> Page[shown.IdentityLook]:
    """Who looked at who called, in the order in which they looked (F2)."""
    (last,) = place_of(after, 1)
    rows = await tx.rows(
        """select look, request as complaint, looked_by, role, looked_on, looked_at
           from identity_looks where office_id = $1
             and ($2::text is null or request = $2) and ($3::bigint is null or look > $3)
           order by look limit $4""",
        tx.office,
        complaint,
        number_in(last),
        limit + 1,
    )
    return page_of(rows, limit, lambda row: shown.IdentityLook(**row), "look")


async def _complaint(tx: Tx, complaint: str) -> Row:
    row = await tx.row(
        COMPLAINT + " and r.request = $3", tx.office, only_supplier(tx.by), complaint
    )
    if row is None:
        raise NotRecorded(complaint=complaint)
    return row


def _as_seen_by(tx: Tx, row: Row) -> shown.Complaint:
    return _for_the_supplier(row) if tx.by.role in SUPPLIER else _for_the_office(row)


def _for_the_supplier(row: Row) -> shown.Complaint:
    decision = None
    if row["decision"] is not None:
        reasons = row["reasons"]
        decision = shown.Decision(
            decision=row["decision"],
            reasons=reasons and without_names(reasons, row["caller"], row["department"]),
            decided_on=row["decided_on"],
            recorded_from=row["recorded_from"],
        )
    return shown.Complaint(
        id=row["request"],
        contract=row["contract"],
        happened_on=row["happened_on"],
        state=row["decision"] or "open",
        decision=decision,
    )


def _for_the_office(row: Row) -> shown.OfficeComplaint:
    decision = None
    if row["decision"] is not None:
        decision = shown.OfficeDecision(
            decision=row["decision"],
            reasons=row["reasons"],
            decided_on=row["decided_on"],
            recorded_from=row["recorded_from"],
            note=row["decision_note"],
            recorded_by=row["decided_by"],
        )
    return shown.OfficeComplaint(
        id=row["request"],
        contract=row["contract"],
        happened_on=row["happened_on"],
        state=row["decision"] or "open",
        decision=decision,
        text=row["text"],
        note=row["note"],
        recorded_on=row["recorded_on"],
        recorded_by=without_names(row["recorded_by"], row["caller"]),
    )
