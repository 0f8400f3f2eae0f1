"""The public port: requests go through as they are, and what can't be delivered is said."""

import asyncio
import io
import socket
import struct
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import aiohttp
import pytest
import uvloop
from aiohttp import web
from houqin import proxy
from houqin.children import HOST, Child
from houqin.proxy import Proxy, Replicas
from ports import free_port

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[int]]
Open = Callable[..., Awaitable[aiohttp.ClientSession]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves on a port of this machine; which."""
    runners = []

    async def begin(handler: Handler) -> int:
        runner = web.ServerRunner(web.Server(handler))
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        return int(runner.addresses[0][1])

    yield begin
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def before(serve: Serve) -> AsyncIterator[Open]:
    """A client of a proxy before replicas of the service `cook`; None: nobody listens there."""
    sessions = []

    async def begin(*handlers: Handler | None, ending: bool = False) -> aiohttp.ClientSession:
        children = []
        for number, handler in enumerate(handlers):
            child = Child(f"cook-{number}", "cook_svc", {})
            child.port = await serve(handler) if handler else free_port()
            child.ready.set()
            children.append(child)
        made = await Proxy({"cook": Replicas(children)}, {"Cook": "/cook/docs"}).__aenter__()
        if ending:
            made.end()
        session = aiohttp.ClientSession(f"http://{HOST}:{await serve(made.answer)}/")
        sessions.append((made, session))
        return session

    yield begin
    for made, session in sessions:
        await session.close()
        await made.__aexit__(None, None, None)


def named(name: str) -> Handler:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text=name)

    return answer


async def echo(request: web.BaseRequest) -> web.StreamResponse:
    body = await request.content.read()
    told = {name: request.headers.get(name) for name in ("X-Forwarded-For", "Host", "Te", "X-Own")}
    about = {"method": request.method, "path": request.raw_path, "size": len(body)} | told
    return web.json_response(about, status=203, headers={"X-Answered": "yes"})


def dying() -> tuple[Handler, list[str]]:
    """Takes requests and closes the connection without an answer; what it got."""
    got: list[str] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        got.append(request.method)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return answer, got


async def test_a_request_goes_through_as_it_is(before: Open) -> None:
    client = await before(echo)
    sent = {"X-Own": "mine", "TE": "trailers", "X-Forwarded-For": "10.0.0.1"}
    url = "cook/v1/offices/%E9%84%82%2F?a=%20b&c=d"
    async with client.post(url, data=b"x" * 1000, headers=sent) as answer:
        assert answer.status == 203
        assert answer.headers["X-Answered"] == "yes"
        assert await answer.json() == {
            "method": "POST",
            "path": "/v1/offices/%E9%84%82%2F?a=%20b&c=d",
            "size": 1000,
            "X-Forwarded-For": f"10.0.0.1, {HOST}",
            "Host": answer.url.authority,
            "Te": None,
            "X-Own": "mine",
        }


@pytest.mark.parametrize("chunked", [True, False])
async def test_large_bodies_stream_through(before: Open, chunked: bool) -> None:
    size = 3_000_000

    async def large(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.content.read()
        return web.Response(body=body * 2)

    client = await before(large)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 1_000_000

    async with client.post(
        "cook/", data=pieces() if chunked else io.BytesIO(b"x" * size)
    ) as answer:
        assert len(await answer.read()) == 2 * size


async def test_an_answer_that_breaks_off_is_cut_short_and_not_begun_again(before: Open) -> None:
    asked = []

    async def breaks_off(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.method)
        answer = web.StreamResponse(headers={"Content-Length": "1000000"})
        await answer.prepare(request)
        await answer.write(b"x" * 100_000)
        assert request.transport is not None
        request.transport.close()
        return answer

    client = await before(breaks_off)
    with pytest.raises(aiohttp.ClientPayloadError):
        async with client.get("cook/") as answer:
            await answer.read()
    assert asked == ["GET"]


async def test_head_is_answered_without_a_body(before: Open) -> None:
    client = await before(named("soup"))
    async with client.head("cook/") as answer:
        assert answer.headers["Content-Length"] == "4"
        assert await answer.read() == b""


async def test_replicas_take_turns(before: Open) -> None:
    client = await before(named("one"), named("two"))
    answers = [await (await client.get("cook/")).text() for _ in range(4)]
    assert sorted(answers) == ["one", "one", "two", "two"]
    assert answers[:2] == answers[2:]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_does_not_arrive_goes_to_the_next(before: Open, method: str) -> None:
    client = await before(None, named("two"))
    for _ in range(4):
        async with client.request(method, "cook/", data=b"x") as answer:
            assert await answer.text() == "two"


@pytest.mark.parametrize(
    ("method", "headers"),
    [("GET", {}), ("PUT", {}), ("POST", {"Idempotency-Key": "k"})],
)
async def test_what_broke_off_is_repeated_if_that_is_safe(
    before: Open, method: str, headers: dict[str, str]
) -> None:
    handler, got = dying()
    client = await before(handler, named("two"))
    for _ in range(2):
        async with client.request(method, "cook/", data=b"x", headers=headers) as answer:
            assert await answer.text() == "two"
    assert method in got


@contextmanager
def resetting() -> Iterator[int]:
    """A port where whoever connects is cut off at once, as by a process that is killed."""
    with socket.create_server((HOST, 0)) as listening:

        def reset() -> None:
            with suppress(OSError):  # it is over
                while True:
                    caller, _ = listening.accept()
                    now = struct.pack("ii", 1, 0)
                    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
                    caller.close()

        thread = threading.Thread(target=reset)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_what_is_reset_while_it_is_sent_goes_to_the_next() -> None:
    """On uvloop, as the gateway runs: there a connection may be closing before anybody is told."""

    async def ask(port: int) -> Counter[int]:
        runner = web.ServerRunner(web.Server(named("two")))
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        doomed, well = (Child(name, "cook_svc", {}) for name in ("doomed", "well"))
        doomed.port, well.port = port, int(runner.addresses[0][1])
        for child in (doomed, well):
            child.ready.set()
        statuses: Counter[int] = Counter()
        async with Proxy({"cook": Replicas([doomed, well])}, {}) as made:
            front = web.ServerRunner(web.Server(made.answer))
            await front.setup()
            await web.TCPSite(front, HOST, 0).start()
            async with aiohttp.ClientSession(f"http://{HOST}:{front.addresses[0][1]}/") as client:

                async def get() -> None:
                    async with client.get("cook/") as answer:
                        statuses[answer.status] += 1

                for _ in range(30):
                    await asyncio.gather(*(get() for _ in range(20)))
            await front.cleanup()
        await runner.cleanup()
        return statuses

    with resetting() as port, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(ask(port)) == {200: 600}


async def test_what_broke_off_is_not_repeated_if_it_could_count_twice(before: Open) -> None:
    handler, got = dying()
    client = await before(handler)
    async with client.post("cook/", data=b"x", headers={"Accept-Language": "zh"}) as answer:
        problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["code"]) == (502, "broken-off")
    assert problem["title"] == "服务未应答"
    assert "请求可能已被执行" in problem["detail"]
    assert got == ["POST"]


async def test_nobody_is_there(before: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "PATIENCE", 0.3)
    for replicas in ([], [None]):
        client = await before(*replicas)
        async with client.post("cook/", data=b"x") as answer:
            problem = await answer.json(content_type="application/problem+json")
        assert (answer.status, problem["code"]) == (503, "not-there-now")
        assert "nothing was done" in problem["detail"]
        assert answer.headers["Retry-After"] == "1"


async def test_at_the_end_nobody_is_waited_for(
    before: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients keep their connections, and would ask for as long as somebody seems to answer."""
    monkeypatch.setattr(proxy, "PATIENCE", 3600)
    for replicas in ([], [None]):
        client = await before(*replicas, ending=True)
        async with asyncio.timeout(60), client.get("cook/") as answer:
            assert answer.status == 503
    client = await before(named("soup"), ending=True)
    async with client.get("cook/") as answer:
        assert await answer.text() == "soup"


async def test_elsewhere_is_nothing(before: Open) -> None:
    client = await before(named("soup"))
    async with client.get("") as answer:
        assert await answer.json() == {"Cook": "/cook/docs"}
    async with client.get("bake/") as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (404, "not-found")
