"""What becomes of a replica that can't be started."""

import asyncio

import aiohttp
import pytest
from houqin import children
from houqin.children import Child, Supervisor


class Unlucky(Child):
    """Lives a moment; its second start finds no process to be had."""

    starts = 0

    async def start(self) -> None:
        self.starts += 1
        if self.starts == 2:
            raise BlockingIOError("no process to be had")

    async def become_ready(self, session: aiohttp.ClientSession) -> None:
        self.ready.set()

    async def ended(self) -> int:
        await asyncio.sleep(0.05)
        return 1


async def test_it_is_said_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(children, "PAUSE", 0.01)
    child = Unlucky("billing-1", "nothing", {})
    async with Supervisor([child], lambda: None), asyncio.timeout(30):
        while child.starts < 3:
            await asyncio.sleep(0.01)
    assert "billing-1 ENDED (no process to be had) and starts again" in caplog.text
