# SPDX-License-Identifier: Apache-2.0
"""OffsetCommit in rows: the request and the answer without an object for each partition.

Commits are the most frequent thing that groups ask for, with ten partitions or more in each. What
almost every client sends, versions from 6 on without metadata, is read here by one look at all
rows of a topic:

    8 on   partition int32 | offset int64 | leader epoch int32 | length 0 or 1 | no tagged fields
    6, 7   partition int32 | offset int64 | leader epoch int32 | length -1 or 0, int16

Anything else is read by the generated class and taken over. Which way a request has come makes no
difference to what it means, and a property test holds both against each other.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Self, TypeAlias

from ottla.protocol.messages.offset_commit import OffsetCommitRequest
from ottla.protocol.primitives import ZERO_UUID, uvarint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.protocol.errors import ErrorCode
    from ottla.protocol.messages.offset_commit import OffsetCommitRequestPartition
    from ottla.protocol.messages.txn_offset_commit import (
        TxnOffsetCommitRequest,
        TxnOffsetCommitRequestPartition,
    )
    from ottla.protocol.primitives import Buffer

Row: TypeAlias = "tuple[int, int, int]"
"""Partition, offset, leader epoch."""

LEADER_EPOCH_FROM: Final = 6
INSTANCE_ID_FROM: Final = 7
FLEXIBLE_FROM: Final = 8
TOPIC_IDS_FROM: Final = 10
THROTTLE_FROM: Final = 3

BROKER_RETENTION: Final = -1

_ROW = struct.Struct(">iqi2x")
_ROW_BYTES = _ROW.size
ROW_BYTES: Final = _ROW_BYTES
NUMBERS_AT: Final = 4
NUMBERS_BYTES: Final = 12
"""Where in such a row offset and leader epoch are, which differ from commit to commit."""
_SHORT = 128  # lengths below are one byte
_INT32 = struct.Struct(">i")
_LENGTH = struct.Struct(">h")
_NULL = -1
_NO_THROTTLE = bytes(4)
_NO_TAGS = b"\x00"


class CommitTopic:
    """What is committed for one topic."""

    __slots__ = ("metadata", "name", "rows", "rows_at", "topic_id")

    def __init__(
        self,
        name: str,
        topic_id: bytes,
        rows: list[Row],
        metadata: list[str] | None = None,
        rows_at: int | None = None,
    ) -> None:
        self.name = name
        self.topic_id = topic_id
        """Zeros when the client named the topic."""
        self.rows = rows
        self.metadata = metadata
        """A text for each row; None when there is none at all."""
        self.rows_at = rows_at
        """Where in the request the rows begin, when they were read by one look."""

    def without(self, partition_count: int) -> list[int]:
        """Leave only partitions below the count; return the numbers of the others."""
        rows = self.rows
        missing = [row[0] for row in rows if not 0 <= row[0] < partition_count]
        if missing:
            kept = [at for at, row in enumerate(rows) if 0 <= row[0] < partition_count]
            self.rows = [rows[at] for at in kept]
            if self.metadata is not None:
                self.metadata = [self.metadata[at] for at in kept]
        return missing

    def outcome(self, code: ErrorCode) -> TopicOutcome:
        """Return the answer that gives every partition the same code."""
        return TopicOutcome(self.name, self.topic_id, [(row[0], code) for row in self.rows])


class CommitRequest:
    """Who commits what; OffsetCommit as handlers get it."""

    __slots__ = (
        "generation",
        "group_id",
        "group_instance_id",
        "member_id",
        "retention_time_ms",
        "topics",
    )

    API_KEY = OffsetCommitRequest.API_KEY
    VERSIONS = OffsetCommitRequest.VERSIONS

    def __init__(
        self,
        group_id: str,
        generation: int,
        member_id: str,
        group_instance_id: str | None,
        topics: list[CommitTopic],
        retention_time_ms: int = BROKER_RETENTION,
    ) -> None:
        self.group_id = group_id
        self.generation = generation
        """Of a classic group, or the epoch of a member; -1 when nobody in particular commits."""
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.topics = topics
        self.retention_time_ms = retention_time_ms
        """What old clients ask for; -1 follows the broker's retention."""

    @classmethod
    def decode(cls, data: Buffer, version: int, *, may_have_rest: bool = False) -> Self:
        """Read a request; raises WireError when the bytes are none."""
        body = data if type(data) is bytes else bytes(data)
        if version >= LEADER_EPOCH_FROM:
            read = cls._decode_rows if version >= FLEXIBLE_FROM else cls._decode_fixed_rows
            try:
                request = read(body, version, may_have_rest=may_have_rest)
            except (IndexError, UnicodeDecodeError, struct.error):
                request = None
            if request is not None:
                return request
        return cls.of(OffsetCommitRequest.decode(body, version, may_have_rest=may_have_rest))

    @classmethod
    def _decode_rows(cls, data: bytes, version: int, *, may_have_rest: bool) -> Self | None:
        """Read a request whose partitions have neither metadata nor tags; None for any other.

        Texts and counts of 127 and more are left to the generated class as well, and so is
        whatever looks wrong: it knows what to say.
        """
        # hot: benchmarks/micro/offset_commit.py
        group_id, at = _short_text(data, 0)
        if group_id is None:
            return None
        (generation,) = _INT32.unpack_from(data, at)
        member_id, at = _short_text(data, at + 4)
        if member_id is None:
            return None
        instance_id, at = _short_text(data, at)
        count = data[at]
        if at < 0 or not 0 < count < _SHORT:
            return None
        at += 1
        topics = []
        for _ in range(count - 1):
            topic_id, name = ZERO_UUID, None
            if version >= TOPIC_IDS_FROM:
                topic_id, name, at = data[at : at + 16], "", at + 16
            else:
                name, at = _short_text(data, at)
            if name is None:
                return None
            row_count = data[at] - 1
            start = at + 1
            at = start + row_count * _ROW_BYTES
            lengths = data[start + 16 : at : _ROW_BYTES]
            tags = data[start + 17 : at : _ROW_BYTES]
            is_plain = lengths.count(1) + lengths.count(0) == tags.count(0) == row_count
            if not 0 <= row_count < _SHORT - 1 or not is_plain or data[at]:
                return None
            rows = list(_ROW.iter_unpack(data[start:at]))
            topics.append(CommitTopic(name, topic_id, rows, None, start))
            at += 1
        if data[at] or not (may_have_rest or at + 1 == len(data)):
            return None
        return cls(group_id, generation, member_id, instance_id, topics)

    @classmethod
    def _decode_fixed_rows(cls, data: bytes, version: int, *, may_have_rest: bool) -> Self | None:
        """Do the same with versions whose lengths are of fixed size."""
        # hot: benchmarks/micro/commit_path.py
        group_id, at = _text(data, 0)
        (generation,) = _INT32.unpack_from(data, at)
        member_id, at = _text(data, at + 4)
        instance_id = None
        if version >= INSTANCE_ID_FROM:
            instance_id, at = _text(data, at)
        (count,) = _INT32.unpack_from(data, at)
        if group_id is None or member_id is None or count < 0:
            return None
        at += 4
        topics = []
        for _ in range(count):
            name, at = _text(data, at)
            (row_count,) = _INT32.unpack_from(data, at)
            start = at + 4
            at = start + row_count * _ROW_BYTES
            lengths = data[start + 16 : at : _ROW_BYTES]
            is_plain = lengths.count(0) + lengths.count(255) == row_count
            if name is None or not is_plain or lengths != data[start + 17 : at : _ROW_BYTES]:
                return None
            rows = list(_ROW.iter_unpack(data[start:at]))
            topics.append(CommitTopic(name, ZERO_UUID, rows, None, start))
        if at > len(data) or (at < len(data) and not may_have_rest):
            return None
        return cls(group_id, generation, member_id, instance_id, topics)

    @classmethod
    def of(cls, message: OffsetCommitRequest) -> Self:
        """Take over a request that was read by its class."""
        return cls(
            message.group_id,
            message.generation_id_or_member_epoch,
            message.member_id,
            message.group_instance_id,
            [
                CommitTopic(
                    topic.name,
                    topic.topic_id,
                    [
                        (one.partition_index, one.committed_offset, one.committed_leader_epoch)
                        for one in topic.partitions
                    ],
                    _texts(topic.partitions),
                )
                for topic in message.topics
            ],
            message.retention_time_ms,
        )

    @classmethod
    def of_transaction(cls, message: TxnOffsetCommitRequest) -> Self:
        """Take over what a producer commits in its transaction."""
        return cls(
            message.group_id,
            message.generation_id,
            message.member_id,
            message.group_instance_id,
            [
                CommitTopic(
                    topic.name,
                    ZERO_UUID,
                    [
                        (one.partition_index, one.committed_offset, one.committed_leader_epoch)
                        for one in topic.partitions
                    ],
                    _texts(topic.partitions),
                )
                for topic in message.topics
            ],
        )


def _texts(
    partitions: Sequence[OffsetCommitRequestPartition | TxnOffsetCommitRequestPartition],
) -> list[str] | None:
    texts = [one.committed_metadata or "" for one in partitions]
    return texts if any(texts) else None


def _text(data: bytes, at: int) -> tuple[str | None, int]:
    """Read a text with its length as int16, None for null."""
    (length,) = _LENGTH.unpack_from(data, at)
    at += 2
    if length < 0:
        if length != _NULL:
            raise IndexError(length)
        return None, at
    return data[at : at + length].decode(), at + length


def _short_text(data: bytes, at: int) -> tuple[str | None, int]:
    """Read a text of up to 126 bytes, None for null; a longer one moves `at` below zero."""
    length = data[at]
    if length >= _SHORT:
        return None, -1
    end = at + length
    if not length:
        return None, at + 1
    return data[at + 1 : end].decode(), end


class TopicOutcome(NamedTuple):
    """What became of the partitions of one topic."""

    name: str
    topic_id: bytes
    partitions: Sequence[tuple[int, int]]
    """Number and error code of each."""


class CommitResponse:
    """Outcomes by partition; the answer of OffsetCommit."""

    __slots__ = ("topics",)

    def __init__(self, topics: list[TopicOutcome]) -> None:
        self.topics = topics

    @classmethod
    def refusing(cls, topics: Sequence[CommitTopic], code: ErrorCode) -> Self:
        """Return the answer that gives everything the same code."""
        return cls([topic.outcome(code) for topic in topics])

    def joined(self, unknown: Sequence[TopicOutcome]) -> Self:
        """Return this with outcomes of partitions that do not exist; a topic is named once."""
        by_topic = {(topic.name, topic.topic_id): topic for topic in self.topics}
        for topic in unknown:
            known = by_topic.get((topic.name, topic.topic_id), topic._replace(partitions=()))
            by_topic[topic.name, topic.topic_id] = known._replace(
                partitions=[*known.partitions, *topic.partitions]
            )
        return type(self)(list(by_topic.values()))

    def encode(self, version: int) -> bytes:
        """Return the bytes in a version of OffsetCommit."""
        parts = [_NO_THROTTLE] if version >= THROTTLE_FROM else []
        is_flexible = version >= FLEXIBLE_FROM
        count = _uvarint_count if is_flexible else _INT32.pack
        parts.append(count(len(self.topics)))
        for topic in self.topics:
            if version >= TOPIC_IDS_FROM:
                parts.append(topic.topic_id)
            else:
                name = topic.name.encode()
                parts += (_uvarint_count if is_flexible else _LENGTH.pack)(len(name)), name
            rows = topic.partitions
            parts.append(count(len(rows)))
            parts.append(_rows(len(rows), is_flexible).pack(*chain.from_iterable(rows)))
            if is_flexible:
                parts.append(_NO_TAGS)
        if is_flexible:
            parts.append(_NO_TAGS)
        return b"".join(parts)


class TxnCommitResponse(CommitResponse):
    """The same as the answer of TxnOffsetCommit, which has two layouts of OffsetCommit's."""

    __slots__ = ()

    def encode(self, version: int) -> bytes:
        """Return the bytes in a version of TxnOffsetCommit."""
        return super().encode(FLEXIBLE_FROM if version >= 3 else THROTTLE_FROM)


def _uvarint_count(count: int) -> bytes:
    return uvarint(count + 1)


@lru_cache(maxsize=256)
def _rows(count: int, is_flexible: bool) -> struct.Struct:
    """Return the layout of so many partitions with their codes."""
    return struct.Struct(">" + ("ihx" if is_flexible else "ih") * count)
