# SPDX-License-Identifier: Apache-2.0
"""Claims about leader epochs (KIP-101): where each began, and where it ended."""

from __future__ import annotations

import pytest

from ottla.storage.leader_epochs import CorruptLeaderEpochs, LeaderEpochs


def epochs(*pairs: tuple[int, int]):
    """Assign epochs at offsets, in order."""
    made = LeaderEpochs()
    for leader_epoch, start_offset in pairs:
        made.assign(leader_epoch, start_offset)
    return made


def test_assigning_keeps_both_columns_rising():
    """A known epoch changes nothing; a contradiction drops what it contradicts."""
    made = epochs((0, 0), (2, 10))
    assert not made.assign(2, 15)
    assert made.assign(3, 20)
    assert made.entries == [(0, 0), (2, 10), (3, 20)]
    assert made.assign(1, 15)
    assert made.entries == [(0, 0), (1, 15)]
    assert made.assign(5, 15)
    assert made.entries == [(0, 0), (5, 15)]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [(-1, (-1, -1)), (0, (0, 5)), (1, (1, 5)), (2, (2, 10)), (3, (2, 10)), (5, (5, 50)),
     (6, (-1, -1))],
)  # fmt: skip
def test_end_offsets_are_kafkas(asked, answer):
    """The greatest epoch up to the one asked for, and where the next one begins."""
    made = LeaderEpochs.decode(b"0\n2\n2 5\n5 10\n")
    assert made.end_offset_for(asked, 50) == answer


def test_cutting_at_both_ends():
    """Epochs that begin behind the end go; those that ended before the start go or move up."""
    made = epochs((0, 0), (1, 10), (2, 20), (3, 30))
    assert made.truncate_from_end(20)
    assert made.entries == [(0, 0), (1, 10)]
    assert not made.truncate_from_end(20)
    assert made.truncate_from_start(5)
    assert made.entries == [(0, 5), (1, 10)]
    assert made.truncate_from_start(10)
    assert made.entries == [(1, 10)]
    assert not made.truncate_from_start(10)


def test_the_epoch_of_an_offset():
    """Each offset belongs to the last epoch that began at or before it."""
    made = epochs((1, 10), (4, 20))
    assert [made.epoch_of(offset) for offset in (9, 10, 19, 20, 99)] == [-1, 1, 1, 4, 4]


def test_the_file_is_kafkas_text():
    """Version, count, lines."""
    made = epochs((0, 0), (3, 1042))
    assert made.encode() == b"0\n2\n0 0\n3 1042\n"
    assert LeaderEpochs.decode(made.encode()).entries == made.entries


@pytest.mark.parametrize(
    "text",
    [b"", b"1\n0\n", b"0\n2\n0 0\n", b"0\n1\n0 0 0\n", b"0\n1\nx 0\n", b"\xff", b"0\n2\n1 0\n1 5\n",
     b"0\n2\n0 9\n1 5\n", b"0\n1\n-1 5\n"],
)  # fmt: skip
def test_a_broken_file_is_refused(text):
    """Whatever is not exactly a checkpoint is an error, never a guess."""
    with pytest.raises(CorruptLeaderEpochs):
        LeaderEpochs.decode(text)
