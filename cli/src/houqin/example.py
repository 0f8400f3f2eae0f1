"""`houqin run`: everything up, the example office replayed, its story told."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from houqin.children import HOST
from houqin.datadir import DataDirectory
from houqin.plan import Plan
from houqin.up import serve


def run_example(port: int, data: DataDirectory, file: Path) -> int:
    """Serve until Ctrl-C. The replay is a process of its own: a client like any other."""
    replay = [
        sys.executable, "-m", "houqin.main", "replay", str(file), "--story",
        "--url", f"http://{HOST}:{port}", "--data", str(data.folder),
    ]  # fmt: skip
    with ExitStack() as stack:

        def play() -> None:
            # Ctrl-C is for this process, which ends it.
            process = subprocess.Popen(replay, start_new_session=True)
            stack.callback(process.wait)
            stack.callback(process.terminate)

        return serve(Plan(port), data, play)
