"""What an operator does beside asking: `houqin-ops`, and days that pass by command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from houqin.officefile import read_office_file
from houqin.replay import Replay
from houqin_ops.client import SERVICE_NAMES, Client
from model import play_file
from model.reading import load

from acceptance.installation import PATIENCE, Installation
from acceptance.test_replay import a_quarter

PLAYED_TO, SWEPT_TO = "2019-12-10", "2020-02-29"


def houqin_ops(url: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    ours = ("HOUQIN_", "DATABASE_URL")
    shell = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-m", "houqin_ops.main", *arguments],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
        env=shell | {"HOUQIN_URL": url} | environment,
    )  # fmt: skip


async def test_days_that_are_swept_bring_about_what_days_that_are_played_do(
    installation: Installation, tmp_path: Path
) -> None:
    played, longer = tmp_path / "played.yaml", tmp_path / "longer.yaml"
    text = a_quarter("swept")
    assert f"until: '{PLAYED_TO}'" in text
    played.write_text(text, encoding="utf-8")
    longer.write_text(text.replace(PLAYED_TO, SWEPT_TO), encoding="utf-8")
    installation.replay(played)

    for _ in range(2):  # the second time, nothing is left to do
        done = installation.run("ops", "sweep", SWEPT_TO, "swept", "--json")
        assert done.returncode == 0, done.stderr
        swept_on = json.loads(done.stdout)["swept_on"]
        assert swept_on == {"swept": dict.fromkeys(SERVICE_NAMES, SWEPT_TO)}

    async with Client(installation.url, installation.token("system")) as client:
        file = read_office_file(longer)
        report = await Replay(file, client).report(file.until)
    assert report == play_file(load(longer)) | {"refused": []}
    installation.verify()


def test_the_key_of_a_container_is_enough(installation: Installation) -> None:
    key = installation.token("key")
    for question in ("status", "replay-dead", "verify"):
        done = houqin_ops(installation.url, question, "--json", HOUQIN_TOKEN_KEY=key)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "Set HOUQIN_TOKEN"),
        ({"HOUQIN_TOKEN_KEY": "another key, which is as long as any"}, "401 unauthenticated"),
    ],
)
def test_who_may_not_ask_is_told_so(
    installation: Installation, environment: dict[str, str], why: str
) -> None:
    done = houqin_ops(installation.url, "verify", **environment)
    assert done.returncode == 2
    assert why in done.stderr


def test_the_days_of_a_live_office_pass_by_themselves(installation: Installation) -> None:
    """The last here: where an office lives, days are under way whenever `verify` asks."""
    with httpx.Client(base_url=installation.url, timeout=PATIENCE) as client:
        client.headers["Authorization"] = f"Bearer {installation.token('system')}"
        office = {"name": "鄂州", "clock": "live", "opens_on": "2026-01-01"}
        assert client.put("/contract/v1/offices/live", json=office).status_code in (200, 201)
    for office_id, why in (("live", "swept-by-itself"), ("nowhere", "unknown-office")):
        done = installation.run("ops", "sweep", "2099-01-01", office_id)
        assert done.returncode == 2
        assert why in done.stderr
