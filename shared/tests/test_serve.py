"""How a process of ours ends."""

import subprocess
import sys

import pytest

TOLD_TOO_SOON = """
import os, signal, sys, uvicorn
from houqin_shared.serve import prepare_process

async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        what = (await receive())["type"]
        print(what)
        await send({"type": f"{what}.complete"})

server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
prepare_process(server)
os.kill(os.getpid(), signal.Signals[sys.argv[1]])
server.run()
print("what follows")
"""


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_before_the_server_listens_to_any_still_ends_it(number: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TOLD_TOO_SOON, number],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.split("\n") == ["lifespan.startup", "lifespan.shutdown", "what follows", ""]
