"""The inspection service, put together. The only file that knows all others."""

from houqin_shared.service import Service

from inspection_svc.api import routers
from inspection_svc.events import TELLS
from inspection_svc.hears import hears
from inspection_svc.queries.figures import FIGURES
from inspection_svc.tables import metadata
from inspection_svc.usecases.sweep import sweep

SERVICE = Service(
    name="inspection-svc",
    package="inspection_svc",
    title="Houqin inspection service",
    description="What was seen, what it scores, what must be mended.",
    routers=routers,
    hears=hears,
    tells=TELLS,
    sweep=sweep,
    metadata=metadata,
    figures=FIGURES,
)
