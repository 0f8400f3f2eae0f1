"""A client of the four services: REST with a token, nothing else."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import orjson

SERVICE_NAMES = ("contract", "inspection", "feedback", "billing")
SERVICE = "{service}"
"""In an address: where the name of a service is put."""
REPEATABLE = frozenset({"GET", "PUT"})
AWAY = frozenset({502, 503, 504})
Json = dict[str, Any]


class Unreachable(Exception):
    """Nothing answers at the address, or what answers is not Houqin."""


class Unexpected(Exception):
    """An answer that the client can't go on with."""


class Denied(Unexpected):
    """The token is none of theirs, or may not do this: it says nothing about how a service is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said."""

    status: int
    body: Any

    @property
    def is_refusal(self) -> bool:
        return self.status >= 400

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""

    def __str__(self) -> str:
        if isinstance(self.body, dict) and self.is_refusal:
            detail, errors = self.body.get("detail"), self.body.get("errors", "")
            return f"{self.status} {self.code}: {detail} {errors}".rstrip()
        return f"{self.status}"


class Client:
    """Speaks to the services behind one address, http://gateway:8000, or each at its own,
    http://{service}-svc:8000.
    """

    def __init__(self, url: str, token: str, timeout: float = 120, *, patience: float = 0) -> None:
        """`patience`: seconds in which a service that is away, with somebody there who says so, may
        come back. Whoever wants to know how things are has none.
        """
        self.url = url.rstrip("/")
        self._address = self.url if SERVICE in self.url else f"{self.url}/{SERVICE}"
        self._patience = patience
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=timeout),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

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
        """Raises Unreachable if there is no answer, Unexpected for a fault, Denied for a token that
        may not.

        When a service asks to come later because too much waits there, this waits and comes again;
        when one is away, as `patience` allows and if doing it twice is doing it once.
        """
        address = self._address.replace(SERVICE, service)
        repeatable = key is not None or method in REPEATABLE
        limit = time.monotonic() + (self._patience if repeatable else 0)
        while True:
            try:
                async with self._session.request(
                    method,
                    f"{address}{path}",
                    data=orjson.dumps(body) if body is not None else None,
                    headers={"Idempotency-Key": key} if key else {},
                    params=query,
                ) as response:
                    raw = await response.read()
                    answer = Answer(response.status, _json(raw))
                    pause = int(response.headers.get("Retry-After", "1"))
            except (aiohttp.ClientError, TimeoutError) as error:
                nobody = isinstance(error, aiohttp.ClientConnectorError)
                if nobody or time.monotonic() > limit:
                    what = error or type(error).__name__
                    raise Unreachable(f"{address}: {what}") from error
                pause = 1
            else:
                away = answer.status in AWAY and time.monotonic() < limit
                if not away and (answer.status >= 500 or answer.status in (401, 403)):
                    said = answer if answer.code else f"{answer} {raw[:300]!r}"
                    kind = Denied if answer.status in (401, 403) else Unexpected
                    raise kind(f"{method} /{service}{path}: {said}")
                if not away and answer.status != 429:
                    return answer
            await asyncio.sleep(pause)

    async def get(self, service: str, path: str, query: Mapping[str, str] | None = None) -> Any:
        """What stands there. Raises Unexpected if nothing does."""
        answer = await self.call("GET", service, path, query=query)
        if answer.is_refusal:
            raise Unexpected(f"GET /{service}{path}: {answer}")
        return answer.body

    async def all(
        self, service: str, path: str, query: Mapping[str, str] | None = None
    ) -> list[Json]:
        """Every item of a list, page by page."""
        items: list[Json] = []
        asked = dict(query or {}) | {"limit": "200"}
        while True:
            page = await self.get(service, path, asked)
            items += page["items"]
            if not page["next"]:
                return items
            asked["after"] = page["next"]


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return None


def at(*parts: str) -> str:
    """A path of ids: at("offices", "鄂州") -> "/v1/offices/%E9%84%82%E5%B7%9E"."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)
