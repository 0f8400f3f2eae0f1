"""Facts that came too late to change money, as they are shown (B12)."""

from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from billing_svc.queries.visible import visible_account
from billing_svc.shown import LateFact


def _late_fact(row: Row) -> LateFact:
    return LateFact(
        event=str(row["event_id"]),
        type=row["type"],
        source=row["source"],
        happened_on=row["happened_on"],
        recorded_on=row["recorded_on"],
        reason=row["reason"],
    )


async def list_late_facts(tx: Tx, contract: str, after: str | None, limit: int) -> Page[LateFact]:
    await visible_account(tx, contract)
    recorded_on, event_id, source = place_of(after, 3)
    rows = await tx.rows(
        """select l.recorded_on, l.event_id::text as event_id, l.source, l.reason, c.type,
                  c.envelope -> 'data' ->> 'happened_on' as happened_on
           from late_facts l
           join causes c on c.office_id = l.office_id and c.event_id = l.event_id
           where l.office_id = $1 and l.contract = $2
             and ($3::text is null
                  or (l.recorded_on::text, l.event_id::text, l.source)
                     > ($3::text, $4::text, $5::text))
           order by l.recorded_on::text, l.event_id::text, l.source limit $6""",
        tx.office,
        contract,
        recorded_on,
        event_id,
        source,
        limit + 1,
    )
    return page_of(rows, limit, _late_fact, "recorded_on", "event_id", "source")
