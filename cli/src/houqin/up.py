"""`houqin up`: the whole system on one machine, until it is told to end."""

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from houqin_ops.client import SERVICE_NAMES
from houqin_shared.bus.opening import KAFKA
from houqin_shared.failpoints import arm
from houqin_shared.misconfigured import Misconfigured
from houqin_shared.telemetry.logs import configure_logging

from houqin import apart, together
from houqin.children import HOST
from houqin.datadir import DataDirectory
from houqin.gateway import SERVICES
from houqin.plan import Plan
from houqin.ports import require_free
from houqin.postgres import database_of, embedded_server, ending_with

BUS_CONNECTIONS = 5
"""To the bus's database, at most, of one process."""
FEWEST, MOST = 5, 10
"""Connections to its own database that a process can work with, and that are of use to it."""


async def create_databases(server_url: str, names: Iterable[str]) -> tuple[dict[str, str], int]:
    """Their URLs by name, and how many connections the server allows."""
    urls = {name: database_of(server_url, f"houqin_{name}") for name in names}
    connection = await asyncpg.connect(server_url)
    try:
        rows = await connection.fetch("select datname from pg_database")
        known = {row["datname"] for row in rows}
        for name in urls:
            if f"houqin_{name}" not in known:
                await connection.execute(f"create database houqin_{name}")
        allowed = int(await connection.fetchval("show max_connections"))
    finally:
        await connection.close()
    return urls, allowed


def connections_each(allowed: int, processes: int) -> int:
    """How many of the server's connections each process may take, with some left for people.

    Raises Misconfigured.
    """
    each = (allowed - 10) // processes - BUS_CONNECTIONS
    if each < FEWEST:
        most = (allowed - 10) // (FEWEST + BUS_CONNECTIONS)
        raise Misconfigured(
            f"PostgreSQL allows {allowed} connections: enough for {most} processes, not for "
            f"{processes}. Ask for fewer replicas, or set max_connections higher.",
            f"PostgreSQL 允许 {allowed} 个连接,可供 {most} 个进程使用,不足 {processes} 个。"
            f"请减少副本数,或调高 max_connections。",
        )
    return min(each, MOST)


@contextmanager
def _server(data: DataDirectory, database_url: str | None) -> Iterator[str]:
    if database_url:
        yield database_url
    else:
        with embedded_server(data.postgres) as url, ending_with(data.postgres):
            yield url


def serve(plan: Plan, data: DataDirectory, then: Callable[[], None] = lambda: None) -> int:
    """Run until SIGINT or SIGTERM; 0 after a clean end. When it is ready, it says so and does
    `then`. Raises AlreadyRunning, DatabaseDied, Misconfigured.
    """
    configure_logging(os.environ, "houqin")
    # Until what it runs handles it: what was begun is ended then, PostgreSQL too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    require_free(plan.port)
    for port in plan.metrics_ports.values():
        require_free(port, "--metrics-port")
    arm("houqin")
    with data.locked():
        known, new = data.secrets()
        with _server(data, plan.database_url) as server_url:
            environments = _environments(plan, server_url, known["key"])

            def ready() -> None:
                print(welcome(plan, data.folder, known, new), flush=True)
                then()

            try:
                run = apart.run if plan.processes else together.run
                return run(plan, environments, data, ready)
            finally:
                data.note_processes([])


def _environments(plan: Plan, server_url: str, key: str) -> dict[str, dict[str, str]]:
    """What each service is told. Raises Misconfigured."""
    names = SERVICE_NAMES if plan.kafka else (*SERVICE_NAMES, "bus")
    urls, allowed = asyncio.run(create_databases(server_url, names))
    connections = connections_each(allowed, len(plan.children))
    return {
        service: {
            **os.environ,
            "HOUQIN_MIGRATE": "at-start",  # it made the databases, so they are its own
            "DATABASE_URL": urls[service],
            "DATABASE_CONNECTIONS": str(connections),
            "BUS_URL": f"{KAFKA}{plan.kafka}" if plan.kafka else urls["bus"],
            "HOUQIN_TOKEN_KEY": key,
            "METRICS_PORT": str(plan.metrics_port or ""),
        }
        for service in SERVICE_NAMES
    }


def welcome(plan: Plan, folder: Path, secrets: dict[str, str], new: bool) -> str:
    """What a newcomer reads when everything runs."""
    base = f"http://{HOST}:{plan.port}"
    where = f"--url {base} --data {shlex.quote(str(folder))}"
    lines = ["", f"Houqin is up at {base} · 后勤服务已启动", ""]
    lines += [f"  {service.title:<26} {base}/{name}/docs" for name, service in SERVICES.items()]
    if new:
        lines += ["", "  Tokens of this installation, shown once (令牌仅显示一次):"]
        lines += [f"    {role:<11} {token}" for role, token in secrets.items() if role != "key"]
    if plan.metrics_port is not None:
        lines += ["", "  Metrics for Prometheus (监控指标):"]
        lines += [
            f"    {name:<13} http://{HOST}:{port}/metrics"
            for name, port in plan.metrics_ports.items()
        ]
    lines += [
        "",
        f"  Data and tokens lie in {folder}; keep them private.",
        "  Try next (in another terminal):",
        f"    .venv/bin/houqin replay examples/ezhou.yaml {where} --json report.json",
        f"    .venv/bin/houqin ops verify {where}",
        "  Ctrl-C ends it; the next start goes on where it was.",
        "",
    ]
    return "\n".join(lines)
