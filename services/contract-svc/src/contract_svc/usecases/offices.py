"""Registering an office."""

from houqin_shared.calendar import legal_today
from houqin_shared.clock import register_office
from houqin_shared.problem import NumberTaken
from houqin_shared.transaction import Tx

from contract_svc.asked.offices import OfficeBody
from contract_svc.events import OfficeRegistered
from contract_svc.queries.offices import show_office
from contract_svc.refusals import OpensInTheFuture
from contract_svc.shown import OfficeShown

SAID = ("name", "clock", "imported_from", "name_en", "text", "note")


async def put_office(tx: Tx, body: OfficeBody) -> OfficeShown:
    """Start the office's clock; the same again is answered as it stands.

    Raises NumberTaken if it is registered otherwise, OpensInTheFuture.
    """
    opens_on = body.opens_on or legal_today()
    if body.clock == "live" and opens_on > legal_today():
        raise OpensInTheFuture(day=opens_on)
    if not await register_office(tx, tx.office, body.name, body.clock, opens_on):
        return await _as_it_stands(tx, body)
    tx.today = opens_on
    await tx.run(
        """insert into registrations (office_id, opens_on, imported_from, name_en, text, note,
                                      recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        tx.office, opens_on, body.imported_from, body.name_en, body.text, body.note, tx.today,
        tx.by.signature,
    )  # fmt: skip
    tx.tell(
        OfficeRegistered(
            name=body.name, clock=body.clock, opens_on=opens_on,
            happened_on=tx.today, recorded_on=tx.today,
        )
    )  # fmt: skip
    return await show_office(tx)


async def _as_it_stands(tx: Tx, body: OfficeBody) -> OfficeShown:
    known = await show_office(tx)
    same = all(getattr(known, field) == getattr(body, field) for field in SAID)
    if not same or body.opens_on not in (None, known.opens_on):
        raise NumberTaken(what="office", number=tx.office)
    return known
