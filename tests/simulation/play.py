"""One simulation: a random office is played under faults and compared with the model every day."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

from houqin.gateway import SERVICES
from houqin.officefile import read_office_file
from houqin.replay import Replay
from houqin.replay.report import read_contract
from houqin_ops.rest import bring_to_rest
from houqin_ops.verify import verify
from model import Office

from simulation.desk import Desk
from simulation.papers import Json
from simulation.story import tell
from simulation.town import Town


async def simulate(town: Town, desk: Desk, steps: int, folder: Path) -> Counter[str]:
    """Play so many days and events, then everything again; which faults struck how often.

    Raises AssertionError where the services and the model, or two readings of the books, differ.
    """
    story = tell(town.seed, steps)
    path = folder / "office.json"
    path.write_text(json.dumps(story, ensure_ascii=False), encoding="utf-8")
    file = read_office_file(path)
    replay = Replay(file, desk, quiet=True)
    model = Model(story)
    async for day in replay.days():
        model.live(day)
        for contract, expected in model.changed():
            found = await read_contract(desk, file.office.id, contract)
            assert found == expected, f"{contract} on {day}"
        assert replay.refused == model.refused, f"refusals up to {day}"
    assert await replay.report(file.until) == model.report()
    await _hear_everything_again(town, desk, file.office.id)
    assert await replay.report(file.until) == model.report()
    assert (await verify(desk, file.office.id))["wrong"] == []
    await town.settle()
    return town.struck


async def _hear_everything_again(town: Town, desk: Desk, office: str) -> None:
    """All topics from the beginning change nothing, whether or not the inbox remembers them."""
    await town.settle()
    await bring_to_rest(desk, office)
    before = {service: await town.books(service) for service in SERVICES}
    for empty_inbox in (False, True):
        for service in SERVICES:
            await town.replay(service, empty_inbox=empty_inbox)
        await bring_to_rest(desk, office)
        for service, books in before.items():
            how = "without" if empty_inbox else "with"
            assert await town.books(service) == books, f"{service}, {how} its inbox"


class Model:
    """The plain model with the story's events, day by day."""

    def __init__(self, story: Json) -> None:
        self._office = Office(story)
        self._events = list(story["events"])
        self._seen: Json = {}

    def live(self, day: date) -> None:
        self._office.sweep(day)
        while self._events and self._events[0]["on"] == day.isoformat():
            self._office.play(self._events.pop(0))

    def changed(self) -> list[tuple[str, Json]]:
        """The contracts whose report is another than when this was asked last."""
        now = self.report()["contracts"]
        changed = [(name, told) for name, told in now.items() if self._seen.get(name) != told]
        self._seen = now
        return changed

    @property
    def refused(self) -> list[Json]:
        refused: list[Json] = self.report()["refused"]
        return refused

    def report(self) -> Json:
        return self._office.report()
