"""Contracts, as far as inspections know them from what they heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from houqin_shared.calendar import Month
from houqin_shared.events import NotYetKnown
from houqin_shared.problem import UnknownContract
from houqin_shared.transaction import Tx, Work

from inspection_svc.refusals import OutsideContractTerm
from inspection_svc.rules.ruleset import RuleSet
from inspection_svc.rules.term import Term


@dataclass(frozen=True, slots=True)
class Contract:
    """A signed contract with its term as it is known now."""

    id: str
    term: Term
    rules: RuleSet

    def require_in_term(self, day: date) -> None:
        """I1. Raises OutsideContractTerm."""
        if not self.term.covers(day):
            raise outside(self.id, self.term, day)


def outside(contract: str, term: Term, day: date) -> OutsideContractTerm:
    return OutsideContractTerm(
        day=day, contract=contract, starts_on=term.starts_on, ends_on=term.ends_on
    )


async def known_contract(tx: Tx, contract: str) -> Contract | None:
    row = await tx.row(
        """select c.starts_on, c.rules,
                  (select t.ends_on from terms t
                   where t.office_id = c.office_id and t.contract = c.contract
                   order by t.version desc limit 1) as ends_on
           from contracts c where c.office_id = $1 and c.contract = $2""",
        tx.office,
        contract,
    )
    if row is None:
        return None
    return Contract(contract, Term(row["starts_on"], row["ends_on"]), RuleSet.read(row["rules"]))


async def the_contract(tx: Tx, contract: str) -> Contract:
    """For commands. Raises UnknownContract."""
    known = await known_contract(tx, contract)
    if known is None:
        raise UnknownContract(contract=contract)
    return known


async def heard_contract(tx: Tx, contract: str) -> Contract:
    """For listeners. Raises NotYetKnown, so that the fact waits for its contract."""
    known = await known_contract(tx, contract)
    if known is None:
        raise NotYetKnown(contract)
    return known


@dataclass(frozen=True, slots=True)
class Visited:
    """What a visit needs to know of its contract."""

    term: Term
    repeat_within_days: int


async def visited_contracts(visits: Sequence[Work[str]]) -> dict[tuple[str, str], Visited]:
    """Of the contracts that are known, by office and contract."""
    asked = list({(visit.tx.office, visit.what) for visit in visits})
    rows = await visits[0].tx.rows(
        """select c.office_id, c.contract, c.starts_on, t.ends_on,
                  (c.rules -> 'repeat' ->> 'within_days')::integer as repeat_within_days
           from unnest($1::text[], $2::text[]) as asked (office_id, contract)
           join contracts c using (office_id, contract)
           cross join lateral (
               select ends_on from terms t
               where t.office_id = c.office_id and t.contract = c.contract
               order by t.version desc limit 1
           ) as t""",
        [office for office, _ in asked],
        [contract for _, contract in asked],
    )
    return {
        (row["office_id"], row["contract"]): Visited(
            Term(row["starts_on"], row["ends_on"]), row["repeat_within_days"]
        )
        for row in rows
    }


async def due_a_score(tx: Tx, month: Month, day: date) -> dict[str, Contract]:
    """I4: the contracts whose term touches `month`, as it was known before `day` (T4)."""
    rows = await tx.rows(
        """select c.contract, c.rules, c.starts_on, t.ends_on
           from contracts c
           cross join lateral (
               select ends_on from terms t
               where t.office_id = c.office_id and t.contract = c.contract and t.recorded_on < $2
               order by t.version desc limit 1
           ) t
           where c.office_id = $1 and c.starts_on < $3 and t.ends_on > $4
           order by c.contract""",
        tx.office,
        day,
        month.end,
        month.first,
    )
    contracts = [
        Contract(
            row["contract"], Term(row["starts_on"], row["ends_on"]), RuleSet.read(row["rules"])
        )
        for row in rows
    ]
    return {contract.id: contract for contract in contracts if contract.term.touches(month)}


@dataclass(frozen=True, slots=True)
class Signing:
    """What inspections keep of a contract's signing."""

    contract: str
    supplier: str
    starts_on: date
    ends_on: date
    rules_id: str
    rules_version: int
    rules: dict[str, Any]
    recorded_on: date


async def begin_contract(tx: Tx, signed: Signing) -> None:
    """A contract was signed: from now on it may be inspected."""
    await tx.run(
        """insert into contracts (office_id, contract, supplier, starts_on, rules_id,
                                  rules_version, rules, recorded_on)
           values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing""",
        tx.office,
        signed.contract,
        signed.supplier,
        signed.starts_on,
        signed.rules_id,
        signed.rules_version,
        signed.rules,
        signed.recorded_on,
    )
    await _add_term(tx, signed.contract, "signed", signed.ends_on, signed.recorded_on)


async def move_end(
    tx: Tx, contract: str, kind: Literal["renewed", "terminated"], ends_on: date, recorded_on: date
) -> None:
    """A contract was given another end (C3, C6). Raises NotYetKnown."""
    await heard_contract(tx, contract)
    await _add_term(tx, contract, kind, ends_on, recorded_on)


async def _add_term(tx: Tx, contract: str, kind: str, ends_on: date, recorded_on: date) -> None:
    await tx.run(
        """insert into terms (office_id, contract, version, kind, ends_on, recorded_on)
           select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5
           from terms where office_id = $1 and contract = $2
           on conflict do nothing""",
        tx.office,
        contract,
        kind,
        ends_on,
        recorded_on,
    )
