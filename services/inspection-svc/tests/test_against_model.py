"""Random offices, played on the plain model and on the service, give the same results."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from inspection_house import House
from inspection_play import Play

FIRST, DAYS = date(2018, 5, 14), 270
GATES = ("qualification", "reputation", "skills", "conduct")


class Happenings:
    """A year of an office, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.made: dict[str, list[str]] = {"finding": [], "complaint": [], "notice": []}
        self.count = 0

    def number(self, kind: str) -> str:
        self.count += 1
        name = f"{kind[0]}{self.count}"
        self.made.get(kind, []).append(name)
        return name

    def one_of(self, kind: str) -> str | None:
        return self.random.choice(self.made[kind]) if self.made[kind] else None

    def office(self) -> dict[str, Any]:
        draw = self.random
        gates = [{"gate": gate, "document": "d", "valid_until": "2035-01-01"} for gate in GATES]
        contracts = [
            {
                "id": name, "item": "cleaning", "supplier": "s", "annual_price": "235000.00",
                "starts_on": (FIRST + timedelta(days=draw.randint(0, 40))).isoformat(),
                "months": draw.randint(2, 12), "satisfaction_target": 95, "rules": "r",
            }
            for name in ("c1", "丙", "c3")
        ]  # fmt: skip
        days = sorted(FIRST + timedelta(days=draw.randrange(DAYS)) for _ in range(260))
        events = [event for day in days if (event := self.event(day)) is not None]
        return {
            "office": {"id": "random", "name": "Random"},
            "suppliers": [{"id": "s", "small_or_medium": True, "gates": gates}],
            "rules": [self.rules()],
            "contracts": contracts,
            "events": events,
            "until": (FIRST + timedelta(days=DAYS)).isoformat(),
        }

    def rules(self) -> dict[str, Any]:
        draw = self.random
        band = {"from": 0, "name": "all", "returned_percent": 100, "bonus_percent": 0}
        return {
            "id": "r",
            "points": {"general": 1, "major": "7.5", "complaint": "2.25", "merit": 1},
            "tiers": draw.choice([{"joint": 1}, {"patrol": 1, "joint": 2}]),
            "half_year": {"months": "0.7", "leaders": draw.choice(["0.3", "0.5"])},
            "amounts": {"general": "1", "major": "1", "complaint": "1", "rectification": "1"},
            "repeat": {"within_days": draw.choice([0, 10, 45]), "times": 2},
            "ladder": {"full_from": 85, "percent_per_point": 1, "at_most_percent": 30},
            "retained_percent": 5, "bands": [band], "reward_percent": 2, "deposit_percent": 5,
            "second_notice_days": draw.choice([0, 5, 14]),
            "survey": {"min_responses": 10, "min_response_percent": 30, "satisfied_from": 4},
            "widespread": {"complaints": 5, "departments": 3, "within_days": 30},
        }  # fmt: skip

    def event(self, day: date) -> dict[str, Any] | None:
        draw = self.random
        contract = draw.choice(("c1", "丙", "c3", "c3"))
        verbs = {
            "patrol": 6, "joint": 4, "withdraw": 3, "merit": 1, "complaint": 3, "uphold": 3,
            "notice": 2, "reinspect": 2, "leaders": 1, "renew": 1,
        }  # fmt: skip
        verb = draw.choices(list(verbs), list(verbs.values()))[0]
        fields: dict[str, Any]
        if verb in ("patrol", "joint"):
            back = draw.choice([0, 0, 5, 40, -1])
            fields = {
                "contract": contract,
                "id": self.number("visit"),
                "happened_on": (day - timedelta(days=back)).isoformat(),
                "findings": [self.finding() for _ in range(draw.choice([0, 1, 2, 6]))],
            }
        elif verb in ("withdraw", "uphold", "reinspect"):
            kind = {"withdraw": "finding", "uphold": "complaint", "reinspect": "notice"}[verb]
            name = self.one_of(kind)
            if name is None:
                return None
            fields = {kind: name}
            if verb == "withdraw":
                fields["reason"] = "r"
            if verb == "reinspect":
                fields["result"] = draw.choice(["passed", "failed"])
        elif verb == "merit":
            fields = {"contract": contract, "id": self.number("merit"), "kind": "praise"}
        elif verb == "complaint":
            fields = {"contract": contract, "id": self.number("complaint"), "department": "d"}
        elif verb == "notice":
            due = day + timedelta(days=draw.choice([0, 3, 20]))
            fields = {"contract": contract, "id": self.number("notice"), "due": due.isoformat()}
        elif verb == "leaders":
            half = draw.choice(["2018H1", "2018H2"])
            fields = {"contract": contract, "half": half, "score": draw.choice([90, "66.6"])}
        else:
            fields = {"contract": contract, "months": draw.randint(1, 3)}
        return {"on": day.isoformat(), verb: fields}

    def finding(self) -> dict[str, Any]:
        draw = self.random
        return {
            "id": self.number("finding"),
            "criterion": draw.choice(["CL-1", "CL-2"]),
            "place": draw.choice(["3F", "大厅"]),
            "severity": draw.choice(["general", "general", "major"]),
        }


@pytest.mark.parametrize("seed", range(4))
async def test_a_random_office(empty_house: House, seed: int) -> None:
    play = Play(empty_house, Happenings(seed).office())
    await play.run()
    expected, got = play.expected(), await play.got()
    for part, figures in expected.items():
        assert got[part] == figures, part
    assert expected["bulletins"]
    assert expected["failures"]
    assert play.model.refused
