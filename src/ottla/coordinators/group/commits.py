# SPDX-License-Identifier: Apache-2.0
"""OffsetCommit and TxnOffsetCommit: from a request to records.

Both share everything but who may commit and whether the records belong to a transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.coordinators.group.classic.group import PREPARING_REBALANCE, STABLE, ClassicGroup
from ottla.coordinators.group.records import (
    group_key_prefix,
    offset_value,
    offset_value_that_expires,
    pack_partition,
    topic_spot,
    topic_tail,
)
from ottla.coordinators.ports import CoordinatorRecord, ProducerIdentity, Result
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

if TYPE_CHECKING:
    from ottla.base.clock import Moment
    from ottla.coordinators.group.group import CommitCheck
    from ottla.coordinators.group.store import GroupStore
    from ottla.protocol.messages.offset_commit import OffsetCommitRequest
    from ottla.protocol.messages.txn_offset_commit import TxnOffsetCommitRequest

GROUP_ID_NOT_FOUND_FROM: Final = 9
"""The first version of OffsetCommit that knows this error; older ones: ILLEGAL_GENERATION."""

BROKER_RETENTION: Final = -1


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
        generation = request.generation_id_or_member_epoch
        group = self._store.groups.get(request.group_id)
        check = None
        if group is not None:
            check = group.check_offset_commit(
                request.member_id,
                request.group_instance_id,
                generation,
                is_transactional=False,
                version=version,
            )
            if isinstance(group, ClassicGroup):
                self._keep_alive(group, request.member_id, moment)
        elif generation >= 0:
            is_known = version >= GROUP_ID_NOT_FOUND_FROM
            raise ApiError(
                ErrorCode.GROUP_ID_NOT_FOUND if is_known else ErrorCode.ILLEGAL_GENERATION
            )
        prefix = group_key_prefix(request.group_id.encode())
        metadata_max = self._store.settings.offset_metadata_max_bytes
        retention_ms = request.retention_time_ms
        wall_ms = moment.wall_ms
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
