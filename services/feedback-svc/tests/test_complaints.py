"""Complaints over HTTP, on a real PostgreSQL (F1, F2, F5)."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import asyncpg
import pytest
from houqin_shared.auth import Role

if TYPE_CHECKING:
    from conftest import Feedback
else:
    Feedback = Any

Headers = dict[str, str]


@pytest.mark.rule("F1")
async def test_a_complaint_is_filed_and_decided(feedback: Feedback) -> None:
    filed = await feedback.complain("c1", caller="王芳", text="地面未清扫")
    assert filed.status_code == 201, filed.text
    assert filed.json() == {
        "id": "c1",
        "contract": "cleaning-2017",
        "happened_on": "2017-05-01",
        "state": "open",
        "decision": None,
        "text": "地面未清扫",
        "note": None,
        "recorded_on": "2017-05-01",
        "recorded_by": "replay",
    }
    await feedback.sweep("2017-05-03")
    decided = await feedback.uphold("c1", reasons="属实")
    assert decided.status_code == 201, decided.text
    assert decided.json()["state"] == "upheld"
    assert decided.json()["decision"] == {
        "decision": "upheld",
        "reasons": "属实",
        "decided_on": "2017-05-03",
        "recorded_from": "paper",
        "note": None,
        "recorded_by": "replay",
    }
    assert await feedback.told() == [
        {
            "happened_on": "2017-05-01", "recorded_on": "2017-05-01",
            "contract": "cleaning-2017", "request": "c1", "kind": "complaint",
        },
        {
            "happened_on": "2017-05-01", "recorded_on": "2017-05-03",
            "contract": "cleaning-2017", "complaint": "c1",
        },
    ]  # fmt: skip


@pytest.mark.rule("F1")
async def test_a_decided_complaint_stays_decided(feedback: Feedback) -> None:
    await feedback.complain("c1")
    dismissed = await feedback.post("complaints/c1/decision", {"decision": "dismissed"})
    assert dismissed.json()["state"] == "dismissed"
    for again in ("dismissed", "upheld"):
        answer = await feedback.post("complaints/c1/decision", {"decision": again})
        assert (answer.status_code, answer.json()["code"]) == (409, "already-decided")
    assert len(await feedback.told("complaint-dismissed")) == 1
    assert await feedback.told("complaint-upheld") == []
    with pytest.raises(asyncpg.RaiseError, match="kept for good"):
        await feedback.running.pool.execute("update decisions set decision = 'upheld'")


@pytest.mark.rule("F1")
async def test_two_who_decide_at_once_decide_once(feedback: Feedback) -> None:
    await feedback.complain("c1")
    answers = await asyncio.gather(*(feedback.uphold("c1") for _ in range(12)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 11}
    assert len(await feedback.told("complaint-upheld")) == 1


async def test_refusals_say_what_is_wrong_in_chinese_too(feedback: Feedback) -> None:
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    unknown = await feedback.post(
        "complaints", {"id": "c1", "contract": "nein", "department": "财务科"}, headers=chinese
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-contract")
    assert unknown.json()["detail"] == "未知的合同 nein;须先在合同服务中签订。"
    assert unknown.headers["content-language"] == "zh"
    nothing = await feedback.post("complaints/c9/decision", {"decision": "upheld"}, headers=chinese)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not-recorded")
    assert nothing.json()["detail"] == "没有编号为 c9 的投诉记录。"
    await feedback.complain("c1")
    await feedback.uphold("c1")
    decided = await feedback.post("complaints/c1/decision", {"decision": "upheld"}, headers=chinese)
    assert decided.json()["title"] == "按规则不予受理"
    assert decided.json()["detail"].startswith("投诉 c1 已有处理决定")


@pytest.mark.rule("I1")
async def test_a_complaint_belongs_inside_the_term(feedback: Feedback) -> None:
    await feedback.open_office("early", "2017-04-30")
    await feedback.sign(office="early", ends_on="2017-05-03")
    url = "/v1/offices/early/complaints"

    async def on(day: str, number: str) -> str:
        await feedback.sweep(day, "early")
        body = {"id": number, "contract": "cleaning-2017", "department": "财务科"}
        answer = await feedback.client.post(url, json=body)
        return str(answer.json().get("code", answer.status_code))

    assert await on("2017-04-30", "c1") == "outside-contract-term"
    assert await on("2017-05-01", "c2") == "201"
    assert await on("2017-05-02", "c3") == "201"
    assert await on("2017-05-03", "c4") == "outside-contract-term"
    await feedback.hear(
        "contract-renewed", {"contract": "cleaning-2017", "ends_on": "2018-05-03"}, office="early"
    )
    assert await on("2017-05-03", "c4") == "201"
    await feedback.hear(
        "contract-terminated",
        {"contract": "cleaning-2017", "ends_on": "2017-05-04"},
        office="early",
    )
    assert await on("2017-05-03", "c5") == "201"
    assert await on("2017-05-04", "c6") == "outside-contract-term"


async def test_a_number_sent_again_gives_the_first_result(feedback: Feedback) -> None:
    first = await feedback.complain("c1", caller="王芳")
    await feedback.uphold("c1")
    await feedback.sweep("2020-06-01")  # long after the term
    again = await feedback.complain("c1", caller="王芳")
    assert again.status_code == 201
    assert again.json()["happened_on"] == first.json()["happened_on"]
    assert again.json()["state"] == "upheld"
    other = await feedback.complain("c1", caller="李四")
    assert (other.status_code, other.json()["code"]) == (409, "number-taken")
    assert "王芳" not in other.text
    assert len(await feedback.told("request-opened")) == 1


async def test_a_number_for_two_contracts_at_once_is_one_complaint(feedback: Feedback) -> None:
    names = [f"k{n}" for n in range(6)]
    for name in names:
        await feedback.sign(name)
    answers = await asyncio.gather(
        *(
            feedback.post("complaints", {"id": "c1", "contract": name, "department": "财务科"})
            for name in names
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    assert len(await feedback.told("request-opened")) == 1


async def test_an_idempotency_key_answers_once(feedback: Feedback) -> None:
    key = {"Idempotency-Key": "k-1"}
    body = {"id": "c1", "contract": "cleaning-2017", "department": "财务科"}
    first = await feedback.post("complaints", body, headers=key)
    await feedback.uphold("c1")
    again = await feedback.post("complaints", body, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    reused = await feedback.post("complaints", body | {"id": "c2"}, headers=key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")
    # a refusal is an answer, too
    key = {"Idempotency-Key": "k-2"}
    refused = await feedback.post("complaints/c3/decision", {"decision": "upheld"}, headers=key)
    assert refused.json()["code"] == "not-recorded"
    await feedback.complain("c3")
    again = await feedback.post("complaints/c3/decision", {"decision": "upheld"}, headers=key)
    assert again.json() == refused.json()


async def test_the_same_key_a_hundred_times_at_once(feedback: Feedback) -> None:
    key = {"Idempotency-Key": "k-1"}
    await feedback.complain("c1")
    answers = await asyncio.gather(
        *(
            feedback.post("complaints/c1/decision", {"decision": "upheld"}, headers=key)
            for _ in range(100)
        )
    )
    codes = Counter(answer.json().get("code", "done") for answer in answers)
    assert set(codes) <= {"done", "still-running"}
    assert codes["done"] >= 1
    assert len(await feedback.told("complaint-upheld")) == 1
    last = await feedback.post("complaints/c1/decision", {"decision": "upheld"}, headers=key)
    assert last.status_code == 201


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"department": None}, "body.department"),
    ({"department": ""}, "body.department"),
    ({"department": "a\x00b"}, "body.department"),
    ({"id": "a/b"}, "body.id"),
    ({"id": "x" * 65}, "body.id"),
    ({"text": "x" * 10_001}, "body.text"),
    ({"callerr": "王芳"}, "body.callerr"),
]


async def test_422_names_the_field(feedback: Feedback) -> None:
    for change, field in MISTAKES:
        body = {"id": "c1", "contract": "cleaning-2017", "department": "财务科"} | change
        answer = await feedback.post("complaints", body)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert answer.headers["content-type"] == "application/problem+json"


async def test_lists_are_filtered_and_paged(feedback: Feedback) -> None:
    await feedback.sign("garden")
    for number in ("c3", "c1"):
        await feedback.complain(number)
    await feedback.sweep("2017-05-02")
    await feedback.complain("c2")
    await feedback.complain("c4", contract="garden")
    await feedback.uphold("c1")

    async def listed(**query: Any) -> list[str]:
        found: list[str] = []
        after: dict[str, Any] = {}
        while True:
            page = (await feedback.get("complaints", params=query | after)).json()
            found += [item["id"] for item in page["items"]]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    assert await listed() == ["c1", "c3", "c2", "c4"]
    assert await listed(limit=1) == ["c1", "c3", "c2", "c4"]
    assert await listed(contract="garden") == ["c4"]
    assert await listed(state="open", limit=2) == ["c3", "c2", "c4"]
    assert await listed(state="upheld") == ["c1"]
    for after in ("nonsense", "WyJ4IiwiYyJd", "王芳"):
        bad = await feedback.get("complaints", params={"after": after})
        assert (bad.status_code, bad.json()["code"]) == (422, "bad-cursor")


# --- F2 privacy ------------------------------------------------------------------------------


@pytest.mark.rule("F2")
async def test_no_event_and_no_supplier_learns_who_called(
    feedback: Feedback, supplier_of: Callable[[str], Headers]
) -> None:
    secrets = ("王芳", "财务科", "电梯旁的小王说", "接线员")
    headers = feedback.as_(Role.SUPERVISOR, "接线员")
    body = {
        "id": "c1", "contract": "cleaning-2017", "department": "财务科", "caller": "王芳",
        "text": "电梯旁的小王说没扫地",
    }  # fmt: skip
    await feedback.post("complaints", body, headers=headers)
    await feedback.post(
        "complaints/c1/decision",
        {"decision": "upheld", "reasons": "经查,财务科王芳所述属实", "note": "电梯旁的小王说"},
        headers=headers,
    )
    for role in (Role.CONTRACTOR, Role.PRIME_CONTRACTOR):
        supplier = feedback.as_(role, "乙方", supplier="dingsheng")
        for path in ("complaints", "complaints/c1", "contracts/cleaning-2017/satisfaction"):
            answer = await feedback.get(path, headers=supplier)
            assert answer.status_code == 200, answer.text
            assert not [secret for secret in secrets if secret in answer.text]
            assert "caller" not in answer.text
            assert "department" not in answer.text
    seen = (await feedback.get("complaints/c1", headers=supplier_of("dingsheng"))).json()
    assert seen["decision"]["reasons"] == "经查,＊＊＊＊＊＊所述属实"
    rows = await feedback.running.pool.fetch("select envelope from outbox")
    for row in rows:
        text = json.dumps(json.loads(row["envelope"]), ensure_ascii=False)
        assert not [secret for secret in secrets if secret in text]


@pytest.mark.rule("F2")
async def test_another_supplier_sees_nothing(
    feedback: Feedback, supplier_of: Callable[[str], Headers]
) -> None:
    await feedback.complain("c1")
    other = supplier_of("other")
    assert (await feedback.get("complaints", headers=other)).json()["items"] == []
    one = await feedback.get("complaints/c1", headers=other)
    none = await feedback.get("complaints/c9", headers=other)
    assert (one.status_code, one.json()["code"]) == (404, "not-recorded")
    assert one.text.replace("c1", "c9") == none.text
    rates = await feedback.get("contracts/cleaning-2017/satisfaction", headers=other)
    assert (rates.status_code, rates.json()["code"]) == (404, "unknown-contract")


@pytest.mark.rule("F2")
async def test_every_look_at_an_identity_is_recorded(feedback: Feedback) -> None:
    await feedback.complain("c1", caller="王芳")
    looks = [
        feedback.as_(Role.SUPERVISOR, "赵"),
        feedback.as_(Role.AUDITOR, "审计员"),
        feedback.as_(Role.LEADER, "局长"),
        {"X-On-Behalf-Of": quote("孙某\x00")},
    ]
    for headers in looks:
        seen = (await feedback.get("complaints/c1", headers=headers)).json()
        assert (seen["caller"], seen["department"]) == ("王芳", "财务科")
    for role in (Role.STAFF, Role.LIAISON, Role.FINANCE):
        seen = (await feedback.get("complaints/c1", headers=feedback.as_(role))).json()
        assert "caller" not in seen
        assert "department" not in seen
        assert seen["recorded_by"] == "replay"
    listed = (await feedback.get("complaints")).json()["items"]
    assert "caller" not in listed[0]
    kept = await feedback.get(
        "identity-looks", params={"complaint": "c1"}, headers=feedback.as_(Role.AUDITOR)
    )
    assert [(look["looked_by"], look["role"]) for look in kept.json()["items"]] == [
        ("赵", "supervisor"),
        ("审计员", "auditor"),
        ("局长", "leader"),
        ("replay for 孙某", "system"),
    ]
    first = (await feedback.get("identity-looks", params={"limit": 1})).json()
    second = await feedback.get("identity-looks", params={"limit": 1, "after": first["next"]})
    assert [item["looked_by"] for item in second.json()["items"]] == ["审计员"]
    too_big = "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5Il0="
    bad = await feedback.get("identity-looks", params={"after": too_big})
    assert bad.json()["code"] == "bad-cursor"
    with pytest.raises(asyncpg.RaiseError, match="kept for good"):
        await feedback.running.pool.execute("delete from identity_looks")
    staff = await feedback.get("identity-looks", headers=feedback.as_(Role.STAFF))
    assert staff.status_code == 403


@pytest.mark.rule("F2")
async def test_nobody_decides_on_what_concerns_themselves(feedback: Feedback) -> None:
    await feedback.complain("c1", caller="王芳")
    decision = {"decision": "upheld"}
    for headers in (feedback.as_(Role.SUPERVISOR, " 王 芳"), {"X-On-Behalf-Of": quote("王芳")}):
        own = await feedback.post("complaints/c1/decision", decision, headers=headers)
        assert (own.status_code, own.json()["code"]) == (403, "own-matter")
    other = await feedback.post(
        "complaints/c1/decision", decision, headers=feedback.as_(Role.SUPERVISOR, "赵")
    )
    assert other.status_code == 201


@pytest.mark.rule("F2")
async def test_staff_call_for_themselves_and_stay_unnamed(feedback: Feedback) -> None:
    body = {"id": "c1", "contract": "cleaning-2017", "department": "财务科"}
    headers = feedback.as_(Role.STAFF, "王芳")
    assert (await feedback.post("complaints", body, headers=headers)).status_code == 201
    listed = await feedback.get("complaints", headers=feedback.as_(Role.FINANCE))
    assert "王芳" not in listed.text
    own = await feedback.post(
        "complaints/c1/decision",
        {"decision": "upheld"},
        headers=feedback.as_(Role.SUPERVISOR, "王芳"),
    )
    assert own.json()["code"] == "own-matter"


WHO_MAY = [
    ("POST", "complaints", "system supervisor finance leader liaison staff"),
    ("POST", "complaints/c1/decision", "system supervisor leader"),
    ("POST", "surveys", "system supervisor"),
    (
        "GET",
        "complaints",
        "system auditor supervisor finance leader liaison staff contractor prime-contractor",
    ),
    ("GET", "identity-looks", "system auditor supervisor"),
]


async def test_who_may_do_what(feedback: Feedback) -> None:
    for method, path, allowed in WHO_MAY:
        url = f"/v1/offices/ezhou/{path}"
        body: dict[str, Any] | None = {} if method == "POST" else None
        permitted = set()
        for role in Role:
            supplier = "dingsheng" if "contractor" in role.value else None
            headers = feedback.as_(role, supplier=supplier)
            answer = await feedback.client.request(method, url, json=body, headers=headers)
            assert answer.status_code in (200, 422, 403)
            if answer.status_code != 403:
                permitted.add(role.value)
        assert permitted == set(allowed.split()), (method, path)
        anonymous = await feedback.client.request(method, url, headers={"Authorization": ""})
        assert anonymous.status_code == 401


async def test_another_office_does_not_exist(feedback: Feedback) -> None:
    await feedback.complain("c1")
    await feedback.open_office("sanmen")
    stranger = feedback.as_(Role.SUPERVISOR, office="sanmen")
    for path in ("complaints", "complaints/c1", "contracts/cleaning-2017/satisfaction"):
        answer = await feedback.get(path, headers=stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-office")
    filed = await feedback.post(
        "complaints",
        {"id": "c2", "contract": "cleaning-2017", "department": "x"},
        headers=stranger,
    )
    assert filed.status_code == 404
    inside = await feedback.client.get("/v1/offices/sanmen/complaints/c1", headers=stranger)
    assert (inside.status_code, inside.json()["code"]) == (404, "not-recorded")
    nobody = await feedback.client.get("/v1/offices/nowhere/complaints")
    assert nobody.json()["code"] == "unknown-office"


# --- F5 widespread ---------------------------------------------------------------------------


@pytest.mark.rule("F5")
async def test_five_upheld_complaints_of_three_departments_are_widespread(
    feedback: Feedback,
) -> None:
    for n, department in enumerate(["甲", "乙", "丙", "甲", "乙"]):
        await feedback.sweep(f"2017-06-{n + 1:02d}")
        await feedback.complain(f"c{n}", department)
    await feedback.sweep("2017-07-20")
    for number in ("c4", "c3", "c2", "c1"):
        await feedback.uphold(number)
    assert await feedback.told("complaints-widespread") == []
    await feedback.uphold("c0")
    expected = {
        "happened_on": "2017-06-01",
        "recorded_on": "2017-07-20",
        "contract": "cleaning-2017",
        "complaints": ["c0", "c1", "c2", "c3", "c4"],
        "first_on": "2017-06-01",
        "last_on": "2017-06-05",
    }
    assert await feedback.told("complaints-widespread") == [expected]


@pytest.mark.rule("F5")
async def test_complaints_up_to_the_last_exit_decision_no_longer_count(
    feedback: Feedback,
) -> None:
    for n in range(8):
        if n == 5:
            await feedback.sweep("2017-05-02")
        await feedback.complain(f"c{n}", f"d{n % 3}")
    decided = {"contract": "cleaning-2017", "proposal": 1, "decision": "rejected", "ends_on": None}
    await feedback.hear("exit-decided", decided, on="2017-05-01")
    for n in range(8):
        await feedback.uphold(f"c{n}")
    assert await feedback.told("complaints-widespread") == []
    await feedback.sweep("2017-05-03")
    for n in (8, 9):
        await feedback.complain(f"c{n}", f"d{n % 3}")
        await feedback.uphold(f"c{n}")
    [told] = await feedback.told("complaints-widespread")
    assert told["complaints"] == ["c5", "c6", "c7", "c8", "c9"]
