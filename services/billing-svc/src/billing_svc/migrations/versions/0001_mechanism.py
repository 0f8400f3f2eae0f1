"""The tables of the mechanism: clocks, outbox, inbox, answers."""

import sqlalchemy as sa
from alembic import op
from houqin_shared.tables import Xid8
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", postgresql.BYTEA(), nullable=False),
        sa.Column(
            "refusal",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="code and facts, to be told in either language",
        ),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("office_id", "idempotency_key"),
    )
    op.create_table(
        "days_heard",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False, comment="one day closed per partition"),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "source", "copy"),
    )
    op.create_table(
        "inbox",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("source", "event_id"),
    )
    op.create_table(
        "offices",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("today", sa.Date(), nullable=False, comment="what is done now is recorded on it"),
        sa.Column("swept_on", sa.Date(), nullable=False, comment="the last day swept"),
        sa.Column("closed_on", sa.Date(), nullable=False, comment="no more is recorded up to it"),
        sa.CheckConstraint("clock in ('live','manual')", name="clocks"),
        sa.CheckConstraint("closed_on <= swept_on and swept_on <= today", name="days_in_order"),
        sa.PrimaryKeyConstraint("office_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("pos", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("everywhere", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("pos"),
    )
    op.create_index("outbox_in_commit_order", "outbox", ["xid", "pos"], unique=False)
    op.create_table(
        "outbox_cursor",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False, comment="messages sent, ever"),
        sa.Column("epoch", sa.BigInteger(), nullable=False, comment="which leader may move it"),
        sa.Column("cluster", sa.Text(), nullable=False, comment="whose transaction ids these are"),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "parked",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True, comment="of a dead letter"),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("(reason = 'failed') = (error is not null)", name="dead_say_why"),
        sa.CheckConstraint("reason in ('failed','unknown','behind')", name="parked_reason"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("parked_by_key", "parked", ["key", "seq"], unique=False)
