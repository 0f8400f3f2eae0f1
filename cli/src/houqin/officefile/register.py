"""Who is called what: ids are unique per kind, and named only after they were given."""

from typing import Literal

from houqin.officefile import contradictions
from houqin.officefile.spots import Reader, Spot, Wrong
from houqin.officefile.tree import Scalar
from houqin.officefile.values import identifier, text

IdKind = Literal[
    "supplier", "rules", "contract", "visit", "finding", "merit", "complaint", "notice"
]


class Register:
    def __init__(self) -> None:
        self._defined: dict[tuple[IdKind, str], str] = {}  # and where
        self._dangling: list[tuple[IdKind, str, Spot]] = []

    def new(self, kind: IdKind) -> Reader[str]:
        """Reads an id that is given here."""

        def read(spot: Spot) -> str:
            try:
                name = identifier(spot)
            except Wrong:  # one mistake is enough: who names it isn't wrong as well
                if isinstance(spot.node, Scalar):
                    self._defined.setdefault((kind, spot.node.text), spot.place)
                raise
            if (kind, name) in self._defined:
                raise Wrong(spot, contradictions.repeated_id(kind, name, self._defined[kind, name]))
            self._defined[kind, name] = spot.place
            return name

        return read

    def known(self, kind: IdKind) -> Reader[str]:
        """Reads an id that was given before."""

        def read(spot: Spot) -> str:
            name = text(spot)
            if (kind, name) not in self._defined:
                self._dangling.append((kind, name, spot))
            return name

        return read

    def settle(self) -> None:
        """When all is read: what was named too early, or never given."""
        for kind, name, spot in self._dangling:
            if place := self._defined.get((kind, name)):
                spot.note(contradictions.defined_later(kind, name, place))
            else:
                spot.note(contradictions.not_defined(kind, name))
