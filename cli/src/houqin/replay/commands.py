"""What each part of an office file is as a request: which service, where, with what body."""

from dataclasses import dataclass
from decimal import Decimal
from functools import singledispatch

from houqin_ops.client import Json, at
from houqin_shared.exact import yuan_of_fen

from houqin import officefile as of


@dataclass(frozen=True, slots=True)
class Request:
    """A POST to one of the services, below the office."""

    service: str
    path: tuple[str, ...]
    body: Json

    def url(self, office: str) -> str:
        return at("offices", office, *self.path)


def supplier(given: of.Supplier) -> Request:
    body: Json = {
        "id": given.id,
        "name": given.name,
        "uscc": given.uscc,
        "small_or_medium": given.small_or_medium,
        "gates": [
            {
                "gate": paper.gate,
                "document": paper.document,
                "valid_until": paper.valid_until.isoformat(),
            }
            for paper in given.gates
        ],
    }
    return Request("contract", ("suppliers",), body | _remarks(given.remarks))


def rule_set(given: of.RuleSet) -> Request:
    body: Json = {
        "id": given.id,
        "points": _decimals(given.points, "general", "major", "complaint", "merit"),
        "tiers": {tier: _plain(weight) for tier, weight in given.tiers},
        "half_year": _decimals(given.half_year, "months", "leaders"),
        "amounts": {
            kind: yuan_of_fen(getattr(given.amounts, kind))
            for kind in ("general", "major", "complaint", "rectification")
        },
        "repeat": {"within_days": given.repeat.within_days, "times": given.repeat.times},
        "ladder": _decimals(given.ladder, "full_from", "percent_per_point", "at_most_percent"),
        "retained_percent": _plain(given.retained_percent),
        "bands": [
            {
                "from": _plain(band.lowest),
                "name": band.name,
                "returned_percent": _plain(band.returned_percent),
                "bonus_percent": _plain(band.bonus_percent),
            }
            for band in given.bands
        ],
        "reward_percent": _plain(given.reward_percent),
        "deposit_percent": _plain(given.deposit_percent),
        "second_notice_days": given.second_notice_days,
        "survey": {
            "min_responses": given.survey.min_responses,
            "min_response_percent": _plain(given.survey.min_response_percent),
            "satisfied_from": given.survey.satisfied_from,
        },
        "widespread": {
            "complaints": given.widespread.complaints,
            "departments": given.widespread.departments,
            "within_days": given.widespread.within_days,
        },
    }
    return Request("contract", ("rule-sets",), body | _remarks(given.remarks))


def contract(given: of.Contract) -> Request:
    body: Json = {
        "id": given.id,
        "item": given.item,
        "supplier": given.supplier,
        "annual_price": yuan_of_fen(given.annual_price_fen),
        "starts_on": given.starts_on.isoformat(),
        "months": given.months,
        "signed_on": given.signed_on.isoformat(),
        "satisfaction_target": _plain(given.satisfaction_target),
        "rules": given.rules,
    }
    return Request("contract", ("contracts",), body | _remarks(given.remarks))


@singledispatch
def event(given: of.Event) -> Request:
    """The request of an event of the file."""
    raise TypeError(f"no request for {given!r}")


@event.register(of.Patrol)
@event.register(of.Joint)
def _visit(given: of.Patrol | of.Joint) -> Request:
    findings = [
        {
            "id": finding.id,
            "criterion": finding.criterion,
            "place": finding.place,
            "severity": finding.severity,
        }
        | _remarks(finding.remarks)
        for finding in given.findings
    ]
    body: Json = {
        "id": given.id,
        "contract": given.contract,
        "tier": given.verb,
        "happened_on": given.happened_on.isoformat(),
        "findings": findings,
    }
    return Request("inspection", ("visits",), body | _remarks(given.remarks))


@event.register
def _withdraw(given: of.Withdraw) -> Request:
    path = ("findings", given.finding, "withdrawal")
    return Request("inspection", path, {"reason": given.reason} | _remarks(given.remarks))


@event.register
def _merit(given: of.Merit) -> Request:
    body: Json = {"id": given.id, "contract": given.contract, "kind": given.kind}
    return Request("inspection", ("merits",), body | _remarks(given.remarks))


@event.register
def _notice(given: of.Notice) -> Request:
    body: Json = {"id": given.id, "contract": given.contract, "due": given.due.isoformat()}
    return Request("inspection", ("notices",), body | _remarks(given.remarks))


@event.register
def _reinspect(given: of.Reinspect) -> Request:
    path = ("notices", given.notice, "reinspections")
    return Request("inspection", path, {"result": given.result} | _remarks(given.remarks))


@event.register
def _leaders(given: of.Leaders) -> Request:
    body: Json = {"contract": given.contract, "half": given.half, "score": _plain(given.score)}
    return Request("inspection", ("leaders-reviews",), body | _remarks(given.remarks))


@event.register
def _complaint(given: of.Complaint) -> Request:
    body: Json = {
        "id": given.id,
        "contract": given.contract,
        "department": given.department,
        "text": given.text,
    }
    return Request("feedback", ("complaints",), body | _remarks(given.remarks))


@event.register
def _uphold(given: of.Uphold) -> Request:
    path = ("complaints", given.complaint, "decision")
    return Request("feedback", path, {"decision": "upheld"} | _remarks(given.remarks))


@event.register
def _dismiss(given: of.Dismiss) -> Request:
    path = ("complaints", given.complaint, "decision")
    return Request("feedback", path, {"decision": "dismissed"} | _remarks(given.remarks))


@event.register
def _survey(given: of.Survey) -> Request:
    body: Json = {
        "contract": given.contract,
        "quarter": given.quarter,
        "invited": given.invited,
        "answers": {str(grade): count for grade, count in given.answers},
    }
    return Request("feedback", ("surveys",), body | _remarks(given.remarks))


@event.register
def _decide(given: of.Decide) -> Request:
    body: Json = {"decision": given.exit}
    if given.ends_on is not None:
        body["ends_on"] = given.ends_on.isoformat()
    path = ("contracts", given.contract, "exit-decisions")
    return Request("contract", path, body | _remarks(given.remarks))


@event.register
def _renew(given: of.Renew) -> Request:
    path = ("contracts", given.contract, "renewals")
    return Request("contract", path, {"months": given.months} | _remarks(given.remarks))


@event.register
def _pay(given: of.Pay) -> Request:
    path = ("contracts", given.contract, "statements", given.month, "payment")
    return Request("billing", path, _remarks(given.remarks))


def _plain(value: Decimal) -> str:
    return f"{value:f}"


def _decimals(given: object, *names: str) -> dict[str, str]:
    return {name: _plain(getattr(given, name)) for name in names}


def _remarks(remarks: of.Remarks) -> Json:
    named = {"name_en": remarks.name_en, "text": remarks.text, "note": remarks.note}
    return {name: said for name, said in named.items() if said is not None}
