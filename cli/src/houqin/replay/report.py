"""The report of a replay, read back from the services as any client could."""

import asyncio
from datetime import date
from decimal import Decimal

from houqin_ops.client import Client, Json, at


async def read_report(client: Client, office: str, as_of: date, contracts: list[str]) -> Json:
    """All of the report but the refusals, which the replay itself was told."""
    signed = {
        each["id"] for each in await client.all("contract", at("offices", office, "contracts"))
    }
    bulletins = await client.all("inspection", at("offices", office, "bulletins"))
    return {
        "office": office,
        "as_of": as_of.isoformat(),
        "contracts": {
            contract: await read_contract(client, office, contract)
            for contract in contracts
            if contract in signed
        },
        "bulletins": [
            {
                "number": bulletin["number"],
                "month": bulletin["month"],
                "commended": bulletin["commended"],
                "criticised": bulletin["criticised"],
            }
            for bulletin in bulletins
        ],
    }


async def read_contract(client: Client, office: str, contract: str) -> Json:
    """One contract's part, from the four services that know of it."""
    here = at("offices", office, "contracts", contract)
    (
        agreed,
        proposals,
        warnings,
        scores,
        halves,
        satisfaction,
        account,
        statements,
    ) = await asyncio.gather(
        client.get("contract", here),
        client.all("contract", f"{here}/exit-proposals"),
        client.all("contract", f"{here}/exit-warnings"),
        client.all("inspection", f"{here}/scores"),
        client.all("inspection", f"{here}/half-years"),
        client.all("feedback", f"{here}/satisfaction"),
        client.get("billing", f"{here}/account"),
        _statements(client, here),
    )
    return {
        "scores": {
            each["month"]: {"score": each["score"], "missing": each["missing"]} for each in scores
        },
        "half_years": {each["half"]: each["score"] for each in halves},
        "satisfaction": {each["quarter"]: each["rate"] for each in satisfaction},
        "statements": [_statement(each) for each in statements],
        "pending_fen": fen(account["pending"]),
        "deposit_fen": fen(account["deposit"]),
        "reward_fund_fen": fen(account["reward_fund"]),
        "carried_fen": fen(account["carried"]),
        "exit_warnings": [{"on": each["on"], "notice": each["notice"]} for each in warnings],
        "exit_proposals": [
            {
                "on": each["on"],
                "ground": each["ground"],
                "evidence": each["evidence"],
                "decision": each["decision"],
            }
            for each in proposals
        ],
        "ends_on": agreed["ends_on"],
        "state": agreed["state"],
        "rebid": agreed["rebid"],
        "expired_on": agreed["expired_on"],
        "terminated_on": agreed["terminated_on"],
    }


async def _statements(client: Client, here: str) -> list[Json]:
    """Every statement with its lines, oldest first."""
    heads = await client.all("billing", f"{here}/statements")
    whole = await asyncio.gather(
        *(client.get("billing", f"{here}/statements/{head['month']}") for head in heads)
    )
    return list(whole)


def _statement(given: Json) -> Json:
    statement: Json = {
        "month": given["month"],
        "drawn_on": given["drawn_on"],
        "due_on": given["due_on"],
        "lines": sorted(
            (
                {
                    "kind": line["kind"],
                    "month": line["month"],
                    "source": line["source"],
                    "fen": fen(line["amount"]),
                }
                for line in given["lines"]
            ),
            key=lambda line: (line["kind"], line["month"], line["source"], line["fen"]),
        ),
        "payable_fen": fen(given["payable"]),
        "from_deposit_fen": fen(given["from_deposit"]),
        "carried_fen": fen(given["carried"]),
        "deposit_returned_fen": fen(given["deposit_returned"]),
    }
    if given["paid_on"] is not None:
        statement["paid_on"] = given["paid_on"]
        statement["interest_fen"] = fen(given["interest"])
    return statement


def fen(yuan: str) -> int:
    """Whole fen of an amount as the services write it."""
    return int(Decimal(yuan) * 100)
