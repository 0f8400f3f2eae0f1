"""B10: pay a statement."""

from houqin_shared.auth import Role
from houqin_shared.calendar import Month
from houqin_shared.problem import UnknownContract
from houqin_shared.transaction import Tx

from billing_svc.events import StatementPaid
from billing_svc.refusals import AlreadyPaid, NoSuchStatement, PayerNotIndependent
from billing_svc.rules import chart
from billing_svc.rules.booking import Booking
from billing_svc.rules.statement import interest
from billing_svc.shown import Payment
from billing_svc.usecases.booking import book


async def pay_statement(tx: Tx, contract: str, month: Month, note: str | None) -> Payment:
    """Pay all that is payable, today, with interest if it is late.

    Raises UnknownContract, NoSuchStatement, AlreadyPaid, PayerNotIndependent.
    """
    await tx.hold(contract)
    row = await tx.row(
        """select s.due_on, s.payable_fen, s.paid_on, s.month
           from accounts a left join statements s
                on (s.office_id, s.contract, s.month) = ($1, $2, $3)
           where a.office_id = $1 and a.contract = $2""",
        tx.office,
        contract,
        str(month),
    )
    if row is None:
        raise UnknownContract(contract=contract)
    if row["month"] is None:
        raise NoSuchStatement(contract=contract, month=month)
    if row["paid_on"] is not None:
        raise AlreadyPaid(month=month, paid_on=row["paid_on"])
    await _must_be_independent(tx, contract, month)
    payable, due = row["payable_fen"], row["due_on"]
    late = interest(payable, due, tx.today)
    paid = {
        f"statement/{month}": chart.statement_paid(payable),
        f"statement/{month}/interest": chart.interest_paid(late),
    }
    await book(
        tx,
        [
            Booking(contract, [source], "B10", move, tx.today, tx.today)
            for source, move in paid.items()
            if move
        ],
    )
    await tx.run(
        """update statements
           set paid_on = $4, interest_fen = $5, paid_by = $6, payment_note = $7
           where (office_id, contract, month) = ($1, $2, $3)""",
        tx.office, contract, str(month), tx.today, late, tx.by.signature, note,
    )  # fmt: skip
    tx.tell(
        StatementPaid(
            contract=contract,
            month=str(month),
            payable_fen=payable,
            interest_fen=late,
            happened_on=tx.today,
            recorded_on=tx.today,
        )
    )
    return Payment(
        contract=contract, month=month, due_on=due, paid_on=tx.today, payable=payable,
        interest=late, paid=payable + late,
    )  # fmt: skip


async def _must_be_independent(tx: Tx, contract: str, month: Month) -> None:
    """Inspector, judge and payer of the same line are different people."""
    if tx.by.role is Role.SYSTEM and tx.by.on_behalf_of is None:
        return  # a system is no person
    line = await tx.value(
        """select l.id from lines l
           join causes c on c.office_id = l.office_id and c.event_id = l.cause
           where (l.office_id, l.contract, l.statement_month) = ($1, $2, $3)
             and l.kind in ('finding', 'finding-withdrawn')
             and $4 in (c.envelope #>> '{data,inspector}', c.envelope #>> '{data,decided_by}')
           order by l.id limit 1""",
        tx.office,
        contract,
        str(month),
        tx.by.person,
    )
    if line is not None:
        raise PayerNotIndependent(payer=tx.by.person, line=line)
