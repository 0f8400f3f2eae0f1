"""14: two relays that believe they lead. 15: two replicas that sweep the same day."""

import asyncio
import random
import signal
from pathlib import Path
from typing import Any

import pytest
from acceptance.installation import until
from houqin_ops.client import Answer, Client
from houqin_shared.failpoints import Point

from faults.load import Inspectors
from faults.system import Office, Replaying, System

END_SESSIONS = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()"""
"""As for a machine that nobody hears from any more; who stands still does not know that."""


@pytest.mark.faults
def test_14_two_relays_that_believe_they_lead(system: System) -> None:
    """One stands still with rows in its hand; another takes over, and then it goes on."""
    system.up(later=f"{Point.RELAY_READ}:stop", inspection=2)
    inspectors = Inspectors(system, ["a1", "a2"])
    inspectors.found_office()
    with inspectors.at_work():
        system.now_strike("inspection", Point.RELAY_READ)
        until(lambda: bool(system.stopped()), "the relay that leads stands still")
        (still,) = system.stopped()
        sent = _sent(system)
        system.ask("inspection", END_SESSIONS)
        until(lambda: _sent(system) > sent, "another one leads")
        still.send_signal(signal.SIGCONT)
        inspectors.report(100)
    system.all_is_well()
    inspectors.all_is_booked_once()
    if not system.on_kafka:
        twice = system.ask("bus", "select count(*) - count(distinct value) from log")
        assert twice[0][0] > 0, "both have sent"
    assert system.stop() == 0


def _sent(system: System) -> int:
    return int(system.ask("inspection", "select sent from outbox_cursor")[0]["sent"])


class Twice(Client):
    """Asks for every sweep twice at once, so that two replicas get it."""

    async def call(self, method: str, service: str, path: str, *what: Any, **how: Any) -> Answer:
        def ask() -> "asyncio.Task[Answer]":
            asked = super(Twice, self).call(method, service, path, *what, **how)
            return asyncio.ensure_future(asked)

        if not path.endswith("/sweeps"):
            return await ask()
        one, other = await asyncio.gather(ask(), ask())
        assert one == other
        return one


@pytest.mark.faults
def test_15_two_replicas_sweep_the_same_day(
    on_postgres: System, tmp_path: Path, luck: random.Random
) -> None:
    """Among them the end of February and days on which statements are drawn."""
    on_postgres.up(contract=2, inspection=2, feedback=2, billing=2)
    Replaying(on_postgres, Office.drawn(luck, 150, tmp_path), Twice).ends_as_expected()
    on_postgres.ends_well()
