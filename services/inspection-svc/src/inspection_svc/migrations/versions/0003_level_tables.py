"""What comes and goes all the time stays level: how its tables are vacuumed.

Takes no lock for which anybody waits; an older version of the service works as before.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PASSED_THROUGH = """
alter table {table} set (
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_insert_scale_factor = 0.01,
    vacuum_truncate = false
)
"""

CHANGED_ALL_THE_TIME = """
alter table outbox_cursor set (
    fillfactor = 10,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    vacuum_truncate = false
)
"""


def upgrade() -> None:
    for table in ("outbox", "inbox", "answers"):
        op.execute(PASSED_THROUGH.format(table=table))
    op.execute(CHANGED_ALL_THE_TIME)
