"""Scores, revisions, half-years and bulletins, as the days pass (I3, I4, I7, I8, T4)."""

from datetime import date

import asyncpg
import pytest
from inspection_house import House, finding
from inspection_svc.usecases.sweep import sweep


async def both_tiers(house: House, month: str) -> None:
    await house.visit(f"p{month}", happened_on=f"{month}-03")
    await house.visit(f"j{month}", tier="joint", happened_on=f"{month}-03")


async def score_of(house: House, month: str) -> tuple[str | None, int, list[str]]:
    newest = (await house.get(f"contracts/c1/scores/{month}"))[-1]
    return newest["score"], newest["revision"], newest["missing"]


@pytest.mark.rule("I4")
async def test_scores_are_published_on_the_third(house: House) -> None:
    await house.sweep("2017-05-25")
    await house.visit("v1", finding("f1"), happened_on="2017-05-03")
    await house.visit("v2", tier="joint")
    await house.sweep("2017-06-02")
    assert (await house.get("contracts/c1/scores"))["items"] == []
    assert (await house.get("contracts/c1/scores/2017-05", 404))["code"] == "not-published"
    await house.sweep("2017-06-03")
    assert (await house.get("contracts/c1/scores"))["items"] == [
        {
            "contract": "c1", "month": "2017-05", "revision": 1, "score": "99.60", "missing": [],
            "published_on": "2017-06-03",
            "basis": {
                "tiers": [
                    {"tier": "joint", "weight": "0.6", "points_lost": "0", "score": "100"},
                    {"tier": "patrol", "weight": "0.4", "points_lost": "1", "score": "99"},
                ],
                "complaints": 0, "merits": 0,
            },
        }
    ]  # fmt: skip
    assert await house.told("month-scored") == [
        {
            "contract": "c1", "month": "2017-05", "revision": 1, "score": "99.60", "missing": [],
            "happened_on": "2017-06-03", "recorded_on": "2017-06-03",
        }
    ]  # fmt: skip
    await house.sweep("2017-07-03")
    assert await score_of(house, "2017-06") == (None, 1, ["joint", "patrol"])


@pytest.mark.rule("I4")
async def test_only_what_changes_a_published_month_revises_it(house: House) -> None:
    await house.sweep("2017-05-25")
    await both_tiers(house, "2017-05")
    await house.post("merits", {"id": "m1", "contract": "c1", "kind": "praise"})
    await house.sweep("2017-06-20")
    assert await score_of(house, "2017-05") == ("100.00", 1, [])
    await house.visit("v3", happened_on="2017-05-31")
    assert await score_of(house, "2017-05") == ("100.00", 1, [])
    await house.visit("v4", finding("f1", severity="major"), happened_on="2017-05-31")
    assert await score_of(house, "2017-05") == ("99.00", 2, [])  # 98 and the merit
    upheld = await house.hear(
        "feedback.complaint-upheld", "2017-05-07",
        contract="c1", complaint="k1", recorded_on="2017-06-20",
    )  # fmt: skip
    assert await score_of(house, "2017-05") == ("97.00", 3, [])
    await house.post("findings/f1/withdrawal", {"reason": "误判"})
    assert await score_of(house, "2017-05") == ("99.00", 4, [])
    # the same complaint again, as new and as known
    await house.running.inbox.apply([upheld])
    await house.forget_inbox()
    await house.running.inbox.apply([upheld, upheld])
    assert await score_of(house, "2017-05") == ("99.00", 4, [])
    told = await house.told("month-scored")
    assert [(each["revision"], each["recorded_on"]) for each in told] == [
        (1, "2017-06-03"), (2, "2017-06-20"), (3, "2017-06-20"), (4, "2017-06-20"),
    ]  # fmt: skip


@pytest.mark.rule("I4")
async def test_a_late_visit_makes_a_month_assessed(house: House) -> None:
    await house.visit("v1")
    await house.sweep("2017-06-05")
    assert await score_of(house, "2017-05") == (None, 1, ["joint"])
    await house.visit("v2", tier="joint", happened_on="2017-05-20")
    assert await score_of(house, "2017-05") == ("100.00", 2, [])


@pytest.mark.rule("I4")
async def test_a_month_is_scored_for_contracts_whose_term_touches_it(house: House) -> None:
    await house.sign("c2", "2017-05-31", "2017-06-02", recorded_on="2017-05-01")
    await house.sign("c3", "2017-06-01", "2018-06-01", recorded_on="2017-05-01")
    await house.sweep("2017-08-03")
    for contract, months in (("c2", 2), ("c3", 2), ("c1", 3)):
        assert len((await house.get(f"contracts/{contract}/scores"))["items"]) == months


@pytest.mark.rule("T4")
async def test_a_sweep_sees_only_what_was_recorded_before_its_day(house: House) -> None:
    """As on a live clock whose sweep of the 3rd is late: what came meanwhile is a revision."""
    await house.sweep("2017-06-02")
    await both_tiers(house, "2017-05")
    async with house.on_day("2017-06-04") as tx:
        await tx.run("update offices set today = '2017-06-04'")
    await house.visit("v3", finding("f1"), happened_on="2017-05-31")
    await house.hear(
        "feedback.complaint-upheld", "2017-05-07",
        contract="c1", complaint="k1", recorded_on="2017-06-02",
    )  # fmt: skip
    assert await house.told("month-scored") == []
    for _ in range(2):
        async with house.on_day("2017-06-03") as tx:
            await sweep(tx, date(2017, 6, 3))
    told = await house.told("month-scored")
    assert [(each["revision"], each["score"], each["recorded_on"]) for each in told] == [
        (1, "98.00", "2017-06-03"), (2, "97.60", "2017-06-04"),
    ]  # fmt: skip


@pytest.mark.rule("T4")
async def test_terms_are_as_they_were_known_before_the_day(house: House) -> None:
    await house.sign("c2", "2017-05-01", "2017-08-01", recorded_on="2017-05-01")
    await house.sign("c3", "2017-05-01", "2018-05-01", recorded_on="2017-07-03")
    await house.hear(
        "contract.contract-terminated", "2017-07-03", contract="c2", ends_on="2017-06-01"
    )
    await house.sweep("2017-07-03")
    assert (await house.get("contracts/c2/scores/2017-06"))[0]["revision"] == 1
    await house.get("contracts/c3/scores/2017-06", 404)
    await house.sweep("2017-08-03")
    await house.get("contracts/c2/scores/2017-07", 404)
    assert (await house.get("contracts/c3/scores/2017-07"))[0]["revision"] == 1


@pytest.mark.rule("I7")
async def test_half_years_count_the_last_review_and_are_not_revised(house: House) -> None:
    await house.sweep("2017-06-05")
    await both_tiers(house, "2017-05")
    await both_tiers(house, "2017-06")
    review = {"contract": "c1", "half": "2017H1"}
    await house.post("leaders-reviews", review | {"score": "10"})
    shown = await house.post("leaders-reviews", review | {"score": 92.5})
    assert (shown["score"], shown["half"]) == ("92.5", "2017H1")
    await house.sweep("2017-07-09")
    assert (await house.get("contracts/c1/half-years"))["items"] == []
    await house.sweep("2017-07-10")
    expected = {
        "contract": "c1", "half": "2017H1", "score": "97.75", "published_on": "2017-07-10",
    }  # fmt: skip
    assert (await house.get("contracts/c1/half-years"))["items"] == [expected]
    await house.visit("v9", finding("f1", severity="major"), happened_on="2017-06-01")
    await house.post("leaders-reviews", review | {"score": "1.000001"})
    async with house.on_day("2017-07-10") as tx:
        await sweep(tx, date(2017, 7, 10))
    assert (await house.get("contracts/c1/half-years"))["items"] == [expected]
    await house.sweep("2018-01-10")
    told = await house.told("half-year-scored")
    assert [(each["half"], each["score"]) for each in told] == [
        ("2017H1", "97.75"), ("2017H2", None),
    ]  # fmt: skip
    listed = (await house.get("leaders-reviews", params={"contract": "c1"}))["items"]
    assert [each["score"] for each in listed] == ["10", "92.5", "1.000001"]
    wrong = await house.post("leaders-reviews", review | {"score": "100.5"}, 422)
    assert wrong["errors"][0]["field"] == "body.score"
    for half in ("2017H3", "2017"):
        await house.post("leaders-reviews", {"contract": "c1", "half": half, "score": 1}, 422)


@pytest.mark.rule("T4")
async def test_a_review_of_the_day_comes_after_the_sweep(house: House) -> None:
    await house.sweep("2017-07-09")
    await both_tiers(house, "2017-06")
    async with house.on_day("2017-07-10") as tx:
        await tx.run("update offices set today = '2017-07-10'")
    await house.post("leaders-reviews", {"contract": "c1", "half": "2017H1", "score": "90"})
    async with house.on_day("2017-07-10") as tx:
        await sweep(tx, date(2017, 7, 10))
    assert (await house.get("contracts/c1/half-years"))["items"][0]["score"] is None


@pytest.mark.rule("I8")
async def test_bulletins_praise_criticise_and_freeze(house: House) -> None:
    for contract in ("c2", "丙", "c3"):
        await house.sign(contract, "2017-05-01", "2018-05-01", recorded_on="2017-05-01")
    await house.sweep("2017-06-02")
    for number, contract in enumerate(("c1", "c2", "丙", "c3")):
        majors = [finding(f"f{number}-{n}", severity="major") for n in range(5 * (number == 1))]
        for tier in ("patrol", "joint"):
            found = majors if tier == "joint" else []
            await house.visit(
                f"{tier}{number}", *found, contract=contract, tier=tier, happened_on="2017-05-05"
            )
    await house.sweep("2017-06-09")
    assert (await house.get("bulletins"))["items"] == []
    await house.sweep("2017-06-10")
    bulletin = await house.get("bulletins/2017-01")
    assert bulletin["commended"] == ["c1", "c3", "丙"]
    # 0.4 * 100 + 0.6 * 75 is 85.00: neither
    assert bulletin["criticised"] == []
    assert bulletin["entries"][1] == {
        "contract": "c2", "score": "85.00", "missing": [], "failed_rectification": False,
    }  # fmt: skip
    await house.visit(
        "late",
        *(finding(f"l{n}", severity="major") for n in range(9)),
        happened_on="2017-05-06",
    )
    async with house.on_day("2017-06-10") as tx:
        await sweep(tx, date(2017, 6, 10))
    assert (await house.get("bulletins"))["items"] == [bulletin]
    await house.sweep("2018-01-10")
    numbers = [each["number"] for each in (await house.get("bulletins"))["items"]]
    assert numbers == [f"2017-{n:02d}" for n in range(1, 9)]
    await house.sweep("2018-02-10")
    told = await house.told("bulletin-issued")
    assert told[0] == {
        "number": "2017-01", "month": "2017-05", "commended": ["c1", "c3", "丙"],
        "criticised": [], "happened_on": "2017-06-10", "recorded_on": "2017-06-10",
    }  # fmt: skip
    assert [each["number"] for each in told][-1] == "2018-01"
    assert (await house.get("bulletins/2017-99", 404))["code"] == "not-published"


@pytest.mark.rule("I8")
async def test_a_failed_rectification_is_criticised(house: House) -> None:
    await house.sweep("2017-05-10")
    await both_tiers(house, "2017-05")
    await house.post("notices", {"id": "n1", "contract": "c1", "due": "2017-05-20"})
    await house.sweep("2017-06-10")
    bulletin = (await house.get("bulletins"))["items"][0]
    assert (bulletin["commended"], bulletin["criticised"]) == ([], ["c1"])


@pytest.mark.rule("I8")
async def test_no_bulletin_without_a_contract_due_a_score(empty_house: House) -> None:
    house = empty_house
    await house.open_office("2017-04-30")
    await house.sign("c1", "2017-06-15", "2017-07-15", recorded_on="2017-04-30")
    await house.sweep("2017-12-31")
    listed = (await house.get("bulletins"))["items"]
    assert [(each["number"], each["month"]) for each in listed] == [
        ("2017-01", "2017-06"), ("2017-02", "2017-07"),
    ]  # fmt: skip


@pytest.mark.rule("I4")
async def test_the_database_lets_nobody_change_what_was_published(house: House) -> None:
    await house.sweep("2017-06-10")
    for table in ("scores", "bulletins", "bulletin_entries"):
        for act in (f"delete from {table}", f"update {table} set month = month"):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await house.running.pool.execute(act)
