"""B2, B3: book what findings, complaints and failed rectifications cost, and give it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from houqin_shared.events import Envelope, NotYetKnown
from houqin_shared.transaction import Tx, Work

from billing_svc.events import Deducted, DeductionsBooked
from billing_svc.rules.booking import Booking, Line
from billing_svc.rules.deductions import Deduction, withdrawn
from billing_svc.rules.ruleset import Tariff
from billing_svc.usecases.booking import book, book_together, cause_of
from billing_svc.usecases.late import ACCOUNT_CLOSED, list_as_late


async def book_deductions(heard: Sequence[Work[Deduction]]) -> None:
    """Two round trips, however many were heard of however many offices. Raises NotYetKnown."""
    tariffs = await _tariffs(heard)
    late: list[Work[str]] = []
    causes: dict[UUID, Work[Envelope]] = {}
    bookings: list[Work[Booking]] = []
    for each in heard:
        tx, deduction = each.tx, each.what
        account = tariffs.get((tx.office, deduction.contract))
        if account is None:
            raise NotYetKnown
        if account.closed:
            late += [Work(tx, source) for source in deduction.sources]
            continue
        cause = cause_of(tx)
        causes[cause.id] = Work(tx, cause)
        line = deduction.line(account.tariff)
        if line.fen:
            booking = Booking.of(
                deduction.contract,
                line,
                happened_on=deduction.happened_on,
                recorded_on=tx.today,
                rules_version=account.rules_version,
                cause=cause.id,
            )
            bookings.append(Work(tx, booking))
    tell_deductions(await book_together(bookings, list(causes.values())))
    await list_as_late(late, ACCOUNT_CLOSED)


@dataclass(frozen=True, slots=True)
class _Priced:
    """What an account says of the prices of its deductions."""

    closed: bool
    rules_version: int
    tariff: Tariff


async def _tariffs(heard: Sequence[Work[Deduction]]) -> dict[tuple[str, str], _Priced]:
    """By office and contract."""
    accounts = list({(each.tx.office, each.what.contract) for each in heard})
    rows = await heard[0].tx.rows(
        """select office_id, contract, closed_on, rules -> 'amounts' as amounts,
                  rules -> 'repeat' -> 'times' as times, (rules ->> 'version')::integer as version
           from accounts
           join unnest($1::text[], $2::text[]) as asked (office_id, contract)
                using (office_id, contract)""",
        [office for office, _ in accounts],
        [contract for _, contract in accounts],
    )
    return {
        (row["office_id"], row["contract"]): _Priced(
            row["closed_on"] is not None, row["version"], Tariff.read(row["amounts"], row["times"])
        )
        for row in rows
    }


async def give_back(
    tx: Tx, cause: Envelope, *, contract: str, finding: str, found_on: date, withdrawn_on: date
) -> None:
    """B3: a withdrawn finding's money comes back. Raises NotYetKnown."""
    row = await tx.row(
        """select a.closed_on, l.id, l.fen, l.rules_version
           from accounts a left join lines l
                on (l.office_id, l.contract, l.booked_for, l.rule)
                   = ($1, $2, 'finding/' || $3, 'B2')
           where a.office_id = $1 and a.contract = $2""",
        tx.office,
        contract,
        finding,
    )
    if row is None:
        raise NotYetKnown
    if row["closed_on"] is not None:
        await list_as_late([Work(tx, finding)], ACCOUNT_CLOSED)
        return
    bookings = []
    if row["id"] is not None:  # a finding that cost nothing gives nothing back
        bookings = [
            Booking.of(
                contract,
                withdrawn(finding, found_on, row["fen"], row["id"]),
                happened_on=withdrawn_on,
                recorded_on=tx.today,
                rules_version=row["rules_version"],
                cause=cause.id,
            )
        ]
    tell_deductions([Work(tx, booking) for booking in await book(tx, bookings, [cause])])


def tell_deductions(booked: Sequence[Work[Booking]]) -> None:
    """Tell of the new ones: one event for those that one cause brought about together."""
    for (_, contract, happened_on, recorded_on_), works in groupby(booked, key=_together):
        together = list(works)
        together[0].tx.tell(
            DeductionsBooked(
                contract=contract,
                deductions=[_told(each.what.line) for each in together if each.what.line],
                happened_on=happened_on,
                recorded_on=recorded_on_,
            )
        )


def _together(work: Work[Booking]) -> tuple[int, str, date, date]:
    return id(work.tx), work.what.contract, work.what.happened_on, work.what.recorded_on


def _told(line: Line) -> Deducted:
    return Deducted(
        kind=line.kind.value, sources=list(line.sources), month=line.month, fen=line.fen
    )
