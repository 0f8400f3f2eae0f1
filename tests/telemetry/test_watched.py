"""What an operator sees of a running installation: figures, traces, log lines."""

import json
import re
import time
from typing import Any

from acceptance.installation import until
from founding import OFFICE

from telemetry.conftest import CALLER, SERVICES, TRACE, VISITS, Labels, Watched


def test_requests_are_counted_by_route_and_never_by_path(watched: Watched) -> None:
    before = watched.scrape()["houqin_request_seconds_count"]
    assert watched.record("counted").status_code == 201
    assert watched.http.get(f"/inspection{OFFICE}/visits/nobody-knows-it").status_code == 404
    assert watched.http.get("/inspection/nowhere/at/all").status_code == 404
    after: dict[Labels, float] = {}

    def more() -> dict[tuple[str, str, str], float]:
        """Requests of inspection-svc since then, by method, route and status."""
        nonlocal after
        after = watched.scrape()["houqin_request_seconds_count"]
        counted = {labels: count - before.get(labels, 0) for labels, count in after.items()}
        return {
            (told["method"], told["route"], told["status"]): count
            for labels, count in counted.items()
            if (told := dict(labels))["service"] == "inspection-svc" and count
        }

    expected = {
        ("POST", VISITS, "2xx"): 1,
        ("GET", f"{VISITS}/{{number}}", "4xx"): 1,
        ("GET", "none", "4xx"): 1,
    }
    until(lambda: len(more()) == len(expected), "each is counted after it was answered")
    assert more() == expected
    assert {dict(labels)["service"] for labels in after} <= SERVICES
    assert not re.search("ezhou|nobody-knows-it|nowhere", str(after))


def test_each_of_four_services_in_one_process_has_its_own_figures(watched: Watched) -> None:
    def all_look_and_lead() -> bool:
        seen = watched.scrape()
        leads = seen["houqin_relay_leads"].values()
        return len(seen["houqin_lag_messages"]) == len(leads) == sum(leads) == len(SERVICES)

    until(all_look_and_lead, "all have looked, and each leads its relay")
    seen = watched.scrape()
    for name in (
        "houqin_build_info", "houqin_pool_limit", "houqin_halted", "houqin_outbox_age_seconds",
        "houqin_backlog_events", "houqin_relay_leads", "houqin_parked_keys",
        "houqin_events_applied_total", "houqin_event_batches_failed_total",
    ):  # fmt: skip
        assert {dict(labels)["service"] for labels in seen[name]} == SERVICES, name
    assert all(leads == 1 for leads in seen["houqin_relay_leads"].values())
    assert not any(seen["houqin_samples_failed_total"].values())
    assert not any(seen["houqin_halted"].values())


def test_an_offices_clock_and_the_books_are_shown(watched: Watched) -> None:
    until(lambda: watched.figure("houqin_offices", service="billing-svc", clock="manual") == 1,
          "billing has looked again")  # fmt: skip
    until(lambda: watched.figure("houqin_billing_balances_wrong", service="billing-svc")
          is not None, "and at its books")  # fmt: skip
    day = watched.figure(
        "houqin_office_swept_timestamp_seconds",
        service="billing-svc", office="ezhou", clock="manual",
    )  # fmt: skip
    assert day is not None
    assert time.strftime("%F %T", time.gmtime(day)) == "2017-04-30 16:00:00"  # in Shanghai: May
    for figure in ("trial_balance_difference_fen", "balances_wrong", "statements_overdue"):
        assert watched.figure(f"houqin_billing_{figure}", service="billing-svc") == 0


def test_a_trace_crosses_from_inspection_to_billing(watched: Watched) -> None:
    answer = watched.record("traced", traceparent=f"00-{TRACE}-{CALLER}-01")
    assert answer.status_code == 201

    until(
        lambda: (
            {"inspection-svc", "billing-svc"}
            <= {span.service for span in watched.collector.of_trace(TRACE)}
        ),
        "both services have told of it",
    )
    spans = watched.collector.of_trace(TRACE)
    (request,) = (span for span in spans if span.kind == "SERVER")
    assert (request.service, request.name) == ("inspection-svc", f"POST {VISITS}")
    assert request.parent == CALLER
    assert request.attributes["http.response.status_code"] == 201
    (heard,) = (span for span in spans if span.service == "billing-svc")
    assert heard.kind == "CONSUMER"
    assert heard.parent == request.span
    assert heard.attributes["messaging.destination.name"] == "inspection-svc"
    assert heard.attributes["houqin.correlation_id"] == request.attributes["houqin.correlation_id"]


def test_a_caller_that_does_not_want_a_trace_gets_none(watched: Watched) -> None:
    unwanted = "a" * 32
    lines = watched.lines()
    assert watched.record("unwanted", traceparent=f"00-{unwanted}-{CALLER}-00").status_code == 201
    wanted = "b" * 32
    assert watched.record("wanted", traceparent=f"00-{wanted}-{CALLER}-01").status_code == 201
    until(lambda: watched.lines() == lines + 2, "both are booked")
    until(lambda: len(watched.collector.of_trace(wanted)) >= 2, "what was told later has come")
    assert watched.collector.of_trace(unwanted) == []


def test_a_repetition_is_one_whatever_trace_it_belongs_to(watched: Watched) -> None:
    lines = watched.lines()
    key = {"Idempotency-Key": "the-same"}
    first = watched.record("once", traceparent=f"00-{'c' * 32}-{CALLER}-01", **key)
    again = watched.record("once", traceparent=f"00-{'d' * 32}-{CALLER}-01", **key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    later = watched.record("after", traceparent=f"00-{'9' * 32}-{CALLER}-01")
    assert later.status_code == 201
    until(lambda: watched.lines() == lines + 2, "both are booked")
    until(lambda: len(watched.collector.of_trace("9" * 32)) == 2, "what was told later has come")
    asked_and_heard, asked = (watched.collector.of_trace(trace * 32) for trace in "cd")
    assert sorted(span.kind for span in asked_and_heard) == ["CONSUMER", "SERVER"]
    assert [span.kind for span in asked] == ["SERVER"]


async def test_a_failure_of_ours_is_a_line_that_names_its_request_and_nobody(
    watched: Watched,
) -> None:
    await watched.installation.sql("inspection", "alter table findings rename to elsewhere")
    try:
        answer = watched.record("broken", traceparent=f"00-{'e' * 32}-{CALLER}-01")
    finally:
        await watched.installation.sql("inspection", "alter table elsewhere rename to findings")
    assert answer.status_code == 500

    def of_the_request() -> list[dict[str, Any]]:
        return [each for each in watched.log() if each.get("trace_id") == "e" * 32]

    until(lambda: len(of_the_request()) == 1, "the server logs it after it has answered")
    (line,) = of_the_request()
    assert (line["service"], line["level"]) == ("inspection-svc", "error")
    assert (line["method"], line["route"], line["status"]) == ("POST", VISITS, 500)
    assert re.fullmatch(r"[0-9a-f-]{36}", line["correlation_id"])
    assert line["error"] == "UndefinedTableError"
    assert "SQLSTATE 42P01" in line["traceback"]
    assert "张三丰" not in watched.installation.log()
    assert "f-broken" not in watched.installation.log()

    def failed() -> float | None:
        return watched.figure(
            "houqin_request_seconds_count",
            service="inspection-svc", method="POST", route=VISITS, status="5xx",
        )  # fmt: skip

    until(lambda: failed() is not None, "it is counted after it was answered")
    assert failed() == 1


async def test_a_dead_letter_is_a_figure_and_a_line_that_names_the_event(
    watched: Watched,
) -> None:
    event, correlation = (
        "01900000-0000-7000-8000-000000000001",
        "01900000-0000-7000-8000-00000000c0c0",
    )
    poison = {
        "specversion": "1.0", "id": event, "source": "inspection-svc",
        "type": "cn.houqin.inspection.findings-confirmed.v1", "officeid": "ezhou",
        "correlationid": correlation, "subject": "a1", "traceparent": f"00-{'f' * 32}-{CALLER}-01",
        "data": {"recorded_on": "2017-05-01", "contract": "a1", "findings": ["李四光 13800138000"]},
    }  # fmt: skip
    told = json.dumps(poison, ensure_ascii=False).replace("'", "''")
    await watched.installation.sql(
        "bus",
        f"select send(array['inspection-svc'], array['ezhou/a1'], "
        f"array[convert_to('{told}', 'UTF8')])",
    )
    until(
        lambda: watched.figure("houqin_parked_messages", service="billing-svc", state="dead") == 1,
        "billing has looked again",
    )
    (line,) = (each for each in watched.log() if each.get("event_id") == event)
    assert line["service"] == "billing-svc"
    assert line["event_type"] == poison["type"]
    assert line["correlation_id"] == correlation
    assert line["trace_id"] == "f" * 32
    assert line["error"] == "ValidationError"
    assert "李四光" not in watched.installation.log()
