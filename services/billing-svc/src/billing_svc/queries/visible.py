"""What the one who asks may see."""

from houqin_shared.auth import SUPPLIER
from houqin_shared.problem import UnknownContract
from houqin_shared.transaction import Row, Tx


async def visible_account(tx: Tx, contract: str) -> Row:
    """The account's row. Raises UnknownContract, also for another supplier's."""
    row = await tx.row(
        "select * from accounts where office_id = $1 and contract = $2", tx.office, contract
    )
    if row is None or (tx.by.role in SUPPLIER and tx.by.supplier != row["supplier"]):
        raise UnknownContract(contract=contract)
    return row
