"""Rest: everything that was told has been heard, everywhere."""

import asyncio

from houqin_ops.client import SERVICE_NAMES, Client, Json

PATIENCE = 120.0
"""Seconds in which nothing moves and rest is still not reached."""


class Stuck(Exception):
    """A dead letter of the office, facts lost, or nothing moves any more: the replay ends here."""


SETTLING = 0.006
"""Seconds that an ordinary day's facts need to be heard: asking sooner only slows them down."""


async def bring_to_rest(client: Client, office: str) -> None:
    """Wait until twice in a row every outbox is empty and every lag zero, and nothing was sent in
    between: what is heard then brings about nothing more. Raises Stuck. What is parked of other
    offices is theirs.
    """
    loop = asyncio.get_running_loop()
    before: list[tuple[int, int, int]] = []
    moved_at = loop.time()
    await asyncio.sleep(SETTLING)
    while True:
        flows: list[Json] = await asyncio.gather(
            *(client.get(service, "/v1/ops/flow", {"office": office}) for service in SERVICE_NAMES)
        )
        for flow in flows:
            if flow["halted"]:
                raise Stuck(flow["halted_because"])
            if flow["dead"]:
                raise Stuck(await _describe(client, office, flow))
        figures = [(flow["outbox"], flow["lag"], flow["sent"]) for flow in flows]
        under_way = any(flow["outbox"] or flow["lag"] or flow["parked"] for flow in flows)
        if figures == before and not under_way:
            return
        if figures != before:
            moved_at = loop.time()
        if loop.time() - moved_at > PATIENCE:
            raise Stuck(f"nothing has moved for {PATIENCE:.0f} s: {flows}")
        before = figures
        if under_way:
            await asyncio.sleep(SETTLING)


async def _describe(client: Client, office: str, flow: Json) -> str:
    service = flow["service"].removesuffix("-svc")
    letters = (await client.get(service, "/v1/ops/dead-letters", {"office": office}))["items"]
    first = letters[0] if letters else {}
    return (
        f"{flow['service']}: {flow['parked']} messages parked, the first: {first.get('key')} "
        f"{first.get('type')} ({first.get('reason')}): {first.get('error')}"
    )
