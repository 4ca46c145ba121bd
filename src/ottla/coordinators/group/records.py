# SPDX-License-Identifier: Apache-2.0
"""Records of classic groups and of committed offsets, as Kafka 4.3 writes them.

Offsets are the hot ones, so their bytes are put together and taken apart here without message
objects, and a value stays what it is on disk until somebody asks for it:

    key    type 1 (int16) | group (int16 length, UTF-8) | topic (likewise) | partition (int32)
    value  version 4 (int16) | offset (int64) | leader epoch (int32, -1 unknown) | metadata
           (varint length + 1, UTF-8) | commit timestamp (int64) | tagged fields: topic id

A key is therefore the prefix of its group and a rest that names topic and partition (`spot`); the
shard keeps one dictionary for each group, by that rest.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.coordinators.records import NUMBER, NUMBER_BYTES, record_of, tombstone_of
from ottla.protocol.messages.consumer_offsets import (
    GroupMetadataKey,
    GroupMetadataValue,
    OffsetCommitValue,
)
from ottla.protocol.primitives import ZERO_UUID, uvarint

if TYPE_CHECKING:
    from ottla.coordinators.ports import CoordinatorRecord

LEGACY_OFFSET_COMMIT: Final = 0
OFFSET_COMMIT: Final = 1
GROUP_METADATA: Final = 2

GROUP_METADATA_VERSION: Final = 3
OFFSET_VERSION: Final = 4
OFFSET_VERSION_THAT_EXPIRES: Final = 1
"""The only version with an expiry of its own: for clients that ask for a retention time."""

NO_EXPIRY: Final = -1

_KEY_START = Struct(">hH")  # record type, bytes of the group's name
_LENGTH = Struct(">H")
_PARTITION = Struct(">i")
_PLAIN_VALUE = Struct(">hqiBq")  # version, offset, leader epoch, no metadata, commit timestamp
_PLAIN_BYTES = _PLAIN_VALUE.size + 1  # without metadata and topic id
_CURRENT = NUMBER.pack(OFFSET_VERSION)
_VALUE_START = Struct(">hqi")
_TIMESTAMP = Struct(">q")
_NO_TAGS = b"\x00"
_TOPIC_ID_TAG = b"\x01\x00\x10"  # one tagged field, number 0, of 16 bytes

PARTITION_BYTES: Final = 4

PLAIN_VALUE_BYTES: Final = _PLAIN_VALUE.size
"""Of a value without metadata, but for the tail of its topic."""

pack_partition = _PARTITION.pack
pack_plain_value = _PLAIN_VALUE.pack


class CommittedOffset(NamedTuple):
    """A committed offset, read from its value."""

    offset: int
    leader_epoch: int
    metadata: str
    commit_timestamp_ms: int
    expire_timestamp_ms: int
    topic_id: bytes


# offsets


def group_key_prefix(group: bytes) -> bytes:
    """Return how the keys of a group's offsets begin; `group` is its name in UTF-8."""
    return _KEY_START.pack(OFFSET_COMMIT, len(group)) + group


def topic_spot(topic: str) -> bytes:
    """Return how the rest of a key begins that names a partition of `topic`."""
    name = topic.encode()
    return _LENGTH.pack(len(name)) + name


def spot_of(topic: str, partition: int) -> bytes:
    """Return the part of an offset's key that names topic and partition."""
    return topic_spot(topic) + pack_partition(partition)


def read_spot(spot: bytes) -> tuple[str, int]:
    """Return topic and partition of the rest of a key."""
    return spot[2:-4].decode(), _PARTITION.unpack_from(spot, len(spot) - 4)[0]


def topic_tail(topic_id: bytes) -> bytes:
    """Return how the values of a topic's offsets end."""
    return _NO_TAGS if topic_id == ZERO_UUID else _TOPIC_ID_TAG + topic_id


def offset_value(
    offset: int, leader_epoch: int, metadata: str, commit_timestamp_ms: int, tail: bytes
) -> bytes:
    """Return the value of a committed offset; `tail` is that of its topic."""
    # hot: benchmarks/micro/offset_commit.py, once for each partition of a commit
    if not metadata:
        return pack_plain_value(OFFSET_VERSION, offset, leader_epoch, 1, commit_timestamp_ms) + tail
    text = metadata.encode()
    return b"".join(
        (
            _VALUE_START.pack(OFFSET_VERSION, offset, leader_epoch),
            uvarint(len(text) + 1),
            text,
            _TIMESTAMP.pack(commit_timestamp_ms),
            tail,
        )
    )


def offset_value_that_expires(
    offset: int, metadata: str, commit_timestamp_ms: int, expire_timestamp_ms: int
) -> bytes:
    """Return the value of an offset for which the client asked a retention time of its own."""
    value = OffsetCommitValue(
        offset=offset,
        metadata=metadata,
        commit_timestamp=commit_timestamp_ms,
        expire_timestamp=expire_timestamp_ms,
    )
    return NUMBER.pack(OFFSET_VERSION_THAT_EXPIRES) + value.encode(OFFSET_VERSION_THAT_EXPIRES)


def read_offset_value(value: bytes) -> CommittedOffset:
    """Read the value of a committed offset, of any version."""
    if len(value) == _PLAIN_BYTES and value[:2] == _CURRENT and value[14] == 1:
        _, offset, leader_epoch, _, timestamp_ms = _PLAIN_VALUE.unpack_from(value)
        return CommittedOffset(offset, leader_epoch, "", timestamp_ms, NO_EXPIRY, ZERO_UUID)
    (version,) = NUMBER.unpack_from(value)
    body = OffsetCommitValue.decode(value, version, NUMBER_BYTES)
    return CommittedOffset(
        body.offset,
        body.leader_epoch,
        body.metadata,
        body.commit_timestamp,
        body.expire_timestamp,
        body.topic_id,
    )


def commit_timestamp_of(value: bytes) -> int:
    """Return the commit timestamp of a value without reading all of it, where that is easy."""
    if value[:2] == _CURRENT and value[14] < 128:
        timestamp_ms: int = _TIMESTAMP.unpack_from(value, 14 + value[14])[0]
        return timestamp_ms
    return read_offset_value(value).commit_timestamp_ms


def expire_timestamp_of(value: bytes) -> int:
    """Return when an offset expires whatever the broker's retention is, or -1."""
    (version,) = NUMBER.unpack_from(value)
    if version != OFFSET_VERSION_THAT_EXPIRES:
        return NO_EXPIRY
    return read_offset_value(value).expire_timestamp_ms


# groups


def group_metadata_record(group_id: str, value: GroupMetadataValue) -> CoordinatorRecord:
    """Return the record that stores a classic group's generation."""
    return record_of(GroupMetadataKey(group=group_id), value, GROUP_METADATA_VERSION)


def group_metadata_tombstone(group_id: str) -> CoordinatorRecord:
    """Return the record that deletes a classic group."""
    return tombstone_of(GroupMetadataKey(group=group_id))


def read_group_metadata(record: CoordinatorRecord) -> tuple[str, GroupMetadataValue | None]:
    """Read key and value of a classic group."""
    key = GroupMetadataKey.decode(record.key, 0, NUMBER_BYTES)
    if record.value is None:
        return key.group, None
    (version,) = NUMBER.unpack_from(record.value)
    return key.group, GroupMetadataValue.decode(record.value, version, NUMBER_BYTES)
