"""B1-B6, B9, B12: draw last month's statements of a whole office."""

from collections.abc import Sequence
from datetime import date

from houqin_shared.calendar import Month
from houqin_shared.failpoints import Point, reach
from houqin_shared.transaction import Tx, Work

from billing_svc.events import AccountClosed, StatementDrawn
from billing_svc.rules import chart
from billing_svc.rules.booking import Booking
from billing_svc.rules.chart import Kind
from billing_svc.rules.settlement import Settlement, settle
from billing_svc.rules.statement import Statement
from billing_svc.usecases.booking import book
from billing_svc.usecases.deductions import tell_deductions
from billing_svc.usecases.late import ACCOUNT_CLOSED, QUARTER_RELEASED, SOURCES_OF_CAUSES
from billing_svc.usecases.standing import open_accounts

Drawn = tuple[str, Statement]


async def draw_statements(tx: Tx, day: date) -> None:
    """As of the 5th; the number of round trips does not grow with that of contracts."""
    month = Month.of(day).plus(-1)
    settled = [settle(standing, day, month) for standing in await open_accounts(tx, day)]
    if not settled:
        return
    drawn = [(made.standing.contract.id, made.statement) for made in settled if made.statement]
    closing = [made.standing.contract.id for made in settled if made.closes]
    await _let_wait_no_longer(tx, [contract for contract, _ in drawn], day, month)
    booked = await book(tx, [booking for made in settled for booking in made.bookings])
    reach(Point.SWEEP_MIDWAY)
    await _store_months(tx, settled)
    await _store_releases(tx, settled, day)
    await _store_statements(tx, drawn)
    _tell(tx, drawn, booked)
    if closing:
        await _close(tx, closing, day, month)
    await _list_late_surveys(tx, settled, day)


async def _let_wait_no_longer(tx: Tx, contracts: Sequence[str], day: date, month: Month) -> None:
    """B5: what was recorded before the day lands on this statement."""
    await tx.run(
        """update lines set statement_month = $4
           where office_id = $1 and contract = any($2) and statement_month is null
             and set_aside_on is null and recorded_on < $3""",
        tx.office,
        contracts,
        day,
        str(month),
    )


async def _store_months(tx: Tx, settled: Sequence[Settlement]) -> None:
    rows = [
        (made.standing.contract.id, str(month), fee, retained, str(made.month))
        for made in settled
        for month, (fee, retained) in made.fees.items()
    ]
    if rows:
        await tx.run(
            """insert into fees
                   (office_id, contract, month, fee_fen, retained_fen, statement_month)
               select $1, * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[],
                                        $6::text[])""",
            tx.office,
            *(list(column) for column in zip(*rows, strict=True)),
        )


async def _store_releases(tx: Tx, settled: Sequence[Settlement], day: date) -> None:
    rows = [
        (
            made.standing.contract.id,
            str(each.quarter),
            each.band,
            each.retained,
            each.returned.fen,
            each.bonus.fen if each.bonus else 0,
            str(made.month),
        )
        for made in settled
        for each in made.releases
    ]
    if rows:
        await tx.run(
            """insert into releases (office_id, recorded_on, contract, quarter, band,
                   retained_fen, returned_fen, bonus_fen, statement_month)
               select $1, $2, * from unnest($3::text[], $4::text[], $5::text[], $6::bigint[],
                                            $7::bigint[], $8::bigint[], $9::text[])""",
            tx.office,
            day,
            *(list(column) for column in zip(*rows, strict=True)),
        )


async def _store_statements(tx: Tx, drawn: Sequence[Drawn]) -> None:
    await tx.run_many(
        """insert into statements (office_id, contract, month, drawn_on, due_on, lines_fen,
               carried_before_fen, payable_fen, from_deposit_fen, carried_fen,
               deposit_returned_fen)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        [
            (
                tx.office, contract, str(each.month), each.drawn_on, each.due_on, each.lines,
                each.carried_before, each.payable, each.from_deposit, each.carried,
                each.deposit_returned,
            )
            for contract, each in drawn
        ],
    )  # fmt: skip


def _tell(tx: Tx, drawn: Sequence[Drawn], booked: Sequence[Booking]) -> None:
    tell_deductions(
        [Work(tx, each) for each in booked if each.line and each.line.kind is Kind.SCORE]
    )
    tx.tell(
        *(
            StatementDrawn(
                contract=contract,
                month=str(statement.month),
                payable_fen=statement.payable,
                from_deposit_fen=statement.from_deposit,
                carried_fen=statement.carried,
                deposit_returned_fen=statement.deposit_returned,
                due_on=statement.due_on,
                happened_on=statement.drawn_on,
                recorded_on=statement.drawn_on,
            )
            for contract, statement in drawn
        )
    )


async def _close(tx: Tx, contracts: Sequence[str], day: date, month: Month) -> None:
    """B12: close accounts. What was heard before this sweep, but recorded on its day or later,
    is too late, as if it had been heard after it."""
    await tx.run(
        """update accounts set closed_on = $3, closed_with = $4
           where office_id = $1 and contract = any($2)""",
        tx.office,
        contracts,
        day,
        str(month),
    )
    late = await tx.rows(
        """update lines set set_aside_on = $3
           where office_id = $1 and contract = any($2) and statement_month is null
             and recorded_on >= $3
           returning id, contract, kind, fen, cause""",
        tx.office,
        contracts,
        day,
    )
    await book(
        tx,
        [
            Booking(row["contract"], [f"late/{row['id']}"], "B12", move, day, day, row["cause"])
            for row in late
            if (move := chart.line_came_too_late(Kind(row["kind"]), row["fen"]))
        ],
    )
    await tx.run(
        f"""insert into late_facts (office_id, event_id, source, contract, reason, recorded_on)
            select office_id, event_id, source, contract, $4, recorded_on
            from causes cross join {SOURCES_OF_CAUSES}
            where office_id = $1 and contract = any($2) and recorded_on >= $3
              and type not like 'cn.houqin.contract.%'
            on conflict do nothing""",
        tx.office,
        contracts,
        day,
        ACCOUNT_CLOSED,
    )
    tx.tell(
        *(
            AccountClosed(contract=each, month=str(month), happened_on=day, recorded_on=day)
            for each in contracts
        )
    )


async def _list_late_surveys(tx: Tx, settled: Sequence[Settlement], day: date) -> None:
    """B6: quarters given up in this sweep whose survey was heard already, yet recorded on its
    day or later."""
    given_up = [
        (made.standing.contract.id, str(each.quarter))
        for made in settled
        for each in made.releases
        if each.survey is None
    ]
    if given_up:
        await tx.run(
            """insert into late_facts
                   (office_id, event_id, source, contract, reason, recorded_on)
               select s.office_id, s.cause, s.quarter, s.contract, $4, s.recorded_on
               from surveys s
               join unnest($2::text[], $3::text[]) as given_up (contract, quarter)
                    using (contract, quarter)
               where s.office_id = $1 and s.rate is not null and s.recorded_on >= $5
               on conflict do nothing""",
            tx.office,
            *(list(column) for column in zip(*given_up, strict=True)),
            QUARTER_RELEASED,
            day,
        )
