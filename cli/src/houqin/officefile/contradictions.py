"""Messages about one part of the file that doesn't go with another."""

from houqin.officefile.mistakes import Said
from houqin.officefile.said import shown

_NOUNS = {
    "supplier": ("supplier", "服务企业"),
    "rules": ("rule set", "规则集"),
    "contract": ("contract", "合同"),
    "visit": ("visit", "检查"),
    "finding": ("finding", "问题"),
    "merit": ("merit", "加分"),
    "complaint": ("complaint", "投诉"),
    "notice": ("notice", "整改通知"),
}


def repeated_id(kind: str, name: str, first_place: str) -> Said:
    en, zh = _NOUNS[kind]
    return Said(
        f"the {en} id {shown(name)} is already used at {first_place}: give this one its own id",
        f"{zh}编号 {shown(name)} 已在 {first_place} 使用：请另取编号",
    )


def not_defined(kind: str, name: str) -> Said:
    en, zh = _NOUNS[kind]
    return Said(
        f"no {en} has the id {shown(name)}: correct it, or add the {en} before",
        f"没有编号为 {shown(name)} 的{zh}：请改正编号，或在前面加上该{zh}",
    )


def defined_later(kind: str, name: str, place: str) -> Said:
    en, zh = _NOUNS[kind]
    return Said(
        f"the {en} {shown(name)} comes only later, at {place}: move that before this",
        f"{zh} {shown(name)} 在后面的 {place} 才出现：请把它移到此处之前",
    )


def no_tier() -> Said:
    return Said(
        "weighs no tier: give at least one tier a weight above zero, such as `patrol: 1`",
        "没有任何检查层级有权重：请至少给一个层级大于零的权重，例如 `patrol: 1`",
    )


def no_weight() -> Said:
    return Said(
        "both weights are zero: give at least one a weight above zero",
        "两个权重都为零：请至少给一个大于零的权重",
    )


def bands_start_too_high(lowest: str) -> Said:
    return Said(
        f"the bands don't cover 0..100: nothing below {lowest}, add a band `from: 0`",
        f"满意率档次没有覆盖 0 到 100：{lowest} 以下没有档次，请加上 `from: 0` 的档次",
    )


def no_bands() -> Said:
    return Said(
        "the bands don't cover 0..100: there are none, add at least a band `from: 0`",
        "满意率档次没有覆盖 0 到 100：一个档次也没有，请至少加上 `from: 0` 的档次",
    )


def bands_overlap(start: str) -> Said:
    return Said(
        f"another band begins at {start}, too: the bands overlap, keep one of them",
        f"另一档次也从 {start} 开始：档次重叠，请只保留一个",
    )


def more_answers_than_invited(answers: int, invited: int) -> Said:
    return Said(
        f"{answers} answers, but only {invited} invited: correct the counts or `invited`",
        f"答卷 {answers} 份，但只邀请了 {invited} 人：请改正份数或 `invited`",
    )


def due_before_its_day(due: str, on: str) -> Said:
    return Said(
        f"{due} is before the notice's own day {on}: make it due on that day or later",
        f"期限 {due} 早于通知当日 {on}：请改为当日或以后",
    )


def ends_on_needed() -> Said:
    return Said(
        "is missing: an accepted exit needs the day on which the contract ends, `ends_on: ...`",
        "缺少此字段：接受退出时须写明合同终止日，`ends_on: ...`",
    )


def ends_on_not_wanted() -> Said:
    return Said(
        "a rejected exit has no end: leave `ends_on` out, or write `exit: accepted`",
        "驳回退出时没有终止日：请去掉 `ends_on`，或改为 `exit: accepted`",
    )


def out_of_order(on: str, previous: str) -> Said:
    return Said(
        f"{on} comes after an event of {previous}: put the events in the order of their days",
        f"{on} 排在 {previous} 的事件之后：请按日期顺序排列事件",
    )


def after_the_last_day(on: str, until: str) -> Said:
    return Said(
        f"{on} is after the last day played, {until}: move `until`, or leave the event out",
        f"{on} 晚于最后一天 {until}：请改 `until`，或去掉此事件",
    )
