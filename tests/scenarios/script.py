# SPDX-License-Identifier: Apache-2.0
"""Scenario scripts: commands with the output that is expected below each.

    # A comment; it stays where it is.
    join group=g client=a
    ----
    a: MEMBER_ID_REQUIRED a-1

A block is one or more commands, a line of dashes, and what they print together; blank lines part
blocks. Words are `name=value`; a word without `=` is a flag, or a list's next item. Output shows
answers, records and state, never log text. `pytest tests/scenarios --rewrite` writes the output
anew: read the difference before you commit it.

A world offers its commands as methods named `do_<command>`, which take the words as keywords and
return lines.
"""

from __future__ import annotations

import inspect
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DASHES = "----"
FOLDER = Path(__file__).parent


def scripts_in(folder: str) -> list[Any]:
    """Return the parameters of a test that runs every script of a folder beside this module."""
    return [pytest.param(path, id=path.stem) for path in sorted((FOLDER / folder).glob("*.txt"))]


class ScriptError(Exception):
    """A script that cannot be run: an unknown command, or words that it does not take."""


class Command(NamedTuple):
    """One line of a script that does something."""

    name: str
    words: dict[str, str]
    flags: tuple[str, ...]
    line: int


class Block(NamedTuple):
    """Lines of a script up to a blank one."""

    lines: tuple[str, ...]
    """Comments and commands as they are written."""
    commands: tuple[Command, ...]
    expected: tuple[str, ...] | None
    """None when the block is only comments."""


def parse(text: str) -> list[Block]:
    """Read a script."""
    blocks: list[Block] = []
    lines: list[tuple[int, str]] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            lines.append((number, line.rstrip()))
        elif lines:
            blocks.append(_block(lines))
            lines = []
    return blocks


def _block(lines: Sequence[tuple[int, str]]) -> Block:
    texts = [text for _, text in lines]
    end = texts.index(DASHES) if DASHES in texts else len(texts)
    commands = tuple(
        parse_command(text, number) for number, text in lines[:end] if not text.startswith("#")
    )
    expected = tuple(texts[end + 1 :]) if commands else None
    return Block(tuple(texts[:end]), commands, expected)


def parse_command(text: str, line: int = 0) -> Command:
    """Read one command."""
    name, *rest = shlex.split(text)
    words: dict[str, str] = {}
    flags = []
    for word in rest:
        key, equals, value = word.partition("=")
        if equals:
            words[key.replace("-", "_")] = value
        else:
            flags.append(word)
    return Command(name, words, tuple(flags), line)


def run(blocks: Iterable[Block], world: Any) -> Iterator[tuple[Block, list[str]]]:
    """Yield every block with what it prints in `world`."""
    for block in blocks:
        printed: list[str] = []
        for command in block.commands:
            printed.extend(perform(command, world))
        yield block, printed


def perform(command: Command, world: Any) -> list[str]:
    """Run one command; return its lines."""
    method = getattr(world, f"do_{command.name.replace('-', '_')}", None)
    if method is None:
        raise ScriptError(f"line {command.line}: there is no command {command.name!r}")
    try:
        bound = inspect.signature(method).bind(*command.flags, **command.words)
    except TypeError as error:
        raise ScriptError(f"line {command.line}: {command.name}: {error}") from error
    return list(method(*bound.args, **bound.kwargs) or ())


def render(results: Iterable[tuple[Block, list[str]]]) -> str:
    """Return the text of a script with the output it has now."""
    parts = []
    for block, printed in results:
        lines = list(block.lines)
        if block.expected is not None:
            lines += [DASHES, *printed]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def check(path: Path, world: Any, *, rewrite: bool) -> None:
    """Run a script; fail where its output differs from what it says, or write it anew."""
    text = path.read_text(encoding="utf-8")
    actual = render(run(parse(text), world))
    if rewrite:
        path.write_text(actual, encoding="utf-8")
    else:
        assert actual.splitlines() == text.splitlines(), (
            f"{path.name}: run `pytest tests/scenarios --rewrite` if the new output is right"
        )
