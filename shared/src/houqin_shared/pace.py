"""When to begin again. A steady stream gathers: a batch costs almost the same for one message and
for fifty; and what is done again and again takes no more than its share of the time.
"""

import asyncio

STEADY = 4
"""Batches in a row that make a stream; what comes now and then never waits."""
SILENCE = 0.1
"""Seconds without a batch that end a stream, if it did not ask for more."""
LONGEST = 0.06
"""Seconds from batch to batch at most, however long a batch takes."""


class Pace:
    """Under a stream, batches begin no closer to each other than an interval; and no closer than
    some times what the last one took, so that the busier the machine, the more gathers.
    """

    def __init__(self, times: float) -> None:
        self._times = times
        self._batches = 0
        self._interval = 0.0
        self._began_at = 0.0
        self._work_began_at = 0.0

    async def begin(self) -> None:
        """Wait until the next batch may begin."""
        loop = asyncio.get_running_loop()
        since = loop.time() - self._began_at
        if since > max(SILENCE, 2 * self._interval):
            self._batches = 0
        if self._batches >= STEADY and since < self._interval:
            await asyncio.sleep(self._interval - since)
        self._began_at = self._work_began_at = loop.time()

    def came(self) -> None:
        """The batch is there; until now it was waited for."""
        self._work_began_at = asyncio.get_running_loop().time()

    def streams(self, interval: float) -> None:
        """The batch that began last is done, and was one of a stream; so long (seconds) at least
        from it to the next.
        """
        took = asyncio.get_running_loop().time() - self._work_began_at
        self._batches += 1
        self._interval = max(interval, min(self._times * took, LONGEST))

    def pauses(self) -> None:
        """There was nothing, or as much as fits, or something that somebody waits for."""
        self._batches = 0


def rest(took: float, share: int, shortest: float, longest: float) -> float:
    """Seconds from something that took so many to the next time: it takes one of `share` parts of
    the time, but comes no sooner than `shortest` and no later than `longest` if that is longer.
    """
    return max(shortest, min(took * share, longest))
