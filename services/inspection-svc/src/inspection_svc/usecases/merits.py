"""Merits (I3): points that a contractor wins."""

from datetime import date

from houqin_shared.command import digest_of, same_or_taken
from houqin_shared.paging import Page, page_of
from houqin_shared.problem import NumberTaken
from houqin_shared.transaction import Row, Tx

from inspection_svc.asked import NewMerit
from inspection_svc.refusals import NotRecorded
from inspection_svc.shown import Merit, OfficeMerit
from inspection_svc.usecases.contracts import the_contract
from inspection_svc.usecases.readers import is_supplier, supplier_of
from inspection_svc.usecases.scores import month_changed

MERITS = """select m.merit as id, m.contract, m.kind, m.happened_on, m.text, m.note, m.name_en,
                   m.recorded_by
            from merits m join contracts c using (office_id, contract)
            where m.office_id = $1 and ($2::text is null or c.supplier = $2)"""


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


async def show_merit(tx: Tx, merit: str) -> Merit:
    """Raises NotRecorded."""
    row = await tx.row(f"{MERITS} and m.merit = $3", tx.office, supplier_of(tx.by), merit)
    if row is None:
        raise NotRecorded(number=merit)
    return _merit_of(tx, row)


async def list_merits(
    tx: Tx, contract: str | None, after: tuple[date, str] | None, limit: int
) -> Page[Merit]:
    """Merits in the order of their days."""
    rows = await tx.rows(
        f"""{MERITS} and ($3::text is null or m.contract = $3)
            and ($4::date is null or (m.happened_on, m.merit) > ($4, $5))
            order by m.happened_on, m.merit limit $6""",
        tx.office,
        supplier_of(tx.by),
        contract,
        *(after or (None, None)),
        limit + 1,
    )
    return page_of(rows, limit, lambda row: _merit_of(tx, row), "happened_on", "id")


def _merit_of(tx: Tx, row: Row) -> Merit:
    return (Merit if is_supplier(tx.by) else OfficeMerit).model_validate(dict(row))
