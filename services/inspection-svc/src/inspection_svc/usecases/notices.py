"""Rectification notices (I5): given, re-inspected, failed when their day passes."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from houqin_shared.command import digest_of, same_or_taken
from houqin_shared.problem import NumberTaken
from houqin_shared.transaction import Row, Tx

from inspection_svc.asked import NewNotice, NewReinspection
from inspection_svc.events import RectificationFailed
from inspection_svc.queries.notices import show_notice
from inspection_svc.refusals import DueBeforeToday, NoticeNotOpen, NotRecorded
from inspection_svc.rules.notice import Notice, NoticeState, Result
from inspection_svc.rules.ruleset import RuleSet
from inspection_svc.shown import Notice as ShownNotice
from inspection_svc.usecases.contracts import the_contract


async def give_notice(tx: Tx, notice: NewNotice) -> ShownNotice:
    """I5. Raises NumberTaken, UnknownContract, OutsideContractTerm, NotRecorded, DueBeforeToday."""
    await tx.hold(notice.contract)
    stored = await tx.value(
        "select content_digest from notices where office_id = $1 and notice = $2",
        tx.office,
        notice.id,
    )
    if same_or_taken(stored, notice, "notice", notice.id):
        return await show_notice(tx, notice.id)
    if notice.due < tx.today:
        raise DueBeforeToday(notice.due, tx.today)
    (await the_contract(tx, notice.contract)).require_in_term(tx.today)
    await _require_findings(tx, notice)
    added = await tx.run(
        """insert into notices (office_id, notice, contract, given_on, state, due,
                                text, note, name_en, content_digest, recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $4, $11) on conflict do nothing""",
        tx.office,
        notice.id,
        notice.contract,
        tx.today,
        NoticeState.OPEN,
        notice.due,
        notice.text,
        notice.note,
        notice.name_en,
        digest_of(notice),
        tx.by.signature,
    )
    if not added:  # at the same moment, for another contract
        raise NumberTaken(what="notice", number=notice.id)
    if notice.findings:
        await tx.run(
            """insert into notice_findings (office_id, notice, finding)
               select distinct $1, $2, unnest($3::text[])""",
            tx.office,
            notice.id,
            notice.findings,
        )
    return await show_notice(tx, notice.id)


async def _require_findings(tx: Tx, notice: NewNotice) -> None:
    """What is to be mended was found at this contract. Raises NotRecorded."""
    if not notice.findings:
        return
    unknown = await tx.value(
        """select wanted.finding from unnest($3::text[]) as wanted(finding)
           where not exists (select from findings f where f.office_id = $1 and f.contract = $2
                                                      and f.finding = wanted.finding)
           order by 1 limit 1""",
        tx.office,
        notice.contract,
        notice.findings,
    )
    if unknown is not None:
        raise NotRecorded(number=unknown)


@dataclass(slots=True)
class _Case:
    """A notice while something is made of it."""

    tx: Tx
    contract: str
    notice: str
    stands: Notice
    second_notice_days: int

    @classmethod
    def of(cls, tx: Tx, row: Row) -> Self:
        """From a row with the notice's state and due day, and its contract's rules."""
        stands = Notice(NoticeState(row["state"]), row["due"])
        days = RuleSet.read(row["rules"]).second_notice_days
        return cls(tx, row["contract"], row["notice"], stands, days)

    async def fail_overdue(self) -> None:
        """Fail the rounds whose day has passed, each dated and recorded on the day after it.

        That day is not closed yet: either it is being swept, or its sweep is late and will find
        the work done.
        """
        while (failed_on := self.stands.overdue_on(self.tx.today)) is not None:
            await self.end_round("overdue", failed_on, None)

    async def end_round(
        self,
        result: Literal["passed", "failed", "overdue"],
        on: date,
        seen: NewReinspection | None,
    ) -> None:
        """Record how the round ended and go on from there; a failure is told."""
        ended = self.stands
        outcome = Result.PASSED if result == "passed" else Result.FAILED
        self.stands = ended.after(outcome, on, self.second_notice_days)
        await self.tx.run(
            """insert into notice_outcomes (office_id, notice, round, result, happened_on,
                                            text, note, name_en, recorded_on, recorded_by)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $5, $9)""",
            self.tx.office,
            self.notice,
            ended.round,
            result,
            on,
            seen.text if seen else None,
            seen.note if seen else None,
            seen.name_en if seen else None,
            self.tx.by.signature if seen else self.tx.service,
        )
        await self.tx.run(
            "update notices set state = $3, due = $4 where office_id = $1 and notice = $2",
            self.tx.office,
            self.notice,
            self.stands.state,
            self.stands.due,
        )
        if outcome is Result.FAILED:
            self.tx.tell(
                RectificationFailed(
                    contract=self.contract,
                    notice=self.notice,
                    round=ended.round,
                    happened_on=on,
                    recorded_on=on,
                )
            )


CASES = """select n.notice, n.contract, n.state, n.due, c.rules
           from notices n join contracts c using (office_id, contract)
           where n.office_id = $1"""


async def reinspect(tx: Tx, notice: str, seen: NewReinspection) -> ShownNotice:
    """I5: passed closes the notice, failed goes on or ends it. Raises NotRecorded, NoticeNotOpen.

    What the days up to today have already made of it comes first, even if their sweep is late.
    """
    contract = await tx.value(
        "select contract from notices where office_id = $1 and notice = $2", tx.office, notice
    )
    if contract is None:
        raise NotRecorded(number=notice)
    await tx.hold(contract)
    row = await tx.row(f"{CASES} and n.notice = $2", tx.office, notice)
    assert row is not None
    case = _Case.of(tx, row)
    await case.fail_overdue()
    if not case.stands.is_open:
        raise NoticeNotOpen(notice=notice, state=case.stands.state.value)
    await case.end_round(seen.result.value, tx.today, seen)
    return await show_notice(tx, notice)


async def fail_overdue_notices(tx: Tx, day: date) -> None:
    """I5 in the sweep of `day`: what was not passed by the end of its due day has failed."""
    rows = await tx.rows(
        f"{CASES} and n.due < $2 and n.state in ('open','again') order by n.seq", tx.office, day
    )
    for row in rows:
        await _Case.of(tx, row).fail_overdue()
