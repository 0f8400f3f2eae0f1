"""Lets the days of manual offices pass, as `houqin replay` does: no day begins anywhere before all
that the day before brought about was heard everywhere.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from houqin_ops.client import SERVICE_NAMES, Client, Json, Unexpected, at
from houqin_ops.rest import bring_to_rest

ONE_DAY = timedelta(days=1)


async def sweep(client: Client, offices: Sequence[str], as_of: date) -> tuple[Json, bool]:
    """Sweep `offices` in all four services up to `as_of`; an earlier day changes nothing.

    Raises Stuck, and Unexpected for an office that is not known or whose clock is live.
    """
    return {"swept_on": {office: await _sweep(client, office, as_of) for office in offices}}, True


async def _sweep(client: Client, office: str, as_of: date) -> Json:
    await bring_to_rest(client, office)
    day = min((await swept_on(client, office)).values())
    while day < as_of:
        day += ONE_DAY
        await sweep_day(client, office, day)
        await bring_to_rest(client, office)
    return {service: str(day) for service, day in (await swept_on(client, office)).items()}


async def swept_on(client: Client, office: str) -> dict[str, date]:
    """By service, the last day that was swept."""
    path = at("offices", office, "clock")
    clocks = await asyncio.gather(*(client.get(service, path) for service in SERVICE_NAMES))
    days = [date.fromisoformat(clock["swept_on"]) for clock in clocks]
    return dict(zip(SERVICE_NAMES, days, strict=True))


async def sweep_day(client: Client, office: str, day: date) -> None:
    """One day, in all services at once: each sees only what was recorded before it (T4).

    Raises Unexpected.
    """
    path, body = at("offices", office, "sweeps"), {"as_of": day.isoformat()}
    answers = await asyncio.gather(
        # A day is swept once, however often it is asked for: the key tells proxies so.
        *(
            client.call("POST", service, path, body, key=f"sweep/{office}/{day}")
            for service in SERVICE_NAMES
        )
    )
    for service, answer in zip(SERVICE_NAMES, answers, strict=True):
        if answer.is_refusal:
            raise Unexpected(f"{service}: sweep of {office} on {day}: {answer}")
