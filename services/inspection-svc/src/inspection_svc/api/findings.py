"""Findings and their withdrawal (I6)."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from houqin_shared.command import Command, Reader, may_command, may_read
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import problems

from inspection_svc.api.access import DECIDERS, INVOLVED, PREFIX, Number, OfContract
from inspection_svc.asked import NewWithdrawal
from inspection_svc.queries.findings import list_findings, show_finding
from inspection_svc.refusals import AlreadyWithdrawn, DecidedByItsInspector, NotRecorded
from inspection_svc.shown import Finding, OfficeFinding
from inspection_svc.usecases.findings import withdraw_finding

router = APIRouter(prefix=PREFIX, tags=["findings"])


@router.get(
    "/findings",
    summary="List findings 问题列表",
    response_model=Page[OfficeFinding | Finding],
    responses=problems(BadCursor),
)
async def findings(
    reader: Annotated[Reader, may_read(*INVOLVED)],
    contract: OfContract = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Findings by their days, withdrawn ones too."""
    return await reader.ask(list_findings, contract, after, limit)


@router.get(
    "/findings/{number}",
    summary="Show a finding 查看问题",
    response_model=OfficeFinding | Finding,
    responses=problems(NotRecorded),
)
async def finding(number: Number, reader: Annotated[Reader, may_read(*INVOLVED)]) -> Any:
    """One finding."""
    return await reader.ask(show_finding, number)


@router.post(
    "/findings/{number}/withdrawal",
    summary="Withdraw a finding 撤销问题",
    status_code=201,
    response_model=OfficeFinding,
    responses=problems(NotRecorded, AlreadyWithdrawn, DecidedByItsInspector),
)
async def withdraw(
    number: Number,
    decision: NewWithdrawal,
    command: Annotated[Command, may_command(*DECIDERS)],
) -> Response:
    """Record that somebody other than its inspector decided to withdraw a finding."""
    return await command.do(withdraw_finding, number, decision)
