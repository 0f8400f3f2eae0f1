"""A process that is told to end before it has begun."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PATIENCE = 300


def handles(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    """Has it said what is to be done when this signal comes?"""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux about signals")
def test_a_service_that_is_still_loading_ends_when_it_is_told() -> None:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "", "PYTHONDONTWRITEBYTECODE": "1"}
    for service in ("contract_svc", "inspection_svc", "feedback_svc", "billing_svc"):
        with subprocess.Popen([sys.executable, "-m", service], env=environment) as process:
            limit = time.monotonic() + PATIENCE
            while not handles(process, signal.SIGTERM):
                assert time.monotonic() < limit
            process.terminate()
            assert process.wait(PATIENCE) == 0, "ended by itself, not by the system"
