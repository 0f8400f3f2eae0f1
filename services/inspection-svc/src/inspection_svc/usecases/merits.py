"""Merits (I3): points that a contractor wins."""

from houqin_shared.command import digest_of, same_or_taken
from houqin_shared.problem import NumberTaken
from houqin_shared.transaction import Tx

from inspection_svc.asked import NewMerit
from inspection_svc.queries.merits import show_merit
from inspection_svc.shown import Merit
from inspection_svc.usecases.contracts import the_contract
from inspection_svc.usecases.scores import month_changed


async def record_merit(tx: Tx, merit: NewMerit) -> Merit:
    """Raises NumberTaken, UnknownContract, OutsideContractTerm."""
    await tx.hold(merit.contract)
    stored = await tx.value(
        "select content_digest from merits where office_id = $1 and merit = $2",
        tx.office,
        merit.id,
    )
    if same_or_taken(stored, merit, "merit", merit.id):
        return await show_merit(tx, merit.id)
    contract = await the_contract(tx, merit.contract)
    contract.require_in_term(tx.today)
    added = await tx.run(
        """insert into merits (office_id, merit, contract, kind, happened_on, text, note, name_en,
                               content_digest, recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $5, $10) on conflict do nothing""",
        tx.office,
        merit.id,
        merit.contract,
        merit.kind,
        tx.today,
        merit.text,
        merit.note,
        merit.name_en,
        digest_of(merit),
        tx.by.signature,
    )
    if not added:  # at the same moment, for another contract
        raise NumberTaken(what="merit", number=merit.id)
    await month_changed(tx, contract, tx.today)
    return await show_merit(tx, merit.id)
