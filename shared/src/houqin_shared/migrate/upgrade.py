"""One migrator at a time, with the patience of one who must not be in anybody's way."""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from houqin_shared.migrate.revisions import configuration_of, revisions
from houqin_shared.migrate.schema import require_schema
from houqin_shared.misconfigured import Misconfigured

log = logging.getLogger(__name__)

MIGRATION_LOCK = 4_815_162_344
HOLDER = f"""
    select pid from pg_locks
    where locktype = 'advisory' and granted
      and (classid::bigint << 32) | objid::bigint = {MIGRATION_LOCK}
      and database = (select oid from pg_database where datname = current_database())"""
OPEN_TRANSACTIONS = """
    select pid, usename, state, extract(epoch from now() - xact_start) as seconds
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
    order by xact_start limit 3"""
"""Of others' sessions PostgreSQL tells only those who may know."""

IN_USE = ("55P03", "40P01")
"""SQLSTATE: a lock was not to be had in time, or only by somebody giving way."""
TOO_LONG = "57014"

SILENCE = 1.0
"""Seconds that are waited for another migrator without a word."""


class NotMigrated(Misconfigured):
    """A migration could not be applied; what it had begun was rolled back."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one run, in seconds."""

    lock: float = 2.0
    """That a statement waits for a table; whoever wants the table meanwhile waits as long."""
    rest: float = 3.0
    """Until the next try, for those who waited behind it."""
    patience: float = 300.0
    """For a table, and for another migrator."""
    statement: int = 60
    """That a statement may take."""


async def migrate(
    package: str, url: str, limits: Limits | None = None, *, to: str | None = None
) -> list[str]:
    """Upgrade the database at `url` to the head of `package`'s migrations, or only so far; the
    revisions that were applied, none if it is there already or further.

    Raises Misconfigured, NotMigrated, OSError, PostgresError.
    """
    limits = limits or Limits()
    known = revisions(package)
    known = known[: known.index(to) + 1] if to else known
    async with _connect(package, url, limits) as connection:
        await _be_the_only_one(connection, package, limits)  # until this session ends
        there = await connection.run_sync(_revision)
        await connection.commit()
        if there == known[-1]:
            return []
        if there is None or there in known:
            return await _upgrade_patiently(connection, package, limits, known[-1])
        await require_schema(package, url)
        log.warning(
            "%s: the schema is at %s, newer than this code, which ends at %s: nothing to do",
            package, there, known[-1],
        )  # fmt: skip
        return []


def _connect(package: str, url: str, limits: Limits) -> AsyncConnection:
    async def connect() -> Any:
        # asyncpg itself reads all that a URL may say, such as sslmode=verify-full.
        return await asyncpg.connect(
            url,
            server_settings={
                "application_name": f"migrates {package}",
                "lock_timeout": f"{limits.lock * 1000:.0f}",
                "statement_timeout": f"{limits.statement * 1000}",
            },
        )

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    return engine.connect()


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def _be_the_only_one(connection: AsyncConnection, package: str, limits: Limits) -> None:
    """Raises NotMigrated."""
    began, said = time.monotonic(), SILENCE
    while not await connection.scalar(sa.text(f"select pg_try_advisory_lock({MIGRATION_LOCK})")):
        other = await connection.scalar(sa.text(HOLDER))
        await connection.commit()
        waited = time.monotonic() - began
        if waited > limits.patience:
            look = f"select * from pg_stat_activity where pid = {other}"
            raise NotMigrated(
                f"another migrator (session {other}) has not ended for {limits.patience:.0f} s. "
                f"See what it waits for: {look};",
                f"另一迁移进程(会话 {other})已 {limits.patience:.0f} 秒未结束。"
                f"请查看其等待原因:{look};",
            )
        if waited >= said:
            said += 5 * SILENCE
            log.warning(
                "%s: ANOTHER MIGRATOR IS AT WORK (session %s); waited for %.0f s of %.0f",
                package, other, waited, limits.patience,
            )  # fmt: skip
        await asyncio.sleep(0.2)
    await connection.commit()


async def _upgrade_patiently(
    connection: AsyncConnection, package: str, limits: Limits, to: str
) -> list[str]:
    """Raises NotMigrated."""
    configuration = configuration_of(package)
    applied: list[str] = []
    began = time.monotonic()
    while True:
        try:
            await connection.run_sync(_upgrade, configuration, to, applied)
            await connection.commit()
            return applied
        except DBAPIError as error:
            await connection.rollback()
            state = getattr(error.orig, "sqlstate", None)
            waited = time.monotonic() - began
            if state not in IN_USE or waited > limits.patience:
                raise _refused(error, state, limits) from error
            log.warning(
                "%s: A TABLE IS IN USE for longer than %.0f s; this gives way and tries again, "
                "for %.0f s of %.0f by now. Open transactions: %s",
                package, limits.lock, waited, limits.patience, await _open(connection),
            )  # fmt: skip
            await asyncio.sleep(limits.rest)


def _upgrade(connection: sa.Connection, configuration: Config, to: str, applied: list[str]) -> None:
    """`applied` grows with every migration."""
    configuration.attributes.update(connection=connection, applied=applied)
    command.upgrade(configuration, to)


async def _open(connection: AsyncConnection) -> str:
    rows = await connection.execute(sa.text(OPEN_TRANSACTIONS))
    sessions = [f"{row.pid} ({row.usename}, {row.state}, {row.seconds:.0f} s)" for row in rows]
    await connection.commit()
    return ", ".join(sessions) or "none that this role may see"


def _refused(error: DBAPIError, state: str | None, limits: Limits) -> NotMigrated:
    if state in IN_USE:
        look = "select * from pg_stat_activity order by xact_start"
        return NotMigrated(
            f"a table was in use whenever it was wanted, for {limits.patience:.0f} s. End the long "
            f"transaction ({look};) or come at a quieter time.",
            f"{limits.patience:.0f} 秒内所需的表始终被占用。请结束长事务({look};),"
            f"或在空闲时段重试。",
        )
    if state == TOO_LONG:
        return NotMigrated(
            f"a statement took longer than {limits.statement} s and was rolled back. Give it more, "
            f"when its table may be locked for so long: HOUQIN_MIGRATE_SECONDS=3600.",
            f"有语句执行超过 {limits.statement} 秒,已回滚。请在允许锁表的时段放宽时限:"
            f"HOUQIN_MIGRATE_SECONDS=3600。",
        )
    return NotMigrated(
        f"a migration failed and was rolled back: {error.orig}", f"迁移失败,已回滚:{error.orig}"
    )
