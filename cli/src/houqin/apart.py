"""One process per service and replica, behind one port."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping

import uvloop
from aiohttp import web
from houqin_shared.serve import GRACE

from houqin.children import HOST, Child, NeverReady, Supervisor
from houqin.datadir import DataDirectory
from houqin.gateway import SERVICES
from houqin.plan import Plan
from houqin.ports import unusable
from houqin.proxy import Proxy, Replicas

Environments = Mapping[str, Mapping[str, str]]


def run(
    plan: Plan, environments: Environments, data: DataDirectory, ready: Callable[[], None]
) -> int:
    """Until SIGINT or SIGTERM; 0 after a clean end, 1 if a service did not start.

    Raises Misconfigured.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(plan, environments, data, ready))


async def _run(
    plan: Plan, environments: Environments, data: DataDirectory, ready: Callable[[], None]
) -> int:
    told_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    children = {
        service: [
            Child(
                name,
                SERVICES[service].package,
                {
                    **environment,
                    "ROOT_PATH": f"/{service}",
                    "METRICS_PORT": str(plan.metrics_ports.get(name, "")),
                },
            )
            for name, of_service in plan.children
            if of_service == service
        ]
        for service, environment in environments.items()
    }
    everyone = [child for replicas in children.values() for child in replicas]

    def note() -> None:
        running = [(child.name, child.pid, child.port) for child in everyone if child.pid]
        data.note_processes(
            [
                {"name": name, "pid": pid, "port": port}
                for name, pid, port in [("gateway", os.getpid(), plan.port), *running]
            ]
        )

    index = {service.title: f"/{name}/docs" for name, service in SERVICES.items()}
    services = {service: Replicas(replicas) for service, replicas in children.items()}
    async with Proxy(services, index) as proxy:
        server = web.ServerRunner(web.Server(proxy.answer, access_log=None), shutdown_timeout=GRACE)
        await server.setup()
        try:
            port = await _listen(server, plan.port)
            async with Supervisor(everyone, note) as supervisor:
                await _until_ready(supervisor, told_to_end)
                if not told_to_end.is_set():
                    ready()
                    await told_to_end.wait()
                await port.stop()  # what is under way is still answered
                proxy.end()
        except NeverReady:
            print(
                "houqin: a service did not start; it says why above.\n"
                "    有服务未能启动,原因见上。",
                file=sys.stderr,
            )
            return 1
        finally:
            await server.cleanup()
    return 0


async def _listen(server: web.ServerRunner, port: int) -> web.TCPSite:
    """Take the public port, before anything is started behind it. Raises Misconfigured."""
    site = web.TCPSite(server, HOST, port)
    try:
        await site.start()
    except OSError as error:
        raise unusable(port, error.strerror) from error
    return site


async def _until_ready(supervisor: Supervisor, told_to_end: asyncio.Event) -> None:
    """All children are, or none is wanted any more. Raises NeverReady."""
    all_ready = asyncio.ensure_future(supervisor.ready())
    ending = asyncio.ensure_future(told_to_end.wait())
    await asyncio.wait([all_ready, ending], return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if all_ready.done():
        all_ready.result()
    all_ready.cancel()
