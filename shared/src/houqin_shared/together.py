"""Many commands in one transaction: those that come while others are being done go together next.

A commit and a round trip cost the same for one command and for fifty. A use case that is asked by
the thousand is therefore written for several at once, of any offices; what comes alone does not
wait.
What can't be done beside the others (a repetition, a number that is taken, an error of any kind)
is done alone, by `Command.do`, so that no command suffers for another. Those whose contract or
office somebody else holds for long are told to come again, so that the others can go on.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import asyncpg
from fastapi import Response
from pydantic import BaseModel

from houqin_shared.command import Answer, Answered, Command
from houqin_shared.failpoints import Point, reach
from houqin_shared.pace import Pace
from houqin_shared.problem import Refusal
from houqin_shared.telemetry.surroundings import leave_request
from houqin_shared.transaction import (
    STORE_OUTGOING,
    Connection,
    Tx,
    Work,
    answer_number,
    contract_lock,
    contract_number,
    office_number,
    office_shared,
    outgoing_columns,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

GATHER = 0.006
"""Seconds from transaction to transaction while commands stream in."""
TIMES = 1.6
"""What a transaction took, until the next one begins."""
MOST = 64
"""Commands in one transaction."""
LARGEST = 2000
"""The sizes of a transaction's commands together, so that none takes much longer than it must."""
LARGE = 20
"""Commands larger than this on average gain nothing by waiting for each other."""

PATIENCE = 3.0
"""Seconds that a transaction waits for each that others hold; far more than any of ours takes."""


class Held(Refusal):
    code, status = "held", 503
    en = (
        "Contract {contract} or its office is being worked on for longer than {patience:.0f} "
        "seconds; nothing was changed, send this again."
    )
    zh = (
        "合同 {contract} 或其所属机关正在处理其他事务,已超过 {patience:.0f} 秒;"
        "未作任何更改,请重新发送。"
    )


Outcome = BaseModel | Refusal | None
"""What a command is answered; None if it must be done alone."""


@dataclass(frozen=True, eq=False)
class Together(Generic[T]):
    """A use case for one command, and for several at once."""

    alone: Callable[[Tx, T], Awaitable[BaseModel]]
    several: Callable[[Sequence[Work[T]]], Awaitable[Sequence[Outcome]]]
    contract: Callable[[T], str]
    """The contract that a command is about; it is held from the beginning."""
    size: Callable[[T], int]
    """In rows, about."""

    async def do(self, command: Command, what: T) -> Response:
        """Do it with others if there are any, commit, then answer. Raises its refusals."""
        queues: dict[Together[T], _Queue[T]] = command.request.app.state.queues
        queue = queues.get(self)
        if queue is None:
            queue = queues[self] = _Queue(self)
        answer = await queue.answer(command, await command.digest(), what)
        if answer is None:
            return await command.do(self.alone, what)
        return command.answer_with(answer)


@dataclass(slots=True)
class _Waiting(Generic[T]):
    command: Command
    digest: bytes
    what: T
    contract: str
    size: int
    answer: asyncio.Future[Answer | Refusal | None]

    @property
    def held(self) -> str:
        """The contract's name among those of all offices; the transaction holds it."""
        return f"{self.command.office}/{self.contract}"


class _Queue(Generic[T]):
    """Those who wait for the transaction that is under way."""

    def __init__(self, kind: Together[T]) -> None:
        self._kind = kind
        self._waiting: deque[_Waiting[T]] = deque()
        self._working: asyncio.Task[None] | None = None
        self._pace = Pace(TIMES)

    async def answer(self, command: Command, digest: bytes, what: T) -> Answer | None:
        """The answer, or None if it must be done alone. Raises refusals that aren't kept."""
        answer: asyncio.Future[Answer | Refusal | None]
        answer = asyncio.get_running_loop().create_future()
        contract, size = self._kind.contract(what), self._kind.size(what)
        self._waiting.append(_Waiting(command, digest, what, contract, size, answer))
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="commands together")
        found = await answer
        if isinstance(found, Refusal):
            raise found
        return found

    async def _work(self) -> None:
        leave_request()
        while self._waiting:
            await self._pace.begin()
            batch = self._next()
            answers = await _do(self._kind, batch)
            if sum(each.size for each in batch) > LARGE * len(batch):
                self._pace.pauses()
            else:
                self._pace.streams(GATHER)
            for each, answer in zip(batch, answers, strict=True):
                if not each.answer.done():
                    each.answer.set_result(answer)
        self._working = None

    def _next(self) -> list[_Waiting[T]]:
        """At least one; of those with the same key only the first."""
        batch: list[_Waiting[T]] = []
        later: list[_Waiting[T]] = []
        keys: set[tuple[str, str]] = set()
        size = 0
        while self._waiting and len(batch) < MOST and size < LARGEST:
            each = self._waiting.popleft()
            key = each.command.key and (each.command.office, each.command.key)
            if key and key in keys:
                later.append(each)
                continue
            if key:
                keys.add(key)
            batch.append(each)
            size += each.size
        self._waiting.extendleft(reversed(later))
        return batch


async def _do(kind: Together[T], batch: Sequence[_Waiting[T]]) -> Sequence[Answer | Refusal | None]:
    """All in one transaction, but for those that are held; None for those it can't be done for."""
    held: Sequence[Held | None] = [None] * len(batch)
    try:
        try:
            return await _do_all(kind, batch)
        except asyncpg.LockNotAvailableError:
            held = await _held(batch)
            free = [each for each, refusal in zip(batch, held, strict=True) if refusal is None]
            done = iter(await _do_all(kind, free) if free else ())
            return [refusal or next(done) for refusal in held]
    except Exception as error:
        if not isinstance(error, (Refusal, asyncpg.UniqueViolationError)):
            log.exception("%d commands are done one by one", len(batch))
        return held


async def _held(batch: Sequence[_Waiting[T]]) -> list[Held | None]:
    """A refusal for each whose office or contract somebody else holds just now."""
    async with batch[0].command.transactions.begin() as connection:
        rows = await connection.fetch(
            """select pg_try_advisory_xact_lock_shared(office)
                      and pg_try_advisory_xact_lock(contract) as free
               from unnest($1::bigint[], $2::bigint[]) with ordinality as n (office, contract, n)
               order by n""",
            [office_number(each.command.office) for each in batch],
            [contract_number(each.held) for each in batch],
        )
    return [
        None if row["free"] else Held(contract=each.contract, patience=PATIENCE)
        for row, each in zip(rows, batch, strict=True)
    ]


async def _do_all(
    kind: Together[T], batch: Sequence[_Waiting[T]]
) -> Sequence[Answer | Refusal | None]:
    transactions = batch[0].command.transactions
    offices = sorted({each.command.office for each in batch})
    contracts = sorted({each.held for each in batch})
    locks = *map(office_shared, offices), *map(contract_lock, contracts)
    async with transactions.begin(*locks, patience=PATIENCE) as connection:
        entered = await _enter(connection, batch)
        doing = [
            (each, Work(tx, each.what))
            for each, tx in zip(batch, entered, strict=True)
            if isinstance(tx, Tx)
        ]
        outcomes = await kind.several([work for _, work in doing]) if doing else []
        done = [
            (each, work.tx, _answer_of(each.command, outcome))
            for (each, work), outcome in zip(doing, outcomes, strict=True)
        ]
        await _store(connection, done)
        reach(Point.TOGETHER_DONE)
    reach(Point.TOGETHER_COMMITTED)
    if any(tx.outgoing for _, tx, _ in done):
        transactions.on_told()
    answers = iter(answer for _, _, answer in done)
    return [next(answers) if isinstance(tx, Tx) else tx for tx in entered]


def _answer_of(command: Command, outcome: Outcome) -> Answer | Refusal | None:
    if outcome is None:
        return None
    if isinstance(outcome, Refusal):
        return Answer.of_refusal(outcome) if command.keeps(outcome) else outcome
    return Answer(command.status, outcome.model_dump_json().encode())


async def _enter(
    connection: Connection, batch: Sequence[_Waiting[T]]
) -> list[Tx | Answer | Refusal | None]:
    """For each its transaction, or how it ends without one."""
    commands = [each.command for each in batch]
    rows = await connection.fetch(
        """select c.lock is null or pg_try_advisory_xact_lock(c.lock) as alone, o.today, o.clock,
                  a.request_digest, a.status, a.body, a.refusal
           from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality
                as c (office_id, key, lock, n)
           left join offices o using (office_id)
           left join lateral (
               select request_digest, status, body, refusal from answers
               where office_id = c.office_id and idempotency_key = c.key limit 1) as a on true
           order by n""",
        [command.office for command in commands],
        [command.key for command in commands],
        [command.key and answer_number(command.office, command.key) for command in commands],
    )
    entered: list[Tx | Answer | Refusal | None] = []
    for each, row in zip(batch, rows, strict=True):
        try:
            entered.append(each.command.enter(connection, row, each.digest))
        except Answered as answered:
            entered.append(answered.first)
        except Refusal as refusal:
            entered.append(refusal)
    return entered


async def _store(
    connection: Connection, done: Sequence[tuple[_Waiting[T], Tx, Answer | Refusal | None]]
) -> None:
    """All outbox rows, and the answers of those that have a key."""
    told = [each for _, tx, _ in done for each in tx.outgoing]
    kept = [
        (each.command, each.digest, answer)
        for each, _, answer in done
        if each.command.key is not None and isinstance(answer, Answer)
    ]
    if told or kept:
        await connection.execute(
            f"""with told as ({STORE_OUTGOING})
                insert into answers
                    (office_id, idempotency_key, request_digest, status, body, refusal)
                select * from unnest($4::text[], $5::text[], $6::bytea[], $7::smallint[],
                                     $8::bytea[], $9::jsonb[])""",
            *outgoing_columns(told),
            [command.office for command, _, _ in kept],
            [command.key for command, _, _ in kept],
            [digest for _, digest, _ in kept],
            [answer.status for _, _, answer in kept],
            [answer.body for _, _, answer in kept],
            [answer.refusal for _, _, answer in kept],
        )
