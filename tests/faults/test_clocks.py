"""15: clocks that jump, 29 February, the end of three years: a live office settles as others do.

The four services run here without processes of their own, two replicas of each, for nobody can turn
the clock of a machine that others work on.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from contract_svc.usecases import offices
from founding import FOUNDING
from houqin.gateway import SERVICES
from houqin_shared import clock, command, outbox
from houqin_shared.app import create_app
from houqin_shared.auth import Role, issue_token
from houqin_shared.settings import Settings

NewDatabase = Callable[..., Awaitable[str]]
TOKEN_KEY = "a key for the tests alone, long enough"
FIRST = date(2024, 2, 26)
SIGNED = date(2024, 2, 29)
LAST_OF_TERM = date(2027, 2, 27)
"""Thirty-six months later, less one day."""
DAY = timedelta(days=1)
PATIENCE = 420


class Town:
    """Four services, two replicas each, and the legal day."""

    def __init__(self) -> None:
        self.today = FIRST
        self.replicas: dict[str, list[httpx.AsyncClient]] = {name: [] for name in SERVICES}

    async def ask(self, method: str, service: str, path: str, body: Any = None) -> Any:
        answer = await self.replicas[service][0].request(method, f"/v1/offices/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await condition():
                await asyncio.sleep(0.01)

    async def found(self, office: str, mode: str) -> None:
        for method, path, body in FOUNDING:
            given = body
            if method == "PUT":
                given = {"name": office, "clock": mode, "opens_on": FIRST.isoformat()}
            elif path.endswith("/contracts"):
                given = body | {"starts_on": SIGNED.isoformat(), "months": 36}
            await self.ask(
                method,
                "contract",
                path.removeprefix("/v1/offices/").replace("ezhou", office),
                given,
            )

    async def rests(self) -> None:
        """Twice in a row nothing is under way, and nothing was sent in between."""
        before: list[Any] = []

        async def at_rest() -> bool:
            nonlocal before
            flows = [
                (await replicas[0].get("/v1/ops/flow")).json()
                for replicas in self.replicas.values()
            ]
            figures = [flow["sent"] for flow in flows]
            quiet = not any(flow["outbox"] or flow["lag"] or flow["parked"] for flow in flows)
            before, same = figures, figures == before
            return quiet and same

        await self.until(at_rest)

    async def sweep(self, office: str, last: date) -> None:
        """A manual office, day by day, as a replay does it."""
        swept = await self.ask("GET", "billing", f"{office}/clock")
        day = date.fromisoformat(swept["swept_on"])
        while day < last:
            day += DAY
            for service in SERVICES:
                await self.ask("POST", service, f"{office}/sweeps", {"as_of": day.isoformat()})
            await self.rests()

    async def lives_until(self, day: date) -> None:
        """All services have swept a live office's day."""
        self.today = day

        async def swept() -> bool:
            clocks = [await self.ask("GET", service, "live/clock") for service in SERVICES]
            return all(each["swept_on"] == day.isoformat() for each in clocks)

        await self.until(swept)
        await self.rests()

    async def visit(self, office: str, number: str, happened_on: date) -> None:
        found = {"id": number, "criterion": "A", "place": "3F", "severity": "major"}
        body = {
            "id": number, "contract": "a1", "tier": "patrol", "findings": [found],
            "happened_on": happened_on.isoformat(),
        }  # fmt: skip
        await self.ask("POST", "inspection", f"{office}/visits", body)

    async def money(self, office: str) -> tuple[Any, ...]:
        """Statements, lines and rebids; numbers of lines are given to all offices in turn."""
        here = f"{office}/contracts/a1"
        statements = await self.ask("GET", "billing", f"{here}/statements?limit=200")
        lines = await self.ask("GET", "billing", f"{here}/lines?limit=200")
        rebids = await self.ask("GET", "billing", f"{office}/rebids")
        bare = [
            {name: part for name, part in line.items() if name != "line"} for line in lines["items"]
        ]
        return statements["items"], bare, rebids["items"]


@pytest.fixture
async def town(new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    made = Town()
    for module in (clock, command, offices):
        monkeypatch.setattr(module, "legal_today", lambda: made.today)
    monkeypatch.setattr(clock, "TICK", 0.02)
    monkeypatch.setattr(outbox, "AGAIN", 0.1)
    token = issue_token(TOKEN_KEY, "tester", Role.SYSTEM)
    async with AsyncExitStack() as stack:
        bus = await new_database()
        for name, service in SERVICES.items():
            settings = Settings(await new_database(service.package), bus, TOKEN_KEY)
            for _ in range(2):
                app = create_app(service, settings)
                await stack.enter_async_context(app.router.lifespan_context(app))
                client = httpx.AsyncClient(
                    transport=httpx.ASGITransport(app),
                    base_url="http://town",
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=60,
                )
                made.replicas[name].append(await stack.enter_async_context(client))
        yield made


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(date(2024, 4, 6), id="over-29-february"),
        pytest.param(date(2027, 3, 6), id="three-years", marks=pytest.mark.faults),
    ],
)
async def test_15_a_live_clock_that_jumps_brings_about_the_same(town: Town, last: date) -> None:
    """One office lives day by day; another's clock jumps over all of them, and back."""
    for office, mode in (("live", "live"), ("manual", "manual")):
        await town.found(office, mode)
    await town.rests()
    await town.lives_until(SIGNED)
    await town.sweep("manual", SIGNED)
    for office in ("live", "manual"):
        await town.visit(office, "first", SIGNED)
    await town.rests()

    await town.lives_until(last)
    town.today = last - 40 * DAY  # nobody's day goes back
    late = min(last, LAST_OF_TERM)
    await town.visit("live", "late", late)
    await town.rests()
    await town.sweep("manual", last)
    await town.visit("manual", "late", late)
    await town.rests()
    statements, lines, rebids = await town.money("live")
    assert (statements, lines, rebids) == await town.money("manual")
    assert len(statements) == (last.year - 2024) * 12 + last.month - 2
    assert [each["source"] for each in lines if each["kind"] == "finding"] == ["first", "late"]
    assert len(rebids) == (1 if last.year == 2027 else 0)
