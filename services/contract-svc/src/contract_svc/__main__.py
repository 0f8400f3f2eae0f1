"""This service alone, told by the environment where its parts are."""

import uvicorn
from houqin_shared.settings import Settings

from contract_svc.main import create


def main() -> None:
    settings = Settings.from_environment()
    uvicorn.run(create(settings), host="0.0.0.0", port=settings.port, timeout_graceful_shutdown=15)


if __name__ == "__main__":
    main()
