"""What an operator asks the four services, over REST, readable or as JSON.

Exit codes fit for scripts: 0 all is well, 1 something needs a person, 2 it could not be asked.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

from houqin_ops.client import SERVICE_NAMES, Client, Json, Unexpected, at
from houqin_ops.rest import Stuck
from houqin_ops.verify import balances, verify

Command = Callable[[Client], Awaitable[tuple[Json, bool]]]
"""Its answer, and whether all is well. The docstring is what `--help` says."""

READY = "ready"


async def _flows(client: Client) -> list[Json]:
    flows = await asyncio.gather(
        *(client.get(service, "/v1/ops/flow") for service in SERVICE_NAMES)
    )
    return list(flows)


async def _offices(client: Client) -> list[str]:
    return [office["id"] for office in await client.all("contract", "/v1/offices")]


async def status(client: Client) -> tuple[Json, bool]:
    """Is every service ready and hearing, and where does each office's day stand? 服务状态"""
    conditions = await asyncio.gather(*(_condition(client, service) for service in SERVICE_NAMES))
    services = dict(zip(SERVICE_NAMES, conditions, strict=True))
    answering = [service for service in SERVICE_NAMES if services[service] == READY]
    offices = await _offices(client) if "contract" in answering else []
    swept_on = {
        office: {
            service: (await client.get(service, at("offices", office, "clock")))["swept_on"]
            for service in answering
        }
        for office in offices
    }
    return {"services": services, "swept_on": swept_on}, len(answering) == len(SERVICE_NAMES)


async def _condition(client: Client, service: str) -> str:
    """Ready, or why not: what is wrong with one service is no reason not to ask the others."""
    try:
        await client.get(service, "/health/ready")
        flow = await client.get(service, "/v1/ops/flow")
    except Unexpected as error:
        return str(error)
    return f"halted: {flow['halted_because']}" if flow["halted"] else READY


async def lag(client: Client) -> tuple[Json, bool]:
    """What was told and not sent, sent and not heard, parked 收发进度"""
    flows = await _flows(client)
    well = not any(flow["parked"] or flow["halted"] for flow in flows)
    return {flow["service"]: flow for flow in flows}, well


async def dead(client: Client) -> tuple[Json, bool]:
    """What could not be applied, with its error, and what waits behind it 死信"""
    found = {
        service: (await client.get(service, "/v1/ops/dead-letters"))["items"]
        for service in SERVICE_NAMES
    }
    return found, not any(found.values())


async def replay_dead(client: Client) -> tuple[Json, bool]:
    """Try all that is parked again 重放死信"""
    left = {}
    for service in SERVICE_NAMES:
        answer = await client.call("POST", service, "/v1/ops/dead-letters/replay")
        left[service] = answer.body["still_parked"]
    return {"still_parked": left}, not any(left.values())


async def trial_balance(client: Client) -> tuple[Json, bool]:
    """Debits and credits of every office 试算平衡"""
    balances_by_office = {
        office: await client.get("billing", at("offices", office, "trial-balance"))
        for office in await _offices(client)
    }
    return balances_by_office, all(map(balances, balances_by_office.values()))


async def verify_all(client: Client) -> tuple[Json, bool]:
    """Do the four services agree, to the last fen? 四个服务是否相符"""
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


async def run(command: Command, url: str, token: str, *, as_json: bool) -> int:
    """Ask and print; the exit code. Raises Unreachable, Unexpected."""
    async with Client(url, token) as client:
        try:
            answer, well = await command(client)
        except Stuck as stuck:
            print(f"needs attention · 需要处理: {stuck}", file=sys.stderr)
            return 1
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
