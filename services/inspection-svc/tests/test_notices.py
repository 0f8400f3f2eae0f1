"""Rectification notices (I5) and merits (I3)."""

from datetime import date

import pytest
from inspection_house import House, finding
from inspection_svc.usecases.sweep import sweep


async def give(house: House, number: str = "n1", due: str = "2017-05-10", **more: object) -> None:
    await house.post("notices", {"id": number, "contract": "c1", "due": due} | more)


async def failures(house: House) -> list[tuple[str, int, str, str]]:
    return [
        (told["notice"], told["round"], told["happened_on"], told["recorded_on"])
        for told in await house.told("rectification-failed")
    ]


@pytest.mark.rule("I5")
async def test_a_passed_notice_is_closed(house: House) -> None:
    await house.visit("v1", finding("f1"), finding("f2"))
    await give(house, findings=["f2", "f1", "f2"], text="限期整改")
    await house.sweep("2017-05-10")
    shown = await house.post("notices/n1/reinspections", {"result": "passed", "text": "已改"})
    assert (shown["state"], shown["due"]) == ("closed", "2017-05-10")
    assert shown["findings"] == ["f1", "f2"]
    assert shown["outcomes"] == [
        {"round": 1, "result": "passed", "happened_on": "2017-05-10", "text": "已改"}
    ]
    for result in ("passed", "failed"):
        refused = await house.post("notices/n1/reinspections", {"result": result}, 409)
        assert refused["code"] == "notice-not-open"
    await house.sweep("2017-07-01")
    assert await failures(house) == []


@pytest.mark.rule("I5")
async def test_two_failures_end_a_notice(house: House) -> None:
    await give(house)
    await house.sweep("2017-05-05")
    shown = await house.post("notices/n1/reinspections", {"result": "failed"})
    assert (shown["state"], shown["due"]) == ("again", "2017-05-12")
    await house.sweep("2017-05-12")
    shown = await house.post("notices/n1/reinspections", {"result": "failed"})
    assert shown["state"] == "warned"
    refused = await house.post("notices/n1/reinspections", {"result": "passed"}, 409)
    assert refused["code"] == "notice-not-open"
    await house.sweep("2017-07-01")
    assert await failures(house) == [
        ("n1", 1, "2017-05-05", "2017-05-05"), ("n1", 2, "2017-05-12", "2017-05-12"),
    ]  # fmt: skip


@pytest.mark.rule("I5")
async def test_a_day_that_passes_is_a_failure(house: House) -> None:
    await give(house)
    await house.sweep("2017-05-10")
    assert await failures(house) == []
    await house.sweep("2017-05-11")
    shown = await house.get("notices/n1")
    assert (shown["state"], shown["due"]) == ("again", "2017-05-18")
    assert shown["outcomes"][0]["result"] == "overdue"
    await house.sweep("2017-06-30")
    assert (await house.get("notices/n1"))["state"] == "warned"
    expected = [("n1", 1, "2017-05-11", "2017-05-11"), ("n1", 2, "2017-05-19", "2017-05-19")]
    assert await failures(house) == expected
    async with house.on_day("2017-06-30") as tx:
        await sweep(tx, date(2017, 6, 30))
    assert await failures(house) == expected


@pytest.mark.rule("T4")
async def test_a_reinspection_comes_after_the_days_that_passed(house: House) -> None:
    """As on a live clock whose sweeps of the 11th and 12th are late."""
    await give(house)
    await house.sweep("2017-05-10")
    async with house.on_day("2017-05-12") as tx:
        await tx.run("update offices set today = '2017-05-12'")
    shown = await house.post("notices/n1/reinspections", {"result": "passed"})
    assert [(each["round"], each["result"]) for each in shown["outcomes"]] == [
        (1, "overdue"), (2, "passed"),
    ]  # fmt: skip
    for day in ("2017-05-11", "2017-05-12"):
        async with house.on_day(day) as tx:
            await sweep(tx, date.fromisoformat(day))
    assert await failures(house) == [("n1", 1, "2017-05-11", "2017-05-11")]


@pytest.mark.rule("I5")
async def test_notices_go_on_after_the_term(house: House) -> None:
    await house.sign("c2", "2017-05-01", "2017-05-03", recorded_on="2017-05-01")
    await give(house, contract="c2")
    await house.sweep("2017-05-03")
    body = {"id": "n2", "contract": "c2", "due": "2017-05-10"}
    assert (await house.post("notices", body, 409))["code"] == "outside-contract-term"
    merit = {"id": "m1", "contract": "c2", "kind": "praise"}
    assert (await house.post("merits", merit, 409))["code"] == "outside-contract-term"
    await house.sweep("2017-05-30")
    assert len(await failures(house)) == 2


async def test_what_a_notice_needs(house: House) -> None:
    await house.sign("c2", "2017-05-01", "2018-05-01", recorded_on="2017-05-01")
    await house.visit("v1", finding("f1"), contract="c2")
    await house.sweep("2017-05-02")
    body = {"id": "n1", "contract": "c1", "due": "2017-05-01"}
    late = await house.post("notices", body, 422, headers={"Idempotency-Key": "k"})
    assert (late["code"], late["errors"][0]["field"]) == ("invalid-request", "body.due")
    body["due"] = "2017-05-02"
    for found in ("f1", "f2"):
        refused = await house.post("notices", body | {"findings": [found]}, 404)
        assert refused["code"] == "not-recorded"
    refused = await house.post("notices/n1/reinspections", {"result": "passed"}, 404)
    assert refused["code"] == "not-recorded"
    refused = await house.post("notices", body | {"contract": "c9"}, 404)
    assert refused["code"] == "unknown-contract"
    first = await house.post("notices", body)
    await house.sweep("2017-05-20")
    again = await house.post("notices", body)  # long due, and known
    assert (again["id"], again["given_on"], again["state"]) == ("n1", first["given_on"], "warned")
    taken = await house.post("notices", body | {"due": "2017-06-01"}, 409)
    assert taken["code"] == "number-taken"


async def test_notices_are_listed_by_state(house: House) -> None:
    for number in ("n3", "n1", "n2"):
        await give(house, number)
    await house.post("notices/n1/reinspections", {"result": "passed"})
    listed = (await house.get("notices", params={"state": "open", "contract": "c1"}))["items"]
    assert [each["id"] for each in listed] == ["n3", "n2"]
    page = await house.get("notices", params={"limit": 2})
    rest = await house.get("notices", params={"limit": 2, "after": page["next"]})
    assert [each["id"] for each in page["items"] + rest["items"]] == ["n3", "n1", "n2"]


@pytest.mark.rule("I3")
async def test_a_merit_is_recorded_once(house: House) -> None:
    merit = {"id": "m1", "contract": "c1", "kind": "innovation", "text": "新工艺", "note": "n"}
    first = await house.post("merits", merit)
    await house.sweep("2017-05-02")
    assert await house.post("merits", merit) == first == await house.get("merits/m1")
    assert first["happened_on"] == "2017-05-01"
    taken = await house.post("merits", merit | {"kind": "praise"}, 409)
    assert taken["code"] == "number-taken"
    assert len((await house.get("merits"))["items"]) == 1
