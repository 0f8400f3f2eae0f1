"""What an operator asks the four services, over REST, readable or as JSON.

Exit codes fit for scripts: 0 all is well, 1 something needs a person, 2 it could not be asked.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from houqin_ops.client import SERVICE_NAMES, Client, Denied, Json, Unexpected, Unreachable, at
from houqin_ops.rest import Stuck
from houqin_ops.verify import balances, verify

Command = Callable[[Client], Awaitable[tuple[Json, bool]]]
"""Its answer, and whether all is well. The docstring is what `--help` says."""

READY = "ready"

T = TypeVar("T")


async def _of_each(ask: Callable[[str], Awaitable[T]]) -> dict[str, T | str]:
    """What each service answers, or why it can't be asked: what is wrong with one is no reason not
    to ask the others. Raises Unreachable, Unexpected if none answers.
    """

    async def answer(service: str) -> T | Unreachable | Unexpected:
        try:
            return await ask(service)
        except (Unreachable, Unexpected) as error:
            return error

    answers = await asyncio.gather(*(answer(service) for service in SERVICE_NAMES))
    errors = [each for each in answers if isinstance(each, Unreachable | Unexpected)]
    if len(errors) == len(answers):
        raise errors[0]
    return {
        service: str(each) if isinstance(each, Unreachable | Unexpected) else each
        for service, each in zip(SERVICE_NAMES, answers, strict=True)
    }


async def _flow(client: Client, service: str) -> Json:
    flow: Json = await client.get(service, "/v1/ops/flow")
    return flow


async def _offices(client: Client) -> list[str]:
    return [office["id"] for office in await client.all("contract", "/v1/offices")]


async def status(client: Client) -> tuple[Json, bool]:
    """Is every service ready and hearing, and where does each office's day stand? 服务状态"""
    services = await _of_each(lambda service: _condition(client, service))
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
    """Ready, or why not. Raises Unreachable, Denied."""
    try:
        await client.get(service, "/health/ready")
        flow = await _flow(client, service)
    except Denied:
        raise
    except Unexpected as error:
        return str(error)
    return f"halted: {flow['halted_because']}" if flow["halted"] else READY


async def lag(client: Client) -> tuple[Json, bool]:
    """What was told and not sent, sent and not heard, parked 收发进度"""
    flows = await _of_each(lambda service: _flow(client, service))
    well = not any(isinstance(f, str) or f["parked"] or f["halted"] for f in flows.values())
    return {f"{service}-svc": flow for service, flow in flows.items()}, well


async def dead(client: Client) -> tuple[Json, bool]:
    """What could not be applied, with its error, and what waits behind it 死信"""

    async def letters(service: str) -> Any:
        return (await client.get(service, "/v1/ops/dead-letters"))["items"]

    found = await _of_each(letters)
    return found, not any(found.values())


async def replay_dead(client: Client) -> tuple[Json, bool]:
    """Try all that is parked again 重放死信"""

    async def still_parked(service: str) -> Any:
        answer = await client.call("POST", service, "/v1/ops/dead-letters/replay")
        return answer.body["still_parked"]

    left = await _of_each(still_parked)
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
    flows = await asyncio.gather(*(_flow(client, service) for service in SERVICE_NAMES))
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
