"""Everything at once: several offices are played while processes are killed at random."""

import random
import time
from pathlib import Path

import pytest

from faults.system import Office, Replaying, System

KILLS = 12


@pytest.mark.faults
def test_02_offices_are_played_exactly_while_processes_are_killed_at_random(
    on_kafka: System, tmp_path: Path, luck: random.Random
) -> None:
    system = on_kafka
    system.up(billing=2)
    offices = [Office.example("sanmen"), Office.drawn(luck, 150, tmp_path)]
    plays = [Replaying(system, office) for office in offices]
    for _ in range(KILLS):
        time.sleep(luck.uniform(1, 8))
        running = system.processes()
        del running["gateway"]
        name = luck.choice(sorted(running))
        print(f"kill -9 {name}")  # noqa: T201
        running[name].kill()
    for replaying in plays:
        replaying.ends_as_expected()
    system.ends_well()
