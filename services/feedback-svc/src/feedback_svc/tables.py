"""What the feedback service keeps; the constraints are its promises."""

import sqlalchemy as sa
from houqin_shared.tables import mechanism_tables

metadata = sa.MetaData()
mechanism_tables(metadata)

OFFICE = "office_id"
NOW = sa.text("now()")


def _recorded() -> list[sa.Column[object]]:
    """When something was recorded, and by whom."""
    return [
        sa.Column("recorded_on", sa.Date, nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
    ]


contracts = sa.Table(
    "contracts",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("supplier", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("rules_id", sa.Text, nullable=False),
    sa.Column("rules_version", sa.Integer, nullable=False),
    sa.Column("survey_min_responses", sa.BigInteger, nullable=False),
    sa.Column("survey_min_response_percent", sa.Numeric, nullable=False),
    sa.Column("survey_satisfied_from", sa.BigInteger, nullable=False),
    sa.Column("widespread_complaints", sa.BigInteger, nullable=False),
    sa.Column("widespread_departments", sa.BigInteger, nullable=False),
    sa.Column("widespread_within_days", sa.BigInteger, nullable=False),
    comment="signed contracts, with what their pinned rule set says about feedback",
)

terms = sa.Table(
    "terms",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("ends_on", sa.Date, primary_key=True),
    sa.Column("recorded_on", sa.Date, nullable=False),
    sa.CheckConstraint("kind in ('signed','renewed','terminated')", name="term_kinds"),
    sa.Index(
        "one_termination_per_contract",
        OFFICE,
        "contract",
        unique=True,
        postgresql_where=sa.text("kind = 'terminated'"),
    ),
    comment="every end that a contract was given; a termination's counts, else the latest (C3)",
)

exit_decisions = sa.Table(
    "exit_decisions",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("proposal", sa.Integer, primary_key=True),
    sa.Column("decided_on", sa.Date, nullable=False),
    comment="complaints dated up to the last of them no longer count (F5)",
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("request", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("happened_on", sa.Date, nullable=False),
    sa.Column("department", sa.Text, nullable=False, comment="for who may know it (F2)"),
    sa.Column("caller", sa.Text, comment="for who may know it (F2)"),
    sa.Column("text", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("content_digest", sa.LargeBinary, nullable=False),
    *_recorded(),
    sa.CheckConstraint(
        "kind in ('complaint','repair','suggestion','praise','enquiry')", name="request_kinds"
    ),
    sa.ForeignKeyConstraint(
        [OFFICE, "contract"], ["contracts.office_id", "contracts.contract"], name="of_a_contract"
    ),
    sa.Index("requests_of_contract", OFFICE, "contract", "happened_on"),
    sa.Index("requests_by_day", OFFICE, "happened_on", "request"),
    comment="what was called in on the hotline (F1)",
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("request", sa.Text, primary_key=True),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("reasons", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("recorded_from", sa.Text, nullable=False),
    *_recorded(),
    sa.CheckConstraint("decision in ('upheld','dismissed')", name="decisions_taken"),
    sa.CheckConstraint("recorded_from = 'paper'", name="decided_on_paper"),
    sa.ForeignKeyConstraint(
        [OFFICE, "request"], ["requests.office_id", "requests.request"], name="of_a_request"
    ),
    comment="one per complaint, never changed",
)

surveys = sa.Table(
    "surveys",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("quarter", sa.Text, primary_key=True),
    sa.Column("invited", sa.Integer, nullable=False),
    sa.Column("grades", sa.ARRAY(sa.Integer), nullable=False, comment="answers of grade 1 to 5"),
    sa.Column("answers", sa.Integer, nullable=False),
    sa.Column("satisfied", sa.Integer, nullable=False),
    sa.Column("rate", sa.Numeric(5, 2), comment="null: not measured"),
    sa.Column("note", sa.Text),
    sa.Column("recorded_from", sa.Text, nullable=False),
    *_recorded(),
    sa.CheckConstraint("cardinality(grades) = 5", name="five_grades"),
    sa.CheckConstraint("satisfied between 0 and answers", name="satisfied_answered"),
    sa.CheckConstraint("answers <= invited", name="who_answers_was_invited"),
    sa.CheckConstraint("rate between 0 and 100", name="rate_in_percent"),
    sa.CheckConstraint("recorded_from = 'paper'", name="counted_on_paper"),
    sa.ForeignKeyConstraint(
        [OFFICE, "contract"], ["contracts.office_id", "contracts.contract"], name="of_a_contract"
    ),
    comment="one result per contract and quarter, never changed (F3)",
)

identity_looks = sa.Table(
    "identity_looks",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("look", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("looked_by", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("looked_on", sa.Date, nullable=False, comment="the office's today"),
    sa.Column("looked_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
    sa.ForeignKeyConstraint(
        [OFFICE, "request"], ["requests.office_id", "requests.request"], name="of_a_request"
    ),
    comment="every look at who called (F2), never changed",
)

KEPT_FOR_GOOD = ("decisions", "surveys", "identity_looks")
"""Rows of these are added and never changed; the database itself refuses it."""
