# SPDX-License-Identifier: Apache-2.0
"""What a follower asks one leader for, and what it does with the answers.

One fetcher holds all partitions that this broker copies from one other. It asks with incremental
fetch sessions (KIP-227): a request names only partitions whose offset or epoch changed since the
one before, so that ten thousand quiet partitions cost nothing.

Truncation happens on fetch (KIP-595): a request names the leader epoch of the last record that is
here, and a leader whose log parts from it before the fetch offset answers where. The follower then
cuts its own log back to the end of that epoch, and asks again. A leader epoch that differs from the
leader's is refused there, so nothing of an old leader is ever copied or cut (KIP-320).

    answered                               done
    -------------------------------------  ---------------------------------------------------
    records                                appended as they are; asked again at the new end
    diverging epoch                        cut to where both logs can agree; asked again
    OFFSET_OUT_OF_RANGE, start behind end  everything dropped, begun anew at the leader's start
    any other error                        asked again after a pause; the metadata may say who leads

While a limit on moves is used up (`replication_throttle`), partitions that it is meant for and
that lag are left out: the leader's session forgets them, and they are asked for again after a
pause.

Pure: time is an argument. `broker.replica_fetching` sends and receives.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.errors import StorageError
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchTopic,
    ForgottenTopic,
    ReplicaState,
)
from ottla.records.batch import CorruptRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.protocol.messages.fetch import FetchResponse, PartitionData
    from ottla.replication.partition import Partition
    from ottla.replication.replica_answer import AnsweredReplica, ReplicaAnswer
    from ottla.replication.replication_throttle import ReplicationThrottle

_logger = logging.getLogger(__name__)

NO_SESSION = 0
INITIAL_EPOCH = 0
NO_OFFSET = -1
_EPOCH_MAX = 2**31 - 1

_SESSION_LOST = frozenset(
    (
        ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
        ErrorCode.INVALID_FETCH_SESSION_EPOCH,
        ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
    )
)

PartitionKey = tuple[bytes, int]
"""Topic id and partition number."""


class FetcherSettings(NamedTuple):
    """How much a follower asks for, and how long it waits; Kafka's replica.fetch settings."""

    broker_id: int
    max_wait_ms: int = 500
    min_bytes: int = 1
    max_bytes: int = 10 * 1024 * 1024
    partition_max_bytes: int = 1024 * 1024
    backoff_ms: int = 100


class Position(NamedTuple):
    """What a request says of one partition; what has not changed need not be said again."""

    fetch_offset: int
    leader_epoch: int
    last_epoch: int
    """Leader epoch of the last record in the log, -1 when there is none."""
    log_start_offset: int


class _Copied:
    """One partition that is copied."""

    __slots__ = ("asked", "is_caught_up", "partition", "resume_ms")

    def __init__(self, partition: Partition) -> None:
        self.partition = partition
        self.asked: Position | None = None
        """Where the log stands, as the leader's session knows it."""
        self.is_caught_up = False  # had everything committed when the leader last answered
        self.resume_ms: int | None = None  # asked for again from then on

    def position(self) -> Position:
        log = self.partition.log
        return Position(
            log.log_end_offset,
            self.partition.leader_epoch,
            log.leader_epochs.latest,
            log.log_start_offset,
        )


class ReplicaFetcher:
    """The partitions that are copied from one leader; owned by the event loop."""

    def __init__(
        self,
        settings: FetcherSettings,
        on_storage_error: Callable[[Partition, StorageError], None],
        throttle: ReplicationThrottle,
    ) -> None:
        self._settings = settings
        self._on_storage_error = on_storage_error
        self._throttle = throttle
        self._copied: dict[PartitionKey, _Copied] = {}
        self._forgotten: dict[PartitionKey, None] = {}
        self._changed: dict[PartitionKey, None] = {}  # may have to be named in the next request
        self._waiting: dict[PartitionKey, None] = {}  # after an error, or throttled
        self._session_id = NO_SESSION
        self._session_epoch = INITIAL_EPOCH
        self._broker_epoch = -1  # under which the leader knows this broker in the session

    def __len__(self) -> int:
        return len(self._copied)

    def add(self, partition: Partition) -> None:
        """Copy a partition from now on, or take over its new leader epoch."""
        key = (partition.topic_id, partition.index)
        self._copied[key] = _Copied(partition)
        self._forgotten.pop(key, None)
        self._waiting.pop(key, None)
        self._changed[key] = None

    def remove(self, partition: Partition) -> bool:
        """Copy a partition no more; False when it was not copied."""
        key = (partition.topic_id, partition.index)
        copied = self._copied.pop(key, None)
        if copied is None:
            return False
        self._changed.pop(key, None)
        self._waiting.pop(key, None)
        if copied.asked is not None:
            self._forgotten[key] = None
        return True

    def lose_session(self) -> None:
        """Name everything in the next request: the connection was lost, or the session."""
        self._session_epoch = INITIAL_EPOCH
        self._forgotten.clear()
        for key, copied in self._copied.items():
            copied.asked = None
            if key not in self._waiting:
                self._changed[key] = None

    # asking

    def next_request(self, now_ms: int, broker_epoch: int) -> FetchRequest | None:
        """Return what to ask the leader now; None while every partition waits."""
        for key in tuple(self._waiting):
            resume_ms = self._copied[key].resume_ms
            assert resume_ms is not None, "set with the wait"
            if resume_ms <= now_ms:
                del self._waiting[key]
                self._forgotten.pop(key, None)
                self._changed[key] = None
        if self._throttle.is_exceeded(now_ms):
            self._leave_out_throttled(now_ms)
        if len(self._waiting) == len(self._copied):
            return None
        if broker_epoch != self._broker_epoch:
            # The leader knows followers by their epoch, and looks only at what a request names.
            self._broker_epoch = broker_epoch
            self.lose_session()
        topics: dict[bytes, FetchTopic] = {}
        for key in self._changed:
            copied = self._copied[key]
            position = copied.position()
            if position != copied.asked:
                copied.asked = position
                topic_id, index = key
                topic = topics.get(topic_id)
                if topic is None:
                    topic = topics[topic_id] = FetchTopic(topic_id=topic_id, partitions=[])
                topic.partitions.append(self._asked(index, position))
        self._changed.clear()
        settings = self._settings
        return FetchRequest(
            replica_state=ReplicaState(replica_id=settings.broker_id, replica_epoch=broker_epoch),
            max_wait_ms=settings.max_wait_ms,
            min_bytes=settings.min_bytes,
            max_bytes=settings.max_bytes,
            session_id=self._session_id,
            session_epoch=self._session_epoch,
            topics=list(topics.values()),
            forgotten_topics_data=self._take_forgotten(),
        )

    def _leave_out_throttled(self, now_ms: int) -> None:
        """Let those wait that lag and are meant by the limit."""
        for key, copied in self._copied.items():
            if copied.is_caught_up or key in self._waiting:
                continue
            partition = copied.partition
            if self._throttle.concerns(partition.log.config, partition.index):
                self._wait(copied, now_ms)

    def resume_ms(self) -> int | None:
        """When the first partition that waits is asked for again; None if none waits."""
        times = [self._copied[key].resume_ms for key in self._waiting]
        return min((time for time in times if time is not None), default=None)

    def _asked(self, index: int, position: Position) -> FetchPartition:
        return FetchPartition(
            partition=index,
            current_leader_epoch=position.leader_epoch,
            fetch_offset=position.fetch_offset,
            last_fetched_epoch=position.last_epoch,
            log_start_offset=position.log_start_offset,
            partition_max_bytes=self._settings.partition_max_bytes,
        )

    def _take_forgotten(self) -> list[ForgottenTopic]:
        by_topic: dict[bytes, list[int]] = {}
        for topic_id, index in self._forgotten:
            by_topic.setdefault(topic_id, []).append(index)
        self._forgotten.clear()
        return [
            ForgottenTopic(topic_id=topic_id, partitions=indexes)
            for topic_id, indexes in by_topic.items()
        ]

    # answers

    def handle(self, response: FetchResponse | ReplicaAnswer, now_ms: int) -> list[Partition]:
        """Take over an answer; return the partitions that have grown."""
        if response.error_code:
            if response.error_code not in _SESSION_LOST:
                _logger.warning(
                    "a leader refuses to be followed: %s", ErrorCode.of(response.error_code).name
                )
            self._session_id = NO_SESSION
            self.lose_session()
            return []
        self._session_id = response.session_id
        epoch = self._session_epoch
        self._session_epoch = 1 if epoch == _EPOCH_MAX else epoch + 1
        grown = []
        for topic in response.responses:
            for answered in topic.partitions:
                copied = self._copied.get((topic.topic_id, answered.partition_index))
                if copied is None or copied.asked is None:
                    continue  # removed, or given another epoch, since it was asked for
                try:
                    if self._handle_partition(copied, answered, now_ms):
                        grown.append(copied.partition)
                except StorageError as error:
                    self._on_storage_error(copied.partition, error)
                    self._pause(copied, now_ms)
        if response.session_id == NO_SESSION:
            self.lose_session()  # the leader has no room for one: everything is named every time
        return grown

    def _handle_partition(
        self, copied: _Copied, answered: PartitionData | AnsweredReplica, now_ms: int
    ) -> bool:
        partition = copied.partition
        key = (partition.topic_id, partition.index)
        if partition.is_leader or partition.lost_with is ErrorCode.KAFKA_STORAGE_ERROR:
            return False
        if answered.error_code:
            self._handle_error(copied, answered, now_ms)
            return False
        self._changed[key] = None
        diverging = answered.diverging_epoch
        if diverging.end_offset != NO_OFFSET:
            _truncate(partition, diverging.epoch, diverging.end_offset)
            return False
        assert copied.asked is not None, "checked by the caller"
        if copied.asked.fetch_offset != partition.log.log_end_offset:
            return False  # the log was cut since it was asked for
        has_grown = False
        if answered.records:
            self._throttle.record(
                partition.log.config, partition.index, len(answered.records), now_ms
            )
            try:
                before = partition.log.log_end_offset
                has_grown = partition.append_as_follower(memoryview(answered.records)) > before
            except CorruptRecord as error:
                _logger.warning(
                    "%s-%s: what the leader sent is damaged, it is fetched again: %s",
                    partition.topic,
                    partition.index,
                    error,
                )
                self._pause(copied, now_ms)
                return False
        copied.is_caught_up = partition.log.log_end_offset >= answered.high_watermark
        partition.learn_from_leader(answered.high_watermark, answered.log_start_offset)
        return has_grown

    def _handle_error(
        self, copied: _Copied, answered: PartitionData | AnsweredReplica, now_ms: int
    ) -> None:
        partition = copied.partition
        code = ErrorCode.of(answered.error_code)
        if (
            code is ErrorCode.OFFSET_OUT_OF_RANGE
            and answered.log_start_offset > partition.log.log_end_offset
        ):
            _logger.warning(
                "%s-%s: the leader's log begins at %s, behind the end of this one: begun anew",
                partition.topic,
                partition.index,
                answered.log_start_offset,
            )
            partition.begin_anew_at(answered.log_start_offset)
            self._changed[partition.topic_id, partition.index] = None
            return
        _logger.info("%s-%s cannot be fetched: %s", partition.topic, partition.index, code.name)
        self._pause(copied, now_ms)

    def _pause(self, copied: _Copied, now_ms: int) -> None:
        partition = copied.partition
        key = (partition.topic_id, partition.index)
        if self._copied.get(key) is copied:
            self._wait(copied, now_ms)

    def _wait(self, copied: _Copied, now_ms: int) -> None:
        key = (copied.partition.topic_id, copied.partition.index)
        copied.resume_ms = now_ms + self._settings.backoff_ms
        copied.asked = None  # so that it is named again, although nothing has changed
        self._forgotten[key] = None  # until then the leader must not answer at once for its sake
        self._changed.pop(key, None)
        self._waiting[key] = None


def _truncate(partition: Partition, leader_epoch: int, leader_end_offset: int) -> None:
    """Cut the log to where it can agree with the leader's (KIP-101, KIP-279).

    When the epoch that the leader names is unknown here, the logs parted before it: the end of the
    largest smaller epoch is the next to try.
    """
    log = partition.log
    own_epoch, own_end = log.end_offset_for_epoch(leader_epoch)
    if own_end < 0:
        own_epoch, own_end = leader_epoch, log.log_end_offset
    target = own_end if own_epoch != leader_epoch else min(own_end, leader_end_offset)
    target = min(target, log.log_end_offset)
    _logger.info(
        "%s-%s: cut from %s to %s, where the leader's log of epoch %s ends",
        partition.topic,
        partition.index,
        log.log_end_offset,
        target,
        leader_epoch,
    )
    partition.truncate(target)
