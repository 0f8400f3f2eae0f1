"""Whole office files: the model says what happens, billing must settle as the model does."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from model.engagement import Engagement
from model.office import Office
from model.report import decimal, engagement_report

EXAMPLES = Path(__file__).parents[3] / "examples"
DAY = timedelta(days=1)


def load(path: Path) -> Any:
    return _plain(yaml.safe_load(path.read_text(encoding="utf-8")))


def _plain(value: Any) -> Any:
    """Dates as they were written."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


class Ears:
    """What the other services would tell billing, read from the model's changes of a day."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.seen: dict[str, Any] = {
            name: self._look(each) for name, each in office.engagements.items()
        }

    def _look(self, each: Engagement) -> dict[str, Any]:
        return {
            "scores": dict(each.supervision.published),
            "surveys": dict(each.voice.surveys),
            "ends_on": each.contract.term.ends_on,
            "reached": each.contract.reached_on,
            "findings": {f.id: f.is_withdrawn for f in each.supervision.findings},
            "complaints": {c.id: c.decision for c in each.voice.complaints},
            "failures": {f.source: f.on for n in each.notices for f in n.failures},
        }

    def of_the_day(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Type, contract and data of every event since the last look."""
        for name, each in self.office.engagements.items():
            before, now = self.seen[name], self._look(each)
            for kind, data in self._changes(each, before, now):
                yield kind, name, data
            self.seen[name] = now

    def _changes(
        self, each: Engagement, before: dict[str, Any], now: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        findings = {f.id: f for f in each.supervision.findings}
        for name, withdrawn in now["findings"].items():
            finding = findings[name]
            if name not in before["findings"]:
                yield (
                    "inspection.findings-confirmed",
                    {
                        "findings": [
                            {
                                "finding": name,
                                "severity": finding.severity,
                                "repeat": finding.is_repeat,
                            }
                        ],
                        "happened_on": finding.happened_on,
                        "inspector": "li",
                    },
                )
            if withdrawn and not before["findings"].get(name):
                yield (
                    "inspection.finding-withdrawn",
                    {"finding": name, "found_on": finding.happened_on.isoformat()},
                )
        complaints = {c.id: c for c in each.voice.complaints}
        for name, decision in now["complaints"].items():
            if decision == "upheld" and before["complaints"].get(name) != "upheld":
                data = {"complaint": name, "happened_on": complaints[name].on}
                yield "feedback.complaint-upheld", data
        for source, day in now["failures"].items():
            if source not in before["failures"]:
                notice, _, number = source.partition("#")
                data = {"notice": notice, "round": int(number), "happened_on": day}
                yield "inspection.rectification-failed", data
        for month, score in now["scores"].items():
            if before["scores"].get(month) != score:
                self.revision = getattr(self, "revision", 0) + 1
                yield (
                    "inspection.month-scored",
                    {"month": str(month), "revision": self.revision, "score": decimal(score.value)},
                )
        for quarter, survey in now["surveys"].items():
            if quarter not in before["surveys"]:
                data = {"quarter": str(quarter), "rate": decimal(survey.rate)}
                yield "feedback.satisfaction-measured", data
        if now["ends_on"] != before["ends_on"]:
            kind = "renewed" if now["ends_on"] > before["ends_on"] else "terminated"
            yield f"contract.contract-{kind}", {"ends_on": now["ends_on"].isoformat()}
        if now["reached"] and not before["reached"]:
            data = {"term": 1, "reached_on": now["reached"].isoformat()}
            yield "contract.term-reached", data


def _fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


async def report_of(billing: Any, contract: str) -> dict[str, Any]:
    """The part of the replay's report that billing answers for."""
    account = await billing.get(f"contracts/{contract}/account")
    statements = []
    for head in (await billing.get(f"contracts/{contract}/statements?limit=200"))["items"]:
        shown = await billing.get(f"contracts/{contract}/statements/{head['month']}")
        statement = {
            "month": shown["month"],
            "drawn_on": shown["drawn_on"],
            "due_on": shown["due_on"],
            "lines": [
                {name: line[name] for name in ("kind", "month", "source")}
                | {"fen": _fen(line["amount"])}
                for line in shown["lines"]
            ],
        } | {
            f"{name}_fen": _fen(shown[name])
            for name in ("payable", "from_deposit", "carried", "deposit_returned")
        }
        if shown["paid_on"]:
            statement |= {"paid_on": shown["paid_on"], "interest_fen": _fen(shown["interest"])}
        statements.append(statement)
    figures = {
        f"{name}_fen": _fen(account[name])
        for name in ("pending", "deposit", "reward_fund", "carried")
    }
    return {"statements": statements, **figures, "closed": account["closed_on"] is not None}


async def play_both(billing: Any, file: Any, *, tell_twice: bool = False) -> Office:
    """The model plays; billing hears what it brings about, and is swept as late as can be."""
    office = Office(file)
    events = list(file["events"])
    starts = [contract["starts_on"] for contract in file["contracts"]]
    days = [date.fromisoformat(day) for day in [*starts, *(event["on"] for event in events)]]
    until = date.fromisoformat(file["until"])
    day = min([*days, until])
    await billing.open_office(day - DAY)
    rules = {raw["id"]: raw | {"version": 1} for raw in file["rules"]}
    contracts = {raw["id"]: raw for raw in file["contracts"]}
    for name, each in office.engagements.items():
        contract = each.contract
        await billing.sign(
            name,
            on=day - DAY,
            starts_on=contract.term.starts_on,
            months=contract.months,
            price_fen=contract.annual_price,
            small_or_medium=contract.small_or_medium,
            rules=rules[contracts[name]["rules"]],
        )
    ears = Ears(office)
    while day <= until:
        office.sweep(day)
        payments = []
        while events and events[0]["on"] == day.isoformat():
            event = events.pop(0)
            problem = office.play(event)
            if "pay" in event and "contract" in event["pay"]:
                payments.append((event["pay"], problem))
        told = list(ears.of_the_day())
        if told or payments:
            await billing.sweep(day)
        for kind, name, data in told:
            for _ in range(2 if tell_twice else 1):
                await billing.hear(kind, **({"on": day, "contract": name} | data))
        for order, problem in payments:
            path = f"contracts/{order['contract']}/statements/{order['month']}/payment"
            answer = await billing.post(path)
            code = None if answer.status_code == 201 else answer.json()["code"]
            assert code == (problem and problem.value), (day, order)
        day += DAY
    await billing.sweep(until)
    return office


async def must_settle_alike(billing: Any, office: Office) -> None:
    assert office.today is not None
    for name, each in office.engagements.items():
        expected = engagement_report(office.today, each)
        got = await report_of(billing, name)
        for statement, wanted in zip(got["statements"], expected["statements"], strict=False):
            assert statement == wanted, name
        assert len(got["statements"]) == len(expected["statements"])
        for figure in ("pending_fen", "deposit_fen", "reward_fund_fen", "carried_fen"):
            assert got[figure] == expected[figure], (name, figure)
        assert got["closed"] == (expected["state"] == "closed")
    await billing.must_agree()


@pytest.mark.parametrize("name", ["ezhou", "sanmen", "xiangshan"])
async def test_the_examples_settle_as_in_the_model(billing: Any, name: str) -> None:
    file = load(EXAMPLES / f"{name}.yaml")
    file["office"]["id"] = "ezhou"  # the office that the fixture speaks for
    await must_settle_alike(billing, await play_both(billing, file))
    before = await billing.get("trial-balance")
    await billing.hear_everything_again()
    assert await billing.get("trial-balance") == before
