"""3 and 5: sends that fail, some of many or all; 6: commits that fail.

On librdkafka's mock broker, which answers with whatever error it is told to.
"""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from houqin_ops.client import SERVICE_NAMES
from mock_broker import OFFSET_COMMIT, PRODUCE, MockBroker

from faults.system import Office, Replaying, System

PRODUCE_ERRORS = {
    6: "NOT_LEADER_OR_FOLLOWER",
    7: "REQUEST_TIMED_OUT",
    19: "NOT_ENOUGH_REPLICAS",
    45: "OUT_OF_ORDER_SEQUENCE_NUMBER",
    59: "UNKNOWN_PRODUCER_ID",
}
COMMIT_ERRORS = (14, 15, 16)
"""The coordinator is loading, away, elsewhere. Not of members that rejoin: for
those the mock broker waits many seconds, where a real one goes on; see number 6 there.
"""
PARTITIONS = 6
EVERY = 0.3
"""Seconds between two errors. They wait for a request to fail, so their number is bounded:
everything must go on between them.
"""


@pytest.fixture
def mock(make_system: Callable[..., System]) -> Iterator[tuple[MockBroker, System]]:
    broker = MockBroker()
    for service in SERVICE_NAMES:
        broker.make(f"{service}-svc", PARTITIONS)
    system = make_system("--bus", "kafka", "--kafka", broker.address)
    yield broker, system
    system.end()
    broker.remove()


@contextmanager
def failing(
    broker: MockBroker, luck: random.Random, errors: dict[int, Sequence[int]], count: int
) -> Iterator[None]:
    """Now and then a request of these kinds fails, with an error of these."""
    over = threading.Event()

    def fail() -> None:
        for _ in range(count):
            for request, codes in errors.items():
                broker.fail(request, [luck.choice(codes)])
            if over.wait(EVERY):
                return

    thread = threading.Thread(target=fail)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def played_exactly(
    mock: tuple[MockBroker, System],
    folder: Path,
    luck: random.Random,
    errors: dict[int, Sequence[int]],
    count: int,
) -> None:
    """One office, meanwhile `count` of each of these errors."""
    broker, system = mock
    office = Office.drawn(luck, count * 3, folder)
    with failing(broker, luck, errors, count):
        replaying = Replaying(system, office)
        replaying.ends_as_expected()
    assert replaying.met == [], "nobody but the services noticed"


def test_03_05_06_sends_and_commits_that_fail_now_and_then(
    mock: tuple[MockBroker, System], tmp_path: Path, luck: random.Random
) -> None:
    errors: dict[int, Sequence[int]] = {
        PRODUCE: tuple(PRODUCE_ERRORS),
        OFFSET_COMMIT: COMMIT_ERRORS,
    }
    _, system = mock
    system.up()
    played_exactly(mock, tmp_path, luck, errors, 15)
    system.ends_well()


@pytest.mark.faults
def test_05_produce_errors_each_all_the_time(
    mock: tuple[MockBroker, System], tmp_path: Path, luck: random.Random
) -> None:
    _, system = mock
    system.up()
    for code, name in PRODUCE_ERRORS.items():
        print(f"produce error {code} {name}")  # noqa: T201
        played_exactly(mock, tmp_path, luck, {PRODUCE: (code,)}, 20)
    system.ends_well()
