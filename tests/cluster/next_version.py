"""A version to come: the image that runs, with one migration more."""

import json
from typing import Any

from cluster.namespace import kubectl

SERVICE, PACKAGE, HEAD = "billing-svc", "billing_svc", "next"

MIGRATION = """\
\"\"\"Expand: what is there stays as it is, for those who run beside this version.\"\"\"

import sqlalchemy as sa
from alembic import op

revision = "{head}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("noted", sa.Text()))
"""


def revision() -> str:
    """Of the schema that is there."""
    return kubectl(
        "exec", "statefulset/postgres", "--", "psql", "-U", "postgres", "-d", "billing", "-tAc",
        "select version_num from alembic_version",
    ).strip()  # fmt: skip


def roll_out() -> None:
    """Returns when it has begun."""
    script = MIGRATION.format(head=HEAD, before=revision())
    kubectl("create", "configmap", HEAD, f"--from-literal=next.py={script}")
    package = kubectl(
        "exec", f"deploy/{SERVICE}", "--", "python", "-c",
        f"import {PACKAGE}; print({PACKAGE}.__path__[0])",
    ).strip()  # fmt: skip
    mount = {
        "name": HEAD,
        "mountPath": f"{package}/migrations/versions/9999_next.py",
        "subPath": "next.py",
    }
    pod: dict[str, Any] = {
        "initContainers": [{"name": "migrate", "volumeMounts": [mount]}],
        "containers": [{"name": "service", "volumeMounts": [mount]}],
        "volumes": [{"name": HEAD, "configMap": {"name": HEAD}}],
    }
    kubectl(
        "patch", f"deploy/{SERVICE}", "--patch", json.dumps({"spec": {"template": {"spec": pod}}})
    )


def undo() -> None:
    """Returns when it has begun."""
    kubectl("rollout", "undo", f"deploy/{SERVICE}")
