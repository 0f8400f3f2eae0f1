"""The data directory of a local installation: PostgreSQL's files, the signing key, the tokens."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from houqin_shared.auth import EVERY_OFFICE, Role, issue_token

LOCAL_ROLES = (
    Role.SYSTEM, Role.SUPERVISOR, Role.FINANCE, Role.LEADER, Role.LIAISON, Role.STAFF,
    Role.AUDITOR, Role.PUBLIC,
)  # fmt: skip
"""Roles that a local installation gets a token for; suppliers' name their supplier: `token`."""


class AlreadyRunning(Exception):
    """Another `houqin up` holds the data directory."""


class DataDirectory:
    """Where `houqin up` keeps everything; what is secret is readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def _secrets(self) -> Path:
        return self.folder / "secrets.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory. Raises AlreadyRunning."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise AlreadyRunning(str(self.folder)) from error
            yield

    def known_secrets(self) -> dict[str, str] | None:
        """The signing key (`key`) and a token per role, if it was ever started."""
        if not self._secrets.exists():
            return None
        known: dict[str, str] = json.loads(self._secrets.read_text())
        return known

    def note_processes(self, processes: Sequence[Mapping[str, object]]) -> None:
        """What runs now: name, pid and port of each, in `processes.json`; none removes the file."""
        file = self.folder / "processes.json"
        if not processes:
            file.unlink(missing_ok=True)
            return
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps(processes, indent=1) + "\n")
        beside.rename(file)

    def url(self) -> str | None:
        """Where `houqin up` answers, if it runs."""
        try:
            noted = json.loads((self.folder / "processes.json").read_text())
        except FileNotFoundError:
            return None
        return f"http://127.0.0.1:{noted[0]['port']}"

    def secrets(self) -> tuple[dict[str, str], bool]:
        """The signing key (`key`) and a token per role, and whether they were made just now."""
        if known := self.known_secrets():
            return known, False
        key = secrets.token_urlsafe(48)
        made = {"key": key} | {
            role.value: issue_token(key, f"local-{role.value}", role, EVERY_OFFICE, days_valid=3650)
            for role in LOCAL_ROLES
        }
        beside = self._secrets.with_suffix(".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(made, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(self._secrets)
        return made, True

    def token(self, role: Role) -> str | None:
        """HOUQIN_TOKEN, else the directory's token for `role`, if it was ever started."""
        given = os.environ.get("HOUQIN_TOKEN")
        if given:
            return given
        return (self.known_secrets() or {}).get(role.value)
