"""Offices: the buyers, each with its own clock."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from houqin_shared.auth import Role
from houqin_shared.command import Bearer, Reader, identify, may_read
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import Forbidden, NumberTaken, problems

from contract_svc.api.access import PARTIES, Founding
from contract_svc.asked.offices import OfficeBody
from contract_svc.queries.offices import list_offices, show_office
from contract_svc.refusals import OpensInTheFuture
from contract_svc.shown import OfficeShown
from contract_svc.usecases.offices import put_office

router = APIRouter(prefix="/v1/offices", tags=["offices"])


@router.put(
    "/{office}",
    status_code=200,
    response_model=OfficeShown,
    responses=problems(NumberTaken, OpensInTheFuture),
)
async def put(command: Founding, body: OfficeBody) -> Response:
    """Register an office; its clock starts in every service. The same again changes nothing."""
    return await command.do(put_office, body)


@router.get("", response_model=Page[OfficeShown], responses=problems(BadCursor))
async def get_all(request: Request, token: Bearer, after: After = None, limit: Limit = 50) -> Any:
    """The offices that the token may see."""
    actor = identify(request, token)
    if actor.role not in PARTIES:
        raise Forbidden(role=actor.role.value, roles=", ".join(PARTIES))
    async with request.app.state.transactions.begin() as connection:
        return await list_offices(connection, actor, after, limit)


@router.get("/{office}", response_model=OfficeShown, responses=problems())
async def get(reader: Annotated[Reader, may_read(*Role)]) -> Any:
    """One office."""
    return await reader.ask(show_office)
