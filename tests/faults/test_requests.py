"""9: the same Idempotency-Key a hundred times at once. 17: SIGTERM under load."""

import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from faults.load import Inspectors, visit
from faults.system import System


def test_09_the_same_key_a_hundred_times_at_once_is_once(on_postgres: System) -> None:
    on_postgres.up(inspection=2)
    inspectors = Inspectors(on_postgres)
    inspectors.found_office()
    body = visit("a1", "the-one", 3)
    with ThreadPoolExecutor(100) as crowd:
        answers = list(crowd.map(lambda _: inspectors.try_once(body), range(100)))
    given = [answer for answer in answers if answer is not None]  # others: it is still running
    assert given
    assert {answer.status_code for answer in given} == {201}
    again = inspectors.visit("a1", "the-one", 3)
    assert {answer.content for answer in given} == {again.content}
    on_postgres.all_is_well()
    inspectors.all_is_booked_once()
    assert on_postgres.stop() == 0


@pytest.mark.faults
def test_17_sigterm_under_load_loses_nothing(system: System) -> None:
    """Twice, and of single children: an answer that was given holds, whoever gave it."""
    system.up(billing=2, inspection=2)
    inspectors = Inspectors(system, ["a1", "a2", "a3"])
    inspectors.found_office()
    with inspectors.at_work():
        inspectors.report(100)
        for name in ("inspection-1", "billing-2", "contract-1"):
            system.processes()[name].terminate()
            inspectors.report(50)
    for _ in range(2):
        with inspectors.at_work():
            inspectors.report(100)
            children = system.processes().values()
            began = time.monotonic()
            assert system.stop() == 0
            assert time.monotonic() - began < 20
            assert not any(map(psutil.Process.is_running, children))
            system.up(billing=2, inspection=2)
            inspectors.report(100)
    system.all_is_well()
    inspectors.all_is_booked_once()
    assert "KILLED" not in system.log()
    assert system.stop() == 0
