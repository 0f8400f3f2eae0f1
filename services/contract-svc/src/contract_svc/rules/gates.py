"""C1: the four gates that a supplier passes before it may sign."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Gate(StrEnum):
    """The four gates 四关: 资质, 信誉, 技能, 素质 (C1)."""

    QUALIFICATION = "qualification"
    REPUTATION = "reputation"
    SKILLS = "skills"
    CONDUCT = "conduct"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document that holds a gate open up to and including its last valid day."""

    gate: Gate
    valid_until: date


def missing_gates(evidence: Iterable[Evidence], day: date) -> list[Gate]:
    """C1: the gates without any evidence that is valid on `day`, in the order of the page."""
    held = {each.gate for each in evidence if day <= each.valid_until}
    return [gate for gate in Gate if gate not in held]
