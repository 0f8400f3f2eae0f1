"""Entries and lines belong to a transaction: proven once per statement instead of once per row.

A foreign key looks up a row for every entry and line, a third of the time of a batch of deductions;
nothing that it would guard against later can happen, for transactions are never removed.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BALANCED = """
create or replace function entries_must_balance() returns trigger language plpgsql as $$
begin
    if exists (
        select from added group by office_id, transaction_id having sum(fen) <> 0
    ) then
        raise exception 'M3: the entries of a transaction must add up to zero'
            using errcode = 'check_violation', constraint = 'entries_must_balance';
    end if;
    if exists (
        select from added a
        left join transactions t on (t.office_id, t.id) = (a.office_id, a.transaction_id)
        where t.booked_in is distinct from (pg_current_xact_id()::text)::bigint
    ) then
        raise exception 'M3: entries join their own transaction, in the moment it is booked'
            using errcode = 'restrict_violation', constraint = 'entries_must_balance';
    end if;
    return null;
end $$
"""

BOOKED = """
create function lines_are_booked() returns trigger language plpgsql as $$
begin
    if exists (
        select from added a
        left join transactions t on (t.office_id, t.id) = (a.office_id, a.id)
        where t.booked_in is distinct from (pg_current_xact_id()::text)::bigint
    ) then
        raise exception 'M3: a line stands for a transaction that is booked with it'
            using errcode = 'restrict_violation', constraint = 'lines_are_booked';
    end if;
    return null;
end $$
"""

EACH_STATEMENT = """
create trigger lines_are_booked after insert on lines
    referencing new table as added for each statement execute function lines_are_booked()
"""


def upgrade() -> None:
    op.drop_constraint("lines_are_booked", "lines")
    op.drop_constraint("entries_of_a_transaction", "entries")
    op.execute(BALANCED)
    op.execute(BOOKED)
    op.execute(EACH_STATEMENT)
