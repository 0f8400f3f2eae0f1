"""B2, B3: what findings, upheld complaints and failed rectifications cost, and giving it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from houqin_shared.calendar import Month
from houqin_shared.exact import yuan_of_fen

from billing_svc.rules.booking import Line
from billing_svc.rules.chart import Kind
from billing_svc.rules.ruleset import Tariff


@dataclass(frozen=True, slots=True)
class Deduction:
    """Something that went wrong, priced by the rule set; or several things at the same price."""

    contract: str
    kind: Kind
    sources: Sequence[str]
    what: str
    """Its price's name: general, major, complaint or rectification."""
    happened_on: date
    repeat: bool = False

    def line(self, tariff: Tariff) -> Line:
        """B2: minus the amount, `times` as much for a repeat; a line for each source."""
        numbers: dict[str, object] = {
            "what": self.what,
            "amount": yuan_of_fen(tariff.amounts[self.what]),
        }
        if self.kind is Kind.FINDING:
            numbers["repeat"] = self.repeat
            numbers["times"] = tariff.repeat_times if self.repeat else 1
        return Line(
            self.kind,
            str(Month.of(self.happened_on)),
            self.sources,
            -tariff.charge(self.what, repeat=self.repeat),
            "B2",
            numbers,
        )


def withdrawn(finding: str, found_on: date, taken: int, line: int) -> Line:
    """B3: what the finding's `line` took (`taken` < 0) is given back, in the finding's month."""
    return Line(
        Kind.FINDING_WITHDRAWN,
        str(Month.of(found_on)),
        [finding],
        -taken,
        "B3",
        {"taken": yuan_of_fen(taken), "reverses": line},
    )
