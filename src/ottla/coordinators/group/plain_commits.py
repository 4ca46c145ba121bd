# SPDX-License-Identifier: Apache-2.0
"""Commits without metadata in their wire form: made at once, not record by record.

`plain_commits` makes them from any request. A `CommitTemplate` makes those of requests that are
alike but for their numbers, as the requests of one consumer are: of each record only the offset,
the leader epoch and the time change, and the first two are the very bytes of the request.

    ... key, value up to its version | numbers | no metadata, time | the rest, the next key ...

Both lead to the same bytes, and to what `CoordinatorRecord` by `CoordinatorRecord` would.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any

from ottla.coordinators.group.records import (
    OFFSET_VERSION,
    PARTITION_BYTES,
    PLAIN_VALUE_BYTES,
    group_key_prefix,
    pack_partition,
    pack_plain_value,
    topic_spot,
    topic_tail,
)
from ottla.coordinators.ports import CoordinatorRecord, EncodedRecords
from ottla.coordinators.records import NUMBER
from ottla.records.builder import NO_HEADERS, encode_varint, record_front

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.coordinators.group.commit_request import CommitRequest
    from ottla.coordinators.group.shard import GroupShard
    from ottla.coordinators.ports import ProducerIdentity

_VALUE_START = NUMBER.pack(OFFSET_VERSION)
_pack_value_end = Struct(">Bq").pack  # no metadata, commit timestamp


class PlainCommits(EncodedRecords):
    """Offsets of one group as nearly all are committed: without metadata."""

    __slots__ = ("_name", "_prefix", "_spots", "_values")

    def __init__(
        self,
        name: bytes,
        prefix: bytes,
        spots: Sequence[bytes],
        values: Sequence[bytes],
        payload: bytes,
    ) -> None:
        self.payload = payload
        self._name = name
        self._prefix = prefix
        self._spots = spots  # each of them once, in the order of the payload
        self._values = values

    def __len__(self) -> int:
        return len(self._spots)

    def __iter__(self) -> Iterator[CoordinatorRecord]:
        prefix = self._prefix
        pairs = zip(self._spots, self._values, strict=True)
        return (CoordinatorRecord(prefix + spot, value) for spot, value in pairs)

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]

    def replay_into(
        self,
        shard: GroupShard,
        first_offset: int,
        producer: ProducerIdentity | None,
    ) -> None:
        """Take them into the shard."""
        assert producer is None, "commits of a transaction are not these"
        shard.offsets.replay_commits(self._name, self._spots, self._values, first_offset)


def plain_commits(request: CommitRequest, wall_ms: int) -> PlainCommits | None:
    """Encode a request's offsets; None when one has metadata or is there twice."""
    # hot: benchmarks/micro/commit_path.py, 1 us for each partition
    name = request.group_id.encode()
    prefix = group_key_prefix(name)
    values: dict[bytes, bytes] = {}
    parts: list[bytes] = []
    delta = 0
    for topic in request.topics:
        if topic.metadata is not None:
            return None
        start = topic_spot(topic.name)
        tail = topic_tail(topic.topic_id)
        key_bytes = len(prefix) + len(start) + PARTITION_BYTES
        value_bytes = PLAIN_VALUE_BYTES + len(tail)
        length = encode_varint(value_bytes)
        for index, offset, leader_epoch in topic.rows:
            spot = start + pack_partition(index)
            values[spot] = value = (
                pack_plain_value(OFFSET_VERSION, offset, leader_epoch, 1, wall_ms) + tail
            )
            front = record_front(key_bytes, value_bytes, delta)
            parts += (front, prefix, spot, length, value, NO_HEADERS)
            delta += 1
    if len(values) != delta:
        return None
    return PlainCommits(name, prefix, tuple(values), tuple(values.values()), b"".join(parts))


class CommitTemplate:
    """Makes the records of requests that name the same group and the same partitions."""

    __slots__ = ("_name", "_parts", "_prefix", "_spots", "_unpack_values", "_wall_ms")

    def __init__(self, request: CommitRequest) -> None:
        """Learn from a request that names at least one partition and none of them twice."""
        self._name = request.group_id.encode()
        self._prefix = group_key_prefix(self._name)
        self._wall_ms = -1  # that is in the parts
        self._spots: list[bytes] = []
        self._parts: list[bytes] = []  # three for each record: numbers and value end come second
        layout = [">"]  # of the values within the payload
        end = b""  # of the record before
        for topic in request.topics:
            start, tail = topic_spot(topic.name), topic_tail(topic.topic_id)
            key_bytes = len(self._prefix) + len(start) + PARTITION_BYTES
            value_bytes = PLAIN_VALUE_BYTES + len(tail)
            for index, _, _ in topic.rows:
                spot = start + pack_partition(index)
                front = record_front(key_bytes, value_bytes, len(self._spots))
                key = front + self._prefix + spot + encode_varint(value_bytes)
                layout.append(f"{len(NO_HEADERS if self._spots else b'') + len(key)}x")
                layout.append(f"{value_bytes}s")
                self._parts += (end + key + _VALUE_START, b"", b"")
                self._spots.append(spot)
                end = tail + NO_HEADERS
        self._parts.append(end)
        self._unpack_values = Struct("".join(layout)).unpack_from

    def records(self, numbers: Sequence[bytes], wall_ms: int) -> PlainCommits:
        """Return the records for offset and leader epoch, 12 bytes, of each partition."""
        # hot: benchmarks/micro/commit_path.py
        parts = self._parts
        if wall_ms != self._wall_ms:
            self._wall_ms = wall_ms
            parts[2::3] = (_pack_value_end(1, wall_ms),) * len(self._spots)
        parts[1::3] = numbers
        payload = b"".join(parts)
        values = self._unpack_values(payload)
        return PlainCommits(self._name, self._prefix, self._spots, values, payload)
