"""The replay's client, on a network that loses answers and says everything twice."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from houqin_ops.client import Answer, Client, Json, Unexpected
from houqin_shared.auth import EVERY_OFFICE, Role, issue_token

from simulation.chance import Chance
from simulation.town import Town

NETWORK = {"answer lost": 0.05, "asked twice at once": 0.05}
PATIENCE = 500
"""Tries of one request: a service that is cut off again and again answers in the end."""

BETWEEN_TRIES = 0.02
"""Seconds."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, to be made as often as needed."""

    method: str
    service: str
    path: str
    content: bytes | None
    headers: Mapping[str, str]
    query: Mapping[str, str] | None

    def __str__(self) -> str:
        return f"{self.method} /{self.service}{self.path}"


class Desk(Client):
    """A `Client` without sockets: it calls whichever replica is there."""

    def __init__(self, town: Town, token_key: str) -> None:
        # Not super().__init__: there is no session to open.
        self.url = "town"
        self._town = town
        self._chance = Chance(town.seed, "network", NETWORK, town.struck)
        token = issue_token(token_key, "replay", Role.SYSTEM, EVERY_OFFICE)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    async def call(
        self,
        method: str,
        service: str,
        path: str,
        body: Json | None = None,
        *,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """What is answered in the end. Raises Unexpected as the real client does, unless the
        simulation itself cut the service off.
        """
        asked = _Asked(
            method,
            service,
            path,
            orjson.dumps(body) if body is not None else None,
            self._headers | ({"Idempotency-Key": key} if key else {}),
            query,
        )
        if method == "GET":
            return await self._ask(asked)
        await self._town.happens()
        match self._chance.next():
            case "asked twice at once":
                first, last = await asyncio.gather(self._ask(asked), self._ask(asked))
            case "answer lost":
                first, last = await self._ask(asked), await self._ask(asked)
            case _:
                return await self._ask(asked)
        assert first == last or not key, f"{asked} was answered differently: {first} {last}"
        return first

    async def _ask(self, asked: _Asked) -> Answer:
        """Again and again until it is answered."""
        for _ in range(PATIENCE):
            async with self._town.replica(asked.service) as http:
                given = await http.request(
                    asked.method,
                    asked.path,
                    content=asked.content,
                    headers=asked.headers,
                    params=asked.query,
                )
            if given.status_code < 500:
                answer = Answer(given.status_code, given.json() if given.content else None)
                if answer.code != "still-running":
                    return answer
            elif not self._town.was_cut_off(asked.service):
                raise Unexpected(f"{asked}: {given.status_code} {given.text}")
            await asyncio.sleep(BETWEEN_TRIES)
        raise Unexpected(f"{asked}: no answer after {PATIENCE} tries")
