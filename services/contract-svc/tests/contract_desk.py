"""The contract service at work for one office, fed and read as the others would."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import orjson
from houqin_shared.auth import EVERY_OFFICE, Role
from houqin_shared.bus import Received
from houqin_shared.service import Running

Json = dict[str, Any]

OFFICE = "ezhou"
EVE = "2017-04-30"
CODE = "91350100M000100Y43"
GATES = ("qualification", "reputation", "skills", "conduct")


def supplier(number: str = "dingsheng", until: str = "2030-12-31", **changed: Any) -> Json:
    gates = [{"gate": gate, "document": f"paper {gate}", "valid_until": until} for gate in GATES]
    body = {"id": number, "name": "鼎盛保洁公司", "uscc": CODE, "small_or_medium": True}
    return body | {"gates": gates} | changed


def rule_set(**changed: Any) -> Json:
    body: Json = {
        "id": "ezhou-2017",
        "points": {"general": 1, "major": 5, "complaint": 2, "merit": 1},
        "tiers": {"patrol": 0.4, "joint": 0.6},
        "half_year": {"months": 0.7, "leaders": 0.3},
        "amounts": {
            "general": "50.00", "major": "500.00", "complaint": "200.00",
            "rectification": "300.00",
        },
        "repeat": {"within_days": 30, "times": 2},
        "ladder": {"full_from": 85, "percent_per_point": 1, "at_most_percent": 30},
        "retained_percent": 5,
        "bands": [
            {"from": 95, "name": "excellent", "returned_percent": 100, "bonus_percent": 1},
            {"from": 0, "name": "poor", "returned_percent": 0, "bonus_percent": 0},
        ],
        "reward_percent": 2,
        "deposit_percent": 5,
        "second_notice_days": 7,
        "survey": {"min_responses": 10, "min_response_percent": 30, "satisfied_from": 4},
        "widespread": {"complaints": 5, "departments": 3, "within_days": 30},
    }  # fmt: skip
    return body | changed


def contract(number: str = "c1", **changed: Any) -> Json:
    body: Json = {
        "id": number, "item": "cleaning", "supplier": "dingsheng", "annual_price": "235000.00",
        "starts_on": "2017-05-01", "months": 12, "satisfaction_target": 90, "rules": "ezhou-2017",
    }  # fmt: skip
    return body | changed


class Desk:
    """Calls the service, sweeps its office, and tells it what other services would."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.running: Running = client.app.state.running  # type: ignore[attr-defined]

    def as_(
        self, role: Role, office: str = EVERY_OFFICE, supplier: str | None = None, name: str = ""
    ) -> dict[str, str]:
        headers: dict[str, str] = self.client.as_(  # type: ignore[attr-defined]
            role, name, office, supplier=supplier
        )
        return headers

    def url(self, path: str, office: str = OFFICE) -> str:
        return f"/v1/offices/{office}" + (f"/{path}" if path else "")

    async def put_office(self, office: str = OFFICE, status: int = 200, **changed: Any) -> Json:
        body = {"name": "鄂州市机关事务管理局", "clock": "manual", "opens_on": EVE} | changed
        answer = await self.client.put(self.url("", office), json=body)
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def post(self, path: str, body: Json, status: int = 201, **headers: str) -> Json:
        answer = await self.client.post(
            self.url(path), json=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def refused(self, path: str, body: Json, code: str) -> Json:
        """The problem, in Chinese; it must be the one expected."""
        headers = {"Accept-Language": "zh-CN,zh;q=0.9"}
        answer = await self.client.post(self.url(path), json=body, headers=headers)
        problem: Json = answer.json()
        assert problem["code"] == code, answer.text
        assert answer.status_code == problem["status"] >= 400
        assert answer.headers["content-language"] == "zh"
        assert any("一" <= letter <= "鿿" for letter in problem["detail"])
        return problem

    async def get(self, path: str, status: int = 200, headers: Any = None, **query: Any) -> Json:
        answer = await self.client.get(self.url(path), headers=headers, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def items(self, path: str, limit: int = 200) -> list[Json]:
        """All items of a list, page by page."""
        page = await self.get(path, limit=limit)
        items: list[Json] = page["items"]
        while page["next"]:
            page = await self.get(path, limit=limit, after=page["next"])
            items += page["items"]
        return items

    async def sweep(self, day: str) -> Json:
        answer = await self.client.post(self.url("sweeps"), json={"as_of": day})
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def signed(self, number: str = "c1", **changed: Any) -> Json:
        """A contract with all that it needs."""
        await self.post("suppliers", supplier())
        await self.post("rule-sets", rule_set())
        return await self.post("contracts", contract(number, **changed))

    # --- events --------------------------------------------------------------------------

    def message(self, type_: str, about: str = "c1", *, on: str, **data: Any) -> Received:
        """An event of another service as it would arrive."""
        source = f"{type_.split('.', maxsplit=1)[0]}-svc"
        whole = {
            "specversion": "1.0", "id": str(uuid4()), "source": source,
            "type": f"cn.houqin.{type_}.v1", "officeid": OFFICE, "subject": about,
            "correlationid": str(uuid4()),
            "data": {"contract": about, "happened_on": on, "recorded_on": on} | data,
        }  # fmt: skip
        return Received(source, f"{OFFICE}/{about}", orjson.dumps(whole), "0")

    async def hear(self, *messages: Received) -> None:
        await self.running.inbox.apply(messages)

    async def measure(self, quarter: str, rate: str | None, on: str, about: str = "c1") -> Received:
        """A quarter's survey of 100 answers."""
        satisfied = int(Decimal(rate or "0"))
        message = self.message(
            "feedback.satisfaction-measured", about, on=on, quarter=quarter, rate=rate,
            invited=100, answers=100, satisfied=satisfied,
        )  # fmt: skip
        await self.hear(message)
        return message

    async def told(self, fact: str = "") -> list[Json]:
        """The data of all events told, those of one kind if named; with the kind as `fact`."""
        rows = await self.running.pool.fetch("select envelope from outbox order by xid, pos")
        events = [orjson.loads(row["envelope"]) for row in rows]
        named = [
            (event["type"].removeprefix("cn.houqin.contract.").removesuffix(".v1"), event)
            for event in events
            if event["type"] != "cn.houqin.day-closed.v1"
        ]
        return [event["data"] | {"fact": name} for name, event in named if fact in ("", name)]


def day(text: str) -> date:
    return date.fromisoformat(text)
