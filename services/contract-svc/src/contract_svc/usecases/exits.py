"""C6: exit proposals, the decisions on them, and I5's exit warnings."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from houqin_shared.calendar import DAY, Quarter
from houqin_shared.events import NotYetKnown
from houqin_shared.transaction import Tx

from contract_svc.asked.contracts import ExitDecisionBody
from contract_svc.events import ContractTerminated, ExitDecided, ExitProposed, ExitWarned
from contract_svc.queries.exits import show_proposal
from contract_svc.refusals import (
    ContractNotActive,
    NothingToDecide,
    OutsideContractTerm,
    UnknownContract,
)
from contract_svc.rules.exits import Decision, Ground, Measured, row_below, year_rate, years_below
from contract_svc.rules.term import Outcome
from contract_svc.shown import ExitProposalShown
from contract_svc.usecases import agenda
from contract_svc.usecases.agreement import Agreement, keep_term, load_agreement
from contract_svc.usecases.contracts import expect_end, keep_outcome


async def known_agreement(tx: Tx, contract: str) -> Agreement:
    """For listeners. Raises NotYetKnown."""
    agreement = await load_agreement(tx, contract)
    if agreement is None:
        raise NotYetKnown
    return agreement


async def measure_quarter(
    tx: Tx, contract: str, measured: Measured, quarter: Quarter, recorded_on: date
) -> None:
    """C6: a quarter was measured; perhaps the third in a row below the target."""
    agreement = await known_agreement(tx, contract)
    position = await tx.value(
        """insert into quarters (office_id, contract, quarter, year, position, rate, answers,
                                 satisfied, recorded_on)
           select $1, $2, $3, $4, 1 + count(*), $5, $6, $7, $8
           from quarters where office_id = $1 and contract = $2
           on conflict (office_id, contract, quarter) do nothing returning position""",
        tx.office, contract, measured.quarter, quarter.year, measured.rate, measured.answers,
        measured.satisfied, recorded_on,
    )  # fmt: skip
    if position is None:
        return
    rows = await tx.rows(
        """select quarter, rate from quarters
           where office_id = $1 and contract = $2 and position > $3 order by position""",
        tx.office,
        contract,
        agreement.quarters_decided,
    )
    row = [Measured(each["quarter"], each["rate"]) for each in rows]
    if quarters := row_below(row, agreement.target):
        await propose_exit(tx, agreement, Ground.THREE_QUARTERS, quarters)


async def hear_widespread(tx: Tx, contract: str, complaints: Sequence[str]) -> None:
    """C6, F5: widespread complaints; each report is considered once, whatever comes of it."""
    assert tx.cause is not None
    agreement = await known_agreement(tx, contract)
    new = await tx.run(
        """insert into widespread (office_id, contract, event_id, complaints, heard_on)
           values ($1, $2, $3, $4, $5) on conflict do nothing""",
        tx.office,
        contract,
        tx.cause.id,
        complaints,
        tx.today,
    )
    if new:
        await propose_exit(tx, agreement, Ground.WIDESPREAD_COMPLAINTS, sorted(complaints))


async def propose_exit(
    tx: Tx, agreement: Agreement, ground: Ground, evidence: Sequence[str]
) -> None:
    """C6: at most one is open; none once the contract has ended or an exit was accepted."""
    term = agreement.term
    if agreement.open_proposal is not None or term.is_over(tx.today) or term.terminated:
        return
    proposal = await tx.value(
        """insert into exit_proposals (office_id, contract, proposal, proposed_on, ground,
                                       evidence, cause)
           select $1, $2, 1 + count(*), $3, $4, $5, $6
           from exit_proposals where office_id = $1 and contract = $2 returning proposal""",
        tx.office,
        agreement.contract,
        tx.today,
        ground,
        evidence,
        tx.cause.id if tx.cause else None,
    )
    tx.tell(
        ExitProposed(
            contract=agreement.contract, proposal=proposal, ground=ground, evidence=list(evidence),
            happened_on=tx.today, recorded_on=tx.today,
        )
    )  # fmt: skip


async def decide_exit(tx: Tx, contract: str, body: ExitDecisionBody) -> ExitProposalShown:
    """C6: a person decides on the open proposal; the row of quarters starts anew.

    Raises UnknownContract, NothingToDecide, ContractNotActive, OutsideContractTerm.
    """
    await tx.hold(contract)
    agreement = await load_agreement(tx, contract)
    if agreement is None:
        raise UnknownContract(contract=contract)
    if agreement.open_proposal is None:
        raise NothingToDecide(contract=contract)
    term = agreement.term
    if term.is_over(tx.today):
        raise ContractNotActive(contract=contract, ends_on=term.ends_on)
    if body.ends_on is not None:
        if not term.may_exit_on(body.ends_on, tx.today):
            first = max(tx.today, term.starts_on + DAY)
            raise OutsideContractTerm(
                contract=contract, day=body.ends_on, first=first, last=term.ends_on
            )
        await _terminate(tx, agreement, body.ends_on, body)
    await _keep_decision(tx, contract, agreement.open_proposal, body)
    return await show_proposal(tx, contract, agreement.open_proposal)


async def _keep_decision(tx: Tx, contract: str, proposal: int, body: ExitDecisionBody) -> None:
    await tx.run(
        """update exit_proposals
           set decision = $4, decided_on = $5, decided_by = $6, decided_at = now(), ends_on = $7,
               reasons = $8, recorded_from = $9, name_en = $10, text = $11, note = $12
           where office_id = $1 and contract = $2 and proposal = $3""",
        tx.office, contract, proposal, body.decision, tx.today, tx.by.signature, body.ends_on,
        body.reasons, body.recorded_from, body.name_en, body.text, body.note,
    )  # fmt: skip
    await tx.run(
        """update contracts set quarters_decided =
               (select count(*) from quarters where office_id = $1 and contract = $2)
           where office_id = $1 and contract = $2""",
        tx.office,
        contract,
    )
    tx.tell(
        ExitDecided(
            contract=contract, proposal=proposal, decision=body.decision, ends_on=body.ends_on,
            happened_on=tx.today, recorded_on=tx.today,
        )
    )  # fmt: skip


async def _terminate(tx: Tx, agreement: Agreement, ends_on: date, body: ExitDecisionBody) -> None:
    """C6, C4: the end moves, if it moves, with new notices; it neither expires nor is rebid."""
    assert body.decision is Decision.ACCEPTED
    term, version = agreement.term.exited(ends_on), agreement.version + 1
    contract = agreement.contract
    await keep_term(tx, contract, version, term, body)
    await keep_outcome(tx, contract, agreement.term_number, Outcome.TERMINATED, ends_on)
    await agenda.drop(tx, contract, "term-over")
    if ends_on != agreement.term.ends_on:
        await agenda.drop(tx, contract, "term-approaching")
        await expect_end(tx, contract, version, term)
    tx.tell(
        ContractTerminated(
            contract=contract, ends_on=ends_on, happened_on=tx.today, recorded_on=tx.today
        )
    )


async def warn(tx: Tx, contract: str, notice: str, on: date) -> None:
    """I5: the second failure of a notice issues one exit warning."""
    assert tx.cause is not None
    await known_agreement(tx, contract)
    new = await tx.run(
        """insert into exit_warnings (office_id, contract, notice, position, warned_on,
                                      recorded_on, cause)
           select $1, $2, $3, 1 + count(*), $4, $5, $6
           from exit_warnings where office_id = $1 and contract = $2
           on conflict (office_id, contract, notice) do nothing""",
        tx.office,
        contract,
        notice,
        on,
        tx.today,
        tx.cause.id,
    )
    if new:
        tx.tell(ExitWarned(contract=contract, notice=notice, happened_on=on, recorded_on=tx.today))


async def look_at_years(tx: Tx, day: date) -> None:
    """C6, T5: on 5 February the rate of last year is fixed, from what was measured before."""
    last_year = day.year - 1
    rows = await tx.rows(
        """select contract, quarter, rate, answers, satisfied from quarters
           where office_id = $1 and year = $2 and recorded_on < $3
           order by contract, position""",
        tx.office,
        last_year,
        day,
    )
    by_contract: defaultdict[str, list[Measured]] = defaultdict(list)
    for row in rows:
        by_contract[row["contract"]].append(
            Measured(row["quarter"], row["rate"], row["answers"], row["satisfied"])
        )
    for contract, quarters in by_contract.items():
        if (rate := year_rate(quarters)) is not None:
            await tx.run(
                """insert into year_rates (office_id, contract, year, rate, fixed_on)
                   values ($1, $2, $3, $4, $5) on conflict do nothing""",
                tx.office,
                contract,
                last_year,
                rate,
                day,
            )
            await _look_at_two_years(tx, contract, last_year)


async def _look_at_two_years(tx: Tx, contract: str, year: int) -> None:
    agreement = await known_agreement(tx, contract)
    rows = await tx.rows(
        """select year, rate from year_rates
           where office_id = $1 and contract = $2 and year in ($3 - 1, $3)""",
        tx.office,
        contract,
        year,
    )
    rates = {row["year"]: row["rate"] for row in rows}
    if both := years_below(rates, year, agreement.target):
        await propose_exit(tx, agreement, Ground.TWO_YEARS, both)
