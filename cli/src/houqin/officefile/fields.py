"""Reading a mapping: field by field, and nothing that nobody asked for."""

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self, TypeVar, cast

from houqin.officefile import said
from houqin.officefile.mistakes import Said
from houqin.officefile.shapes import Remarks
from houqin.officefile.spots import UNREAD, Reader, Spot, Wrong, found
from houqin.officefile.tree import Mapping, Scalar
from houqin.officefile.values import remark

T = TypeVar("T")
D = TypeVar("D")

REMARKS = ("name_en", "text", "note")


class Fields:
    """A mapping's fields, taken one by one; on leaving, whatever nobody asked for is a mistake."""

    def __init__(
        self, spot: Spot, unknown: Callable[[str, Iterable[str]], Said] = said.unknown_field
    ) -> None:
        if not isinstance(spot.node, Mapping):
            what = said.expected("a mapping", "映射", found(spot.node), "{field: value}")
            raise Wrong(spot, what)
        self.spot = spot
        self._unknown = unknown
        self._known: dict[str, None] = {}
        self._keys: dict[str, Scalar] = {}
        self._spots: dict[str, Spot] = {}
        self._remarks: Remarks | None = None
        for key, node in spot.node.entries:
            if first := self._keys.get(key.text):
                spot.below(key.text, node).note(said.written_twice(first.line), key.line)
            else:
                self._keys[key.text] = key
                self._spots[key.text] = spot.below(key.text, node)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._keys)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            return
        self.remarks()
        for name, key in self._keys.items():
            if name not in self._known:
                self._spots[name].note(self._unknown(name, self._known), key.line)

    def note(self, name: str, what: Said) -> None:
        """A mistake that shows only when one field is held against another."""
        self._spots.get(name, self.spot).note(what)

    def take(self, name: str, read: Reader[T]) -> T:
        """A field that must be there."""
        self._known[name] = None
        if name not in self._spots:
            self.spot.below(name, self.spot.node).note(said.missing(name))
            return cast("T", UNREAD)
        return self._read(self._spots[name], read)

    def take_or(self, name: str, read: Reader[T], default: D) -> T | D:
        """A field that may be left out."""
        self._known[name] = None
        return self._read(self._spots[name], read) if name in self._spots else default

    def remarks(self) -> Remarks:
        """What may be written anywhere, as far as it isn't a field of its own here."""
        if self._remarks is None:
            free = [name for name in REMARKS if name not in self._known]
            written = {name: self.take_or(name, remark, None) for name in free}
            self._remarks = Remarks(**written)
        return self._remarks

    @staticmethod
    def _read(spot: Spot, read: Reader[T]) -> T:
        try:
            return read(spot)
        except Wrong as wrong:
            wrong.spot.note(wrong.what)
            return cast("T", UNREAD)
