"""A file's content as a tree, before anyone knows what it means.

Scalars keep the text that stands in the file, so that 0.1 and 235000.00 stay exact, and every node
keeps its line.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

# The YAML 1.2 core schema, of which JSON's values are a part.
_NULL = re.compile(r"null|Null|NULL|~|")
_TRUTH = re.compile(r"true|True|TRUE|false|False|FALSE")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ODD_NUMBER = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class Kind(Enum):
    NULL = "null"
    TRUTH = "truth"
    WHOLE = "whole"
    NUMBER = "number"
    ODD_NUMBER = "odd number"  # octal, hexadecimal, infinite, not a number: no field takes one
    TEXT = "text"


_PLAIN_KINDS = (
    (_WHOLE, Kind.WHOLE),
    (_NUMBER, Kind.NUMBER),
    (_TRUTH, Kind.TRUTH),
    (_NULL, Kind.NULL),
    (_ODD_NUMBER, Kind.ODD_NUMBER),
)


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    quoted: bool  # quoted is always text; bare is what it looks like
    line: int

    @property
    def kind(self) -> Kind:
        if self.quoted:
            return Kind.TEXT
        for looks, kind in _PLAIN_KINDS:
            if looks.fullmatch(self.text):
                return kind
        return Kind.TEXT


@dataclass(frozen=True, slots=True)
class Listing:
    line: int
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    line: int
    entries: list[tuple[Scalar, "Node"]] = field(default_factory=list)


Node = Scalar | Listing | Mapping


def content_digest(root: Node) -> str:
    """SHA-256 of the content: the same for YAML and JSON, for 1 and 1.0, for keys in any order."""
    digest = hashlib.sha256()
    for piece in _canonical(root):
        digest.update(piece.encode("ascii"))
    return digest.hexdigest()


def _canonical(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield _canonical_scalar(node)
    elif isinstance(node, Listing):
        yield "["
        for number, item in enumerate(node.items):
            yield "," if number else ""
            yield from _canonical(item)
        yield "]"
    else:
        yield "{"
        by_name = sorted(node.entries, key=lambda entry: entry[0].text)
        for number, (key, value) in enumerate(by_name):
            yield ("," if number else "") + json.dumps(key.text) + ":"
            yield from _canonical(value)
        yield "}"


def _canonical_scalar(scalar: Scalar) -> str:
    match scalar.kind:
        case Kind.WHOLE | Kind.NUMBER:
            digits = f"{Decimal(scalar.text):f}"
            return digits.rstrip("0").rstrip(".") if "." in digits else digits
        case Kind.TRUTH:
            return scalar.text.lower()
        case Kind.NULL:
            return "null"
        case _:
            return json.dumps(scalar.text)
