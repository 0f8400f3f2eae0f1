"""Re-tenders as they are shown."""

from houqin_shared.exact import yuan_of_fen
from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from contract_svc.queries.visible import only_supplier, whole
from contract_svc.shown import RetenderShown, RulesPin


def _read(row: Row) -> RetenderShown:
    return RetenderShown(
        contract=row["contract"], term=row["term"], opened_on=row["opened_on"],
        reached_on=row["reached_on"], incumbent=row["incumbent"], item=row["item"],
        annual_price=yuan_of_fen(row["annual_price"]), months=row["months"],
        satisfaction_target=row["satisfaction_target"],
        rules=RulesPin(id=row["rules"], version=row["rules_version"]),
    )  # fmt: skip


async def list_retenders(
    tx: Tx, contract: str | None, after: str | None, limit: int
) -> Page[RetenderShown]:
    """Raises BadCursor."""
    last, term = place_of(after, 2)
    rows = await tx.rows(
        """select contract, term, opened_on, reached_on, incumbent, item, annual_price, months,
                  satisfaction_target, rules, rules_version
           from retenders
           where office_id = $1 and ($2::text is null or incumbent = $2)
             and ($3::text is null or contract = $3)
             and ($4::text is null or (contract, term) > ($4, $5::int))
           order by contract, term limit $6""",
        tx.office,
        only_supplier(tx.by),
        contract,
        last,
        whole(term),
        limit + 1,
    )
    return page_of(rows, limit, _read, "contract", "term")
