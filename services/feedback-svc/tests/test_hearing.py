"""What is heard from contract-svc, twice and out of order; the tables; the sweep."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from feedback_svc.main import SERVICE
from feedback_svc.tables import metadata
from feedback_svc.usecases.sweep import sweep
from houqin_shared.bus import Received
from houqin_shared.migrate import migrate, schema_differences
from houqin_shared.transaction import Tx, itself
from sqlalchemy.ext.asyncio import create_async_engine

if TYPE_CHECKING:
    from conftest import Feedback
else:
    Feedback = Any

KEPT = ("offices", "contracts", "terms", "exit_decisions")


async def test_everything_may_be_heard_again_from_the_beginning(feedback: Feedback) -> None:
    messages: list[Received] = []
    for fact, data in (
        ("office-registered", {"name": "局", "clock": "manual", "opens_on": "2017-05-01"}),
        ("contract-renewed", {"contract": "cleaning-2017", "ends_on": "2020-05-01"}),
        ("contract-terminated", {"contract": "cleaning-2017", "ends_on": "2019-01-01"}),
        ("exit-decided", {"contract": "cleaning-2017", "proposal": 1, "decision": "accepted"}),
    ):
        messages.append(await feedback.hear(fact, data))
    await feedback.sign()

    async def kept() -> list[Any]:
        return [
            await feedback.running.pool.fetch(f"select * from {table} order by 1, 2, 3, 4")
            for table in KEPT
        ]

    before = await kept()
    await feedback.running.inbox.apply(messages)
    await feedback.running.pool.execute("truncate inbox")
    for message in messages:
        await feedback.running.inbox.apply([message])
    await feedback.running.inbox.apply(messages + messages)
    assert await kept() == before
    assert await feedback.running.pool.fetchval("select count(*) from parked") == 0
    answer = await feedback.complain("c1")
    assert answer.status_code == 201
    await feedback.sweep("2019-01-01")
    assert (await feedback.complain("c2")).json()["code"] == "outside-contract-term"


async def test_what_comes_before_its_contract_waits_for_it(feedback: Feedback) -> None:
    await feedback.hear("contract-renewed", {"contract": "late", "ends_on": "2020-05-01"})
    waiting = await feedback.running.pool.fetch("select reason, key from parked")
    assert [tuple(row) for row in waiting] == [("unknown", "ezhou/late")]
    await feedback.running.pool.execute("delete from parked")
    await feedback.sign("late", ends_on="2018-05-01")
    await feedback.hear("contract-renewed", {"contract": "late", "ends_on": "2020-05-01"})
    ends = await feedback.running.pool.fetch(
        "select kind from terms where contract = 'late' order by ends_on"
    )
    assert [row["kind"] for row in ends] == ["signed", "renewed"]


async def test_the_migrations_make_the_tables(
    new_database: Callable[[], Awaitable[str]],
) -> None:
    url = await new_database()
    await migrate(SERVICE.package, url)
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        assert await connection.run_sync(schema_differences, metadata) == []
    await engine.dispose()


@pytest.mark.rule("T4")
async def test_a_sweep_asks_the_database_nothing(feedback: Feedback) -> None:
    class Silent:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} was asked")

    tx = Tx(Silent(), SERVICE.name, "ezhou", date(2017, 5, 2), itself(SERVICE.name))  # type: ignore[arg-type]
    await sweep(tx, date(2017, 5, 2))
    assert tx.outgoing == []
