"""Money as it is answered: whole fen inside, yuan as a decimal string outside (M1)."""

from typing import Annotated

from houqin_shared.exact import yuan_of_fen
from pydantic import PlainSerializer, WithJsonSchema

Money = Annotated[
    int,
    PlainSerializer(yuan_of_fen, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^-?[0-9]+\.[0-9]{2}$",
            "examples": ["19583.33"],
            "description": "Yuan",
        }
    ),
]
"""Unlike the shared `Yuan`, which reads what clients write, it is made from fen."""
