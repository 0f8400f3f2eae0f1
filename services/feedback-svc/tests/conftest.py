"""The feedback service as its neighbours see it: facts in, HTTP, events out."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from feedback_svc.main import SERVICE
from houqin_shared.auth import EVERY_OFFICE, Role
from houqin_shared.bus import Received
from houqin_shared.service import Running, Service

Json = dict[str, Any]

RULES: Json = {
    "id": "ezhou-2017",
    "version": 1,
    "points": {"general": "1", "major": "5", "complaint": "2", "merit": "1"},
    "survey": {"min_responses": 10, "min_response_percent": "30", "satisfied_from": 4},
    "widespread": {"complaints": 5, "departments": 3, "within_days": 30},
}


class Feedback:
    """The running service of one office (ezhou) with one contract (cleaning-2017)."""

    def __init__(self, client: httpx.AsyncClient, running: Running) -> None:
        self.client = client
        self.running = running

    def as_(self, role: Role, name: str = "", **more: Any) -> dict[str, str]:
        headers: dict[str, str] = self.client.as_(role, name, **more)  # type: ignore[attr-defined]
        return headers

    async def hear(
        self,
        fact: str,
        data: Json,
        *,
        office: str = "ezhou",
        on: str = "2017-05-01",
        identity: UUID | None = None,
    ) -> Received:
        """contract-svc tells something; the message, to be sent again."""
        subject = data.get("contract", "")
        envelope = {
            "specversion": "1.0",
            "id": str(identity or uuid4()),
            "source": "contract-svc",
            "type": f"cn.houqin.contract.{fact}.v1",
            "time": "2026-01-01T00:00:00Z",
            "officeid": office,
            "correlationid": str(uuid4()),
            "subject": subject,
            "data": {"happened_on": on, "recorded_on": on, **data},
        }
        message = Received(
            "contract-svc", f"{office}/{subject}", json.dumps(envelope).encode(), "1"
        )
        await self.running.inbox.apply([message])
        return message

    async def open_office(self, office: str = "ezhou", opens_on: str = "2017-05-01") -> None:
        await self.hear(
            "office-registered",
            {"name": "鄂州市机关事务管理局", "clock": "manual", "opens_on": opens_on},
            office=office,
        )

    async def sign(
        self,
        contract: str = "cleaning-2017",
        supplier: str = "dingsheng",
        ends_on: str = "2020-05-01",
        *,
        rules: Json = RULES,
        office: str = "ezhou",
    ) -> None:
        await self.hear(
            "contract-signed",
            {
                "contract": contract,
                "item": "cleaning",
                "supplier": supplier,
                "starts_on": "2017-05-01",
                "ends_on": ends_on,
                "months": 36,
                "rules": rules,
            },
            office=office,
        )

    async def sweep(self, day: str, office: str = "ezhou") -> None:
        answer = await self.client.post(f"/v1/offices/{office}/sweeps", json={"as_of": day})
        assert answer.status_code == 200, answer.text

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(f"/v1/offices/ezhou/{path}", **more)

    async def post(self, path: str, body: Json, **more: Any) -> httpx.Response:
        return await self.client.post(f"/v1/offices/ezhou/{path}", json=body, **more)

    async def complain(
        self, number: str, department: str = "财务科", **more: Any
    ) -> httpx.Response:
        body = {"id": number, "contract": "cleaning-2017", "department": department, **more}
        return await self.post("complaints", body)

    async def uphold(self, number: str, **more: Any) -> httpx.Response:
        return await self.post(f"complaints/{number}/decision", {"decision": "upheld", **more})

    async def told(self, fact: str = "") -> list[Json]:
        """The data of what was told about contracts, in order; all of it or one kind."""
        rows = await self.running.pool.fetch("select envelope from outbox order by pos")
        envelopes = [json.loads(row["envelope"]) for row in rows]
        return [
            each["data"]
            for each in envelopes
            if each["type"].startswith(f"cn.houqin.feedback.{fact}")
        ]


@pytest.fixture
async def feedback(start: Callable[[Service], Awaitable[httpx.AsyncClient]]) -> Feedback:
    client = await start(SERVICE)
    house = Feedback(client, client.app.state.running)  # type: ignore[attr-defined]
    await house.open_office()
    await house.sign()
    return house


@pytest.fixture
def supplier_of(feedback: Feedback) -> Callable[[str], dict[str, str]]:
    """Headers of a supplier's contractor."""
    return lambda supplier: feedback.as_(
        Role.CONTRACTOR, "乙方", office=EVERY_OFFICE, supplier=supplier
    )
