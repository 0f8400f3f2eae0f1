"""The tables that every service has, for its office clocks, its outbox and its inbox."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg


class Xid8(sa.types.UserDefinedType[str]):
    """A transaction id that never wraps."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


pg.base.ischema_names["xid8"] = Xid8  # known, too, when a database is compared with its tables


PASSED_THROUGH = {
    "autovacuum_vacuum_scale_factor": 0.01,
    "autovacuum_vacuum_insert_scale_factor": 0.01,
    "vacuum_truncate": "false",
}
"""For tables in which rows come at one end and go at the other (see pruning.py). Vacuumed by
hundredths, not by fifths, the space of what went is soon used again and the table stays level. The
file is never cut shorter: that would take a lock for which writers wait, and the space is needed
again anyway.
"""

CHANGED_ALL_THE_TIME = {
    "fillfactor": 10,
    "autovacuum_vacuum_scale_factor": 0,
    "autovacuum_vacuum_threshold": 1000,
    "vacuum_truncate": "false",
}
"""For a row that changes hundreds of times a second. A page that counts as full at a tenth is
tidied whenever it is looked at, and has room for the next version without a new entry in the index.
What a long transaction kept alive is swept up after a thousand changes, not after a share of one.
"""


def mechanism_tables(metadata: sa.MetaData) -> None:
    """Add the mechanism's tables to a service's metadata."""
    now = sa.text("now()")
    sa.Table(
        "offices",
        metadata,
        sa.Column("office_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("clock", sa.Text, nullable=False),
        sa.Column("today", sa.Date, nullable=False, comment="what is done now is recorded on it"),
        sa.Column("swept_on", sa.Date, nullable=False, comment="the last day swept"),
        sa.Column("closed_on", sa.Date, nullable=False, comment="no more is recorded up to it"),
        sa.CheckConstraint("clock in ('live','manual')", name="clocks"),
        sa.CheckConstraint("closed_on <= swept_on and swept_on <= today", name="days_in_order"),
    )  # fmt: skip
    sa.Table(
        "days_heard",
        metadata,
        sa.Column("office_id", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("copy", sa.Integer, primary_key=True, comment="one day closed per partition"),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
    )
    sa.Table(
        "outbox",
        metadata,
        sa.Column("pos", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("xid", Xid8, server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("everywhere", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Index("outbox_in_commit_order", "xid", "pos"),
        postgresql_with=PASSED_THROUGH,
    )
    sa.Table(
        "outbox_cursor",
        metadata,
        sa.Column("one", sa.Boolean, sa.CheckConstraint("one"), primary_key=True),
        sa.Column("xid", Xid8, nullable=False),
        sa.Column("pos", sa.BigInteger, nullable=False),
        sa.Column("sent", sa.BigInteger, nullable=False, comment="messages sent, ever"),
        sa.Column("epoch", sa.BigInteger, nullable=False, comment="which leader may move it"),
        sa.Column("cluster", sa.Text, nullable=False, comment="whose transaction ids these are"),
        postgresql_with=CHANGED_ALL_THE_TIME,
    )
    sa.Table(
        "inbox",
        metadata,
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        postgresql_with=PASSED_THROUGH,
    )
    sa.Table(
        "parked",
        metadata,
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("office_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("copy", sa.Integer, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, comment="of a dead letter"),
        sa.Column("at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.CheckConstraint("reason in ('failed','unknown','behind')", name="parked_reason"),
        sa.CheckConstraint("(reason = 'failed') = (error is not null)", name="dead_say_why"),
        sa.Index("parked_by_key", "key", "seq"),
    )
    sa.Table(
        "answers",
        metadata,
        sa.Column("office_id", sa.Text, primary_key=True),
        sa.Column("idempotency_key", sa.Text, primary_key=True),
        sa.Column("request_digest", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("body", pg.BYTEA, nullable=False),
        sa.Column("refusal", pg.JSONB, comment="code and facts, to be told in either language"),
        sa.Column("at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        postgresql_with=PASSED_THROUGH,
    )
