"""What others decide and a month's score counts: upheld complaints (I3)."""

from datetime import date

from houqin_shared.transaction import Tx

from inspection_svc.usecases.contracts import heard_contract
from inspection_svc.usecases.scores import month_changed


async def count_upheld_complaint(
    tx: Tx, contract: str, complaint: str, happened_on: date, recorded_on: date
) -> None:
    """I3, I4: it costs points in the month of its day. Raises NotYetKnown.

    `recorded_on` is the day on which it was upheld: sweeps of later days see it (T4).
    """
    known = await heard_contract(tx, contract)
    added = await tx.run(
        """insert into upheld_complaints (office_id, complaint, contract, happened_on, recorded_on)
           values ($1, $2, $3, $4, $5) on conflict do nothing""",
        tx.office,
        complaint,
        contract,
        happened_on,
        recorded_on,
    )
    if added:
        await month_changed(tx, known, happened_on)
