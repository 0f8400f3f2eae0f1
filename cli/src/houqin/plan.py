"""What `houqin up` is asked for: read from its flags, refused if they don't go together."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from houqin_ops.client import SERVICE_NAMES
from houqin_shared.bus.opening import KAFKA, bus_settings
from houqin_shared.misconfigured import Misconfigured

MOST_REPLICAS = 16


@dataclass(frozen=True, slots=True)
class Plan:
    """How the system is laid out on this machine."""

    port: int
    database_url: str | None = None
    """A PostgreSQL of the user's, instead of the one from the wheel."""
    kafka: str | None = None
    """host:port,host:port; None for the bus in PostgreSQL."""
    processes: bool = False
    """One process per service and replica, instead of one for all."""
    replicas: Mapping[str, int] = field(default_factory=dict)
    """By service, where it is not one."""
    metrics_port: int | None = None
    """The port of the metrics, of the first process if there are several; None: none are shown."""

    @property
    def children(self) -> list[tuple[str, str]]:
        """The name of every replica and its service: ("billing-2", "billing")."""
        return [
            (f"{service}-{number}", service)
            for service in SERVICE_NAMES
            for number in range(1, self.replicas.get(service, 1) + 1)
        ]

    @property
    def metrics_ports(self) -> dict[str, int]:
        """By replica, or of `houqin` if all is one process; empty if none are shown."""
        if self.metrics_port is None:
            return {}
        names = [name for name, _ in self.children] if self.processes else ["houqin"]
        return {name: self.metrics_port + number for number, name in enumerate(names)}


def read_plan(
    *,
    port: int,
    database_url: str | None,
    bus: str,
    kafka: str | None,
    processes: bool,
    replicas: Sequence[str],
    metrics_port: int | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Plan:
    """Raises Misconfigured."""
    if bus == "kafka" and not kafka:
        raise Misconfigured(
            "--bus kafka needs the address of a broker: --kafka HOST:PORT.",
            "--bus kafka 需要 Kafka 的地址:--kafka 主机:端口。",
        )
    if kafka and bus != "kafka":
        raise Misconfigured(
            "--kafka goes with --bus kafka; the bus would be in PostgreSQL.",
            "--kafka 须与 --bus kafka 一同使用;否则消息总线在 PostgreSQL 中。",
        )
    if kafka:
        bus_settings(f"{KAFKA}{kafka}", environment)
    if replicas and not processes:
        raise Misconfigured(
            "--replicas goes with --processes; all services would share one process.",
            "--replicas 须与 --processes 一同使用;否则所有服务共用一个进程。",
        )
    counts = dict(map(_replicas, replicas))
    return Plan(port, database_url, kafka, processes, counts, metrics_port)


def _replicas(text: str) -> tuple[str, int]:
    service, _, count = text.partition("=")
    if service not in SERVICE_NAMES or not count.isdecimal() or not 0 < int(count) <= MOST_REPLICAS:
        raise Misconfigured(
            f"--replicas {text}: write SERVICE=NUMBER, such as billing=2, with one of "
            f"{', '.join(SERVICE_NAMES)} and a number from 1 to {MOST_REPLICAS}.",
            f"--replicas {text}:请写成 服务=数量,例如 billing=2;服务为 {', '.join(SERVICE_NAMES)} "
            f"之一,数量为 1 至 {MOST_REPLICAS}。",
        )
    return service, int(count)
