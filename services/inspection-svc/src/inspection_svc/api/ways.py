"""What the routes of this service have in common: who may come, and how lists go on."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query
from houqin_shared.auth import OFFICE, SUPPLIER, Role
from houqin_shared.paging import BadCursor, place_of
from houqin_shared.text import ID_PATTERN

INSPECTORS = (Role.SYSTEM, Role.SUPERVISOR)
DECIDERS = (Role.SYSTEM, Role.SUPERVISOR, Role.LEADER)
LEADERS = (Role.SYSTEM, Role.LEADER)
INVOLVED = (*OFFICE, Role.AUDITOR, Role.SYSTEM, *SUPPLIER)
EVERYBODY = tuple(Role)

Number = Annotated[str, Path(pattern=ID_PATTERN, description="The office's own number")]
ContractNumber = Annotated[str, Path(pattern=ID_PATTERN)]
OfContract = Annotated[
    str | None, Query(alias="contract", pattern=ID_PATTERN, description="Only of this contract")
]
PREFIX = "/v1/offices/{office}"


def after_day(after: str | None) -> tuple[date, str] | None:
    """Where a list that is ordered by day and number goes on. Raises BadCursor."""
    day, number = place_of(after, 2)
    if day is None or number is None:
        return None
    try:
        return date.fromisoformat(day), number
    except ValueError as error:
        raise BadCursor from error


def after_seq(after: str | None) -> int | None:
    """Where a list that is ordered as it was recorded goes on. Raises BadCursor."""
    (seq,) = place_of(after, 1)
    if seq is None:
        return None
    if not seq.isascii() or not seq.isdigit() or len(seq) > 18:
        raise BadCursor
    return int(seq)


def after_name(after: str | None) -> str | None:
    """Where a list that is ordered by a period goes on. Raises BadCursor."""
    (name,) = place_of(after, 1)
    if name is not None:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError as error:
            raise BadCursor from error
    return name
