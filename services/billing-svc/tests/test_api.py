"""What billing-svc answers, and to whom."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from houqin_shared.auth import Role

STATEMENT = "contracts/c1/statements/2017-05"


@pytest.fixture
async def settled(billing: Any) -> Any:
    """A contract with one statement, drawn on 5 June 2017, and a finding on it by li."""
    await billing.open_office(date(2017, 4, 30))
    await billing.sign("c1", on=date(2017, 4, 30), starts_on=date(2017, 5, 1))
    await billing.sign(
        "c2", on=date(2017, 4, 30), starts_on=date(2017, 5, 1), supplier="other", price_fen=1
    )
    visit = await billing.hear("inspection.something-unheard", on=date(2017, 5, 8), contract="c1")
    await billing.find("c1", "f1", on=date(2017, 5, 8), because_of=visit)
    await billing.sweep(date(2017, 6, 5))
    return billing


@pytest.mark.rule("B10")
async def test_paid_late_it_bears_interest_and_once_only(settled: Any) -> None:
    await settled.sweep(date(2017, 7, 7))
    paid = await settled.post(f"{STATEMENT}/payment", json={"note": "转账"})
    assert paid.status_code == 201
    assert paid.json() == {
        "contract": "c1",
        "month": "2017-05",
        "due_on": "2017-07-05",
        "paid_on": "2017-07-07",
        "payable": "18554.16",
        "interest": "18.55",
        "paid": "18572.71",
    }
    again = await settled.post(f"{STATEMENT}/payment")
    assert (again.status_code, again.json()["code"]) == (409, "already-paid")
    shown = await settled.get(STATEMENT)
    assert (shown["paid_on"], shown["interest"]) == ("2017-07-07", "18.55")
    paid = [
        {x["account"]: x["amount"] for x in each["entries"]}
        for each in (await settled.get("contracts/c1/ledger"))["items"]
        if each["rule"] == "B10"
    ]
    assert paid == [
        {"statement-payable": "18554.16", "bank": "-18554.16"},
        {"interest-cost": "18.55", "bank": "-18.55"},
    ]
    await settled.must_agree()


async def test_what_a_payment_is_refused_for_in_order(settled: Any) -> None:
    for path, status, code in (
        ("contracts/nobody/statements/2017-05", 404, "unknown-contract"),
        ("contracts/c1/statements/2017-09", 404, "no-such-statement"),
        ("contracts/c1/statements/may", 422, "invalid-request"),
    ):
        answer = await settled.post(f"{path}/payment")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    refused = await settled.post(f"{STATEMENT}/payment", headers=settled.client.as_(Role.AUDITOR))
    assert refused.status_code == 403


async def test_the_same_key_pays_once(settled: Any) -> None:
    answers = [
        await settled.post(f"{STATEMENT}/payment", headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


async def test_inspector_and_judge_of_a_line_may_not_pay_it(settled: Any) -> None:
    await settled.hear(
        "inspection.finding-withdrawn", on=date(2017, 6, 8), contract="c1", finding="f1",
        found_on="2017-05-08", decided_by="wu",
    )  # fmt: skip
    await settled.sweep(date(2017, 7, 5))
    client = settled.client
    for person, month in (("li", "2017-05"), ("wu", "2017-06")):
        for headers in (
            client.as_(Role.FINANCE, person),
            {"X-On-Behalf-Of": quote(person)},
        ):
            answer = await settled.post(f"contracts/c1/statements/{month}/payment", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (409, "payer-not-independent")
    answer = await settled.post(f"{STATEMENT}/payment", headers=client.as_(Role.FINANCE, "wu"))
    assert answer.status_code == 201


@pytest.mark.rule("B13")
async def test_why_names_rule_numbers_cause_and_chain(settled: Any) -> None:
    (line,) = await settled.all_lines("c1", kind="finding")
    shown = await settled.get(f"contracts/c1/lines/{line['line']}/why")
    assert shown["rule"]["id"] == "B2"
    assert shown["rule"]["zh"]
    assert shown["rule_set"] == {"id": "ezhou-2017", "version": 1}
    assert shown["numbers"] == {"what": "general", "amount": "50.00", "repeat": False, "times": 1}
    assert shown["statement"] == "2017-05"
    assert shown["cause"]["data"]["visit"] == "v1"
    (found,) = shown["cause"]["data"]["findings"]
    assert found["finding"] == "f1"
    assert [each["id"] for each in shown["chain"]] == [shown["cause"]["id"]]
    (fee,) = await settled.all_lines("c1", kind="fee")
    of_fee = await settled.get(f"contracts/c1/lines/{fee['line']}/why")
    assert of_fee["cause"] is None
    assert [each["type"] for each in of_fee["chain"]] == ["cn.houqin.contract.contract-signed.v1"]
    assert "rules" not in of_fee["chain"][0]["data"]
    assert of_fee["numbers"]["months"] == "1"
    missing = await settled.get("contracts/c1/lines/999999999999999999999/why", 404)
    assert missing["code"] == "no-such-line"


@pytest.mark.rule("B13")
async def test_the_chain_follows_what_caused_what(settled: Any) -> None:
    upheld = await settled.hear(
        "feedback.complaint-upheld", on=date(2017, 6, 6), contract="c1", complaint="k1",
        happened_on=date(2017, 5, 20),
    )  # fmt: skip
    await settled.hear(
        "inspection.month-scored", on=date(2017, 6, 6), contract="c1", month="2017-05",
        revision=1, score="80", because_of=upheld,
    )  # fmt: skip
    (line,) = await settled.all_lines("c1", kind="score")
    shown = await settled.get(f"contracts/c1/lines/{line['line']}/why")
    assert [each["type"].split(".")[3] for each in shown["chain"]] == [
        "month-scored",
        "complaint-upheld",
    ]
    assert {each["source"] for each in shown["lines"]} == {"2017-05", "f1", "k1"}


async def test_suppliers_see_their_own_and_the_public_nothing(settled: Any) -> None:
    own = settled.client.as_(Role.CONTRACTOR, supplier="dingsheng")
    paths = [
        "account", "statements", "statements/2017-05", "lines", "ledger", "late-facts",
    ]  # fmt: skip
    for path in paths:
        await settled.get(f"contracts/c1/{path}", headers=own)
        hidden = await settled.get(f"contracts/c2/{path}", 404, headers=own)
        assert hidden["code"] == "unknown-contract"
        await settled.get(f"contracts/c1/{path}", 403, headers=settled.client.as_(Role.PUBLIC))
        await settled.get(
            f"contracts/c1/{path}", 404, headers=settled.client.as_(Role.AUDITOR, office="other")
        )
    for path in ("rebids", "trial-balance"):
        await settled.get(path, 403, headers=own)
        await settled.get(path, headers=settled.client.as_(Role.AUDITOR))


async def test_lists_are_filtered_and_come_in_pages(settled: Any) -> None:
    lines = await settled.all_lines("c1")
    assert [line["kind"] for line in lines] == ["finding", "fee", "retained"]
    page = await settled.get("contracts/c1/lines", params={"limit": 2})
    rest = await settled.get("contracts/c1/lines", params={"limit": 2, "after": page["next"]})
    assert page["items"] + rest["items"] == lines
    for params, kinds in (
        ({"kind": "fee"}, ["fee"]),
        ({"source": "f1"}, ["finding"]),
        ({"month": "2017-06"}, []),
        ({"settled": "false"}, []),
        ({"statement": "2017-05", "kind": "retained"}, ["retained"]),
    ):
        found = await settled.all_lines("c1", **params)
        assert [line["kind"] for line in found] == kinds
    bad = await settled.get("contracts/c1/lines", 422, params={"after": "WyJ4Il0="})
    assert bad["code"] == "bad-cursor"


@pytest.mark.rule("M3")
async def test_the_trial_balance_agrees_with_the_account(settled: Any) -> None:
    balance = await settled.get("trial-balance")
    by_account = {each["account"]: each["balance"] for each in balance["accounts"]}
    assert by_account["deposit"] == "-11750.00"
    assert by_account["statement-payable"] == "-18554.16"
    assert by_account["bank"] == "11750.00"
    assert balance["debits"] == balance["credits"]


async def test_the_specification_is_whole(settled: Any) -> None:
    spec = settled.client.app.openapi()
    paths = [path for path in spec["paths"] if "/contracts/" in path]
    assert len(paths) == 8
