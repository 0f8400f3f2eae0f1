"""All figures by name: what one process counted, and what its services' last looks found.

Prometheus' own registry asks `WATCHED` at each scrape, in the exporter's thread; everything that is
read here is a number or is replaced as a whole.
"""

import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from importlib.metadata import version

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from houqin_shared.calendar import ZONE, legal_today
from houqin_shared.service import Running
from houqin_shared.telemetry.sampling import Flow, OfficeDay, Sampler, Values

VERSION = version("houqin-shared")


@dataclass(frozen=True, slots=True)
class Watching:
    """A service that runs in this process."""

    parts: Running
    sampler: Sampler

    @property
    def name(self) -> str:
        return self.parts.service.name


Read = Callable[[Watching], Values]


@dataclass(frozen=True, slots=True)
class Family:
    """A metric of every service; its first label is `service`."""

    kind: type[GaugeMetricFamily] | type[CounterMetricFamily]
    name: str
    says: str
    read: Read
    labels: Sequence[str] = ()


def one(read: Callable[[Watching], float]) -> Read:
    """A figure without labels of its own."""
    return lambda watching: [((), read(watching))]


def flow(read: Callable[[Flow], float]) -> Read:
    """A figure of the last look at the database; nothing before the first."""

    def values(watching: Watching) -> Values:
        found = watching.sampler.samples.flow
        return [] if found is None else [((), read(found))]

    return values


def _lag(watching: Watching) -> Values:
    lag = watching.sampler.samples.lag
    return [] if lag is None else [((), lag)]


def _pool(watching: Watching) -> Values:
    pool = watching.parts.pool
    idle = pool.get_idle_size()
    return [(("used",), pool.get_size() - idle), (("idle",), idle)]


def _parked(watching: Watching) -> Values:
    found = watching.sampler.samples.flow
    return [] if found is None else [(("dead",), found.dead), (("waiting",), found.waiting)]


def _offices(watching: Watching) -> Values:
    return [((clock,), count) for clock, count in watching.sampler.samples.offices_by_clock.items()]


def _swept_on(watching: Watching) -> Values:
    return [
        ((each.office, each.clock), _midnight(each)) for each in watching.sampler.samples.offices
    ]


def _midnight(day: OfficeDay) -> float:
    return datetime.combine(day.swept_on, time.min, ZONE).timestamp()


def _days_behind(watching: Watching) -> Values:
    today = legal_today()
    return [
        ((each.office,), max(0, (today - each.swept_on).days))
        for each in watching.sampler.samples.offices
        if each.clock == "live"
    ]


def _by_look(values: Iterable[tuple[str, float]]) -> Values:
    return [((look,), value) for look, value in values]


GAUGE, COUNTER = GaugeMetricFamily, CounterMetricFamily

FAMILIES = (
    Family(
        GAUGE, "houqin_build_info", "What runs; always 1",
        lambda _: [((VERSION, platform.python_version()), 1)], ("version", "python"),
    ),
    # What this process did and holds: to be summed over replicas.
    Family(
        GAUGE, "houqin_pool_connections", "Connections to the service's database that are open",
        _pool, ("state",),
    ),
    Family(
        GAUGE, "houqin_pool_limit", "Connections to the service's database, at most",
        one(lambda watching: watching.parts.pool.get_max_size()),
    ),
    Family(
        GAUGE, "houqin_halted", "1: it has stopped hearing, for its place on the bus is lost",
        one(lambda watching: watching.parts.inbox.halted_because is not None),
    ),
    Family(
        COUNTER, "houqin_events_applied", "Messages applied",
        one(lambda watching: watching.parts.inbox.applied),
    ),
    Family(
        COUNTER, "houqin_event_batches_failed", "Batches that failed and came again",
        one(lambda watching: watching.parts.inbox.failed_batches),
    ),
    Family(
        GAUGE, "houqin_relay_leads", "1: this process sends what the service tells",
        one(lambda watching: watching.parts.relay.leads),
    ),
    Family(
        COUNTER, "houqin_relay_failures", "Times that the relay failed and started again",
        one(lambda watching: watching.parts.relay.failures),
    ),
    Family(
        COUNTER, "houqin_rows_pruned", "Rows that went by age",
        lambda watching: [
            ((table,), rows) for table, rows in watching.parts.pruning.pruned.copy().items()
        ],
        ("table",),
    ),
    # What the service has in its database and on the bus: the same on every replica.
    Family(
        GAUGE, "houqin_outbox_events", "Events committed and not yet sent",
        one(lambda watching: watching.parts.backlog.unsent),
    ),
    Family(
        GAUGE, "houqin_outbox_age_seconds", "Since the oldest event was committed that is not sent",
        flow(lambda found: found.outbox_age),
    ),
    Family(
        COUNTER, "houqin_events_sent", "Events sent, ever", flow(lambda found: found.sent)
    ),
    Family(GAUGE, "houqin_lag_messages", "Messages on the bus that it has not applied", _lag),
    Family(
        GAUGE, "houqin_backlog_events",
        "Events told and not yet applied by the slowest listener",
        one(lambda watching: watching.parts.backlog.waiting),
    ),
    Family(
        GAUGE, "houqin_backlog_limit", "Backlog above which bulk work is refused",
        one(lambda watching: watching.parts.backlog.most),
    ),
    Family(
        GAUGE, "houqin_parked_messages",
        "Messages that could not be applied (dead letters), or wait for something else",
        _parked, ("state",),
    ),
    Family(
        GAUGE, "houqin_parked_keys", "Contracts that have parked messages",
        flow(lambda found: found.parked_keys),
    ),
    Family(
        GAUGE, "houqin_parked_age_seconds", "Since the oldest parked message was parked",
        flow(lambda found: found.parked_age),
    ),
    Family(GAUGE, "houqin_offices", "Offices by their clock", _offices, ("clock",)),
    Family(
        GAUGE, "houqin_office_swept_timestamp_seconds",
        "The beginning of the last day that was swept for an office",
        _swept_on, ("office", "clock"),
    ),
    Family(
        GAUGE, "houqin_office_days_behind", "Days that a live office is not swept yet",
        _days_behind, ("office",),
    ),
    Family(
        GAUGE, "houqin_sampled_timestamp_seconds", "When the database, ... was last looked at",
        lambda watching: _by_look(watching.sampler.samples.looked_at.items()), ("of",),
    ),
    Family(
        COUNTER, "houqin_samples_failed", "Looks at the database, ... that failed",
        lambda watching: _by_look(watching.sampler.failed.items()), ("of",),
    ),
)  # fmt: skip


class Watched(Collector):
    """The services that run in this process."""

    def __init__(self) -> None:
        self._services: tuple[Watching, ...] = ()

    @contextmanager
    def watching(self, parts: Running, sampler: Sampler) -> Iterator[None]:
        """Show a service for as long as it runs."""
        watching = Watching(parts, sampler)
        self._services = (*self._services, watching)
        try:
            yield
        finally:
            self._services = tuple(each for each in self._services if each is not watching)

    def describe(self) -> Iterable[Metric]:
        """Nothing: without this a registry would ask for everything when we register."""
        return ()

    def collect(self) -> Iterator[Metric]:
        services = self._services
        for family in FAMILIES:
            metric = family.kind(family.name, family.says, labels=("service", *family.labels))
            for each in services:
                for labels, value in family.read(each):
                    metric.add_metric((each.name, *labels), value)
            yield metric
        for each in services:
            for figure in each.parts.service.figures:
                metric = GAUGE(figure.name, figure.says, labels=("service", *figure.labels))
                for labels, value in each.sampler.samples.figures.get(figure.name, ()):
                    metric.add_metric((each.name, *labels), value)
                yield metric


WATCHED = Watched()
REGISTRY.register(WATCHED)
