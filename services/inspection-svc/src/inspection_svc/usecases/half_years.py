"""Half-year scores and the leaders' reviews that they need (I7)."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from houqin_shared.calendar import Half
from houqin_shared.transaction import Tx

from inspection_svc.asked import NewReview
from inspection_svc.events import HalfYearScored
from inspection_svc.rules.half_year import half_year_score
from inspection_svc.rules.ruleset import RuleSet
from inspection_svc.shown import OfficeReview, Review
from inspection_svc.usecases.contracts import the_contract


async def record_review(tx: Tx, review: NewReview) -> Review:
    """I7: the last one recorded for the half counts. Raises UnknownContract."""
    await tx.hold(review.contract)
    await the_contract(tx, review.contract)
    await tx.run(
        """insert into leaders_reviews (office_id, contract, half, score, text, note, name_en,
                                        recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        tx.office,
        review.contract,
        str(review.half),
        review.score,
        review.text,
        review.note,
        review.name_en,
        tx.today,
        tx.by.signature,
    )
    return OfficeReview(
        contract=review.contract,
        half=str(review.half),
        score=review.score,
        text=review.text,
        note=review.note,
        name_en=review.name_en,
        recorded_on=tx.today,
        recorded_by=tx.by.signature,
    )


async def publish_half_years(tx: Tx, half: Half, day: date) -> None:
    """I7, T5: for each contract with a published month in the half, as known before `day`."""
    months = await tx.rows(
        """select distinct on (s.contract, s.month) s.contract, s.score, c.rules
           from scores s join contracts c using (office_id, contract)
           where s.office_id = $1 and s.month between $2 and $3 and s.recorded_on < $4
           order by s.contract, s.month, s.revision desc""",
        tx.office,
        str(half.months[0]),
        str(half.months[-1]),
        day,
    )
    reviews = await tx.rows(
        """select distinct on (contract) contract, score from leaders_reviews
           where office_id = $1 and half = $2 and recorded_on < $3
           order by contract, seq desc""",
        tx.office,
        str(half),
        day,
    )
    review_of: dict[str, Decimal] = {row["contract"]: row["score"] for row in reviews}
    months_of: defaultdict[str, list[Decimal | None]] = defaultdict(list)
    for row in months:
        months_of[row["contract"]].append(row["score"])
    rules_of = {row["contract"]: row["rules"] for row in months}
    for contract, of_months in months_of.items():
        score = half_year_score(
            RuleSet.read(rules_of[contract]), of_months, review_of.get(contract)
        )
        await _publish(tx, contract, half, score, day)


async def _publish(tx: Tx, contract: str, half: Half, score: Decimal | None, day: date) -> None:
    added = await tx.run(
        """insert into half_years (office_id, contract, half, score, recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
        tx.office,
        contract,
        str(half),
        score,
        day,
        tx.by.signature,
    )
    if added:
        tx.tell(
            HalfYearScored(
                contract=contract, half=str(half), score=score, happened_on=day, recorded_on=day
            )
        )
