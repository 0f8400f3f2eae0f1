"""M3: what the database itself refuses, whoever asks."""

from datetime import date
from typing import Any

import asyncpg
import pytest
from billing_svc.main import SERVICE
from billing_svc.tables import metadata
from houqin_shared.events import Event
from houqin_shared.migrate import schema_differences
from sqlalchemy.ext.asyncio import create_async_engine

BOOKING = """insert into bookings
    (office_id, contract, booked_for, rule, debit, credit, fen, happened_on, recorded_on)
    values ('ezhou', 'c1', $1, 'B2', $2, $3, $4, '2017-05-03', '2017-05-03')"""


@pytest.fixture
async def pool(billing: Any) -> Any:
    await billing.open_office(date(2017, 4, 30))
    await billing.sign("c1", on=date(2017, 4, 30), starts_on=date(2017, 5, 1))
    await billing.find("c1", "f1", on=date(2017, 5, 8))
    await billing.sweep(date(2017, 6, 5))
    await billing.find("c1", "f2", on=date(2017, 6, 8))
    await billing.must_agree()
    yield billing.running.pool
    await billing.must_agree()


@pytest.mark.rule("M3")
@pytest.mark.parametrize(
    ("debit", "credit", "fen", "refused"),
    [
        ("bank", "deposit", 0, "bookings_move_money"),
        ("bank", "deposit", -1, "bookings_move_money"),
        ("bank", "bank", 1, "from_one_account_to_another"),
        ("pocket", "bank", 1, "debits_of_the_chart"),
        ("bank", "pocket", 1, "credits_of_the_chart"),
    ],
)
async def test_only_what_moves_money_between_accounts_is_booked(
    pool: Any, debit: str, credit: str, fen: int, refused: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=refused):
        await pool.execute(BOOKING, "finding/x", debit, credit, fen)
    for missing in ({"debit": None}, {"credit": None}, {"fen": None}):
        sides = {"debit": "bank", "credit": "deposit", "fen": 1} | missing
        with pytest.raises(asyncpg.NotNullViolationError):
            await pool.execute(BOOKING, "finding/x", *sides.values())


@pytest.mark.rule("M3")
async def test_a_repeated_booking_is_refused(pool: Any) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="one_booking_per_source_and_rule"):
        await pool.execute(BOOKING, "finding/f1", "bank", "deposit", 1)


@pytest.mark.rule("M3")
async def test_half_a_line_is_refused(pool: Any) -> None:
    half = BOOKING.replace("(office_id,", "(kind, office_id,").replace(
        "('ezhou',", "('finding', 'ezhou',"
    )
    with pytest.raises(asyncpg.CheckViolationError, match="whole_lines"):
        await pool.execute(half, "finding/x", "bank", "deposit", 1)


EDITS = (
    "update bookings set fen = fen * 2",
    "update bookings set contract = 'c2'",
    "delete from bookings",
    "truncate bookings",
    "update lines set numbers = '{}'",
    "update lines set statement_month = '2017-07' where statement_month is not null",
    "update lines set statement_month = null where statement_month is not null",
    "update lines set set_aside_on = '2018-01-01' where statement_month is not null",
    "update bookings set statement_month = '2017-07' where kind is null",
    "delete from lines",
    "update statements set payable_fen = 1",
    "delete from statements",
    "update causes set envelope = '{}'",
    "delete from causes",
)


@pytest.mark.rule("M3")
async def test_nothing_booked_is_edited(pool: Any) -> None:
    for edit in EDITS:
        with pytest.raises(asyncpg.RestrictViolationError, match="never edited"):
            await pool.execute(edit)


@pytest.mark.rule("B10")
async def test_a_statement_is_paid_once(pool: Any) -> None:
    paid = "update statements set paid_on = '2017-06-06', interest_fen = 0, paid_by = 'x'"
    await pool.execute(paid)
    with pytest.raises(asyncpg.RestrictViolationError, match="never edited"):
        await pool.execute(paid)


async def test_the_migrations_make_the_tables(pool: Any, postgres_url: str) -> None:
    async with pool.acquire() as connection:
        name = await connection.fetchval("select current_database()")
    url = postgres_url.replace("postgresql://", "postgresql+asyncpg://")
    engine = create_async_engine(url)
    engine = create_async_engine(engine.url.set(database=name))
    async with engine.connect() as connection:
        assert await connection.run_sync(schema_differences, metadata) == []
    await engine.dispose()


def test_it_hears_all_that_moves_money_and_tells_documented_facts() -> None:
    assert set(SERVICE.hears.listeners) == {
        f"cn.houqin.{fact}.v1"
        for fact in (
            "contract.office-registered",
            "contract.contract-signed",
            "contract.contract-renewed",
            "contract.contract-terminated",
            "contract.term-reached",
            "inspection.findings-confirmed",
            "inspection.finding-withdrawn",
            "inspection.rectification-failed",
            "inspection.month-scored",
            "feedback.complaint-upheld",
            "feedback.satisfaction-measured",
        )
    }
    for event in SERVICE.tells:
        assert issubclass(event, Event)
        assert event.__doc__
