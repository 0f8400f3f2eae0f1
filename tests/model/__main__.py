"""`python -m model FILE...`: print the report, or compare it with FILE's *.expected.json."""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import ScalarNode

from .office import play_file
from .report import Json
from .ruleset import Raw


class ExactConstructor(SafeConstructor):
    """Reads decimals exactly, and dates as the text that was written."""

    def construct_text(self, node: ScalarNode) -> str:
        return str(self.construct_scalar(node))

    def construct_decimal(self, node: ScalarNode) -> Decimal:
        return Decimal(str(self.construct_scalar(node)))


ExactConstructor.add_constructor("tag:yaml.org,2002:float", ExactConstructor.construct_decimal)
ExactConstructor.add_constructor("tag:yaml.org,2002:timestamp", ExactConstructor.construct_text)


def load(path: Path) -> Raw:
    """An office file: YAML 1.2, of which JSON is a part."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    yaml.Constructor = ExactConstructor
    file: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"))
    return file


def differences(place: str, expected: object, got: object) -> list[str]:
    """Every place where two JSON values differ."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [
            difference
            for key in [*expected, *(key for key in got if key not in expected)]
            for difference in differences(f"{place}.{key}", expected.get(key), got.get(key))
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return [
            difference
            for index, pair in enumerate(zip(expected, got, strict=True))
            for difference in differences(f"{place}[{index}]", *pair)
        ]
    return [] if expected == got else [f"{place}: expected {expected!r}, got {got!r}"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="model", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with *.expected.json")
    arguments = parser.parse_args()
    failed = False
    for path in arguments.files:
        report: Json = play_file(load(path))
        if not arguments.check:
            sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
            continue
        expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
        wrong = differences("", expected, report)
        verdict = f"{len(wrong)} differences" if wrong else "ok"
        sys.stdout.write("\n  ".join([f"{path.name}: {verdict}", *wrong[:20]]) + "\n")
        failed = failed or bool(wrong)
    return 1 if failed else 0


raise SystemExit(main())
