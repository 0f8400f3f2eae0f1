"""HTTP in: parse, call one use case, answer. No rule, no SQL."""

from inspection_svc.api import findings, merits, notices, scores, visits

routers = (visits.router, findings.router, merits.router, notices.router, scores.router)
