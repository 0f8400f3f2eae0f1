"""M3: write bookings. The only place that writes the ledger."""

from collections.abc import Sequence
from typing import Any

from houqin_shared.events import Envelope
from houqin_shared.transaction import Tx, Work, columns

from billing_svc.rules.booking import Booking

BOOK = """
with caused as (
    insert into causes (office_id, event_id, contract, type, caused_by, envelope, recorded_on)
    select office_id, event_id, contract, type, caused_by, envelope::jsonb, recorded_on
    from unnest($18::text[], $19::uuid[], $20::text[], $21::text[], $22::uuid[], $23::text[],
                $24::date[])
         as heard (office_id, event_id, contract, type, caused_by, envelope, recorded_on)
    on conflict do nothing
), wanted as (
    select * from unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
        $8::date[], $9::date[], $10::uuid[],
        $11::text[], $12::text[], $13::text[], $14::integer[], $15::integer[], $16::jsonb[],
        $17::text[]
    ) with ordinality as w (
        office_id, contract, booked_for, rule, debit, credit, fen, happened_on, recorded_on, cause,
        kind, month, source, revision, rules_version, numbers, statement_month, n
    )
), new as (
    insert into bookings (
        office_id, contract, booked_for, rule, debit, credit, fen, happened_on, recorded_on, cause,
        kind, month, source, revision, rules_version, numbers, statement_month
    )
    select
        office_id, contract, booked_for, rule, debit, credit, fen, happened_on, recorded_on, cause,
        kind, month, source, revision, rules_version, numbers, statement_month
    from wanted order by n
    on conflict do nothing
    returning office_id, contract, booked_for, rule, debit, credit, fen
), balanced as (
    insert into balances as b (office_id, contract, account, fen)
    select office_id, contract, account, sum(fen) from (
        select office_id, contract, debit, sum(fen) from new group by 1, 2, 3
        union all
        select office_id, contract, credit, -sum(fen) from new group by 1, 2, 3
    ) as moved (office_id, contract, account, fen)
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (office_id, contract, account) do update set fen = b.fen + excluded.fen
)
select n from wanted join new using (office_id, contract, booked_for, rule) order by n
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
    rows = await connection.fetch(BOOK, *_wanted(bookings), *_heard(causes))
    return [bookings[row["n"] - 1] for row in rows]


def _wanted(works: Sequence[Work[Booking]]) -> list[list[Any]]:
    return columns([(work.tx.office, *_row(work.what)) for work in works], 17)


def _row(booking: Booking) -> tuple[Any, ...]:
    move, line = booking.move, booking.line
    moved = (
        booking.contract, booking.source, booking.rule, move.debit.value, move.credit.value,
        move.fen, booking.happened_on, booking.recorded_on, booking.cause,
    )  # fmt: skip
    if line is None:
        return *moved, None, None, None, None, None, None, None
    statement = booking.statement and str(booking.statement)
    return (
        *moved, line.kind.value, line.month, line.source, line.revision, booking.rules_version,
        line.numbers, statement,
    )  # fmt: skip


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
