"""Offices, suppliers, rule sets and signing, through the API."""

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from contract_desk import EVE, contract, rule_set, supplier
from contract_svc.usecases import offices
from houqin_shared import clock
from houqin_shared.auth import Role

if TYPE_CHECKING:
    from contract_desk import Desk


async def test_an_office_is_registered_once(desk: "Desk") -> None:
    again = await desk.put_office()
    assert again["opens_on"] == EVE
    assert again["today"] == EVE
    assert await desk.put_office(status=409, name="Another")
    assert await desk.put_office(status=409, opens_on="2017-05-02")
    told = await desk.told("office-registered")
    assert [(each["clock"], each["opens_on"], each["recorded_on"]) for each in told] == [
        ("manual", EVE, EVE)
    ]


async def test_another_file_for_the_office_is_refused(desk: "Desk") -> None:
    await desk.put_office("sanmen", imported_from="sha256:1")
    await desk.put_office("sanmen", imported_from="sha256:1")
    await desk.put_office("sanmen", status=409, imported_from="sha256:2")


async def test_a_manual_clock_needs_its_first_day_and_a_live_one_starts_today(
    desk: "Desk", monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (clock, offices):
        monkeypatch.setattr(module, "legal_today", lambda: date(2026, 3, 2))
    await desk.put_office("other", status=422, opens_on=None)
    live = await desk.put_office("live", clock="live", opens_on=None)
    assert live["opens_on"] == live["today"] == "2026-03-02"
    assert (await desk.put_office("live", clock="live", opens_on=None)) == live
    await desk.put_office("early", status=422, clock="live", opens_on="2199-01-01")


async def test_offices_are_listed_for_whom_they_are(desk: "Desk") -> None:
    await desk.put_office("sanmen")
    both = await desk.client.get("/v1/offices")
    assert [each["id"] for each in both.json()["items"]] == ["ezhou", "sanmen"]
    first = await desk.client.get("/v1/offices", params={"limit": 1})
    second = await desk.client.get("/v1/offices", params={"after": first.json()["next"]})
    assert [each["id"] for each in second.json()["items"]] == ["sanmen"]
    one = await desk.client.get("/v1/offices", headers=desk.as_(Role.AUDITOR, "sanmen"))
    assert [each["id"] for each in one.json()["items"]] == ["sanmen"]


@pytest.mark.rule("C1")
async def test_a_supplier_is_admitted_when_its_last_gate_opens(desk: "Desk") -> None:
    three = supplier()["gates"][:3]
    shown = await desk.post("suppliers", supplier(gates=three))
    assert (shown["admitted"], shown["missing_gates"]) == (False, ["conduct"])
    assert await desk.told("supplier-admitted") == []
    paper = supplier()["gates"][3]
    shown = await desk.post("suppliers/dingsheng/evidence", paper)
    assert (shown["admitted"], len(shown["gates"])) == (True, 4)
    shown = await desk.post("suppliers/dingsheng/evidence", paper)
    assert len(shown["gates"]) == 4
    assert [each["name"] for each in await desk.told("supplier-admitted")] == ["鼎盛保洁公司"]


async def test_a_false_credit_code_is_refused(desk: "Desk") -> None:
    answer = await desk.post("suppliers", supplier(uscc="91350100M000100Y44"), 422)
    assert answer["errors"][0]["field"] == "body.uscc"


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("until", "signed_on", "passes"),
    [
        ("2017-05-01", None, True),
        ("2017-04-30", None, False),
        ("2017-04-30", "2017-04-30", True),
        ("2017-05-01", "2017-05-02", False),
    ],
)
async def test_gates_are_looked_at_on_the_signing_day(
    desk: "Desk", until: str, signed_on: str | None, passes: bool
) -> None:
    papers = supplier()["gates"]
    papers[1]["valid_until"] = until
    await desk.post("suppliers", supplier(gates=papers))
    await desk.post("rule-sets", rule_set())
    body = contract() | ({"signed_on": signed_on} if signed_on else {})
    if passes:
        assert (await desk.post("contracts", body))["state"] == "active"
        return
    problem = await desk.refused("contracts", body, "gates-not-passed")
    assert "reputation" in problem["detail"]
    await desk.get("contracts/c1", 404)
    assert await desk.told("contract-signed") == []
    # the number is free: once the evidence is there it may be signed
    await desk.post("suppliers/dingsheng/evidence", papers[1] | {"valid_until": "2030-01-01"})
    await desk.post("contracts", body)


async def test_a_signed_contract_is_told_with_its_whole_rule_set(desk: "Desk") -> None:
    shown = await desk.signed(months=36)
    assert shown["ends_on"] == "2020-05-01"
    assert shown["signed_on"] == "2017-05-01"
    assert shown["rules"] == {"id": "ezhou-2017", "version": 1}
    assert shown["annual_price"] == "235000.00"
    assert shown["recorded_from"] == "paper"
    assert shown["recorded_by"] == "replay"
    (told,) = await desk.told("contract-signed")
    assert told["annual_price_fen"] == 23_500_000
    assert (told["happened_on"], told["recorded_on"]) == ("2017-05-01", EVE)
    assert told["rules"]["bands"][0]["from"] == "95"
    assert told["rules"]["amounts"]["general"] == "50.00"
    assert told["rules"]["tiers"] == {"patrol": "0.4", "joint": "0.6"}
    assert (told["rules"]["id"], told["rules"]["version"]) == ("ezhou-2017", 1)
    assert (told["term"], told["small_or_medium"]) == (1, True)
    assert set(told) == {
        "fact", "contract", "item", "supplier", "supplier_name", "small_or_medium",
        "annual_price_fen", "starts_on", "months", "ends_on", "satisfaction_target", "term",
        "signed_on", "rules", "happened_on", "recorded_on",
    }  # fmt: skip


async def test_numbers_come_again(desk: "Desk") -> None:
    first = await desk.signed()
    assert await desk.post("suppliers", supplier())
    assert await desk.post("rule-sets", rule_set())
    assert await desk.post("contracts", contract()) == first
    assert await desk.post("contracts", contract(signed_on="2017-05-01")) == first
    await desk.refused("suppliers", supplier(name="Other"), "number-taken")
    await desk.refused("rule-sets", rule_set(retained_percent=6), "number-taken")
    await desk.refused("contracts", contract(months=13), "number-taken")
    assert len(await desk.told("contract-signed")) == 1
    assert len(await desk.told("supplier-admitted")) == 1


async def test_the_first_answer_comes_again_with_its_key(desk: "Desk") -> None:
    await desk.signed()
    renewed = await desk.post("contracts/c1/renewals", {"months": 6}, Idempotency_Key="k1")
    assert renewed["ends_on"] == "2018-11-01"
    again = await desk.post("contracts/c1/renewals", {"months": 6}, Idempotency_Key="k1")
    assert again == renewed
    reused = await desk.post("contracts/c1/renewals", {"months": 7}, 422, Idempotency_Key="k1")
    assert reused["code"] == "idempotency-key-reused"
    refused = await desk.post("contracts/c1/renewals", {"months": 20}, 409, Idempotency_Key="k2")
    assert refused["code"] == "renewal-past-three-years"
    assert await desk.post("contracts/c1/renewals", {"months": 20}, 409, Idempotency_Key="k2")
    assert len(await desk.told("contract-renewed")) == 1


async def test_what_a_contract_names_must_be_there(desk: "Desk") -> None:
    await desk.refused("contracts", contract(), "unknown-supplier")
    await desk.post("suppliers", supplier())
    await desk.refused("contracts", contract(), "unknown-rule-set")
    await desk.post("rule-sets", rule_set())
    await desk.refused("contracts", contract(rules_version=2), "unknown-rule-set")
    await desk.refused("contracts/c1/renewals", {"months": 1}, "unknown-contract")
    await desk.refused("suppliers/nobody/evidence", supplier()["gates"][0], "unknown-supplier")


async def test_a_contract_keeps_the_rules_that_it_pinned(desk: "Desk") -> None:
    await desk.signed()
    second = {k: v for k, v in rule_set(retained_percent="7.5").items() if k != "id"}
    assert (await desk.post("rule-sets/ezhou-2017/versions", second))["version"] == 2
    assert (await desk.post("rule-sets/ezhou-2017/versions", second))["version"] == 2
    assert (await desk.get("rule-sets/ezhou-2017"))["retained_percent"] == "7.5"
    assert (await desk.get("rule-sets/ezhou-2017/versions/1"))["retained_percent"] == "5"
    assert (await desk.get("contracts/c1"))["rules"]["version"] == 1
    assert (await desk.post("contracts", contract("c2")))["rules"]["version"] == 2
    assert (await desk.post("contracts", contract("c3", rules_version=1)))["rules"]["version"] == 1
    versions = await desk.items("rule-sets/ezhou-2017/versions", limit=1)
    assert [each["version"] for each in versions] == [1, 2]
    assert len(await desk.items("rule-sets")) == 1
    await desk.refused("rule-sets/none/versions", second, "unknown-rule-set")


BANDS = rule_set()["bands"]


@pytest.mark.rule("F4")
@pytest.mark.parametrize(
    "wrong",
    [
        {"bands": []},
        {"bands": BANDS[:1]},
        {"bands": [*BANDS, BANDS[0]]},
        {"bands": [BANDS[0] | {"from": 101}, BANDS[1]]},
        {"deposit_percent": "10.01"},
        {"retained_percent": 101},
        {"repeat": {"within_days": 30, "times": 1.5}},
        {"repeat": {"within_days": 30, "times": True}},
        {"tiers": {}},
        {"tiers": {"patrol": 0}},
        {"tiers": {"somewhere": 1}},
        {"half_year": {"months": 0, "leaders": 0}},
        {"amounts": rule_set()["amounts"] | {"major": "0.001"}},
        {"amounts": rule_set()["amounts"] | {"major": "-1.00"}},
        {"unasked": 1},
    ],
)
async def test_a_wrong_rule_set_is_refused(desk: "Desk", wrong: dict[str, Any]) -> None:
    answer = await desk.post("rule-sets", rule_set(**wrong), 422)
    assert answer["errors"]
    await desk.get("rule-sets/ezhou-2017", 404)


async def test_remarks_may_stand_where_people_write(desk: "Desk") -> None:
    said = {"name_en": "Dingsheng", "text": "第一家", "note": "n"}
    shown = await desk.post("suppliers", supplier(**said))
    assert {name: shown[name] for name in said} == said
    await desk.post("rule-sets", rule_set(note="as in 2016"))
    shown = await desk.post("contracts", contract(**said))
    assert {name: shown[name] for name in said} == said
    await desk.post("suppliers", supplier("s2", text="a\x00b"), 422)


@pytest.mark.parametrize(
    "wrong",
    [{"months": 0}, {"months": 37}, {"annual_price": "0.00"}, {"annual_price": "1.005"},
     {"satisfaction_target": 101}, {"id": "a/b"}, {"starts_on": "2017-02-30"}],
)  # fmt: skip
async def test_a_wrong_contract_names_its_field(desk: "Desk", wrong: dict[str, Any]) -> None:
    answer = await desk.post("contracts", contract(**wrong), 422)
    assert answer["errors"][0]["field"] == f"body.{next(iter(wrong))}"


async def test_roles_and_other_offices(desk: "Desk") -> None:
    await desk.signed()
    url = desk.url("contracts")
    for role in (Role.AUDITOR, Role.FINANCE, Role.STAFF, Role.PUBLIC):
        answer = await desk.client.post(url, json=contract("c2"), headers=desk.as_(role))
        assert answer.status_code == 403, role
    by = desk.as_(Role.CONTRACTOR, supplier="dingsheng")
    assert (await desk.client.post(url, json=contract("c2"), headers=by)).status_code == 403
    assert (await desk.client.get(url, headers=desk.as_(Role.PUBLIC))).status_code == 403
    assert (await desk.client.get(url, headers={"Authorization": "Bearer x"})).status_code == 401
    elsewhere = desk.as_(Role.SUPERVISOR, "sanmen")
    answer = await desk.client.get(url, headers=elsewhere)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-office")
    answer = await desk.client.put(desk.url(""), json={}, headers=elsewhere)
    assert answer.status_code in (404, 422)


async def test_a_supplier_sees_its_own_and_never_who_recorded_it(desk: "Desk") -> None:
    await desk.signed()
    await desk.post("suppliers", supplier("other"))
    await desk.post("rule-sets", rule_set(id="unpinned"))
    own = desk.as_(Role.CONTRACTOR, supplier="dingsheng")
    shown = await desk.get("contracts/c1", headers=own)
    assert shown["recorded_by"] is None
    assert (await desk.get("suppliers/dingsheng", headers=own))["recorded_by"] is None
    assert len((await desk.get("suppliers", headers=own))["items"]) == 1
    await desk.get("suppliers/other", 404, headers=own)
    assert (await desk.get("rule-sets/ezhou-2017", headers=own))["recorded_by"] is None
    await desk.get("rule-sets/unpinned", 404, headers=own)
    assert len((await desk.get("rule-sets", headers=own))["items"]) == 1
    other = desk.as_(Role.PRIME_CONTRACTOR, supplier="other")
    for path in ("contracts/c1", "contracts/c1/exit-proposals", "contracts/c1/reminders"):
        problem = await desk.get(path, 404, headers=other)
        assert problem["code"] == "unknown-contract"
    assert (await desk.get("contracts", headers=other))["items"] == []


async def test_who_records_for_whom_is_kept(desk: "Desk") -> None:
    headers = {"X-On-Behalf-Of": "%E7%8E%8B%E8%8A%B3"}
    answer = await desk.client.post(desk.url("suppliers"), json=supplier(), headers=headers)
    assert answer.json()["recorded_by"] == "replay for 王芳"


async def test_contracts_come_in_pages_and_by_filters(desk: "Desk") -> None:
    await desk.signed()
    for number in ("c2", "c3", "c4"):
        item = "catering" if number == "c4" else "cleaning"
        await desk.post("contracts", contract(number, item=item))
    assert [each["id"] for each in await desk.items("contracts", limit=2)] == [
        "c1", "c2", "c3", "c4",
    ]  # fmt: skip
    catering = await desk.get("contracts", item="catering", state="active")
    assert [each["id"] for each in catering["items"]] == ["c4"]
    assert (await desk.get("contracts", state="closed"))["items"] == []
    assert (await desk.get("contracts", 422, after="nonsense"))["code"] == "bad-cursor"
    cursor = "WyJhIl0="  # ["a"]: a text where a number belongs
    assert (await desk.get("contracts/c1/exit-warnings", 422, after=cursor))["code"] == "bad-cursor"
