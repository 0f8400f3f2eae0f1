"""What this code knows: a service's migrations, in their order."""

import importlib
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

WORKS_FROM = "works with code from "
"""Begins the comment on `alembic_version`. The oldest head follows whose code still works: what a
migration names as its `works_from`, if it takes something away.
"""


def configuration_of(package: str) -> Config:
    """Alembic's, for the migrations of a service."""
    module = importlib.import_module(package)
    assert module.__file__ is not None
    configuration = Config()
    configuration.set_main_option(
        "script_location", str(Path(module.__file__).parent / "migrations")
    )
    return configuration


def scripts(package: str) -> list[Script]:
    """The oldest first."""
    directory = ScriptDirectory.from_config(configuration_of(package))
    return list(directory.walk_revisions())[::-1]


def revisions(package: str) -> list[str]:
    """The oldest first; the last is the head."""
    return [script.revision for script in scripts(package)]


def schema_differences(connection: sa.Connection, metadata: sa.MetaData) -> list[object]:
    """What the migrations made and `tables.py` doesn't say, or the other way round."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))
