"""One installation that is watched in every way, and has done a little of everything."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from acceptance.installation import Installation, until
from founding import FOUNDING, OFFICE
from ports import free_port
from prometheus_client.parser import text_string_to_metric_families

from telemetry.collector import Collector

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"
VISITS = "/v1/offices/{office}/visits"
SERVICES = {"contract-svc", "inspection-svc", "feedback-svc", "billing-svc"}

SUFFIXES = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum"),
    "info": ("_info",),
}
Labels = tuple[tuple[str, str], ...]


@dataclass
class Watched:
    """An installation, and what its operators see of it."""

    installation: Installation
    collector: Collector
    metrics_port: int
    http: httpx.Client

    def metrics(self) -> set[str]:
        """The names of all samples that it may show, of those too that have no values yet."""
        text = httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics").text
        return {
            f"{family.name}{suffix}"
            for family in text_string_to_metric_families(text)
            for suffix in SUFFIXES[family.type]
        }

    def scrape(self, port: int | None = None) -> dict[str, dict[Labels, float]]:
        """Every sample by its name and its labels, as Prometheus reads them."""
        answer = httpx.get(f"http://127.0.0.1:{port or self.metrics_port}/metrics")
        assert answer.status_code == 200
        found: dict[str, dict[Labels, float]] = {}
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                labels = tuple(sorted(sample.labels.items()))
                values = found.setdefault(sample.name, {})
                assert labels not in values, f"{sample.name}{labels} stands there twice"
                values[labels] = sample.value
        return found

    def figure(self, name: str, **labels: str) -> float | None:
        """One sample of a fresh scrape."""
        return self.scrape().get(name, {}).get(tuple(sorted(labels.items())))

    def visits_counted(self) -> float | None:
        """Visits that were recorded, as inspection's requests are counted."""
        return self.figure(
            "houqin_request_seconds_count",
            service="inspection-svc", method="POST", route=VISITS, status="2xx",
        )  # fmt: skip

    def log(self) -> list[dict[str, Any]]:
        """Its lines, each of which must be an object; one may be half written."""
        whole, _, _ = self.installation.log().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def record(self, number: str, **headers: str) -> httpx.Response:
        """A visit with one finding that costs."""
        finding = {"id": f"f-{number}", "criterion": "C", "place": "3F", "severity": "general"}
        visit = {
            "id": number,
            "contract": "a1",
            "tier": "patrol",
            "happened_on": "2017-05-01",
            "findings": [finding | {"witness": "张三丰"}],
        }
        return self.http.post(f"/inspection{OFFICE}/visits", json=visit, headers=headers)

    def lines(self) -> int:
        """Deductions in billing's books."""
        path = f"/billing{OFFICE}/contracts/a1/ledger"
        answer = self.http.get(path)
        return len(answer.json()["items"]) if answer.status_code == 200 else 0


@pytest.fixture(scope="session")
def watched() -> Iterator[Watched]:
    with ExitStack() as stack:
        # Not tmp_path: another run of pytest would take it away from PostgreSQL's user.
        folder = Path(tempfile.mkdtemp(prefix="hq-telemetry-"))
        stack.callback(shutil.rmtree, folder)
        collector = Collector()
        stack.callback(collector.close)
        installation = Installation(folder / "var")
        port = free_port()
        installation.start(
            "--metrics-port", str(port),
            HOUQIN_LOG="json",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_BSP_SCHEDULE_DELAY="100",
        )  # fmt: skip
        stack.callback(installation.stop)
        http = httpx.Client(
            base_url=installation.url,
            headers={"Authorization": f"Bearer {installation.token('system')}"},
            timeout=60,
        )
        seen = Watched(installation, collector, port, stack.enter_context(http))
        for method, path, body in FOUNDING:
            assert http.request(method, f"/contract{path}", json=body).is_success
        until(
            lambda: seen.record("v1").status_code == 201, "inspection-svc has heard of the contract"
        )
        until(lambda: seen.lines() > 0, "billing-svc has heard of the finding")
        until(lambda: seen.visits_counted() == 1, "a request is counted after it was answered")
        yield seen
