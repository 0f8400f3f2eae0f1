"""What operators see must be true, name nobody, and cost what was asked nothing."""

import asyncio
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any, cast

import asyncpg
import pytest
from houqin_shared.bus import Received
from houqin_shared.bus.postgres import PostgresBus
from houqin_shared.clock import register_office
from houqin_shared.misconfigured import Misconfigured
from houqin_shared.pace import rest
from houqin_shared.service import Running
from houqin_shared.settings import metrics_port
from houqin_shared.telemetry import metrics, sampling
from houqin_shared.telemetry.exporter import exported
from houqin_shared.telemetry.figures import Figure
from houqin_shared.telemetry.logs import JsonLines, PlainLines, configure_logging, told
from houqin_shared.telemetry.metrics import FAMILIES, Watching
from houqin_shared.telemetry.sampling import BUS, DATABASE, FIGURES, Sampler
from houqin_shared.telemetry.surroundings import SERVICE, TRACEPARENT
from houqin_shared.telemetry.tracing import UNTRACED, open_traces
from houqin_shared.testing import create_mechanism
from houqin_shared.transaction import Transactions, Tx, open_pool
from pydantic import BaseModel, ValidationError

READS = {family.name: family.read for family in FAMILIES}
NewDatabase = Callable[[], Awaitable[str]]
DAY = date(2017, 5, 3)
AT_MOST = 60
"""Seconds that a test takes."""
PERSON = "张三丰 13800138000"


class Lagging:
    """A subscription of which only the lag is asked."""

    def __init__(self, lag: Callable[[], int]) -> None:
        self._lag = lag

    async def lag(self) -> int:
        return self._lag()

    async def receive(self, most: int, wait: float) -> Sequence[Received]:
        raise NotImplementedError

    async def acknowledge(self) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


async def test_a_look_finds_what_waits_and_how_long(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await new_database()
    await create_mechanism(url)
    pool = await open_pool(url)
    async with Transactions(pool, "teller").begin() as connection:
        tx = Tx(connection, "teller", "o", DAY, None)  # type: ignore[arg-type]
        await register_office(tx, "o", "Office", "live", DAY)
        await connection.execute(
            """insert into outbox (key, envelope, at)
               values ('o/c', '', now() - interval '90 seconds'), ('o/c', '', now())"""
        )
        await connection.execute(
            """insert into parked (office_id, key, source, reason, event_id, type, envelope, copy,
                                   copies, error, at)
               select 'o', key, 's', reason, gen_random_uuid(), 't', '', 0, 1, error,
                      now() - age
               from (values ('o/c', 'failed', 'broken', interval '10 minutes'),
                            ('o/c', 'behind', null, interval '5 minutes'),
                            ('o/d', 'unknown', null, interval '1 minute'))
                    as these (key, reason, error, age)"""
        )
    figure = Figure("houqin_test_offices", "By clock", "select clock, 1 from offices", ("clock",))
    sampler = Sampler("teller", pool, Lagging(lambda: 7), [figure])
    await sampler.look()
    await pool.close()

    found = sampler.samples
    assert found.flow is not None
    assert 90 <= found.flow.outbox_age < 90 + AT_MOST
    assert (found.flow.dead, found.flow.waiting, found.flow.parked_keys) == (1, 2, 2)
    assert 600 <= found.flow.parked_age < 600 + AT_MOST
    assert found.lag == 7
    (office,) = found.offices
    assert (office.office, office.clock, office.swept_on) == ("o", "live", DAY)
    assert found.offices_by_clock == {"live": 1}
    monkeypatch.setattr(metrics, "legal_today", lambda: DAY + timedelta(days=9))
    watching = Watching(cast(Running, None), sampler)
    assert READS["houqin_office_days_behind"](watching) == [(("o",), 9)]
    assert READS["houqin_parked_messages"](watching) == [(("dead",), 1), (("waiting",), 2)]
    assert found.figures == {"houqin_test_offices": [(("live",), 1.0)]}
    assert set(found.looked_at) == {DATABASE, BUS, FIGURES}
    assert not any(sampler.failed.values())


async def test_a_look_that_fails_is_counted_and_keeps_what_was_found(
    new_database: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    url = await new_database()
    await create_mechanism(url)
    pool = await open_pool(url)
    bus = await PostgresBus.open(await new_database())
    sampler = Sampler("teller", pool, await bus.subscribe("teller", ["t"]), [])
    await sampler.look()
    at, flow = sampler.samples.looked_at, sampler.samples.flow
    await bus.close()
    await pool.execute("drop table parked")
    await sampler.look()
    await sampler.look()
    await pool.close()

    assert sampler.failed == {DATABASE: 2, BUS: 2, FIGURES: 0}
    assert (sampler.samples.flow, sampler.samples.lag) == (flow, 0)
    assert sampler.samples.looked_at[DATABASE] == at[DATABASE]
    assert sampler.samples.looked_at[FIGURES] > at[FIGURES]
    said = [each.getMessage() for each in caplog.records if each.name == sampling.__name__]
    assert len(said) == 2  # once for each, not at every look
    assert "its database can't be looked at" in said[0]


async def test_what_a_figure_costs_decides_how_often_it_is_asked(new_database: NewDatabase) -> None:
    pool = await open_pool(await new_database())
    quick = Figure("houqin_test_quick", "", "select nextval('asked')", every=0)
    rare = Figure("houqin_test_rare", "", "select nextval('asked_rarely')", every=3600)
    dear = Figure(
        "houqin_test_dear", "", "select nextval('asked_dearly') from pg_sleep(1.5)", every=0
    )
    await pool.execute(
        "create sequence asked; create sequence asked_rarely; create sequence asked_dearly"
    )
    sampler = Sampler("teller", pool, Lagging(lambda: 0), [quick, rare, dear])
    await sampler.look()
    at_first = sampler.samples.figures["houqin_test_quick"]
    while sampler.samples.figures["houqin_test_quick"] == at_first:
        await asyncio.sleep(0.05)
        await sampler.look()
    await pool.close()
    figures = sampler.samples.figures
    assert figures["houqin_test_rare"] == [((), 1.0)]
    assert figures["houqin_test_dear"] == [((), 1.0)]  # a hundredth of the time: after 150 s


async def test_a_figure_that_cant_be_had_is_not_asked_for_again_at_once(
    new_database: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    pool = await open_pool(await new_database())
    await pool.execute("create sequence asked")
    bad = Figure("houqin_test_bad", "", "select 1 / (nextval('asked') - 1)", every=3600)
    good = Figure("houqin_test_good", "", "select 1", every=3600)
    sampler = Sampler("teller", pool, Lagging(lambda: 0), [bad, good])
    for _ in range(3):
        await sampler.look()
    asked = await pool.fetchval("select last_value from asked")
    await pool.close()
    assert asked == 1
    assert sampler.samples.figures == {"houqin_test_good": [((), 1.0)]}
    assert sampler.failed[FIGURES] == 3, "it is still not there"
    assert FIGURES not in sampler.samples.looked_at
    assert "division by zero" in caplog.text


def logged(formatter: logging.Formatter, error: BaseException, **extra: Any) -> str:
    record = logging.LogRecord(
        "houqin_shared.inbox", logging.ERROR, __file__, 1, "%s failed", ("o/c",),
        (type(error), error, error.__traceback__),
    )  # fmt: skip
    for name, value in extra.items():
        setattr(record, name, value)
    return formatter.format(record)


class Person(BaseModel):
    phone: int


def what_pydantic_says() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Person.model_validate({"phone": PERSON})
    return caught.value


async def what_postgresql_says(new_database: NewDatabase) -> asyncpg.PostgresError:
    connection = await asyncpg.connect(await new_database())
    await connection.execute("create table people (name text, constraint short check (name = ''))")
    try:
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            await connection.execute(f"insert into people values ('{PERSON}')")
    finally:
        await connection.close()
    return caught.value


@pytest.mark.parametrize(
    "formatter", [JsonLines("test"), PlainLines("%(message)s")], ids=["json", "text"]
)
async def test_no_line_quotes_a_row_or_a_body(
    formatter: logging.Formatter, new_database: NewDatabase
) -> None:
    row, body = await what_postgresql_says(new_database), what_pydantic_says()
    assert PERSON in str(row) + repr(row.detail)
    assert PERSON in str(body)
    outer = RuntimeError("the batch")
    outer.__cause__ = row
    outer.__context__ = body
    several = ExceptionGroup("several", [outer, body])
    for error in (row, body, outer, several):
        line = logged(formatter, error)
        assert PERSON not in line
    line = logged(formatter, several)
    assert "SQLSTATE 23514 at people, short" in line
    assert "Person: phone (int_parsing)" in line
    assert "RuntimeError: the batch" in line


def test_a_line_says_where_it_belongs() -> None:
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    service, traceparent = SERVICE.set("billing-svc"), TRACEPARENT.set(f"00-{trace}-{span}-01")
    try:
        line = json.loads(logged(JsonLines("houqin"), ValueError("no")))
    finally:
        SERVICE.reset(service)
        TRACEPARENT.reset(traceparent)
    assert line["time"].endswith("Z")
    assert (line["level"], line["logger"]) == ("error", "houqin_shared.inbox")
    assert (line["message"], line["service"]) == ("o/c failed", "billing-svc")
    assert (line["trace_id"], line["span_id"], line["error"]) == (trace, span, "ValueError")
    assert json.loads(logged(JsonLines("houqin"), ValueError()))["service"] == "houqin"


def test_a_circle_of_causes_is_told_once() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__context__, second.__context__ = second, first
    assert told(first).count("first") == 1


def test_settings_that_cannot_work_are_refused_in_both_languages() -> None:
    with pytest.raises(Misconfigured, match=r"(?s)HOUQIN_LOG is 'xml'.*请填写 json 或 text"):
        configure_logging({"HOUQIN_LOG": "xml"}, "test")
    with pytest.raises(Misconfigured, match="METRICS_PORT is '0'"):
        metrics_port({"METRICS_PORT": "0"})
    assert metrics_port({"METRICS_PORT": ""}) is metrics_port({}) is None
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"METRICS_PORT {number} can't be used"):
            exported("127.0.0.1", number).__enter__()


def test_nothing_is_traced_unless_somebody_collects_it() -> None:
    assert open_traces("test", {}) is UNTRACED
    assert open_traces("test", {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}) is UNTRACED

    async def app(*_: object) -> None:
        raise NotImplementedError

    assert UNTRACED.requests(app) is app


@pytest.mark.parametrize(("took", "seconds"), [(0.01, 5), (1, 20), (60, 60)])
def test_a_look_that_had_to_wait_makes_nobody_blind_for_long(took: float, seconds: float) -> None:
    """A minute behind a lock is no reason to rest for twenty."""
    assert rest(took, share=20, shortest=5, longest=60) == seconds
