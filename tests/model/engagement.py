"""One contract as all four services see it, and what they tell each other about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from .calendar import Month
from .contracts import Contract
from .feedback import Complaint, Survey, Voice
from .inspection import Finding, Supervision
from .notices import Failure, Notice
from .refusal import Problem, Refused
from .settlement import Account, Line


@dataclass(frozen=True, slots=True)
class Engagement:
    """A signed contract with its inspectors' book, its hotline and its account."""

    contract: Contract
    supervision: Supervision
    voice: Voice
    account: Account
    notices: list[Notice] = field(default_factory=list)

    @classmethod
    def of(cls, contract: Contract) -> Engagement:
        return cls(contract, Supervision(contract.rules), Voice(contract.rules), Account(contract))

    def require_in_term(self, day: date) -> None:
        """I1: visits, merits, notices and complaints belong inside the term."""
        if not self.contract.term.contains(day):
            raise Refused(Problem.OUTSIDE_CONTRACT_TERM)

    def visit(self, today: date, tier: str, happened_on: date, findings: list[Finding]) -> None:
        """I1: a visit may be recorded later than it happened, never before."""
        if happened_on > today:
            raise Refused(Problem.OUTSIDE_CONTRACT_TERM)
        self.require_in_term(happened_on)
        self.supervision.record_visit(tier, happened_on, findings)
        for finding in findings:
            self._book_finding(today, "finding", finding, -1)
        self._month_changed(today, Month.of(happened_on))

    def withdraw(self, today: date, finding: Finding) -> None:
        """I6, B3: the finding no longer counts, and what it took is given back."""
        finding.withdraw()
        self._book_finding(today, "finding-withdrawn", finding, 1)
        self._month_changed(today, Month.of(finding.happened_on))

    def praise(self, today: date) -> None:
        """I3: a merit adds points to the month of its day."""
        self.require_in_term(today)
        self.supervision.merits.append(Month.of(today))
        self._month_changed(today, Month.of(today))

    def complain(self, today: date, complaint: Complaint) -> None:
        self.require_in_term(today)
        self.voice.complaints.append(complaint)

    def uphold(self, today: date, complaint: Complaint) -> None:
        """F1: upheld, it costs points (I3) and money (B2), and may be widespread (F5)."""
        complaint.decide("upheld")
        month = Month.of(complaint.on)
        fen = -self.contract.rules.amounts["complaint"]
        self.account.book(today, Line("complaint", str(month), complaint.id, fen))
        self.supervision.upheld_complaints.append(month)
        self._month_changed(today, month)
        if evidence := self.voice.widespread(complaint):
            self.contract.propose_exit(today, "widespread-complaints", evidence)

    def give_notice(self, today: date, notice: Notice) -> None:
        self.require_in_term(today)
        self.notices.append(notice)

    def fail_overdue_notices(self, day: date) -> None:
        """I5: not passed by the end of the due day; dated the day of the sweep."""
        for notice in self.notices:
            if notice.is_overdue(day):
                self._rectification_failed(notice.fail(day))

    def reinspect(self, today: date, notice: Notice, result: str) -> None:
        if failure := notice.reinspect(today, result):
            self._rectification_failed(failure)

    def close_survey(self, today: date, survey: Survey) -> None:
        """F3: a closed survey is heard by contracts (C6) and billing (B6)."""
        self.voice.close_survey(survey)
        self.contract.hear_satisfaction(today, survey)
        self.account.hear_satisfaction(survey.quarter, survey.rate)

    def decide_exit(self, today: date, decision: str, ends_on: date | None) -> None:
        """C6, F5: complaints dated up to the decision no longer count."""
        self.contract.decide(today, decision, ends_on)
        self.voice.last_exit_decision = today

    def failed_rectification_in(self, month: Month) -> bool:
        """I8: by the day on which a notice failed."""
        return any(notice.failed_in(month) for notice in self.notices)

    def _book_finding(self, today: date, kind: str, finding: Finding, sign: int) -> None:
        """B2, B3: the amount of the severity, times more for a repeat."""
        fen = sign * finding.amount(self.contract.rules)
        month = Month.of(finding.happened_on)
        self.account.book(today, Line(kind, str(month), finding.id, fen))

    def _rectification_failed(self, failure: Failure) -> None:
        """I5, B2: it costs money each time, and the second time issues an exit warning."""
        fen = -self.contract.rules.amounts["rectification"]
        month = Month.of(failure.on)
        self.account.book(failure.on, Line("rectification", str(month), failure.source, fen))
        if failure.is_last:
            self.contract.warn(failure.on, failure.notice)

    def _month_changed(self, today: date, month: Month) -> None:
        """I4, B4: a new revision of a published month may change what its score costs."""
        if self.supervision.revise(month):
            self.account.hear_revision(today, month, self.supervision.published[month])
