"""Surveys as they are shown (F3)."""

from houqin_shared.calendar import Quarter
from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from feedback_svc import shown
from feedback_svc.queries.visible import require_visible


async def list_satisfaction(
    tx: Tx, contract: str, after: str | None, limit: int
) -> Page[shown.Survey]:
    """A contract's results by quarter. Raises UnknownContract."""
    await require_visible(tx, contract)
    (quarter,) = place_of(after, 1)
    rows = await tx.rows(
        """select contract, quarter, rate, invited, answers, satisfied,
               recorded_on as closed_on, recorded_from
           from surveys where office_id = $1 and contract = $2
             and ($3::text is null or quarter > $3)
           order by quarter limit $4""",
        tx.office,
        contract,
        quarter,
        limit + 1,
    )
    return page_of(rows, limit, _survey, "quarter")


def _survey(row: Row) -> shown.Survey:
    return shown.Survey(**{**row, "quarter": Quarter.parse(row["quarter"])})
