"""What a client is told when it can't have what it asked for: RFC 9457, in English and Chinese.

A service raises a `Refusal` where it knows; here, and nowhere else, it becomes HTTP.
"""

import logging
from collections.abc import Sequence
from typing import Any, ClassVar

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from houqin_shared.telemetry.logs import named
from houqin_shared.telemetry.requests import route_of

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One field of a request that can't be read, and how to mend it."""

    field: str = Field(description="Where it stands, for example body.annual_price")
    message: str = Field(description="What is wrong with it, and what would be right")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(description="Stable: urn:houqin:problem: followed by the code")
    title: str = Field(description="The kind of problem, in few words")
    status: int = Field(description="The HTTP status")
    code: str = Field(description="The last part of `type`, for programs")
    detail: str | None = Field(default=None, description="What was wrong this time")
    errors: list[FieldError] | None = Field(default=None, description="Only when fields are wrong")


class Refusal(Exception):
    """A request that the rules refuse. It changes nothing.

    Subclasses say what they are once: `code` (stable, for programs), `status`, and a sentence in
    English and in Chinese with {placeholders} for the arguments that they are raised with. One
    that is called `retry_after`, in seconds, is told as a header as well.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 409
    passing: ClassVar[bool] = False
    """True: the reason may be gone a moment later, so on a live clock no key is bound to it."""
    en: ClassVar[str]
    zh: ClassVar[str]

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.en.format(**facts))

    def sentence(self, language: str) -> str:
        return (self.zh if language == "zh" else self.en).format(**self.facts)

    def body(self, language: str) -> dict[str, Any]:
        return problem_body(self.status, self.code, self.sentence(language))


class Unauthenticated(Refusal):
    code, status = "unauthenticated", 401
    en = "Send a valid token: Authorization: Bearer <token>. {reason}"
    zh = "请提供有效的令牌:Authorization: Bearer <令牌>。{reason_zh}"


class Forbidden(Refusal):
    code, status = "forbidden", 403
    en = "Your role ({role}) may not do this; it takes one of: {roles}."
    zh = "您的角色({role})无权执行此操作,需要下列角色之一:{roles}。"


class UnknownOffice(Refusal):
    code, status = "unknown-office", 404
    en = "No office {office} is known here; register it at the contract service first."
    zh = "未知的机关 {office};请先在合同服务中登记。"


class UnknownContract(Refusal):
    code, status = "unknown-contract", 404
    passing = True  # its signing may not have been heard yet
    en = "No contract {contract} is known here; it must be signed at the contract service first."
    zh = "未知的合同 {contract};须先在合同服务中签订。"


class NumberTaken(Refusal):
    code = "number-taken"
    en = "{what} {number} was recorded before with other content; use another number."
    zh = "编号 {number} 此前已登记,且内容不同;请使用其他编号。"


class KeyReused(Refusal):
    code, status = "idempotency-key-reused", 422
    en = "This Idempotency-Key was used for another request; use a new key for a new request."
    zh = "该 Idempotency-Key 已用于另一请求;新请求请使用新的键。"


class StillRunning(Refusal):
    code = "still-running"
    en = "The first request with this Idempotency-Key is still running; try again in a moment."
    zh = "使用该 Idempotency-Key 的首个请求仍在处理;请稍后重试。"


class BodyTooLarge(Refusal):
    code, status = "body-too-large", 413
    en = "The body is larger than {limit} bytes; send it in smaller parts."
    zh = "请求体超过 {limit} 字节;请分批发送。"


class NotReady(Refusal):
    code, status = "not-ready", 503
    en = "The service is starting or ending, or can't reach its database or the bus; try again."
    zh = "服务正在启动或停止,或无法连接数据库或消息总线;请重试。"


OUTAGES = (
    OSError,  # TimeoutError, too
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InsufficientResourcesError,  # its disk is full, as may be its memory or its connections
    asyncpg.OperatorInterventionError,  # it is starting or ending
    asyncpg.PostgresSystemError,  # its disk fails
    asyncpg.TransactionRollbackError,  # others were in the way
    asyncpg.InvalidCachedStatementError,  # a newer version changes the tables: prepared anew later
)
"""What says that the database is away or can't now, and nothing about what was asked of it."""

TITLES = {
    400: ("Bad request", "请求有误"),
    401: ("Not authenticated", "未认证"),
    403: ("Not allowed", "无权限"),
    404: ("Not found", "未找到"),
    405: ("Method not allowed", "不支持的方法"),
    409: ("Refused by the rules", "按规则不予受理"),
    413: ("Too large", "请求过大"),
    415: ("Media type not supported", "不支持的媒体类型"),
    422: ("Fields need correcting", "字段需要更正"),
    429: ("Too many requests", "请求过多"),
    500: ("Our fault", "系统故障"),
    502: ("No answer from the service", "服务未应答"),
    503: ("Not ready", "尚未就绪"),
}


def problem_body(
    status: int, code: str, detail: str | None, errors: Sequence[dict[str, str]] | None = None
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:houqin:problem:{code}",
        "title": TITLES.get(status, TITLES[400])[0],
        "status": status,
        "code": code,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    return body


def language_of(request: Request) -> str:
    """ "zh" or "en": the first of the two that Accept-Language names, else English."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag = part.strip()[:2]
        if tag in ("zh", "en"):
            return tag
    return "en"


def problem_response(
    request: Request, body: dict[str, Any], retry_after: int | None = None
) -> Response:
    """`retry_after`: seconds that the client should let pass before it asks again."""
    if language_of(request) == "zh":
        body = body | {"title": TITLES.get(body["status"], TITLES[400])[1]}
    headers = {"Content-Language": language_of(request)}
    if body["status"] == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if body["status"] == 503:
        headers["Retry-After"] = "1"
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(orjson.dumps(body), body["status"], headers, MEDIA_TYPE)


RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to let pass before asking again",
        "schema": {"type": "integer", "minimum": 1},
    }
}


Responses = dict[int | str, dict[str, Any]]


def problems(*refusals: type[Refusal]) -> Responses:
    """The `responses=` of a route: what its use case may refuse, one line for each code.

    What stands before a use case (tokens, keys, bodies that can't be read) is added by `openapi`.
    """
    by_status: Responses = {}
    for refusal in refusals:
        line = f"`{refusal.code}`: {refusal.en} {refusal.zh}"
        declare(by_status, refusal.status, line)
    return by_status


def declare(responses: Responses, status: int, line: str) -> None:
    """Add one code to what may be answered."""
    shown = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    entry = responses.setdefault(status, {"description": "", "content": shown})
    if status in (429, 503):
        entry["headers"] = RETRY_AFTER
    lines = [each for each in entry["description"].split("\n\n") if each]
    if line not in lines:
        entry["description"] = "\n\n".join([*lines, line])


ZH = {
    "missing": "缺少该字段",
    "extra_forbidden": "未知字段,请删除",
    "string_pattern_mismatch": "格式不符",
    "string_too_long": "内容过长,最多 {max_length} 个字符",
    "string_too_short": "内容过短,至少 {min_length} 个字符",
    "date_from_datetime_parsing": "请填写日期,如 2017-05-01",
    "date_parsing": "请填写日期,如 2017-05-01",
    "date_type": "请填写日期,如 2017-05-01",
    "decimal_parsing": "请填写十进制数",
    "int_parsing": "请填写整数",
    "int_type": "请填写整数",
    "literal_error": "须为下列之一:{expected}",
    "enum": "须为下列之一:{expected}",
    "too_long": "条目过多,最多 {max_length} 项",
    "too_short": "条目过少,至少 {min_length} 项",
    "greater_than_equal": "须不小于 {ge}",
    "greater_than": "须大于 {gt}",
    "less_than_equal": "须不大于 {le}",
    "less_than": "须小于 {lt}",
    "string_type": "请填写文本",
    "bool_type": "请填写 true 或 false",
    "list_type": "请填写列表",
    "model_attributes_type": "请填写对象",
    "json_invalid": "不是有效的 JSON",
    "unknown_parameter": "未知参数;此处可用的参数:{known}",
}


PLAIN = {
    404: ("not-found", "Nothing is at this address.", "该地址没有内容。"),
    405: ("method-not-allowed", "This address takes other methods.", "该地址不支持此方法。"),
}


def not_found(request: Request) -> Response:
    """For an address where nothing is."""
    code, en, zh = PLAIN[404]
    detail = zh if language_of(request) == "zh" else en
    return problem_response(request, problem_body(404, code, detail))


def _field_errors(request: Request, error: RequestValidationError) -> list[dict[str, str]]:
    chinese = language_of(request) == "zh"
    found = []
    for each in error.errors()[:100]:
        message = str(each["msg"]).removeprefix("Value error, ")
        if chinese:
            known = ZH.get(each["type"])
            facts = each.get("ctx", {})
            message = known.format(**facts) if known else f"取值有误({message})"
        place = ".".join(str(part) for part in each["loc"])
        found.append({"field": place, "message": message[:500]})
    return found


def _printable(text: str) -> str:
    """Without lone surrogates, which JSON text may smuggle in and UTF-8 can't carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def install(app: FastAPI) -> None:
    """Translate every refusal of `app` into a problem."""

    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        body = refusal.body(language_of(request))
        return problem_response(request, body, refusal.facts.get("retry_after"))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [
            {name: _printable(text) for name, text in each.items()}
            for each in _field_errors(request, error)
        ]
        zh = language_of(request) == "zh"
        if any(each["type"] == "json_invalid" for each in error.errors()):
            detail = "请求体不是有效的 JSON。" if zh else "The body is not JSON."
            return problem_response(request, problem_body(400, "bad-request", detail, errors))
        detail = (
            "请更正所列字段后重新发送。" if zh else "Correct the fields named and send it again."
        )
        return problem_response(request, problem_body(422, "invalid-request", detail, errors))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        code, en, zh = PLAIN.get(error.status_code, ("bad-request", str(error.detail), None))
        detail = zh if zh and language_of(request) == "zh" else en
        response = problem_response(request, problem_body(error.status_code, code, detail))
        response.headers.update(error.headers or {})
        return response

    async def away(request: Request, error: Exception) -> Response:
        request.scope["status"] = NotReady.status
        log.error("%s: %s", route_of(request.scope), named(error))
        return problem_response(request, NotReady().body(language_of(request)))

    for outage in OUTAGES:
        app.add_exception_handler(outage, away)

    @app.exception_handler(Exception)
    async def our_fault(request: Request, _: Exception) -> Response:
        """The server logs it; whoever asked learns no more than that it was not their mistake."""
        request.scope["status"] = 500
        zh = language_of(request) == "zh"
        detail = "发生内部错误,已记录;请稍后重试。" if zh else "It was logged; try again later."
        return problem_response(request, problem_body(500, "our-fault", detail))
