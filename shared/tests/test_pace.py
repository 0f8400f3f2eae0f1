"""What streams gathers; what comes now and then does not wait."""

import asyncio

from houqin_shared.pace import LONGEST, STEADY, Pace

LONG = 0.2


async def seconds_to_begin(pace: Pace) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await pace.begin()
    return loop.time() - began


async def test_a_stream_waits_from_batch_to_batch_and_a_pause_ends_it() -> None:
    pace = Pace(times=0)
    for _ in range(STEADY):
        assert await seconds_to_begin(pace) < LONG / 2
        pace.streams(LONG)
    assert LONG / 2 < await seconds_to_begin(pace) < 2 * LONG
    pace.streams(LONG)
    await asyncio.sleep(LONG)
    assert await seconds_to_begin(pace) < LONG / 2, "work took the time already"
    pace.streams(LONG)
    pace.pauses()
    assert await seconds_to_begin(pace) < LONG / 2


async def test_the_longer_a_batch_takes_the_longer_the_next_one_gathers_within_limits() -> None:
    pace = Pace(times=4)
    for _ in range(STEADY):
        await pace.begin()
        pace.streams(0)
    assert await seconds_to_begin(pace) < LONGEST / 4
    await asyncio.sleep(LONGEST / 6)
    pace.streams(0)
    assert LONGEST / 4 < await seconds_to_begin(pace) < LONGEST
    await asyncio.sleep(LONGEST)
    pace.streams(0)
    assert await seconds_to_begin(pace) < LONGEST / 4, "no batch is put off for longer"
    await asyncio.sleep(LONGEST / 2)
    pace.came()
    pace.streams(0)
    assert await seconds_to_begin(pace) < LONGEST / 4, "waiting for it is not work"
