"""What this service refuses, and how it says so."""

from houqin_shared.problem import Refusal


class NotRecorded(Refusal):
    code, status = "not-recorded", 404
    en = "No complaint {complaint} is recorded here."
    zh = "没有编号为 {complaint} 的投诉记录。"


class OutsideContractTerm(Refusal):
    code = "outside-contract-term"
    en = "{day} is not within the term of contract {contract}, {starts_on} to {ends_on}."
    zh = "{day} 不在合同 {contract} 的服务期内({starts_on} 至 {ends_on},不含末日)。"


class AlreadyDecided(Refusal):
    code = "already-decided"
    en = "Complaint {complaint} was decided before: {decision}."
    zh = "投诉 {complaint} 已有处理决定:{decision}。"


class OwnMatter(Refusal):
    code, status = "own-matter", 403
    en = "You filed this complaint; somebody else has to decide on it."
    zh = "该投诉由您本人提出,须由他人作出决定。"


class SurveyAlreadyMeasured(Refusal):
    code = "survey-already-measured"
    en = "Contract {contract} has its result for {quarter}, valid or not."
    zh = "合同 {contract} 的 {quarter} 满意度调查已有结果(无论是否有效)。"
