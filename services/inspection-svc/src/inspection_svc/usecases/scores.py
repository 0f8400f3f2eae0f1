"""Month scores: published on the 3rd, revised when what they were made from changes (I3, I4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from houqin_shared.calendar import DAY, Month
from houqin_shared.transaction import Tx

from inspection_svc.events import MonthScored
from inspection_svc.rules.score import MonthFacts, Score, month_score
from inspection_svc.usecases.contracts import Contract, due_a_score

ALL_SO_FAR = date.max


@dataclass(slots=True)
class _Gathered:
    """The facts of a month while they are being read."""

    visited: set[str] = field(default_factory=set)
    findings: dict[tuple[str, str], int] = field(default_factory=dict)
    complaints: int = 0
    merits: int = 0

    def as_facts(self) -> MonthFacts:
        return MonthFacts(self.visited, self.findings, self.complaints, self.merits)


async def month_facts(
    tx: Tx, contracts: Sequence[str], month: Month, recorded_by: date
) -> Mapping[str, MonthFacts]:
    """What happened in `month`, as far as it was recorded up to and on the day `recorded_by`."""
    gathered = {contract: _Gathered() for contract in contracts}
    rows = await tx.rows(
        """select 'visit' as what, contract, tier, null as severity, count(*)
           from visits
           where office_id = $1 and contract = any($2)
             and happened_on >= $3 and happened_on < $4 and recorded_on <= $5
           group by contract, tier
           union all
           select 'finding', contract, tier, severity, count(*)
           from findings
           where office_id = $1 and contract = any($2)
             and happened_on >= $3 and happened_on < $4 and recorded_on <= $5
             and (withdrawn_on is null or withdrawn_on > $5)
           group by contract, tier, severity
           union all
           select 'complaint', contract, null, null, count(*)
           from upheld_complaints
           where office_id = $1 and contract = any($2)
             and happened_on >= $3 and happened_on < $4 and recorded_on <= $5
           group by contract
           union all
           select 'merit', contract, null, null, count(*)
           from merits
           where office_id = $1 and contract = any($2)
             and happened_on >= $3 and happened_on < $4 and recorded_on <= $5
           group by contract""",
        tx.office,
        list(contracts),
        month.first,
        month.end,
        recorded_by,
    )
    for row in rows:
        of = gathered[row["contract"]]
        match row["what"]:
            case "visit":
                of.visited.add(row["tier"])
            case "finding":
                of.findings[row["tier"], row["severity"]] = row["count"]
            case "complaint":
                of.complaints = row["count"]
            case _:
                of.merits = row["count"]
    return {contract: each.as_facts() for contract, each in gathered.items()}


async def publish_scores(tx: Tx, month: Month, day: date) -> None:
    """I4, T5: the first revision for every contract due a score, as known before `day` (T4)."""
    due = await due_a_score(tx, month, day)
    published = await tx.rows(
        "select distinct contract from scores where office_id = $1 and month = $2",
        tx.office,
        str(month),
    )
    new = sorted(due.keys() - {row["contract"] for row in published})
    if not new:
        return
    facts = await month_facts(tx, new, month, day - DAY)
    scores = {contract: month_score(due[contract].rules, facts[contract]) for contract in new}
    await _store(tx, month, 1, scores, day)
    await _revise_what_came_meanwhile(tx, month, {name: due[name] for name in new}, day)


async def _revise_what_came_meanwhile(
    tx: Tx, month: Month, contracts: Mapping[str, Contract], day: date
) -> None:
    """What was recorded on `day` or later, while a late sweep was waited for, comes after it."""
    rows = await tx.rows(
        """select distinct contract, recorded_on from (
               select contract, happened_on, recorded_on from visits
               where office_id = $1 and contract = any($2)
               union all
               select contract, happened_on, withdrawn_on from findings
               where office_id = $1 and contract = any($2) and withdrawn_on is not null
               union all
               select contract, happened_on, recorded_on from upheld_complaints
               where office_id = $1 and contract = any($2)
           ) as facts
           where happened_on >= $3 and happened_on < $4 and recorded_on >= $5
           order by contract, recorded_on""",
        tx.office,
        list(contracts),
        month.first,
        month.end,
        day,
    )
    for row in rows:
        await _revise(tx, contracts[row["contract"]], month, row["recorded_on"], row["recorded_on"])


async def month_changed(tx: Tx, contract: Contract, happened_on: date) -> None:
    """I4: something of that day was recorded or withdrawn; publish a revision if it matters.

    Call it with the contract held, after the change.
    """
    month = Month.of(happened_on)
    if month.end <= tx.today:  # else it can't have been published yet
        await _revise(tx, contract, month, ALL_SO_FAR, tx.today)


async def _revise(tx: Tx, contract: Contract, month: Month, recorded_by: date, on: date) -> None:
    newest = await tx.row(
        """select revision, score, missing from scores
           where office_id = $1 and contract = $2 and month = $3
           order by revision desc limit 1""",
        tx.office,
        contract.id,
        str(month),
    )
    if newest is None:
        return
    facts = await month_facts(tx, [contract.id], month, recorded_by)
    score = month_score(contract.rules, facts[contract.id])
    if score.differs_from(newest["score"], set(newest["missing"])):
        await _store(tx, month, newest["revision"] + 1, {contract.id: score}, on)


async def _store(
    tx: Tx, month: Month, revision: int, scores: Mapping[str, Score], on: date
) -> None:
    await tx.run_many(
        """insert into scores (office_id, contract, month, revision, score, missing, basis,
                               recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (
                tx.office,
                contract,
                str(month),
                revision,
                score.value,
                list(score.missing),
                _basis_of(score),
                on,
                tx.by.signature,
            )
            for contract, score in scores.items()
        ],
    )
    tx.tell(
        *(
            MonthScored(
                contract=contract,
                month=str(month),
                revision=revision,
                score=score.value,
                missing=list(score.missing),
                happened_on=on,
                recorded_on=on,
            )
            for contract, score in scores.items()
        )
    )


def _basis_of(score: Score) -> dict[str, Any]:
    """What `shown.Basis` reads."""
    return {
        "tiers": [
            {
                "tier": each.tier,
                "weight": str(each.weight),
                "points_lost": str(each.points_lost),
                "score": None if each.score is None else str(each.score),
            }
            for each in score.tiers
        ],
        "complaints": score.complaints,
        "merits": score.merits,
    }
