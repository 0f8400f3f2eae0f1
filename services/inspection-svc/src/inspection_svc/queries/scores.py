"""Month scores as they are shown (I3, I4)."""

from houqin_shared.calendar import Month
from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from inspection_svc.queries.visible import require_visible
from inspection_svc.refusals import NotPublished
from inspection_svc.shown import MonthScore

SHOWN = """s.contract, s.month, s.revision, s.score, s.missing, s.basis,
           s.recorded_on as published_on"""


async def list_scores(tx: Tx, contract: str, after: str | None, limit: int) -> Page[MonthScore]:
    """The newest revision of each published month. Raises UnknownContract."""
    (last,) = place_of(after, 1)
    await require_visible(tx, contract)
    rows = await tx.rows(
        f"""select distinct on (s.month) {SHOWN} from scores s
            where s.office_id = $1 and s.contract = $2 and ($3::text is null or s.month > $3)
            order by s.month, s.revision desc limit $4""",
        tx.office,
        contract,
        last,
        limit + 1,
    )
    return page_of(rows, limit, _score_of, "month")


async def show_revisions(tx: Tx, contract: str, month: Month) -> list[MonthScore]:
    """All revisions of a month, the first one first. Raises UnknownContract, NotPublished."""
    await require_visible(tx, contract)
    rows = await tx.rows(
        f"""select {SHOWN} from scores s
            where s.office_id = $1 and s.contract = $2 and s.month = $3 order by s.revision""",
        tx.office,
        contract,
        str(month),
    )
    if not rows:
        raise NotPublished(what=month)
    return [_score_of(row) for row in rows]


def _score_of(row: Row) -> MonthScore:
    return MonthScore.model_validate(dict(row))
