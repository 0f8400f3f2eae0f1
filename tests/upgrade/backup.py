"""Backups as docs/operations.md tells to make them: pg_dump, one database after the other."""

from collections.abc import Iterable
from pathlib import Path

from upgrade.estate import Server

IN_ORDER = ("billing", "inspection", "feedback", "contract")
"""Whoever hears before whom it hears: what the later dumps tell, the earlier ones still hear."""


def dump(server: Server, database: str, folder: Path) -> Path:
    file = folder / f"{database}.dump"
    server.program("pg_dump", "--format=custom", "--file", file, database)
    return file


def restore(server: Server, files: Iterable[Path]) -> None:
    """Into databases that roles.sh has made: tables are their owners', rows are their services'."""
    for file in files:
        owner = "bus" if file.stem == "bus" else f"{file.stem}_owner"
        server.program(
            "pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "--role", owner,
            "--dbname", file.stem, file,
        )  # fmt: skip
