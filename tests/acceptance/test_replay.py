"""Office files are replayed to exactly the report expected of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from acceptance.installation import Installation

HERE = Path(__file__).parent
STORIES = sorted((HERE.parents[1] / "examples").glob("*.yaml"))
RANDOM = sorted((HERE / "offices").glob("*.yaml"))
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
    file = HERE / "offices" / "random-1.yaml"
    assert installation.replay(file) == expected("random-1")
    before = installation.verified("office-1")
    assert installation.replay(file) == expected("random-1")
    assert installation.verified("office-1") == before

    other = tmp_path / "other.yaml"
    text = file.read_text(encoding="utf-8")
    other.write_text(text.replace("name: Supplier 0", "name: Another", 1), encoding="utf-8")
    done = installation.run("replay", str(other))
    assert done.returncode == 2
    assert "office-1 is known here with other content" in done.stderr
    assert installation.verified("office-1") == before


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
