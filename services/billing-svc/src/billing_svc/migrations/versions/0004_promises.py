"""M3: the database itself refuses an unbalanced, a repeated or an edited booking."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BALANCED = """
create function entries_must_balance() returns trigger language plpgsql as $$
begin
    if exists (
        select from added group by office_id, transaction_id having sum(fen) <> 0
    ) then
        raise exception 'M3: the entries of a transaction must add up to zero'
            using errcode = 'check_violation', constraint = 'entries_must_balance';
    end if;
    if exists (
        select from added a
        join transactions t on (t.office_id, t.id) = (a.office_id, a.transaction_id)
        where t.booked_in <> (pg_current_xact_id()::text)::bigint
    ) then
        raise exception 'M3: nothing is added to a transaction that was booked before'
            using errcode = 'restrict_violation', constraint = 'entries_must_balance';
    end if;
    return null;
end $$
"""

EACH_STATEMENT = """
create trigger entries_must_balance after insert on entries
    referencing new table as added for each statement execute function entries_must_balance()
"""
"""Every statement that adds entries adds balanced ones: so their sum is zero at any moment."""

REFUSED = """
create function books_are_never_edited() returns trigger language plpgsql as $$
begin
    raise exception 'M3: % of % is refused; mistakes are reversed, never edited',
        lower(tg_op), tg_table_name
        using errcode = 'restrict_violation', constraint = 'books_are_never_edited';
end $$;
"""

NEVER = """
create trigger {table}_never_change before {events} on {table}
    for each statement execute function books_are_never_edited();
"""

LINES_LAND_ONCE = """
create trigger lines_land_once before update of statement_month, set_aside_on on lines
    for each row when (
        old.set_aside_on is not null
        or old.statement_month is not null
    ) execute function books_are_never_edited();
"""

STATEMENTS_ARE_PAID_ONCE = """
create trigger statements_are_paid_once
    before update of paid_on, interest_fen, paid_by, payment_note on statements
    for each row when (old.paid_on is not null) execute function books_are_never_edited();
"""

ALWAYS = "update or delete or truncate"
LINE = (
    "office_id, contract, id, kind, month, source, revision, fen, rule, rules_version, numbers,"
    " happened_on, recorded_on, cause"
)
STATEMENT = (
    "office_id, contract, month, drawn_on, due_on, lines_fen, carried_before_fen, payable_fen,"
    " from_deposit_fen, carried_fen, deposit_returned_fen"
)


def upgrade() -> None:
    op.execute(BALANCED)
    op.execute(EACH_STATEMENT)
    op.execute(REFUSED)
    for table, events in (
        ("transactions", ALWAYS),
        ("entries", ALWAYS),
        ("causes", ALWAYS),
        ("lines", f"update of {LINE} or delete or truncate"),
        ("statements", f"update of {STATEMENT} or delete or truncate"),
    ):
        op.execute(NEVER.format(table=table, events=events))
    op.execute(LINES_LAND_ONCE)
    op.execute(STATEMENTS_ARE_PAID_ONCE)
