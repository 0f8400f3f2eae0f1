"""One child process per replica of a service: started, watched, started again, ended.

A child ends when its standard input does, so it can't outlive this process, however that ended.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import aiohttp
from houqin_shared.serve import GRACE

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""Seconds before a child is started again: twice as many each time, until it lived for a while."""
A_WHILE = 10.0
"""Seconds: whoever lives as long has worked, and costs little to start."""
LAST_PATIENCE = GRACE + 3
"""Seconds that children may take to end before they are killed."""


class NeverReady(Exception):
    """A child ended before it was ready for the first time; it has said why."""


class Child:
    """A replica of a service, as the process that it is at the moment."""

    def __init__(self, name: str, package: str, environment: Mapping[str, str]) -> None:
        self.name = name
        self.port = 0
        self.ready = asyncio.Event()
        """It may be given requests."""
        self._package = package
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """None while it is not running."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        # Handed over while it listens, or somebody else might take the port before the child does.
        with socket.create_server((HOST, 0)) as listening:
            self.port = listening.getsockname()[1]
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._package,
                env={
                    **self._environment, "HOST": HOST, "LISTEN_FD": str(listening.fileno()),
                    "END_WITH_STDIN": "1",
                },
                pass_fds=[listening.fileno()],
                stdin=asyncio.subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the parent, which ends all in their order
            )  # fmt: skip

    async def become_ready(self, session: aiohttp.ClientSession) -> None:
        """Ask it until it is."""
        while not self.ready.is_set():
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"http://{HOST}:{self.port}/health/ready") as answer:
                    if answer.status == 200:
                        self.ready.set()
                        return
            await asyncio.sleep(0.05)

    async def ended(self) -> int:
        """Wait for its end; the exit code, below 0 for a signal."""
        assert self._process is not None
        code = await self._process.wait()
        self.ready.clear()
        self._process = None
        return code

    def send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)


class Supervisor:
    """Keeps children running; `on_change` is called whenever one has begun or ended."""

    def __init__(self, children: Sequence[Child], on_change: Callable[[], None]) -> None:
        self._children = children
        self._on_change = on_change
        self._ending = asyncio.Event()
        self._session = aiohttp.ClientSession()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._keep(child)) for child in self._children]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.set()
        for child in self._children:
            child.send(signal.SIGTERM)
        _, late = await asyncio.wait(self._tasks, timeout=LAST_PATIENCE)
        for child in self._children:
            if child.pid is not None:
                log.critical("%s does not end and is KILLED · 未能停止,已强制结束", child.name)
                child.send(signal.SIGKILL)
        await asyncio.gather(*late)
        await self._session.close()

    async def ready(self) -> None:
        """Wait until all are. Raises NeverReady."""
        waiting = [asyncio.create_task(child.ready.wait()) for child in self._children]
        for wait in waiting:
            await asyncio.wait([wait, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        if any(task.done() for task in self._tasks):
            for wait in waiting:
                wait.cancel()
            raise NeverReady

    async def _keep(self, child: Child) -> None:
        """Start a child again and again; one that was never ready only once."""
        loop = asyncio.get_running_loop()
        pause, was_ready = PAUSE, False
        while not self._ending.is_set():
            began = loop.time()
            try:
                code, became_ready = await self._run(child)
                said = _said(code)
            except OSError as error:  # no process or socket is to be had now
                became_ready, said = False, str(error)
            was_ready = was_ready or became_ready
            if loop.time() - began > A_WHILE:
                pause = PAUSE
            if self._ending.is_set():
                return
            log.critical(
                "%s ENDED (%s)%s", child.name, said,
                f" and starts again in {pause:.0f} s · 已退出,将重新启动" if was_ready else "",
            )  # fmt: skip
            if not was_ready:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._ending.wait()
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run(self, child: Child) -> tuple[int, bool]:
        """One life of a child: its exit code, and whether it was ever ready."""
        await child.start()
        if self._ending.is_set():
            child.send(signal.SIGTERM)
        self._on_change()
        asking = asyncio.create_task(child.become_ready(self._session))
        code = await child.ended()
        became_ready = asking.done()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        self._on_change()
        return code, became_ready


def _said(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
