"""From bytes to a tree: UTF-8, then JSON or YAML 1.2, within bounds that no honest file reaches."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from houqin.officefile import said
from houqin.officefile.mistakes import WHOLE_FILE, MalformedOfficeFile, Mistake, Said
from houqin.officefile.tree import Listing, Mapping, Node, Scalar

MOST_BYTES = 32 * 1024 * 1024
DEEPEST = 20
MOST_REPEATED = 200_000  # values that aliases (*name) may stand for, all together


class Unreadable(Exception):
    """There is no tree to look at."""

    def __init__(self, what: Said, line: int | None = None) -> None:
        super().__init__(what.en)
        self.what = what
        self.line = line


def read_tree(path: Path) -> Node:
    """The content of the file, or MalformedOfficeFile with the one mistake that hides the rest."""
    try:
        text = _text_of(path)
        return _tree_of(text, is_json=path.suffix.lower() == ".json")
    except Unreadable as no:
        mistake = Mistake(WHOLE_FILE, no.what.en, no.what.zh, no.line)
        raise MalformedOfficeFile(path, [mistake]) from None


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(said.cannot_be_opened(reason)) from None
    if len(data) > MOST_BYTES:
        raise Unreadable(said.too_large(MOST_BYTES // 1024 // 1024))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(said.not_utf8(error.start), line) from None


def _tree_of(text: str, *, is_json: bool) -> Node:
    """JSON if it is JSON; else YAML, of which a mapping may begin with a brace, too."""
    if not text.strip():
        raise Unreadable(said.empty_file())
    if is_json or text.lstrip().startswith("{"):
        try:
            # Says whether it is well-formed; what it makes of it is not needed.
            json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
        except RecursionError:
            raise Unreadable(said.too_deep(DEEPEST)) from None
        except ValueError as error:
            if is_json:
                line = error.lineno if isinstance(error, json.JSONDecodeError) else None
                raise Unreadable(said.not_json(str(error)), line) from None
        else:
            return _grown(_json_marks(text))
    return _grown(_yaml_marks(text))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


@dataclass(frozen=True, slots=True)
class _Mark:
    """A node that begins (or, with no node, the innermost one that ends)."""

    node: Node | None
    anchor: str | None = None
    alias: str | None = None
    line: int = 0


_END = _Mark(None)

_JSON_TOKEN = re.compile(
    r'[\s,:]*+(?:(?P<open>[{\[])|(?P<close>[}\]])|(?P<string>"(?:[^"\\]|\\.)*+")'
    r"|(?P<bare>[^\s,:\[\]{}]++))"
)


def _json_marks(text: str) -> Iterator[_Mark]:
    """The marks of a text that is known to be JSON."""
    line, counted = 1, 0
    for token in _JSON_TOKEN.finditer(text):
        start = token.start(token.lastgroup or 0)
        line, counted = line + text.count("\n", counted, start), start
        match token.lastgroup:
            case "open":
                yield _Mark(Mapping(line) if token["open"] == "{" else Listing(line))
            case "close":
                yield _END
            case "string":
                yield _Mark(Scalar(json.loads(token["string"]), True, line))
            case _:
                yield _Mark(Scalar(token["bare"], False, line))


_CORE = "tag:yaml.org,2002:"
_TEXT_TAGS = {"!", _CORE + "str"}
_LOOKS_TAGS = {_CORE + name for name in ("int", "float", "bool", "null", "timestamp")}
_TREE_TAGS = {_CORE + "map", _CORE + "seq"}
# The one in C is 15 times faster, and nearly always there.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _yaml_marks(text: str) -> Iterator[_Mark]:
    """The parser's events, so that scalars reach us as written and nothing is expanded."""
    documents = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            line = event.start_mark.line + 1 if event.start_mark else 0
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise Unreadable(said.second_document(), line)
                case yaml.ScalarEvent():
                    yield _Mark(_yaml_scalar(event, line), event.anchor)
                case yaml.MappingStartEvent():
                    _refuse_foreign(event.tag, _TREE_TAGS, line)
                    yield _Mark(Mapping(line), event.anchor)
                case yaml.SequenceStartEvent():
                    _refuse_foreign(event.tag, _TREE_TAGS, line)
                    yield _Mark(Listing(line), event.anchor)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    yield _END
                case yaml.AliasEvent():
                    yield _Mark(None, alias=event.anchor, line=line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "unknown"
        raise Unreadable(said.not_yaml(problem), mark.line + 1 if mark else None) from None
    except yaml.YAMLError as error:
        raise Unreadable(said.not_yaml(str(error).splitlines()[0])) from None


def _yaml_scalar(event: yaml.ScalarEvent, line: int) -> Scalar:
    if event.tag is None:
        return Scalar(event.value, not event.implicit[0], line)
    if event.tag in _TEXT_TAGS:
        return Scalar(event.value, True, line)
    _refuse_foreign(event.tag, _LOOKS_TAGS, line)
    return Scalar(event.value, False, line)


def _refuse_foreign(tag: str | None, known: set[str], line: int) -> None:
    if tag is not None and tag != "!" and tag not in known:
        raise Unreadable(said.unknown_tag(tag), line)


def _grown(marks: Iterator[_Mark]) -> Node:
    """The tree; a node that an alias repeats is the same node, within bounds."""
    root: Node | None = None
    open_nodes: list[_Branch] = []
    anchored: dict[str, tuple[Node, int]] = {}
    repeated = 0
    for mark in marks:
        if mark.node is not None:
            branch = _Branch(mark.node, mark.anchor)
            if not isinstance(mark.node, Scalar):
                if len(open_nodes) == DEEPEST:
                    raise Unreadable(said.too_deep(DEEPEST), mark.node.line)
                open_nodes.append(branch)
                continue
        elif mark.alias is not None:
            if mark.alias not in anchored:  # not defined, or inside itself
                raise Unreadable(said.unknown_alias(mark.alias), mark.line)
            node, size = anchored[mark.alias]
            branch = _Branch(node, None, size=size)
            repeated += size
            if repeated > MOST_REPEATED:
                raise Unreadable(said.too_much_repeated(MOST_REPEATED), mark.line)
        else:
            branch = open_nodes.pop()
        if branch.anchor:
            anchored[branch.anchor] = (branch.node, branch.size)
        if open_nodes:
            open_nodes[-1].take(branch)
        else:
            root = branch.node
    if root is None:
        raise Unreadable(said.empty_file())
    return root


@dataclass(slots=True)
class _Branch:
    """A node that is still growing."""

    node: Node
    anchor: str | None
    key: Scalar | None = None
    size: int = 1

    def take(self, child: "_Branch") -> None:
        self.size += child.size
        if isinstance(self.node, Listing):
            self.node.items.append(child.node)
        elif isinstance(self.node, Mapping):
            if self.key is not None:
                self.node.entries.append((self.key, child.node))
                self.key = None
            elif isinstance(child.node, Scalar):
                self.key = child.node
            else:
                raise Unreadable(said.key_not_text(), child.node.line)
