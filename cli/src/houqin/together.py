"""All services in this process: the default on one machine."""

import os
from collections.abc import Callable, Mapping
from socket import socket

import uvicorn
from houqin_shared.serve import Server, prepare_process, server_config
from houqin_shared.settings import Settings
from houqin_shared.telemetry.exporter import exported

from houqin.children import HOST
from houqin.datadir import DataDirectory
from houqin.gateway import create_gateway
from houqin.plan import Plan


class AnnouncedServer(Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._on_ready()


def run(
    plan: Plan,
    environments: Mapping[str, Mapping[str, str]],
    data: DataDirectory,
    ready: Callable[[], None],
) -> int:
    """Until SIGINT or SIGTERM; 0 after a clean end. Raises Misconfigured."""
    settings = {
        name: Settings.from_environment(environment) for name, environment in environments.items()
    }
    server = AnnouncedServer(server_config(create_gateway(settings), HOST, plan.port), ready)
    data.note_processes([{"name": "houqin", "pid": os.getpid(), "port": plan.port}])
    prepare_process(server)
    with exported(HOST, plan.metrics_port):
        return server.serve_until_told()
