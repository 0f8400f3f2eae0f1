"""2: kill -9 at every named point between commit, send, acknowledgement and application."""

import random
from pathlib import Path

import pytest
from houqin_shared.failpoints import Point

from faults.system import Office, Replaying, System

STRIKES = {
    Point.COMMAND_DONE: {"contract-svc", "feedback-svc", "inspection-svc", "billing-svc"},
    Point.COMMAND_COMMITTED: {"contract-svc", "feedback-svc", "inspection-svc", "billing-svc"},
    Point.TOGETHER_DONE: {"inspection-svc"},
    Point.TOGETHER_COMMITTED: {"inspection-svc"},
    Point.SWEEP_MIDWAY: {"billing-svc"},
}
"""Who passes a point that not everybody does."""
EVERYBODY = {"contract-svc", "feedback-svc", "inspection-svc", "billing-svc"}


@pytest.mark.faults
@pytest.mark.parametrize("point", Point)
def test_02_killed_at_each_point_nothing_is_lost_or_done_twice(
    system: System, point: Point, tmp_path: Path, luck: random.Random
) -> None:
    time = 1 if point is Point.SWEEP_MIDWAY else luck.randint(1, 3)  # that is once a month
    office = Office.drawn(luck, 80, tmp_path)
    system.up(failpoints=f"{point}@{time}:kill")
    Replaying(system, office).ends_as_expected()
    system.all_is_well()
    met = {each.removesuffix(f".{point}") for each in system.struck()}
    print(point, time, met)  # noqa: T201
    assert met <= STRIKES.get(point, EVERYBODY)
    assert met, f"nobody came to {point}"
    assert system.stop() == 0
