"""The first tables of the feedback service."""

import sqlalchemy as sa
from alembic import op
from houqin_shared.tables import Xid8
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

KEPT_FOR_GOOD = ("decisions", "surveys", "identity_looks")


def upgrade() -> None:
    _mechanism()
    _feedback()
    op.execute(
        """create function refuse_change() returns trigger language plpgsql as $$
           begin
               raise exception 'rows of % are kept for good', tg_table_name;
           end $$"""
    )
    for table in KEPT_FOR_GOOD:
        op.execute(
            f"""create trigger kept_for_good before update or delete or truncate on {table}
                for each statement execute function refuse_change()"""
        )


def _mechanism() -> None:
    op.create_table(
        "answers",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", postgresql.BYTEA(), nullable=False),
        sa.Column(
            "refusal",
            postgresql.JSONB(),
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
        sa.CheckConstraint("closed_on <= swept_on and swept_on <= today", name="days_in_order"),
        sa.PrimaryKeyConstraint("office_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("pos", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("everywhere", sa.Boolean(), server_default=sa.false(), nullable=False),
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


def _feedback() -> None:
    op.create_table(
        "contracts",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("rules_id", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("survey_min_responses", sa.BigInteger(), nullable=False),
        sa.Column("survey_min_response_percent", sa.Numeric(), nullable=False),
        sa.Column("survey_satisfied_from", sa.BigInteger(), nullable=False),
        sa.Column("widespread_complaints", sa.BigInteger(), nullable=False),
        sa.Column("widespread_departments", sa.BigInteger(), nullable=False),
        sa.Column("widespread_within_days", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "contract"),
        comment="signed contracts, with what their pinned rule set says about feedback",
    )
    op.create_table(
        "exit_decisions",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("proposal", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "contract", "proposal"),
        comment="complaints dated up to the last of them no longer count (F5)",
    )
    op.create_table(
        "terms",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.CheckConstraint("kind in ('signed','renewed','terminated')", name="term_kinds"),
        sa.PrimaryKeyConstraint("office_id", "contract", "kind", "ends_on"),
        comment="every end that a contract was given; a termination's counts, else the latest (C3)",
    )
    op.create_index(
        "one_termination_per_contract",
        "terms",
        ["office_id", "contract"],
        unique=True,
        postgresql_where=sa.text("kind = 'terminated'"),
    )
    op.create_table(
        "requests",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False, comment="for who may know it (F2)"),
        sa.Column("caller", sa.Text(), nullable=True, comment="for who may know it (F2)"),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind in ('complaint','repair','suggestion','praise','enquiry')", name="request_kinds"
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
            name="of_a_contract",
        ),
        sa.PrimaryKeyConstraint("office_id", "request"),
        comment="what was called in on the hotline (F1)",
    )
    op.create_index(
        "requests_by_day", "requests", ["office_id", "happened_on", "request"], unique=False
    )
    op.create_index(
        "requests_of_contract", "requests", ["office_id", "contract", "happened_on"], unique=False
    )
    op.create_table(
        "surveys",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column(
            "grades", sa.ARRAY(sa.Integer()), nullable=False, comment="answers of grade 1 to 5"
        ),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column(
            "rate", sa.Numeric(precision=5, scale=2), nullable=True, comment="null: not measured"
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_from", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("recorded_from = 'paper'", name="counted_on_paper"),
        sa.CheckConstraint("answers <= invited", name="who_answers_was_invited"),
        sa.CheckConstraint("cardinality(grades) = 5", name="five_grades"),
        sa.CheckConstraint("rate between 0 and 100", name="rate_in_percent"),
        sa.CheckConstraint("satisfied between 0 and answers", name="satisfied_answered"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
            name="of_a_contract",
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "quarter"),
        comment="one result per contract and quarter, never changed (F3)",
    )
    op.create_table(
        "decisions",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_from", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("decision in ('upheld','dismissed')", name="decisions_taken"),
        sa.CheckConstraint("recorded_from = 'paper'", name="decided_on_paper"),
        sa.ForeignKeyConstraint(
            ["office_id", "request"],
            ["requests.office_id", "requests.request"],
            name="of_a_request",
        ),
        sa.PrimaryKeyConstraint("office_id", "request"),
        comment="one per complaint, never changed",
    )
    op.create_table(
        "identity_looks",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("look", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("looked_by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=False, comment="the office's today"),
        sa.Column(
            "looked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "request"],
            ["requests.office_id", "requests.request"],
            name="of_a_request",
        ),
        sa.PrimaryKeyConstraint("office_id", "look"),
        comment="every look at who called (F2), never changed",
    )
