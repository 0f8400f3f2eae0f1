"""M3: write bookings. The only place that writes the ledger."""

from collections.abc import Sequence
from typing import Any

from houqin_shared.events import Envelope
from houqin_shared.transaction import Tx, Work

from billing_svc.rules.booking import Booking

BOOK = """
with caused as (
    insert into causes (office_id, event_id, contract, type, caused_by, envelope, recorded_on)
    select office_id, event_id, contract, type, caused_by, envelope::jsonb, recorded_on
    from unnest($19::text[], $20::uuid[], $21::text[], $22::text[], $23::uuid[], $24::text[],
                $25::date[])
         as heard (office_id, event_id, contract, type, caused_by, envelope, recorded_on)
    on conflict do nothing
), wanted as (
    select * from unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::uuid[],
        $8::text[], $9::text[], $10::text[], $11::integer[], $12::bigint[], $13::integer[],
        $14::jsonb[], $15::text[]
    ) with ordinality as w (
        office_id, contract, key, rule, happened_on, recorded_on, cause,
        kind, month, source, revision, fen, rules_version,
        numbers, statement_month, n
    )
), posted as (
    insert into transactions (office_id, contract, source, rule, happened_on, recorded_on, cause)
    select office_id, contract, key, rule, happened_on, recorded_on, cause from wanted order by n
    on conflict do nothing
    returning office_id, id, contract, source as key, rule
), new as (
    select wanted.*, posted.id from wanted join posted using (office_id, contract, key, rule)
), lined as (
    insert into lines (office_id, contract, id, kind, month, source, revision, fen, rule,
                       rules_version, numbers, happened_on, recorded_on, cause, statement_month)
    select office_id, contract, id, kind, month, source, revision, fen, rule,
           rules_version, numbers, happened_on, recorded_on, cause, statement_month
    from new where kind is not null
), moved as (
    select new.office_id, new.contract, new.id, e.account, e.fen
    from unnest($16::bigint[], $17::text[], $18::bigint[]) as e (n, account, fen)
    join new using (n)
), entered as (
    insert into entries (office_id, transaction_id, account, fen)
    select office_id, id, account, fen from moved
), balanced as (
    insert into balances as b (office_id, contract, account, fen)
    select office_id, contract, account, sum(fen) from moved group by 1, 2, 3 order by 1, 2, 3
    on conflict (office_id, contract, account) do update set fen = b.fen + excluded.fen
)
select n from new order by n
"""


def cause_of(tx: Tx) -> Envelope:
    """What a listener heard."""
    assert tx.cause is not None  # a listener always has one
    return tx.cause


async def book(
    tx: Tx, bookings: Sequence[Booking], causes: Sequence[Envelope] = ()
) -> list[Booking]:
    """Book what was not booked before, in one statement, and keep what caused it.

    Answers the bookings that were new: the same source event books the same effect once (M3).
    """
    new = await book_together(
        [Work(tx, booking) for booking in bookings], [Work(tx, cause) for cause in causes]
    )
    return [each.what for each in new]


async def book_together(
    bookings: Sequence[Work[Booking]], causes: Sequence[Work[Envelope]]
) -> list[Work[Booking]]:
    """`book` for several offices at once."""
    some = bookings or causes
    if not some:
        return []
    connection = some[0].tx.connection
    rows = await connection.fetch(BOOK, *_wanted(bookings), *_entered(bookings), *_heard(causes))
    return [bookings[row["n"] - 1] for row in rows]


def _wanted(works: Sequence[Work[Booking]]) -> list[list[Any]]:
    bookings = [work.what for work in works]
    lines = [booking.line for booking in bookings]
    return [
        [work.tx.office for work in works],
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
    ]


def _entered(works: Sequence[Work[Booking]]) -> list[list[Any]]:
    entries = [
        (n, account.value, fen)
        for n, work in enumerate(works, 1)
        for account, fen in work.what.entries
    ]
    return [
        [n for n, _, _ in entries],
        [account for _, account, _ in entries],
        [fen for _, _, fen in entries],
    ]


def _heard(works: Sequence[Work[Envelope]]) -> list[list[Any]]:
    causes = [work.what for work in works]
    return [
        [work.tx.office for work in works],
        [cause.id for cause in causes],
        [cause.subject for cause in causes],
        [cause.type for cause in causes],
        [cause.causation for cause in causes],
        [cause.raw.decode() for cause in causes],
        [work.tx.today for work in works],
    ]
