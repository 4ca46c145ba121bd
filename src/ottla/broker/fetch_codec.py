# SPDX-License-Identifier: Apache-2.0
"""Fetch on the wire, by hand: requests without message objects, answers without copies.

The generated `messages.fetch` describes the same bytes and is the oracle of the tests.

    request   replica_id (to v14) | max_wait_ms | min_bytes | max_bytes | isolation_level
              | session_id, session_epoch v7
              | [topic (v13: id) | [partition | current_leader_epoch v9 | fetch_offset
                 | last_fetched_epoch v12 | log_start_offset v5 | partition_max_bytes | tags]]
              | forgotten topics v7 | rack_id v11 | tags (1: replica state, v15)
    response  throttle_time_ms | error_code, session_id v7
              | [topic | [partition | error_code | high_watermark | last_stable_offset
                 | log_start_offset v5 | aborted_transactions | preferred_read_replica v11
                 | records | tags (0: diverging epoch, 1: current leader, v12)]]
              | tags (0: node endpoints, v16)

An answer is a list of buffers: bytes made here, and between them the log's own bytes, untouched.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from ottla.broker.node_endpoints import encode_endpoint_tags
from ottla.protocol.errors import WireError
from ottla.protocol.wire_cursor import WireCursor, encode_count, encode_unsigned_varint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.broker.node_endpoints import NodeEndpoint

FLEXIBLE_FROM = 12
TOPIC_ID_FROM = 13
NODE_ENDPOINTS_FROM = 16
REPLICA_STATE_TAG = 1

_INT32 = struct.Struct(">i")
_INT64 = struct.Struct(">q")
_HEAD_WITHOUT_REPLICA = struct.Struct(">iiib")
_SESSION = struct.Struct(">ii")
_REPLICA_STATE = struct.Struct(">iq")
_ABORTED = struct.Struct(">qq")
_EPOCH_END = struct.Struct(">iq")
_LEADER = struct.Struct(">ii")
_ANSWER_HEAD = struct.Struct(">ihqq")
_ANSWER_START_V7 = struct.Struct(">ihi")

# (from version, layout) of one partition, in the order of the fields below
_PARTITION_V4 = struct.Struct(">iqi")
_PARTITION_V5 = struct.Struct(">iqqi")
_PARTITION_V9 = struct.Struct(">iiqqi")
_PARTITION_V12 = struct.Struct(">iiqiqi")

READ_COMMITTED = 1
NO_EPOCH = -1
CONSUMER_REPLICA_ID = -1
NO_REPLICA = -1
NO_OFFSET = -1


class AskedPartition(NamedTuple):
    """One partition of a request."""

    topic: str  # empty from v13 on
    topic_id: bytes  # empty before v13
    partition: int
    fetch_offset: int
    max_bytes: int
    current_leader_epoch: int
    last_fetched_epoch: int
    log_start_offset: int = -1
    """Of a follower's log; -1 from consumers."""


class FetchRequestView(NamedTuple):
    """A decoded request."""

    replica_id: int
    max_wait_ms: int
    min_bytes: int
    max_bytes: int
    isolation_level: int
    session_id: int
    session_epoch: int
    partitions: list[AskedPartition]
    forgotten: list[tuple[str, bytes, int]]  # topic, topic id, partition
    rack_id: str
    replica_epoch: int = NO_EPOCH
    """Broker epoch of the incarnation that asks (KIP-903), for followers from v15 on."""


class AnsweredPartition(NamedTuple):
    """What the answer says of one partition."""

    topic: str
    topic_id: bytes
    partition: int
    error_code: int
    high_watermark: int = -1
    last_stable_offset: int = -1
    log_start_offset: int = -1
    aborted: Sequence[tuple[int, int]] | None = None  # producer id, first offset
    records: bytes | bytearray | memoryview = b""
    diverging: tuple[int, int] | None = None
    """(leader epoch, end offset) up to which the log of whoever asks agrees with this one."""
    leader: tuple[int, int] | None = None
    """(broker id, leader epoch) of the present leader, told with the errors that ask for it."""
    preferred_read_replica: int = NO_REPLICA
    """The replica from which this reader should fetch (KIP-392); it gets no records here then."""

    @property
    def sends_elsewhere(self) -> bool:
        """Whether whoever asked has something else to do than to wait here."""
        return bool(
            self.error_code
            or self.diverging is not None
            or self.preferred_read_replica != NO_REPLICA
        )


def decode_request(
    data: bytes | bytearray, position: int, end: int, version: int
) -> FetchRequestView:
    """Decode the body at `position`; raises WireError on anything that is not a Fetch body."""
    flexible = version >= FLEXIBLE_FROM
    cursor = WireCursor("Fetch", data, position, end)
    replica_id = cursor.int32() if version <= 14 else CONSUMER_REPLICA_ID
    max_wait_ms, min_bytes, max_bytes, isolation_level = _HEAD_WITHOUT_REPLICA.unpack_from(
        data, cursor.take(13)
    )
    session_id, session_epoch = (
        _SESSION.unpack_from(data, cursor.take(8)) if version >= 7 else (0, -1)
    )
    partitions: list[AskedPartition] = []
    for _ in range(cursor.count(4, flexible=flexible)):
        _decode_topic(cursor, version, partitions, flexible=flexible)
    forgotten = _decode_forgotten(cursor, version, flexible=flexible) if version >= 7 else []
    rack_id = (cursor.nullable_string(flexible=flexible) or "") if version >= 11 else ""
    replica_epoch = NO_EPOCH
    if flexible:
        replica_state = _decode_replica_state(cursor)
        if version >= 15 and replica_state is not None:
            replica_id, replica_epoch = replica_state
    if cursor.position != end:
        raise WireError(f"Fetch: {end - cursor.position} bytes are left after the request")
    return FetchRequestView(
        replica_id,
        max_wait_ms,
        min_bytes,
        max_bytes,
        isolation_level,
        session_id,
        session_epoch,
        partitions,
        forgotten,
        rack_id,
        replica_epoch,
    )


def _decode_topic_name(cursor: WireCursor, version: int, *, flexible: bool) -> tuple[str, bytes]:
    if version >= TOPIC_ID_FROM:
        start = cursor.take(16)
        return "", bytes(cursor.data[start : start + 16])
    name = cursor.nullable_string(flexible=flexible)
    if name is None:
        raise WireError("Fetch: a topic without a name")
    return name, b""


def _decode_topic(
    cursor: WireCursor, version: int, partitions: list[AskedPartition], *, flexible: bool
) -> None:
    name, topic_id = _decode_topic_name(cursor, version, flexible=flexible)
    leader_epoch = last_fetched_epoch = NO_EPOCH
    layout = _partition_layout(version)
    unpack_from, size, data = layout.unpack_from, layout.size, cursor.data
    for _ in range(cursor.count(size, flexible=flexible)):
        fields = unpack_from(data, cursor.take(size))
        if version >= 12:
            index, leader_epoch, fetch_offset, last_fetched_epoch, log_start, max_bytes = fields
        elif version >= 9:
            index, leader_epoch, fetch_offset, log_start, max_bytes = fields
        elif version >= 5:
            index, fetch_offset, log_start, max_bytes = fields
        else:
            index, fetch_offset, max_bytes = fields
            log_start = NO_OFFSET
        if flexible:
            cursor.skip_tags()
        partitions.append(
            AskedPartition(
                name,
                topic_id,
                index,
                fetch_offset,
                max_bytes,
                leader_epoch,
                last_fetched_epoch,
                log_start,
            )
        )
    if flexible:
        cursor.skip_tags()


def _partition_layout(version: int) -> struct.Struct:
    if version >= 12:
        return _PARTITION_V12
    if version >= 9:
        return _PARTITION_V9
    return _PARTITION_V5 if version >= 5 else _PARTITION_V4


def _decode_forgotten(
    cursor: WireCursor, version: int, *, flexible: bool
) -> list[tuple[str, bytes, int]]:
    forgotten: list[tuple[str, bytes, int]] = []
    for _ in range(cursor.count(3, flexible=flexible)):
        name, topic_id = _decode_topic_name(cursor, version, flexible=flexible)
        forgotten += [
            (name, topic_id, cursor.int32()) for _ in range(cursor.count(4, flexible=flexible))
        ]
        if flexible:
            cursor.skip_tags()
    return forgotten


def _decode_replica_state(cursor: WireCursor) -> tuple[int, int] | None:
    """Read the request's tagged fields; return replica id and epoch when they hold them."""
    count = cursor.unsigned_varint()
    if count > 64:
        raise WireError(f"Fetch: {count} tagged fields, at most 64 are accepted")
    replica_state: tuple[int, int] | None = None
    for _ in range(count):
        tag, size = cursor.unsigned_varint(), cursor.unsigned_varint()
        start = cursor.take(size)
        if tag == REPLICA_STATE_TAG and size >= _REPLICA_STATE.size:
            replica_id, replica_epoch = _REPLICA_STATE.unpack_from(cursor.data, start)
            replica_state = (replica_id, replica_epoch)
    return replica_state


def encode_response(
    version: int,
    correlation_id: int,
    error_code: int,
    session_id: int,
    partitions: Iterable[AnsweredPartition],
    endpoints: Sequence[NodeEndpoint] = (),
) -> list[bytes | bytearray | memoryview]:
    """Return the frame as buffers; partitions of one topic must follow one another.

    `endpoints` are addresses of leaders that partitions name; told from version 16 on.
    """
    flexible = version >= FLEXIBLE_FROM
    buffers: list[bytes | bytearray | memoryview] = []
    pending = bytearray(4)  # the frame's size comes last
    pending += _INT32.pack(correlation_id)
    if flexible:
        pending += b"\x00"
    if version >= 7:
        pending += _ANSWER_START_V7.pack(0, error_code, session_id)
    else:
        pending += b"\x00\x00\x00\x00"
    topics = _group_by_topic(partitions, by_id=version >= TOPIC_ID_FROM)
    pending += encode_count(len(topics), flexible=flexible)
    for wire_name, answered in topics:
        pending += _encode_topic_name(wire_name, flexible=flexible)
        pending += encode_count(len(answered), flexible=flexible)
        for partition in answered:
            _encode_partition(pending, partition, version, flexible=flexible)
            if partition.records:
                buffers += (pending, partition.records)
                pending = bytearray()
            if flexible:
                pending += _partition_tags(partition)
        if flexible:
            pending += b"\x00"
    if flexible:
        pending += encode_endpoint_tags(endpoints if version >= NODE_ENDPOINTS_FROM else ())
    if pending:
        buffers.append(pending)
    first = buffers[0]
    assert isinstance(first, bytearray)
    _INT32.pack_into(first, 0, sum(map(len, buffers)) - 4)
    return buffers


def _group_by_topic(
    partitions: Iterable[AnsweredPartition], *, by_id: bool
) -> list[tuple[str | bytes, list[AnsweredPartition]]]:
    topics: list[tuple[str | bytes, list[AnsweredPartition]]] = []
    last: str | bytes | None = None
    for partition in partitions:
        wire_name = partition.topic_id if by_id else partition.topic
        if wire_name != last:
            topics.append((wire_name, []))
            last = wire_name
        topics[-1][1].append(partition)
    return topics


def _encode_topic_name(wire_name: str | bytes, *, flexible: bool) -> bytes:
    if isinstance(wire_name, bytes):
        return wire_name
    encoded = wire_name.encode()
    if flexible:
        return encode_unsigned_varint(len(encoded) + 1) + encoded
    return len(encoded).to_bytes(2, "big") + encoded


def _encode_partition(
    out: bytearray, partition: AnsweredPartition, version: int, *, flexible: bool
) -> None:
    """Append everything of one partition up to the records' size."""
    out += _ANSWER_HEAD.pack(
        partition.partition,
        partition.error_code,
        partition.high_watermark,
        partition.last_stable_offset,
    )
    if version >= 5:
        out += _INT64.pack(partition.log_start_offset)
    if partition.aborted is None:
        out += b"\x00" if flexible else b"\xff\xff\xff\xff"
    else:
        out += encode_count(len(partition.aborted), flexible=flexible)
        for producer_id, first_offset in partition.aborted:
            out += _ABORTED.pack(producer_id, first_offset)
            if flexible:
                out += b"\x00"
    if version >= 11:
        out += _INT32.pack(partition.preferred_read_replica)
    out += encode_count(len(partition.records), flexible=flexible)


def _partition_tags(partition: AnsweredPartition) -> bytes:
    """Return the tagged fields of one partition: nearly always none."""
    if partition.diverging is None and partition.leader is None:
        return b"\x00"
    tags = bytearray((0,))
    if partition.diverging is not None:
        tags[0] += 1
        tags += b"\x00\x0d" + _EPOCH_END.pack(*partition.diverging) + b"\x00"
    if partition.leader is not None:
        tags[0] += 1
        tags += b"\x01\x09" + _LEADER.pack(*partition.leader) + b"\x00"
    return bytes(tags)
