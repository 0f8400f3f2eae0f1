"""Walking the tree: where we are, what to ask for, and where mistakes go.

A reader takes a spot and returns its value, or raises Wrong. `Fields.take` and `each` catch that,
note the mistake and go on with UNREAD, so that all mistakes are found at once. UNREAD may stand
inside a shape for a while, but no shape leaves the package once a mistake was noted. Who compares
values asks `were_read` first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar, cast

from houqin.officefile import said
from houqin.officefile.mistakes import WHOLE_FILE, Mistake, Said
from houqin.officefile.tree import Kind, Listing, Mapping, Node

T = TypeVar("T")


class _Unread(Enum):
    UNREAD = "unread"


UNREAD: Final = _Unread.UNREAD


def were_read(*values: object) -> bool:
    return all(value is not UNREAD for value in values)


@dataclass(frozen=True, slots=True)
class Spot:
    """One value of the file, its place, and the list that its mistakes go to."""

    place: str  # "" is the whole file
    node: Node
    mistakes: list[Mistake]

    def note(self, what: Said, line: int | None = None) -> None:
        place = self.place or WHOLE_FILE
        self.mistakes.append(Mistake(place, what.en, what.zh, line or self.node.line))

    def below(self, name: str, node: Node) -> "Spot":
        name = said.shown(name)
        return Spot(f"{self.place}.{name}" if self.place else name, node, self.mistakes)

    def item(self, number: int, node: Node) -> "Spot":
        return Spot(f"{self.place}[{number}]", node, self.mistakes)


Reader = Callable[[Spot], T]


class Wrong(Exception):
    """There is no value to be had at this spot, and why."""

    def __init__(self, spot: Spot, what: Said) -> None:
        super().__init__(what.en)
        self.spot = spot
        self.what = what


def found(node: Node) -> Said:
    """What stands there instead."""
    if isinstance(node, Listing):
        return Said("a list", "列表")
    if isinstance(node, Mapping):
        return Said("a mapping", "映射")
    text = said.shown(node.text)
    match node.kind:
        case Kind.NULL:
            return Said("nothing", "空值")
        case Kind.TEXT:
            return Said(f'the text "{text}"', f"文本“{text}”")
        case _:
            return Said(text, f" {text} ")


def each(spot: Spot, read: Reader[T]) -> tuple[T, ...]:
    """A list's items, in order."""
    if not isinstance(spot.node, Listing):
        raise Wrong(spot, said.expected("a list", "列表", found(spot.node), "[]"))
    values: list[T] = []
    for number, node in enumerate(spot.node.items):
        try:
            values.append(read(spot.item(number, node)))
        except Wrong as wrong:
            wrong.spot.note(wrong.what)
            values.append(cast("T", UNREAD))
    return tuple(values)


def list_of(read: Reader[T], most: int | None = None) -> Reader[tuple[T, ...]]:
    def read_list(spot: Spot) -> tuple[T, ...]:
        values = each(spot, read)
        if most is not None and len(values) > most:
            spot.note(said.too_many(len(values), most))
        return values

    return read_list
