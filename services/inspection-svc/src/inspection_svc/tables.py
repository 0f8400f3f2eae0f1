"""What the inspection service keeps; the constraints are its promises."""

import sqlalchemy as sa
from houqin_shared.tables import mechanism_tables
from sqlalchemy.dialects import postgresql as pg

metadata = sa.MetaData()
mechanism_tables(metadata)

OFFICE = "office_id"
MONTH = r"month ~ '^\d{4}-\d{2}$'"
HALF = r"half ~ '^\d{4}H[12]$'"
POINTS = sa.Numeric(5, 2)


def _of_contract() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [OFFICE, "contract"], ["contracts.office_id", "contracts.contract"]
    )


def _words() -> list[sa.Column[object]]:
    """What people wrote beside it."""
    return [
        sa.Column("text", sa.Text),
        sa.Column("note", sa.Text, comment="for the office alone"),
        sa.Column("name_en", sa.Text),
    ]


def _recorded() -> list[sa.Column[object]]:
    """When something was recorded, and by whom."""
    return [
        sa.Column("recorded_on", sa.Date, nullable=False, comment="the office's today (T3)"),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    ]


# --- heard from others ---------------------------------------------------------------------

contracts = sa.Table(
    "contracts",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("supplier", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("rules_id", sa.Text, nullable=False),
    sa.Column("rules_version", sa.Integer, nullable=False),
    sa.Column("rules", pg.JSONB, nullable=False, comment="what inspections use, as pinned"),
    sa.Column("recorded_on", sa.Date, nullable=False, comment="when it was signed (T4)"),
    comment="signed contracts, with what their pinned rule set says about inspections",
)

terms = sa.Table(
    "terms",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("recorded_on", sa.Date, nullable=False, comment="what sweeps go by (T4)"),
    _of_contract(),
    sa.CheckConstraint("kind in ('signed','renewed','terminated')", name="term_kinds"),
    sa.UniqueConstraint(OFFICE, "contract", "kind", "ends_on", name="an_end_is_heard_once"),
    comment="every end that a contract was given; the newest counts (C3, C6)",
)

upheld_complaints = sa.Table(
    "upheld_complaints",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("complaint", sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("happened_on", sa.Date, nullable=False, comment="the complaint's day (I3)"),
    sa.Column("recorded_on", sa.Date, nullable=False, comment="when it was upheld (T4)"),
    _of_contract(),
    sa.Index("upheld_by_day", OFFICE, "contract", "happened_on"),
)

# --- seen ----------------------------------------------------------------------------------

visits = sa.Table(
    "visits",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("visit", sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("happened_on", sa.Date, nullable=False),
    sa.Column("findings_count", sa.Integer, nullable=False),
    sa.Column("inspector", sa.Text, nullable=False, comment="the person who answers for it (I6)"),
    *_words(),
    sa.Column("content_digest", sa.LargeBinary, nullable=False),
    *_recorded(),
    _of_contract(),
    sa.CheckConstraint("tier in ('patrol','joint')", name="visit_tiers"),
    sa.CheckConstraint("happened_on <= recorded_on", name="no_visit_in_the_future"),
    sa.Index("visits_by_day", OFFICE, "contract", "happened_on", "visit"),
)

findings = sa.Table(
    "findings",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("finding", sa.Text, primary_key=True),
    sa.Column("visit", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False, comment="in its visit's list (I2)"),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("happened_on", sa.Date, nullable=False),
    sa.Column("criterion", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("repeat", sa.Boolean, nullable=False, comment="decided once (I2)"),
    *_words(),
    sa.Column("evidence", pg.JSONB, nullable=False),
    sa.Column("witness", sa.Text),
    sa.Column("recorded_on", sa.Date, nullable=False),
    sa.Column("withdrawn_on", sa.Date, comment="recorded on that day, too"),
    # Contract, tier and day are the visit's; here they make one index serve scores and lists. No
    # foreign key to the visit: both are written by one transaction and never removed, and looking
    # the same visit up a thousand times took a third of a large request.
    sa.CheckConstraint("severity in ('general','major')", name="severities"),
    sa.Index("findings_by_day", OFFICE, "contract", "happened_on", "finding"),
    sa.Index("findings_by_spot", OFFICE, "contract", "criterion", "place", "happened_on"),
)

withdrawals = sa.Table(
    "withdrawals",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("finding", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("recorded_from", sa.Text, nullable=False),
    *_words(),
    *_recorded(),
    sa.ForeignKeyConstraint([OFFICE, "finding"], ["findings.office_id", "findings.finding"]),
    comment="a finding is withdrawn at most once (I6)",
)

merits = sa.Table(
    "merits",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("merit", sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("happened_on", sa.Date, nullable=False),
    *_words(),
    sa.Column("content_digest", sa.LargeBinary, nullable=False),
    *_recorded(),
    _of_contract(),
    sa.CheckConstraint("kind in ('innovation','experience','praise')", name="merit_kinds"),
    sa.Index("merits_by_day", OFFICE, "contract", "happened_on", "merit"),
)

# --- mended --------------------------------------------------------------------------------

notices = sa.Table(
    "notices",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("notice", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), nullable=False),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("given_on", sa.Date, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("due", sa.Date, nullable=False, comment="of the round that it is in"),
    *_words(),
    sa.Column("content_digest", sa.LargeBinary, nullable=False),
    *_recorded(),
    _of_contract(),
    sa.CheckConstraint("state in ('open','again','closed','warned')", name="notice_states"),
    sa.CheckConstraint("given_on <= due", name="time_to_mend"),
    sa.Index("notices_of_contract", OFFICE, "contract", "seq"),
    sa.Index(
        "open_notices_by_due",
        OFFICE,
        "due",
        postgresql_where=sa.text("state in ('open','again')"),
    ),
)

notice_findings = sa.Table(
    "notice_findings",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("notice", sa.Text, primary_key=True),
    sa.Column("finding", sa.Text, primary_key=True),
    sa.ForeignKeyConstraint([OFFICE, "notice"], ["notices.office_id", "notices.notice"]),
    sa.ForeignKeyConstraint([OFFICE, "finding"], ["findings.office_id", "findings.finding"]),
)

notice_outcomes = sa.Table(
    "notice_outcomes",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("notice", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("happened_on", sa.Date, nullable=False),
    *_words(),
    *_recorded(),
    sa.ForeignKeyConstraint([OFFICE, "notice"], ["notices.office_id", "notices.notice"]),
    sa.CheckConstraint("round in (1, 2)", name="two_rounds"),
    sa.CheckConstraint("result in ('passed','failed','overdue')", name="outcome_results"),
    sa.Index("outcomes_by_day", OFFICE, "happened_on"),
    comment="how each round of a notice ended, once (I5)",
)

# --- scored and published ------------------------------------------------------------------

leaders_reviews = sa.Table(
    "leaders_reviews",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("half", sa.Text, nullable=False),
    sa.Column("score", sa.Numeric(9, 6), nullable=False),
    *_words(),
    *_recorded(),
    _of_contract(),
    sa.CheckConstraint(HALF, name="review_halves"),
    sa.CheckConstraint("score between 0 and 100", name="review_points"),
    sa.Index("reviews_of_half", OFFICE, "half", "contract", "seq"),
    comment="the last one recorded counts (I7)",
)

scores = sa.Table(
    "scores",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("score", POINTS),
    sa.Column("missing", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("basis", pg.JSONB, nullable=False, comment="the figures that it was made from"),
    *_recorded(),
    _of_contract(),
    sa.CheckConstraint(MONTH, name="score_months"),
    sa.CheckConstraint("score between 0 and 100", name="score_points"),
    sa.CheckConstraint("score is null or missing = '{}'", name="assessed_or_missing"),
    sa.CheckConstraint("revision >= 1", name="revisions_from_one"),
    sa.Index("scores_of_month", OFFICE, "month", "contract", "revision"),
    comment="append-only: a change is a new revision (I4)",
)

half_years = sa.Table(
    "half_years",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("half", sa.Text, primary_key=True),
    sa.Column("score", POINTS),
    *_recorded(),
    _of_contract(),
    sa.CheckConstraint(HALF, name="half_year_halves"),
    comment="append-only: never revised (I7)",
)

bulletins = sa.Table(
    "bulletins",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("commended", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("criticised", pg.ARRAY(sa.Text), nullable=False),
    *_recorded(),
    sa.CheckConstraint(MONTH, name="bulletin_months"),
    sa.UniqueConstraint(OFFICE, "number", name="bulletin_numbers"),
    comment="append-only: frozen (I8)",
)

bulletin_entries = sa.Table(
    "bulletin_entries",
    metadata,
    sa.Column(OFFICE, sa.Text, primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("score", POINTS),
    sa.Column("missing", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("failed_rectification", sa.Boolean, nullable=False),
    sa.ForeignKeyConstraint([OFFICE, "month"], ["bulletins.office_id", "bulletins.month"]),
    comment="the figures that a bulletin shows, as it froze them (I8)",
)

APPEND_ONLY = (
    "withdrawals", "notice_outcomes", "leaders_reviews", "scores", "half_years", "bulletins",
    "bulletin_entries",
)  # fmt: skip
"""Tables whose rows the database itself lets nobody change or remove."""
