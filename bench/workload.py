"""What is sent: visits with findings, the same bytes to every contestant.

Four findings in ten are at a place seen for the first time, the others at one of the contract's
usual spots: the repeat rule (I2) always has something to find and something to miss.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

TODAY = "2026-06-30"
"""The office's day; visits are recorded up to four weeks late."""
CRITERIA = 20
PLACES = 12
NEW_PLACES = 0.4
MAJOR = 0.1


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom: so many offices with so many contracts each."""

    offices: int
    contracts: int
    """Of each office."""

    def office(self, number: int) -> str:
        return f"office-{number % self.offices}"

    def contract(self, number: int) -> str:
        """Requests go round all offices first, then to their next contract."""
        return f"contract-{number // self.offices % self.contracts}"

    @property
    def office_names(self) -> list[str]:
        return [f"office-{number}" for number in range(self.offices)]

    @property
    def contract_names(self) -> list[str]:
        return [f"contract-{number}" for number in range(self.contracts)]


@dataclass(frozen=True, slots=True)
class Workload:
    """Visits of one window; every number in them begins with the window's name."""

    window: str
    scope: Scope
    findings: int
    """In one visit."""
    visits: int
    tokens: dict[str, str] = field(default_factory=dict)
    """Per office, where a contestant asks for one."""

    def body(self, number: int) -> bytes:
        chance = random.Random(f"{self.window}/{number}")
        return orjson.dumps(
            {
                "id": f"{self.window}-{number}",
                "contract": self.scope.contract(number),
                "tier": "patrol",
                "happened_on": f"2026-06-{chance.randint(3, 30):02}",
                "findings": [self._finding(number, each, chance) for each in range(self.findings)],
            }
        )

    def _finding(self, visit: int, number: int, chance: random.Random) -> dict[str, str]:
        place = f"{chance.randrange(PLACES)}楼走廊"
        if chance.random() < NEW_PLACES:
            place = f"{self.window}-{visit}-{number}号房"
        return {
            "id": f"{self.window}-{visit}-{number}",
            "criterion": f"CL-{chance.randrange(CRITERIA)}",
            "place": place,
            "severity": "major" if chance.random() < MAJOR else "general",
        }

    def request(self, number: int) -> bytes:
        """The whole HTTP request."""
        office = self.scope.office(number)
        body = self.body(number)
        lines = [
            f"POST /v1/offices/{office}/visits HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"Idempotency-Key: {self.window}-{number}",
        ]
        if self.tokens:
            lines.append(f"Authorization: Bearer {self.tokens[office]}")
        return "\r\n".join([*lines, "", ""]).encode() + body

    def requests(self) -> Sequence[bytes]:
        return [self.request(number) for number in range(self.visits)]
