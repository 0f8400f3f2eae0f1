"""The first tables."""

import sqlalchemy as sa
from alembic import op
from houqin_shared.tables import Xid8
from sqlalchemy.dialects import postgresql as pg

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "withdrawals",
    "notice_outcomes",
    "leaders_reviews",
    "scores",
    "half_years",
    "bulletins",
    "bulletin_entries",
)


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", pg.BYTEA(), nullable=False),
        sa.Column(
            "refusal",
            pg.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="code and facts, to be told in either language",
        ),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("office_id", "idempotency_key"),
    )
    op.create_table(
        "bulletins",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("commended", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("criticised", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("month ~ '^\\d{4}-\\d{2}$'", name="bulletin_months"),
        sa.PrimaryKeyConstraint("office_id", "month"),
        sa.UniqueConstraint("office_id", "number", name="bulletin_numbers"),
        comment="append-only: frozen (I8)",
    )
    op.create_table(
        "contracts",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("rules_id", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column(
            "rules",
            pg.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what inspections use, as pinned",
        ),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="when it was signed (T4)"),
        sa.PrimaryKeyConstraint("office_id", "contract"),
        comment="signed contracts, with what their pinned rule set says about inspections",
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
        "findings",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("visit", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="in its visit's list (I2)"),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("repeat", sa.Boolean(), nullable=False, comment="decided once (I2)"),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="for the office alone"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("evidence", pg.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("witness", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True, comment="recorded on that day, too"),
        sa.CheckConstraint("severity in ('general','major')", name="severities"),
        sa.PrimaryKeyConstraint("office_id", "finding"),
    )
    op.create_index(
        "findings_by_day",
        "findings",
        ["office_id", "contract", "happened_on", "finding"],
        unique=False,
    )
    op.create_index(
        "findings_by_spot",
        "findings",
        ["office_id", "contract", "criterion", "place", "happened_on"],
        unique=False,
    )
    op.create_index(
        "findings_of_visit", "findings", ["office_id", "visit", "position"], unique=True
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
        "bulletin_entries",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("missing", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("failed_rectification", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "month"],
            ["bulletins.office_id", "bulletins.month"],
        ),
        sa.PrimaryKeyConstraint("office_id", "month", "contract"),
        comment="the figures that a bulletin shows, as it froze them (I8)",
    )
    op.create_table(
        "half_years",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("half", sa.Text(), nullable=False),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("half ~ '^\\d{4}H[12]$'", name="half_year_halves"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "half"),
        comment="append-only: never revised (I7)",
    )
    op.create_table(
        "leaders_reviews",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("half", sa.Text(), nullable=False),
        sa.Column("score", sa.Numeric(precision=9, scale=6), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="for the office alone"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("half ~ '^\\d{4}H[12]$'", name="review_halves"),
        sa.CheckConstraint("score between 0 and 100", name="review_points"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "seq"),
        comment="the last one recorded counts (I7)",
    )
    op.create_index(
        "reviews_of_half", "leaders_reviews", ["office_id", "half", "contract", "seq"], unique=False
    )
    op.create_table(
        "merits",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("merit", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="for the office alone"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind in ('innovation','experience','praise')", name="merit_kinds"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "merit"),
    )
    op.create_index(
        "merits_by_day", "merits", ["office_id", "contract", "happened_on", "merit"], unique=False
    )
    op.create_table(
        "notices",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False, comment="of the round that it is in"),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="for the office alone"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("state in ('open','again','closed','warned')", name="notice_states"),
        sa.CheckConstraint("given_on <= due", name="time_to_mend"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "notice"),
    )
    op.create_index(
        "notices_of_contract", "notices", ["office_id", "contract", "seq"], unique=False
    )
    op.create_index(
        "open_notices_by_due",
        "notices",
        ["office_id", "due"],
        unique=False,
        postgresql_where=sa.text("state in ('open','again')"),
    )
    op.create_table(
        "scores",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("missing", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "basis",
            pg.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the figures that it was made from",
        ),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("month ~ '^\\d{4}-\\d{2}$'", name="score_months"),
        sa.CheckConstraint("score is null or missing = '{}'", name="assessed_or_missing"),
        sa.CheckConstraint("revision >= 1", name="revisions_from_one"),
        sa.CheckConstraint("score between 0 and 100", name="score_points"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "month", "revision"),
        comment="append-only: a change is a new revision (I4)",
    )
    op.create_index(
        "scores_of_month", "scores", ["office_id", "month", "contract", "revision"], unique=False
    )
    op.create_table(
        "terms",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="what sweeps go by (T4)"),
        sa.CheckConstraint("kind in ('signed','renewed','terminated')", name="term_kinds"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "contract", "version"),
        sa.UniqueConstraint(
            "office_id", "contract", "kind", "ends_on", name="an_end_is_heard_once"
        ),
        comment="every end that a contract was given; the newest counts (C3, C6)",
    )
    op.create_table(
        "upheld_complaints",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("complaint", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False, comment="the complaint's day (I3)"),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="when it was upheld (T4)"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "complaint"),
    )
    op.create_index(
        "upheld_by_day", "upheld_complaints", ["office_id", "contract", "happened_on"], unique=False
    )
    op.create_table(
        "visits",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("visit", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("findings_count", sa.Integer(), nullable=False),
        sa.Column(
            "inspector", sa.Text(), nullable=False, comment="the person who answers for it (I6)"
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="for the office alone"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("tier in ('patrol','joint')", name="visit_tiers"),
        sa.CheckConstraint("happened_on <= recorded_on", name="no_visit_in_the_future"),
        sa.ForeignKeyConstraint(
            ["office_id", "contract"],
            ["contracts.office_id", "contracts.contract"],
        ),
        sa.PrimaryKeyConstraint("office_id", "visit"),
    )
    op.create_index(
        "visits_by_day", "visits", ["office_id", "contract", "happened_on", "visit"], unique=False
    )
    op.create_table(
        "withdrawals",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("recorded_from", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="for the office alone"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "finding"],
            ["findings.office_id", "findings.finding"],
        ),
        sa.PrimaryKeyConstraint("office_id", "finding"),
        comment="a finding is withdrawn at most once (I6)",
    )
    op.create_table(
        "notice_findings",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "finding"],
            ["findings.office_id", "findings.finding"],
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "notice"],
            ["notices.office_id", "notices.notice"],
        ),
        sa.PrimaryKeyConstraint("office_id", "notice", "finding"),
    )
    op.create_table(
        "notice_outcomes",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="for the office alone"),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("result in ('passed','failed','overdue')", name="outcome_results"),
        sa.CheckConstraint("round in (1, 2)", name="two_rounds"),
        sa.ForeignKeyConstraint(
            ["office_id", "notice"],
            ["notices.office_id", "notices.notice"],
        ),
        sa.PrimaryKeyConstraint("office_id", "notice", "round"),
        comment="how each round of a notice ended, once (I5)",
    )
    op.create_index(
        "outcomes_by_day", "notice_outcomes", ["office_id", "happened_on"], unique=False
    )

    op.execute(
        """create function refuse_change() returns trigger language plpgsql as $$
           begin
               raise exception '% is append-only', tg_table_name;
           end $$"""
    )
    for table in APPEND_ONLY:
        op.execute(
            f"""create trigger {table}_append_only before update or delete or truncate on {table}
                for each statement execute function refuse_change()"""
        )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
