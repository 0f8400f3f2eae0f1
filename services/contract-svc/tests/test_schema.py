"""The database's own promises."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import asyncpg
import pytest
import sqlalchemy as sa
from contract_svc.tables import KEPT_FOR_GOOD, metadata
from houqin_shared.migrate import migrate, schema_differences
from sqlalchemy.ext.asyncio import create_async_engine

if TYPE_CHECKING:
    from contract_desk import Desk


async def test_migrations_make_what_tables_say(
    new_database: Callable[[], Awaitable[str]],
) -> None:
    url = await new_database()
    await migrate("contract_svc", url)
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))

    def compare(session: sa.Connection) -> list[object]:
        found = schema_differences(session, metadata)
        return [each for each in found if "alembic_version" not in str(each)]

    async with engine.connect() as session:
        assert await session.run_sync(compare) == []
    await engine.dispose()


async def test_rows_kept_for_good_are_never_changed(desk: "Desk") -> None:
    await desk.signed(months=1)
    await desk.sweep("2017-06-01")
    for table in ("rule_sets", "terms", "outcomes"):
        assert table in KEPT_FOR_GOOD
        with pytest.raises(asyncpg.RaiseError, match="never changed"):
            await desk.running.pool.execute(f"update {table} set office_id = 'other'")
        with pytest.raises(asyncpg.RaiseError, match="never changed"):
            await desk.running.pool.execute(f"delete from {table}")


@pytest.mark.rule("C6")
async def test_a_term_has_one_outcome_and_one_open_proposal(desk: "Desk") -> None:
    await desk.signed(months=1)
    await desk.sweep("2017-06-01")
    with pytest.raises(asyncpg.UniqueViolationError):
        await desk.running.pool.execute(
            """insert into outcomes values
               ('ezhou', 'c1', 1, 'terminated', '2017-06-01', '2017-06-01')"""
        )
    propose = """insert into exit_proposals (office_id, contract, proposal, proposed_on, ground,
                                             evidence)
                 values ('ezhou', 'c1', $1, '2017-06-01', 'two-years', '{}')"""
    await desk.running.pool.execute(propose, 1)
    with pytest.raises(asyncpg.UniqueViolationError, match="one_open_proposal"):
        await desk.running.pool.execute(propose, 2)
