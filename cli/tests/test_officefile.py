"""The office file, read: exact values, places, verbs, and one digest for one content."""

import dataclasses
import json
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from houqin.officefile import (
    Complaint,
    Decide,
    Joint,
    OfficeFile,
    Patrol,
    Remarks,
    Survey,
    Visit,
    read_office_file,
)

SMALL = Path(__file__).parent / "small-office.yaml"
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def small() -> OfficeFile:
    return read_office_file(SMALL)


def plain_content(path: Path) -> object:
    """The content as another YAML reader sees it, days and numbers as text that JSON can write."""

    class Yaml12(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012
            first: [(tag, looks) for tag, looks in known if "timestamp" not in tag]
            for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
            if first not in "oOyYnN"
        }

    return yaml.load(path.read_text("utf-8"), Yaml12)


def test_money_is_exact_fen_however_it_is_written(small: OfficeFile) -> None:
    assert [contract.annual_price_fen for contract in small.contracts] == [23500000, 100010]
    amounts = small.rule_sets[0].amounts
    assert dataclasses.astuple(amounts) == (5000, 50000, 20000, 0)


def test_decimals_are_exact(small: OfficeFile) -> None:
    rules = small.rule_sets[0]
    assert rules.tiers == (("patrol", Decimal("0.4")), ("joint", Decimal("0.6")))
    assert rules.half_year.months + rules.half_year.leaders == 1
    assert small.contracts[0].satisfaction_target == Decimal("92.5")


def test_bands_come_highest_first(small: OfficeFile) -> None:
    bands = small.rule_sets[0].bands
    assert [band.lowest for band in bands] == [Decimal("95.5"), Decimal(80), Decimal(0)]


def test_a_contract_is_signed_on_its_start_unless_said_otherwise(small: OfficeFile) -> None:
    assert [c.signed_on for c in small.contracts] == [date(2017, 5, 1), date(2017, 4, 20)]


def test_the_first_day_is_the_earliest_start_or_event(small: OfficeFile) -> None:
    assert small.first_day == date(2017, 5, 1)
    assert small.until == date(2017, 7, 5)


def test_every_event_knows_its_place_verb_and_what_a_refusal_of_it_names(small: OfficeFile) -> None:
    told = [(event.place, event.verb, event.refusal_id) for event in small.events]
    assert told == [
        ("events[0]", "patrol", "v1"),
        ("events[1]", "joint", "v2"),
        ("events[2]", "withdraw", "f1"),
        ("events[3]", "merit", "m1"),
        ("events[4]", "complaint", "k1"),
        ("events[5]", "complaint", "k2"),
        ("events[6]", "uphold", "k1"),
        ("events[7]", "dismiss", "k2"),
        ("events[8]", "notice", "n1"),
        ("events[9]", "reinspect", "n1"),
        ("events[10]", "survey", "c1"),
        ("events[11]", "leaders", "c1"),
        ("events[12]", "decide", "c1"),
        ("events[13]", "decide", "c1"),
        ("events[14]", "renew", "c2"),
        ("events[15]", "pay", "c1"),
    ]
    assert [supplier.place for supplier in small.suppliers] == ["suppliers[0]", "suppliers[1]"]
    assert [rules.place for rules in small.rule_sets] == ["rules[0]"]
    assert [contract.place for contract in small.contracts] == ["contracts[0]", "contracts[1]"]


def test_a_visit_happened_on_its_day_unless_said_otherwise(small: OfficeFile) -> None:
    patrol, joint = small.events[:2]
    assert isinstance(patrol, Patrol)
    assert isinstance(joint, Joint)
    assert isinstance(joint, Visit)
    assert (patrol.on, patrol.happened_on) == (date(2017, 5, 3), date(2017, 5, 3))
    assert (joint.on, joint.happened_on) == (date(2017, 5, 25), date(2017, 5, 24))
    assert patrol.findings[0].place == "3F"
    assert patrol.findings[0].remarks.text == "地面有积水"


def test_what_happened_after_its_day_is_left_to_the_service_to_refuse(tmp_path: Path) -> None:
    late = tmp_path / "late.yaml"
    text = SMALL.read_text("utf-8")
    late.write_text(text.replace("happened_on: 2017-05-24", "happened_on: 2018-01-01"), "utf-8")
    event = read_office_file(late).events[1]
    assert isinstance(event, Joint)
    assert event.happened_on == date(2018, 1, 1)


def test_remarks_are_kept_wherever_they_stand(small: OfficeFile) -> None:
    assert small.office.remarks == Remarks(name_en="Test office")
    assert small.suppliers[0].gates[1].remarks.note == "no end"
    assert small.events[2].remarks.note == "by paper"
    assert small.events[7].remarks.note == "unfounded"
    complaint = small.events[4]
    assert isinstance(complaint, Complaint)
    assert complaint.text == "菜品凉"


def test_survey_and_decisions(small: OfficeFile) -> None:
    survey, rejected, accepted = small.events[10], small.events[12], small.events[13]
    assert isinstance(survey, Survey)
    assert dict(survey.answers) == {5: 50, 4: 40, 3: 5, 2: 4, 1: 1}
    assert isinstance(rejected, Decide)
    assert isinstance(accepted, Decide)
    assert rejected.ends_on is None
    assert accepted.ends_on == date(2017, 12, 31)


def test_nothing_in_it_can_be_changed(small: OfficeFile) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        small.events[0].on = date(2020, 1, 1)  # type: ignore[misc]
    hash(small)


@pytest.mark.parametrize("name", ["ezhou", "sanmen", "xiangshan"])
def test_the_example_offices_are_read_at_once(name: str) -> None:
    started = time.perf_counter()
    file = read_office_file(EXAMPLES / f"{name}.yaml")
    assert time.perf_counter() - started < 2
    assert file.office.id == name
    assert list(file.events) == sorted(file.events, key=lambda event: event.on)


# The same content has the same digest


@pytest.mark.parametrize("path", [SMALL, EXAMPLES / "ezhou.yaml"], ids=["small", "ezhou"])
@pytest.mark.parametrize(
    "how",
    [{}, {"ensure_ascii": False, "indent": 2}, {"indent": "\t"}, {"sort_keys": True}],
    ids=["ascii", "indented", "tabs", "sorted"],
)
@pytest.mark.parametrize("name", ["office.json", "office.yaml"])
def test_json_is_the_same_file(
    path: Path, how: dict[str, object], name: str, tmp_path: Path
) -> None:
    content = json.loads(json.dumps(plain_content(path)))
    twin = tmp_path / name
    twin.write_text(json.dumps(content, **how), "utf-8")  # type: ignore[arg-type]
    assert read_office_file(twin) == read_office_file(path)


def test_another_yaml_writer_gives_the_same_file(small: OfficeFile, tmp_path: Path) -> None:
    content = plain_content(SMALL)
    twin = tmp_path / "twin.yaml"
    for flow in (True, False):
        twin.write_text(yaml.safe_dump(content, default_flow_style=flow), "utf-8")
        assert read_office_file(twin) == small


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("score: 97.6", "score: 97.60", True),
        ("score: 97.6", "score: 976e-1", True),
        ("reward_percent: 2\n", "reward_percent: 2.0\n", True),
        ("houqin: 1\n", "# a comment\n\nhouqin: 1\n", True),
        ("houqin: 1\n", "\N{BOM}houqin: 1\r\n", True),
        ("{id: s2, name: Kitchen,", "{name: 'Kitchen', id: s2,", True),
        ("until: 2017-07-05", "until: '2017-07-05'", True),
        ("until: 2017-07-05", "until: 2017-07-06", False),
        ("score: 97.6", "score: 97.61", False),
        ("note: unfounded", "note: founded", False),
        ("name: Kitchen", "name: kitchen", False),
    ],
)
def test_the_digest_is_of_the_content_not_of_the_writing(
    old: str, new: str, same: bool, small: OfficeFile, tmp_path: Path
) -> None:
    text = SMALL.read_text("utf-8")
    assert old in text
    twin = tmp_path / "twin.yaml"
    twin.write_text(text.replace(old, new, 1), "utf-8", newline="")
    assert (read_office_file(twin).content_digest == small.content_digest) is same


# What YAML and JSON allow


def test_aliases_stand_for_what_they_name(tmp_path: Path) -> None:
    text = SMALL.read_text("utf-8")
    text = text.replace("    gates:\n", "    gates: &papers\n", 1).replace(
        "gates: []", "gates: *papers"
    )
    path = tmp_path / "aliases.yaml"
    path.write_text(text, "utf-8")
    first, second = read_office_file(path).suppliers
    assert first.gates == second.gates != ()


def test_rare_characters_survive_json(tmp_path: Path) -> None:
    text = SMALL.read_text("utf-8").replace("name: Kitchen", 'name: 𠮷野家 / 😀 \\ "')
    path = tmp_path / "rare.yaml"
    path.write_text(text, "utf-8")
    twin = tmp_path / "rare.json"
    twin.write_text(json.dumps(plain_content(path)), "ascii")
    assert read_office_file(path) == read_office_file(twin)
    assert read_office_file(twin).suppliers[1].name == '𠮷野家 / 😀 \\ "'


def test_a_flow_mapping_that_is_not_json_is_yaml(small: OfficeFile, tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(yaml.safe_dump(plain_content(SMALL), default_flow_style=True), "utf-8")
    assert path.read_text("utf-8").startswith("{")
    assert read_office_file(path) == small


def test_yes_no_and_off_are_words_in_yaml_1_2(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    text = (
        SMALL.read_text("utf-8").replace("name: Kitchen", "name: off").replace("id: s2", "id: no")
    )
    path.write_text(text.replace("supplier: s2", "supplier: no"), "utf-8")
    assert (read_office_file(path).suppliers[1].id, read_office_file(path).suppliers[1].name) == (
        "no",
        "off",
    )


def test_tags_of_the_core_schema_are_understood(small: OfficeFile, tmp_path: Path) -> None:
    path = tmp_path / "tags.yaml"
    text = SMALL.read_text("utf-8")
    text = text.replace("id: s2", "id: !!str s2").replace("months: 36", "months: !!int 36")
    path.write_text(text, "utf-8")
    assert read_office_file(path) == small
