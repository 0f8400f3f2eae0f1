"""Lists come in pages: `after` continues where `next` of the page before left off."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel, Field

from houqin_shared.problem import Refusal
from houqin_shared.transaction import Row

T = TypeVar("T")
MOST = 200

After = Annotated[
    str | None, Query(max_length=500, description="`next` of the page before; none for the first")
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Items on a page")]


class BadCursor(Refusal):
    code, status = "bad-cursor", 422
    en = "`after` is not a `next` that this list gave; leave it out to begin anew."
    zh = "`after` 不是本列表给出的 `next`;省略它可从头开始。"


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T] = Field(description="At most `limit`, in the list's order")
    next: str | None = Field(default=None, description="Pass it as `after`; null on the last page")


def place_of(after: str | None, parts: int) -> list[str | None]:
    """The values behind a cursor, or as many nulls for the first page. Raises BadCursor."""
    if after is None:
        return [None] * parts
    try:
        values = orjson.loads(base64.urlsafe_b64decode(after.encode("ascii")))
    except (ValueError, binascii.Error) as error:
        raise BadCursor from error
    if (
        not isinstance(values, list)
        or len(values) != parts
        or not all(isinstance(value, str) and "\x00" not in value for value in values)
    ):
        raise BadCursor
    return values


def page_of(rows: Sequence[Row], limit: int, read: Callable[[Row], T], *order: str) -> Page[T]:
    """A page of at most `limit`, from rows that were asked for one more than that.

    `order` names the columns that the rows are ordered by.
    """
    more = len(rows) > limit
    shown = rows[:limit]
    following = None
    if more:
        values = [str(shown[-1][column]) for column in order]
        following = base64.urlsafe_b64encode(orjson.dumps(values)).decode()
    return Page[T](items=[read(row) for row in shown], next=following)


def day_in(value: str | None) -> date | None:
    """A day among the values of `place_of`. Raises BadCursor."""
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError as error:
        raise BadCursor from error


def number_in(value: str | None) -> int | None:
    """A whole number of PostgreSQL's bigint among the values of `place_of`. Raises BadCursor."""
    if value is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise BadCursor
    return int(value)
