"""Visits are recorded with all that was found in them (I1, I2), several at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import orjson
from houqin_shared.calendar import Month
from houqin_shared.command import digest_of, same_or_taken
from houqin_shared.problem import NumberTaken, Refusal, UnknownContract
from houqin_shared.together import Outcome, Together
from houqin_shared.transaction import Tx, Work, columns

from inspection_svc.asked import Evidence, NewVisit
from inspection_svc.events import FindingsConfirmed
from inspection_svc.queries.visits import show_visit
from inspection_svc.rules.finding import Spot, repeats_since, which_repeat
from inspection_svc.shown import OfficeVisit
from inspection_svc.usecases.contracts import Visited, outside, the_contract, visited_contracts
from inspection_svc.usecases.scores import month_changed


async def record_visit(tx: Tx, visit: NewVisit) -> OfficeVisit:
    """I1. Raises NumberTaken, UnknownContract, OutsideContractTerm."""
    await tx.hold(visit.contract)
    stored = await tx.value(
        "select content_digest from visits where office_id = $1 and visit = $2",
        tx.office,
        visit.id,
    )
    if same_or_taken(stored, visit, "visit", visit.id):
        shown = await show_visit(tx, visit.id)
        assert isinstance(shown, OfficeVisit)
        return shown
    (outcome,) = await _record([Work(tx, visit)])
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


async def record_visits(visits: Sequence[Work[NewVisit]]) -> Sequence[Outcome]:
    """I1, for several at once, in their order. Their contracts must be held.

    Raises NumberTaken if one is known already, or spoils it for all.
    """
    return await _record(visits)


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """A visit that is recorded, with what was found out about it."""

    tx: Tx
    visit: NewVisit
    happened_on: date
    repeats: Sequence[bool]


async def _record(visits: Sequence[Work[NewVisit]]) -> list[OfficeVisit | Refusal]:
    """Raises NumberTaken."""
    if not visits:
        return []
    contracts = await visited_contracts([Work(each.tx, each.what.contract) for each in visits])
    refusals = [_refusal(each, contracts) for each in visits]
    accepted = [each for each, refusal in zip(visits, refusals, strict=True) if refusal is None]
    confirmed = await _confirm(accepted, contracts)
    await _store(confirmed)
    for each in confirmed:
        each.tx.tell(*_facts(each))
    await _months_changed(confirmed)
    recorded = iter(confirmed)
    return [refusal or _as_recorded(next(recorded)) for refusal in refusals]


def _refusal(work: Work[NewVisit], contracts: Mapping[tuple[str, str], Visited]) -> Refusal | None:
    tx, visit = work.tx, work.what
    contract = contracts.get((tx.office, visit.contract))
    if contract is None:
        return UnknownContract(contract=visit.contract)
    happened_on = visit.happened_on or tx.today
    if happened_on > tx.today or not contract.term.covers(happened_on):
        return outside(visit.contract, contract.term, happened_on)
    return None


async def _confirm(
    visits: Sequence[Work[NewVisit]], contracts: Mapping[tuple[str, str], Visited]
) -> list[_Confirmed]:
    """I2, with one question to the database whatever the number of findings."""
    days = [each.what.happened_on or each.tx.today for each in visits]
    since = [
        repeats_since(day, contracts[each.tx.office, each.what.contract].repeat_within_days)
        for each, day in zip(visits, days, strict=True)
    ]
    seen_before = await _seen_before(visits, since, days)
    confirmed: list[_Confirmed] = []
    just_seen: defaultdict[tuple[str, str, Spot], set[date]] = defaultdict(set)
    for n, (each, day) in enumerate(zip(visits, days, strict=True)):
        office, contract = each.tx.office, each.what.contract
        spots = [(finding.criterion, finding.place) for finding in each.what.findings]
        seen = seen_before[n] | {
            spot
            for spot in spots
            if any(since[n] <= on <= day for on in just_seen.get((office, contract, spot), ()))
        }
        confirmed.append(_Confirmed(each.tx, each.what, day, which_repeat(spots, seen)))
        for spot in spots:
            just_seen[office, contract, spot].add(day)
    return confirmed


async def _seen_before(
    visits: Sequence[Work[NewVisit]], since: Sequence[date], until: Sequence[date]
) -> defaultdict[int, set[Spot]]:
    """For each visit, by its place in the list, the spots that were found before and in time.

    The upper bound is an arithmetic one on purpose: for two plain bounds the planner guesses that
    one finding in 200 lies between them, and takes findings_by_day, which reads a contract's whole
    period for every spot.
    """
    seen: defaultdict[int, set[Spot]] = defaultdict(set)
    spots = [
        (n, *spot)
        for n, each in enumerate(visits)
        for spot in dict.fromkeys((found.criterion, found.place) for found in each.what.findings)
    ]
    if spots:
        rows = await visits[0].tx.rows(
            """select n, spot.criterion, spot.place
               from unnest($1::text[], $2::text[], $3::date[], $4::date[]) with ordinality
                    as visit (office_id, contract, since, until, number)
               join unnest($5::integer[], $6::text[], $7::text[]) as spot (n, criterion, place)
                    on n + 1 = number
               cross join lateral (
                   select from findings f
                   where f.office_id = visit.office_id and f.contract = visit.contract
                     and f.criterion = spot.criterion and f.place = spot.place
                     and f.happened_on >= visit.since and f.happened_on - visit.until <= 0
                     and f.withdrawn_on is null
                   limit 1
               ) as earlier""",
            [each.tx.office for each in visits],
            [each.what.contract for each in visits],
            since,
            until,
            *columns(spots),
        )
        for row in rows:
            seen[row["n"]].add((row["criterion"], row["place"]))
    return seen


async def _store(confirmed: Sequence[_Confirmed]) -> None:
    """Visits and findings. Raises NumberTaken."""
    if not confirmed:
        return
    visits = [
        (
            each.tx.office, each.visit.id, each.visit.contract, each.visit.tier, each.happened_on,
            len(each.visit.findings), each.tx.by.person, each.visit.text, each.visit.note,
            each.visit.name_en, digest_of(each.visit), each.tx.today, each.tx.by.signature,
        )
        for each in confirmed
    ]  # fmt: skip
    findings = [
        (
            n, finding.id, finding.criterion, finding.place, finding.severity, repeat,
            finding.text, finding.note, finding.name_en, _json(finding.evidence), finding.witness,
        )
        for n, each in enumerate(confirmed, 1)
        for finding, repeat in zip(each.visit.findings, each.repeats, strict=True)
    ]  # fmt: skip
    added = await confirmed[0].tx.row(STORE, *columns(visits, 13), *columns(findings, 11))
    assert added is not None
    if added["visits"] < len(visits):  # at the same moment, for another contract
        raise NumberTaken(what="visit", number=confirmed[0].visit.id)
    if added["findings"] < len(findings):
        raise NumberTaken(what="finding", number=await _taken(confirmed))


STORE = """
with visit as (
    select * from unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::integer[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::bytea[], $12::date[], $13::text[]
    ) with ordinality as v (
        office_id, visit, contract, tier, happened_on, findings_count, inspector,
        text, note, name_en, content_digest, recorded_on, recorded_by, n
    )
), recorded as (
    insert into visits (office_id, visit, contract, tier, happened_on, findings_count, inspector,
                        text, note, name_en, content_digest, recorded_on, recorded_by)
    select office_id, visit, contract, tier, happened_on, findings_count, inspector,
           text, note, name_en, content_digest, recorded_on, recorded_by
    from visit
    on conflict do nothing returning 1
), found as (
    insert into findings (office_id, visit, contract, tier, happened_on, recorded_on,
                          finding, criterion, place, severity, repeat, text, note, name_en,
                          evidence, witness, position)
    select office_id, visit, contract, tier, happened_on, recorded_on,
           f.finding, f.criterion, f.place, f.severity, f.repeat, f.text, f.note, f.name_en,
           f.evidence::jsonb, f.witness, f.position
    from unnest($14::bigint[], $15::text[], $16::text[], $17::text[], $18::text[], $19::boolean[],
                $20::text[], $21::text[], $22::text[], $23::text[], $24::text[])
         with ordinality as f (n, finding, criterion, place, severity, repeat,
               text, note, name_en, evidence, witness, position)
    join visit using (n)
    on conflict do nothing returning 1
)
select (select count(*) from recorded) as visits, (select count(*) from found) as findings
"""


async def _taken(confirmed: Sequence[_Confirmed]) -> str:
    """The finding number that another visit has."""
    numbers = [
        (each.tx.office, finding.id, each.visit.id)
        for each in confirmed
        for finding in each.visit.findings
    ]
    taken: str = await confirmed[0].tx.value(
        """select min(finding)
           from unnest($1::text[], $2::text[], $3::text[]) as told (office_id, finding, visit)
           join findings f using (office_id, finding) where f.visit <> told.visit""",
        *columns(numbers),
    )
    return taken


def _facts(recorded: _Confirmed) -> list[FindingsConfirmed]:
    """What is told of a visit; nothing if nothing was found."""
    visit = recorded.visit
    # Validated as plain values: up to 1000, and objects would be made one by one in Python.
    found = [
        {
            "finding": finding.id,
            "criterion": finding.criterion,
            "place": finding.place,
            "severity": finding.severity,
            "repeat": repeat,
        }
        for finding, repeat in zip(visit.findings, recorded.repeats, strict=True)
    ]
    return [
        FindingsConfirmed.model_validate(
            {
                "contract": visit.contract,
                "visit": visit.id,
                "tier": visit.tier,
                "inspector": recorded.tx.by.person,
                "findings": found[first : first + FindingsConfirmed.MOST],
                "happened_on": recorded.happened_on,
                "recorded_on": recorded.tx.today,
            }
        )
        for first in range(0, len(found), FindingsConfirmed.MOST)
    ]


async def _months_changed(confirmed: Sequence[_Confirmed]) -> None:
    """I4: once for every contract's month."""
    changed = {
        (each.tx.office, each.visit.contract, Month.of(each.happened_on)): each
        for each in confirmed
        if Month.of(each.happened_on).end <= each.tx.today
    }
    for each in changed.values():
        contract = await the_contract(each.tx, each.visit.contract)
        await month_changed(each.tx, contract, each.happened_on)


def _json(evidence: Sequence[Evidence]) -> str:
    return orjson.dumps([each.model_dump() for each in evidence]).decode() if evidence else "[]"


def _as_recorded(recorded: _Confirmed) -> OfficeVisit:
    tx, visit = recorded.tx, recorded.visit
    of_each = {
        "visit": visit.id,
        "contract": visit.contract,
        "tier": visit.tier,
        "happened_on": recorded.happened_on,
        "recorded_on": tx.today,
        "inspector": tx.by.person,
        "withdrawal": None,
    }
    return OfficeVisit.model_validate(
        {
            "id": visit.id,
            "contract": visit.contract,
            "tier": visit.tier,
            "happened_on": recorded.happened_on,
            "recorded_on": tx.today,
            "findings_count": len(visit.findings),
            "text": visit.text,
            "note": visit.note,
            "name_en": visit.name_en,
            "inspector": tx.by.person,
            "recorded_by": tx.by.signature,
            "findings": [
                {**of_each, **vars(finding), "repeat": repeat}
                for finding, repeat in zip(visit.findings, recorded.repeats, strict=True)
            ],
        }
    )


RECORDING = Together(
    alone=record_visit,
    several=record_visits,
    contract=lambda visit: visit.contract,
    size=lambda visit: 1 + len(visit.findings),
)
"""Phones and systems report visits by the thousand: those that come together go together."""
