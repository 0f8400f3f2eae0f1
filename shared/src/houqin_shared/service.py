"""What a service is made of, and its living parts."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from fastapi import APIRouter

from houqin_shared.backlog import Backlog
from houqin_shared.bus import Bus, Subscription
from houqin_shared.clock import Clocks, Sweep
from houqin_shared.events import Event
from houqin_shared.hears import Hears
from houqin_shared.inbox import Inbox
from houqin_shared.outbox import Relay
from houqin_shared.pruning import Pruning
from houqin_shared.telemetry.figures import Figure
from houqin_shared.transaction import Pool, Transactions


@dataclass(frozen=True, slots=True)
class Service:
    """What makes one service different from the others."""

    name: str
    """contract-svc: its topic, its group, and the source of its events."""
    package: str
    title: str
    description: str
    routers: Sequence[APIRouter]
    hears: Hears
    tells: Sequence[type[Event]]
    sweep: Sweep
    metadata: sa.MetaData
    figures: Sequence[Figure] = ()
    """What an operator watches of its domain."""


@dataclass(slots=True)
class Running:
    """The living parts of a service, for its routes and its operators."""

    service: Service
    pool: Pool
    transactions: Transactions
    bus: Bus
    subscription: Subscription
    relay: Relay
    inbox: Inbox
    clocks: Clocks
    backlog: Backlog
    pruning: Pruning
