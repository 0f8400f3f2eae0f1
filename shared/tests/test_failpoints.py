"""Failpoints strike where, when and as often as they are told, and nowhere else."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from houqin_shared.failpoints import FAILPOINT, SPENT, Point, Struck, arm, reach
from houqin_shared.misconfigured import Misconfigured

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm("test", {})


def test_not_armed_nothing_happens() -> None:
    for point in Point:
        reach(point)


def test_the_third_time_and_not_again() -> None:
    arm("test", {FAILPOINT: "relay.sent@3:raise,relay.read:raise"})
    for _ in range(2):
        reach(Point.RELAY_SENT)
    with pytest.raises(Struck, match=r"relay\.sent"):
        reach(Point.RELAY_SENT)
    for _ in range(9):
        reach(Point.RELAY_SENT)
        reach(Point.RELAY_MOVED)
    with pytest.raises(Struck, match=r"relay\.read"):
        reach(Point.RELAY_READ)


def test_once_a_service_however_often_it_starts(tmp_path: Path) -> None:
    environment = {FAILPOINT: "inbox.applied:raise", SPENT: str(tmp_path)}
    for name in ("billing-svc", "contract-svc"):
        arm(name, environment)
        with pytest.raises(Struck):
            reach(Point.INBOX_APPLIED)
        arm(name, environment)
        reach(Point.INBOX_APPLIED)


@pytest.mark.parametrize(
    "text",
    ["relay.snet:kill", "relay.sent", "relay.sent:die", "relay.sent@0:kill", "relay.sent@x:kill"],
)
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match=re.escape(text)):
        arm("test", {FAILPOINT: text})


def test_kill_means_kill() -> None:
    program = (
        "from houqin_shared.failpoints import Point, arm, reach\n"
        "arm('test', {'HOUQIN_FAILPOINT': 'relay.sent:kill'})\n"
        "try:\n    reach(Point.RELAY_SENT)\nfinally:\n    print('still here')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")


@pytest.mark.parametrize("point", Point)
def test_every_point_stands_in_the_code(point: Point) -> None:
    code = [
        file.read_text("utf-8")
        for package in ("shared/src", "services")
        for file in (ROOT / package).rglob("*.py")
    ]
    assert any(f"reach(Point.{point.name})" in each for each in code)


def test_again_when_its_mark_is_taken_away(tmp_path: Path) -> None:
    mark = tmp_path / "billing-svc.inbox.applied"
    mark.touch()
    arm("billing-svc", {FAILPOINT: "inbox.applied:raise", SPENT: str(tmp_path)})
    reach(Point.INBOX_APPLIED)
    mark.unlink()
    with pytest.raises(Struck):
        reach(Point.INBOX_APPLIED)
