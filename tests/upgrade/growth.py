"""The next release's migrations, drawn up: every table of a service grows, as much as it may."""

import shutil
from pathlib import Path

from houqin_shared.migrate.revisions import configuration_of, revisions

GROWS = '''"""{table} grows."""

from alembic import op

revision, down_revision = {revision!r}, {down_revision!r}


def upgrade() -> None:
    op.execute("alter table {table} add column may_be_null text")
    op.execute("alter table {table} add column has_a_default integer not null default 7")
    op.execute("create table beside_{table} (id bigint generated always as identity)")
'''


def next_release(service: str, tables: list[str], folder: Path) -> str:
    """A package in `folder` with the service's migrations and one more for each of its tables; its
    name.
    """
    package = f"next_{service}_svc"
    migrations = Path(configuration_of(f"{service}_svc").get_main_option("script_location") or "")
    there = folder / package / "migrations"
    shutil.copytree(migrations, there)
    (folder / package / "__init__.py").touch()
    last = revisions(f"{service}_svc")[-1]
    for number, table in enumerate(tables):
        revision = f"{9000 + number}"
        (there / "versions" / f"{revision}.py").write_text(
            GROWS.format(table=table, revision=revision, down_revision=last)
        )
        last = revision
    return package
