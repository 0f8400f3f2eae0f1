"""What the one who asks may see."""

from houqin_shared.auth import SUPPLIER, Actor
from houqin_shared.paging import BadCursor


def only_supplier(by: Actor) -> str | None:
    """The one supplier whose rows `by` may see; None: all of them."""
    return (by.supplier or "") if by.role in SUPPLIER else None


def recorder(by: Actor, signature: str | None) -> str | None:
    """Who recorded something, unless a supplier asks."""
    return None if by.role in SUPPLIER else signature


def whole(value: str | None) -> int | None:
    """A whole number of a cursor. Raises BadCursor."""
    if value is None:
        return None
    try:
        number = int(value)
    except ValueError as error:
        raise BadCursor from error
    if abs(number) >= 2**31:
        raise BadCursor
    return number
