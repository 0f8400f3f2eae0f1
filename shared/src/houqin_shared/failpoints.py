"""Named points at which a test ends this process, stops it, or makes it fail.

Armed by the environment, never by a request. A process that is not armed passes a point in 0.1
microseconds (CPython 3.11, `timeit`), once a command or a batch, each of which takes hundreds at
least: so nothing is left out of what is shipped.

    HOUQIN_FAILPOINT="relay.sent@3:kill"    the third time, kill -9 of itself
    HOUQIN_FAILPOINT="inbox.applied:raise,relay.read:stop"
    HOUQIN_FAILPOINTS_SPENT=<folder>        each point strikes each service once, whatever restarts
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from houqin_shared.misconfigured import Misconfigured

FAILPOINT: Final = "HOUQIN_FAILPOINT"
SPENT: Final = "HOUQIN_FAILPOINTS_SPENT"


class Point(StrEnum):
    """Where it may happen."""

    COMMAND_DONE = "command.done"
    """A command has written everything; nothing is committed."""
    COMMAND_COMMITTED = "command.committed"
    """And is not answered yet."""
    TOGETHER_DONE = "together.done"
    """As those two, for commands that share a transaction."""
    TOGETHER_COMMITTED = "together.committed"
    RELAY_READ = "relay.read"
    """Rows are read and not sent."""
    RELAY_SENT = "relay.sent"
    """The bus has them; the cursor stands before them."""
    RELAY_MOVED = "relay.moved"
    """The cursor stands behind them."""
    INBOX_RECEIVED = "inbox.received"
    """Messages have come; nothing of them is applied."""
    INBOX_APPLIED = "inbox.applied"
    """Everything is written; nothing is committed."""
    INBOX_COMMITTED = "inbox.committed"
    """The bus does not know it yet."""
    INBOX_ACKNOWLEDGED = "inbox.acknowledged"
    """The bus knows it."""
    SWEEP_MIDWAY = "sweep.midway"
    """Money is booked for a day's sweep; the papers about it are not written yet."""
    SWEEP_DONE = "sweep.done"
    """A day is swept; nothing is committed."""
    SWEEP_COMMITTED = "sweep.committed"
    """And nobody has been told."""


class Action(StrEnum):
    """What happens there."""

    KILL = "kill"
    """SIGKILL of this process."""
    STOP = "stop"
    """SIGSTOP: it stands still, with all that it holds, until somebody sends SIGCONT."""
    RAISE = "raise"


class Struck(Exception):
    """An armed failpoint was reached."""


@dataclass(slots=True)
class _Armed:
    """A point that strikes when it is passed for the n-th time, and not again."""

    action: Action
    left: int
    spent: Path | None
    """A file that says that it has struck, here or in an earlier life; without it, it strikes."""

    def strikes(self) -> bool:
        self.left -= 1
        if self.left > 0:
            return False
        if self.spent is None:
            return self.left == 0
        try:
            self.spent.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


_armed: Final[dict[Point, _Armed]] = {}


def arm(name: str, environment: Mapping[str, str] = os.environ) -> None:
    """Read what the environment wants of the process `name`. Raises Misconfigured."""
    wanted = environment.get(FAILPOINT)
    folder = environment.get(SPENT)
    _armed.clear()
    for text in wanted.split(",") if wanted else ():
        point, action, time = _read(text)
        spent = Path(folder) / f"{name}.{point}" if folder else None
        _armed[point] = _Armed(action, time, spent)


def _read(text: str) -> tuple[Point, Action, int]:
    where, _, action = text.partition(":")
    point, at, time = where.partition("@")
    try:
        if at and int(time) < 1:
            raise ValueError(time)
        return Point(point), Action(action), int(time) if at else 1
    except ValueError:
        points, actions = ", ".join(Point), ", ".join(Action)
        raise Misconfigured(
            f"{FAILPOINT} has {text!r}: write POINT:ACTION or POINT@TIME:ACTION, with one of "
            f"{points}; and one of {actions}. Outside of tests, leave it out.",
            f"{FAILPOINT} 中的 {text!r} 无效:请写成 故障点:动作 或 故障点@第几次:动作;"
            f"故障点为 {points} 之一,动作为 {actions} 之一。测试以外请勿设置。",
        ) from None


def reach(point: Point) -> None:
    """This is the place. Raises Struck, or does not return."""
    if _armed:
        _strike(point)


def _strike(point: Point) -> None:
    armed = _armed.get(point)
    if armed is None or not armed.strikes():
        return
    if armed.action is Action.RAISE:
        raise Struck(point)
    os.kill(os.getpid(), signal.SIGKILL if armed.action is Action.KILL else signal.SIGSTOP)
