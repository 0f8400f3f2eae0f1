"""The migrations make what `tables.py` says."""

from collections.abc import Awaitable, Callable

from houqin_shared.migrate import migrate, schema_differences
from inspection_svc.tables import APPEND_ONLY, metadata
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def test_migrations_and_tables_agree(new_database: Callable[[], Awaitable[str]]) -> None:
    url = await new_database()
    await migrate("inspection_svc", url)
    await migrate("inspection_svc", url)
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        assert await connection.run_sync(schema_differences, metadata) == []
        guarded = await connection.execute(
            text("select tgrelid::regclass::text from pg_trigger where not tgisinternal")
        )
        assert {row[0] for row in guarded} == set(APPEND_ONLY)
    await engine.dispose()


def test_every_domain_table_is_an_offices() -> None:
    mechanism = {"outbox", "outbox_cursor", "inbox", "parked"}
    for table in metadata.tables.values():
        if table.name not in mechanism:
            assert next(iter(table.primary_key.columns)).name == "office_id", table.name
