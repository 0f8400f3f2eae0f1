"""The whole file: what a replay needs, or every mistake in it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from houqin.officefile import parts, said
from houqin.officefile.events import Event
from houqin.officefile.fields import Fields
from houqin.officefile.happenings import events
from houqin.officefile.mistakes import MalformedOfficeFile, Mistake
from houqin.officefile.reading import read_tree
from houqin.officefile.register import Register
from houqin.officefile.shapes import Contract, Office, RuleSet, Supplier
from houqin.officefile.spots import Spot, Wrong, found, list_of
from houqin.officefile.tree import Kind, Node, Scalar, content_digest
from houqin.officefile.values import day_of_play

VERSION = 1


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """One office's past, checked; all parts in the order written."""

    office: Office
    suppliers: tuple[Supplier, ...]
    rule_sets: tuple[RuleSet, ...]
    contracts: tuple[Contract, ...]
    events: tuple[Event, ...]
    until: date  # the last day played
    content_digest: str  # SHA-256 in hex: the same content has the same, as YAML or JSON

    @property
    def first_day(self) -> date:
        """The first day played: the earliest start or event."""
        starts = [contract.starts_on for contract in self.contracts]
        return min([*starts, *(event.on for event in self.events[:1])], default=self.until)


def read_office_file(path: Path | str) -> OfficeFile:
    """Read and check; raises MalformedOfficeFile with all mistakes."""
    path = Path(path)
    root = read_tree(path)
    mistakes: list[Mistake] = []
    try:
        file = _read(root, mistakes)
    except Wrong as wrong:
        wrong.spot.note(wrong.what)
    if mistakes:
        raise MalformedOfficeFile(path, sorted(mistakes, key=lambda mistake: mistake.line or 0))
    return file


def _read(root: Node, mistakes: list[Mistake]) -> OfficeFile:
    register = Register()
    with Fields(Spot("", root, mistakes)) as f:
        f.take("houqin", _version)
        office = f.take("office", parts.office)
        suppliers = f.take("suppliers", list_of(parts.supplier(register)))
        rule_sets = f.take("rules", list_of(parts.rule_set(register)))
        contracts = f.take("contracts", list_of(parts.contract(register)))
        until = f.take("until", day_of_play)
        happened = f.take("events", events(register, until))
    register.settle()
    digest = "" if mistakes else content_digest(root)
    return OfficeFile(office, suppliers, rule_sets, contracts, happened, until, digest)


def _version(spot: Spot) -> int:
    node = spot.node
    if not isinstance(node, Scalar) or node.kind is not Kind.WHOLE:
        raise Wrong(spot, said.expected("the format version", "格式版本", found(node), "1"))
    if node.text != f"{VERSION}":
        raise Wrong(spot, said.unknown_version(node.text))
    return VERSION
