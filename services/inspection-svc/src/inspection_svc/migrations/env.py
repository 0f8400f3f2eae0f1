"""Alembic's environment of the inspection service."""

from houqin_shared.migrate import run_environment
from inspection_svc.tables import metadata

run_environment(metadata)
