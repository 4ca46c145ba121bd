# SPDX-License-Identifier: Apache-2.0
"""Reads the notation of `ottla/protocol/definitions` (its README is the reference).

A file is a tree by indentation. The parser turns lines into nodes (text, sentence, children),
then each node into what its place in the tree says it must be. Every complaint names file and line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.protocol_generator.model import (
    ALL_VERSIONS,
    NEWEST,
    Definition,
    Field,
    Message,
    Struct,
    Versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

PRIMITIVES = frozenset(
    (
        *("bool", "int8", "int16", "uint16", "int32", "uint32", "int64", "float64"),
        *("uuid", "string", "bytes", "records"),
    )
)

_MESSAGE_KINDS = ("request", "response", "record", "key", "value", "data")

_MESSAGE = re.compile(
    r"(?P<kind>request|response|record|key|value|data)(?: (?P<key>\d+))? (?P<name>[A-Z]\w*)"
    r" (?P<versions>[\d+-]+)(?:, flexible (?P<flexible>\d+)\+)?(?:, unstable (?P<unstable>\d+)\+)?"
)
_FIELD = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*): (?P<open>\[?)(?P<base>\w+)(?P<close>\]?)"
    r"(?: (?P<versions>\d[\d+-]*))?"
    r"(?P<nullable> nullable(?: (?P<nullable_in>\d[\d+-]*))?)?(?: tag (?P<tag>\d+))?"
    r"(?P<ignorable> ignorable)?(?P<key> key)?(?: = (?P<default>\S+))?"
)


class NotationError(Exception):
    """A definition that does not follow the notation."""


@dataclass(slots=True)
class _Node:
    """A line with everything that is indented below it."""

    place: str
    indent: int
    text: str
    sentence: list[str] = field(default_factory=list)
    children: list[_Node] = field(default_factory=list)

    def error(self, complaint: str) -> NotationError:
        return NotationError(f"{self.place}: {complaint}: {self.text!r}")


def parse(path: Path) -> Definition:
    """Read one definition file."""
    return parse_text(path.read_text(encoding="utf-8"), path.stem, path.name)


def parse_text(text: str, module: str, name: str) -> Definition:
    """Read a definition from `text`; `name` is how complaints call it."""
    top = _tree(text.splitlines(), name)
    if not top or not top[0].text.startswith(("api ", "records ")):
        raise NotationError(f"{name}: begins with neither `api` nor `records`")
    head, *blocks = top
    api_key, title, paragraphs, errors = _read_head(head)
    messages = tuple(_read_message(block, api_key) for block in blocks)
    _refuse_shared_names(name, messages)
    return Definition(module, api_key, title, paragraphs, errors, messages)


def _tree(lines: Sequence[str], name: str) -> list[_Node]:
    top: list[_Node] = []
    path: list[_Node] = []
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        if not stripped or (stripped.startswith("#") and indent == 0):
            continue
        text, _, sentence = stripped.partition("# ")
        if not text:
            _add_sentence(path, indent, sentence, f"{name}:{number}")
            continue
        while path and path[-1].indent >= indent:
            path.pop()
        node = _Node(f"{name}:{number}", indent, text.rstrip())
        if sentence:
            node.sentence.append(sentence)
        (path[-1].children if path else top).append(node)
        path.append(node)
    return top


def _add_sentence(path: list[_Node], indent: int, sentence: str, place: str) -> None:
    """Attach a comment line to the nearest line above that is indented less."""
    for node in reversed(path):
        if node.indent < indent:
            node.sentence.append(sentence)
            return
    raise NotationError(f"{place}: a comment that belongs to nothing: {sentence!r}")


def _read_head(head: _Node) -> tuple[int | None, str, tuple[str, ...], tuple[str, ...]]:
    kind, _, rest = head.text.partition(" ")
    api_key = None
    if kind == "api":
        number, _, rest = rest.partition(" ")
        if not number.isdigit() or not rest:
            raise head.error("expected `api <key> <Name>`")
        api_key = int(number)
    errors: list[str] = []
    for child in head.children:
        label, _, names = child.text.partition(": ")
        if label != "errors":
            raise child.error("expected a sentence (`# ...`) or `errors: ...`")
        lines = [names, *(grandchild.text for grandchild in child.children)]
        errors += [code for line in lines for code in re.findall(r"\w+", line)]
    return api_key, rest, (" ".join(head.sentence),), tuple(errors)


def _read_message(node: _Node, api_key: int | None) -> Message:
    match = _MESSAGE.fullmatch(node.text)
    if match is None:
        raise node.error(f"expected one of {', '.join(_MESSAGE_KINDS)}")
    versions = _versions(match["versions"])
    key = int(match["key"]) if match["key"] else -1
    if match["kind"] in ("request", "response"):
        if api_key is None:
            raise node.error("requests and responses live in `api` files")
        key = api_key
    builder = _StructBuilder()
    struct = builder.build(match["name"], node)
    return Message(
        kind=match["kind"],
        key=key,
        struct=struct,
        versions=versions,
        flexible_from=int(match["flexible"]) if match["flexible"] else None,
        unstable_from=int(match["unstable"]) if match["unstable"] else None,
        structs=builder.structs,
    )


class _StructBuilder:
    """Builds the structs of one message: defined below the field that uses them first."""

    def __init__(self) -> None:
        self.structs: dict[str, Struct] = {}

    def build(self, name: str, node: _Node) -> Struct:
        fields = tuple(self._field(child) for child in node.children)
        names = [one.name for one in fields]
        if len(set(names)) != len(names):
            raise node.error("two fields have one name")
        return Struct(name, " ".join(node.sentence), fields)

    def _field(self, node: _Node) -> Field:
        match = _FIELD.fullmatch(node.text)
        if match is None or bool(match["open"]) != bool(match["close"]):
            raise node.error("expected `name: type [versions] [nullable] [tag n] ... [= default]`")
        if not node.sentence:
            raise node.error("a field needs a sentence")
        versions = _versions(match["versions"]) if match["versions"] else ALL_VERSIONS
        nullable = None
        if match["nullable"]:
            nullable = _versions(match["nullable_in"]) if match["nullable_in"] else ALL_VERSIONS
        return Field(
            name=match["name"],
            base=match["base"],
            is_array=bool(match["open"]),
            struct=self._struct_of(match["base"], node),
            versions=versions,
            nullable=nullable,
            tag=int(match["tag"]) if match["tag"] else None,
            default=match["default"],
            is_ignorable=bool(match["ignorable"]),
            is_key=bool(match["key"]),
            sentence=" ".join(node.sentence),
        )

    def _struct_of(self, base: str, node: _Node) -> Struct | None:
        if base in PRIMITIVES:
            if node.children:
                raise node.error("a primitive has no fields")
            return None
        if node.children:
            if base in self.structs:
                raise node.error("the struct is defined twice")
            struct = self.build(base, node)
        elif base in self.structs:
            return self.structs[base]
        else:
            raise node.error("the struct is defined nowhere")
        self.structs[base] = struct
        return struct


def _versions(text: str) -> Versions:
    if text.endswith("+"):
        return Versions(int(text[:-1]), NEWEST)
    low, _, high = text.partition("-")
    return Versions(int(low), int(high or low))


def _refuse_shared_names(name: str, messages: Iterable[Message]) -> None:
    """One module holds all classes of a file, so each name stands for one struct."""
    seen: set[str] = set()
    for class_name in _class_names(messages):
        if class_name in seen:
            raise NotationError(f"{name}: two structs are called {class_name}")
        seen.add(class_name)


def _class_names(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        yield message.struct.name
        yield from message.structs
