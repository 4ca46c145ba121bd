# SPDX-License-Identifier: Apache-2.0
"""Fetch (key 1): read record batches from partitions, wait for more when there are too few.

Versions 4-18: v5 log_start_offset · v7 incremental sessions (KIP-227) · v9 leader epoch fencing
(KIP-320) · v10 zstd · v11 rack (KIP-392) · v12 flexible, last_fetched_epoch (KIP-595) · v13 topic
ids (KIP-516) · v15 replica state (KIP-903) · v16 leader hints (KIP-951) · v17 directory id
(KIP-853) · v18 the follower's high watermark (KIP-1166). Answers OFFSET_OUT_OF_RANGE,
UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH,
NOT_LEADER_OR_FOLLOWER, OFFSET_NOT_AVAILABLE, KAFKA_STORAGE_ERROR, FETCH_SESSION_ID_NOT_FOUND,
INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR.

This is the data plane: see `fetch_codec` for the bytes and `delayed_fetch` for the waiting.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ottla.broker.delayed_fetch import DelayedFetch
from ottla.broker.fetch_codec import (
    CONSUMER_REPLICA_ID,
    NO_REPLICA,
    AskedPartition,
    decode_request,
    encode_response,
)
from ottla.broker.node_endpoints import node_endpoints
from ottla.protocol.errors import ErrorCode
from ottla.protocol.headers import decode_request_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ottla.base.errors import StorageError
    from ottla.broker.context import Services
    from ottla.broker.fetch_codec import AnsweredPartition
    from ottla.net.asyncio_adapter import ServerConnection
    from ottla.replication.partition import Partition

VERSIONS = range(4, 19)

RACK_AWARE = "RackAwareReplicaSelector"
"""End of the class name in `replica.selector.class` that serves readers in their own rack."""


class FetchPath:
    """The road of Fetch requests through the broker; one for each loop."""

    __slots__ = (
        "_clock",
        "_prefers_rack",
        "_purgatory",
        "_replicas",
        "_services",
        "_sessions",
        "_throttle",
        "disk_executor",
        "fetch_bytes_max",
        "storage_failed",
    )

    def __init__(
        self, services: Services, storage_failed: Callable[[Partition, StorageError], None]
    ) -> None:
        self._services = services
        self._replicas = services.replicas
        selector = services.config["replica.selector.class"]
        self._prefers_rack = isinstance(selector, str) and selector.endswith(RACK_AWARE)
        self._purgatory = services.purgatory
        self._throttle = services.leader_throttle
        self._sessions = services.fetch_sessions
        self._clock = services.clock
        self.disk_executor = services.disk_executor
        self.fetch_bytes_max = services.config.fetch_max_bytes
        self.storage_failed = storage_failed

    def request(
        self, connection: ServerConnection, start: int, end: int, version: int, correlation_id: int
    ) -> int:
        """Answer the frame at `start:end`, now or later; return the size of an immediate answer.

        Raises WireError when the frame is not a Fetch request.
        """
        # hot: benchmarks/micro/fetch_path.py
        data = connection.reader.data
        _, position = decode_request_header(data, start)
        request = decode_request(data, position, end, version)
        now_ms = self._clock.now_ms()
        turn = self._sessions.begin(request, now_ms)
        if isinstance(turn, ErrorCode):
            connection.answer(encode_response(version, correlation_id, turn, 0, ()))
            return 64
        fetch = DelayedFetch(
            self,
            request,
            turn,
            version=version,
            correlation_id=correlation_id,
            endpoints_of=partial(node_endpoints, self._services, connection),
        )
        if request.replica_id >= 0:
            fetch.note_follower()
        fetch.look(turn.partitions())
        if not fetch.is_satisfied:
            fetch.park(connection.defer())
            self._purgatory.park(fetch, now_ms + request.max_wait_ms)
            return 0
        if fetch.waits_for_disk:
            fetch.read_cold(connection.defer())
            return 0
        buffers = fetch.answer()
        connection.answer(buffers)
        return sum(map(len, buffers))

    def find(
        self, asked: AskedPartition, replica_id: int
    ) -> tuple[Partition, ErrorCode] | tuple[None, ErrorCode]:
        """Return the partition that is asked for, or None and why it cannot be read here.

        Consumers may read from a follower as well (KIP-392), other followers may not.
        """
        replicas = self._replicas
        if asked.topic_id:
            partition = replicas.replica_by_id(asked.topic_id, asked.partition)
        else:
            partition = replicas.replica(asked.topic, asked.partition)
        if partition is None or not (
            replica_id == CONSUMER_REPLICA_ID
            or (partition.is_leader and partition.has_follower(replica_id))
        ):
            if partition is not None:
                return None, ErrorCode.NOT_LEADER_OR_FOLLOWER
            if asked.topic_id:
                return None, replicas.refusal_by_id(asked.topic_id, asked.partition)
            return None, replicas.refusal(asked.topic, asked.partition)
        if partition.log.is_offline:
            return None, ErrorCode.KAFKA_STORAGE_ERROR
        code = partition.fence(asked.current_leader_epoch)
        if code:
            return None, code
        return partition, ErrorCode.NONE

    def leader_of(self, asked: AskedPartition) -> tuple[int, int] | None:
        """Return (broker id, leader epoch) of whoever leads what was asked for (KIP-951)."""
        name = asked.topic
        if asked.topic_id:
            name = self._replicas.topic_name_of(asked.topic_id) or ""
        return self._replicas.leader_of(name, asked.partition)

    def preferred_replica(self, partition: Partition, asked: AskedPartition, rack_id: str) -> int:
        """Return the in-sync replica in the reader's rack that has most, NO_REPLICA for the leader.

        KIP-392, as Kafka's rack-aware selector chooses.
        """
        leadership = partition.leadership
        if not (self._prefers_rack and rack_id) or leadership is None:
            return NO_REPLICA
        brokers = self._services.image.brokers
        own = brokers.get(leadership.broker_id)
        if own is not None and own.rack == rack_id:
            return NO_REPLICA
        near = [
            (follower.log_end_offset, -broker_id)
            for broker_id, follower in leadership.followers.items()
            if broker_id in leadership.isr.isr
            and broker_id in brokers
            and brokers[broker_id].is_live
            and brokers[broker_id].rack == rack_id
            and follower.log_start_offset <= asked.fetch_offset <= follower.log_end_offset
        ]
        return -max(near)[1] if near else NO_REPLICA

    def holds_back(self, partition: Partition, replica_id: int) -> bool:
        """Whether a follower gets no records, since the limit on moves is used up (KIP-73)."""
        leadership, throttle = partition.leadership, self._throttle
        return (
            leadership is not None
            and replica_id not in leadership.isr.isr
            and throttle.concerns(partition.log.config, partition.index)
            and throttle.is_exceeded(self._clock.now_ms())
        )

    def count_for_throttle(self, answers: Iterable[AnsweredPartition]) -> None:
        """Take note of what a follower gets."""
        if not self._throttle.is_limited:
            return
        now_ms = self._clock.now_ms()
        for answer in answers:
            if not answer.records:
                continue
            partition = (
                self._replicas.replica_by_id(answer.topic_id, answer.partition)
                if answer.topic_id
                else self._replicas.replica(answer.topic, answer.partition)
            )
            if partition is not None:
                self._throttle.record(
                    partition.log.config, partition.index, len(answer.records), now_ms
                )

    def completed_early(self) -> None:
        """Tell the purgatory that a parked request needs its deadline no more."""
        self._purgatory.completed()
