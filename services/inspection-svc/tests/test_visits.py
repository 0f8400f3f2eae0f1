"""Visits, findings, repeats and withdrawals through the API."""

import asyncio
from typing import Any

import pytest
from houqin_shared.auth import Role
from inspection_house import House, finding


@pytest.mark.rule("I1")
async def test_a_visit_is_recorded_and_told(house: House) -> None:
    told = finding("f1", "CL-3.2") | {
        "text": "地面有积水",
        "note": "内部",
        "witness": "李四",
        "evidence": [{"digest": "a" * 64, "name": "照片.jpg"}],
    }
    recorded = await house.visit("v1", told, finding("f2"), text="例行巡查", note="n")
    assert recorded["happened_on"] == recorded["recorded_on"] == "2017-05-01"
    assert recorded["findings_count"] == 2
    assert [each["id"] for each in recorded["findings"]] == ["f1", "f2"]
    assert recorded["findings"][0]["inspector"] == "replay"
    assert await house.get("visits/v1") == recorded
    assert await house.get("findings/f1") == recorded["findings"][0]
    listed = await house.get("visits")
    assert [each["id"] for each in listed["items"]] == ["v1"]
    (fact,) = await house.told("findings-confirmed")
    assert [each["finding"] for each in fact["findings"]] == ["f1", "f2"]
    assert fact | {"findings": fact["findings"][:1]} == {
        "contract": "c1", "visit": "v1", "tier": "patrol", "inspector": "replay",
        "findings": [
            {"finding": "f1", "criterion": "CL-3.2", "place": "3F", "severity": "general",
             "repeat": False}
        ],
        "happened_on": "2017-05-01", "recorded_on": "2017-05-01",
    }  # fmt: skip


@pytest.mark.rule("I1")
@pytest.mark.parametrize("day", ["2017-04-30", "2017-05-11", "2020-05-01"])
async def test_a_visit_outside_the_term_or_in_the_future_is_refused(house: House, day: str) -> None:
    await house.sweep("2017-05-10")
    refused = await house.visit("v1", happened_on=day, status=409)
    assert refused["code"] == "outside-contract-term"
    await house.visit("v1", happened_on="2017-05-10")


@pytest.mark.rule("I1")
async def test_the_end_moves_with_renewal_and_termination(house: House) -> None:
    await house.sign("c2", "2017-05-01", "2017-06-01", recorded_on="2017-05-01")
    await house.sweep("2017-06-01")
    assert (await house.visit("v1", contract="c2", status=409))["code"] == "outside-contract-term"
    await house.hear(
        "contract.contract-renewed", "2017-06-01", contract="c2", months=2, ends_on="2017-08-01"
    )
    await house.visit("v1", contract="c2")
    await house.hear(
        "contract.contract-terminated", "2017-06-01", contract="c2", ends_on="2017-06-02"
    )
    await house.sweep("2017-06-02")
    assert (await house.visit("v2", contract="c2", status=409))["code"] == "outside-contract-term"


async def test_unknown_contracts_and_numbers_are_named_in_chinese(house: House) -> None:
    zh = {"Accept-Language": "zh-CN"}
    body = {"id": "v1", "contract": "没有", "tier": "joint", "findings": []}
    refused = await house.post("visits", body, 404, headers=zh)
    assert refused["code"] == "unknown-contract"
    assert refused["detail"] == "未知的合同 没有;须先在合同服务中签订。"
    for path in ("visits/x", "findings/x", "merits/x", "notices/x"):
        assert (await house.get(path, 404, headers=zh))["code"] == "not-recorded"
    refused = await house.post("findings/x/withdrawal", {"reason": "r"}, 404, headers=zh)
    assert refused["detail"] == "此处没有编号为 x 的记录。"


async def test_what_a_client_numbered_is_recorded_once(house: House) -> None:
    first = await house.visit("v1", finding("f1"))
    await house.sweep("2017-05-02")
    assert await house.visit("v1", finding("f1")) == first
    taken = await house.visit("v1", finding("f1"), finding("f2"), status=409)
    assert taken["code"] == "number-taken"
    # another visit with a finding's number
    taken = await house.visit("v2", finding("f9"), finding("f1"), status=409)
    assert (taken["code"], "f1" in taken["detail"]) == ("number-taken", True)
    await house.get("visits/v2", 404)
    await house.get("findings/f9", 404)
    assert len(await house.told("findings-confirmed")) == 1
    twice = await house.visit("v3", finding("f5"), finding("f5"), status=422)
    assert "findings.1.id" in twice["errors"][0]["message"]


async def test_an_idempotency_key_gives_the_first_answer(house: House) -> None:
    key = {"Idempotency-Key": "k1"}
    first = await house.visit("v1", finding("f1"))
    answers = [
        await house.post("findings/f1/withdrawal", {"reason": "误判"}, headers=key)
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert first["findings"][0]["withdrawal"] is None
    refused = [
        await house.post(
            "findings/f1/withdrawal", {"reason": "误判"}, 409, headers={"Idempotency-Key": "k2"}
        )
        for _ in range(2)
    ]
    assert refused[0] == refused[1]
    other = await house.post("findings/f1/withdrawal", {"reason": "另"}, 422, headers=key)
    assert other["code"] == "idempotency-key-reused"
    assert len(await house.told("finding-withdrawn")) == 1


async def test_the_same_visit_at_the_same_moment(house: House) -> None:
    await house.sign("c2", "2017-05-01", "2018-05-01", recorded_on="2017-05-01")

    async def send(contract: str) -> int:
        body = {"id": "v1", "contract": contract, "tier": "patrol", "findings": [finding("f1")]}
        answer = await house.client.post(house.url("visits"), json=body)
        return int(answer.status_code)

    statuses = await asyncio.gather(*(send(contract) for contract in ["c1", "c2"] * 8))
    assert sorted(statuses) == [201] * 8 + [409] * 8
    assert len(await house.told("findings-confirmed")) == 1


@pytest.mark.rule("I2")
async def test_repeats_within_the_days_and_the_visit(house: House) -> None:
    await house.sweep("2017-08-01")

    async def repeats(number: str, day: str, *found: dict[str, Any]) -> list[bool]:
        visit = await house.visit(number, *found, happened_on=day)
        return [each["repeat"] for each in visit["findings"]]

    assert await repeats("v1", "2017-06-01", finding("a")) == [False]
    assert await repeats("v2", "2017-07-01", finding("b")) == [True]  # day 30
    assert await repeats("v3", "2017-08-01", finding("c")) == [False]  # day 31
    assert await repeats("v4", "2017-05-30", finding("d")) == [False]  # before them all
    assert await repeats("v5", "2017-06-01", finding("e")) == [True]  # the same day
    assert await repeats("v6", "2017-06-15", finding("g", place="4F"), finding("h", "CL-2")) == [
        False,
        False,
    ]
    again = [finding("i", "CL-9"), finding("j", "CL-8"), finding("k", "CL-9")]
    assert await repeats("v7", "2017-06-01", *again) == [False, False, True]


@pytest.mark.rule("I2")
async def test_a_withdrawn_finding_makes_no_repeat_and_changes_none(house: House) -> None:
    await house.visit("v1", finding("a"))
    await house.visit("v2", finding("b"))
    for number in ("a", "b"):
        await house.post(f"findings/{number}/withdrawal", {"reason": "误判"})
    assert (await house.get("findings/b"))["repeat"] is True
    assert (await house.visit("v3", finding("c")))["findings"][0]["repeat"] is False


@pytest.mark.rule("I6")
async def test_a_withdrawal_is_told_once(house: House) -> None:
    await house.visit("v1", finding("f1"))
    await house.sweep("2017-05-03")
    shown = await house.post("findings/f1/withdrawal", {"reason": "误判"})
    assert shown["withdrawal"] == {
        "withdrawn_on": "2017-05-03", "reason": "误判", "recorded_from": "paper",
        "decided_by": "replay", "recorded_by": "replay", "text": None, "note": None,
        "name_en": None,
    }  # fmt: skip
    refused = await house.post("findings/f1/withdrawal", {"reason": "误判"}, 409)
    assert refused["code"] == "already-withdrawn"
    assert await house.told("finding-withdrawn") == [
        {
            "contract": "c1", "finding": "f1", "found_on": "2017-05-01", "decided_by": "replay",
            "happened_on": "2017-05-03", "recorded_on": "2017-05-03",
        }
    ]  # fmt: skip


@pytest.mark.rule("I6")
async def test_the_inspector_does_not_decide(house: House) -> None:
    inspector = house.headers(Role.SUPERVISOR, "张三")
    for_inspector = {"X-On-Behalf-Of": "%E5%BC%A0%E4%B8%89"}
    visit = {"id": "v1", "contract": "c1", "tier": "patrol"}
    found = [finding("f1"), finding("f2"), finding("f3")]
    recorded = await house.post("visits", visit | {"findings": found}, headers=for_inspector)
    assert (recorded["inspector"], recorded["recorded_by"]) == ("张三", "replay for 张三")
    body = {"reason": "误判"}
    for headers in (inspector, for_inspector):
        refused = await house.post("findings/f1/withdrawal", body, 403, headers=headers)
        assert refused["code"] == "decided-by-its-inspector"
    leader = house.headers(Role.LEADER, "王五")
    await house.post("findings/f1/withdrawal", body, headers=leader)
    await house.post("findings/f2/withdrawal", body, headers={"X-On-Behalf-Of": "wang"})
    await house.post("findings/f3/withdrawal", body)  # a system that names nobody
    decided = [told["decided_by"] for told in await house.told("finding-withdrawn")]
    assert decided == ["王五", "wang", "replay"]


async def test_a_thousand_findings_in_one_request(house: House) -> None:
    found = [finding(f"f{n}", f"CL-{n % 400}") for n in range(1000)]
    recorded = await house.visit("v1", *found)
    assert sum(each["repeat"] for each in recorded["findings"]) == 600
    assert await house.get("visits/v1") == recorded
    facts = await house.told("findings-confirmed")
    assert [len(fact["findings"]) for fact in facts] == [100] * 10
    assert [each["finding"] for fact in facts for each in fact["findings"]] == [
        each["id"] for each in found
    ]
    too_many = await house.visit("v2", *found, finding("more"), status=422)
    assert too_many["errors"][0]["field"] == "body.findings"
    numbers: list[str] = []
    params = {"contract": "c1", "limit": "200"}
    while True:
        page = await house.get("findings", params=params)
        numbers += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        params["after"] = page["next"]
    assert sorted(numbers) == sorted(each["id"] for each in found)


@pytest.mark.parametrize(
    "after", ["x", "WyJ4IiwieSJd", "WyIyMDE3LTA1LTAxIl0=", "WyIyMDE3LTA1LTAxIiwiXHUwMDAwIl0="]
)
async def test_a_cursor_that_nobody_gave_is_refused(house: House, after: str) -> None:
    for path in ("visits", "findings", "merits", "notices", "leaders-reviews"):
        refused = await house.get(path, 422, params={"after": after})
        assert refused["code"] == "bad-cursor"


@pytest.mark.parametrize(
    "wrong",
    [
        {"tier": "leaders"},
        {"id": "a/b"},
        {"id": "a\x00"},
        {"text": "a\x00"},
        {"happened_on": "2017-13-01"},
        {"happened_on": "0001-01-01"},
        {"nonsense": 1},
        {"findings": [{"id": "f", "criterion": "c", "place": "p", "severity": "grave"}]},
        {"findings": [finding("f") | {"evidence": [{"digest": "no", "name": "n"}]}]},
        {"findings": [finding("f") | {"witness": "\ud800"}]},
    ],
)
async def test_fields_that_cannot_be_read_are_named(house: House, wrong: dict[str, Any]) -> None:
    import json

    body = {"id": "v1", "contract": "c1", "tier": "patrol", "findings": []} | wrong
    answer = await house.client.post(
        house.url("visits"),
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid-request"
    assert answer.json()["errors"][0]["field"].startswith("body.")
