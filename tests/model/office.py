"""One office played day by day: sweeps (T4), events, report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from .bulletins import Bulletin, Result
from .calendar import (
    BULLETIN_DAY,
    FEBRUARY,
    HALF_YEAR_MONTHS,
    ONE_DAY,
    SCORES_DAY,
    STATEMENTS_DAY,
    Half,
    Month,
    Quarter,
)
from .contracts import Contract, missing_gates
from .engagement import Engagement
from .feedback import Complaint, Survey
from .inspection import Finding
from .notices import Notice
from .refusal import Problem, Refused
from .report import Json, Refusal, bulletin_report, engagement_report, refusals_report
from .ruleset import Raw, RuleSet, exact

Thing = TypeVar("Thing")

NOT_VERBS = ("on", "note", "text", "name_en")
NAMED_BY = ("id", "finding", "complaint", "notice", "contract")  # what a refusal names


def play_file(file: Raw) -> Json:
    """A whole office file, as "A day's play" says."""
    office = Office(file)
    events = list(file["events"])
    starts = [contract["starts_on"] for contract in file["contracts"]]
    days = [date.fromisoformat(day) for day in [*starts, *(event["on"] for event in events)]]
    until = date.fromisoformat(file["until"])
    day = min([*days, until])
    while day <= until:
        office.sweep(day)
        while events and events[0]["on"] == day.isoformat():
            office.play(events.pop(0))
        day += ONE_DAY
    return office.report()


class Office:
    """An office with its contracts signed; feed it days and events, ask it for its report.

    `file` needs `office`, `suppliers`, `rules` and `contracts`; its events are not looked at.
    """

    def __init__(self, file: Raw) -> None:
        self.id: str = file["office"]["id"]
        self.today: date | None = None
        self.engagements: dict[str, Engagement] = {}
        self.findings: dict[str, Finding] = {}
        self.complaints: dict[str, Complaint] = {}
        self.notices: dict[str, Notice] = {}
        self.bulletins: list[Bulletin] = []
        self.refused: list[Refusal] = []
        self._suppliers: dict[str, Raw] = {raw["id"]: raw for raw in file["suppliers"]}
        self._rules = {raw["id"]: RuleSet.parse(raw) for raw in file["rules"]}
        for contract in file["contracts"]:
            self.sign(contract)

    def sign(self, raw: Raw) -> Problem | None:
        """C1: sign a contract, or refuse the award."""
        supplier = self._suppliers[raw["supplier"]]
        signed_on = date.fromisoformat(raw.get("signed_on", raw["starts_on"]))
        if missing_gates(supplier["gates"], signed_on):
            problem = Problem.GATES_NOT_PASSED
            self.refused.append(Refusal(signed_on, "contract", raw["id"], problem))
            return problem
        rules, small = self._rules[raw["rules"]], bool(supplier["small_or_medium"])
        contract = Contract.parse(raw, rules, small_or_medium=small)
        self.engagements[contract.id] = Engagement.of(contract)
        return None

    # --- what time alone brings about -------------------------------------------------

    def sweep(self, day: date) -> None:
        """T4: every day that was missed, in order; an earlier day again changes nothing."""
        next_day = day if self.today is None else self.today + ONE_DAY
        while next_day <= day:
            self._sweep_one(next_day)
            next_day += ONE_DAY

    def _sweep_one(self, day: date) -> None:
        """T4: all services as of `day`; none sees what another's same sweep brings about.

        That holds here by the order, and because B5 looks at the day of recording.
        """
        self.today = day
        self._sweep_billing(day)
        self._sweep_contracts(day)
        self._sweep_inspection(day)

    def _sweep_billing(self, day: date) -> None:
        """B7 first, then on the 5th last month's statements (T5)."""
        for engagement in self.engagements.values():
            engagement.account.open_years(day)
            if day.day == STATEMENTS_DAY:
                month = Month.of(day).plus(-1)
                engagement.account.settle(day, month, engagement.supervision.published.get(month))

    def _sweep_contracts(self, day: date) -> None:
        """C4 every day, C6 on 5 February (T5)."""
        for engagement in self.engagements.values():
            engagement.contract.end_the_term(day)
            if day.month == FEBRUARY and day.day == STATEMENTS_DAY:
                engagement.contract.look_at_years(day)

    def _sweep_inspection(self, day: date) -> None:
        """I4 on the 3rd, I8 and I7 on the 10th (T5), I5 every day."""
        last_month = Month.of(day).plus(-1)
        if day.day == SCORES_DAY:
            for engagement in self._due_a_score(last_month):
                engagement.supervision.publish(last_month)
        if day.day == BULLETIN_DAY:
            self._issue_bulletin(last_month)
            if day.month in HALF_YEAR_MONTHS:
                for engagement in self.engagements.values():
                    engagement.supervision.publish_half_year(last_month.half)
        for engagement in self.engagements.values():
            engagement.fail_overdue_notices(day)

    def _due_a_score(self, month: Month) -> list[Engagement]:
        """I4: every contract whose term touches the month."""
        return [e for e in self.engagements.values() if e.contract.term.touches(month)]

    def _issue_bulletin(self, month: Month) -> None:
        """I8: one per office, if any contract was due a score."""
        results = [
            Result(
                engagement.contract.id,
                engagement.supervision.published[month],
                engagement.failed_rectification_in(month),
            )
            for engagement in self._due_a_score(month)
            if month in engagement.supervision.published
        ]
        if results:
            self.bulletins.append(Bulletin.issue(self.bulletins, month, results))

    # --- what people do ----------------------------------------------------------------

    def play(self, event: Raw) -> Problem | None:
        """One event of the day that was swept last; the problem if it is refused."""
        today = date.fromisoformat(event["on"])
        if today != self.today:
            raise ValueError(f"{today} is not the day that was swept last: {self.today}")
        verb = next(key for key in event if key not in NOT_VERBS)
        fields: Raw = event[verb]
        try:
            self._perform(verb, today, fields)
        except Refused as refused:
            subject = next(fields[key] for key in NAMED_BY if key in fields)
            self.refused.append(Refusal(today, verb, subject, refused.problem))
            return refused.problem
        return None

    def _perform(self, verb: str, today: date, fields: Raw) -> None:
        verbs: dict[str, Callable[[date, Raw], None]] = {
            "patrol": self._patrol,
            "joint": self._joint,
            "withdraw": self._withdraw,
            "merit": self._merit,
            "complaint": self._complaint,
            "uphold": self._uphold,
            "dismiss": self._dismiss,
            "notice": self._notice,
            "reinspect": self._reinspect,
            "survey": self._survey,
            "leaders": self._leaders,
            "decide": self._decide,
            "renew": self._renew,
            "pay": self._pay,
        }
        verbs[verb](today, fields)

    def _engagement(self, fields: Raw) -> Engagement:
        return _recorded(self.engagements, fields["contract"], Problem.UNKNOWN_CONTRACT)

    def _patrol(self, today: date, fields: Raw) -> None:
        self._visit("patrol", today, fields)

    def _joint(self, today: date, fields: Raw) -> None:
        self._visit("joint", today, fields)

    def _visit(self, tier: str, today: date, fields: Raw) -> None:
        engagement = self._engagement(fields)
        happened_on = date.fromisoformat(fields.get("happened_on", today.isoformat()))
        findings = [
            Finding(
                id=raw["id"],
                contract=fields["contract"],
                tier=tier,
                happened_on=happened_on,
                criterion=raw["criterion"],
                place=raw["place"],
                severity=raw["severity"],
            )
            for raw in fields["findings"]
        ]
        engagement.visit(today, tier, happened_on, findings)
        self.findings.update({finding.id: finding for finding in findings})

    def _withdraw(self, today: date, fields: Raw) -> None:
        finding = _recorded(self.findings, fields["finding"], Problem.NOT_RECORDED)
        self.engagements[finding.contract].withdraw(today, finding)

    def _merit(self, today: date, fields: Raw) -> None:
        self._engagement(fields).praise(today)

    def _complaint(self, today: date, fields: Raw) -> None:
        complaint = Complaint(fields["id"], fields["contract"], fields["department"], today)
        self._engagement(fields).complain(today, complaint)
        self.complaints[complaint.id] = complaint

    def _uphold(self, today: date, fields: Raw) -> None:
        complaint = _recorded(self.complaints, fields["complaint"], Problem.NOT_RECORDED)
        self.engagements[complaint.contract].uphold(today, complaint)

    def _dismiss(self, _today: date, fields: Raw) -> None:
        complaint = _recorded(self.complaints, fields["complaint"], Problem.NOT_RECORDED)
        complaint.decide("dismissed")

    def _notice(self, today: date, fields: Raw) -> None:
        engagement = self._engagement(fields)
        days = engagement.contract.rules.second_notice_days
        due = date.fromisoformat(fields["due"])
        notice = Notice(fields["id"], fields["contract"], due, days)
        engagement.give_notice(today, notice)
        self.notices[notice.id] = notice

    def _reinspect(self, today: date, fields: Raw) -> None:
        notice = _recorded(self.notices, fields["notice"], Problem.NOT_RECORDED)
        self.engagements[notice.contract].reinspect(today, notice, fields["result"])

    def _survey(self, today: date, fields: Raw) -> None:
        engagement = self._engagement(fields)
        grades = {int(grade): int(count) for grade, count in fields["answers"].items()}
        quarter, invited = Quarter.parse(fields["quarter"]), int(fields["invited"])
        survey = Survey.count(engagement.contract.rules, quarter, invited, grades)
        engagement.close_survey(today, survey)

    def _leaders(self, _today: date, fields: Raw) -> None:
        """I7: the last review recorded for the half counts."""
        half = Half.parse(fields["half"])
        self._engagement(fields).supervision.leaders[half] = exact(fields["score"])

    def _decide(self, today: date, fields: Raw) -> None:
        accepted = fields["exit"] == "accepted"
        ends_on = date.fromisoformat(fields["ends_on"]) if accepted else None
        self._engagement(fields).decide_exit(today, fields["exit"], ends_on)

    def _renew(self, today: date, fields: Raw) -> None:
        self._engagement(fields).contract.renew(today, int(fields["months"]))

    def _pay(self, today: date, fields: Raw) -> None:
        self._engagement(fields).account.pay(today, Month.parse(fields["month"]))

    # --- what the office would read ------------------------------------------------------

    def report(self) -> Json:
        """The report of `office-file.md` as of the day that was swept last."""
        if self.today is None:
            raise ValueError("no day was swept yet")
        return {
            "office": self.id,
            "as_of": self.today.isoformat(),
            "contracts": {
                name: engagement_report(self.today, engagement)
                for name, engagement in self.engagements.items()
            },
            "bulletins": [bulletin_report(bulletin) for bulletin in self.bulletins],
            "refused": refusals_report(self.refused),
        }


def _recorded(things: dict[str, Thing], name: str, problem: Problem) -> Thing:
    """What the command names, unless it was itself refused."""
    if name not in things:
        raise Refused(problem)
    return things[name]
