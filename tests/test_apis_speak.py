"""The APIs speak for themselves: who reads a specification needs no other page to call it."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from contract_svc.main import SERVICE as CONTRACTS
from houqin.gateway import SERVICES
from houqin_shared.app import create_app
from houqin_shared.problem import Refusal
from houqin_shared.service import Service
from houqin_shared.specs import NOWHERE

Json = dict[str, Any]

SPECS: dict[str, Json] = {
    name: create_app(service, NOWHERE).openapi() for name, service in SERVICES.items()
}


def parameters(operation: Json) -> list[Json]:
    """Of path, query and header."""
    found: list[Json] = operation.get("parameters", [])
    return found


@pytest.fixture(params=SPECS, ids=str)
def spec(request: pytest.FixtureRequest) -> Json:
    return SPECS[request.param]


def operations(spec: Json) -> Iterator[tuple[str, Json]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_route_has_a_title_of_its_own_in_both_languages(spec: Json) -> None:
    titles = [operation["summary"] for _, operation in operations(spec)]
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if title.isascii()] == []


def test_every_route_says_who_may_call_it(spec: Json) -> None:
    for name, operation in operations(spec):
        if "/health/" in name:
            assert "x-roles" not in operation
            assert not {"401", "403", "404"} & operation["responses"].keys(), name
        else:
            assert operation["x-roles"], name
            assert {"401", "403", "422"} <= operation["responses"].keys(), name
            assert "**Roles 角色**" in operation["description"], name


def test_only_what_changes_something_speaks_of_idempotency(spec: Json) -> None:
    for name, operation in operations(spec):
        told = str(operation["responses"])
        takes_a_key = "idempotency-key" in {each["name"] for each in parameters(operation)}
        assert takes_a_key == ("`still-running`" in told), name
        assert takes_a_key == ("`idempotency-key-reused`" in told), name
        assert not (takes_a_key and name.startswith("get")), name
        assert ("requestBody" in operation) == ("`bad-request`" in told), name


def test_every_field_and_parameter_is_described(spec: Json) -> None:
    schemas: Json = spec["components"]["schemas"]

    def is_described(field: Json) -> bool:
        if "$ref" in field and "description" not in field:
            field = schemas[field["$ref"].rpartition("/")[2]]
        return bool(field.get("description"))

    bare = [
        f"{model}.{name}"
        for model, schema in schemas.items()
        for name, field in schema.get("properties", {}).items()
        if not is_described(field)
    ]
    bare += [
        f"{name} ? {parameter['name']}"
        for name, operation in operations(spec)
        for parameter in parameters(operation)
        if not parameter.get("description")
    ]
    assert bare == []


def test_a_whole_rule_set_is_shown() -> None:
    schema = SPECS["contract"]["components"]["schemas"]["NewRuleSet"]
    (example,) = schema["examples"]
    assert set(schema["required"]) <= example.keys()


def test_unknown_contracts_are_told_in_one_sentence() -> None:
    def every(kind: type[Refusal]) -> Iterator[type[Refusal]]:
        for each in kind.__subclasses__():
            yield each
            yield from every(each)

    told = {(each.en, each.zh) for each in every(Refusal) if each.code == "unknown-contract"}
    assert len(told) == 1


async def test_an_unknown_query_parameter_is_refused_by_name(
    start: Callable[[Service], Awaitable[httpx.AsyncClient]],
) -> None:
    client = await start(CONTRACTS)
    founded = await client.put("/v1/offices/ezhou", json={"name": "鄂州", "clock": "live"})
    assert founded.status_code == 200
    contracts = "/v1/offices/ezhou/contracts"
    assert (await client.get(contracts, params={"state": "active"})).status_code == 200

    refused = await client.get(contracts, params={"stat": "active", "limit": 2})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {
            "field": "query.stat",
            "message": "unknown parameter; known here: after, item, limit, state, supplier",
        }
    ]
    chinese = await client.get(
        contracts, params={"stat": "active"}, headers={"Accept-Language": "zh"}
    )
    assert chinese.json()["errors"][0]["message"].startswith("未知参数")

    changing = await client.put(
        "/v1/offices/ezhou", params={"dry": "1"}, json={"name": "鄂州", "clock": "live"}
    )
    assert changing.status_code == 422
    stranger = await client.get(contracts, params={"stat": "x"}, headers={"Authorization": ""})
    assert stranger.status_code == 401
    assert (await client.get("/health/live", params={"probe": "1"})).status_code == 200
