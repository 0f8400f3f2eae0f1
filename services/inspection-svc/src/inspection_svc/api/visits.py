"""Visits, with any number of findings in one request (I1)."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from houqin_shared.backlog import TooMuchWaits
from houqin_shared.command import Command, Reader, may_command, may_read
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import NumberTaken, UnknownContract, problems
from houqin_shared.together import Held

from inspection_svc.api.access import INSPECTORS, INVOLVED, PREFIX, Number, OfContract
from inspection_svc.asked import NewVisit
from inspection_svc.queries.visits import list_visits, show_visit
from inspection_svc.refusals import NotRecorded, OutsideContractTerm
from inspection_svc.shown import OfficeVisit, OfficeVisitSummary, Visit, VisitSummary
from inspection_svc.usecases.recording import RECORDING

router = APIRouter(prefix=PREFIX, tags=["visits"])


@router.post(
    "/visits",
    summary="Record a visit 登记检查",
    status_code=201,
    response_model=OfficeVisit,
    responses=problems(NumberTaken, UnknownContract, OutsideContractTerm, TooMuchWaits, Held),
)
async def record(
    visit: NewVisit, command: Annotated[Command, may_command(*INSPECTORS)]
) -> Response:
    """Record a patrol or a joint inspection with all its findings, at most 1000.

    More than 20 findings are asked to come later while too many events wait to be heard.
    """
    command.bulk = visit.is_bulk
    return await RECORDING.do(command, visit)


@router.get(
    "/visits",
    summary="List visits 检查列表",
    response_model=Page[OfficeVisitSummary | VisitSummary],
    responses=problems(BadCursor),
)
async def visits(
    reader: Annotated[Reader, may_read(*INVOLVED)],
    contract: OfContract = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Visits by their days, without their findings."""
    return await reader.ask(list_visits, contract, after, limit)


@router.get(
    "/visits/{number}",
    summary="Show a visit 查看检查",
    response_model=OfficeVisit | Visit,
    responses=problems(NotRecorded),
)
async def visit(number: Number, reader: Annotated[Reader, may_read(*INVOLVED)]) -> Any:
    """A visit with its findings."""
    return await reader.ask(show_visit, number)
