"""Whatever is malformed is found, all of it at once, each mistake at its place, with a remedy."""

import re
from pathlib import Path

import pytest
from houqin.officefile import MalformedOfficeFile, Mistake, read_office_file

SMALL = (Path(__file__).parent / "small-office.yaml").read_text("utf-8")

CALL = "{on: 2017-06-01, merit: {contract: c1, id: m1, kind: praise}}"


def mistakes_of(content: str | bytes, tmp_path: Path, name: str = "office.yaml") -> list[Mistake]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(MalformedOfficeFile) as refused:
        read_office_file(path)
    return refused.value.mistakes


def edited(*changes: tuple[str, str]) -> str:
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


ONE_MISTAKE = [
    # the frame
    ("houqin: 1", "houqin: 2", "houqin", "version 2 isn't known"),
    ("houqin: 1", 'houqin: "1"', "houqin", "format version"),
    ("houqin: 1", "houqin: true", "houqin", "format version"),
    ("houqin: 1\n", "", "houqin", "is missing"),
    ("until: 2017-07-05\n", "", "until", "is missing"),
    ("until: 2017-07-05\n", "until: 2017-07-05\nuntill: 2017-07-06\n", "untill", "mean `until`"),
    ("until: 2017-07-05\n", "until: 2017-07-05\nuntil: 2017-07-06\n", "until", "written twice"),
    ("until: 2017-07-05", "until: 20170705", "until", "must be a day"),
    ("until: 2017-07-05", "until: 2017-07-05T00:00:00", "until", "must be a day"),
    ("until: 2017-07-05", "until: 9999-12-31", "until", "out of range"),
    # the office
    ("id: 测试-office.1", "id: a/b", "office.id", "can't be an id"),
    ("id: 测试-office.1", "id: 'a#b'", "office.id", "can't be an id"),
    ("id: 测试-office.1", "id: ..", "office.id", "can't be an id"),
    ("id: 测试-office.1", "id: " + "x" * 65, "office.id", "up to 64 letters"),
    ("id: 测试-office.1", "id: 17", "office.id", 'write "17"'),
    ("id: 测试-office.1, ", "", "office.id", "is missing"),
    (", name_en: Test office", ", name_en: 5", "office.name_en", "must be text"),
    (", name_en: Test office", ", city: 鄂州", "office.city", "unknown field"),
    ("name: 测试机关事务管理局", "name: ' '", "office.name", "is blank"),
    ("name: 测试机关事务管理局", "name: ~", "office.name", "not nothing"),
    ("name: 测试机关事务管理局", r'name: "a\0b"', "office.name", "control character U+0000"),
    ("name: 测试机关事务管理局", "name: " + "长" * 201, "office.name", "shorten it to 200"),
    # suppliers
    ("uscc: 91350100M000100Y43", "uscc: 91350100M000100Y44", "suppliers[0].uscc", "GB 32100"),
    ("uscc: 91350100M000100Y43", "uscc: 9135 0100M000100Y43", "suppliers[0].uscc", "GB 32100"),
    ("uscc: 91350100M000100Y43", "uscc: 91350100m000100y43", "suppliers[0].uscc", "GB 32100"),
    ("uscc: 91350100M000100Y43", "uscc: 913501001234567890", "suppliers[0].uscc", "must be text"),
    ("small_or_medium: true", "small_or_medium: yes", "suppliers[0].small_or_medium", "true or fa"),
    ("small_or_medium: true", "small_or_medium: 1", "suppliers[0].small_or_medium", "not 1"),
    ("gates: []", "gates: {}", "suppliers[1].gates", "must be a list, not a mapping"),
    ("gates: []", "gates: null", "suppliers[1].gates", "not nothing"),
    ("gates: []", "gates: [licence]", "suppliers[1].gates[0]", "must be a mapping"),
    ("gate: reputation", "gate: fame", "suppliers[0].gates[1].gate", "one of qualification"),
    ("2030-12-31", "2030-02-30", "suppliers[0].gates[0].valid_until", "isn't a day of the calenda"),
    ("2030-12-31", "0000-01-01", "suppliers[0].gates[0].valid_until", "isn't a day of the calenda"),
    ("2030-12-31", "2030-1-1", "suppliers[0].gates[0].valid_until", "must be a day"),
    # rule sets
    ("{general: 1, major", "{general: -1, major", "rules[0].points.general", "out of range"),
    ("{general: 1, major", "{general: .nan, major", "rules[0].points.general", "not .nan"),
    ("{general: 1, major", "{general: .inf, major", "rules[0].points.general", "not .inf"),
    ("{general: 1, major", "{general: 0x10, major", "rules[0].points.general", "must be a number"),
    ("{general: 1, major", "{general: '1', major", "rules[0].points.general", "must be a number"),
    ("{general: 1, major", "{general: 1e999999999, major", "rules[0].points.general", "out of ran"),
    ("{general: 1, major", "{general: 1e-30, major", "rules[0].points.general", "decimal places"),
    ("{general: 1, major", "{general: " + "9" * 5000 + ", major", "rules[0].points.general", ""),
    (", merit: 0.5}", "}", "rules[0].points.merit", "is missing"),
    ("{patrol: 0.4, joint: 0.6}", "{}", "rules[0].tiers", "weighs no tier"),
    ("{patrol: 0.4, joint: 0.6}", "{patrol: 0}", "rules[0].tiers", "weighs no tier"),
    ("{patrol: 0.4, joint: 0.6}", "{patrol: 1, joynt: 1}", "rules[0].tiers.joynt", "mean `joint`"),
    ("{months: 0.7, leaders: 0.3}", "{months: 0, leaders: 0}", "rules[0].half_year", "both weig"),
    ('"50.00", major', '"50.001", major', "rules[0].amounts.general", "more than two decimals"),
    ('"50.00", major', '"-50.00", major', "rules[0].amounts.general", "must not be below zero"),
    ("times: 2", "times: 1.5", "rules[0].repeat.times", "must be a whole number, not 1.5"),
    ("times: 2", "times: 0", "rules[0].repeat.times", "out of range"),
    ("times: 2", "times: true", "rules[0].repeat.times", "must be a whole number, not true"),
    ("full_from: 85", "full_from: 101", "rules[0].ladder.full_from", "from 0 to 100"),
    ("retained_percent: 5", "retained_percent: 100.5", "rules[0].retained_percent", "0 to 100"),
    ("retained_percent: 5", "retained_percent: 5%", "rules[0].retained_percent", "a number"),
    ("from: 0, name", "from: 10, name", "rules[0].bands", "nothing below 10"),
    ("from: 80, name", "from: 95.50, name", "rules[0].bands[2].from", "the bands overlap"),
    ("from: 95.5, name", "from: 100.5, name", "rules[0].bands[1].from", "from 0 to 100"),
    ("name: fair, ", "", "rules[0].bands[2].name", "is missing"),
    ("deposit_percent: 10", "deposit_percent: 10.01", "rules[0].deposit_percent", "10 at most"),
    ("satisfied_from: 4", "satisfied_from: 6", "rules[0].survey.satisfied_from", "from 1 to 5"),
    ("second_notice_days: 7", "second_notice_days: -1", "rules[0].second_notice_days", "range"),
    ("departments: 3,", "department: 3, departments: 3,", "rules[0].widespread.department", "mean"),
    # contracts
    ("supplier: s1", "supplier: s9", "contracts[0].supplier", "no supplier has the id s9"),
    ("rules: r1}", "rules: r9}", "contracts[0].rules", "no rule set has the id r9"),
    ('"235000.00"', '"235000.001"', "contracts[0].annual_price", "more than two decimals"),
    ('"235000.00"', "235000.001", "contracts[0].annual_price", "more than two decimals"),
    ('"235000.00"', '"0.00"', "contracts[0].annual_price", "must be above zero"),
    ('"235000.00"', "0", "contracts[0].annual_price", "must be above zero"),
    ('"235000.00"', '"-235000.00"', "contracts[0].annual_price", "must be above zero"),
    ('"235000.00"', '"235,000.00"', "contracts[0].annual_price", "must be an amount in yuan"),
    ('"235000.00"', '"２３５"', "contracts[0].annual_price", "must be an amount in yuan"),
    ('"235000.00"', "2.35e5", "contracts[0].annual_price", "must be an amount in yuan"),
    ('"235000.00"', "[235000]", "contracts[0].annual_price", "not a list"),
    ("months: 36", "months: 37", "contracts[0].months", "from 1 to 36"),
    ("months: 36", "months: 0", "contracts[0].months", "from 1 to 36"),
    ("months: 36", "months: '36'", "contracts[0].months", 'not the text "36"'),
    ("months: 36", "months: 36.0", "contracts[0].months", "must be a whole number"),
    ("target: 92.5", "target: 100.01", "contracts[0].satisfaction_target", "from 0 to 100"),
    ("signed_on: 2017-04-20", "signed_on: null", "contracts[1].signed_on", "must be a day"),
    # events
    ("on: 2017-05-25\n", "on: 2017-05-02\n", "events[1].on", "order of their days"),
    ("{on: 2017-07-05", "{on: 2017-07-06", "events[15].on", "after the last day played"),
    ("{on: 2017-06-01, ", "{", "events[3].on", "is missing"),
    ("merit: {contract", "merits: {contract", "events[3].merits", "did you mean `merit`"),
    (CALL, "{on: 2017-06-01}", "events[3]", "doesn't say what happened"),
    (CALL, "{on: 2017-06-01, note: rain}", "events[3]", "doesn't say what happened"),
    (CALL, "merit", "events[3]", "must be a mapping"),
    (CALL, "{on: 2017-06-01, merit: m1}", "events[3].merit", "must be a mapping"),
    (
        "{on: 2017-07-04, renew",
        "{on: 2017-07-04, pay: {contract: c1, month: 2017-06}, renew",
        "events[14]",
        "several things at once (pay, renew)",
    ),
    ("severity: general", "severity: severe", "events[0].patrol.findings[0].severity", "one of ge"),
    ("criterion: CL-3.2", "criterion: 3.2", "events[0].patrol.findings[0].criterion", '"3.2"'),
    ("id: v2", "id: v1", "events[1].joint.id", "used at events[0].patrol.id"),
    ("contract: c1, id: v1", "contract: c7, id: v1", "events[0].patrol.contract", "no contract"),
    ("finding: f1", "finding: f2", "events[2].withdraw.finding", "no finding has the id f2"),
    ("finding: f1", "finding: v1", "events[2].withdraw.finding", "no finding has the id v1"),
    (", reason: 申诉成立", "", "events[2].withdraw.reason", "is missing"),
    ("notice: n1,", "notice: n2,", "events[9].reinspect.notice", "no notice has the id n2"),
    ("result: failed", "result: fail", "events[9].reinspect.result", "one of passed, failed"),
    ("kind: praise", "kind: praise, happened_on: 2017-05-30", "events[3].merit.happened_on", "un"),
    (", text: 菜品凉", "", "events[4].complaint.text", "is missing"),
    (", text: 菜品凉", ", text: 5", "events[4].complaint.text", 'write "5"'),
    ("due: 2017-06-06", "due: 2017-06-05", "events[8].notice.due", "before the notice's own day"),
    ("quarter: 2017Q2", "quarter: 2017Q5", "events[10].survey.quarter", "must be a quarter"),
    ("quarter: 2017Q2", "quarter: 2017-Q2", "events[10].survey.quarter", "must be a quarter"),
    ("invited: 100", "invited: 99", "events[10].survey.answers", "100 answers, but only 99"),
    ("5: 50,", "5: -50,", "events[10].survey.answers.5", "out of range"),
    ("5: 50,", "6: 0, 5: 50,", "events[10].survey.answers.6", "unknown field"),
    (", 1: 1}", "}", "events[10].survey.answers.1", "is missing"),
    ("half: 2017H1", "half: 2017H3", "events[11].leaders.half", "must be a half-year"),
    ("score: 97.6", "score: 100.1", "events[11].leaders.score", "from 0 to 100"),
    ("score: 97.6", "score: 1e9999999999999999999", "events[11].leaders.score", "exponent"),
    ("score: 97.6", "score: 0e-99999999999999999999", "events[11].leaders.score", "exponent"),
    ("due: 2017-06-06", "due: 9999-12-31", "events[8].notice.due", "from 1900-01-01 to 2199"),
    ("major: 500,", "major: 100000000.01,", "rules[0].amounts.major", "from 0 to 100000000"),
    ("exit: rejected", "exit: maybe", "events[12].decide.exit", "one of accepted, rejected"),
    ("exit: rejected", "exit: accepted", "events[12].decide.ends_on", "needs the day"),
    ("exit: accepted", "exit: rejected", "events[13].decide.ends_on", "leave `ends_on` out"),
    ("months: 24", "months: 0", "events[14].renew.months", "out of range"),
    ("month: 2017-05", "month: 2017-13", "events[15].pay.month", "must be a month"),
    ("month: 2017-05", "month: 2017-05-01", "events[15].pay.month", "must be a month"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "part"), ONE_MISTAKE)
def test_one_mistake_is_told_with_its_place_line_and_remedy(
    old: str, new: str, place: str, part: str, tmp_path: Path
) -> None:
    text = edited((old, new))
    [mistake] = mistakes_of(text, tmp_path)
    assert mistake.place == place
    assert part in mistake.en
    assert mistake.message == mistake.en
    assert ": " in mistake.en or " add " in mistake.en  # what is wrong, and what to do
    assert re.search(r"[\u4e00-\u9fff]", mistake.zh)
    assert mistake.line is not None
    assert 1 <= mistake.line <= text.count("\n") + 1
    assert f"{mistake}".startswith(f"{place}: ")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("small_or_medium: true", "small_or_medium: yes", 7),
        ("months: 36", "months: 37", 32),
        ("severity: general", "severity: severe", 37),
        ("happened_on: 2017-05-24", "happened: 2017-05-24", 39),
        ("    reward_percent: 2\n", "", 13),  # missing: where its mapping begins
    ],
)
def test_the_line_is_where_it_stands(old: str, new: str, line: int, tmp_path: Path) -> None:
    assert [mistake.line for mistake in mistakes_of(edited((old, new)), tmp_path)] == [line]


def test_a_json_file_has_places_and_lines_too(tmp_path: Path) -> None:
    text = '{"houqin": 1,\n "office": {"id": "a", "name": "A",\n "id": "b"},\n "suppliers": [],\n'
    text += ' "rules": [], "contracts": [],\n "events": [{"on": "2017-05-03"}],\n "until": 5}'
    told = [(m.place, m.line) for m in mistakes_of(text, tmp_path, "office.json")]
    assert told == [("office.id", 3), ("events[0]", 6), ("until", 7)]


def test_all_mistakes_are_told_at_once_in_the_files_order(tmp_path: Path) -> None:
    text = edited(
        ("uscc: 91110000600037341L", "uscc: nonsense"),
        ("times: 2", "times: 2.5"),
        ("from: 0, name", "from: 1, name"),
        ("deposit_percent: 10", "deposit_percent: 11"),
        ('"235000.00"', '"0.00"'),
        ("rules: r1}", "rules: r2}"),
        ("severity: general", "severity: bad, colour: red"),
        ("on: 2017-05-25\n", "on: 2017-05-01\n"),
        ("finding: f1", "finding: f9"),
        ("merit: {contract: c1", "merit: {contract: c9"),
        ("invited: 100", "invited: 10"),
        ("due: 2017-06-06", "due: 2017-01-01"),
        ("renew:", "renewal:"),
        ("until: 2017-07-05", "until: 2017-07-04"),
    )
    assert [mistake.place for mistake in mistakes_of(text, tmp_path)] == [
        "suppliers[1].uscc",
        "rules[0].repeat.times",
        "rules[0].bands",
        "rules[0].deposit_percent",
        "contracts[0].annual_price",
        "contracts[0].rules",
        "events[0].patrol.findings[0].severity",
        "events[0].patrol.findings[0].colour",
        "events[1].on",
        "events[2].withdraw.finding",
        "events[3].merit.contract",
        "events[8].notice.due",
        "events[10].survey.answers",
        "events[14].renewal",
        "events[15].on",
    ]


def test_the_refusal_prints_every_mistake_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "office.yaml"
    path.write_text(edited(("months: 36", "months: 37"), ("times: 2", "times: x")), "utf-8")
    with pytest.raises(MalformedOfficeFile) as refused:
        read_office_file(path)
    english, chinese = refused.value.told("en"), refused.value.told("zh")
    assert "contracts[0].months: 37 is out of range: it must be from 1 to 36 (line 32)" in english
    assert "contracts[0].months: 37 超出范围：应在 1 到 36 之间(第 32 行)" in chinese
    assert len(english.splitlines()) == len(chinese.splitlines()) == 2
    assert english in f"{refused.value}"


def test_what_comes_later_is_not_yet_known(tmp_path: Path) -> None:
    [complaint] = re.findall(r"  - .* id: k1, .*\n", SMALL)
    verdict = "  - {on: 2017-06-02, uphold: {complaint: k1}}\n"
    text = edited(
        (complaint, verdict + complaint), ("  - {on: 2017-06-04, uphold: {complaint: k1}}\n", "")
    )
    [mistake] = mistakes_of(text, tmp_path)
    assert mistake.place == "events[4].uphold.complaint"
    assert "comes only later, at events[5].complaint.id" in mistake.en


@pytest.mark.parametrize(
    ("changes", "place", "first"),
    [
        ([("id: s2", "id: s1"), ("supplier: s2", "supplier: s1")],
         "suppliers[1].id", "suppliers[0]"),
        ([("id: k2", "id: k1"), ("dismiss: {complaint: k2", "dismiss: {complaint: k1")],
         "events[5].complaint.id", "events[4].complaint"),
    ],
)  # fmt: skip
def test_an_id_is_given_once(
    changes: list[tuple[str, str]], place: str, first: str, tmp_path: Path
) -> None:
    [mistake] = mistakes_of(edited(*changes), tmp_path)
    assert mistake.place == place
    assert f"already used at {first}.id" in mistake.en


def test_an_id_that_is_wrong_itself_is_told_where_it_is_given(tmp_path: Path) -> None:
    text = edited(("id: f1, crit", "id: f/1, crit"), ("finding: f1", "finding: f/1"))
    [mistake] = mistakes_of(text, tmp_path)
    assert mistake.place == "events[0].patrol.findings[0].id"
    assert "f/1 can't be an id" in mistake.en


def test_bands_that_are_missing_cover_nothing(tmp_path: Path) -> None:
    text = re.sub(r"bands:\n(      - .*\n)+", "bands: []\n", SMALL)
    [mistake] = mistakes_of(text, tmp_path)
    assert (mistake.place, "don't cover 0..100" in mistake.en) == ("rules[0].bands", True)


def test_bands_that_cannot_be_read_are_not_judged(tmp_path: Path) -> None:
    text = edited(("from: 0, name", "from: zero, name"), ("from: 80, name", "from: eighty, name"))
    places = [mistake.place for mistake in mistakes_of(text, tmp_path)]
    assert places == ["rules[0].bands[0].from", "rules[0].bands[2].from"]


def test_a_place_is_safe_to_print(tmp_path: Path) -> None:
    text = '{"houqin": 1, "\\u001b[2J\\ud800' + "x" * 100 + '": 1}'
    places = [mistake.place for mistake in mistakes_of(text, tmp_path)]
    assert all(place.isprintable() and len(place) < 60 for place in places)
    assert r"\x1b[2J\ud800xxx" in places[-1]


# Files that hide what is in them

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("content", "part", "line"),
    [
        (b"", "the file is empty", None),
        (b" \n\n", "the file is empty", None),
        (b"# only a comment\n", "the file is empty", None),
        (b"houqin: 1\nname: \xff\n", "isn't UTF-8", 2),
        ("houqin: 1\n".encode("utf-16"), "isn't UTF-8", 1),
        ("name: 机关\n".encode("gbk"), "isn't UTF-8", 1),
        (b"- houqin\n", "must be a mapping, not a list", 1),
        (b"houqin\n", 'must be a mapping, not the text "houqin"', 1),
        (b"[]", "must be a mapping", 1),
        (b"null", "must be a mapping, not nothing", 1),
        (b"houqin: 1\n\toffice: 2\n", "indent with spaces, not tabs", 2),
        (b"houqin: 1\noffice: a: b\n", "correct the indentation", 2),
        (b"houqin: [1\n", "isn't YAML", 2),
        (b"houqin: 'x\x00'\n", "isn't YAML", None),
        (b"houqin: 1\n---\nhouqin: 1\n", "second document", 2),
        (b"houqin: !!python/object:os.system 1\n", "the tag", 1),
        (b"houqin: 1\noffice: !office {}\n", "the tag", 2),
        (b"? [a, b]\n: 1\n", "can't be the name of a field", 1),
        (b"houqin: *one\n", "*one repeats something", 1),
        (b"houqin: &one [*one]\n", "*one repeats something", 1),
        (b"houqin: " + b"[" * 30 + b"]" * 30, "deeper than 20", 1),
        (b"[" * 100_000, "deeper than 20", 1),
        (b'{"a":' * 100_000, "deeper than 20", None),
        (BOMB.encode(), "write them out", 6),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_looked_into(
    content: bytes, part: str, line: int | None, tmp_path: Path
) -> None:
    [mistake] = mistakes_of(content, tmp_path)
    assert mistake.place == "file"
    assert part in mistake.en
    assert re.search(r"[\u4e00-\u9fff]", mistake.zh)
    assert mistake.line == line


@pytest.mark.parametrize(
    ("content", "part", "line"),
    [
        ('{"houqin": 1,\n}', "isn't JSON", 2),
        ("houqin: 1\n", "isn't JSON", 1),
        ('{"houqin": NaN}', "NaN is not a number of JSON", None),
        ("[" * 100_000 + "]" * 100_000, "deeper than 20", None),
        ("[" * 30 + "]" * 30, "deeper than 20", 1),
    ],
)
def test_a_json_file_that_is_not_json(
    content: str, part: str, line: int | None, tmp_path: Path
) -> None:
    [mistake] = mistakes_of(content, tmp_path, "office.json")
    assert (mistake.place, mistake.line) == ("file", line)
    assert part in mistake.en


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.yaml", tmp_path, Path("a\0b")):
        with pytest.raises(MalformedOfficeFile, match="the file can't be read"):
            read_office_file(path)


def test_a_huge_file_is_not_read_to_its_end() -> None:
    with pytest.raises(MalformedOfficeFile, match="larger than 32 MB"):
        read_office_file("/dev/zero")
