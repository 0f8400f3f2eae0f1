"""B9, B10: what is payable, by when, and what being late costs."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from houqin_shared.calendar import Month

from billing_svc.rules.money import share

DUE_DAYS_SMALL_OR_MEDIUM = 30
DUE_DAYS = 60
LATE_PERCENT_A_DAY = Fraction(5, 100)


def due_on(drawn_on: date, *, small_or_medium: bool) -> date:
    """B10: 30 days after drawing for small and medium suppliers, otherwise 60."""
    return drawn_on + timedelta(days=DUE_DAYS_SMALL_OR_MEDIUM if small_or_medium else DUE_DAYS)


def interest(payable: int, due: date, paid: date) -> int:
    """B10: 0.05 % of the payable fen for each day late, a debt to the supplier."""
    return share(payable, LATE_PERCENT_A_DAY * max(0, (paid - due).days))


@dataclass(frozen=True, slots=True)
class Statement:
    """A month's settlement, in fen."""

    month: Month
    drawn_on: date
    due_on: date
    lines: int
    carried_before: int
    payable: int
    from_deposit: int
    carried: int
    deposit_returned: int

    @property
    def short(self) -> int:
        """What was missing before the deposit was drawn on."""
        return self.from_deposit + self.carried


def draw(
    month: Month,
    drawn_on: date,
    due: date,
    *,
    lines: int,
    carried: int,
    deposit: int,
    closing: bool,
) -> Statement:
    """B9: below zero it is drawn from the deposit as far as that goes, the rest carried.

    B12: the closing statement returns the rest of the deposit.
    """
    net = lines - carried
    short = max(0, -net)
    from_deposit = min(deposit, short)
    return Statement(
        month=month,
        drawn_on=drawn_on,
        due_on=due,
        lines=lines,
        carried_before=carried,
        payable=max(0, net),
        from_deposit=from_deposit,
        carried=short - from_deposit,
        deposit_returned=deposit - from_deposit if closing else 0,
    )
