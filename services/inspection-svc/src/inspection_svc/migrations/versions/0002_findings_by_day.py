"""A visit's findings are found by its contract and day: one index less for every finding."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("findings_of_visit", "findings")
