"""`houqin ops`: what an operator asks the four services, over REST, readable or as JSON.

Exit codes fit for scripts: 0 all is well, 1 something needs a person, 2 it could not be asked.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable

from houqin.client import SERVICE_NAMES, Client, Json, at
from houqin.verify import balances, verify

Command = Callable[[Client], Awaitable[tuple[Json, bool]]]


async def _flows(client: Client) -> list[Json]:
    flows = await asyncio.gather(
        *(client.get(service, "/v1/ops/flow") for service in SERVICE_NAMES)
    )
    return list(flows)


async def _offices(client: Client) -> list[str]:
    return [office["id"] for office in await client.all("contract", "/v1/offices")]


async def status(client: Client) -> tuple[Json, bool]:
    """Is every service ready and hearing, and where does each office's day stand?"""
    services: Json = {}
    for service in SERVICE_NAMES:
        answer = await client.call("GET", service, "/health/ready")
        services[service] = "ready" if answer.status == 200 else str(answer)
    for flow in await _flows(client):
        if flow["halted"]:
            services[flow["service"].removesuffix("-svc")] = f"halted: {flow['halted_because']}"
    clocks: Json = {}
    for office in await _offices(client):
        clocks[office] = {
            service: (await client.get(service, at("offices", office, "clock")))["swept_on"]
            for service in SERVICE_NAMES
        }
    return {"services": services, "swept_on": clocks}, set(services.values()) == {"ready"}


async def lag(client: Client) -> tuple[Json, bool]:
    """What was told and not sent, sent and not heard, parked."""
    flows = await _flows(client)
    well = not any(flow["parked"] or flow["halted"] for flow in flows)
    return {flow["service"]: flow for flow in flows}, well


async def dead(client: Client) -> tuple[Json, bool]:
    """What could not be applied, with its error, and what waits behind it."""
    found = {
        service: (await client.get(service, "/v1/ops/dead-letters"))["items"]
        for service in SERVICE_NAMES
    }
    return found, not any(found.values())


async def replay_dead(client: Client) -> tuple[Json, bool]:
    """Try all that is parked again."""
    left = {}
    for service in SERVICE_NAMES:
        answer = await client.call("POST", service, "/v1/ops/dead-letters/replay")
        left[service] = answer.body["still_parked"]
    return {"still_parked": left}, not any(left.values())


async def trial_balance(client: Client) -> tuple[Json, bool]:
    """Debits and credits of every office."""
    balances_by_office = {
        office: await client.get("billing", at("offices", office, "trial-balance"))
        for office in await _offices(client)
    }
    return balances_by_office, all(map(balances, balances_by_office.values()))


async def verify_all(client: Client) -> tuple[Json, bool]:
    """Do the four services agree, to the last fen?"""
    offices = {office: await verify(client, office) for office in await _offices(client)}
    flows = await _flows(client)
    figures = ("outbox", "lag", "parked", "dead", "halted")
    flow = {name: sum(each[name] for each in flows) for name in figures}
    well = not any(flow.values()) and not any(each["wrong"] for each in offices.values())
    return {"offices": offices, "flow": flow, "well": well}, well


COMMANDS: dict[str, Command] = {
    "status": status,
    "lag": lag,
    "dead": dead,
    "replay-dead": replay_dead,
    "trial-balance": trial_balance,
    "verify": verify_all,
}


async def run(name: str, url: str, token: str, *, as_json: bool) -> int:
    """Ask and print. Raises Unreachable, Unexpected."""
    async with Client(url, token) as client:
        answer, well = await COMMANDS[name](client)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        print("\n".join(_readable(answer)))
        print("all is well · 一切正常" if well else "needs attention · 需要处理")
    return 0 if well else 1


def _readable(value: object, depth: int = 0) -> list[str]:
    indent = "  " * depth
    if isinstance(value, dict):
        lines = []
        for name, each in value.items():
            if isinstance(each, dict | list) and each:
                lines += [f"{indent}{name}:", *_readable(each, depth + 1)]
            else:
                lines.append(f"{indent}{name}: {each if each not in ({}, []) else '-'}")
        return lines
    if isinstance(value, list):
        return [line for each in value for line in _readable(each, depth)]
    return [f"{indent}{value}"]
