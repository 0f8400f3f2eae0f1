"""Offices: the buyers, each with its own clock."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from houqin_shared.admission import may_ask
from houqin_shared.auth import Actor, Role
from houqin_shared.command import Reader, may_read
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import NumberTaken, problems

from contract_svc.api.access import PARTIES, Founding
from contract_svc.asked.offices import OfficeBody
from contract_svc.queries.offices import list_offices, show_office
from contract_svc.refusals import OpensInTheFuture
from contract_svc.shown import OfficeShown
from contract_svc.usecases.offices import put_office

router = APIRouter(prefix="/v1/offices", tags=["offices"])


@router.put(
    "/{office}",
    summary="Register an office 登记机关",
    status_code=200,
    response_model=OfficeShown,
    responses=problems(NumberTaken, OpensInTheFuture),
)
async def put(command: Founding, body: OfficeBody) -> Response:
    """Register an office; its clock starts in every service. The same again changes nothing."""
    return await command.do(put_office, body)


@router.get(
    "",
    summary="List offices 机关列表",
    response_model=Page[OfficeShown],
    responses=problems(BadCursor),
)
async def get_all(
    request: Request,
    actor: Annotated[Actor, may_ask(*PARTIES)],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """The offices that the token may see."""
    async with request.app.state.transactions.begin() as connection:
        return await list_offices(connection, actor, after, limit)


@router.get(
    "/{office}", summary="Show an office 查看机关", response_model=OfficeShown, responses=problems()
)
async def get(reader: Annotated[Reader, may_read(*Role)]) -> Any:
    """One office."""
    return await reader.ask(show_office)
