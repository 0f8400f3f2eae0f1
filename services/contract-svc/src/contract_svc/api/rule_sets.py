"""Rule sets: every number that an office might set differently, in versions."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import NumberTaken, problems

from contract_svc.api.access import Reading, Recording, RulesId
from contract_svc.asked.rule_sets import NewRuleSet, RuleSetContent
from contract_svc.queries.rule_sets import list_rule_sets, list_versions, show_rule_set
from contract_svc.refusals import UnknownRuleSet
from contract_svc.shown import RuleSetShown
from contract_svc.usecases.rule_sets import add_version, record_rule_set

router = APIRouter(prefix="/v1/offices/{office}/rule-sets", tags=["rule sets"])
Version = Annotated[int, Path(ge=1, lt=2**31, description="The version, from 1")]


@router.post(
    "",
    summary="Record a rule set 录入规则集",
    status_code=201,
    response_model=RuleSetShown,
    responses=problems(NumberTaken),
)
async def post(command: Recording, body: NewRuleSet) -> Response:
    """Record a rule set: its version 1."""
    return await command.do(record_rule_set, body)


@router.get(
    "",
    summary="List rule sets 规则集列表",
    response_model=Page[RuleSetShown],
    responses=problems(BadCursor),
)
async def get_all(reader: Reading, after: After = None, limit: Limit = 50) -> Any:
    """The newest version of each; a supplier sees those that its contracts pin."""
    return await reader.ask(list_rule_sets, after, limit)


@router.get(
    "/{rules}",
    summary="Show the newest version 查看规则集最新版本",
    response_model=RuleSetShown,
    responses=problems(UnknownRuleSet),
)
async def get(reader: Reading, rules: RulesId) -> Any:
    """The newest version."""
    return await reader.ask(show_rule_set, rules)


@router.post(
    "/{rules}/versions",
    summary="Add a version 新增规则集版本",
    status_code=201,
    response_model=RuleSetShown,
    responses=problems(UnknownRuleSet),
)
async def post_version(command: Recording, rules: RulesId, body: RuleSetContent) -> Response:
    """Add a version; contracts keep the one that they pinned."""
    return await command.do(add_version, rules, body)


@router.get(
    "/{rules}/versions",
    summary="List versions 规则集版本列表",
    response_model=Page[RuleSetShown],
    responses=problems(UnknownRuleSet, BadCursor),
)
async def get_versions(
    reader: Reading, rules: RulesId, after: After = None, limit: Limit = 50
) -> Any:
    """All versions, oldest first."""
    return await reader.ask(list_versions, rules, after, limit)


@router.get(
    "/{rules}/versions/{version}",
    summary="Show a version 查看规则集版本",
    response_model=RuleSetShown,
    responses=problems(UnknownRuleSet),
)
async def get_version(reader: Reading, rules: RulesId, version: Version) -> Any:
    """One version."""
    return await reader.ask(show_rule_set, rules, version)
