"""billing-svc, put together: what it costs."""

from houqin_shared.service import Service

from billing_svc.api import router
from billing_svc.events import TOLD
from billing_svc.hears import hears
from billing_svc.tables import metadata
from billing_svc.usecases.sweep import sweep

SERVICE = Service(
    name="billing-svc",
    package="billing_svc",
    title="Houqin billing service",
    description="Fees, deductions, statements, deposit, reward fund and the ledger behind them.",
    routers=[router],
    hears=hears,
    tells=TOLD,
    sweep=sweep,
    metadata=metadata,
)
