"""Accounts and what was heard about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("supplier_name", sa.Text(), nullable=False),
        sa.Column("small_or_medium", sa.Boolean(), nullable=False),
        sa.Column("annual_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False, comment="as first signed (B8)"),
        sa.Column("term", sa.Integer(), nullable=False, comment="which term of the service (C5)"),
        sa.Column(
            "rules",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the pinned rule set",
        ),
        sa.Column("years_opened", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "next_year_on", sa.Date(), nullable=False, comment="first day of the next year (B7)"
        ),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="B12"),
        sa.Column(
            "closed_with", sa.Text(), nullable=True, comment="the month of the closing statement"
        ),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("office_id", "contract"),
    )
    op.create_index(
        "accounts_by_next_year",
        "accounts",
        ["office_id", "next_year_on"],
        unique=False,
        postgresql_where=sa.text("closed_on is null"),
    )
    op.create_table(
        "causes",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("caused_by", sa.Uuid(), nullable=True, comment="the event that brought it about"),
        sa.Column(
            "envelope",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the CloudEvent as it was heard",
        ),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("office_id", "event_id"),
    )
    op.create_index(
        "causes_of_contract", "causes", ["office_id", "contract", "recorded_on"], unique=False
    )
    op.create_table(
        "late_facts",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "reason in ('account-closed', 'quarter-released')", name="why_facts_are_late"
        ),
        sa.PrimaryKeyConstraint("office_id", "event_id"),
    )
    op.create_index(
        "late_facts_of_contract",
        "late_facts",
        ["office_id", "contract", "recorded_on", "event_id"],
        unique=False,
    )
    op.create_table(
        "rebids",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.Uuid(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "term"),
    )
    op.create_table(
        "scores",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(), nullable=True, comment="null: not assessed (I3)"),
        sa.Column("cause", sa.Uuid(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "contract", "month", "revision"),
    )
    op.create_table(
        "surveys",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=True, comment="null: not measured (F3)"),
        sa.Column("cause", sa.Uuid(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "contract", "quarter"),
    )
    op.create_table(
        "terms",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "ends_on", sa.Date(), nullable=False, comment="the newest before a day counts (T4)"
        ),
        sa.Column("cause", sa.Uuid(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind in ('signed', 'renewed', 'terminated')", name="kinds_of_end"),
        sa.PrimaryKeyConstraint("office_id", "contract", "seq"),
        sa.UniqueConstraint("office_id", "cause", name="one_end_per_event"),
    )
