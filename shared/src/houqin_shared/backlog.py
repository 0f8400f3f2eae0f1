"""Acceptance may not outrun hearing for ever: when too much waits, bulk work is put off.

Nothing that was accepted is lost, and single requests are always taken: a person can't be told to
come back with a finding. The bound is looked at about once a second, so it may be passed by what
arrives within one.
"""

import asyncio
import contextlib
import logging
import math
import time

from houqin_shared.bus import Bus
from houqin_shared.outbox import UNSENT
from houqin_shared.pace import rest
from houqin_shared.problem import Refusal
from houqin_shared.transaction import Pool

log = logging.getLogger(__name__)

LOOK, QUIET_LOOK = 1.0, 10.0
"""Seconds between two looks, and while nothing waits and no bulk work is asked for."""
SHARE = 20
"""A look takes at most a twentieth of the time: counting millions is done less often."""
PATIENCE = 5.0
"""Seconds that the bus may take to tell."""
SOONEST, LATEST = 1, 30
"""Seconds after which a client may be asked to come again; by then it is looked at again too, also
after a look that had to wait for a lock or a connection.
"""


class TooMuchWaits(Refusal):
    code, status = "backlog", 429
    en = (
        "{waiting} events wait to be heard by the other services, more than {most}: send this "
        "again in {retry_after} seconds. Smaller requests are taken meanwhile."
    )
    zh = (
        "尚有 {waiting} 条事件等待其他服务处理,已超过上限 {most};请在 {retry_after} 秒后重新发送。"
        "其间仍可提交较小的请求。"
    )


class Backlog:
    """What a service has told and the slowest of its listeners has not applied."""

    def __init__(self, pool: Pool, bus: Bus, topic: str, most: int) -> None:
        self._pool = pool
        self._bus = bus
        self._topic = topic
        self.most = most
        self._unsent = 0
        self._unheard = 0
        self._bus_tells = True
        self._asked = asyncio.Event()
        self._looked_at = time.monotonic()
        self._drains = 0.0

    @property
    def waiting(self) -> int:
        """Events, when it was last looked at: committed and not sent, and sent and not applied."""
        return self._unsent + self._unheard

    @property
    def unsent(self) -> int:
        """Events, when it was last looked at: committed and not sent."""
        return self._unsent

    def admit_bulk(self) -> None:
        """Raises TooMuchWaits."""
        self._asked.set()
        if self.waiting > self.most:
            raise TooMuchWaits(
                waiting=self.waiting, most=self.most, retry_after=self._worth_waiting()
            )

    def _worth_waiting(self) -> int:
        """Seconds until there is room again, as fast as it drained between the last two looks."""
        excess = self.waiting - self.most
        if excess >= self._drains * LATEST:
            return LATEST
        return max(SOONEST, math.ceil(excess / self._drains))

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            began = time.monotonic()
            try:
                await self.look()
            except Exception:
                log.exception("%s: its backlog is not known, the last figure counts", self._topic)
            await asyncio.sleep(rest(time.monotonic() - began, SHARE, LOOK, LATEST))
            if not self.waiting:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(QUIET_LOOK - LOOK):
                        await self._asked.wait()
            self._asked.clear()

    async def look(self) -> None:
        """Count what waits. While the bus can't be asked its last figure counts: nobody can hear
        from it either, and what is accepted meanwhile waits in the outbox, which is counted.
        """
        before = self.waiting
        self._unsent = int(await self._pool.fetchval(UNSENT))
        try:
            async with asyncio.timeout(PATIENCE):
                self._unheard = await self._bus.backlog(self._topic)
        except Exception as error:
            if self._bus_tells:
                log.warning("%s: the bus can't say what waits: %r", self._topic, error)
            self._bus_tells = False
        else:
            self._bus_tells = True
        now = time.monotonic()
        self._drains = max(0.0, (before - self.waiting) / (now - self._looked_at))
        self._looked_at = now
