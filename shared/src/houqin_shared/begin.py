"""The first thing that a service's process does: it can be told to end while it is still loading.

The first process of a container is not ended by a signal that it does not handle; it would be
killed when all patience is over. Nothing was begun yet, so ending is leaving.
"""

import importlib
import os
import signal


def begin(main: str) -> None:
    """Load the module `main` of a service and serve its SERVICE until told to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    from houqin_shared.serve import serve

    serve(importlib.import_module(main).SERVICE)
