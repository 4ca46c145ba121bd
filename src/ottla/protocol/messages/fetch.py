# SPDX-License-Identifier: Apache-2.0
"""Fetch (key 1).

Reads records from partitions: for consumers up to what is committed, for followers up to the
end of the log. Sessions (KIP-227, from version 7) let a request name only what has changed.

Errors: OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID,
INCONSISTENT_TOPIC_ID, NOT_LEADER_OR_FOLLOWER, REPLICA_NOT_AVAILABLE, FENCED_LEADER_EPOCH,
UNKNOWN_LEADER_EPOCH, OFFSET_NOT_AVAILABLE, TOPIC_AUTHORIZATION_FAILED, KAFKA_STORAGE_ERROR,
CORRUPT_MESSAGE, UNSUPPORTED_COMPRESSION_TYPE, FETCH_SESSION_ID_NOT_FOUND,
INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR, OFFSET_MOVED_TO_TIERED_STORAGE,
INVALID_REQUEST, UNSUPPORTED_VERSION.

Generated from `definitions/fetch.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    TAGGED_FIELDS_MAX,
    ZERO_UUID,
    count_refused,
    field_unsupported,
    null_refused,
    pack_int32s,
    read_long_uvarint,
    read_tag,
    size_refused,
    skip_tagged_fields,
    tagged_field,
    too_many_tagged_fields,
    unpack_int32s,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_q = Format(">q")
_pack_q = _q.pack
_unpack_q = _q.unpack_from
_u = Format(">16s")
_pack_u = _u.pack
_unpack_u = _u.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_qq = Format(">qq")
_pack_qq = _qq.pack
_unpack_qq = _qq.unpack_from
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_ihi = Format(">ihi")
_pack_ihi = _ihi.pack
_ii0 = Format(">iix")
_pack_ii0 = _ii0.pack
_iiB = Format(">iiB")
_unpack_iiB = _iiB.unpack_from
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_unpack_iqB = _iqB.unpack_from
_iqi = Format(">iqi")
_pack_iqi = _iqi.pack
_unpack_iqi = _iqi.unpack_from
_qi0 = Format(">qix")
_pack_qi0 = _qi0.pack
_qiB = Format(">qiB")
_unpack_qiB = _qiB.unpack_from
_qq0 = Format(">qqx")
_pack_qq0 = _qq0.pack
_qqB = Format(">qqB")
_unpack_qqB = _qqB.unpack_from
_ihiB = Format(">ihiB")
_pack_ihiB = _ihiB.pack
_unpack_ihiB = _ihiB.unpack_from
_ihii = Format(">ihii")
_pack_ihii = _ihii.pack
_unpack_ihii = _ihii.unpack_from
_iqqi = Format(">iqqi")
_pack_iqqi = _iqqi.pack
_unpack_iqqi = _iqqi.unpack_from
_ihqqi = Format(">ihqqi")
_pack_ihqqi = _ihqqi.pack
_unpack_ihqqi = _ihqqi.unpack_from
_ihqqq = Format(">ihqqq")
_pack_ihqqq = _ihqqq.pack
_iiqqi = Format(">iiqqi")
_pack_iiqqi = _iiqqi.pack
_unpack_iiqqi = _iiqqi.unpack_from
_ihqqqB = Format(">ihqqqB")
_pack_ihqqqB = _ihqqqB.pack
_unpack_ihqqqB = _ihqqqB.unpack_from
_ihqqqi = Format(">ihqqqi")
_pack_ihqqqi = _ihqqqi.pack
_unpack_ihqqqi = _ihqqqi.unpack_from
_iiibii = Format(">iiibii")
_pack_iiibii = _iiibii.pack
_iiiibi = Format(">iiiibi")
_pack_iiiibi = _iiiibi.pack
_unpack_iiiibi = _iiiibi.unpack_from
_iiqiqi = Format(">iiqiqi")
_pack_iiqiqi = _iiqiqi.pack
_iiibiiB = Format(">iiibiiB")
_pack_iiibiiB = _iiibiiB.pack
_unpack_iiibiiB = _iiibiiB.unpack_from
_iiiibii = Format(">iiiibii")
_pack_iiiibii = _iiiibii.pack
_iiqiqi0 = Format(">iiqiqix")
_pack_iiqiqi0 = _iiqiqi0.pack
_iiqiqiB = Format(">iiqiqiB")
_unpack_iiqiqiB = _iiqiqiB.unpack_from
_iiiibiiB = Format(">iiiibiiB")
_pack_iiiibiiB = _iiiibiiB.pack
_unpack_iiiibiiB = _iiiibiiB.unpack_from
_iiiibiii = Format(">iiiibiii")
_pack_iiiibiii = _iiiibiii.pack
_unpack_iiiibiii = _iiiibiii.unpack_from


class FetchRequest(Message):
    """What to read and how long to wait for it."""

    __slots__ = (
        "cluster_id",
        "replica_id",
        "replica_state",
        "max_wait_ms",
        "min_bytes",
        "max_bytes",
        "isolation_level",
        "session_id",
        "session_epoch",
        "topics",
        "forgotten_topics_data",
        "rack_id",
    )

    API_KEY = 1
    VERSIONS = range(4, 19)
    FLEXIBLE_FROM = 12

    cluster_id: str | None
    """The cluster's id, checked in the metadata quorum only. (versions 12+; may be None)"""

    replica_id: int
    """The replica that asks, or -1 for an ordinary consumer. (versions 4-14)"""

    replica_state: ReplicaState
    """Who asks, when it is a follower. (versions 15+)"""

    max_wait_ms: int
    """Milliseconds to wait until `min_bytes` are there."""

    min_bytes: int
    """Bytes that make it worth to answer before the wait is over."""

    max_bytes: int
    """Bytes of records that the answer should not exceed; the first batch is sent whole."""

    isolation_level: int
    """0 reads everything, 1 only what transactions have committed."""

    session_id: int
    """The fetch session to continue; 0 is none. (versions 7+)"""

    session_epoch: int
    """The fetch session's epoch: 0 opens a session, -1 reads without one. (versions 7+)"""

    topics: list[FetchTopic]
    """The partitions to read, by topic; with a session only what is new or changed."""

    forgotten_topics_data: list[ForgottenTopic]
    """Partitions to drop from the session. (versions 7+)"""

    rack_id: str
    """The rack that the consumer runs in, so that it can be sent to a closer replica. (versions
    11+)
    """

    def __init__(
        self,
        *,
        cluster_id: str | None = None,
        replica_id: int = -1,
        replica_state: ReplicaState | None = None,
        max_wait_ms: int = 0,
        min_bytes: int = 0,
        max_bytes: int = 2147483647,
        isolation_level: int = 0,
        session_id: int = 0,
        session_epoch: int = -1,
        topics: Iterable[FetchTopic] = (),
        forgotten_topics_data: Iterable[ForgottenTopic] = (),
        rack_id: str = "",
    ) -> None:
        self.cluster_id = cluster_id
        self.replica_id = replica_id
        self.replica_state = ReplicaState() if replica_state is None else replica_state
        self.max_wait_ms = max_wait_ms
        self.min_bytes = min_bytes
        self.max_bytes = max_bytes
        self.isolation_level = isolation_level
        self.session_id = session_id
        self.session_epoch = session_epoch
        self.topics = list(topics)
        self.forgotten_topics_data = list(forgotten_topics_data)
        self.rack_id = rack_id


class ForgottenTopic(Struct):
    """Partitions to drop from the session."""

    __slots__ = (
        "topic",
        "topic_id",
        "partitions",
    )

    topic: str
    """The topic's name. (versions 7-12)"""

    topic_id: bytes
    """The topic's identifier. (versions 13+)"""

    partitions: list[int]
    """Numbers of the partitions to drop from the session."""

    def __init__(
        self, *, topic: str = "", topic_id: bytes = ZERO_UUID, partitions: Iterable[int] = ()
    ) -> None:
        self.topic = topic
        self.topic_id = topic_id
        self.partitions = list(partitions)


class FetchTopic(Struct):
    """The partitions to read, by topic; with a session only what is new or changed."""

    __slots__ = (
        "topic",
        "topic_id",
        "partitions",
    )

    topic: str
    """The topic's name. (versions 4-12)"""

    topic_id: bytes
    """The topic's identifier. (versions 13+)"""

    partitions: list[FetchPartition]
    """The partitions to read."""

    def __init__(
        self,
        *,
        topic: str = "",
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[FetchPartition] = (),
    ) -> None:
        self.topic = topic
        self.topic_id = topic_id
        self.partitions = list(partitions)


class FetchPartition(Struct):
    """The partitions to read."""

    __slots__ = (
        "partition",
        "current_leader_epoch",
        "fetch_offset",
        "last_fetched_epoch",
        "log_start_offset",
        "partition_max_bytes",
        "replica_directory_id",
        "high_watermark",
    )

    partition: int
    """The partition's number."""

    current_leader_epoch: int
    """The leader epoch that the sender believes in, to notice a newer or older one; -1 leaves it
    unchecked. (versions 9+)
    """

    fetch_offset: int
    """The first offset wanted."""

    last_fetched_epoch: int
    """The epoch of the last record that the follower has; -1 when unknown. (versions 12+)"""

    log_start_offset: int
    """The follower's own log start offset; -1 from a consumer. (versions 5+)"""

    partition_max_bytes: int
    """Bytes that the answer should not exceed for this partition."""

    replica_directory_id: bytes
    """The identifier of the replica's log directory. (versions 17+)"""

    high_watermark: int
    """The high watermark that the follower knows, so that the leader can answer when it moves.
    (versions 18+)
    """

    def __init__(
        self,
        *,
        partition: int = 0,
        current_leader_epoch: int = -1,
        fetch_offset: int = 0,
        last_fetched_epoch: int = -1,
        log_start_offset: int = -1,
        partition_max_bytes: int = 0,
        replica_directory_id: bytes = ZERO_UUID,
        high_watermark: int = 9223372036854775807,
    ) -> None:
        self.partition = partition
        self.current_leader_epoch = current_leader_epoch
        self.fetch_offset = fetch_offset
        self.last_fetched_epoch = last_fetched_epoch
        self.log_start_offset = log_start_offset
        self.partition_max_bytes = partition_max_bytes
        self.replica_directory_id = replica_directory_id
        self.high_watermark = high_watermark


class ReplicaState(Struct):
    """Who asks, when it is a follower."""

    __slots__ = (
        "replica_id",
        "replica_epoch",
    )

    replica_id: int
    """The replica that asks, or -1 for an ordinary consumer."""

    replica_epoch: int
    """The epoch of the replica's registration; -1 when it is not a broker."""

    def __init__(self, *, replica_id: int = -1, replica_epoch: int = -1) -> None:
        self.replica_id = replica_id
        self.replica_epoch = replica_epoch


class FetchResponse(Message):
    """The records."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "session_id",
        "responses",
        "node_endpoints",
    )

    API_KEY = 1
    VERSIONS = range(4, 19)
    FLEXIBLE_FROM = 12

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success. (versions 7+)"""

    session_id: int
    """The fetch session's id; 0 is none. (versions 7+)"""

    responses: list[FetchableTopicResponse]
    """What was read, by topic."""

    node_endpoints: list[NodeEndpoint]
    """Addresses of the leaders that partitions below name. (versions 16+)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        session_id: int = 0,
        responses: Iterable[FetchableTopicResponse] = (),
        node_endpoints: Iterable[NodeEndpoint] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.session_id = session_id
        self.responses = list(responses)
        self.node_endpoints = list(node_endpoints)


class NodeEndpoint(Struct):
    """Addresses of the leaders that partitions below name."""

    __slots__ = (
        "node_id",
        "host",
        "port",
        "rack",
    )

    node_id: int
    """The broker's id."""

    host: str
    """The host name or address to connect to."""

    port: int
    """The port to connect to."""

    rack: str | None
    """The rack that the broker runs in; null when it has none. (may be None)"""

    def __init__(
        self, *, node_id: int = 0, host: str = "", port: int = 0, rack: str | None = None
    ) -> None:
        self.node_id = node_id
        self.host = host
        self.port = port
        self.rack = rack


class FetchableTopicResponse(Struct):
    """What was read, by topic."""

    __slots__ = (
        "topic",
        "topic_id",
        "partitions",
    )

    topic: str
    """The topic's name. (versions 4-12)"""

    topic_id: bytes
    """The topic's identifier. (versions 13+)"""

    partitions: list[PartitionData]
    """What was read, by partition."""

    def __init__(
        self,
        *,
        topic: str = "",
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[PartitionData] = (),
    ) -> None:
        self.topic = topic
        self.topic_id = topic_id
        self.partitions = list(partitions)


class PartitionData(Struct):
    """What was read, by partition."""

    __slots__ = (
        "partition_index",
        "error_code",
        "high_watermark",
        "last_stable_offset",
        "log_start_offset",
        "diverging_epoch",
        "current_leader",
        "snapshot_id",
        "aborted_transactions",
        "preferred_read_replica",
        "records",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    high_watermark: int
    """The high watermark: records below it are on all in-sync replicas."""

    last_stable_offset: int
    """The last stable offset: everything below is decided. Readers of committed records stop
    there.
    """

    log_start_offset: int
    """The first offset that can still be read; -1 when unknown. (versions 5+)"""

    diverging_epoch: EpochEndOffset
    """Where the logs part, when the follower has to truncate. (versions 12+)"""

    current_leader: LeaderIdAndEpoch
    """Who leads the partition, when the request came to a broker that does not. (versions 12+)
    """

    snapshot_id: SnapshotId
    """The snapshot to load instead, when the offset lies before the log. (versions 12+)"""

    aborted_transactions: list[AbortedTransaction] | None
    """Aborted transactions that overlap the records; null when everything is read. (may be None)
    """

    preferred_read_replica: int
    """The replica that the consumer should read from; -1 is the leader. (versions 11+)"""

    records: Buffer | None
    """Record batches, the last of them possibly cut off. (may be None)"""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        error_code: int = 0,
        high_watermark: int = 0,
        last_stable_offset: int = -1,
        log_start_offset: int = -1,
        diverging_epoch: EpochEndOffset | None = None,
        current_leader: LeaderIdAndEpoch | None = None,
        snapshot_id: SnapshotId | None = None,
        aborted_transactions: Iterable[AbortedTransaction] | None = (),
        preferred_read_replica: int = -1,
        records: Buffer | None = b"",
    ) -> None:
        self.partition_index = partition_index
        self.error_code = error_code
        self.high_watermark = high_watermark
        self.last_stable_offset = last_stable_offset
        self.log_start_offset = log_start_offset
        self.diverging_epoch = EpochEndOffset() if diverging_epoch is None else diverging_epoch
        self.current_leader = LeaderIdAndEpoch() if current_leader is None else current_leader
        self.snapshot_id = SnapshotId() if snapshot_id is None else snapshot_id
        self.aborted_transactions = (
            None if aborted_transactions is None else list(aborted_transactions)
        )
        self.preferred_read_replica = preferred_read_replica
        self.records = records


class AbortedTransaction(Struct):
    """Aborted transactions that overlap the records; null when everything is read."""

    __slots__ = (
        "producer_id",
        "first_offset",
    )

    producer_id: int
    """The producer's id."""

    first_offset: int
    """The first offset of the aborted transaction."""

    def __init__(self, *, producer_id: int = 0, first_offset: int = 0) -> None:
        self.producer_id = producer_id
        self.first_offset = first_offset


class SnapshotId(Struct):
    """The snapshot to load instead, when the offset lies before the log."""

    __slots__ = (
        "end_offset",
        "epoch",
    )

    end_offset: int
    """The first offset behind the snapshot; -1 when there is none."""

    epoch: int
    """The epoch of the snapshot; -1 when there is none."""

    def __init__(self, *, end_offset: int = -1, epoch: int = -1) -> None:
        self.end_offset = end_offset
        self.epoch = epoch


class LeaderIdAndEpoch(Struct):
    """Who leads the partition, when the request came to a broker that does not."""

    __slots__ = (
        "leader_id",
        "leader_epoch",
    )

    leader_id: int
    """The broker that leads the partition now; -1 when it is unknown."""

    leader_epoch: int
    """The leader's epoch; -1 when it is unknown."""

    def __init__(self, *, leader_id: int = -1, leader_epoch: int = -1) -> None:
        self.leader_id = leader_id
        self.leader_epoch = leader_epoch


class EpochEndOffset(Struct):
    """Where the logs part, when the follower has to truncate."""

    __slots__ = (
        "epoch",
        "end_offset",
    )

    epoch: int
    """The largest epoch that both logs can share; -1 when there is none."""

    end_offset: int
    """The first offset behind the epoch in the leader's log; -1 when there is none."""

    def __init__(self, *, epoch: int = -1, end_offset: int = -1) -> None:
        self.epoch = epoch
        self.end_offset = end_offset


def _write_fetch_request_v4(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        raise field_unsupported("FetchRequest.replica_state", "4")
    if message.forgotten_topics_data:
        raise field_unsupported("FetchRequest.forgotten_topics_data", "4")
    count = len(message.topics)
    parts.append(
        _pack_iiiibi(
            message.replica_id,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            count,
        )
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v4(fetch_topic, parts)


def _read_fetch_request_v4(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.cluster_id = None
    message.replica_state = ReplicaState()
    message.session_id = 0
    message.session_epoch = -1
    message.forgotten_topics_data = []
    message.rack_id = ""
    (
        message.replica_id,
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        count,
    ) = _unpack_iiiibi(data, offset)
    offset += 21
    if count < 0:
        raise null_refused("FetchRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v4(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    return message, offset


def _write_fetch_request_v5_v6(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        raise field_unsupported("FetchRequest.replica_state", "5-6")
    if message.forgotten_topics_data:
        raise field_unsupported("FetchRequest.forgotten_topics_data", "5-6")
    count = len(message.topics)
    parts.append(
        _pack_iiiibi(
            message.replica_id,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            count,
        )
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v5_v8(fetch_topic, parts)


def _read_fetch_request_v5_v6(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.cluster_id = None
    message.replica_state = ReplicaState()
    message.session_id = 0
    message.session_epoch = -1
    message.forgotten_topics_data = []
    message.rack_id = ""
    (
        message.replica_id,
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        count,
    ) = _unpack_iiiibi(data, offset)
    offset += 21
    if count < 0:
        raise null_refused("FetchRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v5_v8(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    return message, offset


def _write_fetch_request_v7_v8(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        raise field_unsupported("FetchRequest.replica_state", "7-8")
    count = len(message.topics)
    parts.append(
        _pack_iiiibiii(
            message.replica_id,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
            count,
        )
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v5_v8(fetch_topic, parts)
    count = len(message.forgotten_topics_data)
    parts.append(_pack_i(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v7_v11(forgotten_topic, parts)


def _read_fetch_request_v7_v8(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.cluster_id = None
    message.replica_state = ReplicaState()
    message.rack_id = ""
    (
        message.replica_id,
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        message.session_id,
        message.session_epoch,
        count,
    ) = _unpack_iiiibiii(data, offset)
    offset += 29
    if count < 0:
        raise null_refused("FetchRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v5_v8(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("FetchRequest.forgotten_topics_data")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v7_v11(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    return message, offset


def _write_fetch_request_v9_v10(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        raise field_unsupported("FetchRequest.replica_state", "9-10")
    count = len(message.topics)
    parts.append(
        _pack_iiiibiii(
            message.replica_id,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
            count,
        )
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v9_v11(fetch_topic, parts)
    count = len(message.forgotten_topics_data)
    parts.append(_pack_i(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v7_v11(forgotten_topic, parts)


def _read_fetch_request_v9_v10(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.cluster_id = None
    message.replica_state = ReplicaState()
    message.rack_id = ""
    (
        message.replica_id,
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        message.session_id,
        message.session_epoch,
        count,
    ) = _unpack_iiiibiii(data, offset)
    offset += 29
    if count < 0:
        raise null_refused("FetchRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v9_v11(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("FetchRequest.forgotten_topics_data")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v7_v11(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    return message, offset


def _write_fetch_request_v11(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        raise field_unsupported("FetchRequest.replica_state", "11")
    count = len(message.topics)
    parts.append(
        _pack_iiiibiii(
            message.replica_id,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
            count,
        )
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v9_v11(fetch_topic, parts)
    count = len(message.forgotten_topics_data)
    parts.append(_pack_i(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v7_v11(forgotten_topic, parts)
    text: Buffer = message.rack_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_fetch_request_v11(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.cluster_id = None
    message.replica_state = ReplicaState()
    (
        message.replica_id,
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        message.session_id,
        message.session_epoch,
        count,
    ) = _unpack_iiiibiii(data, offset)
    offset += 29
    if count < 0:
        raise null_refused("FetchRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v9_v11(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("FetchRequest.forgotten_topics_data")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v7_v11(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("FetchRequest.rack_id")
    end = offset + length
    message.rack_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_fetch_request_v12(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        raise field_unsupported("FetchRequest.replica_state", "12")
    count = len(message.topics) + 1
    parts.append(
        _pack_iiiibiiB(
            message.replica_id,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
            count,
        )
        if count < 128
        else _pack_iiiibii(
            message.replica_id,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
        )
        + uvarint(count)
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v12(fetch_topic, parts)
    count = len(message.forgotten_topics_data) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v12(forgotten_topic, parts)
    text: Buffer = message.rack_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    tagged: list[Buffer] = []
    if message.cluster_id is not None:
        section: list[Buffer] = []
        if message.cluster_id is None:
            text = b""
            length = 0
        else:
            text = message.cluster_id.encode()
            length = len(text) + 1
        section.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        section.append(text)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_fetch_request_v12(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.replica_state = ReplicaState()
    (
        message.replica_id,
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        message.session_id,
        message.session_epoch,
        count,
    ) = _unpack_iiiibiiB(data, offset)
    offset += 26
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v12(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.forgotten_topics_data")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("FetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v12(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FetchRequest.rack_id")
    end = offset + length - 1
    message.rack_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    message.cluster_id = None
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                length = data[offset]
                offset += 1
                if length > 127:
                    length, offset = read_long_uvarint(data, offset, length)
                if length == 0:
                    message.cluster_id = None
                else:
                    end = offset + length - 1
                    message.cluster_id = data[offset:end].decode()
                    offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("FetchRequest")
    return message, offset


def _write_fetch_request_v13_v14(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        raise field_unsupported("FetchRequest.replica_state", "13-14")
    count = len(message.topics) + 1
    parts.append(
        _pack_iiiibiiB(
            message.replica_id,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
            count,
        )
        if count < 128
        else _pack_iiiibii(
            message.replica_id,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
        )
        + uvarint(count)
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v13_v16(fetch_topic, parts)
    count = len(message.forgotten_topics_data) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v13_v18(forgotten_topic, parts)
    text: Buffer = message.rack_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    tagged: list[Buffer] = []
    if message.cluster_id is not None:
        section: list[Buffer] = []
        if message.cluster_id is None:
            text = b""
            length = 0
        else:
            text = message.cluster_id.encode()
            length = len(text) + 1
        section.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        section.append(text)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_fetch_request_v13_v14(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.replica_state = ReplicaState()
    (
        message.replica_id,
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        message.session_id,
        message.session_epoch,
        count,
    ) = _unpack_iiiibiiB(data, offset)
    offset += 26
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v13_v16(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.forgotten_topics_data")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v13_v18(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FetchRequest.rack_id")
    end = offset + length - 1
    message.rack_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    message.cluster_id = None
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                length = data[offset]
                offset += 1
                if length > 127:
                    length, offset = read_long_uvarint(data, offset, length)
                if length == 0:
                    message.cluster_id = None
                else:
                    end = offset + length - 1
                    message.cluster_id = data[offset:end].decode()
                    offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("FetchRequest")
    return message, offset


def _write_fetch_request_v15_v16(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_id != -1:
        raise field_unsupported("FetchRequest.replica_id", "15-16")
    count = len(message.topics) + 1
    parts.append(
        _pack_iiibiiB(
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
            count,
        )
        if count < 128
        else _pack_iiibii(
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
        )
        + uvarint(count)
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v13_v16(fetch_topic, parts)
    count = len(message.forgotten_topics_data) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v13_v18(forgotten_topic, parts)
    text: Buffer = message.rack_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    tagged: list[Buffer] = []
    if message.cluster_id is not None:
        section: list[Buffer] = []
        if message.cluster_id is None:
            text = b""
            length = 0
        else:
            text = message.cluster_id.encode()
            length = len(text) + 1
        section.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        section.append(text)
        tagged.append(tagged_field(0, section))
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        section = []
        _write_replica_state_v15_v18(message.replica_state, section)
        tagged.append(tagged_field(1, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_fetch_request_v15_v16(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.replica_id = -1
    (
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        message.session_id,
        message.session_epoch,
        count,
    ) = _unpack_iiibiiB(data, offset)
    offset += 22
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v13_v16(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.forgotten_topics_data")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v13_v18(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FetchRequest.rack_id")
    end = offset + length - 1
    message.rack_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    message.cluster_id = None
    message.replica_state = ReplicaState()
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                length = data[offset]
                offset += 1
                if length > 127:
                    length, offset = read_long_uvarint(data, offset, length)
                if length == 0:
                    message.cluster_id = None
                else:
                    end = offset + length - 1
                    message.cluster_id = data[offset:end].decode()
                    offset = end
            elif tag == 1:
                message.replica_state, offset = _read_replica_state_v15_v18(data, offset)
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("FetchRequest")
    return message, offset


def _write_fetch_request_v17(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_id != -1:
        raise field_unsupported("FetchRequest.replica_id", "17")
    count = len(message.topics) + 1
    parts.append(
        _pack_iiibiiB(
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
            count,
        )
        if count < 128
        else _pack_iiibii(
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
        )
        + uvarint(count)
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v17(fetch_topic, parts)
    count = len(message.forgotten_topics_data) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v13_v18(forgotten_topic, parts)
    text: Buffer = message.rack_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    tagged: list[Buffer] = []
    if message.cluster_id is not None:
        section: list[Buffer] = []
        if message.cluster_id is None:
            text = b""
            length = 0
        else:
            text = message.cluster_id.encode()
            length = len(text) + 1
        section.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        section.append(text)
        tagged.append(tagged_field(0, section))
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        section = []
        _write_replica_state_v15_v18(message.replica_state, section)
        tagged.append(tagged_field(1, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_fetch_request_v17(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.replica_id = -1
    (
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        message.session_id,
        message.session_epoch,
        count,
    ) = _unpack_iiibiiB(data, offset)
    offset += 22
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v17(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.forgotten_topics_data")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v13_v18(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FetchRequest.rack_id")
    end = offset + length - 1
    message.rack_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    message.cluster_id = None
    message.replica_state = ReplicaState()
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                length = data[offset]
                offset += 1
                if length > 127:
                    length, offset = read_long_uvarint(data, offset, length)
                if length == 0:
                    message.cluster_id = None
                else:
                    end = offset + length - 1
                    message.cluster_id = data[offset:end].decode()
                    offset = end
            elif tag == 1:
                message.replica_state, offset = _read_replica_state_v15_v18(data, offset)
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("FetchRequest")
    return message, offset


def _write_fetch_request_v18(message: FetchRequest, parts: list[Buffer]) -> None:
    if message.replica_id != -1:
        raise field_unsupported("FetchRequest.replica_id", "18")
    count = len(message.topics) + 1
    parts.append(
        _pack_iiibiiB(
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
            count,
        )
        if count < 128
        else _pack_iiibii(
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.isolation_level,
            message.session_id,
            message.session_epoch,
        )
        + uvarint(count)
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v18(fetch_topic, parts)
    count = len(message.forgotten_topics_data) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v13_v18(forgotten_topic, parts)
    text: Buffer = message.rack_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    tagged: list[Buffer] = []
    if message.cluster_id is not None:
        section: list[Buffer] = []
        if message.cluster_id is None:
            text = b""
            length = 0
        else:
            text = message.cluster_id.encode()
            length = len(text) + 1
        section.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        section.append(text)
        tagged.append(tagged_field(0, section))
    if message.replica_state != _DEFAULT_REPLICA_STATE:
        section = []
        _write_replica_state_v15_v18(message.replica_state, section)
        tagged.append(tagged_field(1, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_fetch_request_v18(data: bytes, offset: int) -> tuple[FetchRequest, int]:
    message = _new(FetchRequest)
    message.replica_id = -1
    (
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.isolation_level,
        message.session_id,
        message.session_epoch,
        count,
    ) = _unpack_iiibiiB(data, offset)
    offset += 22
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v18(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchRequest.forgotten_topics_data")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v13_v18(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FetchRequest.rack_id")
    end = offset + length - 1
    message.rack_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    message.cluster_id = None
    message.replica_state = ReplicaState()
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                length = data[offset]
                offset += 1
                if length > 127:
                    length, offset = read_long_uvarint(data, offset, length)
                if length == 0:
                    message.cluster_id = None
                else:
                    end = offset + length - 1
                    message.cluster_id = data[offset:end].decode()
                    offset = end
            elif tag == 1:
                message.replica_state, offset = _read_replica_state_v15_v18(data, offset)
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("FetchRequest")
    return message, offset


def _write_forgotten_topic_v7_v11(message: ForgottenTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.partitions))


def _read_forgotten_topic_v7_v11(data: bytes, offset: int) -> tuple[ForgottenTopic, int]:
    message = _new(ForgottenTopic)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ForgottenTopic.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ForgottenTopic.partitions")
    if count * 4 > len(data) - offset:
        raise count_refused("ForgottenTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_forgotten_topic_v12(message: ForgottenTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_forgotten_topic_v12(data: bytes, offset: int) -> tuple[ForgottenTopic, int]:
    message = _new(ForgottenTopic)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ForgottenTopic.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ForgottenTopic.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("ForgottenTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_forgotten_topic_v13_v18(message: ForgottenTopic, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_forgotten_topic_v13_v18(data: bytes, offset: int) -> tuple[ForgottenTopic, int]:
    message = _new(ForgottenTopic)
    message.topic = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ForgottenTopic.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("ForgottenTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_topic_v4(message: FetchTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for fetch_partition in message.partitions:
        _write_fetch_partition_v4(fetch_partition, parts)


def _read_fetch_topic_v4(data: bytes, offset: int) -> tuple[FetchTopic, int]:
    message = _new(FetchTopic)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("FetchTopic.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("FetchTopic.partitions")
    if count * 16 > len(data) - offset:
        raise count_refused("FetchTopic.partitions", count)
    partitions: list[FetchPartition] = []
    for _ in range(count):
        fetch_partition, offset = _read_fetch_partition_v4(data, offset)
        partitions.append(fetch_partition)
    message.partitions = partitions
    return message, offset


def _write_fetch_topic_v5_v8(message: FetchTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for fetch_partition in message.partitions:
        _write_fetch_partition_v5_v8(fetch_partition, parts)


def _read_fetch_topic_v5_v8(data: bytes, offset: int) -> tuple[FetchTopic, int]:
    message = _new(FetchTopic)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("FetchTopic.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("FetchTopic.partitions")
    if count * 24 > len(data) - offset:
        raise count_refused("FetchTopic.partitions", count)
    partitions: list[FetchPartition] = []
    for _ in range(count):
        fetch_partition, offset = _read_fetch_partition_v5_v8(data, offset)
        partitions.append(fetch_partition)
    message.partitions = partitions
    return message, offset


def _write_fetch_topic_v9_v11(message: FetchTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for fetch_partition in message.partitions:
        _write_fetch_partition_v9_v11(fetch_partition, parts)


def _read_fetch_topic_v9_v11(data: bytes, offset: int) -> tuple[FetchTopic, int]:
    message = _new(FetchTopic)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("FetchTopic.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("FetchTopic.partitions")
    if count * 28 > len(data) - offset:
        raise count_refused("FetchTopic.partitions", count)
    partitions: list[FetchPartition] = []
    for _ in range(count):
        fetch_partition, offset = _read_fetch_partition_v9_v11(data, offset)
        partitions.append(fetch_partition)
    message.partitions = partitions
    return message, offset


def _write_fetch_topic_v12(message: FetchTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for fetch_partition in message.partitions:
        _write_fetch_partition_v12_v16(fetch_partition, parts)
    parts.append(b"\x00")


def _read_fetch_topic_v12(data: bytes, offset: int) -> tuple[FetchTopic, int]:
    message = _new(FetchTopic)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FetchTopic.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchTopic.partitions")
    count -= 1
    if count * 33 > len(data) - offset:
        raise count_refused("FetchTopic.partitions", count)
    partitions: list[FetchPartition] = []
    for _ in range(count):
        fetch_partition, offset = _read_fetch_partition_v12_v16(data, offset)
        partitions.append(fetch_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_topic_v13_v16(message: FetchTopic, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for fetch_partition in message.partitions:
        _write_fetch_partition_v12_v16(fetch_partition, parts)
    parts.append(b"\x00")


def _read_fetch_topic_v13_v16(data: bytes, offset: int) -> tuple[FetchTopic, int]:
    message = _new(FetchTopic)
    message.topic = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchTopic.partitions")
    count -= 1
    if count * 33 > len(data) - offset:
        raise count_refused("FetchTopic.partitions", count)
    partitions: list[FetchPartition] = []
    for _ in range(count):
        fetch_partition, offset = _read_fetch_partition_v12_v16(data, offset)
        partitions.append(fetch_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_topic_v17(message: FetchTopic, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for fetch_partition in message.partitions:
        _write_fetch_partition_v17(fetch_partition, parts)
    parts.append(b"\x00")


def _read_fetch_topic_v17(data: bytes, offset: int) -> tuple[FetchTopic, int]:
    message = _new(FetchTopic)
    message.topic = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchTopic.partitions")
    count -= 1
    if count * 33 > len(data) - offset:
        raise count_refused("FetchTopic.partitions", count)
    partitions: list[FetchPartition] = []
    for _ in range(count):
        fetch_partition, offset = _read_fetch_partition_v17(data, offset)
        partitions.append(fetch_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_topic_v18(message: FetchTopic, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for fetch_partition in message.partitions:
        _write_fetch_partition_v18(fetch_partition, parts)
    parts.append(b"\x00")


def _read_fetch_topic_v18(data: bytes, offset: int) -> tuple[FetchTopic, int]:
    message = _new(FetchTopic)
    message.topic = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchTopic.partitions")
    count -= 1
    if count * 33 > len(data) - offset:
        raise count_refused("FetchTopic.partitions", count)
    partitions: list[FetchPartition] = []
    for _ in range(count):
        fetch_partition, offset = _read_fetch_partition_v18(data, offset)
        partitions.append(fetch_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_partition_v4(message: FetchPartition, parts: list[Buffer]) -> None:
    if message.last_fetched_epoch != -1:
        raise field_unsupported("FetchPartition.last_fetched_epoch", "4")
    parts.append(_pack_iqi(message.partition, message.fetch_offset, message.partition_max_bytes))


def _read_fetch_partition_v4(data: bytes, offset: int) -> tuple[FetchPartition, int]:
    message = _new(FetchPartition)
    message.current_leader_epoch = -1
    message.last_fetched_epoch = -1
    message.log_start_offset = -1
    message.replica_directory_id = ZERO_UUID
    message.high_watermark = 9223372036854775807
    message.partition, message.fetch_offset, message.partition_max_bytes = _unpack_iqi(data, offset)
    offset += 16
    return message, offset


def _write_fetch_partition_v5_v8(message: FetchPartition, parts: list[Buffer]) -> None:
    if message.last_fetched_epoch != -1:
        raise field_unsupported("FetchPartition.last_fetched_epoch", "5-8")
    parts.append(
        _pack_iqqi(
            message.partition,
            message.fetch_offset,
            message.log_start_offset,
            message.partition_max_bytes,
        )
    )


def _read_fetch_partition_v5_v8(data: bytes, offset: int) -> tuple[FetchPartition, int]:
    message = _new(FetchPartition)
    message.current_leader_epoch = -1
    message.last_fetched_epoch = -1
    message.replica_directory_id = ZERO_UUID
    message.high_watermark = 9223372036854775807
    (
        message.partition,
        message.fetch_offset,
        message.log_start_offset,
        message.partition_max_bytes,
    ) = _unpack_iqqi(data, offset)
    offset += 24
    return message, offset


def _write_fetch_partition_v9_v11(message: FetchPartition, parts: list[Buffer]) -> None:
    if message.last_fetched_epoch != -1:
        raise field_unsupported("FetchPartition.last_fetched_epoch", "9-11")
    parts.append(
        _pack_iiqqi(
            message.partition,
            message.current_leader_epoch,
            message.fetch_offset,
            message.log_start_offset,
            message.partition_max_bytes,
        )
    )


def _read_fetch_partition_v9_v11(data: bytes, offset: int) -> tuple[FetchPartition, int]:
    message = _new(FetchPartition)
    message.last_fetched_epoch = -1
    message.replica_directory_id = ZERO_UUID
    message.high_watermark = 9223372036854775807
    (
        message.partition,
        message.current_leader_epoch,
        message.fetch_offset,
        message.log_start_offset,
        message.partition_max_bytes,
    ) = _unpack_iiqqi(data, offset)
    offset += 28
    return message, offset


def _write_fetch_partition_v12_v16(message: FetchPartition, parts: list[Buffer]) -> None:
    parts.append(
        _pack_iiqiqi0(
            message.partition,
            message.current_leader_epoch,
            message.fetch_offset,
            message.last_fetched_epoch,
            message.log_start_offset,
            message.partition_max_bytes,
        )
    )


def _read_fetch_partition_v12_v16(data: bytes, offset: int) -> tuple[FetchPartition, int]:
    message = _new(FetchPartition)
    message.replica_directory_id = ZERO_UUID
    message.high_watermark = 9223372036854775807
    (
        message.partition,
        message.current_leader_epoch,
        message.fetch_offset,
        message.last_fetched_epoch,
        message.log_start_offset,
        message.partition_max_bytes,
        count,
    ) = _unpack_iiqiqiB(data, offset)
    offset += 33
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_partition_v17(message: FetchPartition, parts: list[Buffer]) -> None:
    parts.append(
        _pack_iiqiqi(
            message.partition,
            message.current_leader_epoch,
            message.fetch_offset,
            message.last_fetched_epoch,
            message.log_start_offset,
            message.partition_max_bytes,
        )
    )
    tagged: list[Buffer] = []
    if message.replica_directory_id != ZERO_UUID:
        section: list[Buffer] = []
        assert len(message.replica_directory_id) == 16
        section.append(_pack_u(message.replica_directory_id))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_fetch_partition_v17(data: bytes, offset: int) -> tuple[FetchPartition, int]:
    message = _new(FetchPartition)
    message.high_watermark = 9223372036854775807
    (
        message.partition,
        message.current_leader_epoch,
        message.fetch_offset,
        message.last_fetched_epoch,
        message.log_start_offset,
        message.partition_max_bytes,
        count,
    ) = _unpack_iiqiqiB(data, offset)
    offset += 33
    message.replica_directory_id = ZERO_UUID
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.replica_directory_id,) = _unpack_u(data, offset)
                offset += 16
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("FetchPartition")
    return message, offset


def _write_fetch_partition_v18(message: FetchPartition, parts: list[Buffer]) -> None:
    parts.append(
        _pack_iiqiqi(
            message.partition,
            message.current_leader_epoch,
            message.fetch_offset,
            message.last_fetched_epoch,
            message.log_start_offset,
            message.partition_max_bytes,
        )
    )
    tagged: list[Buffer] = []
    if message.replica_directory_id != ZERO_UUID:
        section: list[Buffer] = []
        assert len(message.replica_directory_id) == 16
        section.append(_pack_u(message.replica_directory_id))
        tagged.append(tagged_field(0, section))
    if message.high_watermark != 9223372036854775807:
        section = []
        section.append(_pack_q(message.high_watermark))
        tagged.append(tagged_field(1, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_fetch_partition_v18(data: bytes, offset: int) -> tuple[FetchPartition, int]:
    message = _new(FetchPartition)
    (
        message.partition,
        message.current_leader_epoch,
        message.fetch_offset,
        message.last_fetched_epoch,
        message.log_start_offset,
        message.partition_max_bytes,
        count,
    ) = _unpack_iiqiqiB(data, offset)
    offset += 33
    message.replica_directory_id = ZERO_UUID
    message.high_watermark = 9223372036854775807
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.replica_directory_id,) = _unpack_u(data, offset)
                offset += 16
            elif tag == 1:
                (message.high_watermark,) = _unpack_q(data, offset)
                offset += 8
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("FetchPartition")
    return message, offset


def _write_replica_state_v15_v18(message: ReplicaState, parts: list[Buffer]) -> None:
    parts.append(_pack_iq0(message.replica_id, message.replica_epoch))


def _read_replica_state_v15_v18(data: bytes, offset: int) -> tuple[ReplicaState, int]:
    message = _new(ReplicaState)
    message.replica_id, message.replica_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_response_v4(message: FetchResponse, parts: list[Buffer]) -> None:
    if message.session_id != 0:
        raise field_unsupported("FetchResponse.session_id", "4")
    if message.node_endpoints:
        raise field_unsupported("FetchResponse.node_endpoints", "4")
    count = len(message.responses)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for fetchable_topic_response in message.responses:
        _write_fetchable_topic_response_v4(fetchable_topic_response, parts)


def _read_fetch_response_v4(data: bytes, offset: int) -> tuple[FetchResponse, int]:
    message = _new(FetchResponse)
    message.error_code = 0
    message.session_id = 0
    message.node_endpoints = []
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("FetchResponse.responses")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchResponse.responses", count)
    responses: list[FetchableTopicResponse] = []
    for _ in range(count):
        fetchable_topic_response, offset = _read_fetchable_topic_response_v4(data, offset)
        responses.append(fetchable_topic_response)
    message.responses = responses
    return message, offset


def _write_fetch_response_v5_v6(message: FetchResponse, parts: list[Buffer]) -> None:
    if message.session_id != 0:
        raise field_unsupported("FetchResponse.session_id", "5-6")
    if message.node_endpoints:
        raise field_unsupported("FetchResponse.node_endpoints", "5-6")
    count = len(message.responses)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for fetchable_topic_response in message.responses:
        _write_fetchable_topic_response_v5_v10(fetchable_topic_response, parts)


def _read_fetch_response_v5_v6(data: bytes, offset: int) -> tuple[FetchResponse, int]:
    message = _new(FetchResponse)
    message.error_code = 0
    message.session_id = 0
    message.node_endpoints = []
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("FetchResponse.responses")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchResponse.responses", count)
    responses: list[FetchableTopicResponse] = []
    for _ in range(count):
        fetchable_topic_response, offset = _read_fetchable_topic_response_v5_v10(data, offset)
        responses.append(fetchable_topic_response)
    message.responses = responses
    return message, offset


def _write_fetch_response_v7_v10(message: FetchResponse, parts: list[Buffer]) -> None:
    if message.node_endpoints:
        raise field_unsupported("FetchResponse.node_endpoints", "7-10")
    count = len(message.responses)
    parts.append(
        _pack_ihii(message.throttle_time_ms, message.error_code, message.session_id, count)
    )
    for fetchable_topic_response in message.responses:
        _write_fetchable_topic_response_v5_v10(fetchable_topic_response, parts)


def _read_fetch_response_v7_v10(data: bytes, offset: int) -> tuple[FetchResponse, int]:
    message = _new(FetchResponse)
    message.node_endpoints = []
    message.throttle_time_ms, message.error_code, message.session_id, count = _unpack_ihii(
        data, offset
    )
    offset += 14
    if count < 0:
        raise null_refused("FetchResponse.responses")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchResponse.responses", count)
    responses: list[FetchableTopicResponse] = []
    for _ in range(count):
        fetchable_topic_response, offset = _read_fetchable_topic_response_v5_v10(data, offset)
        responses.append(fetchable_topic_response)
    message.responses = responses
    return message, offset


def _write_fetch_response_v11(message: FetchResponse, parts: list[Buffer]) -> None:
    if message.node_endpoints:
        raise field_unsupported("FetchResponse.node_endpoints", "11")
    count = len(message.responses)
    parts.append(
        _pack_ihii(message.throttle_time_ms, message.error_code, message.session_id, count)
    )
    for fetchable_topic_response in message.responses:
        _write_fetchable_topic_response_v11(fetchable_topic_response, parts)


def _read_fetch_response_v11(data: bytes, offset: int) -> tuple[FetchResponse, int]:
    message = _new(FetchResponse)
    message.node_endpoints = []
    message.throttle_time_ms, message.error_code, message.session_id, count = _unpack_ihii(
        data, offset
    )
    offset += 14
    if count < 0:
        raise null_refused("FetchResponse.responses")
    if count * 6 > len(data) - offset:
        raise count_refused("FetchResponse.responses", count)
    responses: list[FetchableTopicResponse] = []
    for _ in range(count):
        fetchable_topic_response, offset = _read_fetchable_topic_response_v11(data, offset)
        responses.append(fetchable_topic_response)
    message.responses = responses
    return message, offset


def _write_fetch_response_v12(message: FetchResponse, parts: list[Buffer]) -> None:
    if message.node_endpoints:
        raise field_unsupported("FetchResponse.node_endpoints", "12")
    count = len(message.responses) + 1
    parts.append(
        _pack_ihiB(message.throttle_time_ms, message.error_code, message.session_id, count)
        if count < 128
        else _pack_ihi(message.throttle_time_ms, message.error_code, message.session_id)
        + uvarint(count)
    )
    for fetchable_topic_response in message.responses:
        _write_fetchable_topic_response_v12(fetchable_topic_response, parts)
    parts.append(b"\x00")


def _read_fetch_response_v12(data: bytes, offset: int) -> tuple[FetchResponse, int]:
    message = _new(FetchResponse)
    message.node_endpoints = []
    message.throttle_time_ms, message.error_code, message.session_id, count = _unpack_ihiB(
        data, offset
    )
    offset += 11
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchResponse.responses")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("FetchResponse.responses", count)
    responses: list[FetchableTopicResponse] = []
    for _ in range(count):
        fetchable_topic_response, offset = _read_fetchable_topic_response_v12(data, offset)
        responses.append(fetchable_topic_response)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_response_v13_v15(message: FetchResponse, parts: list[Buffer]) -> None:
    if message.node_endpoints:
        raise field_unsupported("FetchResponse.node_endpoints", "13-15")
    count = len(message.responses) + 1
    parts.append(
        _pack_ihiB(message.throttle_time_ms, message.error_code, message.session_id, count)
        if count < 128
        else _pack_ihi(message.throttle_time_ms, message.error_code, message.session_id)
        + uvarint(count)
    )
    for fetchable_topic_response in message.responses:
        _write_fetchable_topic_response_v13_v18(fetchable_topic_response, parts)
    parts.append(b"\x00")


def _read_fetch_response_v13_v15(data: bytes, offset: int) -> tuple[FetchResponse, int]:
    message = _new(FetchResponse)
    message.node_endpoints = []
    message.throttle_time_ms, message.error_code, message.session_id, count = _unpack_ihiB(
        data, offset
    )
    offset += 11
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchResponse.responses")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchResponse.responses", count)
    responses: list[FetchableTopicResponse] = []
    for _ in range(count):
        fetchable_topic_response, offset = _read_fetchable_topic_response_v13_v18(data, offset)
        responses.append(fetchable_topic_response)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_response_v16_v18(message: FetchResponse, parts: list[Buffer]) -> None:
    count = len(message.responses) + 1
    parts.append(
        _pack_ihiB(message.throttle_time_ms, message.error_code, message.session_id, count)
        if count < 128
        else _pack_ihi(message.throttle_time_ms, message.error_code, message.session_id)
        + uvarint(count)
    )
    for fetchable_topic_response in message.responses:
        _write_fetchable_topic_response_v13_v18(fetchable_topic_response, parts)
    tagged: list[Buffer] = []
    if message.node_endpoints:
        section: list[Buffer] = []
        count = len(message.node_endpoints) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        for node_endpoint in message.node_endpoints:
            _write_node_endpoint_v16_v18(node_endpoint, section)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_fetch_response_v16_v18(data: bytes, offset: int) -> tuple[FetchResponse, int]:
    message = _new(FetchResponse)
    message.throttle_time_ms, message.error_code, message.session_id, count = _unpack_ihiB(
        data, offset
    )
    offset += 11
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchResponse.responses")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchResponse.responses", count)
    responses: list[FetchableTopicResponse] = []
    for _ in range(count):
        fetchable_topic_response, offset = _read_fetchable_topic_response_v13_v18(data, offset)
        responses.append(fetchable_topic_response)
    message.responses = responses
    count = data[offset]
    offset += 1
    message.node_endpoints = []
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    raise null_refused("FetchResponse.node_endpoints")
                count -= 1
                if count * 11 > len(data) - offset:
                    raise count_refused("FetchResponse.node_endpoints", count)
                node_endpoints: list[NodeEndpoint] = []
                for _ in range(count):
                    node_endpoint, offset = _read_node_endpoint_v16_v18(data, offset)
                    node_endpoints.append(node_endpoint)
                message.node_endpoints = node_endpoints
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("FetchResponse")
    return message, offset


def _write_node_endpoint_v16_v18(message: NodeEndpoint, parts: list[Buffer]) -> None:
    text: Buffer = message.host.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.node_id, length)
        if length < 128
        else _pack_i(message.node_id) + uvarint(length)
    )
    parts.append(text)
    if message.rack is None:
        text = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(
        _pack_iB(message.port, length) if length < 128 else _pack_i(message.port) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_node_endpoint_v16_v18(data: bytes, offset: int) -> tuple[NodeEndpoint, int]:
    message = _new(NodeEndpoint)
    message.node_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("NodeEndpoint.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetchable_topic_response_v4(
    message: FetchableTopicResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for partition_data in message.partitions:
        _write_partition_data_v4(partition_data, parts)


def _read_fetchable_topic_response_v4(
    data: bytes, offset: int
) -> tuple[FetchableTopicResponse, int]:
    message = _new(FetchableTopicResponse)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("FetchableTopicResponse.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("FetchableTopicResponse.partitions")
    if count * 30 > len(data) - offset:
        raise count_refused("FetchableTopicResponse.partitions", count)
    partitions: list[PartitionData] = []
    for _ in range(count):
        partition_data, offset = _read_partition_data_v4(data, offset)
        partitions.append(partition_data)
    message.partitions = partitions
    return message, offset


def _write_fetchable_topic_response_v5_v10(
    message: FetchableTopicResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for partition_data in message.partitions:
        _write_partition_data_v5_v10(partition_data, parts)


def _read_fetchable_topic_response_v5_v10(
    data: bytes, offset: int
) -> tuple[FetchableTopicResponse, int]:
    message = _new(FetchableTopicResponse)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("FetchableTopicResponse.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("FetchableTopicResponse.partitions")
    if count * 38 > len(data) - offset:
        raise count_refused("FetchableTopicResponse.partitions", count)
    partitions: list[PartitionData] = []
    for _ in range(count):
        partition_data, offset = _read_partition_data_v5_v10(data, offset)
        partitions.append(partition_data)
    message.partitions = partitions
    return message, offset


def _write_fetchable_topic_response_v11(
    message: FetchableTopicResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for partition_data in message.partitions:
        _write_partition_data_v11(partition_data, parts)


def _read_fetchable_topic_response_v11(
    data: bytes, offset: int
) -> tuple[FetchableTopicResponse, int]:
    message = _new(FetchableTopicResponse)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("FetchableTopicResponse.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("FetchableTopicResponse.partitions")
    if count * 42 > len(data) - offset:
        raise count_refused("FetchableTopicResponse.partitions", count)
    partitions: list[PartitionData] = []
    for _ in range(count):
        partition_data, offset = _read_partition_data_v11(data, offset)
        partitions.append(partition_data)
    message.partitions = partitions
    return message, offset


def _write_fetchable_topic_response_v12(
    message: FetchableTopicResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for partition_data in message.partitions:
        _write_partition_data_v12_v18(partition_data, parts)
    parts.append(b"\x00")


def _read_fetchable_topic_response_v12(
    data: bytes, offset: int
) -> tuple[FetchableTopicResponse, int]:
    message = _new(FetchableTopicResponse)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FetchableTopicResponse.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchableTopicResponse.partitions")
    count -= 1
    if count * 37 > len(data) - offset:
        raise count_refused("FetchableTopicResponse.partitions", count)
    partitions: list[PartitionData] = []
    for _ in range(count):
        partition_data, offset = _read_partition_data_v12_v18(data, offset)
        partitions.append(partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetchable_topic_response_v13_v18(
    message: FetchableTopicResponse, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_data in message.partitions:
        _write_partition_data_v12_v18(partition_data, parts)
    parts.append(b"\x00")


def _read_fetchable_topic_response_v13_v18(
    data: bytes, offset: int
) -> tuple[FetchableTopicResponse, int]:
    message = _new(FetchableTopicResponse)
    message.topic = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchableTopicResponse.partitions")
    count -= 1
    if count * 37 > len(data) - offset:
        raise count_refused("FetchableTopicResponse.partitions", count)
    partitions: list[PartitionData] = []
    for _ in range(count):
        partition_data, offset = _read_partition_data_v12_v18(data, offset)
        partitions.append(partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_data_v4(message: PartitionData, parts: list[Buffer]) -> None:
    if message.diverging_epoch != _DEFAULT_EPOCH_END_OFFSET:
        raise field_unsupported("PartitionData.diverging_epoch", "4")
    if message.current_leader != _DEFAULT_LEADER_ID_AND_EPOCH:
        raise field_unsupported("PartitionData.current_leader", "4")
    if message.snapshot_id != _DEFAULT_SNAPSHOT_ID:
        raise field_unsupported("PartitionData.snapshot_id", "4")
    if message.preferred_read_replica != -1:
        raise field_unsupported("PartitionData.preferred_read_replica", "4")
    count = -1 if message.aborted_transactions is None else len(message.aborted_transactions)
    parts.append(
        _pack_ihqqi(
            message.partition_index,
            message.error_code,
            message.high_watermark,
            message.last_stable_offset,
            count,
        )
    )
    if message.aborted_transactions:
        for aborted_transaction in message.aborted_transactions:
            _write_aborted_transaction_v4_v11(aborted_transaction, parts)
    if message.records is None:
        payload: Buffer = b""
        length = -1
    else:
        payload = message.records
        length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_partition_data_v4(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
    message.log_start_offset = -1
    message.diverging_epoch = EpochEndOffset()
    message.current_leader = LeaderIdAndEpoch()
    message.snapshot_id = SnapshotId()
    message.preferred_read_replica = -1
    (
        message.partition_index,
        message.error_code,
        message.high_watermark,
        message.last_stable_offset,
        count,
    ) = _unpack_ihqqi(data, offset)
    offset += 26
    if count < 0:
        if count != -1:
            raise null_refused("PartitionData.aborted_transactions")
        message.aborted_transactions = None
    else:
        if count * 16 > len(data) - offset:
            raise count_refused("PartitionData.aborted_transactions", count)
        aborted_transactions: list[AbortedTransaction] = []
        for _ in range(count):
            aborted_transaction, offset = _read_aborted_transaction_v4_v11(data, offset)
            aborted_transactions.append(aborted_transaction)
        message.aborted_transactions = aborted_transactions
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("PartitionData.records")
        message.records = None
    else:
        end = offset + length
        message.records = data[offset:end]
        offset = end
    return message, offset


def _write_partition_data_v5_v10(message: PartitionData, parts: list[Buffer]) -> None:
    if message.diverging_epoch != _DEFAULT_EPOCH_END_OFFSET:
        raise field_unsupported("PartitionData.diverging_epoch", "5-10")
    if message.current_leader != _DEFAULT_LEADER_ID_AND_EPOCH:
        raise field_unsupported("PartitionData.current_leader", "5-10")
    if message.snapshot_id != _DEFAULT_SNAPSHOT_ID:
        raise field_unsupported("PartitionData.snapshot_id", "5-10")
    if message.preferred_read_replica != -1:
        raise field_unsupported("PartitionData.preferred_read_replica", "5-10")
    count = -1 if message.aborted_transactions is None else len(message.aborted_transactions)
    parts.append(
        _pack_ihqqqi(
            message.partition_index,
            message.error_code,
            message.high_watermark,
            message.last_stable_offset,
            message.log_start_offset,
            count,
        )
    )
    if message.aborted_transactions:
        for aborted_transaction in message.aborted_transactions:
            _write_aborted_transaction_v4_v11(aborted_transaction, parts)
    if message.records is None:
        payload: Buffer = b""
        length = -1
    else:
        payload = message.records
        length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_partition_data_v5_v10(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
    message.diverging_epoch = EpochEndOffset()
    message.current_leader = LeaderIdAndEpoch()
    message.snapshot_id = SnapshotId()
    message.preferred_read_replica = -1
    (
        message.partition_index,
        message.error_code,
        message.high_watermark,
        message.last_stable_offset,
        message.log_start_offset,
        count,
    ) = _unpack_ihqqqi(data, offset)
    offset += 34
    if count < 0:
        if count != -1:
            raise null_refused("PartitionData.aborted_transactions")
        message.aborted_transactions = None
    else:
        if count * 16 > len(data) - offset:
            raise count_refused("PartitionData.aborted_transactions", count)
        aborted_transactions: list[AbortedTransaction] = []
        for _ in range(count):
            aborted_transaction, offset = _read_aborted_transaction_v4_v11(data, offset)
            aborted_transactions.append(aborted_transaction)
        message.aborted_transactions = aborted_transactions
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("PartitionData.records")
        message.records = None
    else:
        end = offset + length
        message.records = data[offset:end]
        offset = end
    return message, offset


def _write_partition_data_v11(message: PartitionData, parts: list[Buffer]) -> None:
    if message.diverging_epoch != _DEFAULT_EPOCH_END_OFFSET:
        raise field_unsupported("PartitionData.diverging_epoch", "11")
    if message.current_leader != _DEFAULT_LEADER_ID_AND_EPOCH:
        raise field_unsupported("PartitionData.current_leader", "11")
    if message.snapshot_id != _DEFAULT_SNAPSHOT_ID:
        raise field_unsupported("PartitionData.snapshot_id", "11")
    count = -1 if message.aborted_transactions is None else len(message.aborted_transactions)
    parts.append(
        _pack_ihqqqi(
            message.partition_index,
            message.error_code,
            message.high_watermark,
            message.last_stable_offset,
            message.log_start_offset,
            count,
        )
    )
    if message.aborted_transactions:
        for aborted_transaction in message.aborted_transactions:
            _write_aborted_transaction_v4_v11(aborted_transaction, parts)
    if message.records is None:
        payload: Buffer = b""
        length = -1
    else:
        payload = message.records
        length = len(payload)
    parts.append(_pack_ii(message.preferred_read_replica, length))
    parts.append(payload)


def _read_partition_data_v11(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
    message.diverging_epoch = EpochEndOffset()
    message.current_leader = LeaderIdAndEpoch()
    message.snapshot_id = SnapshotId()
    (
        message.partition_index,
        message.error_code,
        message.high_watermark,
        message.last_stable_offset,
        message.log_start_offset,
        count,
    ) = _unpack_ihqqqi(data, offset)
    offset += 34
    if count < 0:
        if count != -1:
            raise null_refused("PartitionData.aborted_transactions")
        message.aborted_transactions = None
    else:
        if count * 16 > len(data) - offset:
            raise count_refused("PartitionData.aborted_transactions", count)
        aborted_transactions: list[AbortedTransaction] = []
        for _ in range(count):
            aborted_transaction, offset = _read_aborted_transaction_v4_v11(data, offset)
            aborted_transactions.append(aborted_transaction)
        message.aborted_transactions = aborted_transactions
    message.preferred_read_replica, length = _unpack_ii(data, offset)
    offset += 8
    if length < 0:
        if length != -1:
            raise null_refused("PartitionData.records")
        message.records = None
    else:
        end = offset + length
        message.records = data[offset:end]
        offset = end
    return message, offset


def _write_partition_data_v12_v18(message: PartitionData, parts: list[Buffer]) -> None:
    count = 0 if message.aborted_transactions is None else len(message.aborted_transactions) + 1
    parts.append(
        _pack_ihqqqB(
            message.partition_index,
            message.error_code,
            message.high_watermark,
            message.last_stable_offset,
            message.log_start_offset,
            count,
        )
        if count < 128
        else _pack_ihqqq(
            message.partition_index,
            message.error_code,
            message.high_watermark,
            message.last_stable_offset,
            message.log_start_offset,
        )
        + uvarint(count)
    )
    if message.aborted_transactions:
        for aborted_transaction in message.aborted_transactions:
            _write_aborted_transaction_v12_v18(aborted_transaction, parts)
    if message.records is None:
        payload: Buffer = b""
        length = 0
    else:
        payload = message.records
        length = len(payload) + 1
    parts.append(
        _pack_iB(message.preferred_read_replica, length)
        if length < 128
        else _pack_i(message.preferred_read_replica) + uvarint(length)
    )
    parts.append(payload)
    tagged: list[Buffer] = []
    if message.diverging_epoch != _DEFAULT_EPOCH_END_OFFSET:
        section: list[Buffer] = []
        _write_epoch_end_offset_v12_v18(message.diverging_epoch, section)
        tagged.append(tagged_field(0, section))
    if message.current_leader != _DEFAULT_LEADER_ID_AND_EPOCH:
        section = []
        _write_leader_id_and_epoch_v12_v18(message.current_leader, section)
        tagged.append(tagged_field(1, section))
    if message.snapshot_id != _DEFAULT_SNAPSHOT_ID:
        section = []
        _write_snapshot_id_v12_v18(message.snapshot_id, section)
        tagged.append(tagged_field(2, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_partition_data_v12_v18(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
    (
        message.partition_index,
        message.error_code,
        message.high_watermark,
        message.last_stable_offset,
        message.log_start_offset,
        count,
    ) = _unpack_ihqqqB(data, offset)
    offset += 31
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.aborted_transactions = None
    else:
        count -= 1
        if count * 17 > len(data) - offset:
            raise count_refused("PartitionData.aborted_transactions", count)
        aborted_transactions: list[AbortedTransaction] = []
        for _ in range(count):
            aborted_transaction, offset = _read_aborted_transaction_v12_v18(data, offset)
            aborted_transactions.append(aborted_transaction)
        message.aborted_transactions = aborted_transactions
    message.preferred_read_replica, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.records = None
    else:
        end = offset + length - 1
        message.records = data[offset:end]
        offset = end
    count = data[offset]
    offset += 1
    message.diverging_epoch = EpochEndOffset()
    message.current_leader = LeaderIdAndEpoch()
    message.snapshot_id = SnapshotId()
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                message.diverging_epoch, offset = _read_epoch_end_offset_v12_v18(data, offset)
            elif tag == 1:
                message.current_leader, offset = _read_leader_id_and_epoch_v12_v18(data, offset)
            elif tag == 2:
                message.snapshot_id, offset = _read_snapshot_id_v12_v18(data, offset)
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("PartitionData")
    return message, offset


def _write_aborted_transaction_v4_v11(message: AbortedTransaction, parts: list[Buffer]) -> None:
    parts.append(_pack_qq(message.producer_id, message.first_offset))


def _read_aborted_transaction_v4_v11(data: bytes, offset: int) -> tuple[AbortedTransaction, int]:
    message = _new(AbortedTransaction)
    message.producer_id, message.first_offset = _unpack_qq(data, offset)
    offset += 16
    return message, offset


def _write_aborted_transaction_v12_v18(message: AbortedTransaction, parts: list[Buffer]) -> None:
    parts.append(_pack_qq0(message.producer_id, message.first_offset))


def _read_aborted_transaction_v12_v18(data: bytes, offset: int) -> tuple[AbortedTransaction, int]:
    message = _new(AbortedTransaction)
    message.producer_id, message.first_offset, count = _unpack_qqB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_snapshot_id_v12_v18(message: SnapshotId, parts: list[Buffer]) -> None:
    parts.append(_pack_qi0(message.end_offset, message.epoch))


def _read_snapshot_id_v12_v18(data: bytes, offset: int) -> tuple[SnapshotId, int]:
    message = _new(SnapshotId)
    message.end_offset, message.epoch, count = _unpack_qiB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_leader_id_and_epoch_v12_v18(message: LeaderIdAndEpoch, parts: list[Buffer]) -> None:
    parts.append(_pack_ii0(message.leader_id, message.leader_epoch))


def _read_leader_id_and_epoch_v12_v18(data: bytes, offset: int) -> tuple[LeaderIdAndEpoch, int]:
    message = _new(LeaderIdAndEpoch)
    message.leader_id, message.leader_epoch, count = _unpack_iiB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_epoch_end_offset_v12_v18(message: EpochEndOffset, parts: list[Buffer]) -> None:
    parts.append(_pack_iq0(message.epoch, message.end_offset))


def _read_epoch_end_offset_v12_v18(data: bytes, offset: int) -> tuple[EpochEndOffset, int]:
    message = _new(EpochEndOffset)
    message.epoch, message.end_offset, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


_DEFAULT_REPLICA_STATE = ReplicaState()
_DEFAULT_EPOCH_END_OFFSET = EpochEndOffset()
_DEFAULT_LEADER_ID_AND_EPOCH = LeaderIdAndEpoch()
_DEFAULT_SNAPSHOT_ID = SnapshotId()

FetchRequest.WRITERS = {
    4: _write_fetch_request_v4,
    5: _write_fetch_request_v5_v6,
    6: _write_fetch_request_v5_v6,
    7: _write_fetch_request_v7_v8,
    8: _write_fetch_request_v7_v8,
    9: _write_fetch_request_v9_v10,
    10: _write_fetch_request_v9_v10,
    11: _write_fetch_request_v11,
    12: _write_fetch_request_v12,
    13: _write_fetch_request_v13_v14,
    14: _write_fetch_request_v13_v14,
    15: _write_fetch_request_v15_v16,
    16: _write_fetch_request_v15_v16,
    17: _write_fetch_request_v17,
    18: _write_fetch_request_v18,
}
FetchRequest.READERS = {
    4: _read_fetch_request_v4,
    5: _read_fetch_request_v5_v6,
    6: _read_fetch_request_v5_v6,
    7: _read_fetch_request_v7_v8,
    8: _read_fetch_request_v7_v8,
    9: _read_fetch_request_v9_v10,
    10: _read_fetch_request_v9_v10,
    11: _read_fetch_request_v11,
    12: _read_fetch_request_v12,
    13: _read_fetch_request_v13_v14,
    14: _read_fetch_request_v13_v14,
    15: _read_fetch_request_v15_v16,
    16: _read_fetch_request_v15_v16,
    17: _read_fetch_request_v17,
    18: _read_fetch_request_v18,
}
FetchResponse.WRITERS = {
    4: _write_fetch_response_v4,
    5: _write_fetch_response_v5_v6,
    6: _write_fetch_response_v5_v6,
    7: _write_fetch_response_v7_v10,
    8: _write_fetch_response_v7_v10,
    9: _write_fetch_response_v7_v10,
    10: _write_fetch_response_v7_v10,
    11: _write_fetch_response_v11,
    12: _write_fetch_response_v12,
    13: _write_fetch_response_v13_v15,
    14: _write_fetch_response_v13_v15,
    15: _write_fetch_response_v13_v15,
    16: _write_fetch_response_v16_v18,
    17: _write_fetch_response_v16_v18,
    18: _write_fetch_response_v16_v18,
}
FetchResponse.READERS = {
    4: _read_fetch_response_v4,
    5: _read_fetch_response_v5_v6,
    6: _read_fetch_response_v5_v6,
    7: _read_fetch_response_v7_v10,
    8: _read_fetch_response_v7_v10,
    9: _read_fetch_response_v7_v10,
    10: _read_fetch_response_v7_v10,
    11: _read_fetch_response_v11,
    12: _read_fetch_response_v12,
    13: _read_fetch_response_v13_v15,
    14: _read_fetch_response_v13_v15,
    15: _read_fetch_response_v13_v15,
    16: _read_fetch_response_v16_v18,
    17: _read_fetch_response_v16_v18,
    18: _read_fetch_response_v16_v18,
}
