# SPDX-License-Identifier: Apache-2.0
"""StreamsGroupHeartbeat (key 88).

The one request that an instance of Kafka Streams needs for its group: it joins, reports, gets
its tasks and leaves by it.

Errors: GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, NOT_COORDINATOR,
COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, INVALID_REQUEST, UNKNOWN_MEMBER_ID,
FENCED_MEMBER_EPOCH, UNRELEASED_INSTANCE_ID, GROUP_MAX_SIZE_REACHED, GROUP_ID_NOT_FOUND,
STREAMS_INVALID_TOPOLOGY, STREAMS_INVALID_TOPOLOGY_EPOCH, STREAMS_TOPOLOGY_FENCED.

Generated from `definitions/streams_group_heartbeat.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format, pack, unpack_from
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    count_refused,
    marker_refused,
    null_refused,
    pack_int32s,
    read_long_uvarint,
    skip_tagged_fields,
    unpack_int32s,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_b = Format(">b")
_pack_b = _b.pack
_unpack_b = _b.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_H0 = Format(">Hx")
_pack_H0 = _H0.pack
_HB = Format(">HB")
_unpack_HB = _HB.unpack_from
_bB = Format(">bB")
_pack_bB = _bB.pack
_unpack_bB = _bB.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ib = Format(">ib")
_unpack_ib = _ib.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ii = Format(">ii")
_pack_ii = _ii.pack
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_iiB = Format(">iiB")
_pack_iiB = _iiB.pack
_unpack_iiB = _iiB.unpack_from
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_unpack_iqB = _iqB.unpack_from
_iiii = Format(">iiii")
_pack_iiii = _iiii.pack
_iiiiB = Format(">iiiiB")
_pack_iiiiB = _iiiiB.pack
_unpack_iiiiB = _iiiiB.unpack_from


class StreamsGroupHeartbeatRequest(Message):
    """What has changed at the member since its last heartbeat."""

    __slots__ = (
        "group_id",
        "member_id",
        "member_epoch",
        "endpoint_information_epoch",
        "instance_id",
        "rack_id",
        "rebalance_timeout_ms",
        "topology",
        "active_tasks",
        "standby_tasks",
        "warmup_tasks",
        "process_id",
        "user_endpoint",
        "client_tags",
        "task_offsets",
        "task_end_offsets",
        "shutdown_application",
    )

    API_KEY = 88
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    group_id: str
    """The group's name."""

    member_id: str
    """The id that the member made for itself (a uuid in text form)."""

    member_epoch: int
    """The member's epoch: 0 joins, -1 leaves, -2 is a static member that leaves for a while."""

    endpoint_information_epoch: int
    """The epoch of the endpoint table that the member knows."""

    instance_id: str | None
    """The name of a static member; null for a dynamic one. (may be None)"""

    rack_id: str | None
    """The rack that the member runs in; null when it has none or nothing changed. (may be None)
    """

    rebalance_timeout_ms: int
    """Milliseconds that the member needs at most for giving up partitions; -1 when nothing
    changed.
    """

    topology: Topology | None
    """The program that the member runs; sent when joining, else null. (may be None)"""

    active_tasks: list[StreamsGroupHeartbeatRequestTaskIds] | None
    """Tasks that the member processes now; null when nothing changed. (may be None)"""

    standby_tasks: list[StreamsGroupHeartbeatRequestTaskIds] | None
    """Tasks whose state the member keeps as a spare; null when nothing changed. (may be None)
    """

    warmup_tasks: list[StreamsGroupHeartbeatRequestTaskIds] | None
    """Tasks whose state the member is copying; null when nothing changed. (may be None)"""

    process_id: str | None
    """Identifies the process, to keep spares in other processes; null when nothing changed. (may
    be None)
    """

    user_endpoint: StreamsGroupHeartbeatRequestEndpoint | None
    """Where the instance serves queries; null when it does not, or nothing changed. (may be None)
    """

    client_tags: list[KeyValue] | None
    """Tags of the instance, for placing spares far apart; null when nothing changed. (may be None)
    """

    task_offsets: list[TaskOffset] | None
    """How far the tasks have restored their state; null when nothing changed. (may be None)"""

    task_end_offsets: list[TaskOffset] | None
    """Where the tasks' changelogs end; null when nothing changed. (may be None)"""

    shutdown_application: bool
    """Whether all members shall shut down."""

    def __init__(
        self,
        *,
        group_id: str = "",
        member_id: str = "",
        member_epoch: int = 0,
        endpoint_information_epoch: int = 0,
        instance_id: str | None = None,
        rack_id: str | None = None,
        rebalance_timeout_ms: int = -1,
        topology: Topology | None = None,
        active_tasks: Iterable[StreamsGroupHeartbeatRequestTaskIds] | None = None,
        standby_tasks: Iterable[StreamsGroupHeartbeatRequestTaskIds] | None = None,
        warmup_tasks: Iterable[StreamsGroupHeartbeatRequestTaskIds] | None = None,
        process_id: str | None = None,
        user_endpoint: StreamsGroupHeartbeatRequestEndpoint | None = None,
        client_tags: Iterable[KeyValue] | None = None,
        task_offsets: Iterable[TaskOffset] | None = None,
        task_end_offsets: Iterable[TaskOffset] | None = None,
        shutdown_application: bool = False,
    ) -> None:
        self.group_id = group_id
        self.member_id = member_id
        self.member_epoch = member_epoch
        self.endpoint_information_epoch = endpoint_information_epoch
        self.instance_id = instance_id
        self.rack_id = rack_id
        self.rebalance_timeout_ms = rebalance_timeout_ms
        self.topology = topology
        self.active_tasks = None if active_tasks is None else list(active_tasks)
        self.standby_tasks = None if standby_tasks is None else list(standby_tasks)
        self.warmup_tasks = None if warmup_tasks is None else list(warmup_tasks)
        self.process_id = process_id
        self.user_endpoint = user_endpoint
        self.client_tags = None if client_tags is None else list(client_tags)
        self.task_offsets = None if task_offsets is None else list(task_offsets)
        self.task_end_offsets = None if task_end_offsets is None else list(task_end_offsets)
        self.shutdown_application = shutdown_application


class TaskOffset(Struct):
    """How far the tasks have restored their state; null when nothing changed."""

    __slots__ = (
        "subtopology_id",
        "partition",
        "offset",
    )

    subtopology_id: str
    """The subtopology's name, unique within the topology."""

    partition: int
    """The partition's number."""

    offset: int
    """The offset that the task has reached."""

    def __init__(self, *, subtopology_id: str = "", partition: int = 0, offset: int = 0) -> None:
        self.subtopology_id = subtopology_id
        self.partition = partition
        self.offset = offset


class StreamsGroupHeartbeatRequestEndpoint(Struct):
    """Where the instance serves queries; null when it does not, or nothing changed."""

    __slots__ = (
        "host",
        "port",
    )

    host: str
    """The host name under which the instance serves queries."""

    port: int
    """The port under which the instance serves queries."""

    def __init__(self, *, host: str = "", port: int = 0) -> None:
        self.host = host
        self.port = port


class StreamsGroupHeartbeatRequestTaskIds(Struct):
    """Tasks that the member processes now; null when nothing changed."""

    __slots__ = (
        "subtopology_id",
        "partitions",
    )

    subtopology_id: str
    """The subtopology's name, unique within the topology."""

    partitions: list[int]
    """Numbers of the partitions that the tasks process."""

    def __init__(self, *, subtopology_id: str = "", partitions: Iterable[int] = ()) -> None:
        self.subtopology_id = subtopology_id
        self.partitions = list(partitions)


class Topology(Struct):
    """The program that the member runs; sent when joining, else null."""

    __slots__ = (
        "epoch",
        "subtopologies",
    )

    epoch: int
    """The topology's epoch, by which members with an older one are recognised."""

    subtopologies: list[Subtopology]
    """Parts of the topology that can run apart."""

    def __init__(self, *, epoch: int = 0, subtopologies: Iterable[Subtopology] = ()) -> None:
        self.epoch = epoch
        self.subtopologies = list(subtopologies)


class Subtopology(Struct):
    """Parts of the topology that can run apart."""

    __slots__ = (
        "subtopology_id",
        "source_topics",
        "source_topic_regex",
        "state_changelog_topics",
        "repartition_sink_topics",
        "repartition_source_topics",
        "copartition_groups",
    )

    subtopology_id: str
    """The subtopology's name, unique within the topology."""

    source_topics: list[str]
    """Topics that the subtopology reads."""

    source_topic_regex: list[str]
    """Regular expressions for topics that the subtopology reads."""

    state_changelog_topics: list[TopicInfo]
    """Topics that record the changes of the subtopology's state stores."""

    repartition_sink_topics: list[str]
    """Repartition topics that the subtopology writes."""

    repartition_source_topics: list[TopicInfo]
    """Repartition topics that the subtopology reads and that the group creates."""

    copartition_groups: list[CopartitionGroup]
    """Sets of topics that must have equal numbers of partitions."""

    def __init__(
        self,
        *,
        subtopology_id: str = "",
        source_topics: Iterable[str] = (),
        source_topic_regex: Iterable[str] = (),
        state_changelog_topics: Iterable[TopicInfo] = (),
        repartition_sink_topics: Iterable[str] = (),
        repartition_source_topics: Iterable[TopicInfo] = (),
        copartition_groups: Iterable[CopartitionGroup] = (),
    ) -> None:
        self.subtopology_id = subtopology_id
        self.source_topics = list(source_topics)
        self.source_topic_regex = list(source_topic_regex)
        self.state_changelog_topics = list(state_changelog_topics)
        self.repartition_sink_topics = list(repartition_sink_topics)
        self.repartition_source_topics = list(repartition_source_topics)
        self.copartition_groups = list(copartition_groups)


class CopartitionGroup(Struct):
    """Sets of topics that must have equal numbers of partitions."""

    __slots__ = (
        "source_topics",
        "source_topic_regex",
        "repartition_source_topics",
    )

    source_topics: list[int]
    """Source topics of the set, as indexes into the subtopology's list."""

    source_topic_regex: list[int]
    """Expressions of the set, as indexes into the subtopology's list."""

    repartition_source_topics: list[int]
    """Repartition topics of the set, as indexes into the subtopology's list."""

    def __init__(
        self,
        *,
        source_topics: Iterable[int] = (),
        source_topic_regex: Iterable[int] = (),
        repartition_source_topics: Iterable[int] = (),
    ) -> None:
        self.source_topics = list(source_topics)
        self.source_topic_regex = list(source_topic_regex)
        self.repartition_source_topics = list(repartition_source_topics)


class TopicInfo(Struct):
    """Topics that record the changes of the subtopology's state stores."""

    __slots__ = (
        "name",
        "partitions",
        "replication_factor",
        "topic_configs",
    )

    name: str
    """The topic's name."""

    partitions: int
    """The number of partitions; 0 leaves it open."""

    replication_factor: int
    """Replicas of each partition; 0 takes the broker's default."""

    topic_configs: list[KeyValue]
    """Configurations that the topic must have."""

    def __init__(
        self,
        *,
        name: str = "",
        partitions: int = 0,
        replication_factor: int = 0,
        topic_configs: Iterable[KeyValue] = (),
    ) -> None:
        self.name = name
        self.partitions = partitions
        self.replication_factor = replication_factor
        self.topic_configs = list(topic_configs)


class KeyValue(Struct):
    """Configurations that the topic must have."""

    __slots__ = (
        "key",
        "value",
    )

    key: str
    """The tag's or configuration's name."""

    value: str
    """The tag's or configuration's value."""

    def __init__(self, *, key: str = "", value: str = "") -> None:
        self.key = key
        self.value = value


class StreamsGroupHeartbeatResponse(Message):
    """What has changed at the coordinator."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "member_id",
        "member_epoch",
        "heartbeat_interval_ms",
        "acceptable_recovery_lag",
        "task_offset_interval_ms",
        "status",
        "active_tasks",
        "standby_tasks",
        "warmup_tasks",
        "endpoint_information_epoch",
        "partitions_by_user_endpoint",
    )

    API_KEY = 88
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    member_id: str
    """The member's id, repeated or assigned by the coordinator."""

    member_epoch: int
    """The epoch that the member is in from now on."""

    heartbeat_interval_ms: int
    """Milliseconds between two heartbeats of the member."""

    acceptable_recovery_lag: int
    """How many records a warm-up may lag before it counts as ready."""

    task_offset_interval_ms: int
    """Milliseconds between two reports of task offsets."""

    status: list[Status] | None
    """What the member should know, besides errors; null when there is nothing. (may be None)"""

    active_tasks: list[StreamsGroupHeartbeatResponseTaskIds] | None
    """Tasks that the member shall process; null when nothing changed. (may be None)"""

    standby_tasks: list[StreamsGroupHeartbeatResponseTaskIds] | None
    """Tasks whose state the member shall keep as a spare; null when nothing changed. (may be None)
    """

    warmup_tasks: list[StreamsGroupHeartbeatResponseTaskIds] | None
    """Tasks whose state the member shall copy, to take them over later; null when nothing changed.
    (may be None)
    """

    endpoint_information_epoch: int
    """The epoch of the endpoint table."""

    partitions_by_user_endpoint: list[EndpointToPartitions] | None
    """Which instance serves which partitions; null when nothing changed. (may be None)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        member_id: str = "",
        member_epoch: int = 0,
        heartbeat_interval_ms: int = 0,
        acceptable_recovery_lag: int = 0,
        task_offset_interval_ms: int = 0,
        status: Iterable[Status] | None = (),
        active_tasks: Iterable[StreamsGroupHeartbeatResponseTaskIds] | None = None,
        standby_tasks: Iterable[StreamsGroupHeartbeatResponseTaskIds] | None = None,
        warmup_tasks: Iterable[StreamsGroupHeartbeatResponseTaskIds] | None = None,
        endpoint_information_epoch: int = 0,
        partitions_by_user_endpoint: Iterable[EndpointToPartitions] | None = None,
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.member_id = member_id
        self.member_epoch = member_epoch
        self.heartbeat_interval_ms = heartbeat_interval_ms
        self.acceptable_recovery_lag = acceptable_recovery_lag
        self.task_offset_interval_ms = task_offset_interval_ms
        self.status = None if status is None else list(status)
        self.active_tasks = None if active_tasks is None else list(active_tasks)
        self.standby_tasks = None if standby_tasks is None else list(standby_tasks)
        self.warmup_tasks = None if warmup_tasks is None else list(warmup_tasks)
        self.endpoint_information_epoch = endpoint_information_epoch
        self.partitions_by_user_endpoint = (
            None if partitions_by_user_endpoint is None else list(partitions_by_user_endpoint)
        )


class EndpointToPartitions(Struct):
    """Which instance serves which partitions; null when nothing changed."""

    __slots__ = (
        "user_endpoint",
        "active_partitions",
        "standby_partitions",
    )

    user_endpoint: StreamsGroupHeartbeatResponseEndpoint
    """Where the instance serves queries."""

    active_partitions: list[TopicPartition]
    """Partitions whose tasks run there."""

    standby_partitions: list[TopicPartition]
    """Partitions whose spares are there."""

    def __init__(
        self,
        *,
        user_endpoint: StreamsGroupHeartbeatResponseEndpoint | None = None,
        active_partitions: Iterable[TopicPartition] = (),
        standby_partitions: Iterable[TopicPartition] = (),
    ) -> None:
        self.user_endpoint = (
            StreamsGroupHeartbeatResponseEndpoint() if user_endpoint is None else user_endpoint
        )
        self.active_partitions = list(active_partitions)
        self.standby_partitions = list(standby_partitions)


class TopicPartition(Struct):
    """Partitions whose tasks run there."""

    __slots__ = (
        "topic",
        "partitions",
    )

    topic: str
    """The topic's name."""

    partitions: list[int]
    """Numbers of the partitions."""

    def __init__(self, *, topic: str = "", partitions: Iterable[int] = ()) -> None:
        self.topic = topic
        self.partitions = list(partitions)


class StreamsGroupHeartbeatResponseEndpoint(Struct):
    """Where the instance serves queries."""

    __slots__ = (
        "host",
        "port",
    )

    host: str
    """The host name under which the instance serves queries."""

    port: int
    """The port under which the instance serves queries."""

    def __init__(self, *, host: str = "", port: int = 0) -> None:
        self.host = host
        self.port = port


class StreamsGroupHeartbeatResponseTaskIds(Struct):
    """Tasks that the member shall process; null when nothing changed."""

    __slots__ = (
        "subtopology_id",
        "partitions",
    )

    subtopology_id: str
    """The subtopology's name, unique within the topology."""

    partitions: list[int]
    """Numbers of the partitions that the tasks process."""

    def __init__(self, *, subtopology_id: str = "", partitions: Iterable[int] = ()) -> None:
        self.subtopology_id = subtopology_id
        self.partitions = list(partitions)


class Status(Struct):
    """What the member should know, besides errors; null when there is nothing."""

    __slots__ = (
        "status_code",
        "status_detail",
    )

    status_code: int
    """What is wrong: 0 old topology, 1 missing source topics, 2 wrongly partitioned topics, 3
    missing internal topics, 4 shutdown wanted, 5 delayed assignment.
    """

    status_detail: str
    """The same in words."""

    def __init__(self, *, status_code: int = 0, status_detail: str = "") -> None:
        self.status_code = status_code
        self.status_detail = status_detail


def _write_streams_group_heartbeat_request_v0(
    message: StreamsGroupHeartbeatRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.instance_id is None:
        text = b""
        length = 0
    else:
        text = message.instance_id.encode()
        length = len(text) + 1
    parts.append(
        _pack_iiB(message.member_epoch, message.endpoint_information_epoch, length)
        if length < 128
        else _pack_ii(message.member_epoch, message.endpoint_information_epoch) + uvarint(length)
    )
    parts.append(text)
    if message.rack_id is None:
        text = b""
        length = 0
    else:
        text = message.rack_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_i(message.rebalance_timeout_ms))
    if message.topology is None:
        parts.append(b"\xff")
    else:
        parts.append(b"\x01")
        _write_topology_v0(message.topology, parts)
    count = 0 if message.active_tasks is None else len(message.active_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.active_tasks:
        for streams_group_heartbeat_request_task_ids in message.active_tasks:
            _write_streams_group_heartbeat_request_task_ids_v0(
                streams_group_heartbeat_request_task_ids, parts
            )
    count = 0 if message.standby_tasks is None else len(message.standby_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.standby_tasks:
        for streams_group_heartbeat_request_task_ids in message.standby_tasks:
            _write_streams_group_heartbeat_request_task_ids_v0(
                streams_group_heartbeat_request_task_ids, parts
            )
    count = 0 if message.warmup_tasks is None else len(message.warmup_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.warmup_tasks:
        for streams_group_heartbeat_request_task_ids in message.warmup_tasks:
            _write_streams_group_heartbeat_request_task_ids_v0(
                streams_group_heartbeat_request_task_ids, parts
            )
    if message.process_id is None:
        text = b""
        length = 0
    else:
        text = message.process_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.user_endpoint is None:
        parts.append(b"\xff")
    else:
        parts.append(b"\x01")
        _write_streams_group_heartbeat_request_endpoint_v0(message.user_endpoint, parts)
    count = 0 if message.client_tags is None else len(message.client_tags) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.client_tags:
        for key_value in message.client_tags:
            _write_key_value_v0(key_value, parts)
    count = 0 if message.task_offsets is None else len(message.task_offsets) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.task_offsets:
        for task_offset in message.task_offsets:
            _write_task_offset_v0(task_offset, parts)
    count = 0 if message.task_end_offsets is None else len(message.task_end_offsets) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.task_end_offsets:
        for task_offset in message.task_end_offsets:
            _write_task_offset_v0(task_offset, parts)
    parts.append(_pack_t0(message.shutdown_application))


def _read_streams_group_heartbeat_request_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupHeartbeatRequest, int]:
    message = _new(StreamsGroupHeartbeatRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupHeartbeatRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupHeartbeatRequest.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    message.member_epoch, message.endpoint_information_epoch, length = _unpack_iiB(data, offset)
    offset += 9
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.instance_id = None
    else:
        end = offset + length - 1
        message.instance_id = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack_id = None
    else:
        end = offset + length - 1
        message.rack_id = data[offset:end].decode()
        offset = end
    message.rebalance_timeout_ms, marker = _unpack_ib(data, offset)
    offset += 5
    if marker == -1:
        message.topology = None
    elif marker == 1:
        message.topology, offset = _read_topology_v0(data, offset)
    else:
        raise marker_refused("StreamsGroupHeartbeatRequest.topology", marker)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.active_tasks = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatRequest.active_tasks", count)
        active_tasks: list[StreamsGroupHeartbeatRequestTaskIds] = []
        for _ in range(count):
            streams_group_heartbeat_request_task_ids, offset = (
                _read_streams_group_heartbeat_request_task_ids_v0(data, offset)
            )
            active_tasks.append(streams_group_heartbeat_request_task_ids)
        message.active_tasks = active_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.standby_tasks = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatRequest.standby_tasks", count)
        standby_tasks: list[StreamsGroupHeartbeatRequestTaskIds] = []
        for _ in range(count):
            streams_group_heartbeat_request_task_ids, offset = (
                _read_streams_group_heartbeat_request_task_ids_v0(data, offset)
            )
            standby_tasks.append(streams_group_heartbeat_request_task_ids)
        message.standby_tasks = standby_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.warmup_tasks = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatRequest.warmup_tasks", count)
        warmup_tasks: list[StreamsGroupHeartbeatRequestTaskIds] = []
        for _ in range(count):
            streams_group_heartbeat_request_task_ids, offset = (
                _read_streams_group_heartbeat_request_task_ids_v0(data, offset)
            )
            warmup_tasks.append(streams_group_heartbeat_request_task_ids)
        message.warmup_tasks = warmup_tasks
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.process_id = None
    else:
        end = offset + length - 1
        message.process_id = data[offset:end].decode()
        offset = end
    (marker,) = _unpack_b(data, offset)
    offset += 1
    if marker == -1:
        message.user_endpoint = None
    elif marker == 1:
        message.user_endpoint, offset = _read_streams_group_heartbeat_request_endpoint_v0(
            data, offset
        )
    else:
        raise marker_refused("StreamsGroupHeartbeatRequest.user_endpoint", marker)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.client_tags = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatRequest.client_tags", count)
        client_tags: list[KeyValue] = []
        for _ in range(count):
            key_value, offset = _read_key_value_v0(data, offset)
            client_tags.append(key_value)
        message.client_tags = client_tags
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.task_offsets = None
    else:
        count -= 1
        if count * 14 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatRequest.task_offsets", count)
        task_offsets: list[TaskOffset] = []
        for _ in range(count):
            task_offset, offset = _read_task_offset_v0(data, offset)
            task_offsets.append(task_offset)
        message.task_offsets = task_offsets
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.task_end_offsets = None
    else:
        count -= 1
        if count * 14 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatRequest.task_end_offsets", count)
        task_end_offsets: list[TaskOffset] = []
        for _ in range(count):
            task_offset, offset = _read_task_offset_v0(data, offset)
            task_end_offsets.append(task_offset)
        message.task_end_offsets = task_end_offsets
    message.shutdown_application, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_task_offset_v0(message: TaskOffset, parts: list[Buffer]) -> None:
    text: Buffer = message.subtopology_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_iq0(message.partition, message.offset))


def _read_task_offset_v0(data: bytes, offset: int) -> tuple[TaskOffset, int]:
    message = _new(TaskOffset)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TaskOffset.subtopology_id")
    end = offset + length - 1
    message.subtopology_id = data[offset:end].decode()
    offset = end
    message.partition, message.offset, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_heartbeat_request_endpoint_v0(
    message: StreamsGroupHeartbeatRequestEndpoint, parts: list[Buffer]
) -> None:
    text: Buffer = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_H0(message.port))


def _read_streams_group_heartbeat_request_endpoint_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupHeartbeatRequestEndpoint, int]:
    message = _new(StreamsGroupHeartbeatRequestEndpoint)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupHeartbeatRequestEndpoint.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, count = _unpack_HB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_heartbeat_request_task_ids_v0(
    message: StreamsGroupHeartbeatRequestTaskIds, parts: list[Buffer]
) -> None:
    text: Buffer = message.subtopology_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_streams_group_heartbeat_request_task_ids_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupHeartbeatRequestTaskIds, int]:
    message = _new(StreamsGroupHeartbeatRequestTaskIds)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupHeartbeatRequestTaskIds.subtopology_id")
    end = offset + length - 1
    message.subtopology_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupHeartbeatRequestTaskIds.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("StreamsGroupHeartbeatRequestTaskIds.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topology_v0(message: Topology, parts: list[Buffer]) -> None:
    count = len(message.subtopologies) + 1
    parts.append(
        _pack_iB(message.epoch, count) if count < 128 else _pack_i(message.epoch) + uvarint(count)
    )
    for subtopology in message.subtopologies:
        _write_subtopology_v0(subtopology, parts)
    parts.append(b"\x00")


def _read_topology_v0(data: bytes, offset: int) -> tuple[Topology, int]:
    message = _new(Topology)
    message.epoch, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Topology.subtopologies")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("Topology.subtopologies", count)
    subtopologies: list[Subtopology] = []
    for _ in range(count):
        subtopology, offset = _read_subtopology_v0(data, offset)
        subtopologies.append(subtopology)
    message.subtopologies = subtopologies
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_subtopology_v0(message: Subtopology, parts: list[Buffer]) -> None:
    text: Buffer = message.subtopology_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.source_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.source_topics:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.source_topic_regex) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.source_topic_regex:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.state_changelog_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_info in message.state_changelog_topics:
        _write_topic_info_v0(topic_info, parts)
    count = len(message.repartition_sink_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.repartition_sink_topics:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.repartition_source_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_info in message.repartition_source_topics:
        _write_topic_info_v0(topic_info, parts)
    count = len(message.copartition_groups) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for copartition_group in message.copartition_groups:
        _write_copartition_group_v0(copartition_group, parts)
    parts.append(b"\x00")


def _read_subtopology_v0(data: bytes, offset: int) -> tuple[Subtopology, int]:
    message = _new(Subtopology)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Subtopology.subtopology_id")
    end = offset + length - 1
    message.subtopology_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Subtopology.source_topics")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("Subtopology.source_topics", count)
    source_topics: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("Subtopology.source_topics")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        source_topics.append(text)
    message.source_topics = source_topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Subtopology.source_topic_regex")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("Subtopology.source_topic_regex", count)
    source_topic_regex: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("Subtopology.source_topic_regex")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        source_topic_regex.append(text)
    message.source_topic_regex = source_topic_regex
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Subtopology.state_changelog_topics")
    count -= 1
    if count * 9 > len(data) - offset:
        raise count_refused("Subtopology.state_changelog_topics", count)
    state_changelog_topics: list[TopicInfo] = []
    for _ in range(count):
        topic_info, offset = _read_topic_info_v0(data, offset)
        state_changelog_topics.append(topic_info)
    message.state_changelog_topics = state_changelog_topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Subtopology.repartition_sink_topics")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("Subtopology.repartition_sink_topics", count)
    repartition_sink_topics: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("Subtopology.repartition_sink_topics")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        repartition_sink_topics.append(text)
    message.repartition_sink_topics = repartition_sink_topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Subtopology.repartition_source_topics")
    count -= 1
    if count * 9 > len(data) - offset:
        raise count_refused("Subtopology.repartition_source_topics", count)
    repartition_source_topics: list[TopicInfo] = []
    for _ in range(count):
        topic_info, offset = _read_topic_info_v0(data, offset)
        repartition_source_topics.append(topic_info)
    message.repartition_source_topics = repartition_source_topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Subtopology.copartition_groups")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("Subtopology.copartition_groups", count)
    copartition_groups: list[CopartitionGroup] = []
    for _ in range(count):
        copartition_group, offset = _read_copartition_group_v0(data, offset)
        copartition_groups.append(copartition_group)
    message.copartition_groups = copartition_groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_copartition_group_v0(message: CopartitionGroup, parts: list[Buffer]) -> None:
    count = len(message.source_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack(f">{len(message.source_topics)}h", *message.source_topics))
    count = len(message.source_topic_regex) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack(f">{len(message.source_topic_regex)}h", *message.source_topic_regex))
    count = len(message.repartition_source_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(
        pack(f">{len(message.repartition_source_topics)}h", *message.repartition_source_topics)
    )
    parts.append(b"\x00")


def _read_copartition_group_v0(data: bytes, offset: int) -> tuple[CopartitionGroup, int]:
    message = _new(CopartitionGroup)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CopartitionGroup.source_topics")
    count -= 1
    if count * 2 > len(data) - offset:
        raise count_refused("CopartitionGroup.source_topics", count)
    message.source_topics = list(unpack_from(f">{count}h", data, offset))
    offset += count * 2
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CopartitionGroup.source_topic_regex")
    count -= 1
    if count * 2 > len(data) - offset:
        raise count_refused("CopartitionGroup.source_topic_regex", count)
    message.source_topic_regex = list(unpack_from(f">{count}h", data, offset))
    offset += count * 2
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CopartitionGroup.repartition_source_topics")
    count -= 1
    if count * 2 > len(data) - offset:
        raise count_refused("CopartitionGroup.repartition_source_topics", count)
    message.repartition_source_topics = list(unpack_from(f">{count}h", data, offset))
    offset += count * 2
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_info_v0(message: TopicInfo, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topic_configs) + 1
    parts.append(
        _pack_ihB(message.partitions, message.replication_factor, count)
        if count < 128
        else _pack_ih(message.partitions, message.replication_factor) + uvarint(count)
    )
    for key_value in message.topic_configs:
        _write_key_value_v0(key_value, parts)
    parts.append(b"\x00")


def _read_topic_info_v0(data: bytes, offset: int) -> tuple[TopicInfo, int]:
    message = _new(TopicInfo)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicInfo.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.partitions, message.replication_factor, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicInfo.topic_configs")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("TopicInfo.topic_configs", count)
    topic_configs: list[KeyValue] = []
    for _ in range(count):
        key_value, offset = _read_key_value_v0(data, offset)
        topic_configs.append(key_value)
    message.topic_configs = topic_configs
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_key_value_v0(message: KeyValue, parts: list[Buffer]) -> None:
    text: Buffer = message.key.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.value.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_key_value_v0(data: bytes, offset: int) -> tuple[KeyValue, int]:
    message = _new(KeyValue)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("KeyValue.key")
    end = offset + length - 1
    message.key = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("KeyValue.value")
    end = offset + length - 1
    message.value = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_heartbeat_response_v0(
    message: StreamsGroupHeartbeatResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = 0 if message.status is None else len(message.status) + 1
    parts.append(
        _pack_iiiiB(
            message.member_epoch,
            message.heartbeat_interval_ms,
            message.acceptable_recovery_lag,
            message.task_offset_interval_ms,
            count,
        )
        if count < 128
        else _pack_iiii(
            message.member_epoch,
            message.heartbeat_interval_ms,
            message.acceptable_recovery_lag,
            message.task_offset_interval_ms,
        )
        + uvarint(count)
    )
    if message.status:
        for status in message.status:
            _write_status_v0(status, parts)
    count = 0 if message.active_tasks is None else len(message.active_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.active_tasks:
        for streams_group_heartbeat_response_task_ids in message.active_tasks:
            _write_streams_group_heartbeat_response_task_ids_v0(
                streams_group_heartbeat_response_task_ids, parts
            )
    count = 0 if message.standby_tasks is None else len(message.standby_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.standby_tasks:
        for streams_group_heartbeat_response_task_ids in message.standby_tasks:
            _write_streams_group_heartbeat_response_task_ids_v0(
                streams_group_heartbeat_response_task_ids, parts
            )
    count = 0 if message.warmup_tasks is None else len(message.warmup_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.warmup_tasks:
        for streams_group_heartbeat_response_task_ids in message.warmup_tasks:
            _write_streams_group_heartbeat_response_task_ids_v0(
                streams_group_heartbeat_response_task_ids, parts
            )
    count = (
        0
        if message.partitions_by_user_endpoint is None
        else len(message.partitions_by_user_endpoint) + 1
    )
    parts.append(
        _pack_iB(message.endpoint_information_epoch, count)
        if count < 128
        else _pack_i(message.endpoint_information_epoch) + uvarint(count)
    )
    if message.partitions_by_user_endpoint:
        for endpoint_to_partitions in message.partitions_by_user_endpoint:
            _write_endpoint_to_partitions_v0(endpoint_to_partitions, parts)
    parts.append(b"\x00")


def _read_streams_group_heartbeat_response_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupHeartbeatResponse, int]:
    message = _new(StreamsGroupHeartbeatResponse)
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupHeartbeatResponse.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    (
        message.member_epoch,
        message.heartbeat_interval_ms,
        message.acceptable_recovery_lag,
        message.task_offset_interval_ms,
        count,
    ) = _unpack_iiiiB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.status = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatResponse.status", count)
        status_list: list[Status] = []
        for _ in range(count):
            status, offset = _read_status_v0(data, offset)
            status_list.append(status)
        message.status = status_list
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.active_tasks = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatResponse.active_tasks", count)
        active_tasks: list[StreamsGroupHeartbeatResponseTaskIds] = []
        for _ in range(count):
            streams_group_heartbeat_response_task_ids, offset = (
                _read_streams_group_heartbeat_response_task_ids_v0(data, offset)
            )
            active_tasks.append(streams_group_heartbeat_response_task_ids)
        message.active_tasks = active_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.standby_tasks = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatResponse.standby_tasks", count)
        standby_tasks: list[StreamsGroupHeartbeatResponseTaskIds] = []
        for _ in range(count):
            streams_group_heartbeat_response_task_ids, offset = (
                _read_streams_group_heartbeat_response_task_ids_v0(data, offset)
            )
            standby_tasks.append(streams_group_heartbeat_response_task_ids)
        message.standby_tasks = standby_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.warmup_tasks = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatResponse.warmup_tasks", count)
        warmup_tasks: list[StreamsGroupHeartbeatResponseTaskIds] = []
        for _ in range(count):
            streams_group_heartbeat_response_task_ids, offset = (
                _read_streams_group_heartbeat_response_task_ids_v0(data, offset)
            )
            warmup_tasks.append(streams_group_heartbeat_response_task_ids)
        message.warmup_tasks = warmup_tasks
    message.endpoint_information_epoch, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.partitions_by_user_endpoint = None
    else:
        count -= 1
        if count * 7 > len(data) - offset:
            raise count_refused("StreamsGroupHeartbeatResponse.partitions_by_user_endpoint", count)
        partitions_by_user_endpoint: list[EndpointToPartitions] = []
        for _ in range(count):
            endpoint_to_partitions, offset = _read_endpoint_to_partitions_v0(data, offset)
            partitions_by_user_endpoint.append(endpoint_to_partitions)
        message.partitions_by_user_endpoint = partitions_by_user_endpoint
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_endpoint_to_partitions_v0(message: EndpointToPartitions, parts: list[Buffer]) -> None:
    _write_streams_group_heartbeat_response_endpoint_v0(message.user_endpoint, parts)
    count = len(message.active_partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_partition in message.active_partitions:
        _write_topic_partition_v0(topic_partition, parts)
    count = len(message.standby_partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_partition in message.standby_partitions:
        _write_topic_partition_v0(topic_partition, parts)
    parts.append(b"\x00")


def _read_endpoint_to_partitions_v0(data: bytes, offset: int) -> tuple[EndpointToPartitions, int]:
    message = _new(EndpointToPartitions)
    message.user_endpoint, offset = _read_streams_group_heartbeat_response_endpoint_v0(data, offset)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("EndpointToPartitions.active_partitions")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("EndpointToPartitions.active_partitions", count)
    active_partitions: list[TopicPartition] = []
    for _ in range(count):
        topic_partition, offset = _read_topic_partition_v0(data, offset)
        active_partitions.append(topic_partition)
    message.active_partitions = active_partitions
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("EndpointToPartitions.standby_partitions")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("EndpointToPartitions.standby_partitions", count)
    standby_partitions: list[TopicPartition] = []
    for _ in range(count):
        topic_partition, offset = _read_topic_partition_v0(data, offset)
        standby_partitions.append(topic_partition)
    message.standby_partitions = standby_partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_partition_v0(message: TopicPartition, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_topic_partition_v0(data: bytes, offset: int) -> tuple[TopicPartition, int]:
    message = _new(TopicPartition)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicPartition.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicPartition.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("TopicPartition.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_heartbeat_response_endpoint_v0(
    message: StreamsGroupHeartbeatResponseEndpoint, parts: list[Buffer]
) -> None:
    text: Buffer = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_H0(message.port))


def _read_streams_group_heartbeat_response_endpoint_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupHeartbeatResponseEndpoint, int]:
    message = _new(StreamsGroupHeartbeatResponseEndpoint)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupHeartbeatResponseEndpoint.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, count = _unpack_HB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_heartbeat_response_task_ids_v0(
    message: StreamsGroupHeartbeatResponseTaskIds, parts: list[Buffer]
) -> None:
    text: Buffer = message.subtopology_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_streams_group_heartbeat_response_task_ids_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupHeartbeatResponseTaskIds, int]:
    message = _new(StreamsGroupHeartbeatResponseTaskIds)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupHeartbeatResponseTaskIds.subtopology_id")
    end = offset + length - 1
    message.subtopology_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupHeartbeatResponseTaskIds.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("StreamsGroupHeartbeatResponseTaskIds.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_status_v0(message: Status, parts: list[Buffer]) -> None:
    text: Buffer = message.status_detail.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.status_code, length)
        if length < 128
        else _pack_b(message.status_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_status_v0(data: bytes, offset: int) -> tuple[Status, int]:
    message = _new(Status)
    message.status_code, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Status.status_detail")
    end = offset + length - 1
    message.status_detail = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


_DEFAULT_STREAMS_GROUP_HEARTBEAT_RESPONSE_ENDPOINT = StreamsGroupHeartbeatResponseEndpoint()

StreamsGroupHeartbeatRequest.WRITERS = {
    0: _write_streams_group_heartbeat_request_v0,
}
StreamsGroupHeartbeatRequest.READERS = {
    0: _read_streams_group_heartbeat_request_v0,
}
StreamsGroupHeartbeatResponse.WRITERS = {
    0: _write_streams_group_heartbeat_response_v0,
}
StreamsGroupHeartbeatResponse.READERS = {
    0: _read_streams_group_heartbeat_response_v0,
}
