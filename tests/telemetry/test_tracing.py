"""Spans as a collector receives them, and what happens when it is not there."""

import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import orjson
import pytest
from houqin_shared.events import Envelope
from houqin_shared.telemetry.otel import LAST_WORD
from houqin_shared.telemetry.tracing import Traces, open_traces
from ports import free_port

from telemetry.collector import Collector

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PERSON = "张三丰 13800138000"


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    yield running
    running.close()


def traces_to(url: str, patch: pytest.MonkeyPatch) -> Traces:
    patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    return open_traces("billing-svc")


def told(traceparent: str | None, identity: UUID) -> Envelope:
    parts = {
        "id": str(identity), "source": "inspection-svc", "type": "test.happened.v1",
        "officeid": "o", "subject": "c", "correlationid": str(identity),
        "data": {"recorded_on": "2017-05-03"},
    }  # fmt: skip
    if traceparent:
        parts["traceparent"] = traceparent
    return Envelope.read(orjson.dumps(parts))


def is_sampled(traceparent: str) -> bool:
    """W3C: the lowest bit of the flags."""
    return int(traceparent[-2:], 16) & 1 == 1


async def test_each_of_a_batch_goes_on_in_its_own_trace(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = traces_to(collector.url, monkeypatch)
    first, second = uuid4(), uuid4()
    heard = [told(f"00-{TRACE}-{SPAN}-01", first), told(None, second)]
    with traces.hearing(heard) as (goes_on, begins):
        assert goes_on is not None
        assert begins is not None
        assert goes_on.startswith(f"00-{TRACE}-")
        assert not begins.startswith(f"00-{TRACE}-")
    await traces.close()

    spans = {span.attributes["messaging.message.id"]: span for span in collector.spans}
    assert spans[str(first)].parent == SPAN
    assert spans[str(second)].parent == ""
    assert begins.startswith(f"00-{spans[str(second)].trace}-{spans[str(second)].span}-")
    assert is_sampled(begins)


async def test_what_broke_is_told_by_its_kind_and_quotes_nobody(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = traces_to(collector.url, monkeypatch)
    with pytest.raises(ValueError, match=PERSON), traces.hearing([told(None, uuid4())]):
        raise ValueError(PERSON)
    await traces.close()
    (span,) = collector.spans
    assert span.attributes["error.type"] == "ValueError"
    assert PERSON not in str(span)


async def test_a_sweep_begins_a_trace(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = traces_to(collector.url, monkeypatch)
    with traces.sweeping("o") as traceparent:
        assert traceparent is not None
    await traces.close()
    (span,) = collector.spans
    assert (span.service, span.name, span.parent) == ("billing-svc", "sweep", "")
    assert traceparent.startswith(f"00-{span.trace}-{span.span}-")


async def test_the_operators_sampler_decides(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    traces = traces_to(collector.url, monkeypatch)
    with traces.sweeping("o") as traceparent:
        assert traceparent is not None
        assert not is_sampled(traceparent)  # who hears of it traces nothing either
    await traces.close()
    assert collector.spans == []


async def test_a_collector_that_is_away_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1000")  # then it is tried for half a minute
    traces = traces_to(f"http://127.0.0.1:{free_port()}", monkeypatch)
    with traces.sweeping("o"):
        pass
    began = time.monotonic()
    await traces.close()
    assert time.monotonic() - began < 10 * LAST_WORD
