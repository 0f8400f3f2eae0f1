"""What this service refuses, and how it says so."""

from houqin_shared import problem
from houqin_shared.problem import Refusal


class UnknownContract(problem.UnknownContract):
    passing = False  # contracts are signed here: it is not about to be heard of


class UnknownSupplier(Refusal):
    code, status = "unknown-supplier", 404
    en = "No supplier {supplier} is registered here; register it first."
    zh = "此处没有登记服务企业 {supplier};请先登记。"


class UnknownRuleSet(Refusal):
    code, status = "unknown-rule-set", 404
    en = "No rule set {rules} is kept here; record it first."
    zh = "此处没有规则集 {rules};请先录入。"


class GatesNotPassed(Refusal):
    code = "gates-not-passed"
    en = "Supplier {supplier} holds no evidence valid on {day} for: {gates}. Add it, then sign."
    zh = "服务企业 {supplier} 在 {day} 缺少以下关口的有效证明:{gates}。请补充后再签订。"


class RenewalPastThreeYears(Refusal):
    code = "renewal-past-three-years"
    en = "Renewed by {months} months contract {contract} would end on {ends_on}, past {longest}."
    zh = "合同 {contract} 续签 {months} 个月将于 {ends_on} 到期,超过三年期限 {longest}。"


class ContractNotActive(Refusal):
    code = "contract-not-active"
    en = "Contract {contract} ends or ended on {ends_on}; it can't be renewed or decided on."
    zh = "合同 {contract} 的终止日为 {ends_on},不能再续签或作出退出决定。"


class NothingToDecide(Refusal):
    code = "nothing-to-decide"
    en = "No exit proposal is open on contract {contract}."
    zh = "合同 {contract} 没有待决定的退出建议。"


class OutsideContractTerm(Refusal):
    code = "outside-contract-term"
    en = "Contract {contract} can't end on {day}: choose a day from {first} to {last}."
    zh = "合同 {contract} 不能于 {day} 终止:请选择 {first} 至 {last} 之间的日期。"


class OpensInTheFuture(Refusal):
    code, status = "opens-in-the-future", 422
    en = "A live clock can't start on {day}, which is still to come; leave opens_on out."
    zh = "实时时钟不能从尚未到来的 {day} 开始;请省略 opens_on。"
