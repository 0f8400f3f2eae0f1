"""Visits that come at the same moment are recorded together; none suffers for another."""

import asyncio
from typing import Any

import pytest
from houqin_shared.transaction import contract_lock
from inspection_house import House, finding


async def at_once(house: House, *bodies: dict[str, Any], key: str | None = None) -> list[Any]:
    """What visits are answered that are sent in this order, at the same moment."""
    headers = {} if key is None else {"Idempotency-Key": key}
    visit = {"contract": "c1", "tier": "patrol", "findings": []}
    return await asyncio.gather(
        *(
            house.client.post(house.url("visits"), json=visit | body, headers=headers)
            for body in bodies
        )
    )


async def transactions(house: House) -> int:
    """How many transactions wrote visits."""
    count: int = await house.running.pool.fetchval("select count(distinct xmin::text) from visits")
    return count


async def test_many_go_in_few_transactions(house: House) -> None:
    answers = await at_once(
        house, *({"id": f"v{n}", "findings": [finding(f"f{n}", f"CL-{n}")]} for n in range(60))
    )
    assert [answer.status_code for answer in answers] == [201] * 60
    assert [answer.json()["id"] for answer in answers] == [f"v{n}" for n in range(60)]
    assert await transactions(house) < 10
    told = await house.told("findings-confirmed")
    assert [each["visit"] for each in told] == [f"v{n}" for n in range(60)]


@pytest.mark.rule("I2")
async def test_those_that_go_together_repeat_each_other(house: House) -> None:
    await house.sweep("2017-08-01")
    days = ["2017-06-01", "2017-07-01", "2017-07-01", "2017-08-01", "2017-06-02"]
    answers = await at_once(
        house,
        {"id": "before"},  # so that the others wait and go together
        *(
            {"id": f"v{n}", "happened_on": day, "findings": [finding(f"f{n}")]}
            for n, day in enumerate(days)
        ),
    )
    assert await transactions(house) <= 2
    repeats = [answer.json()["findings"][0]["repeat"] for answer in answers[1:]]
    # within 30 days: the first; the same day; 31 days after; one day after the first
    assert repeats == [False, True, True, False, True]


async def test_each_gets_its_own_answer(house: House) -> None:
    await house.visit("v1", finding("f1"))
    answers = await at_once(
        house,
        {"id": "before"},
        {"id": "v2", "findings": [finding("f2", "A")]},
        {"id": "v3", "contract": "nobody"},
        {"id": "v4", "happened_on": "2017-04-01"},
        {"id": "v1", "findings": [finding("f1")]},
        {"id": "v1", "findings": [finding("f7")]},
        {"id": "v5", "findings": [finding("f5", "B")]},
    )
    codes = [(answer.status_code, answer.json().get("code")) for answer in answers]
    assert codes == [
        (201, None),
        (201, None),
        (404, "unknown-contract"),
        (409, "outside-contract-term"),
        (201, None),
        (409, "number-taken"),
        (201, None),
    ]


async def test_a_taken_finding_number_spoils_nothing_for_others(house: House) -> None:
    await house.visit("v1", finding("f1"))
    answers = await at_once(
        house,
        {"id": "before"},
        {"id": "v2", "findings": [finding("f2", "A")]},
        {"id": "v3", "findings": [finding("f3", "B"), finding("f1", "B")]},
        {"id": "v4", "findings": [finding("f4", "C")]},
    )
    assert [answer.status_code for answer in answers] == [201, 201, 409, 201]
    assert "f1" in answers[2].json()["detail"]
    await house.get("findings/f3", 404)
    assert len(await house.told("findings-confirmed")) == 3


async def test_one_key_a_hundred_times_at_once(house: House) -> None:
    body = {"id": "v1", "findings": [finding("f1")]}
    answers = await at_once(house, *[body] * 100, key="k1")
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.content for answer in answers if answer.status_code == 201} == {
        answers[0].content
    }
    assert len(await house.told("findings-confirmed")) == 1
    (other,) = await at_once(house, {"id": "v2"}, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_contract_that_is_held_holds_up_no_other(house: House) -> None:
    await house.sign("c2", "2017-05-01", "2018-05-01", recorded_on="2017-05-01")
    transactions = house.running.transactions
    async with transactions.begin(contract_lock(f"{house.office}/c1")):
        answers = await at_once(
            house,
            {"id": "v1"},
            {"id": "v2", "contract": "c2", "findings": [finding("f2")]},
            {"id": "v3"},
        )
    codes = [(answer.status_code, answer.json().get("code")) for answer in answers]
    assert codes == [(503, "held"), (201, None), (503, "held")]
    assert answers[0].headers["Retry-After"]
    async with transactions.begin(contract_lock(f"{house.office}/c1")):
        answers = await at_once(
            house,
            {"id": "v1"},
            {"id": "v2", "contract": "c2", "findings": [finding("f7")]},
        )
    codes = [(answer.status_code, answer.json().get("code")) for answer in answers]
    assert codes == [(503, "held"), (409, "number-taken")], "nor does one that spoils it for others"
    (again,) = await at_once(house, {"id": "v1"})
    assert again.status_code == 201


async def test_a_refusal_is_kept_with_its_key(house: House) -> None:
    await house.sweep("2017-05-03")
    body = {"id": "v1", "happened_on": "2017-05-09"}
    (refused,) = await at_once(house, body, key="k1")
    assert refused.json()["code"] == "outside-contract-term"
    await house.sweep("2017-05-09")
    (again,) = await at_once(house, body, key="k1")
    assert again.json() == refused.json()


@pytest.mark.parametrize("clock", ["live", "manual"])
async def test_a_contract_not_heard_of_yet_binds_a_key_on_a_manual_clock_alone(
    house: House, clock: str
) -> None:
    await house.running.pool.execute("update offices set clock = $1", clock)
    body = {"id": "v1", "contract": "c9"}
    (refused,) = await at_once(house, body, key="k1")
    assert refused.json()["code"] == "unknown-contract"
    await house.sign("c9", "2017-05-01", "2018-05-01", recorded_on="2017-05-01")
    (again,) = await at_once(house, body, key="k1")
    assert again.status_code == (201 if clock == "live" else 404)
