"""One transaction: what a use case is given to load, store and tell with.

Three locks keep order, always taken in this order and before the first write, so that transaction
ids follow cause and effect and nothing can deadlock:

1. the office, shared by commands and listeners, exclusive for its sweep (T4): a day closes only
   when nothing is still being recorded on it;
2. the contract (`Tx.hold`), so that what happens to one contract happens one after another.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import orjson

from houqin_shared.auth import EVERY_OFFICE, Actor, Role
from houqin_shared.events import Envelope, Event, write_envelope
from houqin_shared.problem import UnknownOffice
from houqin_shared.telemetry.surroundings import TRACEPARENT

if TYPE_CHECKING:
    Connection = (
        asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
    Pool = asyncpg.Pool[asyncpg.Record]
else:  # asyncpg's own classes take no parameters
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool
Row = asyncpg.Record


def _number(kind: str, name: str) -> int:
    digest = hashlib.blake2b(f"{kind}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def office_number(office: str) -> int:
    return _number("office", office)


def contract_number(key: str) -> int:
    """`key` is office/contract."""
    return _number("contract", key)


def office_shared(office: str) -> str:
    """Held by commands and listeners: the office's day can't close meanwhile."""
    return f"pg_advisory_xact_lock_shared({office_number(office)})"


def office_alone(office: str) -> str:
    """Held by a sweep."""
    return f"pg_advisory_xact_lock({office_number(office)})"


def contract_lock(key: str) -> str:
    """`key` is office/contract."""
    return f"pg_advisory_xact_lock({contract_number(key)})"


def answer_lock(office: str, idempotency_key: str) -> str:
    """Whoever does not get it is a repetition."""
    return f"pg_try_advisory_xact_lock({answer_number(office, idempotency_key)})"


def answer_number(office: str, idempotency_key: str) -> int:
    return _number("answer", f"{office}/{idempotency_key}")


BROKEN = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""How a session that is broken already answers when it is to end; it is gone all the same."""


def is_gone(connection: Connection) -> bool:
    """Closed; asyncpg takes a pooled connection back at the moment that it breaks."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


@asynccontextmanager
async def transaction(
    connection: Connection, *locks: str, patience: float | None = None
) -> AsyncIterator[None]:
    """A transaction that begins with its locks, in one round trip.

    asyncpg's own would take two: every trip counts where a day is swept in milliseconds.
    Raises asyncpg.LockNotAvailableError if a lock isn't had in `patience` seconds.
    """
    begin = "begin"
    if patience is not None:
        begin += f"; set local lock_timeout = {patience * 1000:.0f}"
    if locks:
        begin += f"; select {', '.join(locks)}"
    try:
        await connection.execute(begin)
        yield
    except BaseException:
        await _undo(connection, "rollback")
        raise
    await connection.execute("commit")


async def _undo(connection: Connection, statement: str) -> None:
    """Roll back; a connection that can't any more is thrown away, and the server rolls back."""
    if is_gone(connection):
        return
    try:
        await connection.execute(statement)
    except BROKEN:
        if not is_gone(connection):
            connection.terminate()


@asynccontextmanager
async def savepoint(connection: Connection) -> AsyncIterator[None]:
    """Part of a transaction that may fail alone."""
    await connection.execute("savepoint part")
    try:
        yield
    except BaseException:
        await _undo(connection, "rollback to savepoint part")
        raise
    await connection.execute("release savepoint part")


def itself(service: str) -> Actor:
    """The actor of what time or an event brings about."""
    return Actor(name=service, role=Role.SYSTEM, office=EVERY_OFFICE)


async def _prepare(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: orjson.dumps(value).decode(),
        decoder=orjson.loads,
        schema="pg_catalog",
    )


async def _leave_as_it_is(_: Connection) -> None:
    """Ours end every transaction and hold no session state: nothing to reset, one trip saved."""


SESSION = {
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "35s",
    "idle_in_transaction_session_timeout": "60s",
}
"""How long the server lets a session hold its locks, and lead, whose machine is not heard from any
more: by default for two hours. None of ours is idle in a transaction for as long as a second.
"""


async def open_pool(url: str, size: int = 10, session: Mapping[str, str] = SESSION) -> Pool:
    """Connections to a service's own database, or to another whose sessions are set otherwise."""
    return await asyncpg.create_pool(
        url, min_size=1, max_size=size, init=_prepare, reset=_leave_as_it_is, command_timeout=60,
        server_settings=dict(session),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Office:
    """An office and its clock (T4)."""

    id: str
    name: str
    clock: str
    today: date
    swept_on: date


@dataclass(frozen=True, slots=True)
class Told:
    """An event on its way into the outbox."""

    key: str
    everywhere: bool
    envelope: bytes


@dataclass(slots=True)
class Tx:
    """A transaction on behalf of one office."""

    connection: Connection
    service: str
    office: str
    today: date
    by: Actor
    cause: Envelope | None = None
    correlation: UUID | None = None
    traceparent: str | None = field(default_factory=TRACEPARENT.get)
    """Of what is done here, carried along by what it tells."""
    outgoing: list[Told] = field(default_factory=list)

    async def row(self, sql: str, *values: object) -> Row | None:
        return await self.connection.fetchrow(sql, *values)

    async def rows(self, sql: str, *values: object) -> list[Row]:
        return await self.connection.fetch(sql, *values)

    async def value(self, sql: str, *values: object) -> Any:
        return await self.connection.fetchval(sql, *values)

    async def run(self, sql: str, *values: object) -> int:
        """Execute; the number of rows that it touched."""
        status = await self.connection.execute(sql, *values)
        last = status.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        await self.connection.executemany(sql, rows)

    async def hold(self, contract: str) -> None:
        """Wait until nothing else happens to this contract; call it before the first write."""
        await self.connection.execute(f"select {contract_lock(f'{self.office}/{contract}')}")

    def tell(self, *events: Event) -> None:
        """Tell the world when, and only if, this transaction commits."""
        for event in events:
            _, envelope = write_envelope(
                event,
                source=self.service,
                office=self.office,
                correlation=self.cause.correlation if self.cause else self.correlation,
                causation=self.cause.id if self.cause else None,
                traceparent=self.traceparent,
            )
            key = f"{self.office}/{event.subject}"
            self.outgoing.append(Told(key, event.EVERYWHERE, envelope))


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """One of several things that are done in one transaction, with a few statements for all.

    Each has a `tx` of its own, for it says for whom, on which day and because of what; their
    connection is the same.
    """

    tx: Tx
    what: T


def columns(rows: Sequence[Sequence[object]], width: int | None = None) -> list[list[object]]:
    """Rows as the arrays that `unnest` takes; say how wide they are if there may be none."""
    return [[row[n] for row in rows] for n in range(width or len(rows[0]))]


STORE_OUTGOING = """insert into outbox (key, everywhere, envelope)
                    select * from unnest($1::text[], $2::boolean[], $3::bytea[])"""


def outgoing_columns(outgoing: Sequence[Told]) -> tuple[list[str], list[bool], list[bytes]]:
    """The parameters of `STORE_OUTGOING`."""
    return (
        [told.key for told in outgoing],
        [told.everywhere for told in outgoing],
        [told.envelope for told in outgoing],
    )


async def store_outgoing(connection: Connection, outgoing: Sequence[Told]) -> None:
    """Put what was told into the outbox, in the order in which it was told."""
    if outgoing:
        await connection.execute(STORE_OUTGOING, *outgoing_columns(outgoing))


async def read_office(connection: Connection, office: str) -> Office | None:
    row = await connection.fetchrow(
        "select office_id, name, clock, today, swept_on from offices where office_id = $1", office
    )
    return Office(*row.values()) if row else None


@dataclass(slots=True)
class Transactions:
    """Opens a service's transactions; `on_told` wakes its relay after a commit that told."""

    pool: Pool
    service: str
    on_told: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def begin(self, *locks: str, patience: float | None = None) -> AsyncIterator[Connection]:
        """A bare transaction on the service's database, with `locks` taken in their order.

        Raises asyncpg.LockNotAvailableError if one isn't had in `patience` seconds.
        """
        async with (
            self.pool.acquire() as connection,
            transaction(connection, *locks, patience=patience),
        ):
            yield connection

    @asynccontextmanager
    async def on_office(
        self, office: str, by: Actor | None = None, *, alone: bool = False
    ) -> AsyncIterator[Tx]:
        """A transaction on one office, alone on it or shared. Raises UnknownOffice."""
        lock = office_alone(office) if alone else office_shared(office)
        async with self.begin(lock) as connection:
            known = await read_office(connection, office)
            if known is None:
                raise UnknownOffice(office=office)
            tx = Tx(connection, self.service, office, known.today, by or itself(self.service))
            yield tx
            await store_outgoing(connection, tx.outgoing)
        if tx.outgoing:
            self.on_told()

    @asynccontextmanager
    async def reading(self, office: str) -> AsyncIterator[Tx]:
        """One consistent look at an office's rows. Raises UnknownOffice."""
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            known = await read_office(connection, office)
            if known is None:
                raise UnknownOffice(office=office)
            yield Tx(connection, self.service, office, known.today, itself(self.service))
