"""C5: the compulsory re-tender."""

from datetime import date

from houqin_shared.events import NotYetKnown
from houqin_shared.transaction import Tx

from contract_svc.events import RetenderOpened


async def open_retender(tx: Tx, contract: str, term: int, reached_on: date) -> None:
    """From the old contract's terms, once per contract and term. Raises NotYetKnown."""
    assert tx.cause is not None
    known = await tx.value(
        "select exists (select from contracts where office_id = $1 and contract = $2)",
        tx.office,
        contract,
    )
    if not known:
        raise NotYetKnown
    opened = await tx.run(
        """insert into retenders (office_id, contract, term, opened_on, reached_on, incumbent,
               item, annual_price, months, satisfaction_target, rules, rules_version, cause)
           select office_id, contract, $3, $4, $5, supplier, item, annual_price, months,
                  satisfaction_target, rules, rules_version, $6
           from contracts where office_id = $1 and contract = $2 on conflict do nothing""",
        tx.office,
        contract,
        term,
        tx.today,
        reached_on,
        tx.cause.id,
    )
    if opened:
        tx.tell(
            RetenderOpened(contract=contract, term=term, happened_on=tx.today, recorded_on=tx.today)
        )
