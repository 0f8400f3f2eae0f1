"""A contract's money from its signing to its closing."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from houqin_shared.auth import Role


@pytest.fixture
async def signed(billing: Any) -> Any:
    """A contract of twelve months from May 2017, swept up to its first day."""
    await billing.open_office(date(2017, 4, 30))
    await billing.sign("c1", on=date(2017, 4, 30), starts_on=date(2017, 5, 1))
    await billing.sweep(date(2017, 5, 1))
    return billing


async def account(billing: Any) -> Any:
    return await billing.get("contracts/c1/account")


@pytest.mark.rule("B7")
@pytest.mark.rule("B8")
async def test_deposit_and_reward_come_when_the_contract_starts(signed: Any) -> None:
    shown = await account(signed)
    assert shown["deposit"] == "11750.00"
    assert shown["reward_fund"] == "4700.00"
    assert shown["pending"] == "0.00"
    await signed.sweep(date(2017, 5, 4))
    assert (await account(signed))["deposit"] == "11750.00"


@pytest.mark.rule("B1")
@pytest.mark.rule("B2")
@pytest.mark.rule("B9")
async def test_the_first_statement(signed: Any) -> None:
    await signed.find("c1", "f1", on=date(2017, 5, 8))
    assert (await account(signed))["pending"] == "-50.00"
    await signed.sweep(date(2017, 6, 5))
    statement = await signed.get("contracts/c1/statements/2017-05")
    assert [(x["kind"], x["month"], x["source"], x["amount"]) for x in statement["lines"]] == [
        ("fee", "2017-05", "2017-05", "19583.33"),
        ("finding", "2017-05", "f1", "-50.00"),
        ("retained", "2017-05", "2017-05", "-979.17"),
    ]
    assert statement["payable"] == "18554.16"
    assert statement["drawn_on"] == "2017-06-05"
    assert statement["due_on"] == "2017-07-05"
    assert statement["paid_on"] is None
    shown = await account(signed)
    assert shown["pending"] == "0.00"
    assert shown["retained"] == "979.17"
    assert shown["payable"] == "18554.16"
    page = await signed.get("contracts/c1/statements")
    assert [head["month"] for head in page["items"]] == ["2017-05"]
    await signed.must_agree()


@pytest.mark.rule("B5")
async def test_what_is_recorded_on_the_5th_is_for_the_next_statement(signed: Any) -> None:
    await signed.sweep(date(2017, 6, 5))
    await signed.find("c1", "late", on=date(2017, 6, 5), happened_on=date(2017, 5, 20))
    await signed.sweep(date(2017, 7, 5))
    lines = await signed.all_lines("c1", kind="finding")
    assert [(x["month"], x["statement"]) for x in lines] == [("2017-05", "2017-06")]


@pytest.mark.rule("T4")
async def test_a_late_sweep_sees_only_what_was_recorded_before_its_day(signed: Any) -> None:
    await signed.find("c1", "f1", on=date(2017, 6, 5))
    await signed.find("c1", "f0", on=date(2017, 6, 4))
    await signed.sweep(date(2017, 6, 7))
    lines = await signed.all_lines("c1", kind="finding")
    assert [(x["source"], x["statement"]) for x in lines] == [("f1", None), ("f0", "2017-05")]
    assert [x["source"] for x in await signed.all_lines("c1", settled=False)] == ["f1"]


@pytest.mark.rule("B3")
async def test_a_withdrawn_finding_gives_back_in_its_own_month(signed: Any) -> None:
    await signed.find("c1", "f1", on=date(2017, 5, 3), severity="major", repeat=True)
    await signed.sweep(date(2017, 6, 7))
    await signed.hear(
        "inspection.finding-withdrawn",
        on=date(2017, 6, 7), contract="c1", finding="f1", found_on="2017-05-03", decided_by="wu",
    )  # fmt: skip
    (line,) = await signed.all_lines("c1", kind="finding-withdrawn")
    assert (line["month"], line["amount"], line["statement"]) == ("2017-05", "1000.00", None)
    shown = await signed.get(f"contracts/c1/lines/{line['line']}/why")
    assert shown["rule"]["id"] == "B3"
    assert shown["cause"]["data"]["decided_by"] == "wu"
    assert [x["source"] for x in shown["lines"]] == ["f1"]
    assert shown["numbers"]["reverses"] == shown["lines"][0]["line"]


@pytest.mark.rule("B4")
async def test_scores_count_from_the_statement_and_then_at_once(signed: Any) -> None:
    async def score(revision: int, value: str | None, on: date) -> None:
        await signed.hear(
            "inspection.month-scored",
            on=on, contract="c1", month="2017-05", revision=revision, score=value, missing=[],
        )  # fmt: skip

    await score(1, "84.80", date(2017, 6, 3))
    assert (await account(signed))["pending"] == "0.00"
    # recorded on the 5th, but heard before that day's sweep: changes it as if heard after it
    await score(2, "83.80", date(2017, 6, 5))
    await signed.sweep(date(2017, 6, 5))
    first = await signed.get("contracts/c1/statements/2017-05")
    assert [x["amount"] for x in first["lines"] if x["kind"] == "score"] == ["-39.17"]
    assert (await account(signed))["pending"] == "-195.83"  # a 1.2 % share in all, 235.00
    await score(1, "20.00", date(2017, 6, 6))  # an older revision changes nothing
    await score(3, None, date(2017, 6, 7))  # not assessed: all is given back
    assert (await account(signed))["pending"] == "39.17"
    await score(4, "83.80", date(2017, 6, 8))
    assert (await account(signed))["pending"] == "-195.83"
    await signed.sweep(date(2017, 7, 5))
    second = await signed.get("contracts/c1/statements/2017-06")
    scores = [x for x in second["lines"] if x["kind"] == "score"]
    assert [(x["month"], x["amount"], len(x["bookings"])) for x in scores] == [
        ("2017-05", "-195.83", 3)
    ]
    await signed.must_agree()


@pytest.mark.rule("B6")
async def test_a_measured_quarter_is_released(signed: Any) -> None:
    await signed.hear(
        "feedback.satisfaction-measured",
        on=date(2017, 7, 1), contract="c1", quarter="2017Q2", rate="96.00", invited=20,
        answers=20, satisfied=19,
    )  # fmt: skip
    await signed.sweep(date(2017, 7, 5))
    statement = await signed.get("contracts/c1/statements/2017-06")
    lines = {x["kind"]: x for x in statement["lines"]}
    assert lines["retained-returned"]["amount"] == "1958.34"
    assert lines["retained-returned"]["source"] == "excellent"
    assert lines["bonus"]["amount"] == "391.67"
    shown = await account(signed)
    assert shown["retained"] == "0.00"
    assert shown["reward_fund"] == "4308.33"
    why = await signed.get(f"contracts/c1/lines/{lines['bonus']['bookings'][0]}/why")
    assert why["cause"]["type"] == "cn.houqin.feedback.satisfaction-measured.v1"
    assert why["numbers"]["bonus_percent"] == "1"
    assert [x["month"] for x in why["lines"]] == ["2017-05", "2017-06"]
    await signed.must_agree()


@pytest.mark.rule("B9")
async def test_a_shortfall_is_drawn_from_the_deposit_then_carried(signed: Any) -> None:
    for n in range(80):
        await signed.find("c1", f"f{n}", on=date(2017, 5, 8), severity="major")
    await signed.sweep(date(2017, 6, 5))
    statement = await signed.get("contracts/c1/statements/2017-05")
    assert statement["payable"] == "0.00"
    assert statement["from_deposit"] == "11750.00"
    assert statement["carried"] == "9645.84"
    shown = await account(signed)
    assert (shown["deposit"], shown["carried"]) == ("0.00", "9645.84")
    await signed.sweep(date(2017, 7, 5))
    following = await signed.get("contracts/c1/statements/2017-06")
    assert following["payable"] == "8958.33"  # 19583.34 - 979.17 - 9645.84
    assert following["carried"] == "0.00"
    await signed.must_agree()


@pytest.mark.rule("B12")
async def test_closing_returns_the_deposit_and_later_facts_are_listed(signed: Any) -> None:
    await signed.sweep(date(2018, 5, 4))
    # before the sweep that closes: released as not measured on 5 August
    await signed.sweep(date(2018, 8, 4))
    early = await signed.find("c1", "early", on=date(2018, 8, 5), happened_on=date(2018, 4, 1))
    await signed.sweep(date(2018, 8, 5))
    shown = await account(signed)
    assert shown["closed_on"] == "2018-08-05"
    assert shown["closed_with"] == "2018-07"
    assert (shown["deposit"], shown["pending"], shown["retained"]) == ("0.00", "0.00", "0.00")
    closing = await signed.get("contracts/c1/statements/2018-07")
    assert closing["deposit_returned"] == "11750.00"
    late = await signed.find("c1", "late", on=date(2018, 8, 6), happened_on=date(2018, 4, 1))
    await signed.hear(
        "feedback.satisfaction-measured", on=date(2018, 8, 6), contract="c1", quarter="2018Q2",
        rate="96.00",
    )  # fmt: skip
    facts = (await signed.get("contracts/c1/late-facts", params={"limit": 2}))["items"]
    assert len(facts) == 2
    assert facts[0]["event"] == str(early)
    assert str(late) in {
        fact["event"] for fact in (await signed.get("contracts/c1/late-facts"))["items"]
    }
    assert (await account(signed))["late_facts"] == 3
    (line,) = await signed.all_lines("c1", kind="finding")
    assert line["set_aside_on"] == "2018-08-05"
    before = await signed.get("trial-balance")
    await signed.hear_everything_again()
    await signed.sweep(date(2018, 9, 5))
    assert await signed.get("trial-balance") == before
    assert (await account(signed))["late_facts"] == 3
    await signed.must_agree()


@pytest.mark.rule("B8")
@pytest.mark.rule("M2")
async def test_a_contract_recorded_after_its_start_catches_up(billing: Any) -> None:
    await billing.open_office(date(2017, 1, 1))
    await billing.sweep(date(2017, 7, 20))
    await billing.sign("c1", on=date(2017, 7, 20), starts_on=date(2017, 5, 1))
    assert (await account(billing))["deposit"] == "0.00"
    await billing.sweep(date(2017, 7, 21))
    assert (await account(billing))["deposit"] == "11750.00"
    await billing.hear(
        "inspection.month-scored", on=date(2017, 7, 22), contract="c1", month="2017-05",
        revision=1, score="84.80", missing=[],
    )  # fmt: skip
    await billing.sweep(date(2017, 8, 5))
    statement = await billing.get("contracts/c1/statements/2017-07")
    assert [(x["kind"], x["month"]) for x in statement["lines"]] == [
        ("fee", "2017-05"), ("fee", "2017-06"), ("fee", "2017-07"),
        ("retained", "2017-05"), ("retained", "2017-06"), ("retained", "2017-07"),
        ("retained-returned", "2017Q2"),
        ("score", "2017-05"),
    ]  # fmt: skip
    await billing.sweep(date(2017, 9, 5))
    assert len((await billing.get("contracts/c1/statements"))["items"]) == 2
    await billing.must_agree()


@pytest.mark.rule("C5")
async def test_three_years_trigger_one_rebid(signed: Any) -> None:
    for _ in range(2):
        await signed.hear(
            "contract.term-reached", on=date(2020, 5, 1), contract="c1", term=1,
            reached_on="2020-05-01",
        )  # fmt: skip
    assert (await signed.get("rebids"))["items"] == [
        {"contract": "c1", "term": 1, "reached_on": "2020-05-01"}
    ]
    told = await signed.running.pool.fetchval(
        "select count(*) from outbox where convert_from(envelope, 'UTF8') like '%rebid-triggered%'"
    )
    assert told == 1


@pytest.mark.rule("M3")
async def test_everything_heard_again_with_an_empty_inbox_books_nothing(signed: Any) -> None:
    await signed.find("c1", "f1", on=date(2017, 5, 3))
    for kind, more in (
        ("feedback.complaint-upheld", {"complaint": "f1"}),  # numbers are unique per kind only
        ("inspection.rectification-failed", {"notice": "n1", "round": 1}),
        ("inspection.rectification-failed", {"notice": "n1", "round": 2}),
        ("inspection.month-scored", {"month": "2017-05", "revision": 1, "score": "80"}),
        ("feedback.satisfaction-measured", {"quarter": "2017Q2", "rate": "70"}),
        ("contract.contract-renewed", {"months": 6, "ends_on": "2018-11-01"}),
    ):
        await signed.hear(kind, on=date(2017, 5, 9), contract="c1", **more)
    await signed.sweep(date(2017, 7, 5))
    pool = signed.running.pool
    figures = """select (select sum(abs(fen)) from entries), (select count(*) from lines),
                        (select count(*) from bookings)"""
    before, told = await pool.fetchrow(figures), await pool.fetchval("select max(pos) from outbox")
    await signed.hear_everything_again()
    assert await pool.fetchrow(figures) == before
    assert await pool.fetchval("select max(pos) from outbox") == told
    shown = await account(signed)
    assert shown["ends_on"] == "2018-11-01"
    assert Decimal(shown["reward_fund"]) == Decimal("4700.00") + Decimal("1958.34")
    await signed.must_agree()


async def test_a_fact_about_an_unknown_contract_waits_for_it(billing: Any) -> None:
    await billing.open_office(date(2017, 4, 30))
    await billing.find("c1", "f1", on=date(2017, 5, 3))
    assert await billing.running.pool.fetchval("select reason from parked") == "unknown"
    await billing.sign("c1", on=date(2017, 5, 3), starts_on=date(2017, 5, 1))
    assert len(await billing.all_lines("c1")) == 1
    await billing.must_agree()


@pytest.mark.rule("B6")
async def test_a_survey_after_its_quarter_was_given_up_is_listed(signed: Any) -> None:
    async def measure(quarter: str, on: date) -> None:
        await signed.hear(
            "feedback.satisfaction-measured", on=on, contract="c1", quarter=quarter, rate="96"
        )

    await measure("2017Q2", date(2017, 8, 5))  # heard before the sweep of that day
    await signed.sweep(date(2017, 8, 5))
    await signed.sweep(date(2017, 11, 6))
    await measure("2017Q3", date(2017, 11, 6))
    facts = (await signed.get("contracts/c1/late-facts"))["items"]
    assert [(fact["source"], fact["reason"]) for fact in facts] == [
        ("2017Q2", "quarter-released"),
        ("2017Q3", "quarter-released"),
    ]
    lines = await signed.all_lines("c1", kind="retained-returned")
    assert [line["source"] for line in lines] == ["not-measured", "not-measured"]
    await signed.hear_everything_again()
    assert (await account(signed))["late_facts"] == 2


async def test_another_office_has_its_own_books(signed: Any) -> None:
    await signed.find("c1", "f1", on=date(2017, 5, 8))
    other = signed.client.as_(Role.AUDITOR, office="elsewhere")
    hidden = await signed.get("trial-balance", 404, headers=other)
    assert hidden["code"] == "unknown-office"
