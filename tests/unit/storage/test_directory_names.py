# SPDX-License-Identifier: Apache-2.0
"""Names of partition directories: both ways, and nothing that could leave the log directory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.base.errors import StorageError
from ottla.storage.directory_names import (
    DirectoryState,
    PartitionDirectory,
    directory_name,
    parse_directory_name,
    parse_future_name,
    renamed_directory,
)

HEX = "0123456789abcdef" * 2
topics = st.from_regex(r"[a-zA-Z0-9._-]{1,249}", fullmatch=True).filter(
    lambda topic: topic not in {".", ".."}
)


@given(topics, st.integers(0, 2**31 - 1))
def test_a_live_name_is_read_back(topic, partition):
    """Topics may hold dashes, dots and digits: the last dash divides."""
    parsed = parse_directory_name(directory_name(topic, partition))
    assert parsed == PartitionDirectory(DirectoryState.LIVE, topic, partition)


@given(topics, st.integers(0, 2**31 - 1), st.sampled_from(list(DirectoryState)[1:]))
def test_a_renamed_directory_is_known_by_its_suffix_and_fits(topic, partition, state):
    """Even of the longest topic name the file system takes the renamed form."""
    name = renamed_directory(topic, partition, HEX, state)
    assert len(name) <= 255
    assert parse_directory_name(name) == PartitionDirectory(state)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "orders",
        "orders-",
        "-0",
        "orders-01",
        "orders-2147483648",
        "lost+found",
        ".-0",
        "..-0",
        "a b-0",
        "snapshot.tmp",
    ],
)
def test_other_names_are_left_alone(name):
    """Junk in the folder is nobody's partition."""
    assert parse_directory_name(name) is None


@pytest.mark.parametrize("topic", ["", ".", "..", "a/b", "../x", "a\x00b", "ü", "x" * 250])
def test_a_topic_that_must_not_become_a_path_is_refused(topic):
    """Path traversal ends here whatever the layers above let through."""
    with pytest.raises(StorageError, match="cannot be the name"):
        directory_name(topic, 0)


def test_the_name_of_a_copy_says_what_it_is_a_copy_of():
    """Unless it was cut, or is something else."""
    name = renamed_directory("orders", 3, "0" * 32, DirectoryState.FUTURE)
    assert parse_future_name(name) == ("orders", 3)
    cut = renamed_directory("x" * 249, 3, "0" * 32, DirectoryState.FUTURE)
    assert parse_future_name(cut) is None
    assert parse_future_name("orders-3") is None
