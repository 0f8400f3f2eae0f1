"""Half-year scores and leaders' reviews as they are shown (I7)."""

from houqin_shared.paging import Page, number_in, page_of, place_of
from houqin_shared.transaction import Row, Tx

from inspection_svc.queries.visible import is_supplier, only_supplier, require_visible
from inspection_svc.shown import HalfYearScore, OfficeReview, Review

REVIEWS = """select r.seq, r.contract, r.half, r.score, r.text, r.note, r.name_en,
                    r.recorded_on, r.recorded_by
             from leaders_reviews r join contracts c using (office_id, contract)
             where r.office_id = $1 and ($2::text is null or c.supplier = $2)"""


async def list_reviews(tx: Tx, contract: str | None, after: str | None, limit: int) -> Page[Review]:
    """Leaders' reviews in the order in which they were recorded."""
    (last,) = place_of(after, 1)
    rows = await tx.rows(
        f"""{REVIEWS} and ($3::text is null or r.contract = $3)
            and ($4::bigint is null or r.seq > $4) order by r.seq limit $5""",
        tx.office,
        only_supplier(tx.by),
        contract,
        number_in(last),
        limit + 1,
    )
    reading = Review if is_supplier(tx.by) else OfficeReview

    def read(row: Row) -> Review:
        return reading.model_validate({**row, "score": row["score"].normalize()})

    return page_of(rows, limit, read, "seq")


async def list_half_years(
    tx: Tx, contract: str, after: str | None, limit: int
) -> Page[HalfYearScore]:
    """Raises UnknownContract."""
    (last,) = place_of(after, 1)
    await require_visible(tx, contract)
    rows = await tx.rows(
        """select contract, half, score, recorded_on as published_on from half_years
           where office_id = $1 and contract = $2 and ($3::text is null or half > $3)
           order by half limit $4""",
        tx.office,
        contract,
        last,
        limit + 1,
    )
    return page_of(rows, limit, lambda row: HalfYearScore.model_validate(dict(row)), "half")
