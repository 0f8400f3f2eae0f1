"""What a migration takes from the code that was there before it, read from PostgreSQL's catalog.

Adding is harmless: a table, an index, a column that may be null or has a default. Whatever else
changes may break code that is still running, and so does a new rule for what it writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

OBJECTS = """
select 'table ' || relname as what, null as table, '{}'::text[] as columns, '' as definition
from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
union all
select 'view ' || relname, null, '{}', pg_get_viewdef(oid)
from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
union all
select 'function ' || oid::regprocedure, null, '{}', pg_get_functiondef(oid)
from pg_proc where pronamespace = 'public'::regnamespace
union all
select 'trigger ' || tgname, relname, '{}', pg_get_triggerdef(t.oid)
from pg_trigger t join pg_class c on c.oid = tgrelid
where relnamespace = 'public'::regnamespace and not tgisinternal
union all
select 'column ' || relname || '.' || attname, relname, array[attname::text],
       format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
       || case when attidentity <> '' then ' identity ' || attidentity::text else '' end
       || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
from pg_attribute a join pg_class c on c.oid = attrelid
left join pg_attrdef d on (adrelid, adnum) = (attrelid, attnum)
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
  and attnum > 0 and not attisdropped
union all
select 'constraint ' || conname, relname,
       array(select attname::text from pg_attribute where attrelid = conrelid
             and attnum = any(conkey)),
       pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = conrelid
where relnamespace = 'public'::regnamespace and contype <> 'n'  -- columns say it
union all
select 'unique index ' || i.relname, t.relname,
       array(select attname::text from pg_attribute where attrelid = indrelid
             and attnum = any(indkey)),
       pg_get_indexdef(indexrelid)
from pg_index x join pg_class i on i.oid = indexrelid join pg_class t on t.oid = indrelid
where t.relnamespace = 'public'::regnamespace and indisunique
  and not exists (select from pg_constraint where conindid = indexrelid)
"""


@dataclass(frozen=True, slots=True)
class Thing:
    """A table, a column, a constraint ...: where it is, and how PostgreSQL writes it down."""

    table: str | None
    columns: frozenset[str]
    definition: str


async def read_catalog(url: str) -> dict[str, Thing]:
    """All of a database that its users can notice, by name."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(OBJECTS)
    await connection.close()
    return {
        row["what"]: Thing(row["table"], frozenset(row["columns"]), row["definition"])
        for row in rows
        if row["table"] != "alembic_version"
    }


def takes_away(before: Mapping[str, Thing], after: Mapping[str, Thing]) -> list[str]:
    """Why code that knows only what was before may not work after; nothing if it was only added."""
    return [
        *(f"{what} is gone" for what in before.keys() - after.keys()),
        *(
            f"{what} was {before[what].definition!r} and is {after[what].definition!r}"
            for what in before.keys() & after.keys()
            if before[what].definition != after[what].definition
        ),
        *(
            f"{what} is asked of those who don't know it: {after[what].definition!r}"
            for what in after.keys() - before.keys()
            if f"table {after[what].table}" in before and _is_asked(what, after[what], before)
        ),
    ]


def _is_asked(what: str, new: Thing, before: Mapping[str, Thing]) -> bool:
    """Something new of a table that was there: must those who write it respect it?"""
    if what.startswith("column "):
        return "not null" in new.definition and not (
            "default" in new.definition or "identity" in new.definition
        )
    knows = [f"column {new.table}.{each}" in before for each in new.columns]
    return any(knows) or not knows  # unless it is about new columns alone
