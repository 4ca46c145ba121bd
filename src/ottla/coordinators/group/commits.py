# SPDX-License-Identifier: Apache-2.0
"""Commits of offsets, plain and in transactions: from a request to records.

Both share everything but who may commit and whether the records belong to a transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.coordinators.group.classic.group import PREPARING_REBALANCE, STABLE, ClassicGroup
from ottla.coordinators.group.commit_request import (
    BROKER_RETENTION,
    CommitResponse,
    TopicOutcome,
    TxnCommitResponse,
)
from ottla.coordinators.group.plain_commits import plain_commits
from ottla.coordinators.group.records import (
    group_key_prefix,
    offset_value,
    offset_value_that_expires,
    pack_partition,
    topic_spot,
    topic_tail,
)
from ottla.coordinators.ports import CoordinatorRecord, Result
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from ottla.base.clock import Moment
    from ottla.coordinators.group.commit_request import CommitRequest
    from ottla.coordinators.group.group import CommitCheck
    from ottla.coordinators.group.store import GroupStore
    from ottla.coordinators.ports import ProducerIdentity

GROUP_ID_NOT_FOUND_FROM: Final = 9
"""The first version of OffsetCommit that knows this error; older ones: ILLEGAL_GENERATION."""

_NO_ERROR = ErrorCode.NONE
_TOO_LARGE = ErrorCode.OFFSET_METADATA_TOO_LARGE


class Commits:
    """Decides on commits of offsets for groups of one shard."""

    def __init__(self, store: GroupStore) -> None:
        self._store = store

    def commit(
        self, request: CommitRequest, version: int, moment: Moment
    ) -> Result[CommitResponse]:
        """Store how far a group has read.

        Raises UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS,
        GROUP_ID_NOT_FOUND, and what other kinds of groups have against it. A partition whose
        metadata is too long has OFFSET_METADATA_TOO_LARGE; the others are stored.
        """
        # hot: benchmarks/micro/commit_path.py
        check = self.check(request, version, moment)
        if check is None and request.retention_time_ms == BROKER_RETENTION:
            encoded = plain_commits(request, moment.wall_ms)
            if encoded is not None:
                accepted = [topic.outcome(_NO_ERROR) for topic in request.topics]
                return Result(encoded, CommitResponse(accepted))
        records: list[CoordinatorRecord] = []
        outcomes = self._write(request, check, moment.wall_ms, records)
        return Result(records, CommitResponse(outcomes))

    def check(self, request: CommitRequest, version: int, moment: Moment) -> CommitCheck | None:
        """Return what each partition is asked; raises what the group has against the member.

        A commit is a sign of life as well.
        """
        group = self._store.groups.get(request.group_id)
        if group is None:
            if request.generation < 0:
                return None
            is_known = version >= GROUP_ID_NOT_FOUND_FROM
            raise ApiError(
                ErrorCode.GROUP_ID_NOT_FOUND if is_known else ErrorCode.ILLEGAL_GENERATION
            )
        check = group.check_offset_commit(
            request.member_id,
            request.group_instance_id,
            request.generation,
            is_transactional=False,
            version=version,
        )
        if isinstance(group, ClassicGroup):
            self._keep_alive(group, request.member_id, moment)
        return check

    def commit_in_transaction(
        self, request: CommitRequest, producer: ProducerIdentity, version: int, moment: Moment
    ) -> Result[CommitResponse]:
        """Store how far a group has read, to count once the producer's transaction commits.

        Raises UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION.
        """
        check = self._check_transactional(request, version)
        records: list[CoordinatorRecord] = []
        outcomes = self._write(request, check, moment.wall_ms, records)
        return Result(records, TxnCommitResponse(outcomes), producer=producer)

    def _write(
        self,
        request: CommitRequest,
        check: CommitCheck | None,
        wall_ms: int,
        records: list[CoordinatorRecord],
    ) -> list[TopicOutcome]:
        """Add the records of a request; return what becomes of each partition."""
        prefix = group_key_prefix(request.group_id.encode())
        metadata_max = self._store.settings.offset_metadata_max_bytes
        retention_ms = request.retention_time_ms
        outcomes = []
        for topic in request.topics:
            start = prefix + topic_spot(topic.name)
            tail = topic_tail(topic.topic_id)
            texts = topic.metadata or [""] * len(topic.rows)
            partitions = []
            for (index, offset, epoch), metadata in zip(topic.rows, texts, strict=True):
                if len(metadata) > metadata_max:
                    partitions.append((index, _TOO_LARGE))
                    continue
                if check is not None:
                    check(topic.name, topic.topic_id, index)
                if retention_ms == BROKER_RETENTION:
                    value = offset_value(offset, epoch, metadata, wall_ms, tail)
                else:
                    expiry_ms = wall_ms + retention_ms
                    value = offset_value_that_expires(offset, metadata, wall_ms, expiry_ms)
                records.append(CoordinatorRecord(start + pack_partition(index), value))
                partitions.append((index, _NO_ERROR))
            outcomes.append(TopicOutcome(topic.name, topic.topic_id, partitions))
        return outcomes

    def _keep_alive(self, group: ClassicGroup, member_id: str, moment: Moment) -> None:
        """Take a commit for a heartbeat."""
        member = group.members.get(member_id)
        if member is not None and group.state in (STABLE, PREPARING_REBALANCE):
            deadline_ms = moment.now_ms + member.session_timeout_ms
            self._store.timers.set(member.session_timer, deadline_ms)

    def _check_transactional(self, request: CommitRequest, version: int) -> CommitCheck | None:
        """Return what each partition is asked; versions before 3 do not say who commits."""
        group = self._store.groups.get(request.group_id)
        if group is None:
            if request.generation >= 0:
                raise ApiError(ErrorCode.ILLEGAL_GENERATION)
            return None
        try:
            return group.check_offset_commit(
                request.member_id,
                request.group_instance_id,
                request.generation,
                is_transactional=True,
                version=version,
            )
        except ApiError as error:
            if error.code == ErrorCode.STALE_MEMBER_EPOCH:
                raise ApiError(ErrorCode.ILLEGAL_GENERATION, error.message) from error
            raise
