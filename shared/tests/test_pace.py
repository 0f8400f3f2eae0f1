"""What streams gathers; what comes now and then does not wait."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

import pytest
from houqin_shared.pace import LONGEST, STEADY, Pace

LONG = 0.2


class _Skips(selectors.SelectSelector):
    """Does not wait: so much of the clock has passed."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if not found:
            self.passed += timeout or 0
        return found


class Unhurried(asyncio.SelectorEventLoop):
    """Its clock moves when everybody waits, and only then: work takes no time on any machine."""

    def __init__(self) -> None:
        self._skips = _Skips()
        super().__init__(self._skips)

    def time(self) -> float:
        return self._skips.passed


def unhurried(story: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=Unhurried) as runner:
        runner.run(story)


async def seconds_to_begin(pace: Pace) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await pace.begin()
    return loop.time() - began


def seconds(exactly: float) -> Any:
    return pytest.approx(exactly, abs=1e-6)


def test_a_stream_waits_from_batch_to_batch_and_a_pause_ends_it() -> None:
    async def story() -> None:
        pace = Pace(times=0)
        for _ in range(STEADY):
            assert await seconds_to_begin(pace) == 0
            pace.streams(LONG)
        assert await seconds_to_begin(pace) == seconds(LONG)
        pace.streams(LONG)
        await asyncio.sleep(LONG)
        assert await seconds_to_begin(pace) == seconds(0), "work took the time already"
        pace.streams(LONG)
        pace.pauses()
        assert await seconds_to_begin(pace) == 0

    unhurried(story())


def test_the_longer_a_batch_takes_the_longer_the_next_one_gathers_within_limits() -> None:
    async def story() -> None:
        pace = Pace(times=4)
        for _ in range(STEADY):
            await pace.begin()
            pace.streams(0)
        assert await seconds_to_begin(pace) == 0
        await asyncio.sleep(LONGEST / 6)
        pace.streams(0)
        assert await seconds_to_begin(pace) == seconds(LONGEST * 3 / 6), (
            "four times what it took, from its beginning"
        )
        await asyncio.sleep(LONGEST)
        pace.streams(0)
        assert await seconds_to_begin(pace) == seconds(0), "no batch is put off for longer"
        await asyncio.sleep(LONGEST / 2)
        pace.came()
        pace.streams(0)
        assert await seconds_to_begin(pace) == seconds(0), "waiting for it is not work"

    unhurried(story())
