"""The contract service, put together. The only file that knows all others."""

from houqin_shared.service import Service

from contract_svc.api import routers
from contract_svc.events import TELLS
from contract_svc.hears import hears
from contract_svc.queries.figures import FIGURES
from contract_svc.tables import metadata
from contract_svc.usecases.sweep import sweep

SERVICE = Service(
    name="contract-svc",
    package="contract_svc",
    title="Houqin contract service",
    description="Who may serve, under which terms, until when.",
    routers=routers,
    hears=hears,
    tells=TELLS,
    sweep=sweep,
    metadata=metadata,
    figures=FIGURES,
)
