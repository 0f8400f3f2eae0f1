"""Does a database have what this code works with?

A schema that is newer than the code will do: migrations expand first, and take away what nobody
uses any more a release later. One that took away what this code uses says so in a comment.
"""

import asyncpg

from houqin_shared.migrate.revisions import WORKS_FROM, revisions
from houqin_shared.misconfigured import Misconfigured


async def require_schema(package: str, url: str) -> None:
    """Only look. Raises Misconfigured."""
    there, works_from = await _look(url)
    known = revisions(package)
    if there == known[-1]:
        return
    if there is None or there in known:
        raise Misconfigured(
            f"the database's schema is {'missing' if there is None else f'at {there}'}, and this "
            f"version needs {known[-1]}. Run `python -m houqin_shared.migrate {package}` with "
            f"DATABASE_URL of the database's owner, then start again.",
            f"数据库结构{'尚未建立' if there is None else f'版本为 {there}'},"
            f"本程序需要 {known[-1]}。"
            f"请以数据库属主的 DATABASE_URL 运行 `python -m houqin_shared.migrate {package}`,"
            f"然后重新启动。",
        )
    if works_from is not None and works_from not in known:
        raise too_old(there, works_from, known[-1])


def too_old(there: str, works_from: str, head: str) -> Misconfigured:
    """The code is, for a schema that took away what it uses."""
    return Misconfigured(
        f"the database's schema is at {there} and works with programs from {works_from} on; this "
        f"one ends at {head}. Start a newer version.",
        f"数据库结构版本为 {there},仅支持 {works_from} 及以后的程序;本程序止于 {head}。"
        f"请启动更新的版本。",
    )


async def _look(url: str) -> tuple[str | None, str | None]:
    """The revision, and the oldest one whose code still works if there is such a limit.

    Raises Misconfigured.
    """
    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as error:
        raise Misconfigured(
            f"the database can't be reached: {error}", f"无法连接数据库:{error}"
        ) from error
    try:
        if await connection.fetchval("select to_regclass('alembic_version')") is None:
            return None, None
        row = await connection.fetchrow(
            """select (select version_num from alembic_version) as there,
                      obj_description('alembic_version'::regclass) as comment"""
        )
    finally:
        await connection.close()
    assert row is not None
    comment = row["comment"] or ""
    return row["there"], comment.removeprefix(WORKS_FROM) or None
