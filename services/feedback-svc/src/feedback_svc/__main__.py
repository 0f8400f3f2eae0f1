"""This service alone, as its environment says: python -m feedback_svc"""

import uvicorn
from houqin_shared.settings import Settings

from feedback_svc.main import create


def main() -> None:
    settings = Settings.from_environment()
    uvicorn.run(create(settings), host="0.0.0.0", port=settings.port)


if __name__ == "__main__":
    main()
