"""What stands before an office's first day: suppliers, rule sets and contracts, drawn at random.

The numbers are those that rules stumble over: nothing, everything, halves of a fen, short terms.
"""

import random
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]

FIRST_DAYS = (date(2019, 12, 20), date(2020, 1, 28), date(2018, 10, 28), date(2023, 8, 15))
"""Before the end of a year, a 29 February, a half and a quarter."""

CREDIT_CODES = ("91350100M000100Y43", "91110000600037341L", "91440300708461136T")
GATES = ("qualification", "reputation", "skills", "conduct")
BANDS = (
    ((95, "excellent", 100, 1), (90, "good", 100, 0), (80, "fair", 50, 0), (0, "poor", 0, 0)),
    ((0, "all", 33.3, 2.55),),
    ((100, "top", 100, 50), (66.67, "middle", 12.5, 5), (0, "bottom", 0, 100)),
)
TIERS: tuple[Json, ...] = ({"patrol": 0.4, "joint": 0.6}, {"patrol": 1}, {"joint": 3, "patrol": 1})


def papers(luck: random.Random, office: str) -> Json:
    """An office file without events."""
    first = luck.choice(FIRST_DAYS) + timedelta(days=luck.randint(0, 20))
    suppliers = [_supplier(luck, number, first) for number in range(2)]
    rules = [_rule_set(luck, number) for number in range(2)]
    return {
        "houqin": 1,
        "office": {"id": office, "name": f"机关 {office}"},
        "suppliers": suppliers,
        "rules": rules,
        "contracts": [_contract(luck, number, first) for number in range(luck.randint(3, 5))],
    }


def border(luck: random.Random, earliest: date, latest: date) -> date:
    """A day between the two, often one on which something falls due, or the eve of it."""
    day = earliest + timedelta(days=luck.randint(0, (latest - earliest).days))
    if luck.random() < 0.4:
        last = monthrange(day.year, day.month)[1]
        day = day.replace(day=luck.choice((1, 2, 3, 4, 5, 6, 9, 10, last)))
    return min(max(day, earliest), latest)


def _supplier(luck: random.Random, number: int, first: date) -> Json:
    gates = [
        {"gate": gate, "document": "paper", "valid_until": _valid_until(luck, first)}
        for gate in GATES
    ]
    luck.shuffle(gates)
    return {
        "id": f"s{number}",
        "name": f"公司{number}",
        "uscc": CREDIT_CODES[number],
        "small_or_medium": luck.random() < 0.5,
        "gates": gates,
    }


def _valid_until(luck: random.Random, first: date) -> str:
    """Mostly long; else it lapses while contracts are still being signed."""
    if luck.random() < 0.9:
        return "2035-01-01"
    return (first + timedelta(days=luck.randint(0, 60))).isoformat()


def _rule_set(luck: random.Random, number: int) -> Json:
    draw = luck.choice
    fields = ("from", "name", "returned_percent", "bonus_percent")
    return {
        "id": f"r{number}",
        "points": {
            "general": draw((0, 0.5, 1, 3.335)),
            "major": draw((5, 40, 12.125)),
            "complaint": draw((0, 2, 7.7)),
            "merit": draw((0, 1, 2.005)),
        },
        "tiers": draw(TIERS),
        "half_year": draw(({"months": 0.7, "leaders": 0.3}, {"months": 1, "leaders": 2})),
        "amounts": {
            "general": draw(("0.00", "50.00", "33.33", "0.01")),
            "major": draw(("500.00", "9999.99", "0.00")),
            "complaint": draw(("200.00", "0.00", "0.05")),
            "rectification": draw(("300.00", "0.00", "12345.67")),
        },
        "repeat": {"within_days": draw((0, 1, 7, 30)), "times": draw((1, 2, 3))},
        "ladder": {
            "full_from": draw((85, 100, 95.5)),
            "percent_per_point": draw((1, 2.5, 0.333)),
            "at_most_percent": draw((30, 100, 5)),
        },
        "retained_percent": draw((5, 0, 10, 100, 3.33)),
        "bands": [dict(zip(fields, band, strict=True)) for band in draw(BANDS)],
        "reward_percent": draw((0, 2, 0.5, 33.3)),
        "deposit_percent": draw((0, 0.01, 5, 10)),
        "second_notice_days": draw((0, 1, 7)),
        "survey": {
            "min_responses": draw((0, 1, 10)),
            "min_response_percent": draw((0, 30, 50)),
            "satisfied_from": draw((3, 4, 5)),
        },
        "widespread": {
            "complaints": draw((2, 3)),
            "departments": draw((1, 2)),
            "within_days": draw((2, 7, 30)),
        },
    }


def _contract(luck: random.Random, number: int, first: date) -> Json:
    """The first one starts at once; the others within the first weeks."""
    starts_on = border(luck, first, first + timedelta(days=45 if number else 0))
    contract = {
        "id": luck.choice((f"c{number}", f"合同-{number}")),
        "item": "cleaning",
        "supplier": f"s{luck.randint(0, 1)}",
        "annual_price": luck.choice(("235000.00", "0.01", "999999999.99", "36500.01", "123456.78")),
        "starts_on": starts_on.isoformat(),
        "months": luck.choice((1, 2, 3, 4, 6, 12, 35)),
        "satisfaction_target": luck.choice((95, 80, 66.67, 100)),
        "rules": f"r{luck.randint(0, 1)}",
    }
    if luck.random() < 0.3:
        signed_on = starts_on + timedelta(days=luck.choice((-60, -1, 30)))
        contract["signed_on"] = signed_on.isoformat()
    return contract
