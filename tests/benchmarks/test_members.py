# SPDX-License-Identifier: Apache-2.0
"""The members of the group loads behave as consumers do, and their groups are judged rightly."""

import itertools
import struct

import pytest
from benchmarks.members import (
    ClassicGroup,
    ConsumerGroup,
    UnexpectedError,
    classic_member,
    consumer_member,
    cooperative_assignment,
)

from benchmarks import group_frames

TOPIC_ID = bytes(15) + b"\x01"


def joined_answer(error: int, generation: int, leader: str, member: str, members=()) -> bytes:
    """Encode JoinGroup v5's answer."""
    text = group_frames.text
    head = struct.pack(">iihi", 1, 0, error, generation) + text("p") + text(leader) + text(member)
    entries = [
        text(name) + struct.pack(">hi", -1, len(metadata)) + metadata for name, metadata in members
    ]
    return head + struct.pack(">i", len(entries)) + b"".join(entries)


def error_answer(error: int) -> bytes:
    """Encode the answer of Heartbeat v3 and LeaveGroup v1."""
    return struct.pack(">iih", 1, 0, error)


def synced_answer(partitions: list[int]) -> bytes:
    """Encode SyncGroup v3's answer."""
    assigned = group_frames.assignment("t", partitions)
    return struct.pack(">iihi", 1, 0, 0, len(assigned)) + assigned


def reconciled_answer(epoch: int, partitions: list[int] | None, error: int = 0) -> bytes:
    """Encode ConsumerGroupHeartbeat v1's answer."""
    head = struct.pack(">ibihbbii", 1, 0, 0, error, 0, 0, epoch, 5000)
    if partitions is None:
        return head + b"\xff\x00"
    entry = TOPIC_ID + group_frames.compact_array([struct.pack(">i", each) for each in partitions])
    return head + b"\x01" + group_frames.compact_array([entry + b"\x00"]) + b"\x00\x00"


def api_key(request) -> int:
    """Which API a script calls."""
    assert isinstance(request, bytes)
    return struct.unpack_from(">h", request, 4)[0]


def group(members: int = 1, partitions: int = 4) -> ClassicGroup:
    """Make a group whose clock stands at 5."""
    return ClassicGroup("g", "t", partitions, members, lambda: 5.0)


def test_a_member_joins_synchronises_and_beats() -> None:
    """Member id first, then as leader all partitions, then heartbeats until it shall leave."""
    watched = group()
    script = classic_member(watched, 0, 3.0)
    assert api_key(next(script)) == group_frames.JOIN_GROUP
    again = script.send(joined_answer(group_frames.MEMBER_ID_REQUIRED, -1, "", "m"))
    assert api_key(again) == group_frames.JOIN_GROUP
    members = [("m", group_frames.subscription(["t"], []))]
    sync = script.send(joined_answer(0, 1, "m", "m", members))
    assert api_key(sync) == group_frames.SYNC_GROUP
    assert watched.stable_since is None
    pause = script.send(synced_answer([0, 1, 2, 3]))
    assert isinstance(pause, float)
    assert 0 < pause < 3.0
    assert watched.stable_since == 5.0
    assert not watched.is_confirmed
    assert api_key(script.send(None)) == group_frames.HEARTBEAT
    assert script.send(error_answer(0)) == 3.0
    assert watched.is_confirmed
    watched.is_leaving = True
    assert api_key(script.send(None)) == group_frames.LEAVE_GROUP
    with pytest.raises(StopIteration):
        script.send(error_answer(0))


def test_a_member_that_gives_partitions_away_joins_again() -> None:
    """Cooperative: what it gave up is owned by nobody until the next generation."""
    watched = group(members=2)
    script = classic_member(watched, 0, 3.0)
    next(script)
    script.send(joined_answer(0, 1, "other", "m"))
    script.send(synced_answer([0, 1, 2, 3]))
    script.send(None)
    rejoin = script.send(error_answer(group_frames.REBALANCE_IN_PROGRESS))
    assert api_key(rejoin) == group_frames.JOIN_GROUP
    script.send(joined_answer(0, 2, "other", "m"))
    assert api_key(script.send(synced_answer([0, 1]))) == group_frames.JOIN_GROUP
    assert watched.stable_since is None


def test_a_group_is_stable_when_one_generation_covers_everything() -> None:
    """Two members with all partitions in different generations are not stable."""
    watched = group(members=2)
    watched.took(0, "a", 1, [0, 1])
    watched.took(1, "b", 2, [2, 3])
    assert watched.stable_since is None
    watched.took(0, "a", 2, [0, 1])
    assert watched.stable_since == 5.0


def test_other_errors_stop_the_load() -> None:
    """An error that no consumer should get is not taken for an answer."""
    script = classic_member(group(), 0, 3.0)
    next(script)
    with pytest.raises(UnexpectedError):
        script.send(joined_answer(23, -1, "", ""))


def test_the_leader_shares_evenly_and_keeps_what_is_owned() -> None:
    """What has to move is handed out only after its owner gave it up."""
    assert cooperative_assignment({"a": [], "b": []}, 5) == {"a": [0, 1, 2], "b": [3, 4]}
    first = cooperative_assignment({"a": [0, 1, 2, 3], "b": []}, 4)
    assert first == {"a": [0, 1], "b": []}
    assert cooperative_assignment(first, 4) == {"a": [0, 1], "b": [2, 3]}


@pytest.mark.parametrize(("members", "partitions"), [(1, 7), (3, 7), (7, 7), (9, 7), (100, 200)])
def test_everything_is_assigned_once_and_evenly(members: int, partitions: int) -> None:
    """From nothing owned, one round is enough."""
    shared = cooperative_assignment({f"{n:03d}": [] for n in range(members)}, partitions)
    assert sorted(itertools.chain(*shared.values())) == list(range(partitions))
    sizes = [len(held) for held in shared.values()]
    assert max(sizes) - min(sizes) <= 1


def test_a_reconciled_member_acknowledges_what_changed() -> None:
    """A new assignment is acknowledged at once, then it beats at the broker's interval."""
    watched = ConsumerGroup("g", "t", 2)
    watched.heartbeat_s = None
    script = consumer_member(watched, 0, "m")
    next(script)
    acknowledgement = script.send(reconciled_answer(1, [0, 1]))
    assert api_key(acknowledgement) == group_frames.CONSUMER_GROUP_HEARTBEAT
    assert watched.is_settled(1)
    pause = script.send(reconciled_answer(1, None))
    assert isinstance(pause, float)
    assert 0 < pause < 5.0
    assert isinstance(script.send(None), bytes)
    assert script.send(reconciled_answer(1, None)) == 5.0
    script.send(None)
    assert isinstance(script.send(reconciled_answer(2, [1])), bytes)
    assert watched.lost == {0: {0}}
    assert not watched.is_settled(1)


def test_a_fenced_member_starts_again_with_nothing() -> None:
    """Epoch 0 and no partitions, and it is counted."""
    watched = ConsumerGroup("g", "t", 2)
    script = consumer_member(watched, 0, "m")
    first = next(script)
    script.send(reconciled_answer(1, [0, 1]))
    assert script.send(reconciled_answer(0, None, error=110)) == first
    assert watched.fenced_count == 1
    assert watched.holdings == {0: frozenset()}
