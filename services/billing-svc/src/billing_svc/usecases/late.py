"""B12: facts that came too late to change money are counted and listed, with the reason."""

from collections.abc import Sequence

from houqin_shared.events import Envelope
from houqin_shared.transaction import Tx

from billing_svc.usecases.booking import book

ACCOUNT_CLOSED = "account-closed"
QUARTER_RELEASED = "quarter-released"


async def list_as_late(tx: Tx, facts: Sequence[Envelope], reason: str) -> None:
    """Keep facts that change nothing. One that did, and is only heard again, is not late."""
    if not facts:
        return
    await tx.run(
        """insert into late_facts (office_id, event_id, contract, reason, recorded_on)
           select $1, event_id, contract, $4, $5
           from unnest($2::uuid[], $3::text[]) as late (event_id, contract)
           where not exists (
               select from causes c where c.office_id = $1 and c.event_id = late.event_id)
           on conflict do nothing""",
        tx.office,
        [fact.id for fact in facts],
        [fact.subject for fact in facts],
        reason,
        tx.today,
    )
    await book(tx, (), facts)
