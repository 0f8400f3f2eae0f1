"""The oracle: whatever happened on the way, the four services must agree.

Every confirmed finding, withdrawal, failed rectification and upheld complaint is booked exactly
once; debits equal credits; balances equal the fold of their entries; one rebid per term.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable

from houqin.client import Client, Json, at


async def verify(client: Client, office: str) -> Json:
    """What was compared, and what is wrong: one sentence each, none if all is well."""
    wrong: list[str] = []
    counted: Counter[str] = Counter()
    contracts = await client.all("contract", at("offices", office, "contracts"))
    for contract in contracts:
        number = contract["id"]
        facts = await _facts(client, office, number)
        booked = await _booked(client, office, number)
        for kind, expected in facts.items():
            counted[kind] += len(expected)
            wrong += _differences(number, kind, expected, booked.pop(kind, []))
        wrong += [
            f"{number}: {kind} {source} is booked and nobody recorded it"
            for kind, sources in booked.items()
            for source in sources
        ]
    wrong += await _wrong_rebids(client, office, contracts)
    balance = await client.get("billing", at("offices", office, "trial-balance"))
    if not balance["balanced"]:
        wrong.append(f"the trial balance does not balance: {balance}")
    return {"contracts": len(contracts), "facts": dict(counted), "wrong": wrong}


async def _facts(client: Client, office: str, contract: str) -> dict[str, list[str]]:
    """What inspection and feedback recorded that moves money, by kind of line."""
    findings, notices, complaints = await asyncio.gather(
        client.all("inspection", at("offices", office, "findings"), {"contract": contract}),
        client.all("inspection", at("offices", office, "notices"), {"contract": contract}),
        client.all("feedback", at("offices", office, "complaints"), {"contract": contract}),
    )
    return {
        "finding": [finding["id"] for finding in findings],
        "finding-withdrawn": [each["id"] for each in findings if each["withdrawn_on"]],
        "rectification": [
            f"{notice['id']}#{failure['round']}"
            for notice in notices
            for failure in notice["failures"]
        ],
        "complaint": [each["id"] for each in complaints if each["decision"] == "upheld"],
    }


async def _booked(client: Client, office: str, contract: str) -> dict[str, list[str]]:
    """What billing booked for those, or counted as too late to change money (B12)."""
    here = at("offices", office, "contracts", contract)
    booked: dict[str, list[str]] = {}
    for kind in ("finding", "finding-withdrawn", "rectification", "complaint"):
        lines = await client.all("billing", f"{here}/lines", {"kind": kind})
        booked[kind] = [line["source"] for line in lines]
    for late in await client.all("billing", f"{here}/late-facts"):
        booked.setdefault(late["kind"], []).append(late["source"])
    return {kind: sources for kind, sources in booked.items() if kind in _KINDS}


_KINDS = frozenset({"finding", "finding-withdrawn", "rectification", "complaint"})


def _differences(
    contract: str, kind: str, expected: Iterable[str], booked: Iterable[str]
) -> list[str]:
    due, done = Counter(expected), Counter(booked)
    missing = [f"{contract}: {kind} {source} is not booked" for source in due - done]
    extra = [f"{contract}: {kind} {source} is booked too often" for source in done - due]
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
