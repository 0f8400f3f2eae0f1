"""The plain model of the rules, with which the services are compared, plays offices exactly."""

import json
from pathlib import Path

import pytest
from model import play_file
from model.reading import load

HERE = Path(__file__).parent
FILES = [
    *sorted((HERE.parent / "examples").glob("*.yaml")),
    *sorted((HERE / "acceptance" / "offices").glob("*.yaml")),
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_model_plays_an_office_exactly(file: Path) -> None:
    expected = HERE / "acceptance" / "expected" / f"{file.stem}.json"
    assert play_file(load(file)) == json.loads(expected.read_text(encoding="utf-8"))
