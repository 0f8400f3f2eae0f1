"""Contracts whose three years are over, as they are shown (C5)."""

from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Tx

from billing_svc.shown import Rebid


async def list_rebids(tx: Tx, after: str | None, limit: int) -> Page[Rebid]:
    contract, term = place_of(after, 2)
    rows = await tx.rows(
        """select contract, term, term::text as term_text, reached_on from rebids
           where office_id = $1
             and ($2::text is null or (contract, term::text) > ($2::text, $3::text))
           order by contract, term::text limit $4""",
        tx.office,
        contract,
        term,
        limit + 1,
    )
    return page_of(
        rows,
        limit,
        lambda row: Rebid(contract=row["contract"], term=row["term"], reached_on=row["reached_on"]),
        "contract",
        "term_text",
    )
