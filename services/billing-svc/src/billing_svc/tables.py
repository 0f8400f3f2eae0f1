"""Billing's tables. Money is whole fen. The promises of M3 stand here and in the triggers."""

import sqlalchemy as sa
from houqin_shared.tables import mechanism_tables
from sqlalchemy.dialects import postgresql as pg

from billing_svc.rules.chart import Account, Kind

metadata = sa.MetaData()
mechanism_tables(metadata)


def _one_of(column: str, values: type[Account] | type[Kind]) -> str:
    return f"{column} in ({', '.join(repr(value.value) for value in values)})"


def _office() -> sa.Column[str]:
    return sa.Column("office_id", sa.Text, primary_key=True)


def _recorded() -> sa.Column[object]:
    return sa.Column("recorded_on", sa.Date, nullable=False)


def _at() -> sa.Column[object]:
    return sa.Column(
        "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


causes = sa.Table(
    "causes",
    metadata,
    _office(),
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("caused_by", sa.Uuid, comment="the event that brought it about"),
    sa.Column("envelope", pg.JSONB, nullable=False, comment="the CloudEvent as it was heard"),
    _recorded(),
    _at(),
    sa.Index("causes_of_contract", "office_id", "contract", "recorded_on"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("supplier", sa.Text, nullable=False),
    sa.Column("supplier_name", sa.Text, nullable=False),
    sa.Column("small_or_medium", sa.Boolean, nullable=False),
    sa.Column("annual_price_fen", sa.BigInteger, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("months", sa.Integer, nullable=False, comment="as first signed (B8)"),
    sa.Column("term", sa.Integer, nullable=False, comment="which term of the service (C5)"),
    sa.Column("rules", pg.JSONB, nullable=False, comment="the pinned rule set"),
    sa.Column("years_opened", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_year_on", sa.Date, nullable=False, comment="first day of the next year (B7)"),
    sa.Column("closed_on", sa.Date, comment="B12"),
    sa.Column("closed_with", sa.Text, comment="the month of the closing statement"),
    _recorded(),
    _at(),
    sa.Index(
        "accounts_by_next_year", "office_id", "next_year_on",
        postgresql_where=sa.text("closed_on is null"),
    ),
)  # fmt: skip

terms = sa.Table(
    "terms",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False, comment="the newest before a day counts (T4)"),
    sa.Column("cause", sa.Uuid, nullable=False),
    _recorded(),
    _at(),
    sa.UniqueConstraint("office_id", "cause", name="one_end_per_event"),
    sa.CheckConstraint("kind in ('signed', 'renewed', 'terminated')", name="kinds_of_end"),
)

bookings = sa.Table(
    "bookings",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("booked_for", sa.Text, nullable=False, comment="what it books: finding/f1"),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("debit", sa.Text, nullable=False, comment="the account that the money goes to"),
    sa.Column("credit", sa.Text, nullable=False, comment="the account that it comes from"),
    sa.Column("fen", sa.BigInteger, nullable=False),
    sa.Column("happened_on", sa.Date, nullable=False),
    _recorded(),
    sa.Column("cause", sa.Uuid, comment="null: the sweep of recorded_on, or a payment"),
    _at(),
    # Of bookings that stand for a line of a statement:
    sa.Column("kind", sa.Text, comment="null: it is no line"),
    sa.Column("month", sa.Text, comment="or quarter that it is about"),
    sa.Column("source", sa.Text),
    sa.Column("revision", sa.Integer, comment="of a score, else 0"),
    sa.Column("rules_version", sa.Integer),
    sa.Column("numbers", pg.JSONB, comment="what was put into the rule (B13)"),
    sa.Column("statement_month", sa.Text, comment="null: waits for a statement (B5)"),
    sa.Column("set_aside_on", sa.Date, comment="taken back: the account was closed (B12)"),
    sa.UniqueConstraint(
        "office_id", "contract", "booked_for", "rule", name="one_booking_per_source_and_rule"
    ),
    sa.CheckConstraint("fen > 0", name="bookings_move_money"),
    sa.CheckConstraint("debit <> credit", name="from_one_account_to_another"),
    sa.CheckConstraint(_one_of("debit", Account), name="debits_of_the_chart"),
    sa.CheckConstraint(_one_of("credit", Account), name="credits_of_the_chart"),
    sa.CheckConstraint(_one_of("kind", Kind), name="kinds_of_line"),
    sa.CheckConstraint(
        "num_nulls(kind, month, source, revision, rules_version, numbers) in (0, 6)",
        name="whole_lines",
    ),
    sa.CheckConstraint(
        "statement_month is null or set_aside_on is null", name="set_aside_or_on_a_statement"
    ),
    sa.Index(
        "lines_of_statement", "office_id", "contract", "statement_month",
        postgresql_where=sa.text("kind is not null"),
    ),
)  # fmt: skip
"""Each moves money from one account to another, so that nothing here could be out of balance. Read
them as `lines`, or as `entries` of two sides: views, made in the migrations.
"""

balances = sa.Table(
    "balances",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("fen", sa.BigInteger, nullable=False, comment="the sum of the account's entries"),
)

fees = sa.Table(
    "fees",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("fee_fen", sa.BigInteger, nullable=False, comment="a fee of zero is booked, too"),
    sa.Column("retained_fen", sa.BigInteger, nullable=False),
    sa.Column("statement_month", sa.Text, nullable=False),
)

scores = sa.Table(
    "scores",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("score", sa.Numeric, comment="null: not assessed (I3)"),
    sa.Column("cause", sa.Uuid, nullable=False),
    _recorded(),
)

surveys = sa.Table(
    "surveys",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("quarter", sa.Text, primary_key=True),
    sa.Column("rate", sa.Numeric, comment="null: not measured (F3)"),
    sa.Column("cause", sa.Uuid, nullable=False),
    _recorded(),
)

releases = sa.Table(
    "releases",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("quarter", sa.Text, primary_key=True),
    sa.Column("band", sa.Text, nullable=False),
    sa.Column("retained_fen", sa.BigInteger, nullable=False),
    sa.Column("returned_fen", sa.BigInteger, nullable=False),
    sa.Column("bonus_fen", sa.BigInteger, nullable=False),
    sa.Column("statement_month", sa.Text, nullable=False),
    _recorded(),
)

statements = sa.Table(
    "statements",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("drawn_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("lines_fen", sa.BigInteger, nullable=False),
    sa.Column("carried_before_fen", sa.BigInteger, nullable=False),
    sa.Column("payable_fen", sa.BigInteger, nullable=False),
    sa.Column("from_deposit_fen", sa.BigInteger, nullable=False),
    sa.Column("carried_fen", sa.BigInteger, nullable=False),
    sa.Column("deposit_returned_fen", sa.BigInteger, nullable=False),
    sa.Column("paid_on", sa.Date),
    sa.Column("interest_fen", sa.BigInteger),
    sa.Column("paid_by", sa.Text),
    sa.Column("payment_note", sa.Text),
    _at(),
    sa.CheckConstraint(
        "lines_fen - carried_before_fen = payable_fen - from_deposit_fen - carried_fen",
        name="statements_add_up",
    ),
    sa.CheckConstraint(
        "payable_fen >= 0 and from_deposit_fen >= 0 and carried_fen >= 0 "
        "and deposit_returned_fen >= 0 and (payable_fen = 0 or from_deposit_fen + carried_fen = 0)",
        name="payable_or_short",
    ),
    sa.CheckConstraint(
        "(paid_on is null) = (interest_fen is null) and (paid_on is null) = (paid_by is null)",
        name="paid_statements_say_by_whom",
    ),
)

rebids = sa.Table(
    "rebids",
    metadata,
    _office(),
    sa.Column("contract", sa.Text, primary_key=True),
    sa.Column("term", sa.Integer, primary_key=True),
    sa.Column("reached_on", sa.Date, nullable=False),
    sa.Column("cause", sa.Uuid, nullable=False),
    _recorded(),
    _at(),
)

late_facts = sa.Table(
    "late_facts",
    metadata,
    _office(),
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True, comment="finding, complaint, month, ..."),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    _recorded(),
    _at(),
    sa.CheckConstraint(
        "reason in ('account-closed', 'quarter-released')", name="why_facts_are_late"
    ),
    sa.Index(
        "late_facts_of_contract", "office_id", "contract", "recorded_on", "event_id", "source"
    ),
)
