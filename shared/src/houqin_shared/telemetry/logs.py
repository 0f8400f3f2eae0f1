"""Log lines: plain text, or one JSON object a line (HOUQIN_LOG=json), on standard error.

What a line says of a person is nothing. Texts of ours name offices, contracts and events; requests
are named by their route, not by their path; and of an error that quotes rows or bodies, as
PostgreSQL and pydantic do, the place and the kind are told without the quotation.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import asyncpg
from pydantic import ValidationError

from houqin_shared.events import Envelope
from houqin_shared.misconfigured import Misconfigured
from houqin_shared.telemetry.requests import route_of
from houqin_shared.telemetry.surroundings import REQUEST, SERVICE, TRACEPARENT

HOUQIN_LOG = "HOUQIN_LOG"
PLAIN, JSON = "text", "json"

ErrorInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

EVENT = "event"
"""What a line may be about: `log.warning("...", extra={EVENT: envelope})`."""


def configure_logging(environment: Mapping[str, str], service: str) -> None:
    """Log as HOUQIN_LOG says, for a process that `service` names. Raises Misconfigured."""
    wanted = environment.get(HOUQIN_LOG) or PLAIN
    if wanted not in (PLAIN, JSON):
        raise Misconfigured(
            f"{HOUQIN_LOG} is {wanted!r}; write {JSON} or {PLAIN}, or leave it out for {PLAIN}.",
            f"{HOUQIN_LOG} 的值为 {wanted!r};请填写 {JSON} 或 {PLAIN},留空即为 {PLAIN}。",
        )
    handler = logging.StreamHandler()
    if wanted == JSON:
        handler.setFormatter(JsonLines(service))
        logging.captureWarnings(True)
        sys.excepthook = _log_uncaught
    else:
        handler.setFormatter(PlainLines("%(asctime)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    logging.getLogger(__name__).critical("the process ends", exc_info=(kind, error, trace))


class PlainLines(logging.Formatter):
    """For people."""

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 - logging's own name
        return told(ei[1]) if ei[1] is not None else ""


class JsonLines(PlainLines):
    """For programs."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "service": SERVICE.get() or self._service,
            **_about_request(),
            **_about_trace(TRACEPARENT.get()),
            **_about_event(getattr(record, EVENT, None)),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            line["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, ensure_ascii=False, default=str)


def _about_request() -> dict[str, Any]:
    scope = REQUEST.get()
    if scope is None or scope["type"] != "http":
        return {}
    found = {"method": scope["method"], "route": route_of(scope)}
    if "status" in scope:
        found["status"] = scope["status"]
    if "correlation" in scope:
        found["correlation_id"] = str(scope["correlation"])
    return found


def _about_trace(traceparent: str | None) -> dict[str, str]:
    if traceparent is None or traceparent.count("-") != 3:
        return {}
    _, trace, span, _ = traceparent.split("-")
    return {"trace_id": trace, "span_id": span}


def _about_event(envelope: Envelope | None) -> dict[str, str]:
    if envelope is None:
        return {}
    return {
        "event_type": envelope.type,
        "event_id": str(envelope.id),
        "correlation_id": str(envelope.correlation),
        **_about_trace(envelope.traceparent),
    }


def told(error: BaseException) -> str:
    """A traceback, causes first, in which no error quotes what it was about."""
    return "".join(_lines(error, set())).rstrip("\n")


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _lines(before, seen)
        yield "which led to:\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{named(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            if id(each) not in seen:
                yield from _lines(each, seen)


def named(error: BaseException) -> str:
    """An error's kind and what it says, without the rows and bodies that it may quote."""
    return f"{type(error).__module__}.{type(error).__qualname__}: {_without_quotations(error)}"


def _without_quotations(error: BaseException) -> str:
    if isinstance(error, asyncpg.PostgresError):
        # Its `detail` is the row; a text that could not be read as a number stands in its message.
        names = (error.table_name, error.column_name, error.constraint_name)
        at = ", ".join(name for name in names if name)
        return f"SQLSTATE {error.sqlstate}" + (f" at {at}" if at else "")
    if isinstance(error, ValidationError):
        wrong = [f"{'.'.join(map(str, each['loc']))} ({each['type']})" for each in error.errors()]
        return f"{error.title}: {', '.join(wrong)}"
    return str(error)
