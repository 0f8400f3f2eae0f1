"""Four services behind one port: /contract, /inspection, /feedback, /billing."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import billing_svc.main
import contract_svc.main
import feedback_svc.main
import inspection_svc.main
from fastapi import FastAPI
from houqin_shared.app import create_app
from houqin_shared.problem import not_found
from houqin_shared.service import Service
from houqin_shared.settings import Settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

SERVICES: dict[str, Service] = {
    "contract": contract_svc.main.SERVICE,
    "inspection": inspection_svc.main.SERVICE,
    "feedback": feedback_svc.main.SERVICE,
    "billing": billing_svc.main.SERVICE,
}


def create_gateway(settings: dict[str, Settings]) -> Starlette:
    """All four in one process; each keeps its own database, relay, inbox and clock."""
    apps: dict[str, FastAPI] = {
        name: create_app(service, settings[name]) for name, service in SERVICES.items()
    }

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for app in apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    async def index(_: Request) -> Response:
        return JSONResponse({service.title: f"/{name}/docs" for name, service in SERVICES.items()})

    async def nowhere(request: Request, _: Exception) -> Response:
        return not_found(request)

    return Starlette(
        exception_handlers={404: nowhere},
        routes=[Route("/", index), *(Mount(f"/{name}", app) for name, app in apps.items())],
        lifespan=lifespan,
    )
