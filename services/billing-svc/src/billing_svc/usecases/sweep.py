"""T4, T5: what time alone brings about here."""

from datetime import date

from houqin_shared.transaction import Tx

from billing_svc.rules.quarter import STATEMENTS_DAY
from billing_svc.usecases.drawing import draw_statements
from billing_svc.usecases.years import open_years


async def sweep(tx: Tx, day: date) -> None:
    """Contract years begin first, then, on the 5th, last month is settled."""
    await open_years(tx, day)
    if day.day == STATEMENTS_DAY:
        await draw_statements(tx, day)
