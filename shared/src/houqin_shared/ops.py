"""What an operator asks every service: is it well, is it behind, what is stuck; and its clocks."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from houqin_shared.admission import OfficeId, may_act, may_operate
from houqin_shared.auth import Actor, Role
from houqin_shared.calendar import LegalDay
from houqin_shared.clock import SweptByItself, TooFarAhead
from houqin_shared.outbox import UNSENT
from houqin_shared.problem import NotReady, UnknownOffice, problems
from houqin_shared.service import Running
from houqin_shared.text import ID_PATTERN

router = APIRouter()

Watching = Annotated[Actor, may_operate(Role.AUDITOR, Role.SYSTEM)]
Mending = Annotated[Actor, may_operate(Role.SYSTEM)]
OfOffice = Annotated[
    str | None,
    Query(alias="office", pattern=ID_PATTERN, description="Parked messages of this office alone"),
]


class Health(BaseModel):
    """A sign of life."""

    status: str = Field(description="ok", examples=["ok"])


class Flow(BaseModel):
    """How far a service is with what it tells and hears."""

    service: str = Field(description="Which one", examples=["billing-svc"])
    outbox: int = Field(description="Events committed and not yet sent")
    lag: int = Field(description="Messages on the bus that it has not applied")
    parked: int = Field(description="Messages that wait for another, dead letters included")
    dead: int = Field(description="Dead letters")
    sent: int = Field(description="Events sent since the beginning")
    applied: int = Field(description="Messages applied since this process started")
    backlog: int = Field(
        description="Events told and not yet applied by the slowest listener, a second ago; "
        "bulk work is refused while they are too many"
    )
    pruned: int = Field(description="Rows that went by age since this process started")
    halted: bool = Field(description="It has stopped hearing: facts are lost on the bus")
    halted_because: str | None = Field(description="What is lost, and where")


class DeadLetter(BaseModel):
    """A message that could not be applied, or one that waits behind it."""

    seq: int = Field(description="In the order in which they were parked")
    office: str = Field(description="The office that it is about")
    key: str = Field(description="Its order on the bus: office/contract, or office/")
    reason: str = Field(description="failed, unknown (waits for its contract) or behind")
    type: str = Field(description="What happened, as the event calls it")
    event_id: str = Field(description="The event's id, the same each time that it comes")
    error: str | None = Field(description="Why it could not be applied; null: it only waits")


class DeadLetters(BaseModel):
    """What is parked."""

    items: list[DeadLetter] = Field(description="Oldest first")


class Replayed(BaseModel):
    """What trying again has left."""

    still_parked: int = Field(description="Messages that still can't be applied, or wait")


class OfficeClock(BaseModel):
    """An office's day in this service."""

    office: str = Field(description="The office's number", examples=["ezhou"])
    name: str = Field(description="Its name", examples=["鄂州市机关事务管理局"])
    clock: str = Field(description="live: days pass by themselves; manual: they are swept")
    today: date = Field(description="Its legal day: what is done now is recorded on it (T3)")
    swept_on: date = Field(description="The last day that was swept (T4)")


class SweepOrder(BaseModel):
    """Up to which day."""

    model_config = {"extra": "forbid"}

    as_of: LegalDay = Field(description="The last day to sweep; each before it comes first (T4)")


def _running(request: Request) -> Running:
    parts: Running | None = request.app.state.running
    if parts is None:
        raise NotReady
    return parts


@router.get("/health/live", summary="Is it alive 存活检查", tags=["health"])
async def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get(
    "/health/ready",
    summary="May it be given work 就绪检查",
    tags=["health"],
    responses=problems(NotReady),
)
async def ready(request: Request) -> Health:
    """It can reach its database and may be given work, also when it has stopped hearing: what
    others tell it waits on the bus, and `/v1/ops/flow` says so.
    """
    await _running(request).pool.fetchval("select 1")
    return Health(status="ok")


@router.get("/v1/ops/flow", summary="Is it behind 收发进度", tags=["operations"])
async def flow(request: Request, _: Watching, of: OfOffice = None) -> Flow:
    """Outbox, lag, parked messages and counters."""
    parts = _running(request)
    figures = await parts.pool.fetchrow(
        f"""select ({UNSENT}) as outbox,
                  coalesce((select sent from outbox_cursor), 0) as sent,
                  count(*) as parked, count(*) filter (where reason = 'failed') as dead
           from parked where $1::text is null or office_id = $1""",
        of,
    )
    assert figures is not None
    return Flow(
        service=parts.service.name,
        lag=await parts.subscription.lag(),
        applied=parts.inbox.applied,
        backlog=parts.backlog.waiting,
        pruned=parts.pruning.pruned.total(),
        halted=parts.inbox.halted_because is not None,
        halted_because=parts.inbox.halted_because,
        **figures,
    )


@router.get("/v1/ops/dead-letters", summary="List dead letters 死信列表", tags=["operations"])
async def dead_letters(
    request: Request,
    _: Watching,
    of: OfOffice = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many")] = 100,
) -> DeadLetters:
    """What is parked, oldest first, with its error."""
    rows = await _running(request).pool.fetch(
        """select seq, office_id, key, reason, type, event_id, error
           from parked where $1::text is null or office_id = $1 order by seq limit $2""",
        of,
        limit,
    )
    return DeadLetters(
        items=[
            DeadLetter(
                seq=row["seq"], office=row["office_id"], key=row["key"], reason=row["reason"],
                type=row["type"], event_id=str(row["event_id"]), error=row["error"],
            )
            for row in rows
        ]
    )  # fmt: skip


@router.post(
    "/v1/ops/dead-letters/replay", summary="Replay dead letters 重放死信", tags=["operations"]
)
async def replay_dead(request: Request, _: Mending) -> Replayed:
    """Try all that is parked again, each contract in its order."""
    return Replayed(still_parked=await _running(request).inbox.replay_dead())


@router.get("/v1/offices/{office}/clock", summary="Show the clock 机关时钟", tags=["clock"])
async def office_clock(
    request: Request, office: OfficeId, _: Annotated[Actor, may_act(*Role)]
) -> OfficeClock:
    """The office's today in this service, and the last day swept."""
    known = await _running(request).clocks.office(office)
    if known is None:
        raise UnknownOffice(office=office)
    return OfficeClock(
        office=known.id, name=known.name, clock=known.clock, today=known.today,
        swept_on=known.swept_on,
    )  # fmt: skip


@router.post(
    "/v1/offices/{office}/sweeps",
    summary="Sweep days 推进日期",
    tags=["clock"],
    responses=problems(SweptByItself, TooFarAhead),
)
async def sweep(
    request: Request,
    office: OfficeId,
    order: SweepOrder,
    actor: Annotated[Actor, may_act(Role.SYSTEM, Role.SUPERVISOR)],
) -> OfficeClock:
    """Sweep a manual office up to a day (T4). Sweeping an earlier day changes nothing."""
    known = await _running(request).clocks.sweep_manual(office, order.as_of, actor)
    return OfficeClock(
        office=known.id, name=known.name, clock=known.clock, today=known.today,
        swept_on=known.swept_on,
    )  # fmt: skip
