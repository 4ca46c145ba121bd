# SPDX-License-Identifier: Apache-2.0
"""The requests of group members as ready bytes, and what their answers say.

Versions without tagged fields where there are such: FindCoordinator 1, JoinGroup 5, SyncGroup 3,
Heartbeat 3, LeaveGroup 1, OffsetCommit 7, OffsetFetch 5. ConsumerGroupHeartbeat 1 has them from its
first version on. What members tell each other (ConsumerProtocol) is version 1, which names the
partitions that a member owns: that makes it cooperative.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from benchmarks import frames
from benchmarks.answers import Cursor
from benchmarks.frames import frame, text

FIND_COORDINATOR, JOIN_GROUP, HEARTBEAT, LEAVE_GROUP, SYNC_GROUP = 10, 11, 12, 13, 14
OFFSET_COMMIT, OFFSET_FETCH, CONSUMER_GROUP_HEARTBEAT = 8, 9, 68
GROUP, TRANSACTION = 0, 1  # kinds of coordinators

COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR = 14, 15, 16
REBALANCE_IN_PROGRESS, MEMBER_ID_REQUIRED = 27, 79
NOT_READY = frozenset({COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR})

CONSUMER = "consumer"
ASSIGNOR = "cooperative-sticky"
NULL_TEXT = struct.pack(">h", -1)
NULL_BYTES = struct.pack(">i", -1)
SESSION_TIMEOUT_MS = 45_000
REBALANCE_TIMEOUT_MS = 300_000
LEAVING_EPOCH = -1
OFFSETS_PARTITIONS = 50


class Joined(NamedTuple):
    """What JoinGroup answered."""

    error: int
    generation: int
    leader: str
    member_id: str
    owned: dict[str, list[int]]
    """Of the leader only: which partitions each member owns."""


class Reconciled(NamedTuple):
    """What ConsumerGroupHeartbeat answered."""

    error: int
    member_epoch: int
    interval_ms: int
    assignment: dict[bytes, list[int]] | None
    """By topic id; None when nothing is new."""


def find_coordinator(key: str, kind: int = GROUP) -> bytes:
    """FindCoordinator v1."""
    return frame(FIND_COORDINATOR, 1, text(key) + struct.pack(">b", kind))


def found_coordinator(answer: bytes) -> int:
    """Return the error code of FindCoordinator v1."""
    return Cursor(answer, 8).int16()


def join_group(group: str, member_id: str, topics: Sequence[str], owned: Sequence[int]) -> bytes:
    """JoinGroup v5 of a cooperative consumer; what it owns is of its first topic."""
    metadata = subscription(topics, owned)
    return frame(
        JOIN_GROUP,
        5,
        text(group)
        + struct.pack(">ii", SESSION_TIMEOUT_MS, REBALANCE_TIMEOUT_MS)
        + text(member_id)
        + NULL_TEXT
        + text(CONSUMER)
        + struct.pack(">i", 1)
        + text(ASSIGNOR)
        + _bytes(metadata),
    )


def joined(answer: bytes) -> Joined:
    """Read JoinGroup v5."""
    cursor = Cursor(answer, 8)
    error, generation = cursor.int16(), cursor.int32()
    _protocol, leader, member_id = cursor.text(), cursor.text(), cursor.text()
    owned = {}
    for _ in range(max(0, cursor.int32())):
        name, _instance = cursor.text(), cursor.text()
        owned[name or ""] = owned_in(cursor.blob())
    return Joined(error, generation, leader or "", member_id or "", owned)


def sync_group(
    group: str, generation: int, member_id: str, assignments: Mapping[str, bytes]
) -> bytes:
    """SyncGroup v3; assignments come from the leader only."""
    body = text(group) + struct.pack(">i", generation) + text(member_id) + NULL_TEXT
    body += struct.pack(">i", len(assignments))
    body += b"".join(text(name) + _bytes(value) for name, value in assignments.items())
    return frame(SYNC_GROUP, 3, body)


def synced(answer: bytes) -> tuple[int, list[int]]:
    """Read SyncGroup v3: the error code and the partitions of the first topic."""
    cursor = Cursor(answer, 8)
    error, assigned = cursor.int16(), cursor.blob()
    return error, partitions_in(assigned) if assigned else []


def heartbeat(group: str, generation: int, member_id: str) -> bytes:
    """Heartbeat v3."""
    body = text(group) + struct.pack(">i", generation) + text(member_id) + NULL_TEXT
    return frame(HEARTBEAT, 3, body)


def leave_group(group: str, member_id: str) -> bytes:
    """LeaveGroup v1."""
    return frame(LEAVE_GROUP, 1, text(group) + text(member_id))


def error_after_throttle(answer: bytes) -> int:
    """Return the error code of Heartbeat v3 and LeaveGroup v1."""
    return Cursor(answer, 8).int16()


def offset_commit(
    group: str,
    generation: int,
    member_id: str,
    topic: str,
    offsets: Iterable[tuple[int, int]],
    *,
    correlation_id: int = 1,
) -> bytes:
    """OffsetCommit v7 for partitions of one topic; generation -1 is a commit without membership."""
    entries = [
        struct.pack(">iqi", partition, offset, -1) + text("") for partition, offset in offsets
    ]
    body = text(group) + struct.pack(">i", generation) + text(member_id) + NULL_TEXT
    body += struct.pack(">i", 1) + text(topic) + struct.pack(">i", len(entries))
    return frame(OFFSET_COMMIT, 7, body + b"".join(entries), correlation_id=correlation_id)


def offset_commit_answer_layout(topic: str, partition_count: int) -> frames.ProduceAnswer:
    """Where OffsetCommit v7 has its error codes."""
    head = 4 + 4 + 4 + 4 + len(text(topic)) + 4
    return frames.ProduceAnswer(
        size=head + partition_count * 6,
        error_at=head + 4,
        entry_count=partition_count,
        entry_stride=6,
    )


def offset_fetch(group: str, topic: str, partitions: Sequence[int]) -> bytes:
    """OffsetFetch v5."""
    body = text(group) + struct.pack(">i", 1) + text(topic)
    body += struct.pack(f">i{len(partitions)}i", len(partitions), *partitions)
    return frame(OFFSET_FETCH, 5, body)


def fetched_offsets(answer: bytes) -> tuple[int, dict[int, int]]:
    """Read OffsetFetch v5 for one topic: the error code and the offset by partition."""
    cursor = Cursor(answer, 8)
    offsets: dict[int, int] = {}
    for _ in range(cursor.int32()):
        cursor.text()
        for _ in range(cursor.int32()):
            partition, offsets[partition] = cursor.int32(), cursor.int64()
            cursor.int32()
            cursor.text()
            if error := cursor.int16():
                return error, offsets
    return cursor.int16(), offsets


def subscription(topics: Sequence[str], owned: Sequence[int]) -> bytes:
    """ConsumerProtocolSubscription v1; what is owned is of the first topic."""
    encoded = struct.pack(">hi", 1, len(topics)) + b"".join(map(text, topics)) + NULL_BYTES
    if not owned:
        return encoded + struct.pack(">i", 0)
    head = struct.pack(">i", 1) + text(topics[0])
    return encoded + head + struct.pack(f">i{len(owned)}i", len(owned), *owned)


def owned_in(metadata: bytes) -> list[int]:
    """Read back what `subscription` says is owned."""
    cursor = Cursor(metadata, 2)
    cursor.array(cursor.text)
    cursor.blob()
    found: list[int] = []
    for _ in range(cursor.int32()):
        cursor.text()
        found += cursor.array(cursor.int32)
    return found


def assignment(topic: str, partitions: Sequence[int]) -> bytes:
    """ConsumerProtocolAssignment v1."""
    entries = b""
    if partitions:
        entries = text(topic) + struct.pack(f">i{len(partitions)}i", len(partitions), *partitions)
    return struct.pack(">hi", 1, 1 if partitions else 0) + entries + NULL_BYTES


def partitions_in(assigned: bytes) -> list[int]:
    """Read back what `assignment` gives."""
    cursor = Cursor(assigned, 2)
    found: list[int] = []
    for _ in range(cursor.int32()):
        cursor.text()
        found += cursor.array(cursor.int32)
    return found


def consumer_group_heartbeat(
    group: str,
    member_id: str,
    member_epoch: int,
    *,
    topics: Sequence[str] | None = None,
    owned: Mapping[bytes, Sequence[int]] | None = None,
) -> bytes:
    """ConsumerGroupHeartbeat v1; None is "as before", which a joining member must not say."""
    timeout_ms = REBALANCE_TIMEOUT_MS if topics is not None else -1
    body = compact_text(group) + compact_text(member_id) + struct.pack(">i", member_epoch)
    body += b"\x00\x00" + struct.pack(">i", timeout_ms)  # no instance, no rack
    body += b"\x00" if topics is None else compact_array(list(map(compact_text, topics)))
    body += b"\x00\x00"  # no regular expression, the server's own choice of assignor
    if owned is None:
        body += b"\x00"
    else:
        body += compact_array(
            [
                topic_id
                + compact_array([struct.pack(">i", index) for index in partitions])
                + b"\x00"
                for topic_id, partitions in owned.items()
            ]
        )
    return flexible_frame(CONSUMER_GROUP_HEARTBEAT, 1, body + b"\x00")


def reconciled(answer: bytes) -> Reconciled:
    """Read ConsumerGroupHeartbeat v1."""
    cursor = Cursor(answer, flexible=True)
    cursor.int32()
    error, _message, _member = cursor.int16(), cursor.compact_text(), cursor.compact_text()
    epoch, interval_ms = cursor.int32(), cursor.int32()
    if cursor.int8() < 0:
        return Reconciled(error, epoch, interval_ms, None)
    found: dict[bytes, list[int]] = {}
    for _ in range(cursor.varint() - 1):
        topic_id = cursor.uuid()
        found[topic_id] = cursor.compact_array(cursor.int32)
        cursor.skip_tags()
    return Reconciled(error, epoch, interval_ms, found)


def offsets_partition(group: str, partition_count: int = OFFSETS_PARTITIONS) -> int:
    """Which partition of `__consumer_offsets` a group belongs to: Java's hash of its name."""
    value = 0
    for character in group:  # names here are ASCII
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    signed = value - (1 << 32) if value >> 31 else value
    return (0 if signed == -(1 << 31) else abs(signed)) % partition_count


def flexible_frame(api_key: int, version: int, body: bytes, *, correlation_id: int = 1) -> bytes:
    """One request with its size in front and header v2."""
    return frame(api_key, version, b"\x00" + body, correlation_id=correlation_id)


def compact_text(value: str) -> bytes:
    """Encode a string with its length plus one in front."""
    encoded = value.encode()
    return varint(len(encoded) + 1) + encoded


def compact_array(items: Sequence[bytes]) -> bytes:
    """Encode the count plus one, then the items."""
    return varint(len(items) + 1) + b"".join(items)


def varint(value: int) -> bytes:
    """Encode an unsigned number in groups of seven bits."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _bytes(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value
