"""The requests to contract-svc that found an office with one contract."""

from typing import Any

Json = dict[str, Any]

OFFICE = "/v1/offices/ezhou"
GATES = ("qualification", "reputation", "skills", "conduct")
FOUNDING: list[tuple[str, str, Json]] = [
    ("PUT", OFFICE, {"name": "鄂州", "clock": "manual", "opens_on": "2017-05-01"}),
    (
        "POST",
        f"{OFFICE}/suppliers",
        {
            "id": "a1",
            "name": "鼎盛保洁公司",
            "uscc": "91350100M000100Y43",
            "small_or_medium": True,
            "gates": [
                {"gate": gate, "document": "证", "valid_until": "2030-12-31"} for gate in GATES
            ],
        },
    ),
    (
        "POST",
        f"{OFFICE}/rule-sets",
        {
            "id": "a1",
            "points": {"general": 1, "major": 5, "complaint": 2, "merit": 1},
            "tiers": {"patrol": 0.4, "joint": 0.6},
            "half_year": {"months": 0.7, "leaders": 0.3},
            "amounts": {
                "general": "50.00",
                "major": "500.00",
                "complaint": "200.00",
                "rectification": "300.00",
            },
            "repeat": {"within_days": 30, "times": 2},
            "ladder": {"full_from": 85, "percent_per_point": 1, "at_most_percent": 30},
            "retained_percent": 5,
            "bands": [{"from": 0, "name": "any", "returned_percent": 100, "bonus_percent": 0}],
            "reward_percent": 2,
            "deposit_percent": 5,
            "second_notice_days": 7,
            "survey": {"min_responses": 10, "min_response_percent": 30, "satisfied_from": 4},
            "widespread": {"complaints": 5, "departments": 3, "within_days": 30},
        },
    ),
    (
        "POST",
        f"{OFFICE}/contracts",
        {
            "id": "a1",
            "item": "cleaning",
            "supplier": "a1",
            "annual_price": "235000.00",
            "starts_on": "2017-05-01",
            "months": 36,
            "satisfaction_target": 95,
            "rules": "a1",
        },
    ),
]
