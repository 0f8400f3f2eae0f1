"""8: a transaction left open for half a minute. 12: PostgreSQL restarted under load."""

import random
import signal
import time
from pathlib import Path

import pytest
from houqin_shared.failpoints import Point

from faults.load import Inspectors
from faults.system import Office, Replaying, System, seed, until

OPEN = 30
"""Seconds."""


@pytest.mark.faults
def test_08_a_transaction_left_open_delays_and_loses_nothing(on_postgres: System) -> None:
    """One of two replicas stands still when all is written and nothing committed: whatever is
    recorded after it may not be sent before it.
    """
    system = on_postgres
    system.up(failpoints=f"{Point.TOGETHER_DONE}@20:stop", inspection=2)
    inspectors = Inspectors(system, [f"a{n}" for n in range(1, 13)])
    inspectors.found_office()
    with inspectors.at_work(24):
        until(lambda: bool(system.stopped()), "one stands still")
        (still,) = system.stopped()
        began = time.monotonic()
        accepted = len(inspectors.accepted)
        time.sleep(OPEN / 2)
        assert len(inspectors.accepted) > accepted, "the other one goes on"
        waiting = system.ask(
            "inspection",
            "select count(*) from outbox where (xid, pos) > (select (xid, pos) from outbox_cursor)",
        )
        assert waiting[0][0] > 0, "what it recorded waits"
        time.sleep(max(0, OPEN - (time.monotonic() - began)))
        still.send_signal(signal.SIGCONT)
        inspectors.report(50)
    system.all_is_well()
    inspectors.all_is_booked_once()
    assert system.stop() == 0


@pytest.mark.faults
def test_12_postgresql_restarted_under_load(system: System, tmp_path: Path) -> None:
    """As an operator does it, as a crash does it, and away for a while."""
    luck = random.Random(seed())
    system.up(inspection=2, billing=2)
    inspectors = Inspectors(system, ["a1", "a2"])
    inspectors.found_office()
    replaying = Replaying(system, Office.drawn(luck.randrange(10**6), 120, tmp_path))
    with inspectors.at_work():
        for share, how in ((0.2, "fast"), (0.5, "immediate")):
            replaying.wait_until(share)
            system.postgres("-m", how, "restart")
            inspectors.report(50)
        system.postgres("-m", "immediate", "stop")
        time.sleep(5)
        system.postgres("start")
        inspectors.report(50)
    replaying.ends_as_expected()
    system.all_is_well()
    inspectors.all_is_booked_once()
    assert system.stop() == 0
