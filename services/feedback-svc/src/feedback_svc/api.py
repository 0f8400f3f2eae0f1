"""HTTP in: parse, call one use case, answer."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from houqin_shared.admission import OnBehalfOf, person_named
from houqin_shared.auth import OFFICE, SUPPLIER, Role
from houqin_shared.command import (
    Command,
    Reader,
    may_command,
    may_read,
)
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import NumberTaken, UnknownContract, problems
from houqin_shared.text import ID_PATTERN
from pydantic import BaseModel

from feedback_svc.asked import NewComplaint, NewDecision, NewSurvey
from feedback_svc.queries.complaints import list_complaints, list_identity_looks
from feedback_svc.queries.surveys import list_satisfaction
from feedback_svc.refusals import (
    AlreadyDecided,
    NotRecorded,
    OutsideContractTerm,
    OwnMatter,
    SurveyAlreadyMeasured,
)
from feedback_svc.shown import (
    Complaint,
    IdentifiedComplaint,
    IdentityLook,
    OfficeComplaint,
    State,
    Survey,
)
from feedback_svc.usecases.complaints import decide_complaint, file_complaint, look_at_complaint
from feedback_svc.usecases.surveys import close_survey

router = APIRouter(prefix="/v1/offices/{office}")
routers = (router,)

ComplaintId = Annotated[str, Path(pattern=ID_PATTERN, description="The complaint's number")]
ContractId = Annotated[str, Path(pattern=ID_PATTERN, description="The contract's number")]
Caller = Annotated[Command, may_command(Role.SYSTEM, *OFFICE)]
"""Everybody in the office may call the hotline."""
Decider = Annotated[Command, may_command(Role.SYSTEM, Role.SUPERVISOR, Role.LEADER)]
Counter = Annotated[Command, may_command(Role.SYSTEM, Role.SUPERVISOR)]
Concerned = Annotated[Reader, may_read(Role.SYSTEM, Role.AUDITOR, *OFFICE, *SUPPLIER)]
Guardian = Annotated[Reader, may_read(Role.SYSTEM, Role.AUDITOR, Role.SUPERVISOR)]


def _as_it_is(model: BaseModel) -> Response:
    """The reading that was chosen for this reader, and no other of the route's."""
    return Response(model.model_dump_json(), media_type="application/json")


@router.post(
    "/complaints",
    summary="File a complaint 登记投诉",
    tags=["complaints"],
    status_code=201,
    response_model=OfficeComplaint,
    responses=problems(UnknownContract, OutsideContractTerm, NumberTaken),
)
async def complain(command: Caller, complaint: NewComplaint) -> Response:
    """Record a complaint of today (F1). The same number and content again is answered again."""
    return await command.do(file_complaint, complaint)


@router.get(
    "/complaints",
    summary="List complaints 投诉列表",
    tags=["complaints"],
    response_model=Page[OfficeComplaint | Complaint],
    responses=problems(BadCursor),
)
async def complaints(
    reader: Concerned,
    contract: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="Only about this contract")
    ] = None,
    state: Annotated[State | None, Query(description="Only in this state")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """Complaints by day and number, without who called. Suppliers see those about themselves."""
    return _as_it_is(await reader.ask(list_complaints, contract, state, after, limit))


@router.get(
    "/complaints/{complaint}",
    summary="Show a complaint 查看投诉",
    tags=["complaints"],
    response_model=IdentifiedComplaint | OfficeComplaint | Complaint,
    responses=problems(NotRecorded),
)
async def complaint(
    reader: Concerned, complaint: ComplaintId, on_behalf_of: OnBehalfOf = None
) -> Response:
    """One complaint. Supervisors, leaders, auditors and systems see who called, and every such
    look is recorded; others see it without, suppliers without what was said, too (F2).
    """
    by = reader.by
    if by.role is Role.SYSTEM and on_behalf_of:
        by = replace(by, on_behalf_of=person_named(on_behalf_of))
    async with reader.transactions.on_office(reader.office, by) as tx:
        seen = await look_at_complaint(tx, complaint)
    return _as_it_is(seen)


@router.post(
    "/complaints/{complaint}/decision",
    summary="Decide on a complaint 投诉处理决定",
    tags=["complaints"],
    status_code=201,
    response_model=OfficeComplaint,
    responses=problems(NotRecorded, OwnMatter, AlreadyDecided),
)
async def decide(command: Decider, complaint: ComplaintId, decision: NewDecision) -> Response:
    """Uphold or dismiss a complaint, as decided on paper (F1). Nobody decides on their own."""
    return await command.do(decide_complaint, complaint, decision)


@router.get(
    "/identity-looks",
    summary="List looks at identities 身份查看记录",
    tags=["complaints"],
    responses=problems(BadCursor),
)
async def identity_looks(
    reader: Guardian,
    complaint: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="Only at this complaint")
    ] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[IdentityLook]:
    """Who looked at who called, and when (F2)."""
    return await reader.ask(list_identity_looks, complaint, after, limit)


@router.post(
    "/surveys",
    summary="Close a survey 登记满意度调查",
    tags=["surveys"],
    status_code=201,
    response_model=Survey,
    responses=problems(UnknownContract, SurveyAlreadyMeasured),
)
async def survey(command: Counter, survey: NewSurvey) -> Response:
    """Close a contract's survey of a quarter with the tally from paper (F3). There is one."""
    return await command.do(close_survey, survey)


@router.get(
    "/contracts/{contract}/satisfaction",
    summary="List satisfaction by quarter 季度满意率",
    tags=["surveys"],
    responses=problems(UnknownContract, BadCursor),
)
async def satisfaction(
    reader: Concerned, contract: ContractId, after: After = None, limit: Limit = 50
) -> Page[Survey]:
    """Every closed survey of a contract, by quarter; a null rate was not measured (F3)."""
    return await reader.ask(list_satisfaction, contract, after, limit)
