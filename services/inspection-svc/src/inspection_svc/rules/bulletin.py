"""I8: who is commended and who is criticised for a month."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

COMMENDED_FROM = Decimal(95)
CRITICISED_BELOW = Decimal(80)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a bulletin shows of a contract that was due a score."""

    contract: str
    score: Decimal | None
    missing: tuple[str, ...]
    failed_rectification: bool

    @property
    def is_commended(self) -> bool:
        return (
            self.score is not None
            and self.score >= COMMENDED_FROM
            and not self.failed_rectification
        )

    @property
    def is_criticised(self) -> bool:
        return self.failed_rectification or (
            self.score is not None and self.score < CRITICISED_BELOW
        )


def commended(entries: Iterable[Entry]) -> list[str]:
    return sorted(entry.contract for entry in entries if entry.is_commended)


def criticised(entries: Iterable[Entry]) -> list[str]:
    return sorted(entry.contract for entry in entries if entry.is_criticised)


def bulletin_number(year: int, issued_before: int) -> str:
    """The number of the next bulletin about a month of `year`: 2017-01, 2017-02, ..."""
    return f"{year:04d}-{issued_before + 1:02d}"
