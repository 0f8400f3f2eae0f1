"""Random commands, days and faults: the services end every day as the plain model does.

The quick test plays one seed. `make simulate` plays ten new ones for some minutes; what failed
is repeated, shorter perhaps, by `HOUQIN_SEED=... HOUQIN_STEPS=... make simulate`.
"""

import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from houqin.gateway import SERVICES
from houqin_shared.outbox import LeadershipLost

from simulation.chance import Injected
from simulation.desk import Desk
from simulation.play import simulate
from simulation.town import Town

NewDatabase = Callable[..., Awaitable[str]]
Play = Callable[[int, int], Awaitable[Town]]

TOKEN_KEY = "a key for the simulation alone, long enough"
QUICK_STEPS = 250
LONG_STEPS = 1_000
LONG_RUNS = 1 if "HOUQIN_SEED" in os.environ else 10

TO_BE_EXPECTED = (
    Injected,
    LeadershipLost,
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
    asyncpg.LockNotAvailableError,
)
"""What a service may meet here: our own faults, sessions that were cut, and, where a commit takes
long, a lock that pruning does not wait for.
"""


@pytest.fixture
def play(
    new_database: NewDatabase,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> Play:
    """Simulates a seed for so many steps, in a town of its own."""

    async def run(seed: int, steps: int) -> Town:
        print(f"HOUQIN_SEED={seed} HOUQIN_STEPS={steps} make simulate")  # noqa: T201
        urls = {name: await new_database(service.package) for name, service in SERVICES.items()}
        town = Town(urls, await new_database(), TOKEN_KEY, seed)
        async with town.open(monkeypatch):
            await simulate(town, Desk(town, TOKEN_KEY), steps, tmp_path)
        met = [record.exc_info[1] for record in caplog.records if record.exc_info]
        assert [error for error in met if not isinstance(error, TO_BE_EXPECTED)] == []
        return town

    return run


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
async def test_the_services_do_what_the_model_does(play: Play, seed: int) -> None:
    town = await play(seed, QUICK_STEPS)
    assert town.struck.total() > QUICK_STEPS / 2, "too little went wrong to prove anything"


@pytest.mark.slow
@pytest.mark.parametrize("run", range(LONG_RUNS))
async def test_any_seed_does(play: Play, run: int) -> None:
    seed = int(os.environ.get("HOUQIN_SEED", random.SystemRandom().randrange(10**6)))
    town = await play(seed, int(os.environ.get("HOUQIN_STEPS", LONG_STEPS)))
    print(f"run {run}: {dict(town.struck.most_common())}")  # noqa: T201
