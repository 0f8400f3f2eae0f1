"""The billing service, put together. The only file that knows all others."""

from houqin_shared.service import Service

from billing_svc.api import routers
from billing_svc.events import TELLS
from billing_svc.hears import hears
from billing_svc.queries.figures import FIGURES
from billing_svc.tables import metadata
from billing_svc.usecases.sweep import sweep

SERVICE = Service(
    name="billing-svc",
    package="billing_svc",
    title="Houqin billing service",
    description="Fees, deductions, statements, deposit, reward fund and the ledger behind them.",
    routers=routers,
    hears=hears,
    tells=TELLS,
    sweep=sweep,
    metadata=metadata,
    figures=FIGURES,
)
