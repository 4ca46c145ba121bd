# SPDX-License-Identifier: Apache-2.0
"""Produce on the wire, by hand: the data plane makes no message objects.

The generated `messages.produce` describes the same bytes and is the oracle of the tests.

    request   header | transactional_id | acks int16 | timeout_ms int32
                     | [topic name (v13: id) | [index int32 | records bytes | tags] | tags] | tags
    response  header | [name (v13: id) | [index | error_code | base_offset | log_append_time_ms
                     | log_start_offset v5 | record_errors, error_message v8
                     | tags v9 (0: current leader, v10)] | tags v9]
                     | throttle_time_ms | tags v9 (0: node endpoints, v10)

A producer repeats itself: while it streams to one partition, requests differ in the correlation
id and the records only. `ProduceShape` remembers the bytes around those of the last request with
one partition; when the next request has the same, it needs no decoding, and its answer is one
`struct.pack`. A shape is forgotten when the cluster's metadata changes.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.errors import StorageError
from ottla.broker.node_endpoints import NO_TAGS, encode_endpoint_tags, no_endpoints
from ottla.protocol.errors import ErrorCode, WireError
from ottla.protocol.wire_cursor import WireCursor, encode_count, encode_nullable_string

if TYPE_CHECKING:
    from ottla.broker.node_endpoints import EndpointsOf
    from ottla.protocol.errors import ApiError
    from ottla.replication.partition import Partition

FLEXIBLE_FROM = 9
LEADER_HINTS_FROM = 10
TOPIC_ID_FROM = 13

_INT32 = struct.Struct(">i")
_ACKS_AND_TIMEOUT = struct.Struct(">hi")
_PARTITION_OUTCOME = struct.Struct(">ihq")
_INT64 = struct.Struct(">q")
_LEADER = struct.Struct(">ii")

NO_TIMESTAMP = -1
TOPIC_BYTES_MIN = 6
PARTITION_BYTES_MIN = 6


class PartitionData(NamedTuple):
    """Where one partition's records lie in the frame's buffer."""

    partition: int
    records_start: int
    records_end: int  # equal to records_start when null or empty


class TopicData(NamedTuple):
    """One topic of a request."""

    name: str | None  # None from v13 on
    topic_id: bytes | None  # None before v13
    wire_name: bytes  # name or id as it stands on the wire, to be repeated in the answer
    partitions: list[PartitionData]


class ProduceRequestView(NamedTuple):
    """A decoded request; its records stay in the buffer."""

    transactional_id: str | None
    acks: int
    timeout_ms: int
    topics: list[TopicData]


class PartitionOutcome(NamedTuple):
    """What the answer says of one partition."""

    partition: int
    error_code: int
    base_offset: int = -1
    log_append_time_ms: int = NO_TIMESTAMP
    log_start_offset: int = -1
    record_errors: tuple[tuple[int, str | None], ...] = ()
    error_message: str | None = None
    leader: tuple[int, int] | None = None
    """(broker id, leader epoch) of the present leader, told with NOT_LEADER_OR_FOLLOWER."""


def refused_outcome(
    index: int, error: ApiError | StorageError, leader: tuple[int, int] | None = None
) -> PartitionOutcome:
    """Return what is answered of a partition that did not take its records."""
    if isinstance(error, StorageError):
        return PartitionOutcome(index, ErrorCode.KAFKA_STORAGE_ERROR, error_message=str(error))
    return PartitionOutcome(
        index,
        error.code,
        record_errors=tuple(getattr(error, "record_errors", ())),
        error_message=error.message,
        leader=leader,
    )


def decode_request(
    data: bytes | bytearray, position: int, end: int, version: int
) -> ProduceRequestView:
    """Decode the body at `position`; raises WireError on anything that is not a Produce body."""
    flexible = version >= FLEXIBLE_FROM
    cursor = WireCursor("Produce", data, position, end)
    transactional_id = cursor.nullable_string(flexible=flexible)
    acks, timeout_ms = _ACKS_AND_TIMEOUT.unpack_from(data, cursor.take(6))
    topics = [
        _decode_topic(cursor, version, flexible=flexible)
        for _ in range(cursor.count(TOPIC_BYTES_MIN - 3 * flexible, flexible=flexible))
    ]
    if flexible:
        cursor.skip_tags()
    if cursor.position != end:
        raise WireError(f"Produce: {end - cursor.position} bytes are left after the request")
    return ProduceRequestView(transactional_id, acks, timeout_ms, topics)


def _decode_topic(cursor: WireCursor, version: int, *, flexible: bool) -> TopicData:
    start = cursor.position
    name: str | None = None
    topic_id: bytes | None = None
    if version >= TOPIC_ID_FROM:
        cursor.take(16)
        topic_id = bytes(cursor.data[start : start + 16])
    else:
        name = cursor.nullable_string(flexible=flexible)
        if name is None:
            raise WireError("Produce: a topic without a name")
    wire_name = bytes(cursor.data[start : cursor.position])
    partitions = [
        _decode_partition(cursor, flexible=flexible)
        for _ in range(cursor.count(PARTITION_BYTES_MIN, flexible=flexible))
    ]
    if flexible:
        cursor.skip_tags()
    return TopicData(name, topic_id, wire_name, partitions)


def _decode_partition(cursor: WireCursor, *, flexible: bool) -> PartitionData:
    index = cursor.int32()
    size = cursor.unsigned_varint() - 1 if flexible else cursor.int32()
    start = cursor.take(max(size, 0))
    if size < -1:
        raise WireError(f"Produce: records of {size} bytes")
    if flexible:
        cursor.skip_tags()
    return PartitionData(index, start, start + max(size, 0))


def encode_response(
    version: int,
    correlation_id: int,
    topics: list[tuple[bytes, list[PartitionOutcome]]],
    endpoints_of: EndpointsOf = no_endpoints,
) -> bytes:
    """Return the whole frame; `topics` pairs the name as it came with its outcomes.

    `endpoints_of` is asked for the addresses of the leaders that outcomes name.
    """
    flexible = version >= FLEXIBLE_FROM
    parts = [_INT32.pack(correlation_id)]
    if flexible:
        parts.append(b"\x00")
    parts.append(encode_count(len(topics), flexible=flexible))
    for wire_name, outcomes in topics:
        parts += (wire_name, encode_count(len(outcomes), flexible=flexible))
        for outcome in outcomes:
            _encode_outcome(parts, outcome, version, flexible=flexible)
        if flexible:
            parts.append(b"\x00")
    parts.append(b"\x00\x00\x00\x00")
    if flexible:
        leaders = [one.leader[0] for _, outcomes in topics for one in outcomes if one.leader]
        tells = leaders and version >= LEADER_HINTS_FROM
        parts.append(encode_endpoint_tags(endpoints_of(leaders)) if tells else NO_TAGS)
    body = b"".join(parts)
    return _INT32.pack(len(body)) + body


def _encode_outcome(
    parts: list[bytes], outcome: PartitionOutcome, version: int, *, flexible: bool
) -> None:
    parts.append(
        _PARTITION_OUTCOME.pack(outcome.partition, outcome.error_code, outcome.base_offset)
    )
    parts.append(_INT64.pack(outcome.log_append_time_ms))
    if version >= 5:
        parts.append(_INT64.pack(outcome.log_start_offset))
    if version >= 8:
        parts.append(encode_count(len(outcome.record_errors), flexible=flexible))
        for batch_index, message in outcome.record_errors:
            parts.append(_INT32.pack(batch_index))
            parts.append(encode_nullable_string(message, flexible=flexible))
            if flexible:
                parts.append(b"\x00")
        parts.append(encode_nullable_string(outcome.error_message, flexible=flexible))
    if flexible:
        if outcome.leader is None or version < LEADER_HINTS_FROM:
            parts.append(NO_TAGS)
        else:
            parts.append(b"\x01\x00\x09" + _LEADER.pack(*outcome.leader) + NO_TAGS)


class ProduceShape:
    """What a producer's requests to one partition have in common."""

    __slots__ = (
        "_compiled",
        "_constants",
        "_endpoints_of",
        "acks",
        "generation",
        "partition",
        "prefix",
        "prefix_bytes",
        "size",
        "tail",
        "timeout_ms",
        "transactional_id",
        "version",
        "waits_for_commit",
        "wire_name",
    )

    def __init__(
        self,
        prefix: bytes,
        version: int,
        partition: Partition,
        generation: int,
        request: ProduceRequestView,
        endpoints_of: EndpointsOf = no_endpoints,
    ) -> None:
        self._endpoints_of = endpoints_of
        self.prefix = prefix  # from the client id up to the records' size, both exclusive of ids
        self.prefix_bytes = len(prefix)
        self.version = version
        self.partition = partition
        self.generation = generation
        self.acks = request.acks
        self.timeout_ms = max(request.timeout_ms, 0)
        self.waits_for_commit = request.acks == -1 and partition.leadership is not None
        self.transactional_id = request.transactional_id
        self.wire_name = request.topics[0].wire_name
        self.tail = b"\x00\x00\x00" if version >= FLEXIBLE_FROM else b""
        self._make_response_struct()

    def _make_response_struct(self) -> None:
        """Compile the answer of a success: only correlation id, offsets and times vary."""
        marks = (0x7E57C0DE, 0x0123456789ABCDEF, 0x1122334455667788, 0x7766554433221100)
        outcome = PartitionOutcome(self.partition.index, ErrorCode.NONE, *marks[1:])
        frame = encode_response(self.version, marks[0], [(self.wire_name, [outcome])])
        formats = (">i", ">q", ">q", ">q" if self.version >= 5 else "")
        pieces: list[str] = [">"]
        constants: list[bytes] = []
        position = 0
        for mark, code in zip(marks, formats, strict=True):
            if not code:
                continue
            packed = struct.pack(code, mark)
            found = frame.index(packed, position)
            if found > position:
                constants.append(frame[position:found])
                pieces.append(f"{found - position}s")
            pieces.append(code[1])
            position = found + len(packed)
        constants.append(frame[position:])
        pieces.append(f"{len(frame) - position}s")
        compiled = struct.Struct("".join(pieces)).pack
        self._compiled = compiled
        self._constants = (constants[0], constants[1], constants[2])
        self.size = len(frame)

    def pack(
        self, correlation_id: int, base_offset: int, log_append_time_ms: int, log_start_offset: int
    ) -> bytes:
        """Return the frame that answers a success."""
        # size | correlation id | .. index, error | base offset, append time[, log start] | ..
        head, middle, tail = self._constants
        if self.version >= 5:
            return self._compiled(
                head,
                correlation_id,
                middle,
                base_offset,
                log_append_time_ms,
                log_start_offset,
                tail,
            )
        return self._compiled(head, correlation_id, middle, base_offset, log_append_time_ms, tail)

    def refuse(self, correlation_id: int, outcome: PartitionOutcome) -> bytes:
        """Return the frame that answers anything else."""
        topics = [(self.wire_name, [outcome])]
        return encode_response(self.version, correlation_id, topics, self._endpoints_of)


def records_span(
    data: bytes | bytearray, position: int, end: int, shape: ProduceShape
) -> tuple[int, int] | None:
    """Return where the records lie when the rest of the frame fits `shape`, else None.

    `position` is behind the shape's prefix: at the size of the records.
    """
    if shape.version < FLEXIBLE_FROM:
        if end - position < 4:
            return None
        (size,) = _INT32.unpack_from(data, position)
        start = position + 4
        return (start, end) if size > 0 and start + size == end else None
    size = shift = 0
    start = position
    while start < end and shift <= 28:
        byte = data[start]
        start += 1
        size |= (byte & 0x7F) << shift
        if byte < 0x80:
            stop = start + size - 1
            if size > 1 and stop + 3 == end and data.startswith(b"\x00\x00\x00", stop):
                return start, stop
            return None
        shift += 7
    return None
