"""The office's monthly bulletin (I8)."""

from datetime import date

from houqin_shared.calendar import Month
from houqin_shared.transaction import Tx

from inspection_svc.events import BulletinIssued
from inspection_svc.rules.bulletin import Entry, bulletin_number, commended, criticised
from inspection_svc.usecases.contracts import due_a_score


async def issue_bulletin(tx: Tx, month: Month, day: date) -> None:
    """I8, T5: on the 10th about last month, from what was known before `day` (T4)."""
    if await tx.value(
        "select exists (select from bulletins where office_id = $1 and month = $2)",
        tx.office,
        str(month),
    ):
        return
    entries = await _entries(tx, month, day)
    if not entries:
        return
    issued = await tx.value(
        """select count(*) from bulletins
           where office_id = $1 and month between $2 || '-01' and $2 || '-12'""",
        tx.office,
        f"{month.year:04d}",
    )
    bulletin = BulletinIssued(
        number=bulletin_number(month.year, issued),
        month=str(month),
        commended=commended(entries),
        criticised=criticised(entries),
        happened_on=day,
        recorded_on=day,
    )
    await _store(tx, bulletin, entries)
    tx.tell(bulletin)


async def _entries(tx: Tx, month: Month, day: date) -> list[Entry]:
    due = await due_a_score(tx, month, day)
    if not due:
        return []
    rows = await tx.rows(
        """select distinct on (s.contract) s.contract, s.score, s.missing,
                  exists (select from notice_outcomes o join notices n using (office_id, notice)
                          where o.office_id = s.office_id and n.contract = s.contract
                            and o.result <> 'passed'
                            and o.happened_on >= $5 and o.happened_on < $6) as failed
           from scores s
           where s.office_id = $1 and s.month = $2 and s.contract = any($3) and s.recorded_on < $4
           order by s.contract, s.revision desc""",
        tx.office,
        str(month),
        list(due),
        day,
        month.first,
        month.end,
    )
    return [
        Entry(row["contract"], row["score"], tuple(row["missing"]), row["failed"]) for row in rows
    ]


async def _store(tx: Tx, bulletin: BulletinIssued, entries: list[Entry]) -> None:
    await tx.run(
        """insert into bulletins (office_id, month, number, commended, criticised,
                                  recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        tx.office,
        bulletin.month,
        bulletin.number,
        bulletin.commended,
        bulletin.criticised,
        bulletin.recorded_on,
        tx.by.signature,
    )
    await tx.run_many(
        """insert into bulletin_entries
               (office_id, month, contract, score, missing, failed_rectification)
           values ($1, $2, $3, $4, $5, $6)""",
        [
            (
                tx.office,
                bulletin.month,
                entry.contract,
                entry.score,
                list(entry.missing),
                entry.failed_rectification,
            )
            for entry in entries
        ],
    )
