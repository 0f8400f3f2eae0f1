"""B2, B3: book what findings, complaints and failed rectifications cost, and give it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from houqin_shared.events import Envelope, NotYetKnown
from houqin_shared.transaction import Row, Tx

from billing_svc.events import DeductionBooked
from billing_svc.rules.booking import Booking
from billing_svc.rules.deductions import Deduction, withdrawn
from billing_svc.rules.ruleset import Tariff
from billing_svc.usecases.booking import book, recorded_on
from billing_svc.usecases.late import ACCOUNT_CLOSED, list_as_late


@dataclass(frozen=True, slots=True)
class Heard:
    """A deduction and the event that told of it."""

    deduction: Deduction
    envelope: Envelope


async def book_deductions(tx: Tx, heard: Sequence[Heard]) -> None:
    """Two round trips, however many were heard. Raises NotYetKnown."""
    tariffs = await _tariffs(tx, {each.deduction.contract for each in heard})
    open_, late, bookings = [], [], []
    for each in heard:
        row = tariffs.get(each.deduction.contract)
        if row is None:
            raise NotYetKnown
        if row["closed_on"] is not None:
            late.append(each.envelope)
            continue
        line = each.deduction.line(Tariff.read(row["amounts"], row["times"]))
        open_.append(each.envelope)
        if line.fen:
            bookings.append(
                Booking.of(
                    each.deduction.contract,
                    line,
                    happened_on=each.deduction.happened_on,
                    recorded_on=recorded_on(tx, each.envelope),
                    rules_version=row["version"],
                    cause=each.envelope.id,
                )
            )
    tell_deductions(tx, await book(tx, bookings, open_))
    await list_as_late(tx, late, ACCOUNT_CLOSED)


async def _tariffs(tx: Tx, contracts: set[str]) -> dict[str, Row]:
    rows = await tx.rows(
        """select contract, closed_on, rules -> 'amounts' as amounts,
                  rules -> 'repeat' -> 'times' as times, (rules ->> 'version')::integer as version
           from accounts where office_id = $1 and contract = any($2)""",
        tx.office,
        list(contracts),
    )
    return {row["contract"]: row for row in rows}


async def give_back(
    tx: Tx, cause: Envelope, *, contract: str, finding: str, found_on: date, withdrawn_on: date
) -> None:
    """B3: a withdrawn finding's money comes back. Raises NotYetKnown."""
    row = await tx.row(
        """select a.closed_on, l.id, l.fen, l.rules_version
           from accounts a left join lines l
                on (l.office_id, l.contract, l.kind, l.source) = ($1, $2, 'finding', $3)
           where a.office_id = $1 and a.contract = $2""",
        tx.office,
        contract,
        finding,
    )
    if row is None:
        raise NotYetKnown
    if row["closed_on"] is not None:
        await list_as_late(tx, [cause], ACCOUNT_CLOSED)
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
    tell_deductions(tx, await book(tx, bookings, [cause]))


def tell_deductions(tx: Tx, booked: Sequence[Booking]) -> None:
    """Tell of the new ones."""
    tx.tell(
        *(
            DeductionBooked(
                contract=booking.contract,
                kind=booking.line.kind.value,
                source=booking.line.source,
                month=booking.line.month,
                fen=booking.line.fen,
                happened_on=booking.happened_on,
                recorded_on=booking.recorded_on,
            )
            for booking in booked
            if booking.line is not None
        )
    )
