"""M3: write bookings. The only place that writes the ledger."""

from collections.abc import Sequence
from datetime import date

from houqin_shared.events import Envelope
from houqin_shared.transaction import Tx

from billing_svc.rules.booking import Booking

BOOK = """
with caused as (
    insert into causes (office_id, event_id, contract, type, caused_by, envelope, recorded_on)
    select $1, * from unnest($18::uuid[], $19::text[], $20::text[], $21::uuid[], $22::jsonb[],
                             $23::date[])
    on conflict do nothing
), wanted as (
    select * from unnest(
        $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::uuid[], $8::text[],
        $9::text[], $10::text[], $11::integer[], $12::bigint[], $13::integer[], $14::jsonb[],
        $15::text[]
    ) with ordinality as w (
        contract, key, rule, happened_on, recorded_on, cause, kind, month, source, revision, fen,
        rules_version, numbers, statement_month, n
    )
), posted as (
    insert into transactions (office_id, contract, source, rule, happened_on, recorded_on, cause)
    select $1, contract, key, rule, happened_on, recorded_on, cause from wanted order by n
    on conflict do nothing
    returning id, contract, source as key, rule
), new as (
    select wanted.*, posted.id from wanted join posted using (contract, key, rule)
), lined as (
    insert into lines (office_id, contract, id, kind, month, source, revision, fen, rule,
                       rules_version, numbers, happened_on, recorded_on, cause, statement_month)
    select $1, contract, id, kind, month, source, revision, fen, rule,
           rules_version, numbers, happened_on, recorded_on, cause, statement_month
    from new where kind is not null
), entered as (
    insert into entries (office_id, transaction_id, account, fen)
    select $1, new.id, e.account, e.fen
    from unnest($16::bigint[], $17::text[], $24::bigint[]) as e (n, account, fen)
    join new using (n)
), balanced as (
    insert into balances as b (office_id, contract, account, fen)
    select $1, new.contract, e.account, sum(e.fen)
    from unnest($16::bigint[], $17::text[], $24::bigint[]) as e (n, account, fen)
    join new using (n)
    group by new.contract, e.account
    on conflict (office_id, contract, account) do update set fen = b.fen + excluded.fen
)
select n, id from new order by n
"""


def recorded_on(tx: Tx, heard: Envelope) -> date:
    """The day on which what was heard counts as recorded here, never a closed one (T3, B5)."""
    return max(tx.today, heard.recorded_on)


async def book(
    tx: Tx, bookings: Sequence[Booking], causes: Sequence[Envelope] = ()
) -> list[Booking]:
    """Book what was not booked before, in one statement, and keep what caused it.

    Answers the bookings that were new: the same source event books the same effect once (M3).
    """
    lines = [booking.line for booking in bookings]
    entries = [
        (n, account.value, fen)
        for n, booking in enumerate(bookings, 1)
        for account, fen in booking.entries
    ]
    rows = await tx.rows(
        BOOK,
        tx.office,
        [booking.contract for booking in bookings],
        [booking.source for booking in bookings],
        [booking.rule for booking in bookings],
        [booking.happened_on for booking in bookings],
        [booking.recorded_on for booking in bookings],
        [booking.cause for booking in bookings],
        [line.kind.value if line else None for line in lines],
        [line.month if line else None for line in lines],
        [line.source if line else None for line in lines],
        [line.revision if line else None for line in lines],
        [line.fen if line else None for line in lines],
        [booking.rules_version for booking in bookings],
        [line.numbers if line else None for line in lines],
        [str(booking.statement) if booking.statement else None for booking in bookings],
        [n for n, _, _ in entries],
        [account for _, account, _ in entries],
        [cause.id for cause in causes],
        [cause.subject for cause in causes],
        [cause.type for cause in causes],
        [cause.causation for cause in causes],
        [cause.content for cause in causes],
        [recorded_on(tx, cause) for cause in causes],
        [fen for _, _, fen in entries],
    )
    return [bookings[row["n"] - 1] for row in rows]
