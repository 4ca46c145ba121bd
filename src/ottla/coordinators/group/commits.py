# SPDX-License-Identifier: Apache-2.0
"""OffsetCommit and TxnOffsetCommit: from a request to records.

Both share everything but who may commit and whether the records belong to a transaction.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ottla.coordinators.group.classic.group import PREPARING_REBALANCE, STABLE, ClassicGroup
from ottla.coordinators.group.records import (
    OFFSET_VERSION,
    PARTITION_BYTES,
    PLAIN_VALUE_BYTES,
    group_key_prefix,
    offset_value,
    offset_value_that_expires,
    pack_partition,
    pack_plain_value,
    topic_spot,
    topic_tail,
)
from ottla.coordinators.ports import CoordinatorRecord, EncodedRecords, ProducerIdentity, Result
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.offset_commit import (
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)
from ottla.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
)
from ottla.protocol.primitives import ZERO_UUID
from ottla.records.builder import NO_HEADERS, encode_varint, record_front

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ottla.base.clock import Moment
    from ottla.coordinators.group.group import CommitCheck
    from ottla.coordinators.group.shard import GroupShard
    from ottla.coordinators.group.store import GroupStore
    from ottla.protocol.messages.offset_commit import OffsetCommitRequest
    from ottla.protocol.messages.txn_offset_commit import TxnOffsetCommitRequest

GROUP_ID_NOT_FOUND_FROM: Final = 9
"""The first version of OffsetCommit that knows this error; older ones: ILLEGAL_GENERATION."""

BROKER_RETENTION: Final = -1


class PlainCommits(EncodedRecords):
    """Offsets of one group as nearly all are committed: without metadata."""

    __slots__ = ("_name", "_prefix", "_values")

    def __init__(
        self, name: bytes, prefix: bytes, values: dict[bytes, bytes], payload: bytes
    ) -> None:
        super().__init__(payload)
        self._name = name
        self._prefix = prefix
        self._values = values  # by spot, in the order of the payload

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[CoordinatorRecord]:
        prefix = self._prefix
        return (CoordinatorRecord(prefix + spot, value) for spot, value in self._values.items())

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
        shard.offsets.replay_commits(self._name, self._values, first_offset)


def plain_commits(request: OffsetCommitRequest, wall_ms: int) -> PlainCommits | None:
    """Encode a request's offsets; None when one has metadata or is there twice."""
    # hot: benchmarks/micro/commit_path.py, 1 us for each partition
    name = request.group_id.encode()
    prefix = group_key_prefix(name)
    values: dict[bytes, bytes] = {}
    parts: list[bytes] = []
    delta = 0
    for topic in request.topics:
        start = topic_spot(topic.name)
        tail = topic_tail(topic.topic_id)
        key_bytes = len(prefix) + len(start) + PARTITION_BYTES
        value_bytes = PLAIN_VALUE_BYTES + len(tail)
        length = encode_varint(value_bytes)
        for partition in topic.partitions:
            if partition.committed_metadata:
                return None
            spot = start + pack_partition(partition.partition_index)
            values[spot] = value = (
                pack_plain_value(
                    OFFSET_VERSION,
                    partition.committed_offset,
                    partition.committed_leader_epoch,
                    1,
                    wall_ms,
                )
                + tail
            )
            front = record_front(key_bytes, value_bytes, delta)
            parts += (front, prefix, spot, length, value, NO_HEADERS)
            delta += 1
    if len(values) != delta:
        return None
    return PlainCommits(name, prefix, values, b"".join(parts))


class Accepted(OffsetCommitResponse):
    """What every commit of the same partitions is answered: shared, so nobody may change it."""

    __slots__ = ("_encoded",)

    def __init__(self, topics: Iterable[OffsetCommitResponseTopic]) -> None:
        super().__init__(topics=topics)
        self._encoded: dict[int, bytes] = {}

    def encode(self, version: int) -> bytes:
        """Return the body in `version`."""
        encoded = self._encoded.get(version)
        if encoded is None:
            encoded = self._encoded[version] = super().encode(version)
        return encoded


def accepted(request: OffsetCommitRequest) -> Accepted:
    """Answer that all offsets of a request are stored."""
    return _accepted(
        tuple(
            [
                (
                    topic.name,
                    topic.topic_id,
                    tuple([partition.partition_index for partition in topic.partitions]),
                )
                for topic in request.topics
            ]
        )
    )


@lru_cache(maxsize=256)
def _accepted(topics: tuple[tuple[str, bytes, tuple[int, ...]], ...]) -> Accepted:
    return Accepted(
        OffsetCommitResponseTopic(
            name=name,
            topic_id=topic_id,
            partitions=[OffsetCommitResponsePartition(partition_index=index) for index in indexes],
        )
        for name, topic_id, indexes in topics
    )


class Commits:
    """Decides on commits of offsets for groups of one shard."""

    def __init__(self, store: GroupStore) -> None:
        self._store = store

    def commit(
        self, request: OffsetCommitRequest, version: int, moment: Moment
    ) -> Result[OffsetCommitResponse]:
        """Store how far a group has read.

        Raises UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS,
        GROUP_ID_NOT_FOUND, and what other kinds of groups have against it. A partition whose
        metadata is too long has OFFSET_METADATA_TOO_LARGE; the others are stored.
        """
        # hot: benchmarks/micro/offset_commit.py
        check = self._check(request, version, moment)
        retention_ms = request.retention_time_ms
        wall_ms = moment.wall_ms
        if check is None and retention_ms == BROKER_RETENTION:
            encoded = plain_commits(request, wall_ms)
            if encoded is not None:
                return Result(encoded, accepted(request))
        prefix = group_key_prefix(request.group_id.encode())
        metadata_max = self._store.settings.offset_metadata_max_bytes
        records: list[CoordinatorRecord] = []
        answers = []
        for topic in request.topics:
            topic_prefix = prefix + topic_spot(topic.name)
            tail = topic_tail(topic.topic_id)
            outcomes = []
            for partition in topic.partitions:
                index = partition.partition_index
                metadata = partition.committed_metadata or ""
                if len(metadata) > metadata_max:
                    code = ErrorCode.OFFSET_METADATA_TOO_LARGE
                    outcomes.append(
                        OffsetCommitResponsePartition(partition_index=index, error_code=code)
                    )
                    continue
                if check is not None:
                    check(topic.name, topic.topic_id, index)
                offset = partition.committed_offset
                if retention_ms == BROKER_RETENTION:
                    value = offset_value(
                        offset, partition.committed_leader_epoch, metadata, wall_ms, tail
                    )
                else:
                    value = offset_value_that_expires(
                        offset, metadata, wall_ms, wall_ms + retention_ms
                    )
                records.append(CoordinatorRecord(topic_prefix + pack_partition(index), value))
                outcomes.append(OffsetCommitResponsePartition(partition_index=index))
            answers.append(
                OffsetCommitResponseTopic(
                    name=topic.name, topic_id=topic.topic_id, partitions=outcomes
                )
            )
        return Result(records, OffsetCommitResponse(topics=answers))

    def _check(
        self, request: OffsetCommitRequest, version: int, moment: Moment
    ) -> CommitCheck | None:
        """Return what each partition is asked; raises what the group has against the member."""
        generation = request.generation_id_or_member_epoch
        group = self._store.groups.get(request.group_id)
        if group is None:
            if generation < 0:
                return None
            is_known = version >= GROUP_ID_NOT_FOUND_FROM
            raise ApiError(
                ErrorCode.GROUP_ID_NOT_FOUND if is_known else ErrorCode.ILLEGAL_GENERATION
            )
        check = group.check_offset_commit(
            request.member_id,
            request.group_instance_id,
            generation,
            is_transactional=False,
            version=version,
        )
        if isinstance(group, ClassicGroup):
            self._keep_alive(group, request.member_id, moment)
        return check

    def _keep_alive(self, group: ClassicGroup, member_id: str, moment: Moment) -> None:
        """Take a commit for a heartbeat."""
        member = group.members.get(member_id)
        if member is not None and group.state in (STABLE, PREPARING_REBALANCE):
            deadline_ms = moment.now_ms + member.session_timeout_ms
            self._store.timers.set(member.session_timer, deadline_ms)

    def commit_in_transaction(
        self, request: TxnOffsetCommitRequest, version: int, moment: Moment
    ) -> Result[TxnOffsetCommitResponse]:
        """Store how far a group has read, to count once the producer's transaction commits.

        Raises UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION.
        """
        check = self._check_transactional(request, version)
        prefix = group_key_prefix(request.group_id.encode())
        metadata_max = self._store.settings.offset_metadata_max_bytes
        records: list[CoordinatorRecord] = []
        answers = []
        for topic in request.topics:
            topic_prefix = prefix + topic_spot(topic.name)
            outcomes = []
            for partition in topic.partitions:
                index = partition.partition_index
                metadata = partition.committed_metadata or ""
                code = ErrorCode.NONE
                if len(metadata) > metadata_max:
                    code = ErrorCode.OFFSET_METADATA_TOO_LARGE
                else:
                    if check is not None:
                        check(topic.name, ZERO_UUID, index)
                    value = offset_value(
                        partition.committed_offset,
                        partition.committed_leader_epoch,
                        metadata,
                        moment.wall_ms,
                        topic_tail(ZERO_UUID),
                    )
                    records.append(CoordinatorRecord(topic_prefix + pack_partition(index), value))
                outcomes.append(
                    TxnOffsetCommitResponsePartition(partition_index=index, error_code=code)
                )
            answers.append(TxnOffsetCommitResponseTopic(name=topic.name, partitions=outcomes))
        producer = ProducerIdentity(request.producer_id, request.producer_epoch)
        return Result(records, TxnOffsetCommitResponse(topics=answers), producer=producer)

    def _check_transactional(
        self, request: TxnOffsetCommitRequest, version: int
    ) -> CommitCheck | None:
        """Return what each partition is asked; versions before 3 do not say who commits."""
        group = self._store.groups.get(request.group_id)
        if group is None:
            if request.generation_id >= 0:
                raise ApiError(ErrorCode.ILLEGAL_GENERATION)
            return None
        try:
            return group.check_offset_commit(
                request.member_id,
                request.group_instance_id,
                request.generation_id,
                is_transactional=True,
                version=version,
            )
        except ApiError as error:
            if error.code == ErrorCode.STALE_MEMBER_EPOCH:
                raise ApiError(ErrorCode.ILLEGAL_GENERATION, error.message) from error
            raise
