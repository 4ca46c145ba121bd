# SPDX-License-Identifier: Apache-2.0
"""Offset checkpoint files: Kafka's text both ways, and strictness about everything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.storage.checkpoints import (
    RECOVERY_POINT_FILE,
    CheckpointError,
    format_offsets,
    parse_offsets,
    read_offsets,
    write_offsets,
)
from ottla.storage.files import LocalFileSystem

topics = st.from_regex(r"[a-zA-Z0-9._-]{1,20}", fullmatch=True)
entries = st.dictionaries(
    st.tuples(topics, st.integers(0, 2**31 - 1)), st.integers(0, 2**63 - 1), max_size=20
)


def test_the_text_is_kafkas():
    """Version, count, then one line per partition."""
    content = format_offsets({("orders", 0): 42, ("a.b", 11): 0})
    assert content == b"0\n2\norders 0 42\na.b 11 0\n"


@given(entries)
def test_what_is_formatted_is_parsed_back(offsets):
    """Formatting and parsing are inverse."""
    assert offsets == parse_offsets(format_offsets(offsets), "c")


@given(entries, st.data())
def test_a_cut_file_is_never_taken_for_a_whole_one(offsets, data):
    """Whatever prefix a crash leaves, the strict parser refuses it."""
    content = format_offsets(offsets)
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(CheckpointError):
        parse_offsets(content[:cut], "c")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"0", "line 1 is cut off"),
        (b"", "two head lines"),
        (b"0\n", "two head lines"),
        (b"1\n0\n", "version 1 is not known"),
        (b"0\n-1\n", "line 2: '-1' is not a number"),
        (b"0\n2\na 0 1\n", "promises 2 entries, 1 follow"),
        (b"0\n1\na 0\n", "line 3 is not"),
        (b"0\n1\n 0 1\n", "line 3 is not"),
        (b"0\n1\na 0 +1\n", "line 3: '\\+1' is not a number"),
        (b"0\n1\na 0 9223372036854775808\n", "beyond the largest offset"),
        (b"0\n2\na 0 1\na 0 1\n", "line 4 repeats partition a-0"),
        (b"0\n1\n\xff 0 1\n", "not a text file"),
    ],
)
def test_errors_name_the_file_and_the_line(content, words):
    """Anything that does not fit is refused, with the place."""
    with pytest.raises(CheckpointError, match=words) as caught:
        parse_offsets(content, "data/some-checkpoint")
    assert "data/some-checkpoint" in str(caught.value)


def test_a_missing_file_holds_nothing(tmp_path):
    """The first start finds no checkpoint."""
    assert read_offsets(LocalFileSystem(), str(tmp_path / RECOVERY_POINT_FILE)) == {}


def test_a_file_is_replaced_as_a_whole(tmp_path):
    """A shorter content leaves nothing of the longer one, and no temporary file stays."""
    files = LocalFileSystem()
    path = str(tmp_path / RECOVERY_POINT_FILE)
    write_offsets(files, path, {("orders", n): n * 1000 for n in range(50)})
    write_offsets(files, path, {("orders", 1): 7})
    assert read_offsets(files, path) == {("orders", 1): 7}
    assert [entry.name for entry in tmp_path.iterdir()] == [RECOVERY_POINT_FILE]
