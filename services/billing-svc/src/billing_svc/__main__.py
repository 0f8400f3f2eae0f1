"""Run billing-svc alone: python -m billing_svc"""

import uvicorn
from houqin_shared.settings import Settings

from billing_svc.main import create


def main() -> None:
    settings = Settings.from_environment()
    uvicorn.run(create(settings), host="0.0.0.0", port=settings.port, log_level="info")


if __name__ == "__main__":
    main()
