"""`python -m houqin_shared.migrate billing_svc`: before a service of this version starts.

DATABASE_URL is of the database's owner; HOUQIN_MIGRATE_SECONDS is what one statement may take.
Exit codes: 0 the schema is there, 1 it could not be brought there, 2 it could not be begun.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from houqin_shared.limits import whole_number
from houqin_shared.migrate import Limits, NotMigrated, migrate, require_schema
from houqin_shared.misconfigured import Misconfigured

log = logging.getLogger("houqin_shared.migrate")

PATIENCE = 60.0
"""Seconds that a database may take to answer: everything is started at the same time."""
LOOK = 1.0

T = TypeVar("T")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m houqin_shared.migrate",
        description="Bring a service's database to the schema of this version. DATABASE_URL names "
        "the database and its owner. 将服务的数据库升级到本版本的结构。",
    )
    parser.add_argument("package", help="contract_svc, inspection_svc, feedback_svc or billing_svc")
    parser.add_argument(
        "--wait",
        type=int,
        metavar="SECONDS",
        help="change nothing: wait until somebody else has done it, as any role of the database",
    )
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    log.setLevel(logging.INFO)
    try:
        url = _url()
        if given.wait is not None:
            asyncio.run(
                _until(Misconfigured, given.wait, lambda: require_schema(given.package, url))
            )
            return 0
        limits = Limits(statement=whole_number(os.environ, "HOUQIN_MIGRATE_SECONDS", 60, 86_400))
        applied = asyncio.run(
            _until(
                (OSError, asyncpg.PostgresError),
                PATIENCE,
                lambda: migrate(given.package, url, limits),
            )
        )
    except NotMigrated as error:
        return _say(given.package, error, 1)
    except Misconfigured as error:
        return _say(given.package, error, 1 if given.wait is not None else 2)
    except (OSError, asyncpg.PostgresError) as error:
        why = Misconfigured(f"the database can't be reached: {error}", f"无法连接数据库:{error}")
        return _say(given.package, why, 2)
    except ModuleNotFoundError as error:
        why = Misconfigured(f"there is no {error.name} here", f"此处没有 {error.name}")
        return _say(given.package, why, 2)
    log.info("%s: %s", given.package, ", ".join(applied) or "nothing to do · 无需迁移")
    return 0


def _url() -> str:
    """Raises Misconfigured."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise Misconfigured("DATABASE_URL is not set; set it.", "未设置 DATABASE_URL;请设置。")
    return url


async def _until(
    not_yet: type[Exception] | tuple[type[Exception], ...],
    patience: float,
    attempt: Callable[[], Awaitable[T]],
) -> T:
    """Try until it succeeds; raises the last `not_yet`, and whatever else comes."""
    limit, said = time.monotonic() + patience, ""
    while True:
        try:
            return await attempt()
        except not_yet as error:
            if time.monotonic() > limit:
                raise
            if str(error) != said:
                said = str(error)
                log.warning("not yet: %s", said)
        await asyncio.sleep(LOOK)


def _say(package: str, error: Misconfigured, code: int) -> int:
    sys.stderr.write(f"{package}: {error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
