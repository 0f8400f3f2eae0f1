"""M3: one change of money: from account to account and, mostly, a line of a statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from houqin_shared.calendar import Month

from billing_svc.rules import chart
from billing_svc.rules.chart import Kind, Move

Numbers = Mapping[str, object]
"""What was put into the rule, as people read it: amounts in yuan, percentages, scores (B13)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a statement, `fen` positive in the supplier's favour."""

    kind: Kind
    month: str
    """The month, or of a quarter's lines the quarter, that it is about."""
    source: str
    fen: int
    rule: str
    numbers: Numbers
    revision: int = 0
    """Of a score; each revision may book one difference (B4)."""

    @property
    def key(self) -> str:
        """What it books, unlike all else of the contract."""
        match self.kind:
            case Kind.SCORE:
                return f"{self.kind}/{self.month}/{self.revision}"
            case Kind.RETAINED_RETURNED | Kind.BONUS:
                return f"{self.kind}/{self.month}"
            case _:
                return f"{self.kind}/{self.source}"


@dataclass(frozen=True, slots=True)
class Booking:
    """A change of money, known by contract, source and rule."""

    contract: str
    source: str
    rule: str
    move: Move
    happened_on: date
    recorded_on: date
    cause: UUID | None = None
    line: Line | None = None
    rules_version: int = 0
    statement: Month | None = field(default=None)
    """The statement on which its line stands from the beginning; None: it waits (B5)."""

    @classmethod
    def of(
        cls,
        contract: str,
        line: Line,
        *,
        happened_on: date,
        recorded_on: date,
        rules_version: int,
        cause: UUID | None = None,
        statement: Month | None = None,
    ) -> "Booking":
        """The booking that a line stands for; a line moves money."""
        move = chart.line(line.kind, line.fen)
        assert move is not None
        return cls(
            contract, line.key, line.rule, move, happened_on, recorded_on, cause, line,
            rules_version, statement,
        )  # fmt: skip
