"""Findings are withdrawn by somebody other than their inspector (I6)."""

from houqin_shared.auth import Actor, Role
from houqin_shared.transaction import Tx

from inspection_svc.asked import NewWithdrawal
from inspection_svc.events import FindingWithdrawn
from inspection_svc.queries.findings import show_finding
from inspection_svc.refusals import AlreadyWithdrawn, DecidedByItsInspector, NotRecorded
from inspection_svc.shown import OfficeFinding
from inspection_svc.usecases.contracts import the_contract
from inspection_svc.usecases.scores import month_changed


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
