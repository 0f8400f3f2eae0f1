"""Alembic's way into billing's schema."""

from billing_svc.tables import metadata
from houqin_shared.migrate import run_environment

run_environment(metadata)
