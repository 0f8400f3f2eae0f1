"""The specification says what the code does: who may call a route, and all that it may answer.

Roles and refusals are read off the routes' dependencies, so nobody types them a second time.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from houqin_shared.admission import Admission
from houqin_shared.auth import Role
from houqin_shared.problem import BodyTooLarge, Problem, Responses, declare, problems

Json = dict[str, Any]

INVALID = (
    "`invalid-request`: fields or parameters are wrong, unknown or missing; `errors` names each."
    " 字段或参数有误、未知或缺失,见 `errors`。"
)
NOT_JSON = "`bad-request`: The body is not JSON. 请求体不是有效的 JSON。"


def describe(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Let `app.openapi` tell of roles and refusals, too."""
    plain = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            spec = plain()
            for route in _routes(routers):
                for method in route.methods or ():
                    _complete(spec["paths"][route.path_format][method.lower()], route)
            _with_our_problem(spec["components"]["schemas"])
            app.openapi_schema = spec
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _routes(routers: Sequence[APIRouter]) -> Iterator[APIRoute]:
    for router in routers:
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def _complete(operation: Json, route: APIRoute) -> None:
    """Add who may call it, and what stands before its use case may answer."""
    answers: Json = operation["responses"]
    if "Validation Error" in answers.get("422", {}).get("description", ""):
        del answers["422"]
    admission = next(_admissions(route.dependant), None)
    if admission is None:
        return
    operation["x-roles"] = [role.value for role in admission.roles]
    operation["description"] += f"\n\n{_who(admission)}"
    before: Responses = {
        int(status): answer for status, answer in answers.items() if int(status) >= 400
    }
    for status, answer in problems(*admission.refuses).items():
        for line in answer["description"].split("\n\n"):
            declare(before, int(status), line)
    declare(before, 422, INVALID)
    if "requestBody" in operation:
        declare(before, 400, NOT_JSON)
        for line in problems(BodyTooLarge)[BodyTooLarge.status]["description"].split("\n\n"):
            declare(before, BodyTooLarge.status, line)
    operation["responses"] = answers | {str(status): each for status, each in before.items()}


def _admissions(dependant: Dependant) -> Iterator[Admission]:
    calls: list[object] = [each.call for each in dependant.dependencies]
    yield from (call for call in calls if isinstance(call, Admission))


def _who(admission: Admission) -> str:
    roles = "any 不限" if set(admission.roles) == set(Role) else ", ".join(admission.roles)
    everywhere = " (of every office 面向所有机关)" if admission.of_every_office else ""
    return f"**Roles 角色**: {roles}{everywhere}"


def _with_our_problem(schemas: Json) -> None:
    """Our problem in place of FastAPI's own validation error."""
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= whole.pop("$defs", {})
    schemas["Problem"] = whole
