"""What the one who asks may see."""

from houqin_shared.auth import SUPPLIER, Actor
from houqin_shared.problem import UnknownContract
from houqin_shared.transaction import Tx


def only_supplier(actor: Actor) -> str | None:
    """The supplier whose contracts are all that this reader may see; None: the office's all."""
    return (actor.supplier or "") if actor.role in SUPPLIER else None


async def require_visible(tx: Tx, contract: str) -> None:
    """Raises UnknownContract, too for a supplier that asks about somebody else's."""
    if not await tx.value(
        """select exists (select from contracts where office_id = $1 and contract = $2
                          and ($3::text is null or supplier = $3))""",
        tx.office,
        contract,
        only_supplier(tx.by),
    ):
        raise UnknownContract(contract=contract)
