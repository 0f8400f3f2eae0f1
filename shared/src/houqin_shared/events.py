"""Facts and their envelope: CloudEvents 1.0 in structured JSON.

A service tells `Event`s. Another declares a `Fact`, its own reading of that event with no more
fields than it needs, and a function that hears it.
"""

import os
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, ClassVar, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson
from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """Something that happened, told in the past tense. Never changed once it was told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    TYPE: ClassVar[str]
    """Its CloudEvents type, ending in the version: cn.houqin.<service>.<fact>.v1"""
    EVERYWHERE: ClassVar[bool] = False
    """True: one copy on every partition, so that it comes after all that was told before it."""

    happened_on: date
    """The legal day that rules use (T3)."""
    recorded_on: date
    """The office's today when it was recorded (T3)."""

    @property
    def subject(self) -> str:
        """The contract that it is about, or "" for the office as a whole."""
        return str(getattr(self, "contract", ""))


class DayClosed(Event):
    """The service records nothing more on `day` for this office (T4)."""

    TYPE: ClassVar[str] = "cn.houqin.day-closed.v1"
    EVERYWHERE: ClassVar[bool] = True

    day: date


class Fact(BaseModel):
    """A listener's own reading of an event; fields that it doesn't declare are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


UNREADABLE = "unreadable"
"""The type of a message that is not a CloudEvent of ours: a dead letter of its key."""

F = TypeVar("F", bound=Fact)


LONGEST_NAME = 200
"""Characters of a name or a key, far more than any of ours has: an index can hold them."""


def _name(given: object) -> str:
    """A text that a database can hold, in an index too. Raises ValueError."""
    if not isinstance(given, str) or "\0" in given or len(given) > LONGEST_NAME:
        raise ValueError(f"not a name: {given!r}")
    return given


@dataclass(frozen=True, slots=True)
class Envelope:
    """A CloudEvent as it travels."""

    id: UUID
    source: str
    type: str
    office: str
    subject: str
    correlation: UUID
    causation: UUID | None
    traceparent: str | None
    recorded_on: date
    data: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)
    copy: tuple[int, int] = (0, 1)
    """Which copy of how many, for an event that is told on every partition."""

    @property
    def key(self) -> str:
        """What keeps its order: office/contract."""
        return f"{self.office}/{self.subject}"

    @classmethod
    def read(cls, raw: bytes, copy: tuple[int, int] = (0, 1)) -> "Envelope":
        """Raises ValueError if it is not one of our CloudEvents."""
        try:
            parts = orjson.loads(raw)
            causation = parts.get("causationid")
            if parts["type"] == DayClosed.TYPE:
                date.fromisoformat(parts["data"]["day"])
            return cls(
                id=UUID(parts["id"]),
                source=_name(parts["source"]),
                type=_name(parts["type"]),
                office=_name(parts["officeid"]),
                subject=_name(parts.get("subject", "")),
                correlation=UUID(parts["correlationid"]),
                causation=UUID(causation) if causation else None,
                traceparent=parts.get("traceparent"),
                recorded_on=date.fromisoformat(parts["data"]["recorded_on"]),
                data=parts["data"],
                raw=raw,
                copy=copy,
            )
        except (KeyError, TypeError, AttributeError, orjson.JSONDecodeError) as error:
            raise ValueError(f"not a CloudEvent of ours: {error!r}") from error

    @classmethod
    def read_or_wrap(cls, raw: bytes, source: str, key: str, copy: tuple[int, int]) -> "Envelope":
        """Like `read`; what can't be read becomes an `UNREADABLE` message of its key, or of as
        much of it as a database can hold.
        """
        try:
            return cls.read(raw, copy)
        except ValueError:
            office, _, subject = key[:LONGEST_NAME].partition("/")
            identity = uuid5(NAMESPACE_OID, sha256(raw).hexdigest())
            never = date(1900, 1, 1)
            return cls(
                identity,
                source,
                UNREADABLE,
                office,
                subject,
                identity,
                None,
                None,
                never,
                {},
                raw,
                copy,
            )


BEGINNING = re.compile(
    rb'\{"specversion":"1\.0","id":"[^"\\]*","source":"[^"\\]*","type":"([^"\\]*)"'
)
"""Of an envelope as `write_envelope` writes it."""


def type_in(raw: bytes) -> str | None:
    """The type of an event, at a glance; None if all of it must be read to know."""
    beginning = BEGINNING.match(raw)
    try:
        return beginning[1].decode() if beginning else None
    except UnicodeDecodeError:
        return None  # and then it will not be readable


def read_fact(envelope: Envelope, reading: type[F]) -> F:
    """A listener's reading of an envelope's data. Raises pydantic.ValidationError."""
    return reading.model_validate(envelope.data)


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562, 5.7): milliseconds first, then chance.

    What was told later sorts later, so indexes grow at their end alone, however large.
    """
    ms = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10))
    low = (0b10 << 62) | (chance & (1 << 62) - 1)
    return UUID(int=(ms << 80) | (0x7 << 76) | (chance >> 68 << 64) | low)


def write_envelope(
    event: Event,
    *,
    source: str,
    office: str,
    correlation: UUID | None,
    causation: UUID | None,
    traceparent: str | None = None,
) -> tuple[UUID, bytes]:
    """The id and bytes of a new CloudEvent about `event`. A first cause correlates to itself."""
    identity = new_id()
    parts: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(identity),
        "source": source,
        "type": event.TYPE,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "officeid": office,
        "correlationid": str(correlation or identity),
    }
    if event.subject:
        parts["subject"] = event.subject
    if causation is not None:
        parts["causationid"] = str(causation)
    if traceparent is not None:
        parts["traceparent"] = traceparent
    parts["data"] = orjson.Fragment(event.__pydantic_serializer__.to_json(event))
    return identity, orjson.dumps(parts)


class NotYetKnown(Exception):
    """Raised by a listener whose fact is about something that it has not heard of yet.

    The message waits, with all later ones of its key, until that is heard.
    """
