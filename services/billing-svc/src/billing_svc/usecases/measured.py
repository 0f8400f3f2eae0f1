"""What inspection and feedback measured: month scores (B4) and satisfaction (B6)."""

from decimal import Decimal
from fractions import Fraction

from houqin_shared.calendar import Month, Quarter
from houqin_shared.events import Envelope, NotYetKnown
from houqin_shared.transaction import Tx, Work

from billing_svc.rules.booking import Booking
from billing_svc.rules.ruleset import RuleSet
from billing_svc.rules.score import Score
from billing_svc.usecases.booking import book
from billing_svc.usecases.deductions import tell_deductions
from billing_svc.usecases.late import ACCOUNT_CLOSED, QUARTER_RELEASED, list_as_late


async def hear_score(
    tx: Tx, cause: Envelope, *, contract: str, month: Month, revision: int, score: Decimal | None
) -> None:
    """Keep a revision; once the month's fee is booked, its difference counts at once (B4).

    Raises NotYetKnown. Revisions older than one that was heard change nothing.
    """
    row = await tx.row(
        """select a.closed_on, a.rules, f.fee_fen,
                  (select coalesce(sum(l.fen), 0)::bigint from scores s join lines l
                   on (l.office_id, l.contract, l.booked_for, l.rule)
                      = ($1, $2, concat('score/', s.month, '/', s.revision), 'B4')
                   where (s.office_id, s.contract, s.month) = ($1, $2, $3)) as booked,
                  (select max(s.revision) from scores s
                   where (s.office_id, s.contract, s.month) = ($1, $2, $3)) as newest
           from accounts a
                left join fees f on (f.office_id, f.contract, f.month) = ($1, $2, $3)
           where a.office_id = $1 and a.contract = $2""",
        tx.office,
        contract,
        str(month),
    )
    if row is None:
        raise NotYetKnown
    if row["closed_on"] is not None:
        await list_as_late([Work(tx, str(month))], ACCOUNT_CLOSED)
        return
    if row["newest"] is not None and row["newest"] >= revision:
        return
    await tx.run(
        """insert into scores (office_id, contract, month, revision, score, cause, recorded_on)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        tx.office, contract, str(month), revision, score, cause.id, tx.today,
    )  # fmt: skip
    bookings = []
    if row["fee_fen"] is not None:
        rules = RuleSet.read(row["rules"])
        heard = Score(revision, None if score is None else Fraction(score), tx.today, cause.id)
        line = heard.line(rules.ladder, month, row["fee_fen"], row["booked"])
        if line.fen:
            bookings = [
                Booking.of(
                    contract,
                    line,
                    happened_on=tx.today,
                    recorded_on=tx.today,
                    rules_version=rules.version,
                    cause=cause.id,
                )
            ]
    tell_deductions([Work(tx, booking) for booking in await book(tx, bookings, [cause])])


async def hear_satisfaction(
    tx: Tx, cause: Envelope, *, contract: str, quarter: Quarter, rate: Decimal | None
) -> None:
    """Keep a quarter's result, one for ever (F3); the next statement may release it (B6).

    Raises NotYetKnown.
    """
    row = await tx.row(
        """select a.closed_on, r.quarter as released
           from accounts a
                left join releases r on (r.office_id, r.contract, r.quarter) = ($1, $2, $3)
           where a.office_id = $1 and a.contract = $2""",
        tx.office,
        contract,
        str(quarter),
    )
    if row is None:
        raise NotYetKnown
    if row["closed_on"] is not None:
        await list_as_late([Work(tx, str(quarter))], ACCOUNT_CLOSED)
        return
    if row["released"] is not None and rate is not None:
        await list_as_late([Work(tx, str(quarter))], QUARTER_RELEASED)
    await tx.run(
        """insert into surveys (office_id, contract, quarter, rate, cause, recorded_on)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
        tx.office,
        contract,
        str(quarter),
        rate,
        cause.id,
        tx.today,
    )
    await book(tx, (), [cause])
