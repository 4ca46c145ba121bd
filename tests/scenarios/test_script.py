# SPDX-License-Identifier: Apache-2.0
"""The runner of scripts: what it reads, what it writes, what it refuses."""

from __future__ import annotations

import pytest
from tests.scenarios.script import ScriptError, check, parse, parse_command, render, run

TEXT = """# What this is about.

say hello loud=yes
# in between
say again
----
hello yes
again no

say nothing
----
nothing no
"""


class World:
    """Repeats what it is told."""

    def do_say(self, what, *, loud="no"):
        """Say something."""
        yield f"{what} {loud}"

    def do_be_quiet(self):
        """Say nothing."""


def test_a_script_is_read_and_written_as_it_is():
    """Comments, commands and output keep their places."""
    blocks = parse(TEXT)
    assert [block.expected for block in blocks] == [
        None,
        ("hello yes", "again no"),
        ("nothing no",),
    ]
    assert render(run(blocks, World())) == TEXT


def test_other_output_is_a_failure_unless_it_is_rewritten(tmp_path):
    """`--rewrite` makes the output of today the expected one."""
    path = tmp_path / "one.txt"
    path.write_text(TEXT.replace("again no", "something else"), encoding="utf-8")
    with pytest.raises(AssertionError, match="--rewrite"):
        check(path, World(), rewrite=False)
    check(path, World(), rewrite=True)
    assert path.read_text(encoding="utf-8") == TEXT
    check(path, World(), rewrite=False)


def test_words():
    """Values may be quoted, and dashes in names are underscores."""
    command = parse_command("do-it one two-words='a b' three", 7)
    assert command == ("do-it", {"two_words": "a b"}, ("one", "three"), 7)
    assert [printed for _, printed in run(parse("be-quiet"), World())] == [[]]


@pytest.mark.parametrize("line", ["shout", "say", "say a b", "say a volume=1"])
def test_what_cannot_be_run(line):
    """An unknown command or word names its line."""
    with pytest.raises(ScriptError, match="line 1"):
        list(run(parse(line), World()))
