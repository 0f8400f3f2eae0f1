"""8: a transaction left open for half a minute. 12: PostgreSQL restarted under load."""

import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from acceptance.installation import until
from houqin_shared.failpoints import Point
from houqin_shared.outbox import UNSENT

from faults.load import Inspectors
from faults.system import Office, Replaying, System

OPEN = 30
"""Seconds."""


@pytest.mark.faults
def test_08_a_transaction_left_open_delays_and_loses_nothing(on_postgres: System) -> None:
    """One of two replicas stands still when all is written and nothing committed: whatever is
    recorded after it may not be sent before it.
    """
    system = on_postgres
    system.up(later=f"{Point.TOGETHER_DONE}:stop", inspection=2)
    inspectors = Inspectors(system, ["a1", "a2"])
    inspectors.found_office()
    system.all_is_well()
    system.now_strike("inspection", Point.TOGETHER_DONE)
    with ThreadPoolExecutor(1) as somebody:
        first = somebody.submit(inspectors.visit, "a1")
        until(lambda: bool(system.stopped()), "one replica stands still")
        (still,) = system.stopped()
        began = time.monotonic()
        try:
            while time.monotonic() - began < OPEN:
                other = inspectors.visit("a2", at=system.port_of_another("inspection", still))
                assert other.status_code == 201
                time.sleep(0.2)
            assert system.ask("inspection", UNSENT)[0][0] > 50, "what is recorded later waits"
            assert not first.done()
        finally:
            still.send_signal(signal.SIGCONT)
    assert first.result().status_code == 201
    system.all_is_well()
    inspectors.all_is_booked_once()
    assert system.stop() == 0


@pytest.mark.faults
def test_12_postgresql_restarted_under_load(
    system: System, tmp_path: Path, luck: random.Random
) -> None:
    """As an operator does it, as a crash does it, and away for a while."""
    system.brings_its_own_postgres()
    system.up(inspection=2, billing=2)
    inspectors = Inspectors(system, ["a1", "a2"])
    inspectors.found_office()
    replaying = Replaying(system, Office.drawn(luck, 120, tmp_path))
    # Inspectors are at work only meanwhile: a replay goes on when nothing is under way.
    for share, how in ((0.2, "fast"), (0.4, "immediate")):
        replaying.wait_until(share)
        with inspectors.at_work():
            inspectors.report(50)
            system.postgres("-m", how, "restart")
            inspectors.report(50)
    replaying.wait_until(0.6)
    with inspectors.at_work():
        inspectors.report(50)
        system.postgres("-m", "immediate", "stop")
        time.sleep(5)
        system.postgres("start")
        inspectors.report(50)
    replaying.ends_as_expected()
    system.all_is_well()
    inspectors.all_is_booked_once()
    assert system.stop() == 0
