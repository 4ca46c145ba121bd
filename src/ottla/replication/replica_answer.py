# SPDX-License-Identifier: Apache-2.0
"""A leader's answer to a follower's Fetch, read by hand: the records stay where they were received.

The generated `messages.fetch` describes the same bytes and is the oracle of the tests; its classes
copy. A follower takes megabytes at a time and needs few of the fields.

Valid until the next answer on the same connection (`BORROWS`): the fetcher appends before it asks
again.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from ottla.protocol.errors import WireError
from ottla.protocol.wire_cursor import WireCursor

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

FIRST_VERSION = 13
"""From here on topics have ids and every field is flexible."""

DIVERGING_EPOCH_TAG = 0

_START = struct.Struct(">ihi")  # throttle time, error code, session id
_PARTITION = struct.Struct(">ihqqq")
_ABORTED_BYTES = 16
_EPOCH_END = struct.Struct(">iq")
_PARTITION_BYTES_MIN = 37


class EpochEnd(NamedTuple):
    """Up to where two logs can agree; -1 when they do."""

    epoch: int = -1
    end_offset: int = -1


class AnsweredReplica(NamedTuple):
    """What the leader says of one partition."""

    partition_index: int
    error_code: int
    high_watermark: int
    log_start_offset: int
    diverging_epoch: EpochEnd
    records: memoryview


class AnsweredTopic(NamedTuple):
    """The partitions of one topic."""

    topic_id: bytes
    partitions: list[AnsweredReplica]


_IN_AGREEMENT = EpochEnd()


class ReplicaAnswer:
    """The whole answer."""

    __slots__ = ("error_code", "responses", "session_id")

    BORROWS: ClassVar = True

    def __init__(self, error_code: int, session_id: int, responses: list[AnsweredTopic]) -> None:
        self.error_code = error_code
        self.session_id = session_id
        self.responses = responses

    @classmethod
    def decode(cls, data: Buffer, version: int, offset: int = 0) -> Self:
        """Read the body at `offset`; raises WireError."""
        if version < FIRST_VERSION:
            raise WireError(f"followers need Fetch version {FIRST_VERSION}, not {version}")
        cursor = WireCursor("Fetch answer", data, offset, len(data))
        _, error_code, session_id = _START.unpack_from(data, cursor.take(_START.size))
        topics = []
        for _ in range(cursor.count(16 + 2, flexible=True)):
            start = cursor.take(16)
            topic_id = bytes(data[start : start + 16])
            count = cursor.count(_PARTITION_BYTES_MIN, flexible=True)
            topics.append(AnsweredTopic(topic_id, [_partition(cursor) for _ in range(count)]))
            cursor.skip_tags()
        cursor.skip_tags()
        return cls(error_code, session_id, topics)


def _partition(cursor: WireCursor) -> AnsweredReplica:
    data = cursor.data
    index, error_code, high_watermark, _, log_start_offset = _PARTITION.unpack_from(
        data, cursor.take(_PARTITION.size)
    )
    for _ in range(max(cursor.unsigned_varint() - 1, 0)):  # aborted transactions, null or not
        cursor.take(_ABORTED_BYTES)
        cursor.skip_tags()
    cursor.take(4)  # preferred read replica: for consumers
    size = max(cursor.unsigned_varint() - 1, 0)
    start = cursor.take(size)
    records = memoryview(data)[start : start + size]
    return AnsweredReplica(
        index, error_code, high_watermark, log_start_offset, _diverging(cursor), records
    )


def _diverging(cursor: WireCursor) -> EpochEnd:
    """Read the partition's tagged fields."""
    found = _IN_AGREEMENT
    for _ in range(cursor.unsigned_varint()):
        tag, size = cursor.unsigned_varint(), cursor.unsigned_varint()
        start = cursor.take(size)
        if tag == DIVERGING_EPOCH_TAG and size >= _EPOCH_END.size:
            found = EpochEnd(*_EPOCH_END.unpack_from(cursor.data, start))
    return found
