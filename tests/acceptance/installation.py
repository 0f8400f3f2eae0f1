"""A real installation in a folder of its own: `houqin up` as a process, with its PostgreSQL."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from ports import free_port

PATIENCE = 300
"""Seconds after which something will not come any more, on the slowest and busiest machine."""


def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait for it."""
    limit = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < limit, what
        time.sleep(0.05)


class Installation:
    """Starts, ends and kills; runs `houqin` against itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None

    def start(self, *flags: str, **environment: str) -> str:
        """Start and wait until it says that it is up; what it printed."""
        with (self.folder.parent / f"{self.folder.name}.log").open("a") as log:
            self._process = subprocess.Popen(
                [*HOUQIN, "up", "--port", str(self.port), "--data", str(self.folder), *flags],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=_environment() | environment,
            )
        assert self._process.stdout is not None
        said = ""
        began = time.monotonic()
        while "Ctrl-C ends it" not in said:
            line = self._process.stdout.readline()
            if not line or time.monotonic() - began > PATIENCE:
                raise RuntimeError(f"houqin up did not start: {said}")
            said += line
        return said

    def log(self) -> str:
        """What it wrote to its standard error, since the first start."""
        return (self.folder.parent / f"{self.folder.name}.log").read_text()

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Until it has ended; its exit code."""
        assert self._process is not None
        code = self._process.wait(PATIENCE)
        self._close()
        return code

    @property
    def postmaster(self) -> int:
        """The process id of its PostgreSQL."""
        return int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])

    def processes(self) -> dict[str, psutil.Process]:
        """What runs now, by name, as the data directory says."""
        running = json.loads((self.folder / "processes.json").read_text())
        return {each["name"]: psutil.Process(each["pid"]) for each in running}

    def token(self, role: str) -> str:
        tokens: dict[str, str] = json.loads((self.folder / "secrets.json").read_text())
        return tokens[role]

    async def sql(self, database: str, statement: str) -> list[asyncpg.Record]:
        """Run one statement in one of its databases, behind its back; its rows."""
        lines = (self.folder / "postgres" / "postmaster.pid").read_text().splitlines()
        connection = await asyncpg.connect(
            host=lines[4], user="postgres", database=f"houqin_{database}"
        )
        rows: list[asyncpg.Record] = await connection.fetch(statement)
        await connection.close()
        return rows

    def kill_parent(self) -> None:
        """kill -9 of `houqin up` alone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)
        self._close()

    def kill_everything(self) -> None:
        """kill -9 of the services and of PostgreSQL with all its children."""
        assert self._process is not None
        doomed = [*self.processes().values()]
        parent = psutil.Process(self.postmaster)
        doomed += [parent, *parent.children(recursive=True)]
        for process in doomed:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue  # it went with its parent
        psutil.wait_procs(doomed, timeout=PATIENCE)
        self._process.wait(PATIENCE)
        self._close()

    def _close(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def popen(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*HOUQIN, *arguments, "--url", self.url, "--data", str(self.folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=_environment(),
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.popen(*arguments) as process:
            out, err = process.communicate(timeout=600)
            return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def replay(self, file: Path) -> Any:
        """The report of a replay that must succeed."""
        out = self.folder.parent / f"{self.folder.name}-{file.stem}.json"
        done = self.run("replay", str(file), "--json", str(out), "--quiet")
        assert done.returncode == 0, done.stderr
        return json.loads(out.read_text(encoding="utf-8"))

    def verify(self) -> Any:
        """The oracle: the services agree to the last fen, and nothing is under way."""
        done = self.run("ops", "verify", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def verified(self, office: str) -> Any:
        """What stands in the books of an office: facts and its trial balance."""
        balance = json.loads(self.run("ops", "trial-balance", "--json").stdout)
        return self.verify()["offices"][office], balance[office]


HOUQIN = [sys.executable, "-m", "houqin.main"]


def _environment() -> dict[str, str]:
    """As a user's shell: no settings of ours."""
    ours = ("HOUQIN_", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
