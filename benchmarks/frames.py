# SPDX-License-Identifier: Apache-2.0
"""Kafka requests as ready bytes, for load that costs the client next to nothing.

Written apart from `ottla.protocol` on purpose: the benchmark must not share a bug, or a speed-up,
with the server it measures. Only pre-flexible versions are used (Produce 7, Fetch 11,
CreateTopics 4, DeleteTopics 3, Metadata 1, ListOffsets 1, ApiVersions 0), which every broker serves
and whose responses have fixed layouts for one topic and one partition:

    frame     size int32 | request header v1: key int16, version int16, correlation int32, client
    Produce   transactional id (null) | acks | timeout | [topic [partition, records]]
    answer    size | correlation | [topic [partition, error int16, base offset, append time,
              log start]] | throttle

A batch is magic 2: 61 bytes of header, then records of zigzag varints.
"""

import struct
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import crc32c

CLIENT_ID = b"bench"
BATCH_HEADER = struct.Struct(">qiibIhiqqqhii")
BATCH_HEADER_BYTES = 61
CRC_FROM = 21  # the CRC covers everything from the attributes on
REQUEST_TIMEOUT_MS = 30_000
SCRAMBLE = 7919  # a prime, so that sizes come in no order that repeats early


class Batch(NamedTuple):
    """An encoded batch and what is in it."""

    data: bytes
    record_count: int
    value_bytes: int


def frame(api_key: int, version: int, body: bytes, *, correlation_id: int = 1) -> bytes:
    """One request with its size in front and header v1."""
    header = struct.pack(">hhih", api_key, version, correlation_id, len(CLIENT_ID)) + CLIENT_ID
    return struct.pack(">i", len(header) + len(body)) + header + body


def text(value: str) -> bytes:
    """Encode a string with its int16 length."""
    encoded = value.encode()
    return struct.pack(">h", len(encoded)) + encoded


def zigzag_varint(value: int) -> bytes:
    """Encode a signed number as records do."""
    rest = (value << 1) ^ (value >> 63)
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)


def record(offset_delta: int, value: bytes, timestamp_delta: int = 0) -> bytes:
    """Encode a record without key and headers."""
    body = b"".join(
        (
            b"\x00",  # attributes
            zigzag_varint(timestamp_delta),
            zigzag_varint(offset_delta),
            zigzag_varint(-1),  # no key
            zigzag_varint(len(value)),
            value,
            zigzag_varint(0),  # no headers
        )
    )
    return zigzag_varint(len(body)) + body


def batch_of(values: Sequence[bytes], *, timestamp_ms: int | None = None) -> Batch:
    """Encode one uncompressed batch of a producer without idempotence."""
    now_ms = time.time_ns() // 1_000_000 if timestamp_ms is None else timestamp_ms
    records = b"".join(record(delta, value) for delta, value in enumerate(values))
    covered = struct.pack(">hiqqqhii", 0, len(values) - 1, now_ms, now_ms, -1, -1, -1, len(values))
    covered += records
    # base offset, length after this field, leader epoch, magic, CRC
    head = struct.pack(">qiibI", 0, 9 + len(covered), -1, 2, crc32c.crc32c(covered))
    return Batch(head + covered, len(values), sum(map(len, values)))


def filled_batch(
    record_bytes: int, batch_bytes: int, *, spread_bytes: int = 0, turn: int = 0
) -> Batch:
    """Encode as many values of a size as fit a batch of a size, but at least one.

    With a spread, sizes go evenly from `record_bytes - spread` to `record_bytes + spread` in a
    scrambled order; `turn` changes the values' bytes and nothing else.
    """
    overhead = len(record(1_000_000, bytes(record_bytes))) - record_bytes
    count = max(1, (batch_bytes - BATCH_HEADER_BYTES) // (record_bytes + overhead))
    return batch_of(values_of(record_bytes, count, spread_bytes=spread_bytes, turn=turn))


def values_of(
    record_bytes: int, count: int, *, spread_bytes: int = 0, turn: int = 0
) -> list[bytes]:
    """Make so many printable values."""
    pattern = bytes(range(32, 127)) * ((record_bytes + spread_bytes) // 95 + 2)
    sizes = 2 * spread_bytes + 1
    values = []
    for index in range(count):
        size = record_bytes - spread_bytes + index * SCRAMBLE % sizes
        start = (index + turn) % 95
        values.append(pattern[start : start + size])
    return values


def produce(
    topic_partitions: Iterable[tuple[str, Sequence[int]]],
    batch: bytes,
    *,
    acks: int = 1,
    correlation_id: int = 1,
) -> bytes:
    """Produce v7: the same batch to every named partition."""
    topics = [
        text(topic)
        + struct.pack(">i", len(partitions))
        + b"".join(struct.pack(">ii", index, len(batch)) + batch for index in partitions)
        for topic, partitions in topic_partitions
    ]
    head = struct.pack(">hhii", -1, acks, REQUEST_TIMEOUT_MS, len(topics))
    return frame(0, 7, head + b"".join(topics), correlation_id=correlation_id)


class ProduceAnswer(NamedTuple):
    """Layout of a Produce v7 answer whose topics have names of one length."""

    size: int
    error_at: int  # of the first partition
    entry_count: int
    entry_stride: int  # from one error code to the next


def produce_answer_layout(topics: Sequence[tuple[str, Sequence[int]]]) -> ProduceAnswer:
    """Where the error codes are: one topic of many partitions, or many topics of one each."""
    (name_bytes,) = {len(text(topic)) for topic, _ in topics}
    (partition_count,) = {len(partitions) for _, partitions in topics}
    if len(topics) > 1 and partition_count > 1:
        raise ValueError("either many topics or many partitions, not both")
    partition_bytes = 4 + 2 + 8 + 8 + 8
    topic_bytes = name_bytes + 4
    stride = partition_bytes if len(topics) == 1 else topic_bytes + partition_bytes
    return ProduceAnswer(
        size=12 + len(topics) * (topic_bytes + partition_count * partition_bytes) + 4,
        error_at=12 + topic_bytes + 4,
        entry_count=len(topics) * partition_count,
        entry_stride=stride,
    )


def fetch(
    topic_offsets: Sequence[tuple[str, Sequence[tuple[int, int]]]],
    *,
    max_bytes: int,
    partition_max_bytes: int,
    min_bytes: int = 1,
    max_wait_ms: int = 500,
    session_id: int = 0,
    session_epoch: int = -1,
    isolation_level: int = 0,
) -> bytes:
    """Fetch v11; without arguments for a session it is a full fetch outside any session.

    Isolation level 1 reads only what is committed.
    """
    topics = [
        text(topic)
        + struct.pack(">i", len(partitions))
        + b"".join(
            struct.pack(">iiqqi", index, -1, offset, -1, partition_max_bytes)
            for index, offset in partitions
        )
        for topic, partitions in topic_offsets
    ]
    body = b"".join(
        (
            struct.pack(">iiii", -1, max_wait_ms, min_bytes, max_bytes),
            struct.pack(">bii", isolation_level, session_id, session_epoch),
            struct.pack(">i", len(topics)),
            *topics,
            struct.pack(">i", 0),  # nothing forgotten
            text(""),  # no rack
        )
    )
    return frame(1, 11, body)


class FetchAnswer(NamedTuple):
    """Layout of the Fetch v11 answer for one topic and one partition without aborted list."""

    error_at: int
    records_size_at: int
    records_at: int


def fetch_answer_layout(topic: str) -> FetchAnswer:
    """Where the records begin, counted from the size field; the aborted list must be null."""
    partition_at = 4 + 4 + 4 + 2 + 4 + 4 + len(text(topic)) + 4
    error_at = partition_at + 4
    aborted_at = error_at + 2 + 8 + 8 + 8
    records_size_at = aborted_at + 4 + 4
    return FetchAnswer(error_at, records_size_at, records_size_at + 4)


def create_topics(
    topics: Sequence[tuple[str, int]], configs: Iterable[tuple[str, str]] = ()
) -> bytes:
    """CreateTopics v4 with one replica each."""
    encoded_configs = [text(key) + text(value) for key, value in configs]
    tail = struct.pack(">i", len(encoded_configs)) + b"".join(encoded_configs)
    encoded = [text(name) + struct.pack(">ihi", count, 1, 0) + tail for name, count in topics]
    body = struct.pack(">i", len(encoded)) + b"".join(encoded)
    return frame(19, 4, body + struct.pack(">ib", REQUEST_TIMEOUT_MS, 0))


def delete_topics(names: Sequence[str]) -> bytes:
    """DeleteTopics v3."""
    body = struct.pack(">i", len(names)) + b"".join(map(text, names))
    return frame(20, 3, body + struct.pack(">i", REQUEST_TIMEOUT_MS))


def metadata(names: Sequence[str]) -> bytes:
    """Metadata v1 for these topics."""
    return frame(3, 1, struct.pack(">i", len(names)) + b"".join(map(text, names)))


def list_offsets(topic: str, partition: int, timestamp: int) -> bytes:
    """ListOffsets v1; timestamp -1 asks for the latest offset, -2 for the earliest."""
    body = struct.pack(">ii", -1, 1) + text(topic) + struct.pack(">iiq", 1, partition, timestamp)
    return frame(2, 1, body)


def api_versions() -> bytes:
    """ApiVersions v0."""
    return frame(18, 0, b"")
