"""`make upgrade-test BASE=<revision>`: what an older revision does while this one takes its place.

Its code is installed beside this one, from its own lock, so the history must go back so far and the
package registry must be there.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults.system import Office, Replaying
from houqin_ops.client import SERVICE_NAMES

from upgrade.estate import ROOT, Estate, Server

MIGRATE = """
import asyncio, os, sys
from houqin_shared.migrate import migrate
asyncio.run(migrate(sys.argv[1], os.environ["DATABASE_URL"]))
"""
MAY_ONLY_LOOK = """
from houqin_shared.settings import Settings
assert "migrates" in Settings.__annotations__
"""


@pytest.fixture
def older(folder: Path) -> Iterator[str]:
    """The Python of the revision BASE."""
    base = os.environ.get("BASE")
    if not base:
        pytest.skip("NO OLDER REVISION NAMED: make upgrade-test BASE=<revision>")
    there = folder / "older"
    added = subprocess.run(
        ["git", "worktree", "add", "--detach", there, base],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if added.returncode:
        pytest.skip(f"NO REVISION {base} HERE: {added.stderr}")
    try:
        subprocess.run(["make", "setup", f"PYTHON={sys.executable}"], cwd=there, check=True)
        yield str(there / ".venv" / "bin" / "python")
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", there], cwd=ROOT, check=True)


def heads(server: Server) -> list[str]:
    return [server.psql("select version_num from alembic_version", each) for each in SERVICE_NAMES]


@pytest.mark.upgrade
def test_the_older_code_works_on_the_newer_schema_and_beside_the_newer_code(
    older: str, new_server: Callable[[], Server], new_estate: Callable[..., Estate], folder: Path
) -> None:
    server = new_server()
    for service in SERVICE_NAMES:
        subprocess.run(
            [older, "-c", MIGRATE, f"{service}_svc"],
            env=os.environ | {"DATABASE_URL": server.url(service, f"{service}_owner")}, check=True,
        )  # fmt: skip
    old = new_estate(server, python=older)
    old.start()
    replaying = Replaying(old, Office.example("random-7"))

    replaying.wait_until(0.25)
    before = heads(server)
    server.migrate()
    if heads(server) == before:
        server.grow(folder)  # no newer migration yet: such as the next release's might be
    assert heads(server) != before

    replaying.wait_until(0.4)
    if subprocess.run([older, "-c", MAY_ONLY_LOOK], check=False).returncode == 0:
        for name, process in old.processes().items():
            if name != "gateway":
                process.kill()  # and it starts again, on the newer schema
        replaying.wait_until(0.5)

    new = new_estate(server)
    new.folder.mkdir()
    shutil.copy(old.folder / "secrets.json", new.folder)
    new.start()
    replaying.wait_until(0.7)
    old.url = new.url
    assert old.stop() == 0
    replaying.ends_as_expected()
    new.verify()
    assert new.stop() == 0
