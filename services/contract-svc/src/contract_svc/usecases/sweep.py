"""T4: what time alone brings about in contract-svc."""

from collections.abc import Awaitable, Callable
from datetime import date

from houqin_shared.transaction import Tx

from contract_svc.rules.exits import looks_at_years
from contract_svc.usecases import agenda
from contract_svc.usecases.agenda import Item, Kind
from contract_svc.usecases.contracts import term_approaches, term_is_over
from contract_svc.usecases.exits import look_at_years
from contract_svc.usecases.suppliers import evidence_expires, evidence_is_over

DOES: dict[Kind, Callable[[Tx, Item, date], Awaitable[None]]] = {
    "term-approaching": term_approaches,  # C4
    "term-over": term_is_over,  # C4
    "evidence-expiring": evidence_expires,  # C1
    "evidence-over": evidence_is_over,  # C1
}


async def sweep(tx: Tx, day: date) -> None:
    """All that is due as of `day`; a day with nothing due costs one look at the agenda."""
    if items := await agenda.due(tx, day):
        for item in items:
            if not item.is_dropped(day):
                await DOES[item.kind](tx, item, day)
        await agenda.done(tx, items)
    if looks_at_years(day):
        await look_at_years(tx, day)
