"""`deploy/postgres/roles.sh`: who may do what, and that the system can live with it."""

import json
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from houqin_ops.client import SERVICE_NAMES

from upgrade.estate import ROOT, Estate, Server


@pytest.fixture
def server(new_server: Callable[[], Server]) -> Server:
    made = new_server()
    made.migrate()
    return made


async def refused(server: Server, role: str, sql: str, database: str | None = None) -> bool:
    connection = await asyncpg.connect(server.url(database or role, role))
    try:
        await connection.execute(sql)
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await connection.close()
    return False


def test_passwords_are_asked_for_before_anything_is_done(folder: Path) -> None:
    with Server(folder / "pg") as server:
        done = server.roles(billing=None)
        assert done.returncode == 2
        assert "HOUQIN_BILLING_PASSWORD" in done.stderr
        assert server.psql("select count(*) from pg_roles where rolname = 'contract'") == "0"


async def test_a_service_may_change_rows_and_nothing_else(server: Server) -> None:
    for service in SERVICE_NAMES:
        for sql in (
            "create table mine (id int)", "alter table outbox add column mine int",
            "truncate inbox", "drop table inbox", "create schema mine",
            "create temp table mine (id int)", "alter table outbox disable trigger all",
            "create function mine() returns int language sql as 'select 1'",
        ):  # fmt: skip
            assert await refused(server, service, sql), sql
        assert not await refused(server, service, "delete from inbox where source = 'nobody'")
        for other in SERVICE_NAMES:
            if other != service:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await asyncpg.connect(server.url(other, service))
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await asyncpg.connect(server.url(other, f"{service}_owner"))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(server.url("bus", service))


async def test_what_a_later_migration_makes_is_for_the_service_too(server: Server) -> None:
    made = """create table later (id bigint generated always as identity, n serial);
              create function later() returns int language sql as 'select 1'"""
    assert not await refused(server, "billing_owner", made, "billing")
    use = "insert into later default values; select later(), nextval('later_n_seq')"
    assert not await refused(server, "billing", use)


async def test_it_runs_again_and_gives_new_passwords(server: Server, folder: Path) -> None:
    old = server.url("billing")
    server.passwords["billing"] = "another one"
    assert server.roles().returncode == 0
    await (await asyncpg.connect(server.url("billing"))).close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(old)
    written = "".join(each.read_text() for each in server.folder.glob("log*"))
    for password in server.passwords.values():
        assert password not in written


def test_the_whole_system_lives_with_rows_alone(
    server: Server, new_estate: Callable[[Server], Estate]
) -> None:
    """A year of an office, on the bus in PostgreSQL: pruning, clocks, relays and all."""
    estate = new_estate(server)
    estate.start()
    expected = ROOT / "tests" / "acceptance" / "expected" / "random-1.json"
    report = estate.replay(ROOT / "tests" / "acceptance" / "offices" / "random-1.yaml")
    assert report == json.loads(expected.read_text(encoding="utf-8"))
    estate.verify()
    assert estate.stop() == 0
    assert estate.log() == "", "nobody was refused anything"
