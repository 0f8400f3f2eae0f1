"""One port before the replicas of four services: requests go through as they are, in turns.

What could not be delivered is tried on another replica. What broke off on the way is tried again
only if doing it twice is doing it once: by its method, or by its Idempotency-Key.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, ClassVar, Self

import aiohttp
from aiohttp import StreamReader, hdrs, web
from houqin_shared.problem import Refusal, language_of, problem_body, problem_response
from multidict import CIMultiDict
from starlette.requests import Request
from yarl import URL

from houqin.children import HOST, Child

PATIENCE = 20.0
"""Seconds that a request waits for a replica: longer than one takes to start again."""
SMALL = 256 * 1024
"""Bytes of a body that are kept to be sent again; a longer one streams through."""

BROKEN = (
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientOSError,
    aiohttp.ClientPayloadError,
    aiohttp.ClientConnectionResetError,
)

HOP_BY_HOP = frozenset(
    {
        hdrs.CONNECTION, hdrs.KEEP_ALIVE, hdrs.PROXY_AUTHENTICATE, hdrs.PROXY_AUTHORIZATION,
        hdrs.TE, hdrs.TRAILER, hdrs.TRANSFER_ENCODING, hdrs.UPGRADE, hdrs.EXPECT,
    }
)  # fmt: skip
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class NotThereNow(Refusal):
    code: ClassVar[str] = "not-there-now"
    status: ClassVar[int] = 503
    en = "No process of the {service} service answers now; nothing was done. Try again in a moment."
    zh = "{service} 服务当前没有可用进程,未执行任何操作;请稍后重试。"


class BrokenOff(Refusal):
    code: ClassVar[str] = "broken-off"
    status: ClassVar[int] = 502
    en = (
        "The {service} service ended before it answered; the request may have been done. Look, or "
        "send it with an Idempotency-Key: then it is safe to repeat."
    )
    zh = (
        "{service} 服务在应答前退出,请求可能已被执行。请先查询;若带 Idempotency-Key 发送,"
        "则可安全重复。"
    )


class Replicas:
    """The children of one service, taken in turn."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = children
        self._turn = 0

    def next(self, tried: Collection[Child]) -> Child | None:
        """One that is ready, of those not tried if there is any; None if nobody is."""
        ready = [child for child in self._children if child.ready.is_set()]
        fresh = [child for child in ready if child not in tried] or ready
        if not fresh:
            return None
        self._turn += 1
        return fresh[self._turn % len(fresh)]


class Proxy:
    """Answers on the public port by asking a replica."""

    def __init__(self, services: Mapping[str, Replicas], index: Mapping[str, str]) -> None:
        self._services = services
        self._index = index
        self._ending = False
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=(hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.ACCEPT_ENCODING,
                               hdrs.CONTENT_TYPE),
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    def end(self) -> None:
        """Whoever is gone does not come back: nobody need wait for that any more."""
        self._ending = True

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The handler of every request."""
        if request.path == "/":
            return web.json_response(self._index)
        service = request.path.split("/", 2)[1]
        if service not in self._services:
            return _problem(request, problem_body(404, "not-found", "Nothing is here."))
        try:
            return await self._ask(request, service)
        except Refusal as refusal:
            return _problem(request, refusal.body(language_of(_as_starlette(request))))

    async def _ask(self, request: web.BaseRequest, service: str) -> web.StreamResponse:
        """Pass on to a replica; a request that can't be delivered waits for one. Raises
        NotThereNow, BrokenOff.
        """
        path = request.raw_path.removeprefix(f"/{service}") or "/"
        body = await _body(request)
        headers = _headers(request)
        repeatable = not isinstance(body, StreamReader) and (
            request.method in REPEATABLE or "Idempotency-Key" in request.headers
        )
        tried: set[Child] = set()
        loop = asyncio.get_running_loop()
        limit = loop.time() + PATIENCE
        while loop.time() < limit:
            child = self._services[service].next(tried)
            if self._ending and (child is None or child in tried):
                break
            if child is None or child in tried:
                await asyncio.sleep(0.05)
            if child is None:
                continue
            tried.add(child)
            url = URL(f"http://{HOST}:{child.port}{path}", encoded=True)
            try:
                async with self._session.request(
                    request.method, url, headers=headers, data=body, allow_redirects=False
                ) as answer:
                    return await _pass_back(request, answer)
            except aiohttp.ClientConnectorError:
                continue  # it never arrived
            except BROKEN as error:
                if not repeatable:
                    raise BrokenOff(service=service) from error
        raise NotThereNow(service=service)


async def _body(request: web.BaseRequest) -> bytes | StreamReader | None:
    """Read whole if it is small."""
    if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not request.body_exists:
        return None
    if request.content_length is not None and request.content_length <= SMALL:
        return await request.read()
    return request.content


def _headers(request: web.BaseRequest) -> CIMultiDict[str]:
    """What the service is told: all but what concerns this connection, and who asked."""
    headers = _without_hop_by_hop(request.headers)
    known = headers.get(hdrs.X_FORWARDED_FOR)
    headers[hdrs.X_FORWARDED_FOR] = f"{known}, {request.remote}" if known else str(request.remote)
    headers.setdefault(hdrs.X_FORWARDED_PROTO, "http")
    headers.setdefault(hdrs.X_FORWARDED_HOST, request.host)
    return headers


def _without_hop_by_hop(headers: Mapping[str, str]) -> CIMultiDict[str]:
    kept = CIMultiDict(headers)
    for name in HOP_BY_HOP:
        kept.popall(name, None)
    return kept


async def _pass_back(
    request: web.BaseRequest, answer: aiohttp.ClientResponse
) -> web.StreamResponse:
    headers = _without_hop_by_hop(answer.headers)
    length = answer.content_length
    if length is not None and length <= SMALL and request.method != "HEAD":
        return web.Response(status=answer.status, headers=headers, body=await answer.read())
    back = web.StreamResponse(status=answer.status, headers=headers)
    await back.prepare(request)
    try:
        async for chunk in answer.content.iter_any():
            await back.write(chunk)
    except BROKEN:
        # The beginning is out: that it is cut short can only be shown by cutting it short.
        if request.transport is not None:
            request.transport.abort()
        return back
    await back.write_eof()
    return back


def _as_starlette(request: web.BaseRequest) -> Request:
    headers = [(name.lower(), value) for name, value in request.raw_headers]
    return Request({"type": "http", "headers": headers})


def _problem(request: web.BaseRequest, body: dict[str, Any]) -> web.Response:
    """The same problem as any service would answer."""
    answer = problem_response(_as_starlette(request), body)
    headers = CIMultiDict(answer.headers)
    if body["status"] == NotThereNow.status:
        headers[hdrs.RETRY_AFTER] = "1"
    return web.Response(status=answer.status_code, headers=headers, body=bytes(answer.body))
