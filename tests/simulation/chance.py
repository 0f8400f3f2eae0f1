"""Which fault strikes when: drawn from the seed, one stream for each place."""

import random
from collections import Counter
from collections.abc import Mapping


class Injected(Exception):
    """A fault of the simulation's own making."""


class Chance:
    """The faults of one place. Places draw from streams of their own, so that what one of them
    does more often in this run than in the last does not change what strikes the others.
    """

    def __init__(self, seed: int, place: str, odds: Mapping[str, float], struck: Counter[str]):
        self.luck = random.Random(f"{seed}/{place}")
        self._odds = odds
        self._struck = struck

    def next(self) -> str | None:
        """The fault that strikes now, if any; `odds` are those of one fault at a time."""
        lot = self.luck.random()
        for fault, odds in self._odds.items():
            lot -= odds
            if lot < 0:
                self._struck[fault] += 1
                return fault
        return None
