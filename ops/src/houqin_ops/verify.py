"""The oracle: whatever happened on the way, the four services must agree.

Every confirmed finding, withdrawal, failed rectification and upheld complaint is booked exactly
once; debits equal credits; balances equal the fold of their entries; one rebid per term.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from houqin_ops.client import Client, Json, at

LATE = {
    "cn.houqin.inspection.findings-confirmed.v1": "finding",
    "cn.houqin.inspection.finding-withdrawn.v1": "finding-withdrawn",
    "cn.houqin.inspection.rectification-failed.v1": "rectification",
    "cn.houqin.feedback.complaint-upheld.v1": "complaint",
}
KINDS = tuple(LATE.values())


async def verify(client: Client, office: str) -> Json:
    """What was compared, and what is wrong: one sentence each, none if all is well."""
    wrong: list[str] = []
    counted: Counter[str] = Counter()
    contracts = await client.all("contract", at("offices", office, "contracts"))
    for contract in contracts:
        number = contract["id"]
        costs = await _what_costs(client, office, contract["rules"])
        facts = await _facts(client, office, number, costs)
        booked, late = await _booked(client, office, number)
        for kind in KINDS:
            # What costs nothing has no line, but after closing it is listed as late all the same.
            due = [source for source, price in facts[kind] if price or source in late[kind]]
            counted[kind] += len(facts[kind])
            wrong += _differences(number, kind, due, booked[kind] + late[kind])
    wrong += await _wrong_rebids(client, office, contracts)
    wrong += await _wrong_balance(client, office)
    return {"contracts": len(contracts), "facts": dict(counted), "wrong": wrong}


async def _what_costs(client: Client, office: str, rules: Json) -> dict[str, bool]:
    """By general, major, complaint and rectification: does the pinned rule set ask money for it?"""
    pinned = at("offices", office, "rule-sets", rules["id"], "versions", str(rules["version"]))
    amounts = (await client.get("contract", pinned))["amounts"]
    return {name: Decimal(amount) != 0 for name, amount in amounts.items()}


async def _facts(
    client: Client, office: str, contract: str, costs: dict[str, bool]
) -> dict[str, list[tuple[str, bool]]]:
    """What inspection and feedback recorded, by kind of line: its number, and whether it costs."""
    asked = {"contract": contract}
    findings, notices, complaints = await asyncio.gather(
        client.all("inspection", at("offices", office, "findings"), asked),
        client.all("inspection", at("offices", office, "notices"), asked),
        client.all("feedback", at("offices", office, "complaints"), asked | {"state": "upheld"}),
    )
    seen = [(each["id"], costs[each["severity"]], each["withdrawal"]) for each in findings]
    return {
        "finding": [(number, price) for number, price, _ in seen],
        "finding-withdrawn": [(number, price) for number, price, withdrawn in seen if withdrawn],
        "rectification": [
            (f"{notice['id']}#{outcome['round']}", costs["rectification"])
            for notice in notices
            for outcome in notice["outcomes"]
            if outcome["result"] != "passed"
        ],
        "complaint": [(each["id"], costs["complaint"]) for each in complaints],
    }


async def _booked(
    client: Client, office: str, contract: str
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What billing booked for those, and what it counted as too late to change money (B12)."""
    here = at("offices", office, "contracts", contract)
    booked: dict[str, list[str]] = {}
    for kind in KINDS:
        lines = await client.all("billing", f"{here}/lines", {"kind": kind})
        booked[kind] = [line["source"] for line in lines]
    late: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for fact in await client.all("billing", f"{here}/late-facts"):
        if fact["type"] in LATE:
            late[LATE[fact["type"]]].append(fact["source"])
    return booked, late


def _differences(
    contract: str, kind: str, expected: Iterable[str], booked: Iterable[str]
) -> list[str]:
    due, done = Counter(expected), Counter(booked)
    missing = [f"{contract}: {kind} {source} is not booked" for source in due - done]
    extra = [
        f"{contract}: {kind} {source} is booked "
        + ("too often" if due[source] else "and nobody has recorded it")
        for source in done - due
    ]
    return missing + extra


async def _wrong_rebids(client: Client, office: str, contracts: list[Json]) -> list[str]:
    """C5: one per contract and term, and both services speak of the same."""
    triggered = Counter(
        (each["contract"], each["term"])
        for each in await client.all("billing", at("offices", office, "rebids"))
    )
    reached = Counter(
        (each["id"], each["rebid"]["term"]) for each in contracts if each["rebid"] is not None
    )
    return [
        f"{contract}: the rebid of term {term} was triggered {triggered[contract, term]} times "
        f"and opened {reached[contract, term]} times"
        for contract, term in sorted(set(triggered) | set(reached))
        if (triggered[contract, term], reached[contract, term]) != (1, 1)
    ]


async def _wrong_balance(client: Client, office: str) -> list[str]:
    """M3: debits and credits, and balances against the fold of their entries."""
    balance = await client.get("billing", at("offices", office, "trial-balance"))
    return [] if balances(balance) else [f"the trial balance is off: {balance}"]


def balances(balance: Json) -> bool:
    """Does a trial balance hold?"""
    return bool(Decimal(balance["difference"]) == 0 and balance["mismatches"] == 0)
