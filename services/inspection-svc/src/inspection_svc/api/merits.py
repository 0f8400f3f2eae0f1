"""Merits (I3)."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from houqin_shared.command import Command, Reader, may_command, may_read
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import NumberTaken, UnknownContract, problems

from inspection_svc.api.access import DECIDERS, INVOLVED, PREFIX, Number, OfContract
from inspection_svc.asked import NewMerit
from inspection_svc.queries.merits import list_merits, show_merit
from inspection_svc.refusals import NotRecorded, OutsideContractTerm
from inspection_svc.shown import Merit, OfficeMerit
from inspection_svc.usecases.merits import record_merit

router = APIRouter(prefix=PREFIX, tags=["merits"])


@router.post(
    "/merits",
    summary="Record a merit 登记加分",
    status_code=201,
    response_model=OfficeMerit,
    responses=problems(NumberTaken, UnknownContract, OutsideContractTerm),
)
async def record(merit: NewMerit, command: Annotated[Command, may_command(*DECIDERS)]) -> Response:
    """Record an innovation, a promoted experience or praise of today."""
    return await command.do(record_merit, merit)


@router.get(
    "/merits",
    summary="List merits 加分列表",
    response_model=Page[OfficeMerit | Merit],
    responses=problems(BadCursor),
)
async def merits(
    reader: Annotated[Reader, may_read(*INVOLVED)],
    contract: OfContract = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Merits by their days."""
    return await reader.ask(list_merits, contract, after, limit)


@router.get(
    "/merits/{number}",
    summary="Show a merit 查看加分",
    response_model=OfficeMerit | Merit,
    responses=problems(NotRecorded),
)
async def merit(number: Number, reader: Annotated[Reader, may_read(*INVOLVED)]) -> Any:
    """One merit."""
    return await reader.ask(show_merit, number)
