"""Texts that people send: bounded, and without what PostgreSQL can't keep."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

ID_PATTERN = r"^\w[\w.\-]{0,63}$"


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("remove the NUL character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("remove the lone surrogate") from error
    return text


Id = Annotated[str, Field(pattern=ID_PATTERN, examples=["v1"])]
"""A client's own number: letters of any script, digits, dot, dash and underscore, up to 64."""

Name = Annotated[
    str,
    Field(min_length=1, max_length=200),
    AfterValidator(_storable),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\x00]+$"}),
]
"""A name or a short title."""

Text = Annotated[
    str,
    Field(max_length=10_000),
    AfterValidator(_storable),
    WithJsonSchema({"type": "string", "maxLength": 10_000, "pattern": r"^[^\x00]*$"}),
]
"""What somebody wrote down."""
