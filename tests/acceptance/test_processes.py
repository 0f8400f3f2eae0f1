"""One process per service, several of one: the same system, whatever ends."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from ports import free_port

from acceptance.installation import HOUQIN, PATIENCE, Installation, until

HERE = Path(__file__).parent
TWO_BILLING = ("--processes", "--replicas", "billing=2")
CHILDREN = {"contract-1", "inspection-1", "feedback-1", "billing-1", "billing-2"}


def test_a_child_that_is_killed_starts_again_and_is_waited_for(
    own_installation: Installation,
) -> None:
    own_installation.start(*TWO_BILLING)
    before = own_installation.processes()
    assert set(before) == {"gateway", *CHILDREN}

    with httpx.Client(base_url=own_installation.url, timeout=PATIENCE) as client:
        page = client.get("/billing/docs")
        assert "'/billing/openapi.json'" in page.text
        spec = client.get("/billing/openapi.json").json()
        assert spec["servers"] == [{"url": "/billing"}]
        for name in ("inspection-1", "billing-2"):
            before[name].kill()
        for service in ("contract", "feedback", "billing", "billing"):
            assert client.get(f"/{service}/health/ready").status_code == 200
        until(lambda: client.get("/inspection/health/ready").status_code == 200, "it is back")
    until(lambda: set(own_installation.processes()) == set(before), "all run again")
    again = own_installation.processes()
    assert {name for name in before if again[name].pid != before[name].pid} == {
        "inspection-1",
        "billing-2",
    }
    assert "inspection-1 ENDED (signal 9) and starts again" in own_installation.log()

    assert own_installation.stop() == 0
    assert "KILLED" not in own_installation.log(), "each ended by itself, and in time"
    assert not any(process.is_running() for process in again.values())
    assert not (own_installation.folder / "processes.json").exists()


def test_children_do_not_outlive_a_killed_parent(own_installation: Installation) -> None:
    own_installation.start("--processes")
    children = own_installation.processes()
    del children["gateway"]
    own_installation.kill_parent()
    _, alive = psutil.wait_procs(children.values(), timeout=PATIENCE)
    assert alive == []
    own_installation.start()
    assert own_installation.stop() == 0


def test_a_broker_that_is_not_there_is_no_start(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *HOUQIN, "up", "--processes", "--bus", "kafka", "--kafka", f"127.0.0.1:{free_port()}",
            "--port", str(free_port()), "--data", str(tmp_path / "var"),
        ],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "a service did not start" in done.stderr
    assert not (tmp_path / "var" / "processes.json").exists()


def test_a_service_that_has_lost_its_place_halts_and_everybody_can_see_it(
    own_installation: Installation,
) -> None:
    own_installation.start("--processes")
    with httpx.Client(base_url=own_installation.url, timeout=PATIENCE) as client:
        client.headers["Authorization"] = f"Bearer {own_installation.token('system')}"
        office = {"name": "鄂州", "clock": "manual", "opens_on": "2017-05-01"}
        assert client.put("/contract/v1/offices/ezhou", json=office).status_code in (200, 201)

        def flow() -> Any:
            return client.get("/billing/v1/ops/flow").json()

        until(lambda: bool(flow()["applied"]), "billing hears of the office")
        assert own_installation.run("ops", "status").returncode == 0

        asyncio.run(own_installation.sql("bus", "delete from cursors"))
        own_installation.processes()["billing-1"].kill()
        until(lambda: client.get("/billing/health/ready").status_code == 200, "billing is back")
        until(lambda: bool(flow()["halted"]), "billing halts")
        assert "its place is gone" in flow()["halted_because"]

    assert "billing-svc HEARS NOTHING ANY MORE" in own_installation.log()
    for question in ("status", "lag", "verify"):
        done = own_installation.run("ops", question)
        assert done.returncode == 1
        assert "halted" in done.stdout
    assert own_installation.stop() == 0


@pytest.mark.slow
def test_an_office_is_played_exactly_on_kafka_by_two_replicas(
    own_installation: Installation, own_kafka: str
) -> None:
    own_installation.start("--bus", "kafka", "--kafka", own_kafka, *TWO_BILLING)
    expected = json.loads((HERE / "expected" / "sanmen.json").read_text(encoding="utf-8"))
    assert own_installation.replay(HERE.parents[1] / "examples" / "sanmen.yaml") == expected
    own_installation.verify()
    assert own_installation.stop() == 0
