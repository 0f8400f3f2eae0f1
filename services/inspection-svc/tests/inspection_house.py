"""An inspection service seen from outside, fed as its bus would feed it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import orjson
from houqin_shared.bus import Received
from houqin_shared.service import Running
from houqin_shared.transaction import Tx

RULES: dict[str, Any] = {
    "id": "ezhou-2017",
    "version": 1,
    "points": {"general": "1", "major": "5", "complaint": "2", "merit": "1"},
    "tiers": {"patrol": "0.4", "joint": "0.6"},
    "half_year": {"months": "0.7", "leaders": "0.3"},
    "amounts": {"general": "50.00", "major": "500.00"},
    "repeat": {"within_days": 30, "times": 2},
    "second_notice_days": 7,
}


class House:
    """A running inspection service, seen from outside."""

    def __init__(self, client: httpx.AsyncClient, office: str) -> None:
        self.client = client
        self.office = office
        self.running: Running = client.app.state.running  # type: ignore[attr-defined]

    def headers(self, *args: Any, **kwargs: Any) -> dict[str, str]:
        made: dict[str, str] = self.client.as_(*args, **kwargs)  # type: ignore[attr-defined]
        return made

    def url(self, path: str) -> str:
        return f"/v1/offices/{self.office}/{path}"

    async def get(self, path: str, status: int = 200, **kwargs: Any) -> Any:
        answer = await self.client.get(self.url(path), **kwargs)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, path: str, body: Any, status: int = 201, **kwargs: Any) -> Any:
        answer = await self.client.post(self.url(path), json=body, **kwargs)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def sweep(self, day: str) -> None:
        answer = await self.client.post(self.url("sweeps"), json={"as_of": day})
        assert answer.status_code == 200, answer.text

    def message(self, type_: str, **data: Any) -> Received:
        """An event as another service would have sent it."""
        source = f"{type_.split('.', maxsplit=1)[0]}-svc"
        identity = str(uuid4())
        contract = data.get("contract", "")
        envelope = {
            "specversion": "1.0", "id": identity, "source": source,
            "type": f"cn.houqin.{type_}.v1", "officeid": self.office, "subject": contract,
            "correlationid": identity, "data": data,
        }  # fmt: skip
        key = f"{self.office}/{contract}"
        return Received(source, key, orjson.dumps(envelope), "0")

    async def hear(self, type_: str, happened_on: str, **data: Any) -> Received:
        data = {"happened_on": happened_on, "recorded_on": happened_on} | data
        message = self.message(type_, **data)
        await self.running.inbox.apply([message])
        return message

    async def forget_inbox(self) -> None:
        """As after it was pruned: everything that comes again is taken for new."""
        await self.running.pool.execute("delete from inbox")

    async def open_office(self, opens_on: str, clock: str = "manual") -> None:
        await self.hear(
            "contract.office-registered", opens_on, name="鄂州", clock=clock, opens_on=opens_on
        )

    async def sign(self, contract: str, starts_on: str, ends_on: str, **more: Any) -> Received:
        signed = {
            "contract": contract, "item": "cleaning", "supplier": "dingsheng",
            "supplier_name": "鼎盛", "small_or_medium": True, "annual_price_fen": 23_500_000,
            "starts_on": starts_on, "months": 36, "ends_on": ends_on, "term": 1,
            "satisfaction_target": "95", "signed_on": starts_on, "rules": RULES,
        }  # fmt: skip
        return await self.hear("contract.contract-signed", starts_on, **(signed | more))

    async def told(self, name: str) -> list[dict[str, Any]]:
        """The data of the events of one type, in the order in which they were told."""
        rows = await self.running.pool.fetch("select envelope from outbox order by xid, pos")
        events = [orjson.loads(row["envelope"]) for row in rows]
        wanted = f"cn.houqin.inspection.{name}.v1"
        return [event["data"] for event in events if event["type"] == wanted]

    @asynccontextmanager
    async def on_day(self, day: str) -> AsyncIterator[Tx]:
        """A transaction as of a day, for what the API can't be asked to do out of turn."""
        async with self.running.transactions.on_office(self.office, alone=True) as tx:
            tx.today = date.fromisoformat(day)
            yield tx

    async def visit(
        self, number: str, *findings: dict[str, Any], status: int = 201, **more: Any
    ) -> Any:
        body = {"id": number, "contract": "c1", "tier": "patrol", "findings": list(findings)}
        return await self.post("visits", body | more, status)


def finding(
    number: str, criterion: str = "CL-1", place: str = "3F", severity: str = "general"
) -> dict[str, Any]:
    return {"id": number, "criterion": criterion, "place": place, "severity": severity}
