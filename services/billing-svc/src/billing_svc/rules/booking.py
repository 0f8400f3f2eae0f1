"""M3: one change of money: from account to account and, mostly, a line of a statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from houqin_shared.calendar import Month

from billing_svc.rules import chart
from billing_svc.rules.chart import Kind, Move

Numbers = Mapping[str, object]
"""What was put into the rule, as people read it: amounts in yuan, percentages, scores (B13)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a statement, `fen` positive in the supplier's favour; or several, one for each
    source, that are alike in all else, as the findings of a visit often are.
    """

    kind: Kind
    month: str
    """The month, or of a quarter's lines the quarter, that it is about."""
    sources: Sequence[str]
    fen: int
    """Of each."""
    rule: str
    numbers: Numbers
    revision: int = 0
    """Of a score; each revision may book one difference (B4)."""

    @property
    def keys(self) -> Sequence[str]:
        """What each books, unlike all else of the contract."""
        kind = self.kind.value
        match self.kind:
            case Kind.SCORE:
                return [f"{kind}/{self.month}/{self.revision}"]
            case Kind.RETAINED_RETURNED | Kind.BONUS:
                return [f"{kind}/{self.month}"]
            case _:
                return [f"{kind}/{source}" for source in self.sources]


@dataclass(frozen=True, slots=True)
class Booking:
    """A change of money, known by contract, source and rule; the same for each of its sources."""

    contract: str
    sources: Sequence[str]
    rule: str
    move: Move
    happened_on: date
    recorded_on: date
    cause: UUID | None = None
    line: Line | None = None
    rules_version: int = 0
    statement: Month | None = field(default=None)
    """The statement on which its line stands from the beginning; None: it waits (B5)."""

    def without(self, known: Collection[str]) -> "Booking":
        """For the sources that aren't booked already."""
        kept = [n for n, source in enumerate(self.sources) if source not in known]
        line = self.line
        return replace(
            self,
            sources=[self.sources[n] for n in kept],
            line=line and replace(line, sources=[line.sources[n] for n in kept]),
        )

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
            contract, line.keys, line.rule, move, happened_on, recorded_on, cause, line,
            rules_version, statement,
        )  # fmt: skip
