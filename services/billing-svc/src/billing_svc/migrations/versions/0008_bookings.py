"""A booking is one row that moves money from one account to another, with its line if it has one.

It was a transaction, two or three entries and a line: four rows and seven index entries for a
deduction, and a trigger to see that the entries add up. Now nothing can be out of balance.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ACCOUNTS = (
    "('service-cost', 'deductions', 'supplier-pending', 'statement-payable', 'retained', "
    "'deposit', 'reward-fund', 'reward-cost', 'shortfall', 'interest-cost', 'bank')"
)
KINDS = (
    "('fee', 'retained', 'finding', 'finding-withdrawn', 'complaint', 'rectification', 'score', "
    "'retained-returned', 'bonus')"
)

# Of three entries, the one that is alone on its side moves with each of the others, and a shortfall
# or interest becomes a booking of its own.
MOVE_ALL = """
insert into bookings (
    office_id, contract, id, booked_for, rule, debit, credit, fen, happened_on, recorded_on, cause,
    recorded_at, kind, month, source, revision, rules_version, numbers, statement_month,
    set_aside_on)
overriding system value
select t.office_id, t.contract,
       case when own then nextval(pg_get_serial_sequence('bookings', 'id')) else t.id end,
       t.source || case when own then '/' || split_part(e.account, '-', 1) else '' end, t.rule,
       case when e.fen > 0 then e.account else alone.account end,
       case when e.fen < 0 then e.account else alone.account end,
       abs(e.fen), t.happened_on, t.recorded_on, t.cause, t.recorded_at,
       l.kind, l.month, l.source, l.revision, l.rules_version, l.numbers, l.statement_month,
       l.set_aside_on
from transactions t
left join lines l on (l.office_id, l.contract, l.id) = (t.office_id, t.contract, t.id)
cross join lateral (
    select count(*) filter (where fen < 0) = 1 as is_credit, count(*) > 2 as three
    from entries where (office_id, transaction_id) = (t.office_id, t.id)
) as shape
join entries alone on (alone.office_id, alone.transaction_id) = (t.office_id, t.id)
     and (alone.fen < 0) = is_credit
join entries e on (e.office_id, e.transaction_id) = (t.office_id, t.id)
     and (e.fen < 0) <> is_credit
cross join lateral (
    select three and e.account in ('shortfall', 'interest-cost') as own
) as apart
order by t.id
"""
GO_ON_COUNTING = """
select setval(pg_get_serial_sequence('bookings', 'id'), max(id)) from transactions
"""

LINES = """
create view lines as
select office_id, contract, id, kind, month, source, revision,
       case when debit = 'supplier-pending' then -fen else fen end as fen,
       booked_for, rule, rules_version, numbers, happened_on, recorded_on, cause,
       statement_month, set_aside_on
from bookings where kind is not null
"""
ENTRIES = """
create view entries as
select office_id, contract, id as booking, debit as account, fen from bookings
union all
select office_id, contract, id, credit, -fen from bookings
"""

MOVED = (
    "office_id, contract, id, booked_for, rule, debit, credit, fen, happened_on, recorded_on, "
    "cause, recorded_at, kind, month, source, revision, rules_version, numbers"
)
NEVER_CHANGE = f"""
create trigger bookings_never_change before update of {MOVED} or delete or truncate on bookings
    for each statement execute function books_are_never_edited()
"""
LINES_LAND_ONCE = """
create trigger lines_land_once before update of statement_month, set_aside_on on bookings
    for each row when (
        old.kind is null or old.set_aside_on is not null or old.statement_month is not null
    ) execute function books_are_never_edited()
"""


def upgrade() -> None:
    op.create_table(
        "bookings",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("booked_for", sa.Text(), nullable=False, comment="what it books: finding/f1"),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("debit", sa.Text(), nullable=False, comment="the account that the money goes to"),
        sa.Column("credit", sa.Text(), nullable=False, comment="the account that it comes from"),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.Uuid(), comment="null: the sweep of recorded_on, or a payment"),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), comment="null: it is no line"),
        sa.Column("month", sa.Text(), comment="or quarter that it is about"),
        sa.Column("source", sa.Text()),
        sa.Column("revision", sa.Integer(), comment="of a score, else 0"),
        sa.Column("rules_version", sa.Integer()),
        sa.Column("numbers", postgresql.JSONB(), comment="what was put into the rule (B13)"),
        sa.Column("statement_month", sa.Text(), comment="null: waits for a statement (B5)"),
        sa.Column("set_aside_on", sa.Date(), comment="taken back: the account was closed (B12)"),
        sa.PrimaryKeyConstraint("office_id", "contract", "id"),
        sa.CheckConstraint("fen > 0", name="bookings_move_money"),
        sa.CheckConstraint("debit <> credit", name="from_one_account_to_another"),
        sa.CheckConstraint(f"debit in {ACCOUNTS}", name="debits_of_the_chart"),
        sa.CheckConstraint(f"credit in {ACCOUNTS}", name="credits_of_the_chart"),
        sa.CheckConstraint(f"kind in {KINDS}", name="kinds_of_line"),
        sa.CheckConstraint(
            "num_nulls(kind, month, source, revision, rules_version, numbers) in (0, 6)",
            name="whole_lines",
        ),
        sa.CheckConstraint(
            "statement_month is null or set_aside_on is null", name="set_aside_or_on_a_statement"
        ),
    )
    op.execute(GO_ON_COUNTING)
    op.execute(MOVE_ALL)
    for table in ("lines", "entries", "transactions"):
        op.drop_table(table)
    op.execute("drop function entries_must_balance, lines_are_booked")
    op.create_unique_constraint(
        "one_booking_per_source_and_rule",
        "bookings",
        ["office_id", "contract", "booked_for", "rule"],
    )
    op.create_index(
        "lines_of_statement",
        "bookings",
        ["office_id", "contract", "statement_month"],
        postgresql_where=sa.text("kind is not null"),
    )
    for made in (LINES, ENTRIES, NEVER_CHANGE, LINES_LAND_ONCE):
        op.execute(made)
