"""Office files are replayed to exactly the report expected of them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from model import play_file
from model.reading import load

from acceptance.installation import Installation

HERE = Path(__file__).parent
STORIES = sorted((HERE.parents[1] / "examples").glob("*.yaml"))
RANDOM = sorted((HERE / "offices").glob("*.yaml"))
END = "2019-12-10"
QUICK = {"ezhou", "sanmen", "xiangshan", "random-1", "random-3"}


def expected(name: str) -> Any:
    return json.loads((HERE / "expected" / f"{name}.json").read_text(encoding="utf-8"))


def files() -> list[Any]:
    return [
        pytest.param(file, id=file.stem, marks=() if file.stem in QUICK else pytest.mark.slow)
        for file in (*STORIES, *RANDOM)
    ]


@pytest.mark.parametrize("file", files())
def test_an_office_file_is_played_exactly(installation: Installation, file: Path) -> None:
    assert installation.replay(file) == expected(file.stem)
    installation.verify()


def test_played_again_nothing_is_added_and_another_file_is_refused(
    installation: Installation, tmp_path: Path
) -> None:
    file, other = tmp_path / "beginning.yaml", tmp_path / "other.yaml"
    text = a_quarter("beginning")
    file.write_text(text, encoding="utf-8")
    told = play_file(load(file))
    assert installation.replay(file) == told
    before = installation.verified("beginning")
    assert installation.replay(file) == told
    assert installation.verified("beginning") == before

    other.write_text(text.replace("name: Supplier 0", "name: Another", 1), encoding="utf-8")
    done = installation.run("replay", str(other))
    assert done.returncode == 2
    assert "beginning is known here with other content" in done.stderr
    assert installation.verified("beginning") == before


def a_quarter(office: str) -> str:
    """The beginning of an office file, as an office of its own."""
    whole = (HERE / "offices" / "random-1.yaml").read_text(encoding="utf-8")
    head, *events = re.split(r"^(?=- on: )", whole, flags=re.MULTILINE)
    kept = [event for event in events if event.removeprefix("- on: '") < END]
    head = head.replace("id: office-1\n", f"id: {office}\n", 1)
    return f"{head}{''.join(kept)}until: '{END}'\n"


def test_a_malformed_file_lists_every_mistake_and_changes_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    text = (HERE.parents[1] / "examples" / "ezhou.yaml").read_text(encoding="utf-8")
    text = text.replace("id: ezhou\n", "id: malformed\n", 1)
    text = text.replace("annual_price: '235000.00'", "annual_price: '235000.005'")
    text = text.replace("91350100M000100Y43", "91350100M000100Y44")
    bad = tmp_path / "bad.yaml"
    bad.write_text(text, encoding="utf-8")
    done = installation.run("replay", str(bad))
    assert done.returncode == 2
    assert "contracts[0].annual_price" in done.stderr
    assert "suppliers[0].uscc" in done.stderr
    status = json.loads(installation.run("ops", "status", "--json").stdout)
    assert "malformed" not in status["swept_on"]
