"""How `houqin up` starts and ends, when it can't."""

import os
import signal
import socket
import subprocess

from acceptance.installation import HOUQIN, PATIENCE, Installation


def test_a_port_that_is_taken_is_no_start(own_installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*HOUQIN, "up", "--port", str(port), "--data", str(own_installation.folder)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 2
    assert f"port {port} can't be used" in done.stderr
    assert f"端口 {port} 无法使用" in done.stderr
    assert not own_installation.folder.exists(), "nothing was begun"


def test_it_ends_when_its_database_has_died_and_starts_again(
    own_installation: Installation,
) -> None:
    own_installation.start()
    os.kill(own_installation.postmaster, signal.SIGKILL)
    assert own_installation.wait() == 1
    assert "PostgreSQL died" in own_installation.log()
    assert "PostgreSQL 已异常退出" in own_installation.log()
    own_installation.start()
    asked = subprocess.run(
        [*HOUQIN, "ops", "verify", "--data", str(own_installation.folder)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    assert own_installation.stop() == 0
