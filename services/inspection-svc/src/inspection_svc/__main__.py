"""Runs this service alone, as its environment says: python -m inspection_svc."""

import uvicorn
from houqin_shared.settings import Settings

from inspection_svc.main import create


def main() -> None:
    settings = Settings.from_environment()
    uvicorn.run(
        create(settings),
        host="0.0.0.0",
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        timeout_graceful_shutdown=15,
    )


if __name__ == "__main__":
    main()
