"""Alembic's way in."""

from contract_svc.tables import metadata
from houqin_shared.migrate import run_environment

run_environment(metadata)
