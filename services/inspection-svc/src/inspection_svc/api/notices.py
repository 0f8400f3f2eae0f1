"""Rectification notices and re-inspections (I5)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from houqin_shared.command import Command, Reader, may_command, may_read
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import NumberTaken, UnknownContract, problems

from inspection_svc.api.access import INSPECTORS, INVOLVED, PREFIX, Number, OfContract
from inspection_svc.asked import NewNotice, NewReinspection
from inspection_svc.queries.notices import list_notices, show_notice
from inspection_svc.refusals import NoticeNotOpen, NotRecorded, OutsideContractTerm
from inspection_svc.rules.notice import NoticeState
from inspection_svc.shown import Notice, OfficeNotice
from inspection_svc.usecases.notices import give_notice, reinspect

router = APIRouter(prefix=PREFIX, tags=["notices"])


@router.post(
    "/notices",
    summary="Give a rectification notice 下达整改通知",
    status_code=201,
    response_model=OfficeNotice,
    responses=problems(NumberTaken, UnknownContract, OutsideContractTerm, NotRecorded),
)
async def give(
    notice: NewNotice, command: Annotated[Command, may_command(*INSPECTORS)]
) -> Response:
    """Demand, today, that something be mended by a day."""
    return await command.do(give_notice, notice)


@router.get(
    "/notices",
    summary="List notices 整改通知列表",
    response_model=Page[OfficeNotice | Notice],
    responses=problems(BadCursor),
)
async def notices(
    reader: Annotated[Reader, may_read(*INVOLVED)],
    contract: OfContract = None,
    state: Annotated[NoticeState | None, Query(description="Only in this state")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Notices in the order in which they were given."""
    return await reader.ask(list_notices, contract, state, after, limit)


@router.get(
    "/notices/{number}",
    summary="Show a notice 查看整改通知",
    response_model=OfficeNotice | Notice,
    responses=problems(NotRecorded),
)
async def notice(number: Number, reader: Annotated[Reader, may_read(*INVOLVED)]) -> Any:
    """A notice and how its rounds ended."""
    return await reader.ask(show_notice, number)


@router.post(
    "/notices/{number}/reinspections",
    summary="Record a re-inspection 登记复查",
    status_code=201,
    response_model=OfficeNotice,
    responses=problems(NotRecorded, NoticeNotOpen),
)
async def record_reinspection(
    number: Number, seen: NewReinspection, command: Annotated[Command, may_command(*INSPECTORS)]
) -> Response:
    """Record what today's re-inspection found: passed closes the notice, failed goes on."""
    return await command.do(reinspect, number, seen)
