"""Migrations: one migrator at a time, nobody waits long, and who only looks says what to do."""

import asyncio
import logging
import os
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from houqin_shared.migrate import Limits, NotMigrated, migrate, require_schema
from houqin_shared.migrate.upgrade import MIGRATION_LOCK
from houqin_shared.misconfigured import Misconfigured
from houqin_shared.settings import Settings

NewDatabase = Callable[[], Awaitable[str]]
PATIENCE = 60

ENVIRONMENT = """
import sqlalchemy as sa
from houqin_shared.migrate import run_environment
run_environment(sa.MetaData())
"""
HASTY = Limits(lock=0.1, rest=0.1, patience=1.0)


class Package:
    """A service's migrations, as long as its tables are all that matters."""

    def __init__(self, folder: Path) -> None:
        self.name = f"package_{uuid.uuid4().hex[:8]}"
        self._versions = folder / self.name / "migrations" / "versions"
        self._versions.mkdir(parents=True)
        (folder / self.name / "__init__.py").touch()
        (self._versions.parent / "env.py").write_text(ENVIRONMENT)
        self._head: str | None = None

    def add(self, revision: str, sql: str, works_from: str | None = None) -> None:
        lines = [
            "from alembic import op",
            f"revision, down_revision = {revision!r}, {self._head!r}",
            *([f"works_from = {works_from!r}"] if works_from else []),
            f"def upgrade():\n    op.execute({sql!r})",
        ]
        (self._versions / f"{revision}.py").write_text("\n".join(lines) + "\n")
        self._head = revision

    def forget(self, revision: str, head: str) -> None:
        """As an older version of the code, which ends at `head`."""
        (self._versions / f"{revision}.py").unlink()
        self._head = head


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    monkeypatch.syspath_prepend(str(tmp_path))
    made = Package(tmp_path)
    made.add("0001", "create table things (id int)")
    return made


async def run(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def command(package: Package, url: str | None, *flags: str) -> "subprocess.CompletedProcess[str]":
    folder = str(package._versions.parents[2])
    environment = {**os.environ, "PYTHONPATH": folder}
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "houqin_shared.migrate", package.name, *flags],
        env=environment | ({"DATABASE_URL": url} if url else {}),
        capture_output=True, text=True, check=False,
    )  # fmt: skip


async def test_many_migrate_at_once_and_one_does_it(
    package: Package, new_database: NewDatabase
) -> None:
    url = await new_database()
    package.add("0002", "alter table things add column name text")
    applied = await asyncio.gather(*(migrate(package.name, url) for _ in range(5)))
    assert sorted(applied) == [[], [], [], [], ["0001", "0002"]]
    assert await migrate(package.name, url) == []


async def test_who_waits_for_another_migrator_says_so_and_not_for_ever(
    package: Package, new_database: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    url = await new_database()
    other = await asyncpg.connect(url)
    await other.execute(f"select pg_advisory_lock({MIGRATION_LOCK})")
    waiting = asyncio.create_task(migrate(package.name, url))
    async with asyncio.timeout(PATIENCE):
        while "ANOTHER MIGRATOR IS AT WORK" not in caplog.text:
            await asyncio.sleep(0.05)
    with pytest.raises(NotMigrated, match=f"another migrator .session {other.get_server_pid()}."):
        await migrate(package.name, url, Limits(patience=0.1))
    await other.close()
    assert await waiting == ["0001"]


async def test_a_table_in_use_is_given_way_to_and_nobody_queues_behind(
    package: Package, new_database: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    url = await new_database()
    await migrate(package.name, url)
    package.add("0002", "create table others (id int)")
    package.add("0003", "alter table things add column name text")
    busy = await asyncpg.connect(url)
    async with busy.transaction():
        await busy.execute("insert into things values (1)")
        migrating = asyncio.create_task(migrate(package.name, url, Limits(lock=0.3, rest=0.3)))
        names_who_may_be_in_the_way = f"{busy.get_server_pid()} ("
        async with asyncio.timeout(PATIENCE):
            while caplog.text.count(names_who_may_be_in_the_way) < 3:
                await run(url, "insert into things values (2)")  # others go on all the while
                await asyncio.sleep(0.05)
        assert not migrating.done()
        assert await run(url, "select version_num from alembic_version") == "0002"
    assert await migrating == ["0002", "0003"]
    await busy.close()


async def test_a_table_always_in_use_is_an_error_that_says_what_to_do(
    package: Package, new_database: NewDatabase
) -> None:
    url = await new_database()
    await migrate(package.name, url)
    package.add("0002", "alter table things add column name text")
    busy = await asyncpg.connect(url)
    async with busy.transaction():
        await busy.execute("insert into things values (1)")
        with pytest.raises(NotMigrated, match="End the long transaction"):
            await migrate(package.name, url, HASTY)
    await busy.close()


async def test_what_fails_is_rolled_back_and_what_was_applied_stays(
    package: Package, new_database: NewDatabase
) -> None:
    url = await new_database()
    package.add("0002", "create table others as select pg_sleep(60)::text")
    with pytest.raises(NotMigrated, match="HOUQIN_MIGRATE_SECONDS"):
        await migrate(package.name, url, Limits(statement=3))
    assert await run(url, "select version_num from alembic_version") == "0001"
    assert await run(url, "select to_regclass('others')") is None


async def test_who_only_looks(package: Package, new_database: NewDatabase) -> None:
    url = await new_database()
    with pytest.raises(Misconfigured, match=f"missing.*houqin_shared.migrate {package.name}"):
        await require_schema(package.name, url)
    await migrate(package.name, url)
    await require_schema(package.name, url)
    package.add("0002", "alter table things add column name text")
    with pytest.raises(Misconfigured, match="at 0001, and this version needs 0002"):
        await require_schema(package.name, url)


async def test_older_code_works_on_a_schema_that_has_grown_and_not_on_one_that_has_shrunk(
    package: Package, new_database: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    url = await new_database()
    package.add("0002", "alter table things add column name text")
    await migrate(package.name, url)
    package.forget("0002", "0001")
    await require_schema(package.name, url)
    assert await migrate(package.name, url) == []
    assert "newer than this code" in caplog.text

    package.add("0002", "alter table things add column name text")
    package.add("0003", "alter table things drop column id", works_from="0002")
    await migrate(package.name, url)
    package.forget("0003", "0002")
    await require_schema(package.name, url)
    package.forget("0002", "0001")
    for each in (require_schema(package.name, url), migrate(package.name, url)):
        with pytest.raises(Misconfigured, match="programs from 0002 on; this one ends at 0001"):
            await each


async def test_the_command_and_its_exit_codes(package: Package, new_database: NewDatabase) -> None:
    url = await new_database()
    missing = command(package, None)
    assert missing.returncode == 2
    assert "DATABASE_URL is not set" in missing.stderr
    assert "未设置 DATABASE_URL" in missing.stderr

    late = command(package, url, "--wait", "0")
    assert late.returncode == 1
    assert "the database's schema is missing" in late.stderr
    assert "数据库结构尚未建立" in late.stderr

    done = command(package, url)
    assert done.returncode == 0, done.stderr
    assert "0001" in done.stderr
    assert command(package, url, "--wait", "0").returncode == 0
    again = command(package, url)
    assert (again.returncode, "nothing to do · 无需迁移" in again.stderr) == (0, True)

    package.add("0002", "alter table nothing add column name text")
    failed = command(package, url)
    assert failed.returncode == 1
    assert 'relation "nothing" does not exist' in failed.stderr
    assert "已回滚" in failed.stderr

    package.name = "no_such_svc"
    assert command(package, url).returncode == 2


def test_whether_a_service_migrates_is_a_setting() -> None:
    given = {"DATABASE_URL": "postgresql://x/y", "BUS_URL": "postgresql://x/z",
             "HOUQIN_TOKEN_KEY": "k" * 32}  # fmt: skip
    assert Settings.from_environment(given).migrates
    assert not Settings.from_environment(given | {"HOUQIN_MIGRATE": "never"}).migrates
    with pytest.raises(Misconfigured, match="HOUQIN_MIGRATE is 'no'"):
        Settings.from_environment(given | {"HOUQIN_MIGRATE": "no"})


@pytest.fixture(autouse=True)
def _alembic_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
