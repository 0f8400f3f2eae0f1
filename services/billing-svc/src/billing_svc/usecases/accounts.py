"""An account opens with its contract, and its term may move."""

from datetime import date
from typing import Any

from houqin_shared.events import Envelope, NotYetKnown
from houqin_shared.transaction import Tx

from billing_svc.events import RebidTriggered
from billing_svc.rules.ruleset import RuleSet
from billing_svc.usecases.booking import book


async def open_account(
    tx: Tx,
    cause: Envelope,
    *,
    contract: str,
    supplier: str,
    supplier_name: str,
    small_or_medium: bool,
    annual_price_fen: int,
    starts_on: date,
    ends_on: date,
    months: int,
    term: int,
    rules: dict[str, Any],
) -> None:
    """A contract was signed: keep what its money depends on, the whole rule set pinned."""
    RuleSet.read(rules)  # one that can't be read must not wait until the first statement
    added = await tx.run(
        """insert into accounts (office_id, contract, supplier, supplier_name, small_or_medium,
               annual_price_fen, starts_on, months, term, rules, next_year_on, recorded_on)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $7, $11) on conflict do nothing""",
        tx.office, contract, supplier, supplier_name, small_or_medium, annual_price_fen,
        starts_on, months, term, rules, tx.today,
    )  # fmt: skip
    if added:
        await book(tx, (), [cause])
        await _end_on(tx, contract, "signed", ends_on, cause)


async def move_end(tx: Tx, contract: str, kind: str, ends_on: date, cause: Envelope) -> None:
    """A contract was renewed or terminated. Raises NotYetKnown."""
    if not await _is_known(tx, contract):
        raise NotYetKnown
    await book(tx, (), [cause])
    await _end_on(tx, contract, kind, ends_on, cause)


async def _end_on(tx: Tx, contract: str, kind: str, ends_on: date, cause: Envelope) -> None:
    await tx.run(
        """insert into terms (office_id, contract, kind, ends_on, cause, recorded_on)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
        tx.office,
        contract,
        kind,
        ends_on,
        cause.id,
        tx.today,
    )


async def _is_known(tx: Tx, contract: str) -> bool:
    return bool(
        await tx.value(
            "select exists (select from accounts where office_id = $1 and contract = $2)",
            tx.office,
            contract,
        )
    )


async def trigger_rebid(
    tx: Tx, contract: str, term: int, reached_on: date, cause: Envelope
) -> None:
    """C5: once per contract and term. Fees end with the term by themselves (B1)."""
    if not await _is_known(tx, contract):
        raise NotYetKnown
    await book(tx, (), [cause])
    added = await tx.run(
        """insert into rebids (office_id, contract, term, reached_on, cause, recorded_on)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
        tx.office,
        contract,
        term,
        reached_on,
        cause.id,
        tx.today,
    )
    if added:
        tx.tell(
            RebidTriggered(
                contract=contract,
                term=term,
                reached_on=reached_on,
                happened_on=reached_on,
                recorded_on=tx.today,
            )
        )
