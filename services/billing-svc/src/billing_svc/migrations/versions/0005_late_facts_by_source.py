"""One event may tell of many findings: each that comes too late is listed by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SOURCES = """
update late_facts l set source = coalesce(
    c.envelope -> 'data' ->> 'notice' || '#' || (c.envelope -> 'data' ->> 'round'),
    c.envelope -> 'data' ->> 'finding', c.envelope -> 'data' ->> 'complaint',
    c.envelope -> 'data' ->> 'month', c.envelope -> 'data' ->> 'quarter')
from causes c where (c.office_id, c.event_id) = (l.office_id, l.event_id)
"""


def upgrade() -> None:
    op.add_column(
        "late_facts",
        sa.Column("source", sa.Text(), nullable=True, comment="finding, complaint, month, ..."),
    )
    op.execute(SOURCES)
    op.alter_column("late_facts", "source", nullable=False)
    op.drop_constraint("late_facts_pkey", "late_facts")
    op.create_primary_key("late_facts_pkey", "late_facts", ["office_id", "event_id", "source"])
    op.drop_index("late_facts_of_contract", "late_facts")
    op.create_index(
        "late_facts_of_contract",
        "late_facts",
        ["office_id", "contract", "recorded_on", "event_id", "source"],
    )
