"""What the client does when a service asks it to wait."""

from aiohttp import web
from houqin_ops.client import Client


async def test_work_that_is_put_off_is_sent_again_with_its_key() -> None:
    asked: list[tuple[str | None, bytes]] = []

    async def visits(request: web.Request) -> web.Response:
        asked.append((request.headers.get("Idempotency-Key"), await request.read()))
        if len(asked) < 3:
            return web.json_response({"code": "backlog"}, status=429, headers={"Retry-After": "0"})
        return web.json_response({"id": "v1"}, status=201)

    app = web.Application()
    app.router.add_post("/inspection/visits", visits)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with Client(f"http://{host}:{port}", "token") as client:
            answer = await client.call("POST", "inspection", "/visits", {"id": "v1"}, key="k")
    finally:
        await runner.cleanup()
    assert answer.status == 201
    assert asked == [("k", b'{"id":"v1"}')] * 3
