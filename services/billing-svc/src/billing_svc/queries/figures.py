"""What an operator watches of money: is it drawn, is it paid, does it balance (M3)."""

from houqin_shared.telemetry.figures import Figure

FIGURES = (
    Figure(
        "houqin_billing_statements",
        "Statements drawn, by whether they are paid",
        """select case when paid_on is null then 'unpaid' else 'paid' end, count(*)
           from statements group by 1""",
        labels=("state",),
    ),
    Figure(
        "houqin_billing_statements_overdue",
        "Statements with something to pay, of live offices, that are past their due day",
        """select count(*) from statements join offices using (office_id)
           where paid_on is null and payable_fen > 0 and clock = 'live' and due_on < today""",
    ),
    Figure(
        "houqin_billing_trial_balance_difference_fen",
        "By how much the kept balances of contracts differ from zero, debits against credits",
        """select coalesce(sum(abs(difference)), 0)
           from (select sum(fen) as difference from balances group by office_id, contract)
                as of_contracts""",
    ),
    Figure(
        "houqin_billing_balances_wrong",
        "Kept balances that are not the sum of their bookings",
        """select count(*)
           from (select office_id, contract, account, sum(fen) as fen from entries group by 1, 2, 3)
                as folded
           full join balances as kept using (office_id, contract, account)
           where coalesce(folded.fen, 0) <> coalesce(kept.fen, 0)""",
        every=300,  # it reads every booking there is
    ),
)
