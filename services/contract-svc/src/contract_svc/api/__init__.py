"""HTTP in: parse, call one use case, answer. No rule, no SQL."""

from contract_svc.api import contracts, offices, retenders, rule_sets, suppliers

routers = (
    offices.router, suppliers.router, rule_sets.router, contracts.router, retenders.router,
)  # fmt: skip
