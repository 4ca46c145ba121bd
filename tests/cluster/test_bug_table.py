# SPDX-License-Identifier: Apache-2.0
"""Each classic bug has a test of its number, and `docs/internals/classic-bugs.md` says where."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "internals" / "classic-bugs.md"
ROWS = 40


@pytest.fixture(scope="module")
def tested():
    """Return the modules with tests of each bug."""
    found = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for match in re.finditer(r"def test_bug_(\d\d)_", path.read_text("utf-8")):
            found[int(match[1])].add(path.relative_to(TESTS).with_suffix("").as_posix())
    return found


def test_every_row_has_a_test(tested):
    """All forty, and none that is in no table."""
    assert sorted(tested) == list(range(1, ROWS + 1))


def test_the_table_says_where(tested):
    """Row by row the modules that there are."""
    told = {}
    for line in TABLE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].isdigit():
            told[int(cells[0])] = set(re.findall(r"`([^`]+)`", cells[-1]))
    assert told == dict(tested)
