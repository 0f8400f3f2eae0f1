"""Who may do and see what."""

from typing import Any

import pytest
from houqin_shared.auth import Role
from inspection_house import House, finding

VISIT = {"id": "v9", "contract": "c1", "tier": "joint", "findings": []}
COMMANDS: list[tuple[str, dict[str, Any], set[Role]]] = [
    ("visits", VISIT, {Role.SUPERVISOR}),
    ("findings/f1/withdrawal", {"reason": "误判"}, {Role.SUPERVISOR, Role.LEADER}),
    ("merits", {"id": "m9", "contract": "c1", "kind": "praise"}, {Role.SUPERVISOR, Role.LEADER}),
    ("notices", {"id": "n9", "contract": "c1", "due": "2017-05-09"}, {Role.SUPERVISOR}),
    ("notices/n1/reinspections", {"result": "passed"}, {Role.SUPERVISOR}),
    ("leaders-reviews", {"contract": "c1", "half": "2017H1", "score": "90"}, {Role.LEADER}),
]
READING = ("visits", "visits/v1", "findings", "findings/f1", "merits", "merits/m1", "notices")
PUBLISHED = ("contracts/c1/scores", "contracts/c1/half-years", "bulletins")


@pytest.fixture
async def full(house: House) -> House:
    """A house with one of everything, recorded for 张三, at contracts of two suppliers."""
    await house.sign("c2", "2017-05-01", "2018-05-01", supplier="other", recorded_on="2017-05-01")
    named = {"X-On-Behalf-Of": "%E5%BC%A0%E4%B8%89"}
    for n, contract in ((1, "c1"), (2, "c2")):
        seen = finding(f"f{n}") | {"witness": "李四", "note": "内部"}
        visit = {"id": f"v{n}", "contract": contract, "tier": "patrol", "findings": [seen]}
        await house.post("visits", visit | {"note": "内部"}, headers=named)
        await house.post("merits", {"id": f"m{n}", "contract": contract, "kind": "praise"})
        await house.post("notices", {"id": f"n{n}", "contract": contract, "due": "2017-05-09"})
        review = {"contract": contract, "half": "2017H1", "score": "90"}
        await house.post("leaders-reviews", review, headers=named)
    return house


async def test_roles_that_may_not_change_are_told_so(full: House) -> None:
    for path, body, allowed in COMMANDS:
        for role in Role:
            if role in allowed or role is Role.SYSTEM:
                continue
            headers = full.headers(role, supplier="dingsheng")
            refused = await full.post(path, body, 403, headers=headers)
            assert refused["code"] == "forbidden"
        for role in sorted(allowed):
            answer = await full.client.post(
                full.url(path), json=body, headers=full.headers(role, "somebody")
            )
            assert answer.status_code in (201, 409), answer.text


async def test_the_public_reads_results_alone(full: House) -> None:
    await full.sweep("2017-07-10")
    public = full.headers(Role.PUBLIC)
    for path in PUBLISHED:
        assert (await full.get(path, headers=public))["items"]
    await full.get("contracts/c1/scores/2017-05", headers=public)
    await full.get("bulletins/2017-01", headers=public)
    for path in (*READING, "leaders-reviews"):
        await full.get(path, 403, headers=public)


async def test_a_supplier_sees_its_own_contracts_alone(full: House) -> None:
    await full.sweep("2017-07-10")
    for role in (Role.CONTRACTOR, Role.PRIME_CONTRACTOR):
        headers = full.headers(role, "小王", supplier="dingsheng")
        for path in ("visits", "findings", "merits", "notices", "leaders-reviews"):
            items = (await full.get(path, headers=headers))["items"]
            assert [each["contract"] for each in items] == ["c1"]
            filtered = await full.get(path, headers=headers, params={"contract": "c2"})
            assert filtered["items"] == []
        for path in ("visits/v2", "findings/f2", "merits/m2", "notices/n2"):
            hidden = await full.get(path, 404, headers=headers)
            missing = await full.get(path.replace("2", "x"), 404, headers=headers)
            assert hidden["code"] == missing["code"] == "not-recorded"
        for path in ("scores", "scores/2017-05", "half-years"):
            await full.get(f"contracts/c1/{path}", headers=headers)
            hidden = await full.get(f"contracts/c2/{path}", 404, headers=headers)
            assert hidden["code"] == "unknown-contract"


async def test_a_supplier_never_reads_who_saw_recorded_or_decided(full: House) -> None:
    await full.post("findings/f1/withdrawal", {"reason": "误判", "note": "内部"})
    headers = full.headers(Role.CONTRACTOR, "小王", supplier="dingsheng")
    for path in (*READING, "notices/n1", "leaders-reviews"):
        answer = await full.client.get(full.url(path), headers=headers)
        assert answer.status_code == 200
        for secret in ("张三", "李四", "内部", "replay", "recorded_by", "decided_by", "witness"):
            assert secret not in answer.text, (path, secret)
        assert "replay" in (await full.client.get(full.url(path))).text or path.startswith("v")
    assert (await full.get("findings/f1", headers=headers))["withdrawal"]["reason"] == "误判"


async def test_another_office_does_not_exist(full: House) -> None:
    elsewhere = full.headers(Role.SUPERVISOR, office="sanmen")
    for path in (*READING, *PUBLISHED):
        assert (await full.get(path, 404, headers=elsewhere))["code"] == "unknown-office"
    for path, body, _ in COMMANDS:
        headers = full.headers(Role.SYSTEM, office="sanmen")
        assert (await full.post(path, body, 404, headers=headers))["code"] == "unknown-office"
    full.office = "sanmen"
    assert (await full.get("visits", 404, headers=elsewhere))["code"] == "unknown-office"


async def test_numbers_are_an_offices_own(full: House) -> None:
    full.office = "sanmen"
    await full.open_office("2017-04-30")
    await full.sign("c1", "2017-05-01", "2018-05-01", recorded_on="2017-04-30")
    await full.sweep("2017-05-01")
    assert (await full.get("visits"))["items"] == []
    await full.visit("v1", finding("f1"))
    full.office = "ezhou"
    assert (await full.get("visits/v1"))["inspector"] == "张三"


async def test_nobody_comes_without_a_token(full: House) -> None:
    answer = await full.client.get(full.url("bulletins"), headers={"Authorization": ""})
    assert answer.status_code == 401
