"""The contracts that are served, as contract-svc tells of them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from houqin_shared.events import NotYetKnown
from houqin_shared.problem import UnknownContract
from houqin_shared.transaction import Row, Tx

from feedback_svc.rules.survey import SurveyRules
from feedback_svc.rules.widespread import WidespreadRules


@dataclass(frozen=True, slots=True)
class Contract:
    """A signed contract, as far as feedback depends on it."""

    id: str
    starts_on: date
    ends_on: date
    """As it is known now: renewed and terminated ends included."""
    survey: SurveyRules
    widespread: WidespreadRules
    last_exit_decision: date | None


async def keep_contract(
    tx: Tx,
    contract: str,
    *,
    supplier: str,
    starts_on: date,
    ends_on: date,
    rules: tuple[str, int],
    survey: SurveyRules,
    widespread: WidespreadRules,
) -> None:
    """A contract was signed; heard again, it changes nothing."""
    await tx.run(
        """insert into contracts (office_id, contract, supplier, starts_on, rules_id, rules_version,
               survey_min_responses, survey_min_response_percent, survey_satisfied_from,
               widespread_complaints, widespread_departments, widespread_within_days)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing""",
        tx.office,
        contract,
        supplier,
        starts_on,
        *rules,
        survey.min_responses,
        survey.min_response_percent,
        survey.satisfied_from,
        widespread.complaints,
        widespread.departments,
        widespread.within_days,
    )
    await _keep_term(tx, contract, "signed", ends_on)


async def move_end(
    tx: Tx, contract: str, kind: Literal["renewed", "terminated"], ends_on: date
) -> None:
    """A contract was given another end. Raises NotYetKnown."""
    await _require_known(tx, contract)
    await _keep_term(tx, contract, kind, ends_on)


async def keep_exit_decision(tx: Tx, contract: str, proposal: int, decided_on: date) -> None:
    """F5: complaints dated up to this day no longer count. Raises NotYetKnown."""
    await _require_known(tx, contract)
    await tx.run(
        """insert into exit_decisions (office_id, contract, proposal, decided_on)
           values ($1, $2, $3, $4) on conflict do nothing""",
        tx.office,
        contract,
        proposal,
        decided_on,
    )


async def _keep_term(tx: Tx, contract: str, kind: str, ends_on: date) -> None:
    await tx.run(
        """insert into terms (office_id, contract, kind, ends_on, recorded_on)
           values ($1, $2, $3, $4, $5) on conflict do nothing""",
        tx.office,
        contract,
        kind,
        ends_on,
        tx.today,
    )


async def _require_known(tx: Tx, contract: str) -> None:
    if not await tx.value(
        "select exists (select from contracts where office_id = $1 and contract = $2)",
        tx.office,
        contract,
    ):
        raise NotYetKnown


async def contract_of(tx: Tx, contract: str) -> Contract:
    """Raises UnknownContract."""
    row = await tx.row(
        """select c.*,
               (select t.ends_on from terms t
                where t.office_id = c.office_id and t.contract = c.contract
                order by t.kind = 'terminated' desc, t.ends_on desc limit 1) as ends_on,
               (select max(e.decided_on) from exit_decisions e
                where e.office_id = c.office_id and e.contract = c.contract) as last_exit_decision
           from contracts c where c.office_id = $1 and c.contract = $2""",
        tx.office,
        contract,
    )
    if row is None:
        raise UnknownContract(contract=contract)
    return _contract(row)


def _contract(row: Row) -> Contract:
    return Contract(
        id=row["contract"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        survey=SurveyRules(
            row["survey_min_responses"],
            row["survey_min_response_percent"],
            row["survey_satisfied_from"],
        ),
        widespread=WidespreadRules(
            row["widespread_complaints"],
            row["widespread_departments"],
            row["widespread_within_days"],
        ),
        last_exit_decision=row["last_exit_decision"],
    )
