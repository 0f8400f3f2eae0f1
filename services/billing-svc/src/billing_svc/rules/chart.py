"""The chart of accounts: one set per contract, seen from the office, debit positive (M3).

account            what stands there                                            usual side
-----------------  -----------------------------------------------------------  ----------
service-cost       fees for the service delivered                               debit
deductions         what was taken for findings, complaints, notices and scores  credit
supplier-pending   booked for the supplier, not yet on a statement              credit
statement-payable  on a statement, not yet paid                                 credit
retained           kept back of the fees until the quarter is measured          credit
deposit            the supplier's security, held by the office                  credit
reward-fund        set aside for bonuses                                        credit
reward-cost        what the reward fund was fed with from the budget            debit
shortfall          what the supplier owes because deductions exceeded fees      debit
interest-cost      interest on what was paid late                               debit
bank               money in and out of the office's account                     both

Figures of the account page: pending = -supplier-pending, retained = -retained,
deposit = -deposit, reward fund = -reward-fund, carried = +shortfall.

what happens                     rule  debit              credit
-------------------------------  ----  -----------------  -----------------
a line in the supplier's favour  B1-6  its counterpart    supplier-pending
a line against the supplier      B1-6  supplier-pending   its counterpart
  counterparts: fee service-cost; retained and retained-returned retained; bonus reward-fund;
  finding, finding-withdrawn, complaint, rectification and score deductions
the rest of a quarter's retained  B6   retained           reward-fund
a contract year's reward          B7   reward-cost        reward-fund
the deposit is received           B8   bank               deposit
a statement above zero is drawn   B9   supplier-pending   statement-payable
  and covers what was carried     B9   supplier-pending   shortfall
a statement below zero is drawn   B9   shortfall          supplier-pending
  and draws on the deposit        B9   deposit            shortfall
a statement is paid               B10  statement-payable  bank
  and interest if it is late      B10  interest-cost      bank
the deposit is returned           B12  deposit            bank
a line came too late              B12  as the line, the other way round
"""

from enum import StrEnum
from typing import NamedTuple


class Account(StrEnum):
    """The accounts of the ledger, seen from the office."""

    SERVICE_COST = "service-cost"
    DEDUCTIONS = "deductions"
    SUPPLIER_PENDING = "supplier-pending"
    STATEMENT_PAYABLE = "statement-payable"
    RETAINED = "retained"
    DEPOSIT = "deposit"
    REWARD_FUND = "reward-fund"
    REWARD_COST = "reward-cost"
    SHORTFALL = "shortfall"
    INTEREST_COST = "interest-cost"
    BANK = "bank"


class Kind(StrEnum):
    """The kinds of statement lines."""

    FEE = "fee"
    RETAINED = "retained"
    FINDING = "finding"
    FINDING_WITHDRAWN = "finding-withdrawn"
    COMPLAINT = "complaint"
    RECTIFICATION = "rectification"
    SCORE = "score"
    RETAINED_RETURNED = "retained-returned"
    BONUS = "bonus"


COUNTERPART = {
    Kind.FEE: Account.SERVICE_COST,
    Kind.RETAINED: Account.RETAINED,
    Kind.FINDING: Account.DEDUCTIONS,
    Kind.FINDING_WITHDRAWN: Account.DEDUCTIONS,
    Kind.COMPLAINT: Account.DEDUCTIONS,
    Kind.RECTIFICATION: Account.DEDUCTIONS,
    Kind.SCORE: Account.DEDUCTIONS,
    Kind.RETAINED_RETURNED: Account.RETAINED,
    Kind.BONUS: Account.REWARD_FUND,
}


class Move(NamedTuple):
    """`fen` > 0 go from the credited account to the debited one: balanced by its shape (M3)."""

    debit: Account
    credit: Account
    fen: int


def _move(debit: Account, credit: Account, fen: int) -> Move | None:
    """None for nothing; what is below zero goes the other way."""
    if fen == 0:
        return None
    return Move(debit, credit, fen) if fen > 0 else Move(credit, debit, -fen)


def line(kind: Kind, fen: int) -> Move | None:
    """B1-B6: a line of `fen`, positive in the supplier's favour, waits for its statement."""
    return _move(COUNTERPART[kind], Account.SUPPLIER_PENDING, fen)


def line_came_too_late(kind: Kind, fen: int) -> Move | None:
    """B12: a line booked for a day on which the account was closed is taken back."""
    return line(kind, -fen)


def rest_of_retained(fen: int) -> Move | None:
    """B6: what a quarter does not give back feeds the reward fund."""
    return _move(Account.RETAINED, Account.REWARD_FUND, fen)


def reward_credited(fen: int) -> Move | None:
    """B7: the reward fund grows each contract year."""
    return _move(Account.REWARD_COST, Account.REWARD_FUND, fen)


def deposit_received(fen: int) -> Move | None:
    """B8: the supplier's security comes in."""
    return _move(Account.BANK, Account.DEPOSIT, fen)


def statement_payable(payable: int) -> Move | None:
    """B9: what the lines leave, when what was carried is covered, becomes payable."""
    return _move(Account.SUPPLIER_PENDING, Account.STATEMENT_PAYABLE, payable)


def shortfall_changed(carried_before: int, short: int) -> Move | None:
    """B9: the lines cover what was carried, or fall short themselves."""
    return _move(Account.SUPPLIER_PENDING, Account.SHORTFALL, carried_before - short)


def drawn_from_deposit(fen: int) -> Move | None:
    """B9: the deposit covers a shortfall as far as it goes."""
    return _move(Account.DEPOSIT, Account.SHORTFALL, fen)


def statement_paid(payable: int) -> Move | None:
    """B10: what was payable leaves the bank."""
    return _move(Account.STATEMENT_PAYABLE, Account.BANK, payable)


def interest_paid(interest: int) -> Move | None:
    """B10: and interest with it if it is late."""
    return _move(Account.INTEREST_COST, Account.BANK, interest)


def deposit_returned(fen: int) -> Move | None:
    """B12: what is left of the deposit goes back."""
    return _move(Account.DEPOSIT, Account.BANK, fen)
