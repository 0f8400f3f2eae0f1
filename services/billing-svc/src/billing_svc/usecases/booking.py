"""M3: write bookings. The only place that writes the ledger."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from houqin_shared.events import Envelope
from houqin_shared.transaction import Tx, Work, columns

from billing_svc.rules.booking import Booking

BOOK = """
with caused as (
    insert into causes (office_id, event_id, contract, type, caused_by, envelope, recorded_on)
    select office_id, event_id, contract, type, caused_by, envelope::jsonb, recorded_on
    from unnest($19::text[], $20::uuid[], $21::text[], $22::text[], $23::uuid[], $24::text[],
                $25::date[])
         as heard (office_id, event_id, contract, type, caused_by, envelope, recorded_on)
    on conflict do nothing
), alike as (
    select * from unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
        $7::date[], $8::date[], $9::uuid[],
        $10::text[], $11::text[], $12::integer[], $13::integer[], $14::jsonb[], $15::text[]
    ) with ordinality as a (
        office_id, contract, rule, debit, credit, fen, happened_on, recorded_on, cause,
        kind, month, revision, rules_version, numbers, statement_month, booking
    )
), wanted as (
    select alike.*, booked_for, source, n
    from unnest($16::bigint[], $17::text[], $18::text[]) with ordinality
         as each_of (booking, booked_for, source, n)
    join alike using (booking)
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
select booking, booked_for from wanted
left join new using (office_id, contract, booked_for, rule)
where new.fen is null
"""
"""Answers what was booked before."""


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
    rows = await connection.fetch(
        BOOK,
        *columns([_alike(work) for work in bookings], 15),
        *columns(list(_each(bookings)), 3),
        *_heard(causes),
    )
    if not rows:
        return list(bookings)
    known: defaultdict[int, set[str]] = defaultdict(set)
    for row in rows:
        known[row["booking"]].add(row["booked_for"])
    new = [Work(work.tx, work.what.without(known[n])) for n, work in enumerate(bookings, 1)]
    return [work for work in new if work.what.sources]


def _alike(work: Work[Booking]) -> tuple[Any, ...]:
    """What is the same for all sources of a booking."""
    booking, move, line = work.what, work.what.move, work.what.line
    moved = (
        work.tx.office, booking.contract, booking.rule, move.debit.value, move.credit.value,
        move.fen, booking.happened_on, booking.recorded_on, booking.cause,
    )  # fmt: skip
    if line is None:
        return *moved, None, None, None, None, None, None
    statement = booking.statement and str(booking.statement)
    return (
        *moved, line.kind.value, line.month, line.revision, booking.rules_version, line.numbers,
        statement,
    )  # fmt: skip


def _each(works: Sequence[Work[Booking]]) -> Iterator[tuple[int, str, str | None]]:
    """What each source is booked for, and what its line shows, if it is one."""
    for n, work in enumerate(works, 1):
        booking = work.what
        if booking.line is None:
            yield from ((n, source, None) for source in booking.sources)
        else:
            shown = zip(booking.sources, booking.line.sources, strict=True)
            yield from ((n, source, of_line) for source, of_line in shown)


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
