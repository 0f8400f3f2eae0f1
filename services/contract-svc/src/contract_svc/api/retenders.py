"""Re-tenders (C5)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import problems
from houqin_shared.text import ID_PATTERN

from contract_svc.api.access import Reading
from contract_svc.queries.retenders import list_retenders
from contract_svc.shown import RetenderShown

router = APIRouter(prefix="/v1/offices/{office}/re-tenders", tags=["re-tenders"])


@router.get(
    "",
    summary="List re-tenders 重新招标列表",
    response_model=Page[RetenderShown],
    responses=problems(BadCursor),
)
async def get_all(
    reader: Reading,
    contract: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="Only of this contract")
    ] = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Opened when three years were over; a supplier sees those of its own contracts."""
    return await reader.ask(list_retenders, contract, after, limit)
