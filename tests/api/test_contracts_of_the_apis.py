"""Every API against its own OpenAPI, with requests that nobody thought of.

The service answers on a real port, from a real PostgreSQL, beside the contract service that signs
the contract it needs. In one run the requests fit the specification, and numbers come from so few
that they meet things that exist; in the other something in each request is wrong.
"""

import asyncio
import copy
import importlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import orjson
import pytest
import schemathesis
import uvicorn
from acceptance.installation import until
from founding import FOUNDING
from houqin_shared.app import create_app, openapi_bytes
from houqin_shared.auth import Role, issue_token
from houqin_shared.service import Service
from houqin_shared.settings import Settings
from houqin_shared.specs import NOWHERE
from houqin_shared.text import ID_PATTERN
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

Json = dict[str, Any]

SERVICES = ("contract", "inspection", "feedback", "billing")
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = {GenerationMode.POSITIVE: 25, GenerationMode.NEGATIVE: 12}
"""Requests per operation."""

TOKEN_KEY = "a key for the tests alone, long enough"
NUMBERS = ["a1", "a2"]
"""What everything is numbered; the supplier, rule set and contract that are there are a1."""


def service_named(name: str) -> Service:
    found: Service = importlib.import_module(f"{name}_svc.main").SERVICE
    return found


@contextmanager
def serving(service: Service, database: str, bus: str) -> Iterator[str]:
    """The service on a port of this machine; its address."""
    app = create_app(service, Settings(database, bus, TOKEN_KEY))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, name=service.name)
    thread.start()
    try:
        until(lambda: server.started, "the service starts")
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def token() -> str:
    return f"Bearer {issue_token(TOKEN_KEY, 'tester', Role.SYSTEM)}"


@pytest.fixture(params=SERVICES)
def served(
    request: pytest.FixtureRequest, new_database: Callable[[], Coroutine[None, None, str]]
) -> Iterator[tuple[Service, str]]:
    """A service that knows an office with a contract, and its address."""
    contracts, service = service_named("contract"), service_named(request.param)
    bus, own, other = (asyncio.run(new_database()) for _ in range(3))
    with serving(contracts, own, bus) as first:
        with httpx.Client(base_url=first, headers={"Authorization": token()}) as client:
            for method, path, body in FOUNDING:
                answer = client.request(method, path, json=body)
                assert answer.status_code in (200, 201), answer.text
        if service is contracts:
            yield service, first
            return
        with serving(service, other, bus) as second:
            _wait_for_the_contract(first, second)
            yield service, second


def _wait_for_the_contract(contracts: str, service: str) -> None:
    with httpx.Client(headers={"Authorization": token()}) as client:

        def flow(url: str, figure: str) -> int:
            return int(client.get(f"{url}/v1/ops/flow").json()[figure])

        until(lambda: flow(contracts, "outbox") == 0, "the contract is told")
        until(lambda: flow(service, "lag") == 0, "the contract is heard")


def narrowed(spec: Json) -> Json:
    """The specification with so few numbers that requests meet what exists."""

    def narrow(part: Any) -> Any:
        if isinstance(part, list):
            return [narrow(each) for each in part]
        if not isinstance(part, dict):
            return part
        if part.get("pattern") == ID_PATTERN:
            return {"type": "string", "enum": NUMBERS}
        if part.get("in") == "path" and part.get("name") == "office":
            return part | {"schema": {"type": "string", "enum": ["ezhou"]}}
        return {name: narrow(each) for name, each in part.items()}

    few: Json = narrow(copy.deepcopy(spec))
    # Each day takes a sweep: the next two are enough.
    few["components"]["schemas"]["SweepOrder"]["properties"]["as_of"] = {
        "type": "string",
        "enum": ["2017-05-02", "2017-05-03"],
    }
    # Answers are about all numbers.
    for path, operations in few["paths"].items():
        for method, operation in operations.items():
            operation["responses"] = spec["paths"][path][method]["responses"]
    return few


def ask(
    operation: schemathesis.APIOperation[Any, Any, Any, Any], mode: GenerationMode, url: str
) -> set[int]:
    """Call an operation many times; the statuses of its answers. Fails on one that is wrong."""
    headers = {"Authorization": token()}
    statuses = set()

    @settings(
        max_examples=EXAMPLES[mode],
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: schemathesis.Case[Any]) -> None:
        response = case.call(base_url=url, headers=headers)
        statuses.add(response.status_code)
        # Of queries and headers the specification knows less than the service: `\w` in a pattern
        # is ASCII to it, and a header that nobody reads is no mistake.
        checks = [*CHECKS, negative_data_rejection] if has_wrong_body(case) else CHECKS
        case.validate_response(response, checks=checks)

    call()
    return statuses


def has_wrong_body(case: schemathesis.Case[Any]) -> bool:
    components = case.meta.components if case.meta else {}
    body = components.get(ParameterLocation.BODY)
    return body is not None and body.mode is GenerationMode.NEGATIVE


def operations_of(spec: Json) -> Iterator[schemathesis.APIOperation[Any, Any, Any, Any]]:
    for found in schemathesis.openapi.from_dict(spec).get_all_operations():
        assert isinstance(found, Ok), found.err()
        yield found.ok()


def specification(service: Service) -> Json:
    spec: Json = orjson.loads(openapi_bytes(create_app(service, NOWHERE)))
    return spec


def test_requests_that_fit_are_answered_as_specified(served: tuple[Service, str]) -> None:
    service, url = served
    statuses = {
        operation.label: ask(operation, GenerationMode.POSITIVE, url)
        for operation in operations_of(narrowed(specification(service)))
    }
    met = [label for label, seen in statuses.items() if min(seen) < 300]
    assert len(met) > len(statuses) / 2, statuses


def test_requests_that_do_not_fit_are_refused_as_specified(served: tuple[Service, str]) -> None:
    service, url = served
    for operation in operations_of(specification(service)):
        nothing_to_get_wrong = not {"parameters", "requestBody"} & operation.definition.raw.keys()
        # A header may be wrong that nobody reads, which leaves a sweep of thousands of days.
        if not nothing_to_get_wrong and not operation.path.endswith("/sweeps"):
            ask(operation, GenerationMode.NEGATIVE, url)
