"""A command: one request that changes something, once, whatever arrives twice.

With an Idempotency-Key the first answer, a refusal too, is stored with the change itself: the same
body gets it again, another body is refused, and one that is still running says so.
"""

import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

import asyncpg
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from houqin_shared.admission import Admission, OfficeId, OnBehalfOf
from houqin_shared.auth import Actor, Role
from houqin_shared.backlog import Backlog, TooMuchWaits
from houqin_shared.calendar import legal_today
from houqin_shared.events import new_id
from houqin_shared.failpoints import Point, reach
from houqin_shared.problem import (
    KeyReused,
    NotReady,
    NumberTaken,
    Refusal,
    StillRunning,
    UnknownOffice,
    language_of,
    problem_body,
    problem_response,
)
from houqin_shared.telemetry.surroundings import TRACEPARENT
from houqin_shared.transaction import (
    STORE_OUTGOING,
    Connection,
    Row,
    Told,
    Transactions,
    Tx,
    answer_lock,
    office_shared,
    outgoing_columns,
    store_outgoing,
)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered first, and is answered again."""

    status: int
    body: bytes
    refusal: dict[str, Any] | None = None

    @classmethod
    def of_refusal(cls, refusal: Refusal) -> "Answer":
        """Told in both languages, for nobody knows who asks next."""
        told = {"code": refusal.code, "en": refusal.sentence("en"), "zh": refusal.sentence("zh")}
        return cls(refusal.status, b"", told)


class Answered(Exception):
    """The request was answered before."""

    def __init__(self, first: Answer) -> None:
        self.first = first


def _first_answer(row: Row, digest: bytes) -> Answer:
    """Raises KeyReused if it was the answer to another request."""
    if row["request_digest"] != digest:
        raise KeyReused
    return Answer(row["status"], row["body"], row["refusal"])


NEVER_KEPT = (StillRunning, KeyReused, UnknownOffice, TooMuchWaits)
"""Refusals that say nothing about the request itself: the next try may go through."""


@dataclass(slots=True)
class Command:
    """What a route of a changing request is given: it runs one use case in one transaction."""

    request: Request
    transactions: Transactions
    office: str
    by: Actor
    key: str | None
    founding: bool = False
    """True where the office itself is being registered and need not be known."""
    bulk: bool = False
    """True if it tells so much that it has to wait when others can't keep up with hearing."""
    correlation: UUID = field(default_factory=new_id)
    """Of all that comes of it."""
    traceparent: str | None = field(default_factory=TRACEPARENT.get)
    _manual: bool = False
    """Whether the office's clock is; known once the transaction was entered."""

    async def do(
        self,
        usecase: Callable[Concatenate[Tx, P], Awaitable[BaseModel | None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Response:
        """Run `usecase`, commit, then answer what it returned. Raises its refusals."""
        digest = await self.digest()
        try:
            async with self.transactions.begin(office_shared(self.office)) as connection:
                tx = await self._enter(connection, digest)
                result = await usecase(tx, *args, **kwargs)
                answer = Answer(self.status, result.model_dump_json().encode() if result else b"")
                await self._store(connection, digest, answer, tx.outgoing)
                reach(Point.COMMAND_DONE)
            reach(Point.COMMAND_COMMITTED)
        except Answered as answered:
            return self.answer_with(answered.first)
        except asyncpg.UniqueViolationError as violation:
            if violation.constraint_name != "answers_pkey":
                raise
            return self.answer_with(await self._answered_meanwhile(digest))
        except Refusal as refusal:
            if not self.keeps(refusal):
                raise
            return self.answer_with(await self._refuse_for_good(digest, refusal))
        if tx.outgoing:
            self.transactions.on_told()
        return self.answer_with(answer)

    @property
    def status(self) -> int:
        """Of its route, if all goes well."""
        return cast(int, self.request.scope["route"].status_code or 200)

    async def digest(self) -> bytes:
        """What is the same if a request comes again."""
        asked = self.request.scope
        whole = f"{asked['method']} {asked['path']}?".encode() + asked["query_string"] + b"\n"
        return hashlib.sha256(whole + await self.request.body()).digest()

    async def _enter(self, connection: Connection, digest: bytes) -> Tx:
        """The transaction to work in. Raises Answered, StillRunning, KeyReused, UnknownOffice."""
        alone = "true" if self.key is None else answer_lock(self.office, self.key)
        row = await connection.fetchrow(
            f"""select {alone} as alone,
                       o.today, o.clock, a.request_digest, a.status, a.body, a.refusal
                from (select) as one
                left join offices o on o.office_id = $1
                left join answers a on (a.office_id, a.idempotency_key) = ($1, $2)""",
            self.office,
            self.key,
        )
        assert row is not None
        return self.enter(connection, row, digest)

    def enter(self, connection: Connection, row: Row, digest: bytes) -> Tx:
        """What to work in, by what is known of its office and key.

        What was answered before is answered again, however much waits. Raises Answered,
        StillRunning, KeyReused, UnknownOffice, TooMuchWaits.
        """
        if not row["alone"]:
            raise StillRunning
        if row["status"] is not None:
            raise Answered(_first_answer(row, digest))
        self._manual = row["clock"] == "manual"
        today = row["today"]
        if today is None:
            if not self.founding:
                raise UnknownOffice(office=self.office)
            today = legal_today()
        if self.bulk:
            backlog: Backlog = self.request.app.state.backlog
            backlog.admit_bulk()
        return Tx(
            connection, self.transactions.service, self.office, today, self.by,
            correlation=self.correlation, traceparent=self.traceparent,
        )  # fmt: skip

    async def _store(
        self, connection: Connection, digest: bytes, answer: Answer, told: Sequence[Told]
    ) -> None:
        """The outbox rows, and the answer if it has a key."""
        if self.key is None:
            await store_outgoing(connection, told)
            return
        await connection.execute(
            f"""with told as ({STORE_OUTGOING})
                insert into answers
                    (office_id, idempotency_key, request_digest, status, body, refusal)
                values ($4, $5, $6, $7, $8, $9)""",
            *outgoing_columns(told),
            self.office,
            self.key,
            digest,
            answer.status,
            answer.body,
            answer.refusal,
        )

    def keeps(self, refusal: Refusal) -> bool:
        """Whether the same request gets this refusal again. A replay must get all of them."""
        if self.key is None or isinstance(refusal, NEVER_KEPT):
            return False
        return self._manual or not refusal.passing

    async def _answered_meanwhile(self, digest: bytes) -> Answer:
        """The answer that the first of two at the same time was given."""
        async with self.transactions.pool.acquire() as connection:
            row = await connection.fetchrow(
                """select request_digest, status, body, refusal from answers
                   where (office_id, idempotency_key) = ($1, $2)""",
                self.office,
                self.key,
            )
        assert row is not None
        return _first_answer(row, digest)

    async def _refuse_for_good(self, digest: bytes, refusal: Refusal) -> Answer:
        """Keep a refusal; should the same request have been answered meanwhile, that counts."""
        answer = Answer.of_refusal(refusal)
        try:
            async with self.transactions.begin() as connection:
                await self._store(connection, digest, answer, [])
        except asyncpg.UniqueViolationError:
            return await self._answered_meanwhile(digest)
        return answer

    def answer_with(self, answer: Answer) -> Response:
        if answer.refusal is None:
            media_type = "application/json" if answer.body else None
            return Response(answer.body, answer.status, media_type=media_type)
        sentence = answer.refusal[language_of(self.request)]
        return problem_response(
            self.request, problem_body(answer.status, answer.refusal["code"], sentence)
        )


@dataclass(frozen=True, eq=False)
class MayCommand(Admission):
    founding: bool = False

    refuses = (*Admission.refuses, KeyReused, StillRunning)

    async def __call__(
        self,
        request: Request,
        office: OfficeId,
        on_behalf_of: OnBehalfOf = None,
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=200,
                pattern=r"^[\x21-\x7e]+$",
                description="The same key and body give the first answer again",
            ),
        ] = None,
    ) -> Command:
        actor = self.admit(request, office, on_behalf_of)
        command = Command(
            request, request.app.state.transactions, office, actor, idempotency_key, self.founding
        )
        request.scope["correlation"] = command.correlation
        return command


def may_command(*roles: Role, founding: bool = False) -> Any:
    """A dependency: a `Command` for callers with one of `roles`."""
    return Depends(MayCommand(roles, founding))


TRIES = 3
"""Of a query, each with statements that are prepared anew."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What a reading route is given."""

    transactions: Transactions
    office: str
    by: Actor

    async def ask(
        self,
        query: Callable[Concatenate[Tx, P], Awaitable[R]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run `query` on one consistent look at the office's rows."""
        for _ in range(TRIES):
            # A newer version may change the tables under a statement that was prepared before.
            with contextlib.suppress(asyncpg.InvalidCachedStatementError):
                async with self.transactions.reading(self.office) as tx:
                    tx.by = self.by
                    return await query(tx, *args, **kwargs)
        raise NotReady


class MayRead(Admission):
    async def __call__(self, request: Request, office: OfficeId) -> Reader:
        actor = self.admit(request, office)
        return Reader(request.app.state.transactions, office, actor)


def may_read(*roles: Role) -> Any:
    """A dependency: a `Reader` for callers with one of `roles`."""
    return Depends(MayRead(roles))


def digest_of(content: BaseModel) -> bytes:
    """What a client sent under its own number, to know it when it comes again."""
    return hashlib.sha256(content.model_dump_json().encode()).digest()


def same_or_taken(stored: bytes | None, content: BaseModel, what: str, number: str) -> bool:
    """Whether `number` is known with the same content. Raises NumberTaken if with other."""
    if stored is None:
        return False
    if stored != digest_of(content):
        raise NumberTaken(what=what, number=number)
    return True
