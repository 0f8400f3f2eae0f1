"""How a process of ours ends."""

import subprocess
import sys

import pytest

SERVED = """
import asyncio, os, signal, sys, uvicorn
from houqin_shared.serve import Server, prepare_process

async def app(scope, receive, send):
    assert (await receive())["type"] == "lifespan.startup"
    START
    await send({"type": "lifespan.startup.complete"})
    print((await receive())["type"])
    await send({"type": "lifespan.shutdown.complete"})

server = Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on"))
prepare_process(server)
BEFORE
code = server.serve_until_told()
print("what follows")
sys.exit(code)
"""
TELL = "os.kill(os.getpid(), signal.{number})"
FOR_EVER = "await asyncio.sleep(3600)"


def serve(before: str, start: str) -> tuple[int, list[str]]:
    """The exit code, and what was printed."""
    done = subprocess.run(
        [sys.executable, "-c", SERVED.replace("BEFORE", before).replace("START", start)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_before_the_server_listens_to_any_still_ends_it(number: str) -> None:
    assert serve(TELL.format(number=number), FOR_EVER) == (0, ["what follows"])


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_a_start_that_takes_long(number: str) -> None:
    start = f"{TELL.format(number=number)}; {FOR_EVER}"
    assert serve("pass", start) == (0, ["what follows"])


def test_a_signal_to_a_server_that_has_started_ends_it_gracefully() -> None:
    start = "asyncio.get_running_loop().call_later(1, os.kill, os.getpid(), signal.SIGTERM)"
    assert serve("pass", start) == (0, ["lifespan.shutdown", "what follows"])


def test_a_start_that_fails_is_exit_code_1() -> None:
    assert serve("pass", "raise OSError('no database')") == (1, ["what follows"])
