"""Brings a service's database to the newest schema, one migrator at a time."""

import asyncio
import importlib
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

MIGRATION_LOCK = 4_815_162_344


def _configuration(package: str) -> Config:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    configuration = Config()
    configuration.set_main_option(
        "script_location", str(Path(module.__file__).parent / "migrations")
    )
    return configuration


def _async_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


async def migrate(package: str, url: str) -> None:
    """Upgrade the database at `url` to the head of `package`'s migrations."""
    configuration = _configuration(package)
    engine = create_async_engine(_async_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(sa.text(f"select pg_advisory_lock({MIGRATION_LOCK})"))
            await connection.commit()
            await connection.run_sync(_upgrade, configuration)
            await connection.commit()
            await connection.execute(sa.text(f"select pg_advisory_unlock({MIGRATION_LOCK})"))
    finally:
        await engine.dispose()


def _upgrade(connection: sa.Connection, configuration: Config) -> None:
    head = ScriptDirectory.from_config(configuration).get_current_head()
    if MigrationContext.configure(connection).get_current_revision() == head:
        return
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def run_environment(metadata: sa.MetaData) -> None:
    """The body of a service's migrations/env.py."""
    from alembic import context

    given = context.config.attributes.get("connection")
    if given is not None:
        context.configure(connection=given, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
        return

    def run(connection: sa.Connection) -> None:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()

    async def connect() -> None:
        url = _async_url(context.config.get_main_option("sqlalchemy.url") or "")
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
        await engine.dispose()

    asyncio.run(connect())


def schema_differences(connection: sa.Connection, metadata: sa.MetaData) -> list[object]:
    """What the migrations made and `tables.py` doesn't say, or the other way round."""
    from alembic.autogenerate import compare_metadata

    return list(compare_metadata(MigrationContext.configure(connection), metadata))
