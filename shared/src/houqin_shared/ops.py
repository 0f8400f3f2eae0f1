"""What an operator asks every service: is it well, is it behind, what is stuck; and its clocks."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from houqin_shared.auth import EVERY_OFFICE, Actor, Role
from houqin_shared.calendar import LegalDay
from houqin_shared.clock import SweptByItself, TooFarAhead
from houqin_shared.command import Bearer, OfficeId, identify, may_act, permit
from houqin_shared.outbox import UNSENT
from houqin_shared.problem import Forbidden, NotReady, UnknownOffice, problems
from houqin_shared.service import Running
from houqin_shared.text import ID_PATTERN

router = APIRouter()

EVERYBODY = tuple(Role)
OfOffice = Annotated[
    str | None,
    Query(alias="office", pattern=ID_PATTERN, description="Parked messages of this office alone"),
]


class Health(BaseModel):
    status: str = Field(examples=["ok"])


class Flow(BaseModel):
    """How far a service is with what it tells and hears."""

    service: str
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

    seq: int
    office: str
    key: str
    reason: str = Field(description="failed, unknown (waits for its contract) or behind")
    type: str
    event_id: str
    error: str | None


class DeadLetters(BaseModel):
    items: list[DeadLetter]


class Replayed(BaseModel):
    still_parked: int


class OfficeClock(BaseModel):
    """An office's day in this service."""

    office: str
    name: str
    clock: str
    today: date
    swept_on: date


class SweepOrder(BaseModel):
    model_config = {"extra": "forbid"}

    as_of: LegalDay


def _running(request: Request) -> Running:
    parts: Running | None = request.app.state.running
    if parts is None:
        raise NotReady
    return parts


def _operator(actor: Actor, *roles: Role) -> None:
    """Figures of the whole service are for those who see every office."""
    if actor.role not in roles or actor.office != EVERY_OFFICE:
        raise Forbidden(role=actor.role.value, roles=", ".join(roles) + " of every office")


@router.get("/health/live", tags=["health"])
async def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/health/ready", tags=["health"])
async def ready(request: Request) -> Health:
    """It can reach its database and may be given work, also when it has stopped hearing: what
    others tell it waits on the bus, and `/v1/ops/flow` says so.
    """
    await _running(request).pool.fetchval("select 1")
    return Health(status="ok")


@router.get("/v1/ops/flow", tags=["operations"])
async def flow(request: Request, token: Bearer, of: OfOffice = None) -> Flow:
    """Outbox, lag, parked messages and counters. For auditors and systems of every office."""
    _operator(identify(request, token), Role.AUDITOR, Role.SYSTEM)
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


@router.get("/v1/ops/dead-letters", tags=["operations"])
async def dead_letters(
    request: Request,
    token: Bearer,
    of: OfOffice = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> DeadLetters:
    """What is parked, oldest first, with its error."""
    _operator(identify(request, token), Role.AUDITOR, Role.SYSTEM)
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


@router.post("/v1/ops/dead-letters/replay", tags=["operations"])
async def replay_dead(request: Request, token: Bearer) -> Replayed:
    """Try all that is parked again, each contract in its order."""
    _operator(identify(request, token), Role.SYSTEM)
    return Replayed(still_parked=await _running(request).inbox.replay_dead())


@router.get("/v1/offices/{office}/clock", tags=["clock"])
async def office_clock(request: Request, office: OfficeId, token: Bearer) -> OfficeClock:
    """The office's today in this service, and the last day swept."""
    permit(identify(request, token), office, EVERYBODY)
    known = await _running(request).clocks.office(office)
    if known is None:
        raise UnknownOffice(office=office)
    return OfficeClock(
        office=known.id, name=known.name, clock=known.clock, today=known.today,
        swept_on=known.swept_on,
    )  # fmt: skip


@router.post(
    "/v1/offices/{office}/sweeps",
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
