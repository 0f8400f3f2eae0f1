"""A service as a process: HTTP in, events in, events out, and its clock, started and ended alike
in all of them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import orjson
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from houqin_shared import problem
from houqin_shared.auth import Tokens
from houqin_shared.backlog import Backlog
from houqin_shared.bus.opening import open_bus
from houqin_shared.clock import Clocks
from houqin_shared.docs import serve_docs
from houqin_shared.inbox import Inbox
from houqin_shared.migrate import migrate
from houqin_shared.openapi import describe
from houqin_shared.ops import router as ops_router
from houqin_shared.outbox import Relay
from houqin_shared.pruning import Pruning
from houqin_shared.service import Running, Service
from houqin_shared.settings import Settings
from houqin_shared.telemetry.metrics import WATCHED
from houqin_shared.telemetry.requests import CountRequests
from houqin_shared.telemetry.sampling import Sampler
from houqin_shared.telemetry.surroundings import SERVICE, NameRequest
from houqin_shared.telemetry.tracing import UNTRACED, Traces, open_traces
from houqin_shared.transaction import Transactions, open_pool

LARGEST_BODY = 4 * 1024 * 1024
WHERE_RULES_ARE = (
    "IDs such as (B4) name rules of the office: `docs/rules.md` explains each, and the terms.\n\n"
    "括号内的编号(如 B4)为业务规则编号,规则与术语见 `docs/rules.zh-CN.md`。"
)


def create_app(service: Service, settings: Settings) -> FastAPI:
    """The service as an ASGI application that owns its background work."""
    traces = open_traces(service.name)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(service, settings, traces) as parts:
            app.state.running = parts
            app.state.transactions = parts.transactions
            app.state.clocks = parts.clocks
            app.state.backlog = parts.backlog
            yield
            app.state.running = None

    app = FastAPI(
        title=service.title,
        description=f"{service.description}\n\n{WHERE_RULES_ARE}",
        version="1",
        lifespan=lifespan,
        separate_input_output_schemas=True,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours names no person
    )
    app.state.tokens = Tokens(settings.token_key)
    app.state.running = None
    app.state.queues = {}
    app.state.service = service
    problem.install(app)
    routers = (*service.routers, ops_router)
    for router in routers:
        app.include_router(router)
    serve_docs(app)
    app.add_middleware(LimitBody)
    if settings.metrics_port is not None:
        app.add_middleware(CountRequests, service=service.name)
    app.add_middleware(traces.requests)
    app.add_middleware(NameRequest, service=service.name)
    describe(app, routers)
    return app


@asynccontextmanager
async def running(
    service: Service, settings: Settings, traces: Traces = UNTRACED
) -> AsyncIterator[Running]:
    """Start a service's parts, and end them: stop taking work, finish the batch, leave."""
    SERVICE.set(service.name)  # of the tasks that are made here
    if settings.migrates:
        await migrate(service.package, settings.database_url)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(traces.close)
        pool = await open_pool(settings.database_url, settings.connections)
        stack.push_async_callback(pool.close)
        bus = await open_bus(settings.bus, [service.name, *service.hears.sources])
        stack.push_async_callback(bus.close)
        relay = Relay(pool, bus, service.name)
        await relay.prepare()
        transactions = Transactions(pool, service.name, relay.wake)
        inbox = Inbox(transactions, service.hears, traces)
        subscription = await bus.subscribe(
            service.name, service.hears.sources, heard=await inbox.heard_from()
        )
        stack.push_async_callback(subscription.close)
        clocks = Clocks(transactions, service.hears.sources, service.sweep, traces)
        backlog = Backlog(pool, bus, service.name, settings.most_backlog)
        pruning = Pruning(
            settings.database_url, bus, service.name, service.hears.sources, settings.keeps
        )
        parts = Running(
            service, pool, transactions, bus, subscription, relay, inbox, clocks, backlog, pruning
        )
        work = [
            asyncio.create_task(relay.run(), name=f"{service.name} relay"),
            asyncio.create_task(inbox.run(subscription), name=f"{service.name} inbox"),
            asyncio.create_task(clocks.run(), name=f"{service.name} clocks"),
            asyncio.create_task(backlog.run(), name=f"{service.name} backlog"),
            asyncio.create_task(pruning.run(), name=f"{service.name} pruning"),
        ]
        if settings.metrics_port is not None:
            sampler = Sampler(service.name, pool, subscription, service.figures)
            stack.enter_context(WATCHED.watching(parts, sampler))
            work.append(asyncio.create_task(sampler.run(), name=f"{service.name} sampler"))
        stack.push_async_callback(_end, work)
        yield parts


async def _end(work: Sequence[asyncio.Task[None]]) -> None:
    """A transaction that is cut off rolls back and its batch comes again: cancelling is safe.

    A library may swallow a cancellation, so it is said until it is heard.
    """
    pending = set(work)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=1)


class LimitBody:
    """Refuses bodies over the limit, also those that don't say their length."""

    def __init__(self, app: ASGIApp, most: int = LARGEST_BODY) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > self._most:
                await self._refuse(scope, receive, send)
                return
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise problem.BodyTooLarge(limit=self._most)
            return message

        await self._app(scope, limited, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        refusal = problem.BodyTooLarge(limit=self._most)
        body = refusal.body(problem.language_of(request))
        await problem.problem_response(request, body)(scope, receive, send)


def openapi_bytes(app: FastAPI) -> bytes:
    """The generated openapi.json, stable to the byte."""
    return orjson.dumps(
        app.openapi(),
        option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE,
    )
