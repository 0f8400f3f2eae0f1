"""The same rooms in each service, and imports that go one way: ARCHITECTURE.md keeps its word."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICES = Path(__file__).resolve().parents[1] / "services"
PACKAGES = sorted(each for each in SERVICES.glob("*/src/*") if each.name.endswith("_svc"))

ROOMS = {
    "main", "api", "hears", "usecases", "queries", "asked", "shown", "rules",
    "tables", "events", "refusals", "migrations",
}  # fmt: skip

FLOORS = [
    {"__main__"},
    {"main"},
    {"api", "hears", "migrations"},
    {"usecases"},
    {"queries"},
    {"shown", "events"},
    {"asked", "tables", "refusals"},
    {"rules"},
]
"""A room imports from floors below its own alone."""
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def imports(package: Path) -> Iterator[tuple[str, str]]:
    """Pairs of a room and another one that it imports."""
    for file in package.rglob("*.py"):
        room = file.relative_to(package).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                top, *parts = [*node.module.split("."), *(name.name for name in node.names)]
                if top == package.name and parts[0] != room:
                    yield room, parts[0]


def test_there_are_four() -> None:
    assert len(PACKAGES) == 4


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_the_same_rooms(package: Path) -> None:
    found = {each.stem for each in package.iterdir() if not each.name.startswith("_")}
    assert found - {"py"} == ROOMS  # py.typed tells mypy that the package has types


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_imports_go_down(package: Path) -> None:
    found = set(imports(package))
    assert {("main", "api"), ("api", "usecases"), ("usecases", "rules")} <= found
    wrong = [(room, other) for room, other in found if FLOOR_OF[room] >= FLOOR_OF[other]]
    assert wrong == []
