"""What inspection-svc refuses, and why."""

from datetime import date

from fastapi.exceptions import RequestValidationError
from houqin_shared.problem import Refusal


class NotRecorded(Refusal):
    code, status = "not-recorded", 404
    en = "Nothing is recorded here under the number {number}."
    zh = "此处没有编号为 {number} 的记录。"


class NotPublished(Refusal):
    code, status = "not-published", 404
    en = "{what} has not been published."
    zh = "{what} 尚未公布。"


class OutsideContractTerm(Refusal):
    code = "outside-contract-term"
    en = "{day} is outside the term of contract {contract} ({starts_on} up to, not including, {ends_on}), or in the future; give a day inside it."  # noqa: E501
    zh = "{day} 不在合同 {contract} 的合同期内(自 {starts_on} 起至 {ends_on} 前一日止),或为将来日期;请填写合同期内的日期。"  # noqa: E501


class AlreadyWithdrawn(Refusal):
    code = "already-withdrawn"
    en = "Finding {finding} was withdrawn on {day}; it can't be withdrawn again."
    zh = "问题 {finding} 已于 {day} 撤销,不能再次撤销。"


class DecidedByItsInspector(Refusal):
    code, status = "decided-by-its-inspector", 403
    en = "Finding {finding} was recorded by {person}; somebody else must decide on it."
    zh = "问题 {finding} 由 {person} 登记;须由他人作出决定。"


class NoticeNotOpen(Refusal):
    code = "notice-not-open"
    en = "Notice {notice} is no longer open ({state}); issue a new notice."
    zh = "整改通知 {notice} 已不在整改中(状态:{state});请另发新的通知。"


class DueBeforeToday(RequestValidationError):
    """A field error that only the office's today can tell."""

    def __init__(self, due: date, today: date) -> None:
        message = f"give a day not before the office's today, {today}"
        super().__init__(
            [{"type": "value_error", "loc": ("body", "due"), "msg": message, "input": str(due)}]
        )
