"""HTTP in: parse, call one use case, answer."""

from inspection_svc.api import findings, merits, notices, scores, visits

ROUTERS = (visits.router, findings.router, merits.router, notices.router, scores.router)
