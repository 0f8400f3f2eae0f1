"""Surveys over HTTP (F3)."""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Feedback
else:
    Feedback = Any

TALLY: dict[str, Any] = {
    "contract": "cleaning-2017",
    "quarter": "2017Q2",
    "invited": 60,
    "answers": {"5": 20, "4": 4, "3": 1, "2": 0, "1": 0},
}


@pytest.mark.rule("F3")
async def test_a_quarter_is_measured(feedback: Feedback) -> None:
    await feedback.sweep("2017-07-01")
    answer = await feedback.post("surveys", TALLY)
    assert answer.status_code == 201, answer.text
    measured = {
        "contract": "cleaning-2017", "quarter": "2017Q2", "rate": "96.00", "invited": 60,
        "answers": 25, "satisfied": 24, "closed_on": "2017-07-01", "recorded_from": "paper",
    }  # fmt: skip
    assert answer.json() == measured
    assert (await feedback.get("contracts/cleaning-2017/satisfaction")).json() == {
        "items": [measured], "next": None,
    }  # fmt: skip
    assert await feedback.told() == [
        {
            "happened_on": "2017-07-01", "recorded_on": "2017-07-01",
            "contract": "cleaning-2017", "quarter": "2017Q2", "rate": "96.00", "invited": 60,
            "answers": 25, "satisfied": 24,
        }
    ]  # fmt: skip


@pytest.mark.rule("F3")
async def test_too_few_answers_are_told_as_not_measured(feedback: Feedback) -> None:
    few = TALLY | {"answers": {"5": 9}}
    answer = await feedback.post("surveys", few)
    assert answer.json()["rate"] is None
    [told] = await feedback.told("satisfaction-measured")
    assert (told["rate"], told["answers"], told["satisfied"]) == (None, 9, 9)
    again = await feedback.post("surveys", TALLY)
    assert again.json()["code"] == "survey-already-measured"


@pytest.mark.rule("F3")
async def test_there_is_one_result_per_quarter(feedback: Feedback) -> None:
    key = {"Idempotency-Key": "s-1"}
    first = await feedback.post("surveys", TALLY, headers=key)
    assert (await feedback.post("surveys", TALLY, headers=key)).content == first.content
    for body in (TALLY, TALLY | {"invited": 61}):
        again = await feedback.post("surveys", body, headers={"Accept-Language": "zh"})
        assert (again.status_code, again.json()["code"]) == (409, "survey-already-measured")
        assert "2017Q2" in again.json()["detail"]
    other = await feedback.post("surveys", TALLY | {"quarter": "2017Q3"})
    assert other.status_code == 201
    with pytest.raises(Exception, match="kept for good"):
        await feedback.running.pool.execute("update surveys set rate = 100")


@pytest.mark.rule("F3")
async def test_many_at_once_measure_once(feedback: Feedback) -> None:
    answers = await asyncio.gather(*(feedback.post("surveys", TALLY) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    assert len(await feedback.told()) == 1


MISTAKES: list[dict[str, Any]] = [
    {"invited": 24},
    {"invited": -1},
    {"invited": "60"},
    {"invited": True},
    {"quarter": "2017Q5"},
    {"quarter": "2017-05"},
    {"answers": {"6": 1}},
    {"answers": {"5": 1.5}},
    {"answers": {"grade_5": 5, "5": 5}},
    {"recorded_from": "memory"},
    {"surplus": 1},
]


async def test_a_tally_that_can_not_be_is_not_taken(feedback: Feedback) -> None:
    for change in MISTAKES:
        answer = await feedback.post("surveys", TALLY | change)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request"), change
    assert await feedback.told() == []


async def test_the_survey_of_an_unknown_contract(feedback: Feedback) -> None:
    answer = await feedback.post("surveys", TALLY | {"contract": "nein"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-contract")
    answer = await feedback.get("contracts/nein/satisfaction")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-contract")
