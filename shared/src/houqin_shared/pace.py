"""Lets a steady stream gather: a batch costs almost the same for one message and for fifty."""

import asyncio

STEADY = 4
"""Batches in a row that make a stream; what comes now and then never waits."""
SILENCE = 0.1
"""Seconds without a batch that end a stream, if it did not ask for more."""


class Pace:
    """Under a stream, batches begin no closer to each other than an interval."""

    def __init__(self) -> None:
        self._batches = 0
        self._interval = 0.0
        self._began_at = 0.0

    async def begin(self) -> None:
        """Wait until the next batch may begin."""
        loop = asyncio.get_running_loop()
        since = loop.time() - self._began_at
        if since > max(SILENCE, 2 * self._interval):
            self._batches = 0
        if self._batches >= STEADY and since < self._interval:
            await asyncio.sleep(self._interval - since)
        self._began_at = loop.time()

    def streams(self, interval: float) -> None:
        """The batch that began last was one of a stream; so long (seconds) from it to the next."""
        self._batches += 1
        self._interval = interval

    def pauses(self) -> None:
        """There was nothing, or something that somebody waits for."""
        self._batches = 0
