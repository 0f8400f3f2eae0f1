"""Surveys: closed with their tally (F3)."""

from houqin_shared.transaction import Tx

from feedback_svc import shown
from feedback_svc.asked import NewSurvey
from feedback_svc.events import SatisfactionMeasured
from feedback_svc.refusals import SurveyAlreadyMeasured
from feedback_svc.rules.survey import Tally
from feedback_svc.usecases.contracts import contract_of


async def close_survey(tx: Tx, asked: NewSurvey) -> shown.Survey:
    """F3: the one result of a contract's quarter, valid or not.

    Raises UnknownContract, SurveyAlreadyMeasured.
    """
    await tx.hold(asked.contract)
    contract = await contract_of(tx, asked.contract)
    tally = Tally(asked.invited, asked.answers.counted())
    satisfied, rate = tally.satisfied(contract.survey), tally.rate(contract.survey)
    added = await tx.run(
        """insert into surveys (office_id, contract, quarter, invited, grades, answers, satisfied,
               rate, note, recorded_from, recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing""",
        tx.office,
        contract.id,
        str(asked.quarter),
        tally.invited,
        [tally.grades[grade] for grade in (1, 2, 3, 4, 5)],
        tally.answers,
        satisfied,
        rate,
        asked.note,
        asked.recorded_from,
        tx.today,
        tx.by.signature,
    )
    if not added:
        raise SurveyAlreadyMeasured(contract=contract.id, quarter=asked.quarter)
    tx.tell(
        SatisfactionMeasured(
            contract=contract.id,
            quarter=asked.quarter,
            rate=rate,
            invited=tally.invited,
            answers=tally.answers,
            satisfied=satisfied,
            happened_on=tx.today,
            recorded_on=tx.today,
        )
    )
    return shown.Survey(
        contract=contract.id,
        quarter=asked.quarter,
        rate=rate,
        invited=tally.invited,
        answers=tally.answers,
        satisfied=satisfied,
        closed_on=tx.today,
        recorded_from=asked.recorded_from,
    )
