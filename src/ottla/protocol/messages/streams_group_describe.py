# SPDX-License-Identifier: Apache-2.0
"""StreamsGroupDescribe (key 89).

Describes groups of Kafka Streams with topology, members and tasks.

Errors: GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, NOT_COORDINATOR,
COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, INVALID_GROUP_ID, GROUP_ID_NOT_FOUND.

Generated from `definitions/streams_group_describe.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
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
_unpack_b = _b.unpack_from
_h = Format(">h")
_pack_h = _h.pack
_i = Format(">i")
_pack_i = _i.pack
_H0 = Format(">Hx")
_pack_H0 = _H0.pack
_HB = Format(">HB")
_unpack_HB = _HB.unpack_from
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
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
_iib = Format(">iib")
_unpack_iib = _iib.unpack_from
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_unpack_iqB = _iqB.unpack_from


class StreamsGroupDescribeRequest(Message):
    """The groups to describe."""

    __slots__ = (
        "group_ids",
        "include_authorized_operations",
    )

    API_KEY = 89
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    group_ids: list[str]
    """Names of the groups to describe."""

    include_authorized_operations: bool
    """Whether to say what the user may do with each group."""

    def __init__(
        self, *, group_ids: Iterable[str] = (), include_authorized_operations: bool = False
    ) -> None:
        self.group_ids = list(group_ids)
        self.include_authorized_operations = include_authorized_operations


class StreamsGroupDescribeResponse(Message):
    """The groups."""

    __slots__ = (
        "throttle_time_ms",
        "groups",
    )

    API_KEY = 89
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    groups: list[DescribedGroup]
    """The groups that were asked for."""

    def __init__(self, *, throttle_time_ms: int = 0, groups: Iterable[DescribedGroup] = ()) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.groups = list(groups)


class DescribedGroup(Struct):
    """The groups that were asked for."""

    __slots__ = (
        "error_code",
        "error_message",
        "group_id",
        "group_state",
        "group_epoch",
        "assignment_epoch",
        "topology",
        "members",
        "authorized_operations",
    )

    error_code: int
    """Outcome for this group; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    group_id: str
    """The group's name."""

    group_state: str
    """The group's state."""

    group_epoch: int
    """The group's epoch, raised whenever what members want changes."""

    assignment_epoch: int
    """The epoch in which the target assignment was computed."""

    topology: Topology | None
    """The program that the group runs; null when it has not been said yet. (may be None)"""

    members: list[Member]
    """The group's members."""

    authorized_operations: int
    """What the user may do, one bit for each operation; the smallest int32 when not asked for.
    """

    def __init__(
        self,
        *,
        error_code: int = 0,
        error_message: str | None = None,
        group_id: str = "",
        group_state: str = "",
        group_epoch: int = 0,
        assignment_epoch: int = 0,
        topology: Topology | None = None,
        members: Iterable[Member] = (),
        authorized_operations: int = -2147483648,
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.group_id = group_id
        self.group_state = group_state
        self.group_epoch = group_epoch
        self.assignment_epoch = assignment_epoch
        self.topology = topology
        self.members = list(members)
        self.authorized_operations = authorized_operations


class Member(Struct):
    """The group's members."""

    __slots__ = (
        "member_id",
        "member_epoch",
        "instance_id",
        "rack_id",
        "client_id",
        "client_host",
        "topology_epoch",
        "process_id",
        "user_endpoint",
        "client_tags",
        "task_offsets",
        "task_end_offsets",
        "assignment",
        "target_assignment",
        "is_classic",
    )

    member_id: str
    """The member's id."""

    member_epoch: int
    """The member's epoch."""

    instance_id: str | None
    """The name of a static member; null for a dynamic one. (may be None)"""

    rack_id: str | None
    """The rack that the member runs in; null when it did not say. (may be None)"""

    client_id: str
    """The client id that the member sent in its request headers."""

    client_host: str
    """The address that the member connected from."""

    topology_epoch: int
    """The epoch of the topology that the member runs."""

    process_id: str
    """Identifies the process, to keep spares in other processes."""

    user_endpoint: Endpoint | None
    """Where the instance serves queries; null when it does not. (may be None)"""

    client_tags: list[KeyValue]
    """Tags of the instance, for placing spares far apart."""

    task_offsets: list[TaskOffset]
    """How far the tasks' changelogs have been written."""

    task_end_offsets: list[TaskOffset]
    """Where the tasks' changelogs end."""

    assignment: Assignment
    """What the member has been assigned."""

    target_assignment: Assignment
    """What the member shall have when the rebalance is over."""

    is_classic: bool
    """Whether the member still speaks the classic protocol."""

    def __init__(
        self,
        *,
        member_id: str = "",
        member_epoch: int = 0,
        instance_id: str | None = None,
        rack_id: str | None = None,
        client_id: str = "",
        client_host: str = "",
        topology_epoch: int = 0,
        process_id: str = "",
        user_endpoint: Endpoint | None = None,
        client_tags: Iterable[KeyValue] = (),
        task_offsets: Iterable[TaskOffset] = (),
        task_end_offsets: Iterable[TaskOffset] = (),
        assignment: Assignment | None = None,
        target_assignment: Assignment | None = None,
        is_classic: bool = False,
    ) -> None:
        self.member_id = member_id
        self.member_epoch = member_epoch
        self.instance_id = instance_id
        self.rack_id = rack_id
        self.client_id = client_id
        self.client_host = client_host
        self.topology_epoch = topology_epoch
        self.process_id = process_id
        self.user_endpoint = user_endpoint
        self.client_tags = list(client_tags)
        self.task_offsets = list(task_offsets)
        self.task_end_offsets = list(task_end_offsets)
        self.assignment = Assignment() if assignment is None else assignment
        self.target_assignment = Assignment() if target_assignment is None else target_assignment
        self.is_classic = is_classic


class Assignment(Struct):
    """What the member has been assigned."""

    __slots__ = (
        "active_tasks",
        "standby_tasks",
        "warmup_tasks",
    )

    active_tasks: list[TaskIds]
    """Tasks that process records."""

    standby_tasks: list[TaskIds]
    """Tasks whose state is kept as a spare."""

    warmup_tasks: list[TaskIds]
    """Tasks whose state is being copied, so that they can move here."""

    def __init__(
        self,
        *,
        active_tasks: Iterable[TaskIds] = (),
        standby_tasks: Iterable[TaskIds] = (),
        warmup_tasks: Iterable[TaskIds] = (),
    ) -> None:
        self.active_tasks = list(active_tasks)
        self.standby_tasks = list(standby_tasks)
        self.warmup_tasks = list(warmup_tasks)


class TaskIds(Struct):
    """Tasks that process records."""

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


class TaskOffset(Struct):
    """How far the tasks' changelogs have been written."""

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


class Endpoint(Struct):
    """Where the instance serves queries; null when it does not."""

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


class Topology(Struct):
    """The program that the group runs; null when it has not been said yet."""

    __slots__ = (
        "epoch",
        "subtopologies",
    )

    epoch: int
    """The topology's epoch."""

    subtopologies: list[Subtopology] | None
    """Parts of the topology that can run apart. (may be None)"""

    def __init__(
        self, *, epoch: int = 0, subtopologies: Iterable[Subtopology] | None = None
    ) -> None:
        self.epoch = epoch
        self.subtopologies = None if subtopologies is None else list(subtopologies)


class Subtopology(Struct):
    """Parts of the topology that can run apart."""

    __slots__ = (
        "subtopology_id",
        "source_topics",
        "repartition_sink_topics",
        "state_changelog_topics",
        "repartition_source_topics",
    )

    subtopology_id: str
    """The subtopology's name, unique within the topology."""

    source_topics: list[str]
    """Topics that the subtopology reads."""

    repartition_sink_topics: list[str]
    """Repartition topics that the subtopology writes."""

    state_changelog_topics: list[TopicInfo]
    """Topics that record the changes of the subtopology's state stores."""

    repartition_source_topics: list[TopicInfo]
    """Repartition topics that the subtopology reads and that the group creates."""

    def __init__(
        self,
        *,
        subtopology_id: str = "",
        source_topics: Iterable[str] = (),
        repartition_sink_topics: Iterable[str] = (),
        state_changelog_topics: Iterable[TopicInfo] = (),
        repartition_source_topics: Iterable[TopicInfo] = (),
    ) -> None:
        self.subtopology_id = subtopology_id
        self.source_topics = list(source_topics)
        self.repartition_sink_topics = list(repartition_sink_topics)
        self.state_changelog_topics = list(state_changelog_topics)
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


def _write_streams_group_describe_request_v0(
    message: StreamsGroupDescribeRequest, parts: list[Buffer]
) -> None:
    count = len(message.group_ids) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.group_ids:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(_pack_t0(message.include_authorized_operations))


def _read_streams_group_describe_request_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupDescribeRequest, int]:
    message = _new(StreamsGroupDescribeRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupDescribeRequest.group_ids")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("StreamsGroupDescribeRequest.group_ids", count)
    group_ids: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("StreamsGroupDescribeRequest.group_ids")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        group_ids.append(text)
    message.group_ids = group_ids
    message.include_authorized_operations, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_describe_response_v0(
    message: StreamsGroupDescribeResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for described_group in message.groups:
        _write_described_group_v0(described_group, parts)
    parts.append(b"\x00")


def _read_streams_group_describe_response_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupDescribeResponse, int]:
    message = _new(StreamsGroupDescribeResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupDescribeResponse.groups")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("StreamsGroupDescribeResponse.groups", count)
    groups: list[DescribedGroup] = []
    for _ in range(count):
        described_group, offset = _read_described_group_v0(data, offset)
        groups.append(described_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_described_group_v0(message: DescribedGroup, parts: list[Buffer]) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    text = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.group_state.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_ii(message.group_epoch, message.assignment_epoch))
    if message.topology is None:
        parts.append(b"\xff")
    else:
        parts.append(b"\x01")
        _write_topology_v0(message.topology, parts)
    count = len(message.members) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for member in message.members:
        _write_member_v0(member, parts)
    parts.append(_pack_i0(message.authorized_operations))


def _read_described_group_v0(data: bytes, offset: int) -> tuple[DescribedGroup, int]:
    message = _new(DescribedGroup)
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
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
        raise null_refused("DescribedGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.group_state")
    end = offset + length - 1
    message.group_state = data[offset:end].decode()
    offset = end
    message.group_epoch, message.assignment_epoch, marker = _unpack_iib(data, offset)
    offset += 9
    if marker == -1:
        message.topology = None
    elif marker == 1:
        message.topology, offset = _read_topology_v0(data, offset)
    else:
        raise marker_refused("DescribedGroup.topology", marker)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribedGroup.members")
    count -= 1
    if count * 28 > len(data) - offset:
        raise count_refused("DescribedGroup.members", count)
    members: list[Member] = []
    for _ in range(count):
        member, offset = _read_member_v0(data, offset)
        members.append(member)
    message.members = members
    message.authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_member_v0(message: Member, parts: list[Buffer]) -> None:
    text: Buffer = message.member_id.encode()
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
        _pack_iB(message.member_epoch, length)
        if length < 128
        else _pack_i(message.member_epoch) + uvarint(length)
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
    text = message.client_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.client_host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.process_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.topology_epoch, length)
        if length < 128
        else _pack_i(message.topology_epoch) + uvarint(length)
    )
    parts.append(text)
    if message.user_endpoint is None:
        parts.append(b"\xff")
    else:
        parts.append(b"\x01")
        _write_endpoint_v0(message.user_endpoint, parts)
    count = len(message.client_tags) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for key_value in message.client_tags:
        _write_key_value_v0(key_value, parts)
    count = len(message.task_offsets) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for task_offset in message.task_offsets:
        _write_task_offset_v0(task_offset, parts)
    count = len(message.task_end_offsets) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for task_offset in message.task_end_offsets:
        _write_task_offset_v0(task_offset, parts)
    _write_assignment_v0(message.assignment, parts)
    _write_assignment_v0(message.target_assignment, parts)
    parts.append(_pack_t0(message.is_classic))


def _read_member_v0(data: bytes, offset: int) -> tuple[Member, int]:
    message = _new(Member)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Member.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    message.member_epoch, length = _unpack_iB(data, offset)
    offset += 5
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
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Member.client_id")
    end = offset + length - 1
    message.client_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Member.client_host")
    end = offset + length - 1
    message.client_host = data[offset:end].decode()
    offset = end
    message.topology_epoch, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Member.process_id")
    end = offset + length - 1
    message.process_id = data[offset:end].decode()
    offset = end
    (marker,) = _unpack_b(data, offset)
    offset += 1
    if marker == -1:
        message.user_endpoint = None
    elif marker == 1:
        message.user_endpoint, offset = _read_endpoint_v0(data, offset)
    else:
        raise marker_refused("Member.user_endpoint", marker)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Member.client_tags")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("Member.client_tags", count)
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
        raise null_refused("Member.task_offsets")
    count -= 1
    if count * 14 > len(data) - offset:
        raise count_refused("Member.task_offsets", count)
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
        raise null_refused("Member.task_end_offsets")
    count -= 1
    if count * 14 > len(data) - offset:
        raise count_refused("Member.task_end_offsets", count)
    task_end_offsets: list[TaskOffset] = []
    for _ in range(count):
        task_offset, offset = _read_task_offset_v0(data, offset)
        task_end_offsets.append(task_offset)
    message.task_end_offsets = task_end_offsets
    message.assignment, offset = _read_assignment_v0(data, offset)
    message.target_assignment, offset = _read_assignment_v0(data, offset)
    message.is_classic, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_assignment_v0(message: Assignment, parts: list[Buffer]) -> None:
    count = len(message.active_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for task_ids in message.active_tasks:
        _write_task_ids_v0(task_ids, parts)
    count = len(message.standby_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for task_ids in message.standby_tasks:
        _write_task_ids_v0(task_ids, parts)
    count = len(message.warmup_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for task_ids in message.warmup_tasks:
        _write_task_ids_v0(task_ids, parts)
    parts.append(b"\x00")


def _read_assignment_v0(data: bytes, offset: int) -> tuple[Assignment, int]:
    message = _new(Assignment)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Assignment.active_tasks")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("Assignment.active_tasks", count)
    active_tasks: list[TaskIds] = []
    for _ in range(count):
        task_ids, offset = _read_task_ids_v0(data, offset)
        active_tasks.append(task_ids)
    message.active_tasks = active_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Assignment.standby_tasks")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("Assignment.standby_tasks", count)
    standby_tasks: list[TaskIds] = []
    for _ in range(count):
        task_ids, offset = _read_task_ids_v0(data, offset)
        standby_tasks.append(task_ids)
    message.standby_tasks = standby_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Assignment.warmup_tasks")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("Assignment.warmup_tasks", count)
    warmup_tasks: list[TaskIds] = []
    for _ in range(count):
        task_ids, offset = _read_task_ids_v0(data, offset)
        warmup_tasks.append(task_ids)
    message.warmup_tasks = warmup_tasks
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_task_ids_v0(message: TaskIds, parts: list[Buffer]) -> None:
    text: Buffer = message.subtopology_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_task_ids_v0(data: bytes, offset: int) -> tuple[TaskIds, int]:
    message = _new(TaskIds)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TaskIds.subtopology_id")
    end = offset + length - 1
    message.subtopology_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TaskIds.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("TaskIds.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
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


def _write_endpoint_v0(message: Endpoint, parts: list[Buffer]) -> None:
    text: Buffer = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_H0(message.port))


def _read_endpoint_v0(data: bytes, offset: int) -> tuple[Endpoint, int]:
    message = _new(Endpoint)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Endpoint.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, count = _unpack_HB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topology_v0(message: Topology, parts: list[Buffer]) -> None:
    count = 0 if message.subtopologies is None else len(message.subtopologies) + 1
    parts.append(
        _pack_iB(message.epoch, count) if count < 128 else _pack_i(message.epoch) + uvarint(count)
    )
    if message.subtopologies:
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
        message.subtopologies = None
    else:
        count -= 1
        if count * 6 > len(data) - offset:
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
    count = len(message.repartition_sink_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.repartition_sink_topics:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.state_changelog_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_info in message.state_changelog_topics:
        _write_topic_info_v0(topic_info, parts)
    count = len(message.repartition_source_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_info in message.repartition_source_topics:
        _write_topic_info_v0(topic_info, parts)
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


_DEFAULT_ASSIGNMENT = Assignment()

StreamsGroupDescribeRequest.WRITERS = {
    0: _write_streams_group_describe_request_v0,
}
StreamsGroupDescribeRequest.READERS = {
    0: _read_streams_group_describe_request_v0,
}
StreamsGroupDescribeResponse.WRITERS = {
    0: _write_streams_group_describe_response_v0,
}
StreamsGroupDescribeResponse.READERS = {
    0: _read_streams_group_describe_response_v0,
}
