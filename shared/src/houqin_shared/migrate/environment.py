"""The body of a service's migrations/env.py."""

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script

from houqin_shared.migrate.revisions import WORKS_FROM


def run_environment(metadata: sa.MetaData) -> None:
    """Apply what is asked for, one transaction for each migration."""
    applied: list[str] = context.config.attributes["applied"]

    def note(ctx: MigrationContext, step: MigrationInfo, heads: object, run_args: object) -> None:
        """In the transaction of the migration itself."""
        script = step.up_revision
        assert isinstance(script, Script)
        works_from = getattr(script.module, "works_from", None)
        if works_from is not None:
            assert works_from.isalnum()
            assert ctx.connection is not None
            ctx.connection.execute(
                sa.text(f"comment on table alembic_version is '{WORKS_FROM}{works_from}'")
            )
        applied.append(script.revision)

    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transaction_per_migration=True,
        on_version_apply=note,
    )
    with context.begin_transaction():
        context.run_migrations()
