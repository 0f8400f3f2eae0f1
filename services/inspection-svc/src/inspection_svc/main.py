"""The composition root: the only file that knows all others."""

from fastapi import FastAPI
from houqin_shared.app import create_app
from houqin_shared.service import Service
from houqin_shared.settings import Settings

from inspection_svc.api import ROUTERS
from inspection_svc.events import TELLS
from inspection_svc.hears import hears
from inspection_svc.tables import metadata
from inspection_svc.usecases.sweep import sweep

SERVICE = Service(
    name="inspection-svc",
    package="inspection_svc",
    title="Houqin inspection service",
    description="What was seen, what it scores, what must be mended.",
    routers=ROUTERS,
    hears=hears,
    tells=TELLS,
    sweep=sweep,
    metadata=metadata,
)


def create(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    return create_app(SERVICE, settings)
