"""What the services refuse, by the names of `office-file.md`."""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    GATES_NOT_PASSED = "gates-not-passed"
    UNKNOWN_CONTRACT = "unknown-contract"
    NOT_RECORDED = "not-recorded"
    OUTSIDE_CONTRACT_TERM = "outside-contract-term"
    ALREADY_WITHDRAWN = "already-withdrawn"
    ALREADY_DECIDED = "already-decided"
    NOTICE_NOT_OPEN = "notice-not-open"
    SURVEY_ALREADY_MEASURED = "survey-already-measured"
    NOTHING_TO_DECIDE = "nothing-to-decide"
    CONTRACT_NOT_ACTIVE = "contract-not-active"
    RENEWAL_PAST_THREE_YEARS = "renewal-past-three-years"
    NO_SUCH_STATEMENT = "no-such-statement"
    ALREADY_PAID = "already-paid"


class Refused(Exception):
    """A command that the office's rules don't allow; nothing was changed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
