"""What the contract service keeps; the constraints are its promises."""

import sqlalchemy as sa
from houqin_shared.tables import mechanism_tables
from sqlalchemy.dialects import postgresql as pg

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


def _remarks() -> list[sa.Column[object]]:
    """What people may write beside it."""
    return [sa.Column(name, sa.Text) for name in ("name_en", "text", "note")]


def _of(table: str, *columns: str) -> sa.ForeignKeyConstraint:
    """A row of the same office that must be there."""
    return sa.ForeignKeyConstraint(
        [OFFICE, *columns], [f"{table}.{column}" for column in (OFFICE, *columns)]
    )


registrations = sa.Table(
    "registrations",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("opens_on", sa.Date, nullable=False),
    sa.Column("imported_from", sa.Text),
    *_remarks(),
    *_recorded(),
    _of("offices"),
    comment="how an office was registered; its clock is in `offices`",
)

suppliers = sa.Table(
    "suppliers",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("supplier", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("uscc", sa.Text, nullable=False),
    sa.Column("small_or_medium", sa.Boolean, nullable=False),
    sa.Column("content_digest", sa.LargeBinary, nullable=False),
    *_remarks(),
    *_recorded(),
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("supplier", sa.Text, primary_key=True),
    sa.Column("evidence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("gate", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("valid_until", sa.Date, nullable=False, comment="last valid day"),
    *_remarks(),
    *_recorded(),
    sa.CheckConstraint(
        "gate in ('qualification','reputation','skills','conduct')", name="four_gates"
    ),
    sa.UniqueConstraint(
        OFFICE, "supplier", "gate", "document", "valid_until", name="one_row_per_document"
    ),
    _of("suppliers", "supplier"),
    comment="documents for the four gates (C1)",
)

evidence_reminders = sa.Table(
    "evidence_reminders",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("supplier", sa.Text, primary_key=True),
    sa.Column("evidence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("days", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("told_on", sa.Date, nullable=False),
    _of("evidence", "supplier", "evidence"),
    comment="each notice is sent once (C1)",
)

standings = sa.Table(
    "standings",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("supplier", sa.Text, primary_key=True),
    sa.Column("since", sa.Date, primary_key=True),
    sa.Column("standing", sa.Text, primary_key=True),
    sa.Column("gates", sa.ARRAY(sa.Text), nullable=False, comment="missing when lapsed"),
    sa.CheckConstraint("standing in ('admitted','lapsed')", name="standings_known"),
    _of("suppliers", "supplier"),
    comment="when a supplier was admitted or lapsed; told once each (C1)",
)

rule_sets = sa.Table(
    "rule_sets",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("rules", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", pg.JSONB, nullable=False),
    sa.Column("content_digest", sa.LargeBinary, nullable=False),
    *_recorded(),
    comment="versions are added, never changed: contracts pin them",
)

contracts = sa.Table(
    "contracts",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("supplier", sa.Text, nullable=False),
    sa.Column("annual_price", sa.BigInteger, nullable=False, comment="fen"),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("months", sa.Integer, nullable=False, comment="as first signed"),
    sa.Column("signed_on", sa.Date, nullable=False),
    sa.Column("satisfaction_target", sa.Numeric, nullable=False),
    sa.Column("rules", sa.Text, nullable=False),
    sa.Column("rules_version", sa.Integer, nullable=False),
    sa.Column("term", sa.Integer, nullable=False),
    sa.Column(
        "quarters_decided",
        sa.Integer,
        nullable=False,
        server_default="0",
        comment="quarters up to this position were before the last exit decision (C6)",
    ),
    sa.Column("closed_on", sa.Date, comment="its account was closed (B12)"),
    sa.Column("recorded_from", sa.Text, nullable=False),
    sa.Column("content_digest", sa.LargeBinary, nullable=False),
    *_remarks(),
    *_recorded(),
    sa.CheckConstraint("annual_price > 0", name="a_price"),
    sa.CheckConstraint("months between 1 and 36", name="at_most_three_years"),
    _of("suppliers", "supplier"),
    sa.ForeignKeyConstraint(
        [OFFICE, "rules", "rules_version"],
        ["rule_sets.office_id", "rule_sets.rules", "rule_sets.version"],
    ),
    sa.Index("contracts_of_supplier", OFFICE, "supplier", "contract"),
)

terms = sa.Table(
    "terms",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("months", sa.Integer, nullable=False, comment="as signed, and all renewals"),
    sa.Column("ends_on", sa.Date, nullable=False),
    *_remarks(),
    *_recorded(),
    sa.CheckConstraint("kind in ('signed','renewed','terminated')", name="term_kinds"),
    _of("contracts", "contract"),
    comment="every end that a contract had; the newest version counts (T4)",
)

term_reminders = sa.Table(
    "term_reminders",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("days", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("told_on", sa.Date, nullable=False),
    _of("terms", "contract", "version"),
    comment="each notice of each end is sent once (C4)",
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("term", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("recorded_on", sa.Date, nullable=False),
    sa.CheckConstraint("outcome in ('reached','expired','terminated')", name="outcomes_known"),
    _of("contracts", "contract"),
    comment="how a term ended: exactly one per contract and term (C4, C6)",
)

quarters = sa.Table(
    "quarters",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("quarter", sa.Text, primary_key=True),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False, comment="the order of measuring (C6)"),
    sa.Column("rate", sa.Numeric(5, 2), comment="null: not measured"),
    sa.Column("answers", sa.Integer, nullable=False),
    sa.Column("satisfied", sa.Integer, nullable=False),
    sa.Column("recorded_on", sa.Date, nullable=False, comment="where it was measured (T4)"),
    sa.UniqueConstraint(OFFICE, "contract", "position", name="one_order_of_quarters"),
    _of("contracts", "contract"),
    sa.Index("quarters_of_year", OFFICE, "year"),
)

year_rates = sa.Table(
    "year_rates",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rate", sa.Numeric(5, 2), nullable=False),
    sa.Column("fixed_on", sa.Date, nullable=False),
    _of("contracts", "contract"),
    comment="fixed on 5 February, never changed (C6)",
)

widespread = sa.Table(
    "widespread",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("complaints", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("heard_on", sa.Date, nullable=False),
    _of("contracts", "contract"),
    comment="each report of widespread complaints is considered once (F5)",
)

exit_proposals = sa.Table(
    "exit_proposals",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("proposal", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("proposed_on", sa.Date, nullable=False),
    sa.Column("ground", sa.Text, nullable=False),
    sa.Column("evidence", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("cause", sa.Uuid, comment="the event that brought it about; null: a sweep"),
    sa.Column("decision", sa.Text),
    sa.Column("decided_on", sa.Date),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("ends_on", sa.Date),
    sa.Column("reasons", sa.Text),
    sa.Column("recorded_from", sa.Text),
    *_remarks(),
    sa.CheckConstraint(
        "ground in ('three-quarters','two-years','widespread-complaints')", name="exit_grounds"
    ),
    sa.CheckConstraint("decision in ('accepted','rejected')", name="exit_decisions"),
    sa.CheckConstraint(
        "num_nulls(decision, decided_on, decided_by) in (0, 3)",
        name="somebody_decided",
    ),
    sa.CheckConstraint(
        "(ends_on is not null) = (decision is not null and decision = 'accepted')",
        name="accepted_exits_end",
    ),
    _of("contracts", "contract"),
    sa.Index(
        "one_open_proposal",
        OFFICE,
        "contract",
        unique=True,
        postgresql_where=sa.text("decision is null"),
    ),
    sa.Index(
        "one_accepted_exit",
        OFFICE,
        "contract",
        unique=True,
        postgresql_where=sa.text("decision = 'accepted'"),
    ),
)

exit_warnings = sa.Table(
    "exit_warnings",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("notice", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False, comment="the order in which they came"),
    sa.Column("warned_on", sa.Date, nullable=False),
    sa.Column("recorded_on", sa.Date, nullable=False),
    sa.Column("cause", sa.Uuid, nullable=False),
    sa.UniqueConstraint(OFFICE, "contract", "position", name="one_order_of_warnings"),
    _of("contracts", "contract"),
    comment="one per notice that failed twice (I5)",
)

retenders = sa.Table(
    "retenders",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("term", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("opened_on", sa.Date, nullable=False),
    sa.Column("reached_on", sa.Date, nullable=False),
    sa.Column("incumbent", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("annual_price", sa.BigInteger, nullable=False, comment="fen"),
    sa.Column("months", sa.Integer, nullable=False),
    sa.Column("satisfaction_target", sa.Numeric, nullable=False),
    sa.Column("rules", sa.Text, nullable=False),
    sa.Column("rules_version", sa.Integer, nullable=False),
    sa.Column("cause", sa.Uuid, nullable=False, comment="the rebid that triggered it"),
    _of("contracts", "contract"),
    comment="one per contract and term, from the old contract's terms (C5)",
)

agenda = sa.Table(
    "agenda",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, comment="the contract or supplier"),
    sa.Column("number", sa.Integer, nullable=False, comment="version of its term, or evidence"),
    sa.Column("days", sa.Integer, nullable=False, comment="which notice it is"),
    sa.Column("recorded_on", sa.Date, nullable=False),
    sa.Column("dropped_on", sa.Date, comment="sweeps of later days no longer do it (T4)"),
    sa.CheckConstraint(
        "kind in ('term-approaching','term-over','evidence-expiring','evidence-over')",
        name="agenda_kinds",
    ),
    sa.Index("agenda_by_day", OFFICE, "due_on"),
    sa.Index("agenda_of_subject", OFFICE, "subject"),
    comment="what time alone will bring about, so that a day without any costs one look",
)

KEPT_FOR_GOOD = ("rule_sets", "terms", "outcomes", "year_rates", "exit_warnings")
"""Rows of these are added and never changed; the database itself refuses it."""
