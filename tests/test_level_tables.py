"""The tables that rows pass through are vacuumed alike in every service, as `tables.py` says."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from houqin_shared.testing import create_mechanism

NewDatabase = Callable[..., Awaitable[str]]


async def options(url: str) -> dict[str, set[str]]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        """select relname, reloptions from pg_class
           where relkind = 'r' and reloptions is not null"""
    )
    await connection.close()
    return {row["relname"]: set(row["reloptions"]) for row in rows}


@pytest.mark.parametrize("service", ["contract", "inspection", "feedback", "billing"])
async def test_migrations_and_tables_agree(new_database: NewDatabase, service: str) -> None:
    declared = await new_database()
    await create_mechanism(declared)
    migrated = await options(await new_database(f"{service}_svc"))
    assert migrated == await options(declared)
    assert migrated.keys() == {"outbox", "outbox_cursor", "inbox", "answers"}
