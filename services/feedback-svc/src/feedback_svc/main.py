"""The feedback service, put together. The only file that knows all others."""

from houqin_shared.service import Service

from feedback_svc.api import routers
from feedback_svc.events import TELLS
from feedback_svc.hears import hears
from feedback_svc.queries.figures import FIGURES
from feedback_svc.tables import metadata
from feedback_svc.usecases.sweep import sweep

SERVICE = Service(
    name="feedback-svc",
    package="feedback_svc",
    title="Houqin feedback service",
    description="What the served say: complaints on the hotline, and quarterly surveys.",
    routers=routers,
    hears=hears,
    tells=TELLS,
    sweep=sweep,
    metadata=metadata,
    figures=FIGURES,
)
