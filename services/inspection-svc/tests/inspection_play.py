"""Plays an office file on the plain model and on the service side by side.

What contracts and the hotline would have told is taken from the model; what inspections refuse,
score and publish must then be the same on both sides.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from inspection_house import House
from model.bulletins import Bulletin
from model.office import Office
from model.report import bulletin_report, engagement_report

VISITS = ("patrol", "joint")
NOT_VERBS = ("on", "note", "text", "name_en")


class Play:
    """One office, twice."""

    def __init__(self, house: House, file: Mapping[str, Any]) -> None:
        self.house = house
        self.file = file
        self.model = Office(file)
        house.office = file["office"]["id"]

    async def run(self) -> None:
        events = list(self.file["events"])
        starts = [contract["starts_on"] for contract in self.file["contracts"]]
        days = [date.fromisoformat(day) for day in [*starts, *(event["on"] for event in events)]]
        until = date.fromisoformat(self.file["until"])
        day = min([*days, until])
        await self._sign(day - timedelta(days=1))
        while day <= until:
            self.model.sweep(day)
            await self.house.sweep(day.isoformat())
            while events and events[0]["on"] == day.isoformat():
                await self._play(events.pop(0))
            day += timedelta(days=1)

    async def _sign(self, opens_on: date) -> None:
        await self.house.open_office(opens_on.isoformat())
        rules = {raw["id"]: raw for raw in self.file["rules"]}
        for raw in self.file["contracts"]:
            engagement = self.model.engagements.get(raw["id"])
            if engagement is None:
                continue
            await self.house.sign(
                raw["id"],
                raw["starts_on"],
                engagement.contract.term.ends_on.isoformat(),
                supplier=raw["supplier"],
                rules=_as_told(rules[raw["rules"]]),
                recorded_on=opens_on.isoformat(),
            )

    async def _play(self, event: dict[str, Any]) -> None:
        verb = next(key for key in event if key not in NOT_VERBS)
        fields = event[verb]
        problem = self.model.play(event)
        answer = await self._ask(verb, fields)
        if answer is not None:
            got = None if answer.status_code == 201 else answer.json()["code"]
            assert got == (str(problem) if problem else None), (event, answer.text)
        elif problem is None:
            await self._tell(verb, event["on"], fields)

    async def _ask(self, verb: str, fields: dict[str, Any]) -> Any:
        """The command of an event, if it is one of inspection's."""
        if verb in VISITS:
            path, body = "visits", fields | {"tier": verb}
        elif verb == "withdraw":
            path, body = f"findings/{fields['finding']}/withdrawal", {"reason": fields["reason"]}
        elif verb == "merit":
            path, body = "merits", fields
        elif verb == "notice":
            path, body = "notices", fields
        elif verb == "reinspect":
            path = f"notices/{fields['notice']}/reinspections"
            body = {"result": fields["result"]}
        elif verb == "leaders":
            path, body = "leaders-reviews", fields | {"score": str(fields["score"])}
        else:
            return None
        return await self.house.client.post(self.house.url(path), json=body)

    async def _tell(self, verb: str, on: str, fields: dict[str, Any]) -> None:
        """What other services would tell of an event that they accepted."""
        if verb == "uphold":
            complaint = self.model.complaints[fields["complaint"]]
            await self.house.hear(
                "feedback.complaint-upheld",
                complaint.on.isoformat(),
                contract=complaint.contract,
                complaint=complaint.id,
                recorded_on=on,
            )
        elif verb == "renew" or fields.get("exit") == "accepted":
            name = (
                "contract.contract-renewed" if verb == "renew" else "contract.contract-terminated"
            )
            ends_on = self.model.engagements[fields["contract"]].contract.term.ends_on
            await self.house.hear(
                name, on, contract=fields["contract"], ends_on=ends_on.isoformat()
            )

    def expected(self) -> dict[str, Any]:
        """What the model would publish, and which notices failed."""
        assert self.model.today is not None
        reports = {
            name: engagement_report(self.model.today, engagement)
            for name, engagement in self.model.engagements.items()
        }
        bulletins: list[Bulletin] = self.model.bulletins
        return {
            "scores": {name: report["scores"] for name, report in reports.items()},
            "half_years": {name: report["half_years"] for name, report in reports.items()},
            "bulletins": [bulletin_report(bulletin) for bulletin in bulletins],
            "failures": sorted(
                (failure.on.isoformat(), failure.notice, failure.round)
                for engagement in self.model.engagements.values()
                for notice in engagement.notices
                for failure in notice.failures
            ),
            "repeats": {
                finding.id: finding.is_repeat
                for engagement in self.model.engagements.values()
                for finding in engagement.supervision.findings
            },
        }

    async def got(self) -> dict[str, Any]:
        """The same from the service."""
        scores, half_years = {}, {}
        repeats: dict[str, bool] = {}
        for name in self.model.engagements:
            scores[name] = {
                row["month"]: {"score": row["score"], "missing": row["missing"]}
                for row in await self.pages(f"contracts/{name}/scores")
            }
            half_years[name] = {
                row["half"]: row["score"]
                for row in await self.pages(f"contracts/{name}/half-years")
            }
            repeats |= {
                row["id"]: row["repeat"] for row in await self.pages(f"findings?contract={name}")
            }
        shown = ("number", "month", "commended", "criticised")
        return {
            "scores": scores,
            "half_years": half_years,
            "bulletins": [
                {name: row[name] for name in shown} for row in await self.pages("bulletins")
            ],
            "failures": sorted(
                (told["happened_on"], told["notice"], told["round"])
                for told in await self.house.told("rectification-failed")
            ),
            "repeats": repeats,
        }

    async def pages(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        params: dict[str, str] = {"limit": "20"}
        path, _, query = path.partition("?")
        if query:
            params["contract"] = query.removeprefix("contract=")
        while True:
            page = await self.house.get(path, params=params)
            items += page["items"]
            if page["next"] is None:
                return items
            params["after"] = page["next"]


def _as_told(rules: Any) -> Any:
    """A rule set as the event carries it: decimals and amounts are texts."""
    if isinstance(rules, Mapping):
        told = {name: _as_told(value) for name, value in rules.items()}
        return told | {"version": 1} if "points" in told else told
    if isinstance(rules, list):
        return [_as_told(each) for each in rules]
    return rules if isinstance(rules, int) else str(rules)
