"""What the client does when a service asks it to wait, and where it asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from houqin_ops.client import Client, Unexpected, Unreachable
from ports import free_port


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Its address."""
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("address", ["", "/", "/behind", "/at-{service}"])
async def test_services_are_behind_one_address_or_each_at_its_own(address: str) -> None:
    async def where(request: web.Request) -> web.Response:
        return web.json_response(request.path)

    app = web.Application()
    app.router.add_get("/{anything:.*}", where)
    async with serving(app) as url, Client(f"{url}{address}", "token") as client:
        asked = await client.get("billing", "/v1/ops/flow")
    at = {"/behind": "/behind/billing", "/at-{service}": "/at-billing"}.get(address, "/billing")
    assert asked == f"{at}/v1/ops/flow"


async def test_work_that_is_put_off_is_sent_again_with_its_key() -> None:
    asked: list[tuple[str | None, bytes]] = []

    async def visits(request: web.Request) -> web.Response:
        asked.append((request.headers.get("Idempotency-Key"), await request.read()))
        if len(asked) < 3:
            return web.json_response({"code": "backlog"}, status=429, headers={"Retry-After": "0"})
        return web.json_response({"id": "v1"}, status=201)

    app = web.Application()
    app.router.add_post("/inspection/visits", visits)
    async with serving(app) as url, Client(url, "token") as client:
        answer = await client.call("POST", "inspection", "/visits", {"id": "v1"}, key="k")
    assert answer.status == 201
    assert asked == [("k", b'{"id":"v1"}')] * 3


async def test_who_is_away_is_waited_for_if_twice_is_once() -> None:
    answers = iter([503, 502, 201] + [503] * 3)

    async def visits(_: web.Request) -> web.Response:
        return web.json_response({}, status=next(answers), headers={"Retry-After": "0"})

    app = web.Application()
    app.router.add_post("/inspection/visits", visits)
    async with serving(app) as url:
        async with Client(url, "token", patience=60) as patient:
            assert (await patient.call("POST", "inspection", "/visits", {}, key="k")).status == 201
            with pytest.raises(Unexpected, match="503"):
                await patient.call("POST", "inspection", "/visits", {})
        async with Client(url, "token") as impatient:
            with pytest.raises(Unexpected, match="503"):
                await impatient.call("POST", "inspection", "/visits", {}, key="k")
    assert list(answers) == [503], "each was asked once"


async def test_where_nobody_is_nobody_is_waited_for() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    async with Client(url, "token", patience=3600) as client, asyncio.timeout(60):
        with pytest.raises(Unreachable):
            await client.get("billing", "/v1/ops/flow")
