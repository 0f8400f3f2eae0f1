"""What an operator is shown when a service is away, which is when they ask."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from houqin_ops.client import SERVICE_NAMES, Denied, Unreachable
from houqin_ops.commands import COMMANDS, run

ANSWERS: dict[str, Any] = {
    "health/ready": {},
    "v1/ops/flow": {"parked": 0, "halted": False},
    "v1/ops/dead-letters": {"items": []},
    "v1/ops/dead-letters/replay": {"still_parked": 0},
    "v1/offices": {"items": [], "next": None},
}


def four(*away: str, status: int = 200) -> TestServer:
    """Services that are well; whoever speaks to one that is away is cut off."""

    async def answer(request: web.Request) -> web.Response:
        _, service, path = request.path.split("/", 2)
        if service in away and request.transport is not None:
            request.transport.abort()
        return web.json_response(ANSWERS[path], status=status)

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", answer)
    return TestServer(app)


SHOWN: dict[str, Callable[[Any], Any]] = {
    "status": lambda shown: shown["services"],
    "lag": lambda shown: {name.removesuffix("-svc"): flow for name, flow in shown.items()},
    "dead": lambda shown: shown,
    "replay-dead": lambda shown: shown["still_parked"],
}
"""Where each command says it of each service."""


@pytest.mark.parametrize("name", SHOWN)
async def test_who_is_away_is_named_and_the_others_are_shown(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with four() as server:
        assert await run(COMMANDS[name], str(server.make_url("/")), "token", as_json=True) == 0
    well = SHOWN[name](json.loads(capsys.readouterr().out))
    async with four("billing") as server:
        assert await run(COMMANDS[name], str(server.make_url("/")), "token", as_json=True) == 1
        why = f"{server.make_url('/billing')}: "
    shown = SHOWN[name](json.loads(capsys.readouterr().out))
    assert set(shown) == set(well) == set(SERVICE_NAMES)
    assert shown["billing"].startswith(why)
    assert shown | {"billing": well["billing"]} == well


@pytest.mark.parametrize("name", COMMANDS)
async def test_where_nobody_is_nothing_is_shown(name: str) -> None:
    async with four(*SERVICE_NAMES) as server:
        with pytest.raises(Unreachable):
            await run(COMMANDS[name], str(server.make_url("/")), "token", as_json=True)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("status", [401, 403])
async def test_a_token_that_may_not_says_nothing_about_the_services(name: str, status: int) -> None:
    async with four(status=status) as server:
        with pytest.raises(Denied):
            await run(COMMANDS[name], str(server.make_url("/")), "token", as_json=True)
