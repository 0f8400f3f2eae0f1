"""Contracts as they are shown."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Concatenate, Literal, ParamSpec, TypeVar

from houqin_shared.exact import yuan_of_fen
from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from contract_svc.queries import exits
from contract_svc.queries.visible import only_supplier, recorder, whole
from contract_svc.refusals import UnknownContract
from contract_svc.shown import (
    ContractShown,
    ExitProposalShown,
    ExitWarningShown,
    Rebid,
    RulesPin,
    TermReminderShown,
)

P = ParamSpec("P")
T = TypeVar("T")
State = Literal["active", "ended", "closed"]


@dataclass(frozen=True, slots=True)
class Which:
    """Which contracts to list; None: whatever it is."""

    supplier: str | None
    item: str | None
    state: State | None


CONTRACT = """
select c.contract, c.item, c.supplier, s.name as supplier_name, c.annual_price, c.signed_on,
       c.starts_on, c.months, t.months - c.months as renewed_months, t.ends_on,
       c.satisfaction_target, c.rules, c.rules_version, c.term, o.outcome,
       o.ends_on as outcome_on, c.closed_on, c.recorded_from, c.recorded_on, c.recorded_by,
       c.name_en, c.text, c.note,
       case when c.closed_on is not null then 'closed'
            when t.ends_on <= $2::date then 'ended' else 'active' end as state
from contracts c
join suppliers s using (office_id, supplier)
join lateral (select months, ends_on from terms t
              where t.office_id = c.office_id and t.contract = c.contract
              order by version desc limit 1) t on true
left join outcomes o
       on o.office_id = c.office_id and o.contract = c.contract and o.term = c.term
where c.office_id = $1 and ($3::text is null or c.supplier = $3)"""


def _ended(row: Row, outcome: str) -> date | None:
    day: date | None = row["outcome_on"] if row["outcome"] == outcome else None
    return day


def _read(
    tx: Tx, row: Row, proposals: list[ExitProposalShown], warnings: list[ExitWarningShown]
) -> ContractShown:
    reached_on = _ended(row, "reached")
    return ContractShown(
        id=row["contract"], item=row["item"], supplier=row["supplier"],
        supplier_name=row["supplier_name"], annual_price=yuan_of_fen(row["annual_price"]),
        signed_on=row["signed_on"], starts_on=row["starts_on"], months=row["months"],
        renewed_months=row["renewed_months"], ends_on=row["ends_on"],
        satisfaction_target=row["satisfaction_target"],
        rules=RulesPin(id=row["rules"], version=row["rules_version"]),
        term=row["term"], state=row["state"],
        rebid=Rebid(term=row["term"], reached_on=reached_on) if reached_on else None,
        expired_on=_ended(row, "expired"), terminated_on=_ended(row, "terminated"),
        exit_warnings=warnings, exit_proposals=proposals, recorded_from=row["recorded_from"],
        name_en=row["name_en"], text=row["text"], note=row["note"],
        recorded_on=row["recorded_on"], recorded_by=recorder(tx.by, row["recorded_by"]),
    )  # fmt: skip


async def _read_all(tx: Tx, rows: Sequence[Row]) -> Callable[[Row], ContractShown]:
    """Reads each of `rows`, whose proposals and warnings are fetched together."""
    numbers = [row["contract"] for row in rows]
    proposals = await exits.proposals_of(tx, numbers)
    warnings = await exits.warnings_of(tx, numbers)

    def read(row: Row) -> ContractShown:
        return _read(tx, row, proposals[row["contract"]], warnings[row["contract"]])

    return read


async def show_contract(tx: Tx, contract: str) -> ContractShown:
    """Raises UnknownContract."""
    row = await tx.row(
        f"{CONTRACT} and c.contract = $4", tx.office, tx.today, only_supplier(tx.by), contract
    )
    if row is None:
        raise UnknownContract(contract=contract)
    return (await _read_all(tx, [row]))(row)


async def list_contracts(
    tx: Tx, which: Which, after: str | None, limit: int
) -> Page[ContractShown]:
    """Raises BadCursor."""
    (last,) = place_of(after, 1)
    rows = await tx.rows(
        f"""select * from ({CONTRACT}) as each
            where ($4::text is null or contract > $4) and ($5::text is null or supplier = $5)
              and ($6::text is null or item = $6) and ($7::text is null or state = $7)
            order by contract limit $8""",
        tx.office,
        tx.today,
        only_supplier(tx.by),
        last,
        which.supplier,
        which.item,
        which.state,
        limit + 1,
    )
    return page_of(rows, limit, await _read_all(tx, rows), "contract")


async def of_contract(
    tx: Tx,
    contract: str,
    query: Callable[Concatenate[Tx, str, P], Awaitable[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What `query` finds about a contract that the caller may see. Raises UnknownContract."""
    seen = await tx.value(
        """select exists (select from contracts where office_id = $1 and contract = $2
                          and ($3::text is null or supplier = $3))""",
        tx.office,
        contract,
        only_supplier(tx.by),
    )
    if not seen:
        raise UnknownContract(contract=contract)
    return await query(tx, contract, *args, **kwargs)


async def list_term_reminders(
    tx: Tx, contract: str, after: str | None, limit: int
) -> Page[TermReminderShown]:
    """C4: what was told about the contract's ends. Raises BadCursor."""
    version, rank = (whole(value) for value in place_of(after, 2))
    rows = await tx.rows(
        """select r.version, -r.days as rank, r.days, r.told_on, t.ends_on
           from term_reminders r join terms t using (office_id, contract, version)
           where office_id = $1 and contract = $2
             and ($3::int is null or (r.version, -r.days) > ($3, $4::int))
           order by r.version, rank limit $5""",
        tx.office,
        contract,
        version,
        rank,
        limit + 1,
    )
    return page_of(rows, limit, _read_reminder, "version", "rank")


def _read_reminder(row: Row) -> TermReminderShown:
    return TermReminderShown(
        on=row["told_on"], ends_on=row["ends_on"], days_before=row["days"],
        days_left=(row["ends_on"] - row["told_on"]).days,
    )  # fmt: skip
