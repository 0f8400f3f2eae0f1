"""What time alone brings about (T4): terms, notices, evidence; renewals and exits."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from contract_desk import supplier

if TYPE_CHECKING:
    from contract_desk import Desk

LOW = ("2017Q2", "2017Q3", "2017Q4")


def seen(events: list[dict[str, Any]], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(each[field] for field in fields) for each in events]


@pytest.mark.rule("C4")
async def test_three_years_are_reached_once_and_trigger_one_retender(desk: "Desk") -> None:
    await desk.signed(months=36)
    await desk.sweep("2020-04-30")
    assert (await desk.get("contracts/c1"))["state"] == "active"
    assert await desk.told("term-reached") == []
    await desk.sweep("2020-05-01")
    await desk.sweep("2020-05-01")
    await desk.sweep("2020-05-03")
    await desk.sweep("2019-05-01")
    assert seen(
        await desk.told("term-reached"),
        "contract", "term", "reached_on", "happened_on", "recorded_on",
    ) == [("c1", 1, "2020-05-01", "2020-05-01", "2020-05-01")]  # fmt: skip
    shown = await desk.get("contracts/c1")
    assert shown["state"] == "ended"
    assert shown["rebid"] == {"term": 1, "reached_on": "2020-05-01"}
    assert (shown["expired_on"], shown["terminated_on"]) == (None, None)

    trigger = desk.message("billing.rebid-triggered", on="2020-05-03", term=1,
                           reached_on="2020-05-01")  # fmt: skip
    await desk.hear(trigger)
    await desk.hear(trigger)
    await desk.running.pool.execute("delete from inbox")
    await desk.hear(trigger)
    (tender,) = await desk.items("re-tenders")
    assert (tender["contract"], tender["term"], tender["incumbent"]) == ("c1", 1, "dingsheng")
    assert (tender["annual_price"], tender["months"]) == ("235000.00", 36)
    assert (tender["opened_on"], tender["reached_on"]) == ("2020-05-03", "2020-05-01")
    assert len(await desk.told("retender-opened")) == 1

    closing = desk.message("billing.account-closed", on="2020-06-05", month="2020-04")
    await desk.hear(closing, closing)
    assert (await desk.get("contracts/c1"))["state"] == "closed"


@pytest.mark.rule("C4")
async def test_a_contract_that_ends_sooner_expires_on_its_end(desk: "Desk") -> None:
    await desk.signed(months=1)
    await desk.sweep("2017-06-02")
    shown = await desk.get("contracts/c1")
    assert (shown["expired_on"], shown["rebid"], shown["terminated_on"]) == (
        "2017-06-01", None, None,
    )  # fmt: skip
    assert seen(await desk.told("contract-expired"), "ends_on", "recorded_on") == [
        ("2017-06-01", "2017-06-01")
    ]
    problem = await desk.refused("contracts/c1/renewals", {"months": 1}, "contract-not-active")
    assert "2017-06-01" in problem["detail"]


@pytest.mark.rule("C3")
async def test_a_renewal_counts_from_the_first_start_and_stops_at_three_years(
    desk: "Desk",
) -> None:
    await desk.signed(starts_on="2017-08-31", months=6)
    shown = await desk.post("contracts/c1/renewals", {"months": 6, "text": "续签"})
    assert shown["ends_on"] == "2018-08-31"
    assert (shown["months"], shown["renewed_months"]) == (6, 6)
    await desk.refused("contracts/c1/renewals", {"months": 25}, "renewal-past-three-years")
    await desk.refused("contracts/c1/renewals", {"months": 1200}, "renewal-past-three-years")
    shown = await desk.post("contracts/c1/renewals", {"months": 24})
    assert shown["ends_on"] == "2020-08-31"
    await desk.refused("contracts/c1/renewals", {"months": 1}, "renewal-past-three-years")
    assert seen(await desk.told("contract-renewed"), "months", "ends_on") == [
        (6, "2018-08-31"),
        (24, "2020-08-31"),
    ]
    await desk.sweep("2020-09-01")
    assert (await desk.get("contracts/c1"))["rebid"]["reached_on"] == "2020-08-31"
    assert await desk.told("contract-expired") == []


@pytest.mark.rule("C4")
async def test_notices_go_out_before_every_end_and_once(desk: "Desk") -> None:
    await desk.signed(months=12)
    await desk.sweep("2018-04-01")
    assert seen(await desk.told("term-approaching"), "ends_on", "days_left", "recorded_on") == [
        ("2018-05-01", 180, "2017-11-02"),
        ("2018-05-01", 90, "2018-01-31"),
        ("2018-05-01", 30, "2018-04-01"),
    ]
    await desk.post("contracts/c1/renewals", {"months": 4})  # to 2018-09-01, 153 days away
    await desk.sweep("2018-06-10")
    assert seen(await desk.items("contracts/c1/reminders", limit=2), "on", "days_before",
                "days_left", "ends_on") == [
        ("2017-11-02", 180, 180, "2018-05-01"),
        ("2018-01-31", 90, 90, "2018-05-01"),
        ("2018-04-01", 30, 30, "2018-05-01"),
        ("2018-04-02", 180, 152, "2018-09-01"),  # late, not skipped
        ("2018-06-03", 90, 90, "2018-09-01"),
    ]  # fmt: skip


@pytest.mark.rule("C4")
async def test_a_moved_end_makes_the_old_ends_notices_void(desk: "Desk") -> None:
    await desk.signed(months=3)  # to 2017-08-01
    await desk.sweep("2017-06-01")
    await desk.post("contracts/c1/renewals", {"months": 6})  # to 2018-02-01
    await desk.sweep("2017-08-15")
    told = seen(await desk.told("term-approaching"), "ends_on", "days_left")
    assert told == [("2017-08-01", 92), ("2017-08-01", 90), ("2018-02-01", 180)]
    assert (await desk.get("contracts/c1"))["state"] == "active"
    assert await desk.told("contract-expired") == []


@pytest.mark.rule("T4")
async def test_a_sweep_knows_the_end_as_it_was_before_its_day(desk: "Desk") -> None:
    """A live office may record on a day whose sweep still waits for the other services."""
    await desk.signed(months=12)
    await desk.sweep("2018-03-31")
    await desk.running.pool.execute("update offices set today = '2018-04-01'")
    await desk.post("contracts/c1/renewals", {"months": 12})
    await desk.sweep("2018-04-01")
    await desk.sweep("2018-04-02")
    told = seen(await desk.told("term-approaching"), "ends_on", "recorded_on")
    assert told[-1] == ("2018-05-01", "2018-04-01")  # the old end's; the new one's come later


@pytest.mark.rule("C1")
async def test_evidence_is_announced_before_it_expires_and_the_supplier_lapses(
    desk: "Desk",
) -> None:
    papers = supplier()["gates"]
    papers[0]["valid_until"] = "2017-09-30"
    await desk.post("suppliers", supplier(gates=papers))
    await desk.sweep("2017-10-05")
    await desk.sweep("2017-10-05")
    assert seen(await desk.told("evidence-expiring"), "gate", "days_left", "recorded_on") == [
        ("qualification", 90, "2017-07-02"),
        ("qualification", 30, "2017-08-31"),
        ("qualification", 7, "2017-09-23"),
        ("qualification", 0, "2017-09-30"),
    ]
    assert seen(await desk.told("supplier-lapsed"), "gates", "happened_on") == [
        (["qualification"], "2017-10-01")
    ]
    shown = await desk.get("suppliers/dingsheng")
    assert (shown["admitted"], shown["missing_gates"]) == (False, ["qualification"])
    assert len(await desk.items("suppliers/dingsheng/reminders", limit=3)) == 4
    await desk.post("suppliers/dingsheng/evidence", papers[0] | {"valid_until": "2019-01-01"})
    assert seen(await desk.told("supplier-admitted"), "recorded_on") == [
        ("2017-04-30",), ("2017-10-05",),
    ]  # fmt: skip


@pytest.mark.rule("C1")
async def test_a_renewed_document_is_not_announced_and_lets_nobody_lapse(desk: "Desk") -> None:
    papers = supplier(until="2017-09-30")["gates"]
    await desk.post("suppliers", supplier(gates=papers))
    await desk.sweep("2017-07-01")
    for paper in papers:
        await desk.post("suppliers/dingsheng/evidence", paper | {"valid_until": "9999-12-31"})
    await desk.sweep("2017-10-05")
    assert await desk.told("evidence-expiring") == []
    assert await desk.told("supplier-lapsed") == []


@pytest.mark.rule("T4")
async def test_an_uneventful_day_costs_one_look(desk: "Desk") -> None:
    from contract_svc.usecases.sweep import sweep

    await desk.signed(months=36)
    asked: list[str] = []
    async with desk.running.transactions.on_office("ezhou", alone=True) as tx:
        tx.connection.add_query_logger(lambda record: asked.append(record.query))
        tx.today = tx.today.replace(year=2017, month=9, day=9)
        await sweep(tx, tx.today)
        await asyncio.sleep(0)  # the logger is called a moment later
        assert len(asked) == 1


@pytest.mark.rule("C6")
async def test_three_quarters_below_the_target_propose_an_exit(desk: "Desk") -> None:
    await desk.signed(months=36)
    await desk.sweep("2018-02-01")
    for quarter in LOW[:2]:
        await desk.measure(quarter, "89.00", "2018-02-01")
    await desk.measure("2018Q1", None, "2018-02-01")
    assert await desk.items("contracts/c1/exit-proposals") == []
    await desk.refused("contracts/c1/exit-decisions", {"decision": "rejected"}, "nothing-to-decide")
    last = await desk.measure(LOW[2], "89.00", "2018-02-01")
    await desk.hear(last)
    await desk.running.pool.execute("delete from inbox")
    await desk.hear(last)
    (proposal,) = await desk.items("contracts/c1/exit-proposals")
    assert (proposal["on"], proposal["ground"]) == ("2018-02-01", "three-quarters")
    assert (proposal["evidence"], proposal["decision"]) == (list(LOW), None)

    body = {"decision": "rejected", "reasons": "已整改"}
    decided = await desk.post("contracts/c1/exit-decisions", body)
    assert (decided["decision"], decided["recorded_from"]) == ("rejected", "paper")
    assert (decided["decided_on"], decided["decided_by"]) == ("2018-02-01", "replay")
    await desk.refused("contracts/c1/exit-decisions", body, "nothing-to-decide")
    # the row starts anew: it takes three more
    for quarter in ("2018Q2", "2018Q3"):
        await desk.measure(quarter, "80.00", "2018-02-01")
    assert len(await desk.items("contracts/c1/exit-proposals")) == 1
    await desk.measure("2018Q4", "80.00", "2018-02-01")
    assert len(await desk.items("contracts/c1/exit-proposals", limit=1)) == 2
    told = seen(await desk.told("exit-proposed"), "proposal", "evidence")
    assert told == [(1, list(LOW)), (2, ["2018Q2", "2018Q3", "2018Q4"])]
    assert seen(await desk.told("exit-decided"), "proposal", "decision", "ends_on") == [
        (1, "rejected", None)
    ]


@pytest.mark.rule("C6")
async def test_an_accepted_exit_ends_the_contract_and_nothing_else_does(desk: "Desk") -> None:
    await desk.signed(months=12)
    await desk.sweep("2018-02-01")
    for quarter in LOW:
        await desk.measure(quarter, "89.00", "2018-02-01")
    decisions = "contracts/c1/exit-decisions"
    for wrong in ("2018-01-31", "2018-05-02"):
        body = {"decision": "accepted", "ends_on": wrong}
        await desk.refused(decisions, body, "outside-contract-term")
    await desk.post(decisions, {"decision": "accepted"}, 422)
    await desk.post(decisions, {"decision": "rejected", "ends_on": "2018-03-01"}, 422)
    await desk.post(decisions, {"decision": "accepted", "ends_on": "2018-04-20"})
    shown = await desk.get("contracts/c1")
    assert (shown["ends_on"], shown["terminated_on"], shown["state"]) == (
        "2018-04-20", "2018-04-20", "active",
    )  # fmt: skip
    assert seen(await desk.told("contract-terminated"), "ends_on", "happened_on") == [
        ("2018-04-20", "2018-02-01")
    ]
    await desk.refused("contracts/c1/renewals", {"months": 1}, "contract-not-active")
    await desk.hear(
        desk.message("feedback.complaints-widespread", on="2018-02-01", complaints=["k1"])
    )
    await desk.refused(decisions, {"decision": "rejected"}, "nothing-to-decide")
    await desk.sweep("2018-05-05")
    shown = await desk.get("contracts/c1")
    assert (shown["rebid"], shown["expired_on"], shown["state"]) == (None, None, "ended")
    assert await desk.told("contract-expired") == []
    told = seen(await desk.told("term-approaching"), "ends_on", "days_left")
    assert told == [
        ("2018-05-01", 180), ("2018-05-01", 90), ("2018-04-20", 77), ("2018-04-20", 30),
    ]  # fmt: skip


@pytest.mark.rule("C6")
async def test_an_exit_on_the_contracts_own_end_sends_no_new_notices(desk: "Desk") -> None:
    await desk.signed(months=12)
    await desk.sweep("2018-02-01")
    for quarter in LOW:
        await desk.measure(quarter, "89.00", "2018-02-01")
    body = {"decision": "accepted", "ends_on": "2018-05-01"}
    await desk.post("contracts/c1/exit-decisions", body)
    await desk.sweep("2018-05-05")
    shown = await desk.get("contracts/c1")
    assert (shown["terminated_on"], shown["expired_on"]) == ("2018-05-01", None)
    assert seen(await desk.told("term-approaching"), "days_left") == [(180,), (90,), (30,)]


@pytest.mark.rule("C6")
async def test_after_the_end_nothing_is_proposed_or_decided(desk: "Desk") -> None:
    await desk.signed(months=12)
    await desk.sweep("2018-04-30")
    for quarter in LOW:
        await desk.measure(quarter, "89.00", "2018-04-30")
    await desk.sweep("2018-05-01")
    await desk.refused(
        "contracts/c1/exit-decisions", {"decision": "rejected"}, "contract-not-active"
    )
    await desk.post("contracts", {**contract_two(), "months": 1})
    await desk.sweep("2018-06-01")
    for quarter in LOW:
        await desk.measure(quarter, "10.00", "2018-06-01", about="c2")
    assert await desk.items("contracts/c2/exit-proposals") == []


def contract_two() -> dict[str, Any]:
    from contract_desk import contract

    return contract("c2", starts_on="2018-05-01", signed_on="2017-05-01")


@pytest.mark.rule("C6")
async def test_two_years_below_the_target_are_seen_on_5_february(desk: "Desk") -> None:
    await desk.signed(months=36, satisfaction_target="90.01")
    await desk.sweep("2018-02-04")
    await desk.measure("2017Q3", "80.00", "2018-02-04")
    await desk.measure("2017Q4", "100.00", "2018-02-04")  # together 90.00
    await desk.sweep("2018-02-05")
    await desk.measure("2017Q2", "100.00", "2018-02-05")  # too late: the year is fixed
    await desk.sweep("2019-02-04")
    await desk.measure("2018Q1", "70.00", "2019-02-04")
    await desk.measure("2018Q2", None, "2019-02-04")
    await desk.measure("2018Q3", "95.00", "2019-02-04")
    await desk.sweep("2019-02-05")
    (proposal,) = await desk.items("contracts/c1/exit-proposals")
    assert (proposal["on"], proposal["ground"]) == ("2019-02-05", "two-years")
    assert proposal["evidence"] == ["2017", "2018"]


@pytest.mark.rule("C6")
async def test_widespread_complaints_propose_once_whatever_comes_again(desk: "Desk") -> None:
    await desk.signed()
    await desk.sweep("2017-06-01")
    first, second = (
        desk.message("feedback.complaints-widespread", on="2017-06-01", complaints=complaints,
                     first_on="2017-05-02", last_on="2017-05-20")
        for complaints in (["k2", "k1"], ["k1", "k2", "k3"])
    )  # fmt: skip
    await desk.hear(first, second)
    (proposal,) = await desk.items("contracts/c1/exit-proposals")
    assert (proposal["ground"], proposal["evidence"]) == ("widespread-complaints", ["k1", "k2"])
    await desk.post("contracts/c1/exit-decisions", {"decision": "rejected"})
    await desk.running.pool.execute("delete from inbox")
    await desk.hear(first, second)
    assert len(await desk.items("contracts/c1/exit-proposals")) == 1


@pytest.mark.rule("I5")
async def test_a_notice_that_failed_twice_warns_once(desk: "Desk") -> None:
    await desk.signed()
    await desk.sweep("2017-06-01")
    for notice, round_ in (("n2", 1), ("n2", 2), ("n1", 2), ("n2", 2)):
        await desk.hear(
            desk.message("inspection.rectification-failed", on="2017-06-01", notice=notice,
                         round=round_)
        )  # fmt: skip
    warnings = [{"on": "2017-06-01", "notice": "n2"}, {"on": "2017-06-01", "notice": "n1"}]
    assert await desk.items("contracts/c1/exit-warnings", limit=1) == warnings
    assert (await desk.get("contracts/c1"))["exit_warnings"] == warnings
    assert seen(await desk.told("exit-warned"), "notice") == [("n2",), ("n1",)]


async def test_what_is_about_an_unknown_contract_waits(desk: "Desk") -> None:
    await desk.hear(
        desk.message("feedback.complaints-widespread", "c9", on="2017-05-01", complaints=["k"]),
        desk.message("billing.account-closed", "c9", on="2017-05-01", month="2017-05"),
    )
    reasons = await desk.running.pool.fetch("select reason from parked order by seq")
    assert [row["reason"] for row in reasons] == ["unknown", "unknown"]
