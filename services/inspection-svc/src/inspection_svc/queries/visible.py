"""What the one who asks may see: the office all of its rows, a supplier those of its contracts."""

from houqin_shared.auth import SUPPLIER, Actor
from houqin_shared.problem import UnknownContract
from houqin_shared.transaction import Tx

NOBODY = ""
"""Not a supplier's number: a token that names none sees no contract."""


def is_supplier(by: Actor) -> bool:
    return by.role in SUPPLIER


def only_supplier(by: Actor) -> str | None:
    """The supplier whose contracts alone are shown, or None for all contracts.

    Every query on a contract's rows takes it as `$2::text is null or c.supplier = $2`.
    """
    return (by.supplier or NOBODY) if is_supplier(by) else None


async def require_visible(tx: Tx, contract: str) -> None:
    """Raises UnknownContract also for another supplier's, as if it didn't exist."""
    if not await tx.value(
        """select exists (select from contracts c
                          where c.office_id = $1 and ($2::text is null or c.supplier = $2)
                            and c.contract = $3)""",
        tx.office,
        only_supplier(tx.by),
        contract,
    ):
        raise UnknownContract(contract=contract)
