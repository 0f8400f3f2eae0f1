"""Houqin as docker-compose.yml runs it, under a project name and on a port of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from houqin import envfile
from ports import free_port

ROOT = Path(__file__).resolve().parents[2]
ACCEPTANCE = ROOT / "tests" / "acceptance"
NO_ENGINE = "NO CONTAINER ENGINE HERE, this promise was not proven"
PROJECT = "houqin-test"
LONG_PATIENCE, PATIENCE = 1800, 600
"""Seconds for a build from nothing or a replay of years, and for anything else."""
HOUQIN = [sys.executable, "-m", "houqin.main"]


def why_not() -> str | None:
    """Why nothing can be tried here; None if it can."""
    try:
        for question in (("info",), ("compose", "version")):
            done = subprocess.run(
                ["docker", *question], capture_output=True, text=True, timeout=30, check=False
            )
            if done.returncode:
                return f"docker {' '.join(question)}: {done.stderr.strip().splitlines()[-1]}"
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None


def _environment() -> dict[str, str]:
    """A user's shell: no settings of ours, which would go before those of the .env."""
    ours = ("HOUQIN_", "POSTGRES_", "KAFKA_", "OTEL_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def docker(*arguments: str, patience: float = PATIENCE) -> str:
    """What it prints. Raises CalledProcessError, with what it complained of on stderr."""
    done = subprocess.run(
        ["docker", *arguments],
        stdout=subprocess.PIPE, text=True, timeout=patience, check=True, env=_environment(),
    )  # fmt: skip
    return done.stdout


def inspect(*names: str) -> Any:
    return json.loads(docker("inspect", *names))


class Stack:
    """Starts, breaks and asks it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._env_file = folder / ".env"
        envfile.write(ROOT / ".env.example", self._env_file)
        self.settings = dict(
            line.split("=", 1)
            for line in self._env_file.read_text(encoding="utf-8").splitlines()
            if "=" in line and not line.startswith("#")
        )
        port = free_port()
        self._env_file.write_text(
            self._env_file.read_text(encoding="utf-8") + f"HOUQIN_PORT={port}\n", encoding="utf-8"
        )
        self.url = f"http://127.0.0.1:{port}"

    def compose(self, *arguments: str, patience: float = PATIENCE) -> str:
        return docker(
            "compose", "--project-name", PROJECT, "--env-file", str(self._env_file),
            "--file", str(ROOT / "docker-compose.yml"), *arguments, patience=patience,
        )  # fmt: skip

    def up(self, *flags: str) -> None:
        self.compose("up", "--detach", "--wait", *flags, patience=LONG_PATIENCE)

    def containers(self) -> dict[str, Any]:
        """By the service's name, what the engine knows of its container, also of an ended one."""
        ids = self.compose("ps", "--all", "--quiet").split()
        found = inspect(*ids) if ids else []
        return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in found}

    def left(self) -> list[str]:
        """What the engine still has of the project."""
        ours = f"label=com.docker.compose.project={PROJECT}"
        return [
            line
            for kind in (("ps", "--all"), ("network", "ls"), ("volume", "ls"))
            for line in docker(*kind, "--quiet", "--filter", ours).split()
        ]

    def ops(self, service: str, *question: str) -> subprocess.CompletedProcess[str]:
        """`houqin-ops` in the container of a service."""
        return subprocess.run(
            ["docker", "exec", self.containers()[service]["Id"], "houqin-ops", *question],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def replaying(self, file: Path, out: Path) -> subprocess.Popen[str]:
        """`houqin replay` on this machine, through the gateway."""
        return subprocess.Popen(
            [*HOUQIN, "replay", str(file), "--url", self.url, "--json", str(out)],
            stderr=subprocess.PIPE, text=True, cwd=self._folder,
            env=_environment() | {"HOUQIN_TOKEN": self.settings["HOUQIN_TOKEN"]},
        )  # fmt: skip

    def replay(self, file: Path) -> Any:
        """The report of a replay that must succeed."""
        out = self._folder / f"{file.stem}.json"
        with self.replaying(file, out) as process:
            said = process.communicate(timeout=LONG_PATIENCE)[1]
        assert process.returncode == 0, said
        return json.loads(out.read_text(encoding="utf-8"))


def expected(name: str) -> Any:
    return json.loads((ACCEPTANCE / "expected" / f"{name}.json").read_text(encoding="utf-8"))
