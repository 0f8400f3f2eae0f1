"""B12: facts that came too late to change money are counted and listed, with the reason."""

from collections.abc import Sequence

from houqin_shared.transaction import Work

from billing_svc.usecases.booking import book_together, cause_of

ACCOUNT_CLOSED = "account-closed"
QUARTER_RELEASED = "quarter-released"

SOURCES_OF_CAUSES = """lateral (
    select found ->> 'finding' as source
    from jsonb_array_elements(envelope -> 'data' -> 'findings') as found
    union all
    select coalesce(data ->> 'notice' || '#' || (data ->> 'round'), data ->> 'finding',
                    data ->> 'complaint', data ->> 'month', data ->> 'quarter')
    from (select envelope -> 'data') as heard (data) where not data ? 'findings'
) as named"""
"""The facts that a row of `causes` tells of, by the numbers that `list_as_late` knows them by."""


async def list_as_late(facts: Sequence[Work[str]], reason: str) -> None:
    """Keep facts that change nothing: each a finding, complaint, notice#round, month or quarter.

    One that did, and is only heard again, is not late.
    """
    if not facts:
        return
    causes = {cause_of(fact.tx).id: Work(fact.tx, cause_of(fact.tx)) for fact in facts}
    await facts[0].tx.run(
        """insert into late_facts (office_id, event_id, source, contract, reason, recorded_on)
           select office_id, event_id, source, contract, $6, recorded_on
           from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::date[])
                as late (office_id, event_id, source, contract, recorded_on)
           where not exists (
               select from causes c
               where c.office_id = late.office_id and c.event_id = late.event_id)
           on conflict do nothing""",
        [fact.tx.office for fact in facts],
        [cause_of(fact.tx).id for fact in facts],
        [fact.what for fact in facts],
        [cause_of(fact.tx).subject for fact in facts],
        [fact.tx.today for fact in facts],
        reason,
    )
    await book_together([], list(causes.values()))
