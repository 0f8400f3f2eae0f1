"""Published results: month scores, half-years, bulletins; and the leaders' reviews (I3-I8)."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from houqin_shared.calendar import Month
from houqin_shared.command import Command, Reader, may_command, may_read
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import UnknownContract, problems

from inspection_svc.api.access import (
    EVERYBODY,
    INVOLVED,
    LEADERS,
    PREFIX,
    ContractId,
    OfContract,
)
from inspection_svc.asked import NewReview
from inspection_svc.queries.bulletins import list_bulletins, show_bulletin
from inspection_svc.queries.half_years import list_half_years, list_reviews
from inspection_svc.queries.scores import list_scores, show_revisions
from inspection_svc.refusals import NotPublished
from inspection_svc.shown import Bulletin, HalfYearScore, MonthScore, OfficeReview, Review
from inspection_svc.usecases.half_years import record_review

router = APIRouter(prefix=PREFIX, tags=["results"])


@router.post(
    "/leaders-reviews",
    summary="Record a leaders' review 登记领导考核",
    status_code=201,
    response_model=OfficeReview,
    responses=problems(UnknownContract),
)
async def review(review: NewReview, command: Annotated[Command, may_command(*LEADERS)]) -> Response:
    """Record the leaders' review of a half-year; the last one recorded counts."""
    return await command.do(record_review, review)


@router.get(
    "/leaders-reviews",
    summary="List leaders' reviews 领导考核列表",
    response_model=Page[OfficeReview | Review],
    responses=problems(BadCursor),
)
async def reviews(
    reader: Annotated[Reader, may_read(*INVOLVED)],
    contract: OfContract = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Leaders' reviews in the order in which they were recorded."""
    return await reader.ask(list_reviews, contract, after, limit)


@router.get(
    "/contracts/{contract}/scores",
    summary="List month scores 月度得分列表",
    response_model=Page[MonthScore],
    responses=problems(UnknownContract, BadCursor),
)
async def scores(
    contract: ContractId,
    reader: Annotated[Reader, may_read(*EVERYBODY)],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """The newest revision of each published month."""
    return await reader.ask(list_scores, contract, after, limit)


@router.get(
    "/contracts/{contract}/scores/{month}",
    summary="Show a month's revisions 查看月度得分各版",
    response_model=list[MonthScore],
    responses=problems(UnknownContract, NotPublished),
)
async def revisions(
    contract: ContractId,
    month: Annotated[
        str,
        Path(
            pattern=f"^{Month.pattern.pattern}$",
            description="The month that was scored",
            examples=["2017-05"],
        ),
    ],
    reader: Annotated[Reader, may_read(*EVERYBODY)],
) -> Any:
    """All revisions of a month's score, the first one first."""
    return await reader.ask(show_revisions, contract, Month.parse(month))


@router.get(
    "/contracts/{contract}/half-years",
    summary="List half-year scores 半年得分列表",
    response_model=Page[HalfYearScore],
    responses=problems(UnknownContract, BadCursor),
)
async def half_years(
    contract: ContractId,
    reader: Annotated[Reader, may_read(*EVERYBODY)],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """The published half-years."""
    return await reader.ask(list_half_years, contract, after, limit)


@router.get(
    "/bulletins",
    summary="List bulletins 通报列表",
    response_model=Page[Bulletin],
    responses=problems(BadCursor),
)
async def bulletins(
    reader: Annotated[Reader, may_read(*EVERYBODY)], after: After = None, limit: Limit = 50
) -> Any:
    """The office's bulletins in the order of their months."""
    return await reader.ask(list_bulletins, after, limit)


@router.get(
    "/bulletins/{number}",
    summary="Show a bulletin 查看通报",
    response_model=Bulletin,
    responses=problems(NotPublished),
)
async def bulletin(
    number: Annotated[
        str,
        Path(
            pattern=r"^[0-9]{4}-[0-9]{2,}$",
            description="Counted within its year",
            examples=["2017-01"],
        ),
    ],
    reader: Annotated[Reader, may_read(*EVERYBODY)],
) -> Any:
    """One bulletin."""
    return await reader.ask(show_bulletin, number)
