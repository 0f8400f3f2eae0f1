"""The feedback service, put together. The only file that knows all others."""

from houqin_shared.service import Service

from feedback_svc.api import router
from feedback_svc.events import (
    ComplaintDismissed,
    ComplaintsWidespread,
    ComplaintUpheld,
    RequestOpened,
    SatisfactionMeasured,
)
from feedback_svc.hears import hears
from feedback_svc.tables import metadata
from feedback_svc.usecases.sweep import sweep

SERVICE = Service(
    name="feedback-svc",
    package="feedback_svc",
    title="Houqin feedback service",
    description="What the served say: complaints on the hotline, and quarterly surveys.",
    routers=[router],
    hears=hears,
    tells=[
        RequestOpened,
        ComplaintUpheld,
        ComplaintDismissed,
        SatisfactionMeasured,
        ComplaintsWidespread,
    ],
    sweep=sweep,
    metadata=metadata,
)
