"""Every message about an office file, in plain words, with the remedy, in both languages."""

from collections.abc import Iterable
from difflib import get_close_matches

from houqin.officefile.mistakes import Said

_LONGEST_SHOWN = 40


def shown(text: str) -> str:
    """A piece of the file that is safe and short enough to print."""
    safe = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:_LONGEST_SHOWN])
    return safe + ("…" if len(text) > _LONGEST_SHOWN else "")


# The file as a whole


def cannot_be_opened(reason: str) -> Said:
    return Said(
        f"the file can't be read ({reason}): check its name and your permission",
        f"无法读取文件（{reason}）：请检查文件名和读取权限",
    )


def too_large(megabytes: int) -> Said:
    return Said(
        f"the file is larger than {megabytes} MB: split it into offices",
        f"文件超过 {megabytes} MB：请按机关拆分",
    )


def not_utf8(position: int) -> Said:
    return Said(
        f"byte {position} isn't UTF-8: save the file in the encoding UTF-8",
        f"第 {position} 个字节不是 UTF-8 编码：请将文件另存为 UTF-8 编码",
    )


def empty_file() -> Said:
    return Said(
        "the file is empty: begin it with `houqin: 1`",
        "文件是空的：请以 `houqin: 1` 开头",
    )


def not_json(problem: str) -> Said:
    return Said(
        f"this isn't JSON ({problem}): correct it there",
        f"JSON 语法错误（{problem}）：请在该处改正",
    )


def not_yaml(problem: str) -> Said:
    if "tab character" in problem or "cannot start any token" in problem:
        return Said(
            f"this isn't YAML ({problem}): indent with spaces, not tabs, and put special "
            "characters in quotes",
            f"YAML 语法错误（{problem}）：请用空格而不是制表符缩进，特殊字符请加引号",
        )
    return Said(
        f"this isn't YAML ({problem}): correct the indentation, colons and quotes here",
        f"YAML 语法错误（{problem}）：请检查此处的缩进、冒号和引号",
    )


def second_document() -> Said:
    return Said(
        "a second document begins here: one file holds one office, remove the `---`",
        "此处开始了第二个文档：一个文件只能有一个机关，请去掉 `---`",
    )


def too_deep(depth: int) -> Said:
    return Said(
        f"the nesting is deeper than {depth} levels: an office file needs six",
        f"嵌套超过 {depth} 层：机关文件只需六层",
    )


def unknown_tag(tag: str) -> Said:
    return Said(
        f"the tag {shown(tag)} isn't known here: leave it out",
        f"不认识标签 {shown(tag)}：请去掉",
    )


def unknown_alias(name: str) -> Said:
    return Said(
        f"*{shown(name)} repeats something that isn't complete before: write &{shown(name)} there",
        f"*{shown(name)} 引用的内容此前没有完整出现：请先用 &{shown(name)} 标明",
    )


def too_much_repeated(most: int) -> Said:
    return Said(
        f"the aliases of the file repeat more than {most} values: write them out",
        f"文件中的别名重复了超过 {most} 个值：请直接写出内容",
    )


def key_not_text() -> Said:
    return Said(
        "a list or mapping can't be the name of a field: write a plain name before the colon",
        "字段名不能是列表或映射：请在冒号前写普通名称",
    )


# Fields


def missing(name: str) -> Said:
    return Said(f"is missing: add `{name}: ...`", f"缺少此字段：请补上 `{name}: ...`")


def written_twice(first_line: int) -> Said:
    return Said(
        f"is written twice, first in line {first_line}: keep one of them",
        f"重复出现，第一次在第 {first_line} 行：请只保留一个",
    )


def unknown_field(name: str, known: Iterable[str]) -> Said:
    names = sorted(known)
    if like := get_close_matches(shown(name), names, 1):
        return Said(
            f"unknown field: did you mean `{like[0]}`?",
            f"未知字段：是否应为 `{like[0]}`？",
        )
    fields = ", ".join(names)
    return Said(f"unknown field: known here are {fields}", f"未知字段：此处可用的有 {fields}")


def unknown_verb(name: str, known: Iterable[str]) -> Said:
    names = list(known)
    if like := get_close_matches(shown(name), names, 1):
        return Said(
            f"unknown verb or field: did you mean `{like[0]}`?",
            f"未知事件或字段：是否应为 `{like[0]}`？",
        )
    verbs = ", ".join(names)
    return Said(f"unknown verb or field: known are {verbs}", f"未知事件或字段：可用的有 {verbs}")


def no_verb(verbs: Iterable[str]) -> Said:
    names = ", ".join(verbs)
    return Said(
        f"doesn't say what happened: add one of {names}",
        f"没有写明发生了什么：请加上其中之一：{names}",
    )


def several_verbs(verbs: Iterable[str]) -> Said:
    names = ", ".join(verbs)
    return Said(
        f"tells several things at once ({names}): make each an event of its own",
        f"一个事件里有多件事（{names}）：请分成单独的事件",
    )


# Values


def expected(en: str, zh: str, found: Said, example: str) -> Said:
    return Said(
        f"must be {en}, not {found.en}: write for example `{example}`",
        f"必须是{zh}，而不是{found.zh}：例如 `{example}`",
    )


def quotes_needed(text: str) -> Said:
    return Said(
        f'must be text, but {shown(text)} without quotes isn\'t: write "{shown(text)}"',
        f'必须是文本，而不加引号的 {shown(text)} 不是：请写成 "{shown(text)}"',
    )


def blank() -> Said:
    return Said("is blank: write something here", "内容为空：请填写")


def too_long(length: int, most: int) -> Said:
    return Said(
        f"has {length} characters: shorten it to {most}",
        f"有 {length} 个字符：请缩短到 {most} 个以内",
    )


def strange_character(code: int) -> Said:
    return Said(
        f"holds the control character U+{code:04X}: remove it",
        f"含有控制字符 U+{code:04X}：请删除",
    )


def not_an_id(text: str) -> Said:
    return Said(
        f"{shown(text)} can't be an id: use up to 64 letters, digits, '.', '_' and '-', "
        "beginning with a letter or digit",
        f"{shown(text)} 不能用作编号：请用不超过 64 个字母、汉字、数字、“.”、“_”、“-”，"
        "并以字母、汉字或数字开头",
    )


def no_such_day(text: str) -> Said:
    return Said(
        f"{text} isn't a day of the calendar: correct year, month and day",
        f"日历上没有 {text} 这一天：请改正年月日",
    )


def out_of_range(found: str, least: str, most: str) -> Said:
    return Said(
        f"{shown(found)} is out of range: it must be from {least} to {most}",
        f"{shown(found)} 超出范围：应在 {least} 到 {most} 之间",
    )


def plain_number(found: str) -> Said:
    return Said(
        f"{shown(found)} has an exponent: write the number out",
        f"{shown(found)} 含有指数：请写出完整的数字",
    )


def too_many(count: int, most: int) -> Said:
    return Said(
        f"has {count} items: split it into parts of at most {most}",
        f"有 {count} 项：请拆分，每部分最多 {most} 项",
    )


def too_fine(places: int) -> Said:
    return Said(
        f"has more than {places} decimal places: round it",
        f"小数超过 {places} 位：请四舍五入",
    )


def fraction_of_a_fen(text: str) -> Said:
    return Said(
        f"{shown(text)} has more than two decimals: round it to whole fen, such as 235000.00",
        f"{shown(text)} 的小数超过两位：请精确到分，例如 235000.00",
    )


def not_above_zero() -> Said:
    return Said(
        'the amount must be above zero: write it in yuan, such as "235000.00"',
        '金额必须大于零：请以元为单位填写，例如 "235000.00"',
    )


def below_zero() -> Said:
    return Said(
        'the amount must not be below zero: write it without a sign, such as "50.00" or "0.00"',
        '金额不能小于零：请填写不带符号的金额，例如 "50.00" 或 "0.00"',
    )


def false_credit_code(text: str) -> Said:
    return Said(
        f"{shown(text)} isn't a unified social credit code (GB 32100): copy the 18 characters "
        "from the business licence, its check character shows that one is wrong",
        f"{shown(text)} 不是有效的统一社会信用代码（GB 32100）：校验码不符，"
        "请按营业执照核对 18 位代码",
    )


def one_of(text: str, words: Iterable[str]) -> Said:
    names = ", ".join(words)
    return Said(
        f"{shown(text)} isn't known here: write one of {names}",
        f"此处不能写 {shown(text)}：请写其中之一：{names}",
    )


def unknown_version(text: str) -> Said:
    return Said(
        f"format version {shown(text)} isn't known: this program reads version 1",
        f"未知的格式版本 {shown(text)}：本程序只支持版本 1",
    )


def deposit_too_high(percent: str) -> Said:
    return Said(
        f"a deposit of {shown(percent)} % is too high: write 10 at most",
        f"保证金比例 {shown(percent)} % 过高：最多为 10",
    )
