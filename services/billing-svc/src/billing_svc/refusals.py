"""What billing-svc refuses."""

from houqin_shared.problem import Refusal


class NoSuchLine(Refusal):
    code, status = "no-such-line", 404
    en = "Contract {contract} has no line {line}."
    zh = "合同 {contract} 没有第 {line} 号明细。"


class NoSuchStatement(Refusal):
    code, status = "no-such-statement", 404
    en = "No statement of {month} was drawn for contract {contract}."
    zh = "合同 {contract} 没有 {month} 的结算单。"


class AlreadyPaid(Refusal):
    code = "already-paid"
    en = "The statement of {month} was paid on {paid_on}."
    zh = "{month} 的结算单已于 {paid_on} 支付。"


class PayerNotIndependent(Refusal):
    code = "payer-not-independent"
    en = "{payer} inspected or judged line {line} of this statement; somebody else must pay it."
    zh = "{payer} 是本结算单第 {line} 号明细的检查人或裁决人;须由他人支付。"
