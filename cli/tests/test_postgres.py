"""The PostgreSQL of the wheel, where it takes its time."""

import subprocess
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from houqin.postgres import embedded_server


async def test_a_server_that_takes_longer_to_start_than_the_wheel_waits_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, gave_up = subprocess.run, []

    def gives_up(command: Any, **how: Any) -> Any:
        """Of a start, which alone has a limit: the server goes on, and nobody has seen it ready."""
        done = run(command, **how)
        if limit := how.get("timeout"):
            gave_up.append(command)
            raise subprocess.TimeoutExpired(command, limit)
        return done

    monkeypatch.setattr(subprocess, "run", gives_up)
    with embedded_server(folder / "postgres") as url:
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("select 1") == 1
        await connection.close()
    assert gave_up
    assert not (folder / "postgres" / "postmaster.pid").exists()
