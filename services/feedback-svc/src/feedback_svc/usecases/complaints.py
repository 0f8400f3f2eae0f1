"""Complaints: called in, decided, and looked at (F1, F2, F5)."""

from datetime import date

from houqin_shared.auth import Role
from houqin_shared.command import digest_of, same_or_taken
from houqin_shared.transaction import Tx

from feedback_svc import shown
from feedback_svc.asked import NewComplaint, NewDecision
from feedback_svc.events import (
    ComplaintDismissed,
    ComplaintsWidespread,
    ComplaintUpheld,
    RequestOpened,
)
from feedback_svc.queries.complaints import (
    identified_complaint,
    office_complaint,
    visible_complaint,
)
from feedback_svc.refusals import AlreadyDecided, NotRecorded, OutsideContractTerm, OwnMatter
from feedback_svc.rules.privacy import same_person
from feedback_svc.rules.term import in_term
from feedback_svc.rules.widespread import Upheld, widespread
from feedback_svc.usecases.contracts import Contract, contract_of

CALL_FOR_THEMSELVES = (Role.STAFF, Role.LIAISON)
KNOWS_CALLERS = (Role.SUPERVISOR, Role.LEADER, Role.AUDITOR, Role.SYSTEM)
"""Who works on a complaint, or checks that work. Colleagues of the caller need not know."""


async def file_complaint(tx: Tx, asked: NewComplaint) -> shown.OfficeComplaint:
    """F1: a complaint of today. Raises UnknownContract, NumberTaken, OutsideContractTerm."""
    await tx.hold(asked.contract)
    if await _is_here(tx, asked):
        return await office_complaint(tx, asked.id)
    contract = await contract_of(tx, asked.contract)
    if not in_term(tx.today, contract.starts_on, contract.ends_on):
        raise OutsideContractTerm(
            day=tx.today,
            contract=contract.id,
            starts_on=contract.starts_on,
            ends_on=contract.ends_on,
        )
    caller = asked.caller or (tx.by.person if tx.by.role in CALL_FOR_THEMSELVES else None)
    added = await tx.run(
        """insert into requests (office_id, request, kind, contract, happened_on, department,
               caller, text, note, content_digest, recorded_on, recorded_by)
           values ($1, $2, 'complaint', $3, $4, $5, $6, $7, $8, $9, $4, $10)
           on conflict do nothing""",
        tx.office,
        asked.id,
        contract.id,
        tx.today,
        asked.department,
        caller,
        asked.text,
        asked.note,
        digest_of(asked),
        tx.by.signature,
    )
    if added:
        tx.tell(
            RequestOpened(
                contract=contract.id,
                request=asked.id,
                kind="complaint",
                happened_on=tx.today,
                recorded_on=tx.today,
            )
        )
    else:
        # The number was taken, a moment ago, for a complaint about another contract.
        await _is_here(tx, asked)
    return await office_complaint(tx, asked.id)


async def _is_here(tx: Tx, asked: NewComplaint) -> bool:
    """Whether this complaint came before. Raises NumberTaken if another one has its number."""
    stored = await tx.value(
        "select content_digest from requests where office_id = $1 and request = $2",
        tx.office,
        asked.id,
    )
    return same_or_taken(stored, asked, "Complaint", asked.id)


async def decide_complaint(tx: Tx, complaint: str, asked: NewDecision) -> shown.OfficeComplaint:
    """F1: uphold or dismiss. Raises NotRecorded, OwnMatter, AlreadyDecided."""
    case = await tx.row(
        """select contract, happened_on, caller from requests
           where office_id = $1 and request = $2 and kind = 'complaint'""",
        tx.office,
        complaint,
    )
    if case is None:
        raise NotRecorded(complaint=complaint)
    if same_person(case["caller"], tx.by.person):
        raise OwnMatter
    await tx.hold(case["contract"])
    decided = await tx.value(
        "select decision from decisions where office_id = $1 and request = $2",
        tx.office,
        complaint,
    )
    if decided is not None:
        raise AlreadyDecided(complaint=complaint, decision=decided)
    await tx.run(
        """insert into decisions (office_id, request, decision, reasons, note, recorded_from,
               recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        tx.office,
        complaint,
        asked.decision,
        asked.reasons,
        asked.note,
        asked.recorded_from,
        tx.today,
        tx.by.signature,
    )
    told = ComplaintUpheld if asked.decision == "upheld" else ComplaintDismissed
    tx.tell(
        told(
            contract=case["contract"],
            complaint=complaint,
            happened_on=case["happened_on"],
            recorded_on=tx.today,
        )
    )
    if asked.decision == "upheld":
        contract = await contract_of(tx, case["contract"])
        await _tell_if_widespread(tx, contract, case["happened_on"])
    return await office_complaint(tx, complaint)


async def _tell_if_widespread(tx: Tx, contract: Contract, day: date) -> None:
    """F5: look around the day of the complaint that has just been upheld."""
    rows = await tx.rows(
        """select r.request, r.department, r.happened_on
           from requests r join decisions d using (office_id, request)
           where r.office_id = $1 and r.contract = $2
             and r.kind = 'complaint' and d.decision = 'upheld'
             and abs(r.happened_on - $3::date) < $4
             and ($5::date is null or r.happened_on > $5)""",
        tx.office,
        contract.id,
        day,
        contract.widespread.within_days,
        contract.last_exit_decision,
    )
    upheld = [Upheld(*row) for row in rows]
    if evidence := widespread(upheld, day, contract.widespread):
        tx.tell(
            ComplaintsWidespread(
                contract=contract.id,
                complaints=list(evidence.complaints),
                first_on=evidence.first_on,
                last_on=evidence.last_on,
                happened_on=day,
                recorded_on=tx.today,
            )
        )


async def look_at_complaint(tx: Tx, complaint: str) -> shown.Complaint:
    """A complaint as the reader may see it; a look at who called is recorded (F2).

    Raises NotRecorded.
    """
    if tx.by.role not in KNOWS_CALLERS:
        return await visible_complaint(tx, complaint)
    seen = await identified_complaint(tx, complaint)
    await tx.run(
        """insert into identity_looks (office_id, request, looked_by, role, looked_on)
           values ($1, $2, $3, $4, $5)""",
        tx.office,
        complaint,
        tx.by.signature,
        tx.by.role,
        tx.today,
    )
    return seen
