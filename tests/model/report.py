"""The replay report of `office-file.md`, as plain JSON values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from .bulletins import Bulletin
from .engagement import Engagement
from .refusal import Problem
from .settlement import Statement

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused command: an event, or a contract that was not signed."""

    on: date
    verb: str
    id: str
    problem: Problem


def decimal(value: Fraction | None) -> str | None:
    """Scores and rates are rounded already: two decimals, or null."""
    if value is None:
        return None
    hundredths = int(value * 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def day_or_null(day: date | None) -> str | None:
    return day.isoformat() if day else None


def engagement_report(today: date, engagement: Engagement) -> Json:
    contract, account = engagement.contract, engagement.account
    supervision, voice = engagement.supervision, engagement.voice
    reached_on = contract.reached_on
    return {
        "scores": {
            str(month): {"score": decimal(score.value), "missing": list(score.missing)}
            for month, score in sorted(supervision.published.items())
        },
        "half_years": {
            str(half): decimal(value) for half, value in sorted(supervision.half_years.items())
        },
        "satisfaction": {
            str(quarter): decimal(survey.rate) for quarter, survey in sorted(voice.surveys.items())
        },
        "statements": [
            statement_report(statement) for _, statement in sorted(account.statements.items())
        ],
        "pending_fen": account.pending,
        "deposit_fen": account.deposit,
        "reward_fund_fen": account.reward_fund,
        "carried_fen": account.carried,
        "exit_warnings": [
            {"on": warning.on.isoformat(), "notice": warning.notice}
            for warning in contract.warnings
        ],
        "exit_proposals": [
            {
                "on": proposal.on.isoformat(),
                "ground": proposal.ground,
                "evidence": proposal.evidence,
                "decision": proposal.decision,
            }
            for proposal in contract.proposals
        ],
        "ends_on": contract.term.ends_on.isoformat(),
        "state": "closed" if account.is_closed else contract.state(today),
        "rebid": {"term": 1, "reached_on": reached_on.isoformat()} if reached_on else None,
        "expired_on": day_or_null(contract.expired_on),
        "terminated_on": day_or_null(contract.terminated_on),
    }


def statement_report(statement: Statement) -> Json:
    report: Json = {
        "month": str(statement.month),
        "drawn_on": statement.drawn_on.isoformat(),
        "due_on": statement.due_on.isoformat(),
        "lines": [
            {"kind": line.kind, "month": line.month, "source": line.source, "fen": line.fen}
            for line in statement.lines
        ],
        "payable_fen": statement.payable,
        "from_deposit_fen": statement.from_deposit,
        "carried_fen": statement.carried,
        "deposit_returned_fen": statement.deposit_returned,
    }
    if statement.paid_on:
        report["paid_on"] = statement.paid_on.isoformat()
        report["interest_fen"] = statement.interest
    return report


def bulletin_report(bulletin: Bulletin) -> Json:
    return {
        "number": f"{bulletin.year}-{bulletin.number:02d}",
        "month": str(bulletin.month),
        "commended": list(bulletin.commended),
        "criticised": list(bulletin.criticised),
    }


def refusals_report(refused: Iterable[Refusal]) -> list[Json]:
    return [
        {
            "on": refusal.on.isoformat(),
            "verb": refusal.verb,
            "id": refusal.id,
            "problem": str(refusal.problem),
        }
        for refusal in refused
    ]
