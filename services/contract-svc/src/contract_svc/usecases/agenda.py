"""What time alone will bring about (T4), written down when it becomes known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from houqin_shared.transaction import Tx

from contract_svc.rules.reminders import Reminder

Kind = Literal["term-approaching", "term-over", "evidence-expiring", "evidence-over"]


@dataclass(frozen=True, slots=True)
class Item:
    """Something to be done in the first sweep on or after its day."""

    seq: int
    kind: Kind
    due_on: date
    subject: str
    number: int
    days: int
    dropped_on: date | None

    def is_dropped(self, day: date) -> bool:
        """A sweep of `day` sees what was recorded before it: also that this is off."""
        return self.dropped_on is not None and self.dropped_on < day


async def note(
    tx: Tx, kind: Kind, subject: str, number: int, reminders: Iterable[Reminder]
) -> None:
    """Put on the agenda what will be due about `subject`."""
    due = list(reminders)
    if due:
        await tx.run(
            """insert into agenda (office_id, due_on, kind, subject, number, days, recorded_on)
               select $1, due.due_on, $2, $3, $4, due.days, $5
               from unnest($6::date[], $7::int[]) as due(due_on, days)""",
            tx.office,
            kind,
            subject,
            number,
            tx.today,
            [each.due_on for each in due],
            [each.days for each in due],
        )


async def drop(tx: Tx, contract: str, *kinds: Kind) -> None:
    """Sweeps of later days no longer do these."""
    await tx.run(
        """update agenda set dropped_on = $4
           where office_id = $1 and subject = $2 and kind = any($3) and dropped_on is null""",
        tx.office,
        contract,
        kinds,
        tx.today,
    )


async def due(tx: Tx, day: date) -> list[Item]:
    """All that the sweep of `day` has to do, oldest first."""
    rows = await tx.rows(
        """select seq, kind, due_on, subject, number, days, dropped_on from agenda
           where office_id = $1 and due_on <= $2 and recorded_on < $2 order by due_on, seq""",
        tx.office,
        day,
    )
    return [Item(*row.values()) for row in rows]


async def done(tx: Tx, items: Iterable[Item]) -> None:
    """Off the agenda."""
    await tx.run(
        "delete from agenda where office_id = $1 and seq = any($2::bigint[])",
        tx.office,
        [item.seq for item in items],
    )
