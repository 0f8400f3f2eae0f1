"""What time alone brings about here (T4, T5)."""

from datetime import date

from houqin_shared.calendar import Month
from houqin_shared.transaction import Tx

from inspection_svc.usecases.bulletins import issue_bulletin
from inspection_svc.usecases.half_years import publish_half_years
from inspection_svc.usecases.notices import fail_overdue_notices
from inspection_svc.usecases.scores import publish_scores

SCORES_DAY = 3
BULLETIN_DAY = 10
HALF_YEAR_MONTHS = (1, 7)


async def sweep(tx: Tx, day: date) -> None:
    """As of `day`. On most days one question: which notices are overdue (I5)?"""
    last_month = Month.of(day).plus(-1)
    if day.day == SCORES_DAY:
        await publish_scores(tx, last_month, day)
    if day.day == BULLETIN_DAY:
        await issue_bulletin(tx, last_month, day)
        if day.month in HALF_YEAR_MONTHS:
            await publish_half_years(tx, last_month.half, day)
    await fail_overdue_notices(tx, day)
