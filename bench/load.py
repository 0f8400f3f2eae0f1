"""The load generator: a process of its own that sends prepared requests and notes the times.

Closed: each connection sends its next request when its last one is answered. Open: requests are due
at fixed times whatever the answers do, and their time counts from when they were due, so that a
stall is felt by all that would have come meanwhile.

It reads a plan (JSON) from standard input, says `ready`, waits for a line, and prints what it saw.
"""

import asyncio
import contextlib
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
import uvloop

from bench.workload import Scope, Workload

LONGEST_BACK_OFF = 5.0
TOO_MANY = 429
IDLE = -1


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to, what, and how."""

    port: int
    connections: int
    workload: Workload | None
    """Without one, GET /."""
    requests: int
    rate: float | None = None
    """Requests a second of an open loop; None: closed."""

    @classmethod
    def read(cls, raw: bytes) -> "Plan":
        parts = orjson.loads(raw)
        if load := parts.pop("workload"):
            scope = Scope(**load.pop("scope"))
            return cls(workload=Workload(scope=scope, **load), **parts)
        return cls(workload=None, **parts)

    def write(self) -> bytes:
        return orjson.dumps(asdict(self)) + b"\n"

    def prepared(self) -> Sequence[bytes]:
        if self.workload is None:
            return [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"] * self.requests
        return self.workload.requests()


@dataclass(slots=True)
class Seen:
    """Times are nanoseconds since the epoch, by number of the request."""

    due: list[int]
    answered: list[int]
    statuses: dict[int, int] = field(default_factory=dict)
    first_error: str = ""
    cpu: float = 0.0
    """Seconds that the generator itself needed."""

    @classmethod
    def read(cls, raw: bytes) -> "Seen":
        parts = orjson.loads(raw)
        statuses = {int(status): count for status, count in parts.pop("statuses").items()}
        return cls(statuses=statuses, **parts)

    def write(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_NON_STR_KEYS) + b"\n"


class Connection(asyncio.Protocol):
    """One connection that is kept alive, with at most one request on its way."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._transport: Any = None
        self._buffer = b""
        self._number = IDLE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.lost(self, self._number, exc)

    def send(self, number: int) -> None:
        self._number = number
        self._transport.write(self._run.requests[number])

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data
        head = data.find(b"\r\n\r\n")
        if head < 0:
            self._buffer = data
            return
        at = data.lower().find(b"content-length:", 0, head)
        end = data.find(b"\r\n", at)
        length = int(data[at + 15 : end]) if at >= 0 else 0
        if len(data) < head + 4 + length:
            self._buffer = data
            return
        number, self._number, self._buffer = self._number, IDLE, b""
        self._run.answered(self, number, int(data[9:12]), data)

    def close(self) -> None:
        self._transport.close()


class Run:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.requests = plan.prepared()
        self._seen = Seen([0] * plan.requests, [0] * plan.requests)
        self._free: list[Connection] = []
        """The one used last comes first, so that others may rest until the server hangs up."""
        self._open = 0
        self._waiting: deque[int] = deque()
        self._left = plan.requests
        self._next = 0
        self._done = asyncio.Event()
        self._error: Exception | None = None
        self._over = False

    async def connect(self) -> None:
        for _ in range(self._plan.connections):
            self._free.append(await self._connect())

    async def _connect(self) -> Connection:
        self._open += 1
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: Connection(self), "127.0.0.1", self._plan.port
        )
        return connection

    async def go(self) -> Seen:
        """Raises ConnectionError."""
        if self._plan.rate is None:
            for _ in range(min(len(self._free), self._left)):
                self._start_next(self._free.pop())
            await self._done.wait()
        else:
            schedule = asyncio.create_task(self._keep_time(self._plan.rate))
            await self._done.wait()
            await schedule
        self._over = True
        for connection in self._free:
            connection.close()
        if self._error is not None:
            raise self._error
        return self._seen

    def _start_next(self, connection: Connection) -> None:
        number, self._next = self._next, self._next + 1
        self._seen.due[number] = time.time_ns()
        connection.send(number)

    async def _keep_time(self, rate: float) -> None:
        began = time.time_ns()
        apart = 1e9 / rate
        for number in range(self._plan.requests):
            due = began + int(number * apart)
            early = (due - time.time_ns()) / 1e9
            if early > 0:
                await asyncio.sleep(early)
            self._seen.due[number] = due
            if self._free:
                self._free.pop().send(number)
            elif self._open < self._plan.connections:
                (await self._connect()).send(number)
            else:
                self._waiting.append(number)
            if self._done.is_set():
                return

    def answered(self, connection: Connection, number: int, status: int, answer: bytes) -> None:
        self._seen.statuses[status] = self._seen.statuses.get(status, 0) + 1
        if status == TOO_MANY:
            asyncio.get_running_loop().call_later(_back_off(answer), connection.send, number)
            return
        self._seen.answered[number] = time.time_ns()
        if status >= 400 and not self._seen.first_error:
            self._seen.first_error = answer.decode(errors="replace")[-500:]
        self._left -= 1
        if not self._left:
            self._done.set()
        elif self._waiting:
            connection.send(self._waiting.popleft())
        elif self._plan.rate is None and self._next < self._plan.requests:
            self._start_next(connection)
        else:
            self._free.append(connection)

    def lost(self, connection: Connection, number: int, error: Exception | None) -> None:
        """A server may hang up on one that rests, never on one that waits for its answer."""
        self._open -= 1
        if number == IDLE:
            with contextlib.suppress(ValueError):  # it was about to be used: then `send` fails
                self._free.remove(connection)
        elif not self._over:
            self._error = ConnectionError(f"the contestant hung up: {error}")
            self._done.set()


def _back_off(answer: bytes) -> float:
    """What Retry-After asks for, in seconds."""
    head = answer.lower().partition(b"\r\n\r\n")[0]
    asked = head.partition(b"retry-after:")[2].partition(b"\r\n")[0].strip()
    return min(float(asked or 1), LONGEST_BACK_OFF)


async def main() -> None:
    plan = Plan.read(sys.stdin.buffer.readline())
    run = Run(plan)
    await run.connect()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.buffer.readline()
    began = time.process_time()
    seen = await run.go()
    seen.cpu = time.process_time() - began
    sys.stdout.buffer.write(seen.write())


if __name__ == "__main__":
    uvloop.run(main())
