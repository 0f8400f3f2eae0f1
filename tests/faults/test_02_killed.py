"""2: kill -9 at every named point between commit, send, acknowledgement and application."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from acceptance.installation import until
from houqin_ops.client import SERVICE_NAMES, Client
from houqin_shared.failpoints import Point

from faults.system import LONGEST, Office, Replaying, System, luck_of

NOT_BY_EVERYBODY = {
    Point.TOGETHER_DONE: {"inspection"},
    Point.TOGETHER_COMMITTED: {"inspection"},
    Point.SWEEP_MIDWAY: {"billing"},
}
"""Who passes a point that not everybody does."""
PLAYS = 2
"""Offices that are played at any time."""


PERSISTENT = partial(Client, patience=LONGEST)
"""Asks for a day again that broke off; otherwise a replay of many days would begin again at every
death, and hardly ever come to the end of a month.
"""


@pytest.mark.faults
def test_02_killed_at_each_point_nothing_is_lost_or_done_twice(
    system: System, tmp_path: Path, luck: random.Random
) -> None:
    """Every service at every point that it passes, one after another, while offices are played;
    half of them on one bus, the others on the other, but every point on both.
    """
    system.up(
        later=",".join(f"{point}:kill" for point in Point),
        **dict.fromkeys(SERVICE_NAMES, 2),
    )
    fates = _fates(system)
    with offices_played(system, luck, tmp_path), ThreadPoolExecutor(len(fates)) as reapers:
        reaped = [reapers.submit(_kill, system, *fate) for fate in fates.items()]
        for each in reaped:
            each.result()
    system.ends_well()
    deaths = system.log().count("ENDED (signal 9)")
    assert deaths == sum(map(len, fates.values())), "who was struck died of it, and nobody else"


def _fates(system: System) -> dict[str, list[Point]]:
    """For each service its points, in any order. Drawn once for both buses."""
    luck = luck_of("who is killed where")
    fates: dict[str, list[Point]] = {service: [] for service in SERVICE_NAMES}
    for point in luck.sample(list(Point), len(Point)):
        passers = sorted(NOT_BY_EVERYBODY.get(point, SERVICE_NAMES))
        luck.shuffle(passers)
        for service in passers[system.on_kafka :: 2] or passers:
            fates[service].append(point)
    return fates


def _kill(system: System, service: str, points: list[Point]) -> None:
    """One replica or the other, at each point; the other goes on, or is starting again."""
    for point in points:
        system.now_strike(service, point)
        until(lambda: system.has_struck(service, point), f"{service} comes to {point}", LONGEST)  # noqa: B023
        print(f"kill -9 {service} at {point}")  # noqa: T201


@contextmanager
def offices_played(system: System, luck: random.Random, folder: Path) -> Iterator[None]:
    """One after another, several at a time: each must end with exactly its report."""
    over = threading.Event()

    def play(fate: random.Random) -> None:
        while not over.is_set():
            Replaying(system, Office.drawn(fate, 50, folder), PERSISTENT).ends_as_expected()

    with ThreadPoolExecutor(PLAYS) as players:
        plays = [players.submit(play, random.Random(luck.random())) for _ in range(PLAYS)]
        try:
            yield
        finally:
            over.set()
    for each in plays:
        each.result()
