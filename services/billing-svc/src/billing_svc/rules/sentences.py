"""B13: each kind of line's rule, in one sentence that an office, a supplier and an auditor read."""

from dataclasses import dataclass

from billing_svc.rules.chart import Kind


@dataclass(frozen=True, slots=True)
class Sentence:
    en: str
    zh: str


SENTENCES = {
    Kind.FEE: Sentence(
        "The fee is the month's share of the annual price: full months count one, a part its"
        " days over the month's days.",
        "服务费为年度价款中当月应得部分:整月计一个月,不足整月按当月天数比例计算。",
    ),
    Kind.RETAINED: Sentence(
        "A percentage of the month's fee is retained until its quarter's satisfaction is known.",
        "按比例暂留当月服务费,待季度满意率确定后处理。",
    ),
    Kind.FINDING: Sentence(
        "A finding costs the amount of its severity, a multiple of it if repeated.",
        "检查发现的问题按其程度扣款,重复发生的加倍扣款。",
    ),
    Kind.FINDING_WITHDRAWN: Sentence(
        "A finding that was withdrawn gives back what it took.",
        "问题被撤销的,退还已扣款项。",
    ),
    Kind.COMPLAINT: Sentence(
        "A complaint that was upheld costs its amount.",
        "投诉经核实成立的,按规定金额扣款。",
    ),
    Kind.RECTIFICATION: Sentence(
        "Each failed rectification costs its amount.",
        "每次整改不合格,按规定金额扣款。",
    ),
    Kind.SCORE: Sentence(
        "A month's score below the full mark takes a percentage of the month's fee for each"
        " point, up to a limit; a later revision books the difference.",
        "月度考核得分低于足额付款分数的,每低一分按比例扣减当月服务费,以上限为止;得分修订后补记差额。",
    ),
    Kind.RETAINED_RETURNED: Sentence(
        "The quarter's retained money is returned by the band of its satisfaction rate, in full"
        " if satisfaction was not measured in time.",
        "季度暂留款按满意率所在档次返还;未按期测评的全额返还。",
    ),
    Kind.BONUS: Sentence(
        "A high satisfaction rate earns a percentage of the quarter's fees, as far as the reward"
        " fund goes.",
        "满意率达到奖励档次的,按季度服务费比例奖励,以奖励基金余额为限。",
    ),
}
