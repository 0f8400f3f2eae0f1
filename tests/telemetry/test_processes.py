"""Metrics where each service is a process, or several."""

import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from acceptance.installation import HOUQIN, PATIENCE, Installation, until
from ports import free_port

CHILDREN = {"contract-1", "inspection-1", "feedback-1", "billing-1", "billing-2"}


@pytest.fixture
def own_installation() -> Iterator[Installation]:
    # Not tmp_path: another run of pytest would take it away from PostgreSQL's user.
    folder = Path(tempfile.mkdtemp(prefix="hq-telemetry-"))
    own = Installation(folder / "var")
    yield own
    if own.is_running:
        own.stop()
    shutil.rmtree(folder)


def test_each_process_shows_its_own_service_and_one_replica_sends(
    own_installation: Installation,
) -> None:
    said = own_installation.start(
        "--processes", "--replicas", "billing=2", "--metrics-port", str(free_port(in_a_row=5))
    )
    places = dict(re.findall(r"(\w+-\d)\s+(http://127\.0\.0\.1:\d+/metrics)", said))
    assert set(places) == CHILDREN

    def leading(child: str) -> str:
        service = child.rpartition("-")[0]
        text = httpx.get(places[child]).text
        assert set(re.findall(r'service="([\w-]+)"', text)) == {f"{service}-svc"}
        (leads,) = re.findall(r"^houqin_relay_leads\{[^}]*\} (\d)", text, re.MULTILINE)
        return str(leads)

    until(lambda: leading("contract-1") == "1", "the only one leads")
    until(
        lambda: {leading("billing-1"), leading("billing-2")} == {"0", "1"},
        "one of two replicas leads",
    )
    assert own_installation.stop() == 0


def test_a_metrics_port_that_is_taken_is_no_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        done = subprocess.run(
            [
                *HOUQIN, "up", "--port", str(free_port()), "--metrics-port", number,
                "--data", str(tmp_path / "var"),
            ],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert f"port {number} can't be used" in done.stderr
    assert "请用 --metrics-port 另选一个" in done.stderr
