"""A billing service that hears what a test tells it, as if the others had."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from billing_svc.main import SERVICE
from houqin_shared.bus import Received
from houqin_shared.calendar import add_months
from houqin_shared.service import Running

OFFICE = "ezhou"

RULES: dict[str, Any] = {
    "id": "ezhou-2017",
    "version": 1,
    "points": {"general": "1", "major": "5", "complaint": "2", "merit": "1"},
    "tiers": {"patrol": "0.4", "joint": "0.6"},
    "half_year": {"months": "0.7", "leaders": "0.3"},
    "amounts": {
        "general": "50.00",
        "major": "500.00",
        "complaint": "200.00",
        "rectification": "300.00",
    },
    "repeat": {"within_days": 30, "times": 2},
    "ladder": {"full_from": "85", "percent_per_point": "1", "at_most_percent": "30"},
    "retained_percent": "5",
    "bands": [
        {"from": "95", "name": "excellent", "returned_percent": "100", "bonus_percent": "1"},
        {"from": "90", "name": "good", "returned_percent": "100", "bonus_percent": "0"},
        {"from": "80", "name": "fair", "returned_percent": "50", "bonus_percent": "0"},
        {"from": "0", "name": "poor", "returned_percent": "0", "bonus_percent": "0"},
    ],
    "reward_percent": "2",
    "deposit_percent": "5",
    "second_notice_days": 7,
    "survey": {"min_responses": 10, "min_response_percent": "30", "satisfied_from": 4},
    "widespread": {"complaints": 5, "departments": 3, "within_days": 30},
}


class Billing:
    """The service, what it is told, and what it answers."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.running: Running = client.app.state.running
        self.base = f"/v1/offices/{OFFICE}"
        self.told: list[Received] = []

    async def hear(
        self,
        type_: str,
        *,
        on: date,
        happened_on: date | None = None,
        contract: str = "",
        because_of: UUID | None = None,
        event: UUID | None = None,
        **data: Any,
    ) -> UUID:
        """An event recorded `on` a day; "inspection.findings-confirmed" is short for its type."""
        service, _, fact = type_.partition(".")
        identity = event or uuid4()
        envelope = {
            "specversion": "1.0",
            "id": str(identity),
            "source": f"{service}-svc",
            "type": f"cn.houqin.{service}.{fact}.v1",
            "time": datetime.now(UTC).isoformat(),
            "officeid": OFFICE,
            "subject": contract,
            "correlationid": str(because_of or identity),
            **({"causationid": str(because_of)} if because_of else {}),
            "data": {
                **({"contract": contract} if contract else {}),
                **data,
                "happened_on": (happened_on or on).isoformat(),
                "recorded_on": on.isoformat(),
            },
        }
        message = Received(
            f"{service}-svc", f"{OFFICE}/{contract}", orjson.dumps(envelope), str(len(self.told))
        )
        self.told.append(message)
        await self.running.inbox.apply([message])
        return identity

    async def open_office(self, day: date) -> None:
        await self.hear(
            "contract.office-registered", on=day, name="鄂州", clock="manual", opens_on=day
        )

    async def sign(
        self,
        contract: str,
        *,
        on: date,
        starts_on: date,
        months: int = 12,
        price_fen: int = 23_500_000,
        small_or_medium: bool = True,
        rules: dict[str, Any] | None = None,
        supplier: str = "dingsheng",
    ) -> UUID:
        return await self.hear(
            "contract.contract-signed",
            on=on,
            contract=contract,
            item="cleaning",
            supplier=supplier,
            supplier_name="鼎盛保洁公司",
            small_or_medium=small_or_medium,
            annual_price_fen=price_fen,
            starts_on=starts_on,
            months=months,
            ends_on=add_months(starts_on, months),
            satisfaction_target="95",
            term=1,
            signed_on=starts_on,
            rules=rules or RULES,
        )

    async def find(
        self,
        contract: str,
        *findings: str,
        on: date,
        severity: str = "general",
        repeat: bool = False,
        **more: Any,
    ) -> UUID:
        """One visit with these findings."""
        spot = {"criterion": "CL-3.2", "place": "3F", "severity": severity, "repeat": repeat}
        return await self.hear(
            "inspection.findings-confirmed",
            on=on,
            contract=contract,
            findings=[{"finding": finding, **spot} for finding in findings],
            **{"visit": "v1", "tier": "patrol", "inspector": "li", **more},
        )

    async def sweep(self, day: date) -> None:
        answer = await self.client.post(f"{self.base}/sweeps", json={"as_of": day.isoformat()})
        assert answer.status_code == 200, answer.text

    async def get(self, path: str, status: int = 200, **more: Any) -> Any:
        answer = await self.client.get(f"{self.base}/{path}", **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, path: str, **more: Any) -> httpx.Response:
        answer: httpx.Response = await self.client.post(f"{self.base}/{path}", **more)
        return answer

    async def all_lines(self, contract: str, **params: Any) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = await self.get(
                f"contracts/{contract}/lines", params={"limit": 100, **params, **after}
            )
            lines += page["items"]
            if page["next"] is None:
                return lines
            after = {"after": page["next"]}

    async def hear_everything_again(self) -> None:
        """All topics from the beginning, with an inbox that was pruned."""
        await self.running.pool.execute("truncate inbox")
        for first in range(0, len(self.told), 200):
            await self.running.inbox.apply(self.told[first : first + 200])

    async def must_agree(self) -> None:
        """M3: debits equal credits, and balances equal the fold of their entries."""
        balance = await self.get("trial-balance")
        assert balance["difference"] == "0.00"
        assert balance["mismatches"] == 0
        assert not await self.running.pool.fetchval("select count(*) from parked")


@pytest.fixture
async def billing(start: Callable[..., Awaitable[Any]]) -> Billing:
    """A service without an office."""
    return Billing(await start(SERVICE))
