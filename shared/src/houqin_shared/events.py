"""Facts and their envelope: CloudEvents 1.0 in structured JSON.

A service tells `Event`s. Another declares a `Fact`, its own reading of that event with no more
fields than it needs, and a function that hears it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_type_hints
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import orjson
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from houqin_shared.transaction import Tx


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
            return cls(
                id=UUID(parts["id"]),
                source=parts["source"],
                type=parts["type"],
                office=parts["officeid"],
                subject=parts.get("subject", ""),
                correlation=UUID(parts["correlationid"]),
                causation=UUID(causation) if causation else None,
                traceparent=parts.get("traceparent"),
                recorded_on=date.fromisoformat(parts["data"]["recorded_on"]),
                raw=raw,
                copy=copy,
            )
        except (KeyError, TypeError, AttributeError, orjson.JSONDecodeError) as error:
            raise ValueError(f"not a CloudEvent of ours: {error!r}") from error

    @classmethod
    def read_or_wrap(cls, raw: bytes, source: str, key: str, copy: tuple[int, int]) -> "Envelope":
        """Like `read`; what can't be read becomes an `UNREADABLE` message of its key."""
        try:
            return cls.read(raw, copy)
        except ValueError:
            office, _, subject = key.partition("/")
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
                raw,
                copy,
            )

    @property
    def content(self) -> dict[str, Any]:
        """The whole CloudEvent, for those who follow a cause."""
        whole: dict[str, Any] = orjson.loads(self.raw)
        return whole


def read_fact(envelope: Envelope, reading: type[F]) -> F:
    """A listener's reading of an envelope's data. Raises pydantic.ValidationError."""
    return reading.model_validate(envelope.content["data"])


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
    identity = uuid4()
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
    parts["data"] = event.model_dump(mode="json")
    return identity, orjson.dumps(parts)


Handler = Callable[["Tx", Any], Awaitable[None]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Listener:
    """A function that hears one type of event, and the reading that it asks for."""

    reading: type[Fact]
    handle: Handler


class Hears:
    """What a service listens to: one function per event type.

    >>> hears = Hears("contract-svc")
    >>> @hears("cn.houqin.contract.contract-signed.v1")
    ... async def a_contract_begins(tx: Tx, fact: ContractSigned) -> None: ...
    """

    def __init__(self, *sources: str) -> None:
        self.sources: Sequence[str] = sources
        self.listeners: dict[str, Listener] = {}

    def __call__(self, type_: str) -> Callable[[H], H]:
        def register(handle: H) -> H:
            reading = get_type_hints(handle)["fact"]
            if type_ in self.listeners:
                raise ValueError(f"{type_} is heard twice")
            self.listeners[type_] = Listener(reading, handle)
            return handle

        return register


class NotYetKnown(Exception):
    """Raised by a listener whose fact is about something that it has not heard of yet.

    The message waits, with all later ones of its key, until that is heard.
    """
