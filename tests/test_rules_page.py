"""docs/rules.md keeps its word: the rules that code cites are there, and those there are cited."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "docs/rules.md": ("Built", "Not built yet"),
    "docs/rules.zh-CN.md": ("已实现", "尚未实现"),
}
ID = re.compile(r"\b[TMCIFB][0-9]{1,2}\b")
SOURCES = [
    file
    for folder in (*ROOT.glob("services/*/src"), ROOT / "shared" / "src", ROOT / "cli" / "src")
    for file in folder.rglob("*.py")
]


def cited(*files: Path) -> set[str]:
    return {name for file in files for name in ID.findall(file.read_text("utf-8"))}


def rules(page: str, section: str) -> dict[str, list[str]]:
    """The rules of a section by ID, each with the files that it is said to live in."""
    text = (ROOT / page).read_text("utf-8")
    found = re.search(rf"^## {section}\n(.*?)(?=^## )", text, re.S | re.M)
    assert found, section
    rows = [line for line in found[1].splitlines() if re.match(r"\| [A-Z][0-9]", line)]
    assert rows, section
    return {row.split("|")[1].strip(): re.findall(r"`([^`]+\.py)`", row) for row in rows}


@pytest.mark.parametrize("page", PAGES)
def test_what_code_cites_is_on_the_page_and_what_is_built_is_cited(page: str) -> None:
    built, planned = (rules(page, section) for section in PAGES[page])
    assert not built.keys() & planned.keys()
    assert cited(*SOURCES) <= built.keys() | planned.keys()
    of_services = cited(*(file for file in SOURCES if file.is_relative_to(ROOT / "services")))
    assert of_services == built.keys()


@pytest.mark.parametrize("page", PAGES)
def test_a_rule_lives_where_the_page_says(page: str) -> None:
    for rule, files in rules(page, PAGES[page][0]).items():
        assert files, rule
        for name in files:
            (file,) = [each for each in SOURCES if each.as_posix().endswith(f"/src/{name}")]
            assert rule in cited(file), (rule, name)


def test_both_languages_tell_of_the_same_rules() -> None:
    english, chinese = ([rules(page, name) for name in names] for page, names in PAGES.items())
    assert english == chinese
