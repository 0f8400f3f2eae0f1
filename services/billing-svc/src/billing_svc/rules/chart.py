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
a statement above zero is drawn   B9   supplier-pending   shortfall carried before; the rest
                                                          statement-payable
a statement below zero is drawn   B9   shortfall          supplier-pending
  and draws on the deposit        B9   deposit            shortfall
a statement is paid               B10  statement-payable  bank
                                       and interest-cost
the deposit is returned           B12  deposit            bank
a line came too late              B12  as the line, the other way round
"""

from enum import StrEnum


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

Entries = tuple[tuple[Account, int], ...]
"""Debits positive, credits negative, together zero; no entry of zero."""


def _entries(*entries: tuple[Account, int]) -> Entries:
    return tuple(entry for entry in entries if entry[1] != 0)


def line(kind: Kind, fen: int) -> Entries:
    """B1-B6: a line of `fen`, positive in the supplier's favour, waits for its statement."""
    return _entries((COUNTERPART[kind], fen), (Account.SUPPLIER_PENDING, -fen))


def line_came_too_late(kind: Kind, fen: int) -> Entries:
    """B12: a line booked for a day on which the account was closed is taken back."""
    return line(kind, -fen)


def rest_of_retained(fen: int) -> Entries:
    """B6: what a quarter does not give back feeds the reward fund."""
    return _entries((Account.RETAINED, fen), (Account.REWARD_FUND, -fen))


def reward_credited(fen: int) -> Entries:
    """B7: the reward fund grows each contract year."""
    return _entries((Account.REWARD_COST, fen), (Account.REWARD_FUND, -fen))


def deposit_received(fen: int) -> Entries:
    """B8: the supplier's security comes in."""
    return _entries((Account.BANK, fen), (Account.DEPOSIT, -fen))


def statement_drawn(lines: int, carried_before: int, payable: int, short: int) -> Entries:
    """B9: the sum of the lines and what was carried become payable, or a shortfall."""
    return _entries(
        (Account.SUPPLIER_PENDING, lines),
        (Account.SHORTFALL, short - carried_before),
        (Account.STATEMENT_PAYABLE, -payable),
    )


def drawn_from_deposit(fen: int) -> Entries:
    """B9: the deposit covers a shortfall as far as it goes."""
    return _entries((Account.DEPOSIT, fen), (Account.SHORTFALL, -fen))


def statement_paid(payable: int, interest: int) -> Entries:
    """B10: what was payable leaves the bank, with interest if it is late."""
    return _entries(
        (Account.STATEMENT_PAYABLE, payable),
        (Account.INTEREST_COST, interest),
        (Account.BANK, -payable - interest),
    )


def deposit_returned(fen: int) -> Entries:
    """B12: what is left of the deposit goes back."""
    return _entries((Account.DEPOSIT, fen), (Account.BANK, -fen))
