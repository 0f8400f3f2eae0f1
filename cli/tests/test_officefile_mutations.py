"""However a file is damaged, it is read, or refused with mistakes; nothing else ever happens."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from houqin.officefile import MalformedOfficeFile, OfficeFile, read_office_file
from houqin.officefile.reading import read_tree
from houqin.officefile.tree import Kind, Listing, Node, Scalar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SMALL = Path(__file__).parent / "small-office.yaml"
TEXT = SMALL.read_text("utf-8")

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
thorough = settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def read_or_refused(path: Path) -> OfficeFile | None:
    try:
        return read_office_file(path)
    except MalformedOfficeFile as refused:
        mistakes = refused.mistakes
    assert mistakes
    for mistake in mistakes:
        assert mistake.place
        assert mistake.told("en").encode()  # can be printed: no lone surrogates
        assert mistake.told("zh").encode()
    return None


def as_json(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.text if node.kind is Kind.TEXT else json.loads(node.text)
    if isinstance(node, Listing):
        return [as_json(item) for item in node.items]
    return {key.text: as_json(value) for key, value in node.entries}


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths_of(inner, (*path, key))


CONTENT = as_json(read_tree(SMALL))
PLACES = list(paths_of(CONTENT))

odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),  # lone surrogates, too
    st.dates().map(str),
    st.sampled_from(["c1", "r1", "s1", "f1", "k1", "n1", "accepted", "2017Q2", "0.00", "", "1e9"]),
    st.recursive(
        st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=5,
    ),
    st.sampled_from([CONTENT["rules"], CONTENT["events"], CONTENT["events"][0], CONTENT["office"]]),
)


@thorough
@given(data=st.data())
def test_any_value_in_any_place(data: st.DataObject, tmp_path: Path) -> None:
    content = json.loads(json.dumps(CONTENT))
    for _ in range(data.draw(st.integers(1, 4))):
        *outer, last = data.draw(st.sampled_from(PLACES))
        with contextlib.suppress(LookupError, TypeError, AttributeError):
            # an earlier change may have taken the place away
            holder = content
            for step in outer:
                holder = holder[step]
            match data.draw(st.sampled_from(["replace", "remove", "rename", "repeat"])):
                case "replace":
                    holder[last] = data.draw(odd_values)
                case "remove":
                    del holder[last]
                case "rename":
                    holder[data.draw(st.text(max_size=8))] = holder.pop(last)
                case _:
                    holder.append(holder[last])
    path = tmp_path / "office.json"
    path.write_text(json.dumps(content), "ascii")
    read_or_refused(path)


@thorough
@given(
    at=st.integers(0, len(TEXT)),
    gone=st.integers(0, 40),
    put=st.text(max_size=4) | st.sampled_from(list("{}[]&*!|>'\"%@`,:?-#~\t\n\0")),
    suffix=st.sampled_from([".yaml", ".json"]),
)
def test_any_cut_in_the_text(at: int, gone: int, put: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"office{suffix}"
    path.write_bytes((TEXT[:at] + put + TEXT[at + gone :]).encode())
    read_or_refused(path)


@thorough
@given(data=st.binary(max_size=200))
def test_any_bytes(data: bytes, tmp_path: Path) -> None:
    for name in ("office.yaml", "office.json"):
        path = tmp_path / name
        path.write_bytes(data)
        assert read_or_refused(path) is None


@settings(parent=thorough, max_examples=100)
@given(keep=st.sets(st.integers(0, len(CONTENT["events"]) - 1)))
def test_what_is_read_from_yaml_and_json_is_one(keep: set[int], tmp_path: Path) -> None:
    content = {**CONTENT, "events": [CONTENT["events"][number] for number in sorted(keep)]}
    plain, spread = tmp_path / "plain.json", tmp_path / "spread.yaml"
    plain.write_text(json.dumps(content), "ascii")
    spread.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")
    assert read_or_refused(plain) == read_or_refused(spread)
