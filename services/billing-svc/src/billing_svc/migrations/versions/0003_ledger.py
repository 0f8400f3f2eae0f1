"""The ledger, its lines, and the statements that they stand on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "balances",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column(
            "fen", sa.BigInteger(), nullable=False, comment="the sum of the account's entries"
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "account"),
    )
    op.create_table(
        "fees",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column(
            "fee_fen", sa.BigInteger(), nullable=False, comment="a fee of zero is booked, too"
        ),
        sa.Column("retained_fen", sa.BigInteger(), nullable=False),
        sa.Column("statement_month", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "contract", "month"),
    )
    op.create_table(
        "releases",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("retained_fen", sa.BigInteger(), nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), nullable=False),
        sa.Column("bonus_fen", sa.BigInteger(), nullable=False),
        sa.Column("statement_month", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "contract", "quarter"),
    )
    op.create_table(
        "statements",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("lines_fen", sa.BigInteger(), nullable=False),
        sa.Column("carried_before_fen", sa.BigInteger(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("from_deposit_fen", sa.BigInteger(), nullable=False),
        sa.Column("carried_fen", sa.BigInteger(), nullable=False),
        sa.Column("deposit_returned_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("interest_fen", sa.BigInteger(), nullable=True),
        sa.Column("paid_by", sa.Text(), nullable=True),
        sa.Column("payment_note", sa.Text(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(paid_on is null) = (interest_fen is null) and (paid_on is null) = (paid_by is null)",
            name="paid_statements_say_by_whom",
        ),
        sa.CheckConstraint(
            "lines_fen - carried_before_fen = payable_fen - from_deposit_fen - carried_fen",
            name="statements_add_up",
        ),
        sa.CheckConstraint(
            "payable_fen >= 0 and from_deposit_fen >= 0 and carried_fen >= 0 and "
            "deposit_returned_fen >= 0 and (payable_fen = 0 or from_deposit_fen + carried_fen = "
            "0)",
            name="payable_or_short",
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "month"),
    )
    op.create_table(
        "transactions",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="what it books: finding/f1"),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column(
            "cause",
            sa.Uuid(),
            nullable=True,
            comment="null: the sweep of recorded_on, or a payment",
        ),
        sa.Column(
            "booked_in",
            sa.BIGINT(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
            comment="the database transaction; entries join in that one or never",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("office_id", "id"),
        sa.UniqueConstraint(
            "office_id", "contract", "source", "rule", name="one_booking_per_source_and_rule"
        ),
    )
    op.create_table(
        "entries",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column(
            "fen", sa.BigInteger(), nullable=False, comment="debit positive, credit negative"
        ),
        sa.CheckConstraint(
            "account in ('service-cost', 'deductions', 'supplier-pending', 'statement-payable', "
            "'retained', 'deposit', 'reward-fund', 'reward-cost', 'shortfall', 'interest-cost', "
            "'bank')",
            name="accounts_of_the_chart",
        ),
        sa.CheckConstraint("fen <> 0", name="entries_move_money"),
        sa.ForeignKeyConstraint(
            ["office_id", "transaction_id"],
            ["transactions.office_id", "transactions.id"],
            name="entries_of_a_transaction",
        ),
        sa.PrimaryKeyConstraint("office_id", "transaction_id", "account"),
    )
    op.create_table(
        "lines",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False, comment="its transaction's"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False, comment="or quarter that it is about"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="of a score, else 0"),
        sa.Column("fen", sa.BigInteger(), nullable=False, comment="positive for the supplier"),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column(
            "numbers",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what was put into the rule (B13)",
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.Uuid(), nullable=True),
        sa.Column(
            "statement_month", sa.Text(), nullable=True, comment="null: waits for a statement (B5)"
        ),
        sa.Column(
            "set_aside_on",
            sa.Date(),
            nullable=True,
            comment="taken back: the account was closed (B12)",
        ),
        sa.CheckConstraint(
            "kind in ('fee', 'retained', 'finding', 'finding-withdrawn', 'complaint', "
            "'rectification', 'score', 'retained-returned', 'bonus')",
            name="kinds_of_line",
        ),
        sa.CheckConstraint("fen <> 0", name="lines_move_money"),
        sa.CheckConstraint(
            "statement_month is null or set_aside_on is null", name="set_aside_or_on_a_statement"
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "id"],
            ["transactions.office_id", "transactions.id"],
            name="lines_are_booked",
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "id"),
        sa.UniqueConstraint(
            "office_id",
            "contract",
            "kind",
            "source",
            "month",
            "revision",
            name="one_line_per_source",
        ),
    )
    op.create_index(
        "lines_of_statement", "lines", ["office_id", "contract", "statement_month"], unique=False
    )
