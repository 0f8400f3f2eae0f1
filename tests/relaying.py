"""A relay at work in a test: it looks once, or until all is sent."""

import asyncio

from houqin_shared.outbox import UNSENT, Relay
from houqin_shared.transaction import Connection

PATIENCE = 60
BETWEEN_LOOKS = 0.01
"""Seconds."""


async def look_once(relay: Relay, session: Connection) -> int:
    """How many events were sent by one look at the outbox."""
    await relay.prepare()
    return await relay.send_batch(session, await relay._take_over(session))


async def relay_all(relay: Relay, session: Connection) -> int:
    """How many events were sent until none was left.

    One look may find none of them: it waits for every older transaction, and PostgreSQL counts
    those of all databases of a server, such as the autovacuum's of some other test's.
    """
    await relay.prepare()
    epoch = await relay._take_over(session)
    sent = 0
    async with asyncio.timeout(PATIENCE):
        while await session.fetchval(UNSENT):
            found = await relay.send_batch(session, epoch)
            if not found:
                await asyncio.sleep(BETWEEN_LOOKS)
            sent += found
    return sent
