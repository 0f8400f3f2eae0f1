"""All tables of the contract service."""

import sqlalchemy as sa
from alembic import op
from houqin_shared.tables import Xid8
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

KEPT_FOR_GOOD = ("rule_sets", "terms", "outcomes", "year_rates", "exit_warnings")


def upgrade() -> None:
    op.create_table(
        "agenda",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="the contract or supplier"),
        sa.Column(
            "number", sa.Integer(), nullable=False, comment="version of its term, or evidence"
        ),
        sa.Column("days", sa.Integer(), nullable=False, comment="which notice it is"),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column(
            "dropped_on",
            sa.Date(),
            nullable=True,
            comment="sweeps of later days no longer do it (T4)",
        ),
        sa.CheckConstraint(
            "kind in ('term-approaching','term-over','evidence-expiring','evidence-over')",
            name="agenda_kinds",
        ),
        sa.PrimaryKeyConstraint("office_id", "seq"),
        comment="what time alone will bring about, so that a day without any costs one look",
    )
    op.create_index("agenda_by_day", "agenda", ["office_id", "due_on"], unique=False)
    op.create_index("agenda_of_subject", "agenda", ["office_id", "subject"], unique=False)
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
    op.create_table(
        "rule_sets",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("office_id", "rules", "version"),
        comment="versions are added, never changed: contracts pin them",
    )
    op.create_table(
        "suppliers",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("small_or_medium", sa.Boolean(), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("office_id", "supplier"),
    )
    op.create_table(
        "contracts",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("annual_price", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False, comment="as first signed"),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("satisfaction_target", sa.Numeric(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column(
            "quarters_decided",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="quarters up to this position were before the last exit decision (C6)",
        ),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="its account was closed (B12)"),
        sa.Column("recorded_from", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("annual_price > 0", name="a_price"),
        sa.CheckConstraint("months between 1 and 36", name="at_most_three_years"),
        sa.ForeignKeyConstraint(
            ["office_id", "rules", "rules_version"],
            ["rule_sets.office_id", "rule_sets.rules", "rule_sets.version"],
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "supplier"],
            ["suppliers.office_id", "suppliers.supplier"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract"),
    )
    op.create_index(
        "contracts_of_supplier", "contracts", ["office_id", "supplier", "contract"], unique=False
    )
    op.create_table(
        "evidence",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False, comment="last valid day"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "gate in ('qualification','reputation','skills','conduct')", name="four_gates"
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "supplier"],
            ["suppliers.office_id", "suppliers.supplier"],
        ),
        sa.PrimaryKeyConstraint("office_id", "supplier", "evidence"),
        sa.UniqueConstraint(
            "office_id", "supplier", "gate", "document", "valid_until", name="one_row_per_document"
        ),
        comment="documents for the four gates (C1)",
    )
    op.create_table(
        "registrations",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("imported_from", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["office_id"],
            ["offices.office_id"],
        ),
        sa.PrimaryKeyConstraint("office_id"),
        comment="how an office was registered; its clock is in `offices`",
    )
    op.create_table(
        "standings",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("gates", sa.ARRAY(sa.Text()), nullable=False, comment="missing when lapsed"),
        sa.CheckConstraint("standing in ('admitted','lapsed')", name="standings_known"),
        sa.ForeignKeyConstraint(
            ["office_id", "supplier"],
            ["suppliers.office_id", "suppliers.supplier"],
        ),
        sa.PrimaryKeyConstraint("office_id", "supplier", "since", "standing"),
        comment="when a supplier was admitted or lapsed; told once each (C1)",
    )
    op.create_table(
        "evidence_reminders",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "supplier", "evidence"],
            ["evidence.office_id", "evidence.supplier", "evidence.evidence"],
        ),
        sa.PrimaryKeyConstraint("office_id", "supplier", "evidence", "days"),
        comment="each notice is sent once (C1)",
    )
    op.create_table(
        "exit_proposals",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("proposal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("evidence", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "cause",
            sa.Uuid(),
            nullable=True,
            comment="the event that brought it about; null: a sweep",
        ),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("recorded_from", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ends_on is not null) = (decision is not null and decision = 'accepted')",
            name="accepted_exits_end",
        ),
        sa.CheckConstraint("decision in ('accepted','rejected')", name="exit_decisions"),
        sa.CheckConstraint(
            "ground in ('three-quarters','two-years','widespread-complaints')", name="exit_grounds"
        ),
        sa.CheckConstraint(
            "num_nulls(decision, decided_on, decided_by) in (0, 3)",
            name="somebody_decided",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "proposal"),
    )
    op.create_index(
        "one_accepted_exit",
        "exit_proposals",
        ["office_id", "contract"],
        unique=True,
        postgresql_where=sa.text("decision = 'accepted'"),
    )
    op.create_index(
        "one_open_proposal",
        "exit_proposals",
        ["office_id", "contract"],
        unique=True,
        postgresql_where=sa.text("decision is null"),
    )
    op.create_table(
        "exit_warnings",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="the order in which they came"),
        sa.Column("warned_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "notice"),
        sa.UniqueConstraint("office_id", "contract", "position", name="one_order_of_warnings"),
        comment="one per notice that failed twice (I5)",
    )
    op.create_table(
        "outcomes",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("term", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.CheckConstraint("outcome in ('reached','expired','terminated')", name="outcomes_known"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "term"),
        comment="how a term ended: exactly one per contract and term (C4, C6)",
    )
    op.create_table(
        "quarters",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="the order of measuring (C6)"),
        sa.Column(
            "rate", sa.Numeric(precision=5, scale=2), nullable=True, comment="null: not measured"
        ),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="where it was measured (T4)"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "quarter"),
        sa.UniqueConstraint("office_id", "contract", "position", name="one_order_of_quarters"),
    )
    op.create_index("quarters_of_year", "quarters", ["office_id", "year"], unique=False)
    op.create_table(
        "retenders",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("term", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("incumbent", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("annual_price", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("satisfaction_target", sa.Numeric(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Uuid(), nullable=False, comment="the rebid that triggered it"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "term"),
        comment="one per contract and term, from the old contract's terms (C5)",
    )
    op.create_table(
        "terms",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False, comment="as signed, and all renewals"),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind in ('signed','renewed','terminated')", name="term_kinds"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "version"),
        comment="every end that a contract had; the newest version counts (T4)",
    )
    op.create_table(
        "widespread",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("complaints", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("heard_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "event_id"),
        comment="each report of widespread complaints is considered once (F5)",
    )
    op.create_table(
        "year_rates",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rate", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("fixed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "year"),
        comment="fixed on 5 February, never changed (C6)",
    )
    op.create_table(
        "term_reminders",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "contract", "version"],
            ["terms.office_id", "terms.contract", "terms.version"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "version", "days"),
        comment="each notice of each end is sent once (C4)",
    )
    op.execute(
        """create function refuse_to_change() returns trigger language plpgsql as $$
           begin
               raise exception 'rows of % are never changed', tg_table_name;
           end $$"""
    )
    for table in KEPT_FOR_GOOD:
        op.execute(
            f"""create trigger kept_for_good before update or delete on {table}
                for each row execute function refuse_to_change()"""
        )
