"""Expand, then contract: docs/decisions/0013-expand-then-contract.md."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from houqin_shared.migrate import migrate
from houqin_shared.migrate.revisions import scripts

from upgrade.catalog import read_catalog, takes_away

NewDatabase = Callable[[], Awaitable[str]]

FIRST_RELEASE = {
    "contract_svc": "0002",
    "inspection_svc": "0003",
    "feedback_svc": "0002",
    "billing_svc": "0008",
}
"""The heads that the rule counts from: nobody runs anything older."""


async def taken_away(package: str, url: str, before: str, after: str) -> list[str]:
    await migrate(package, url, to=before)
    known = await read_catalog(url)
    await migrate(package, url, to=after)
    return takes_away(known, await read_catalog(url))


@pytest.mark.parametrize("package", FIRST_RELEASE)
async def test_a_migration_only_adds_or_says_from_which_code_on_it_works(
    package: str, new_database: NewDatabase
) -> None:
    url = await new_database()
    known = [script.revision for script in scripts(package)]
    for script in scripts(package)[known.index(FIRST_RELEASE[package]) + 1 :]:
        before = known[known.index(script.revision) - 1]
        works_from = getattr(script.module, "works_from", None)
        if works_from is None:
            assert await taken_away(package, url, before, script.revision) == [], (
                f"{package} {script.revision} takes something away; if code of an earlier release "
                f"doesn't use it any more, name its head: works_from = ..."
            )
        else:
            assert works_from in known[: known.index(script.revision)]


async def test_other_settings_of_a_table_hurt_nobody(new_database: NewDatabase) -> None:
    assert await taken_away("billing_svc", await new_database(), "0006", "0007") == []


async def test_what_was_done_before_the_first_release_would_be_noticed(
    new_database: NewDatabase,
) -> None:
    found = await taken_away("billing_svc", await new_database(), "0007", "0008")
    assert {"table entries is gone", "table transactions is gone", "table lines is gone"} <= set(
        found
    )
    unique = await taken_away("inspection_svc", await new_database(), "0001", "0002")
    assert unique == ["unique index findings_of_visit is gone"]
    keyed = await taken_away("billing_svc", await new_database(), "0004", "0005")
    assert any("constraint late_facts_pkey was" in each for each in keyed)
    assert any("column late_facts.source is asked of" in each for each in keyed)


@pytest.mark.parametrize(
    ("change", "hurts"),
    [
        ("alter table things add column more text", False),
        ("alter table things add column more text not null default ''", False),
        ("alter table things add column more int check (more > 0)", False),
        ("create table others (id int primary key references things)", False),
        ("create index on things (name)", False),
        ("drop index by_name", False),
        ("alter table things add column more text not null", True),
        ("alter table things add check (name <> '')", True),
        ("create unique index on things (name)", True),
        ("alter table things alter column name type varchar(9)", True),
        ("alter table things alter column name drop not null", True),
        ("alter table things alter column name drop default", True),
        ("alter table things rename column name to title", True),
        ("alter table things rename to others", True),
        ("create or replace function f() returns int language sql as 'select 2'", True),
        (
            """create function t() returns trigger language plpgsql as 'begin return null; end';
               create trigger t before insert on things for each row execute function t()""",
            True,
        ),
    ],
)
async def test_what_hurts(change: str, hurts: bool, new_database: NewDatabase) -> None:
    url = await new_database()
    connection = await asyncpg.connect(url)
    await connection.execute(
        """create table things (id int primary key, name text not null default '');
           create index by_name on things (name);
           create function f() returns int language sql as 'select 1'"""
    )
    before = await read_catalog(url)
    await connection.execute(change)
    await connection.close()
    assert bool(takes_away(before, await read_catalog(url))) is hurts
