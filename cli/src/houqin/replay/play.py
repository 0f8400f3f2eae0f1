"""A day's play: office and contracts first, then for every day the sweeps and the events."""

import hashlib
import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta

import orjson
from houqin_ops.client import Answer, Client, Json, Unexpected, at
from houqin_ops.rest import Stuck, bring_to_rest
from houqin_ops.sweep import sweep_day

from houqin.officefile import Decide, Event, OfficeFile
from houqin.replay import commands
from houqin.replay.commands import Request
from houqin.replay.progress import Progress
from houqin.replay.report import read_report

__all__ = ["AnotherFile", "Replay", "Stuck"]

ONE_DAY = timedelta(days=1)
REFUSALS = frozenset({
    "gates-not-passed", "unknown-contract", "not-recorded", "outside-contract-term",
    "already-withdrawn", "already-decided", "notice-not-open", "survey-already-measured",
    "nothing-to-decide", "contract-not-active", "renewal-past-three-years", "no-such-statement",
    "already-paid",
})  # fmt: skip
"""What the services may refuse in a replay; any other error ends it."""


class AnotherFile(Exception):
    """The office is known here, and not from this file."""


class Replay:
    """Plays one office file on running services."""

    def __init__(self, file: OfficeFile, client: Client, *, quiet: bool = False) -> None:
        self._file = file
        self._office = file.office.id
        self._client = client
        self.refused: list[Json] = []
        days = (file.until - file.first_day).days + 1
        self._progress = Progress(self._office, max(days, 1), quiet=quiet)

    async def play(self) -> Json:
        """The whole file, then the report. Raises AnotherFile, Stuck, Unreachable, Unexpected."""
        async for _ in self.days():
            pass
        await self._rest()
        return await self.report(self._file.until)

    async def days(self) -> AsyncIterator[date]:
        """Plays the file; every day as soon as it was played and the bus has come to rest.

        Raises AnotherFile, Stuck, Unreachable, Unexpected.
        """
        await self._found_office()
        await self._sign()
        await self._rest()
        played = 0
        events = self._events_by_day()
        for number, day in enumerate(self._days(), 1):
            await sweep_day(self._client, self._office, day)
            for event in events.get(day, ()):
                if isinstance(event, Decide):
                    await self._rest()
                answer = await self._send(event.place, commands.event(event))
                self._note(answer, day, event.verb, event.refusal_id, event.place)
                if isinstance(event, Decide):
                    await self._rest()
                played += 1
            await self._rest()
            self._progress.day(number, day, played)
            yield day
        self._progress.end()

    async def report(self, as_of: date) -> Json:
        """What stands in the services, and what they refused so far. Raises Unreachable."""
        contracts = [contract.id for contract in self._file.contracts]
        report = await read_report(self._client, self._office, as_of, contracts)
        return report | {"refused": list(self.refused)}

    def _days(self) -> Iterator[date]:
        day = self._file.first_day
        while day <= self._file.until:
            yield day
            day += ONE_DAY

    def _events_by_day(self) -> dict[date, list[Event]]:
        return {
            day: list(events)
            for day, events in itertools.groupby(self._file.events, key=lambda event: event.on)
        }

    async def _found_office(self) -> None:
        """Register the office with a manual clock that stands on the eve of the first day."""
        office = self._file.office
        body: Json = {
            "name": office.name,
            "clock": "manual",
            "opens_on": (self._file.first_day - ONE_DAY).isoformat(),
            "imported_from": f"sha256:{self._file.content_digest}",
        }
        answer = await self._client.call("PUT", "contract", at("offices", self._office), body)
        if answer.status == 409:
            raise AnotherFile(self._office)
        if answer.is_refusal:
            raise Unexpected(f"office {self._office}: {answer}")
        await self._rest()

    async def _sign(self) -> None:
        for supplier in self._file.suppliers:
            answer = await self._send(supplier.place, commands.supplier(supplier))
            self._must(answer, supplier.place)
        for rules in self._file.rule_sets:
            self._must(await self._send(rules.place, commands.rule_set(rules)), rules.place)
        for contract in self._file.contracts:
            answer = await self._send(contract.place, commands.contract(contract))
            self._note(answer, contract.signed_on, "contract", contract.id, contract.place)

    async def _send(self, place: str, request: Request) -> Answer:
        content = orjson.dumps(request.body, option=orjson.OPT_SORT_KEYS)
        identity = "\n".join([self._office, place, request.service, *request.path]).encode()
        key = hashlib.sha256(identity + b"\n" + content).hexdigest()
        return await self._client.call(
            "POST", request.service, request.url(self._office), request.body, key=key
        )

    async def _rest(self) -> None:
        await bring_to_rest(self._client, self._office)

    def _note(self, answer: Answer, on: date, verb: str, subject: str, place: str) -> None:
        if not answer.is_refusal:
            return
        if answer.code not in REFUSALS:
            raise Unexpected(f"{place}: {answer}")
        self.refused.append(
            {"on": on.isoformat(), "verb": verb, "id": subject, "problem": answer.code}
        )

    def _must(self, answer: Answer, place: str) -> None:
        if answer.is_refusal:
            raise Unexpected(f"{place}: {answer}")
