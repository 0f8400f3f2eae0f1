"""Brings a service's database to the newest schema: one migrator at a time, and nobody waits long.

Whoever wants to change a table waits until nobody uses it, and all that come later wait behind him.
So a migration waits for two seconds at most, gives way, and tries again; each is a transaction by
itself, and what was applied stays applied. The service goes on working meanwhile; what a migration
may do so that it can is in docs/decisions/0013-expand-then-contract.md.
"""

from houqin_shared.migrate.environment import run_environment
from houqin_shared.migrate.revisions import schema_differences
from houqin_shared.migrate.schema import require_schema
from houqin_shared.migrate.upgrade import Limits, NotMigrated, migrate

__all__ = [
    "Limits",
    "NotMigrated",
    "migrate",
    "require_schema",
    "run_environment",
    "schema_differences",
]
