# SPDX-License-Identifier: Apache-2.0
"""CreateTopics (key 19).

Creates topics.

Errors: TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS,
INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST,
POLICY_VIOLATION, TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER,
THROTTLING_QUOTA_EXCEEDED, REQUEST_TIMED_OUT.

Generated from `definitions/create_topics.txt` by `make gen`.
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
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hh = Format(">hh")
_pack_hh = _hh.pack
_unpack_hh = _hh.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_it = Format(">i?")
_pack_it = _it.pack
_unpack_it = _it.unpack_from
_uh = Format(">16sh")
_pack_uh = _uh.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_ihi = Format(">ihi")
_pack_ihi = _ihi.pack
_unpack_ihi = _ihi.unpack_from
_it0 = Format(">i?x")
_pack_it0 = _it0.pack
_itB = Format(">i?B")
_unpack_itB = _itB.unpack_from
_uhB = Format(">16shB")
_pack_uhB = _uhB.pack
_unpack_uhB = _uhB.unpack_from
_tbt0 = Format(">?b?x")
_pack_tbt0 = _tbt0.pack
_tbtB = Format(">?b?B")
_unpack_tbtB = _tbtB.unpack_from


class CreateTopicsRequest(Message):
    """The topics with partitions, replicas and configurations."""

    __slots__ = (
        "topics",
        "timeout_ms",
        "validate_only",
    )

    API_KEY = 19
    VERSIONS = range(2, 8)
    FLEXIBLE_FROM = 5

    topics: list[CreatableTopic]
    """The topics to create."""

    timeout_ms: int
    """Milliseconds to wait for the work to be done; the work goes on when they have passed."""

    validate_only: bool
    """Whether only to check the request and change nothing."""

    def __init__(
        self,
        *,
        topics: Iterable[CreatableTopic] = (),
        timeout_ms: int = 60000,
        validate_only: bool = False,
    ) -> None:
        self.topics = list(topics)
        self.timeout_ms = timeout_ms
        self.validate_only = validate_only


class CreatableTopic(Struct):
    """The topics to create."""

    __slots__ = (
        "name",
        "num_partitions",
        "replication_factor",
        "assignments",
        "configs",
    )

    name: str
    """The topic's name."""

    num_partitions: int
    """Partitions; -1 takes the broker's default or what the assignments say."""

    replication_factor: int
    """Replicas of each partition; -1 takes the broker's default or what the assignments say."""

    assignments: list[CreatableReplicaAssignment]
    """Replicas of each partition, when the client places them itself."""

    configs: list[CreatableTopicConfig]
    """Configurations that differ from the broker's defaults."""

    def __init__(
        self,
        *,
        name: str = "",
        num_partitions: int = 0,
        replication_factor: int = 0,
        assignments: Iterable[CreatableReplicaAssignment] = (),
        configs: Iterable[CreatableTopicConfig] = (),
    ) -> None:
        self.name = name
        self.num_partitions = num_partitions
        self.replication_factor = replication_factor
        self.assignments = list(assignments)
        self.configs = list(configs)


class CreatableTopicConfig(Struct):
    """Configurations that differ from the broker's defaults."""

    __slots__ = (
        "name",
        "value",
    )

    name: str
    """The configuration's name."""

    value: str | None
    """The configuration's value; null asks for the default. (may be None)"""

    def __init__(self, *, name: str = "", value: str | None = "") -> None:
        self.name = name
        self.value = value


class CreatableReplicaAssignment(Struct):
    """Replicas of each partition, when the client places them itself."""

    __slots__ = (
        "partition_index",
        "broker_ids",
    )

    partition_index: int
    """The partition's number."""

    broker_ids: list[int]
    """The brokers that hold the partition, the preferred leader first."""

    def __init__(self, *, partition_index: int = 0, broker_ids: Iterable[int] = ()) -> None:
        self.partition_index = partition_index
        self.broker_ids = list(broker_ids)


class CreateTopicsResponse(Message):
    """Outcomes by topic."""

    __slots__ = (
        "throttle_time_ms",
        "topics",
    )

    API_KEY = 19
    VERSIONS = range(2, 8)
    FLEXIBLE_FROM = 5

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    topics: list[CreatableTopicResult]
    """Outcomes by topic."""

    def __init__(
        self, *, throttle_time_ms: int = 0, topics: Iterable[CreatableTopicResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)


class CreatableTopicResult(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "topic_id",
        "error_code",
        "error_message",
        "topic_config_error_code",
        "num_partitions",
        "replication_factor",
        "configs",
    )

    name: str
    """The topic's name."""

    topic_id: bytes
    """The topic's identifier. (versions 7+)"""

    error_code: int
    """Outcome for this topic; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    topic_config_error_code: int
    """Why the configurations are not shown; 0 when they are. (versions 5+)"""

    num_partitions: int
    """Partitions; -1 when the user may not see them. (versions 5+)"""

    replication_factor: int
    """Replicas of each partition; -1 when the user may not see them. (versions 5+)"""

    configs: list[CreatableTopicConfigs] | None
    """All configurations of the new topic; null when the user may not see them. (versions 5+; may
    be None)
    """

    def __init__(
        self,
        *,
        name: str = "",
        topic_id: bytes = ZERO_UUID,
        error_code: int = 0,
        error_message: str | None = "",
        topic_config_error_code: int = 0,
        num_partitions: int = -1,
        replication_factor: int = -1,
        configs: Iterable[CreatableTopicConfigs] | None = (),
    ) -> None:
        self.name = name
        self.topic_id = topic_id
        self.error_code = error_code
        self.error_message = error_message
        self.topic_config_error_code = topic_config_error_code
        self.num_partitions = num_partitions
        self.replication_factor = replication_factor
        self.configs = None if configs is None else list(configs)


class CreatableTopicConfigs(Struct):
    """All configurations of the new topic; null when the user may not see them."""

    __slots__ = (
        "name",
        "value",
        "read_only",
        "config_source",
        "is_sensitive",
    )

    name: str
    """The configuration's name."""

    value: str | None
    """The configuration's value in force; null when it is sensitive. (may be None)"""

    read_only: bool
    """Whether the configuration can only be changed in the broker's file."""

    config_source: int
    """Where the value comes from: 1 topic, 2 this broker, 3 all brokers, 4 configuration file, 5
    default, 6 broker logger, 7 client metrics, 8 group.
    """

    is_sensitive: bool
    """Whether the value is a secret and therefore not shown."""

    def __init__(
        self,
        *,
        name: str = "",
        value: str | None = "",
        read_only: bool = False,
        config_source: int = -1,
        is_sensitive: bool = False,
    ) -> None:
        self.name = name
        self.value = value
        self.read_only = read_only
        self.config_source = config_source
        self.is_sensitive = is_sensitive


def _write_create_topics_request_v2_v4(message: CreateTopicsRequest, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for creatable_topic in message.topics:
        _write_creatable_topic_v2_v4(creatable_topic, parts)
    parts.append(_pack_it(message.timeout_ms, message.validate_only))


def _read_create_topics_request_v2_v4(data: bytes, offset: int) -> tuple[CreateTopicsRequest, int]:
    message = _new(CreateTopicsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("CreateTopicsRequest.topics")
    if count * 16 > len(data) - offset:
        raise count_refused("CreateTopicsRequest.topics", count)
    topics: list[CreatableTopic] = []
    for _ in range(count):
        creatable_topic, offset = _read_creatable_topic_v2_v4(data, offset)
        topics.append(creatable_topic)
    message.topics = topics
    message.timeout_ms, message.validate_only = _unpack_it(data, offset)
    offset += 5
    return message, offset


def _write_create_topics_request_v5_v7(message: CreateTopicsRequest, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for creatable_topic in message.topics:
        _write_creatable_topic_v5_v7(creatable_topic, parts)
    parts.append(_pack_it0(message.timeout_ms, message.validate_only))


def _read_create_topics_request_v5_v7(data: bytes, offset: int) -> tuple[CreateTopicsRequest, int]:
    message = _new(CreateTopicsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreateTopicsRequest.topics")
    count -= 1
    if count * 10 > len(data) - offset:
        raise count_refused("CreateTopicsRequest.topics", count)
    topics: list[CreatableTopic] = []
    for _ in range(count):
        creatable_topic, offset = _read_creatable_topic_v5_v7(data, offset)
        topics.append(creatable_topic)
    message.topics = topics
    message.timeout_ms, message.validate_only, count = _unpack_itB(data, offset)
    offset += 6
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_creatable_topic_v2_v4(message: CreatableTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.assignments)
    parts.append(_pack_ihi(message.num_partitions, message.replication_factor, count))
    for creatable_replica_assignment in message.assignments:
        _write_creatable_replica_assignment_v2_v4(creatable_replica_assignment, parts)
    count = len(message.configs)
    parts.append(_pack_i(count))
    for creatable_topic_config in message.configs:
        _write_creatable_topic_config_v2_v4(creatable_topic_config, parts)


def _read_creatable_topic_v2_v4(data: bytes, offset: int) -> tuple[CreatableTopic, int]:
    message = _new(CreatableTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("CreatableTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    message.num_partitions, message.replication_factor, count = _unpack_ihi(data, offset)
    offset += 10
    if count < 0:
        raise null_refused("CreatableTopic.assignments")
    if count * 8 > len(data) - offset:
        raise count_refused("CreatableTopic.assignments", count)
    assignments: list[CreatableReplicaAssignment] = []
    for _ in range(count):
        creatable_replica_assignment, offset = _read_creatable_replica_assignment_v2_v4(
            data, offset
        )
        assignments.append(creatable_replica_assignment)
    message.assignments = assignments
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("CreatableTopic.configs")
    if count * 4 > len(data) - offset:
        raise count_refused("CreatableTopic.configs", count)
    configs: list[CreatableTopicConfig] = []
    for _ in range(count):
        creatable_topic_config, offset = _read_creatable_topic_config_v2_v4(data, offset)
        configs.append(creatable_topic_config)
    message.configs = configs
    return message, offset


def _write_creatable_topic_v5_v7(message: CreatableTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.assignments) + 1
    parts.append(
        _pack_ihB(message.num_partitions, message.replication_factor, count)
        if count < 128
        else _pack_ih(message.num_partitions, message.replication_factor) + uvarint(count)
    )
    for creatable_replica_assignment in message.assignments:
        _write_creatable_replica_assignment_v5_v7(creatable_replica_assignment, parts)
    count = len(message.configs) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for creatable_topic_config in message.configs:
        _write_creatable_topic_config_v5_v7(creatable_topic_config, parts)
    parts.append(b"\x00")


def _read_creatable_topic_v5_v7(data: bytes, offset: int) -> tuple[CreatableTopic, int]:
    message = _new(CreatableTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreatableTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.num_partitions, message.replication_factor, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreatableTopic.assignments")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("CreatableTopic.assignments", count)
    assignments: list[CreatableReplicaAssignment] = []
    for _ in range(count):
        creatable_replica_assignment, offset = _read_creatable_replica_assignment_v5_v7(
            data, offset
        )
        assignments.append(creatable_replica_assignment)
    message.assignments = assignments
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreatableTopic.configs")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("CreatableTopic.configs", count)
    configs: list[CreatableTopicConfig] = []
    for _ in range(count):
        creatable_topic_config, offset = _read_creatable_topic_config_v5_v7(data, offset)
        configs.append(creatable_topic_config)
    message.configs = configs
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_creatable_topic_config_v2_v4(message: CreatableTopicConfig, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.value is None:
        text = b""
        length = -1
    else:
        text = message.value.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_creatable_topic_config_v2_v4(
    data: bytes, offset: int
) -> tuple[CreatableTopicConfig, int]:
    message = _new(CreatableTopicConfig)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("CreatableTopicConfig.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("CreatableTopicConfig.value")
        message.value = None
    else:
        end = offset + length
        message.value = data[offset:end].decode()
        offset = end
    return message, offset


def _write_creatable_topic_config_v5_v7(message: CreatableTopicConfig, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.value is None:
        text = b""
        length = 0
    else:
        text = message.value.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_creatable_topic_config_v5_v7(
    data: bytes, offset: int
) -> tuple[CreatableTopicConfig, int]:
    message = _new(CreatableTopicConfig)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreatableTopicConfig.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.value = None
    else:
        end = offset + length - 1
        message.value = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_creatable_replica_assignment_v2_v4(
    message: CreatableReplicaAssignment, parts: list[Buffer]
) -> None:
    count = len(message.broker_ids)
    parts.append(_pack_ii(message.partition_index, count))
    parts.append(pack_int32s(message.broker_ids))


def _read_creatable_replica_assignment_v2_v4(
    data: bytes, offset: int
) -> tuple[CreatableReplicaAssignment, int]:
    message = _new(CreatableReplicaAssignment)
    message.partition_index, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("CreatableReplicaAssignment.broker_ids")
    if count * 4 > len(data) - offset:
        raise count_refused("CreatableReplicaAssignment.broker_ids", count)
    message.broker_ids = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_creatable_replica_assignment_v5_v7(
    message: CreatableReplicaAssignment, parts: list[Buffer]
) -> None:
    count = len(message.broker_ids) + 1
    parts.append(
        _pack_iB(message.partition_index, count)
        if count < 128
        else _pack_i(message.partition_index) + uvarint(count)
    )
    parts.append(pack_int32s(message.broker_ids))
    parts.append(b"\x00")


def _read_creatable_replica_assignment_v5_v7(
    data: bytes, offset: int
) -> tuple[CreatableReplicaAssignment, int]:
    message = _new(CreatableReplicaAssignment)
    message.partition_index, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreatableReplicaAssignment.broker_ids")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("CreatableReplicaAssignment.broker_ids", count)
    message.broker_ids = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_topics_response_v2_v4(message: CreateTopicsResponse, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for creatable_topic_result in message.topics:
        _write_creatable_topic_result_v2_v4(creatable_topic_result, parts)


def _read_create_topics_response_v2_v4(
    data: bytes, offset: int
) -> tuple[CreateTopicsResponse, int]:
    message = _new(CreateTopicsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("CreateTopicsResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("CreateTopicsResponse.topics", count)
    topics: list[CreatableTopicResult] = []
    for _ in range(count):
        creatable_topic_result, offset = _read_creatable_topic_result_v2_v4(data, offset)
        topics.append(creatable_topic_result)
    message.topics = topics
    return message, offset


def _write_create_topics_response_v5_v6(message: CreateTopicsResponse, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for creatable_topic_result in message.topics:
        _write_creatable_topic_result_v5_v6(creatable_topic_result, parts)
    parts.append(b"\x00")


def _read_create_topics_response_v5_v6(
    data: bytes, offset: int
) -> tuple[CreateTopicsResponse, int]:
    message = _new(CreateTopicsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreateTopicsResponse.topics")
    count -= 1
    if count * 12 > len(data) - offset:
        raise count_refused("CreateTopicsResponse.topics", count)
    topics: list[CreatableTopicResult] = []
    for _ in range(count):
        creatable_topic_result, offset = _read_creatable_topic_result_v5_v6(data, offset)
        topics.append(creatable_topic_result)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_topics_response_v7(message: CreateTopicsResponse, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for creatable_topic_result in message.topics:
        _write_creatable_topic_result_v7(creatable_topic_result, parts)
    parts.append(b"\x00")


def _read_create_topics_response_v7(data: bytes, offset: int) -> tuple[CreateTopicsResponse, int]:
    message = _new(CreateTopicsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreateTopicsResponse.topics")
    count -= 1
    if count * 28 > len(data) - offset:
        raise count_refused("CreateTopicsResponse.topics", count)
    topics: list[CreatableTopicResult] = []
    for _ in range(count):
        creatable_topic_result, offset = _read_creatable_topic_result_v7(data, offset)
        topics.append(creatable_topic_result)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_creatable_topic_result_v2_v4(message: CreatableTopicResult, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.error_message is None:
        text = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)


def _read_creatable_topic_result_v2_v4(
    data: bytes, offset: int
) -> tuple[CreatableTopicResult, int]:
    message = _new(CreatableTopicResult)
    message.topic_id = ZERO_UUID
    message.topic_config_error_code = 0
    message.num_partitions = -1
    message.replication_factor = -1
    message.configs = []
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("CreatableTopicResult.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("CreatableTopicResult.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    return message, offset


def _write_creatable_topic_result_v5_v6(message: CreatableTopicResult, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.error_message is None:
        text = b""
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
    count = 0 if message.configs is None else len(message.configs) + 1
    parts.append(
        _pack_ihB(message.num_partitions, message.replication_factor, count)
        if count < 128
        else _pack_ih(message.num_partitions, message.replication_factor) + uvarint(count)
    )
    if message.configs:
        for creatable_topic_configs in message.configs:
            _write_creatable_topic_configs_v5_v7(creatable_topic_configs, parts)
    tagged: list[Buffer] = []
    if message.topic_config_error_code != 0:
        section: list[Buffer] = []
        section.append(_pack_h(message.topic_config_error_code))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_creatable_topic_result_v5_v6(
    data: bytes, offset: int
) -> tuple[CreatableTopicResult, int]:
    message = _new(CreatableTopicResult)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreatableTopicResult.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
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
    message.num_partitions, message.replication_factor, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.configs = None
    else:
        count -= 1
        if count * 6 > len(data) - offset:
            raise count_refused("CreatableTopicResult.configs", count)
        configs: list[CreatableTopicConfigs] = []
        for _ in range(count):
            creatable_topic_configs, offset = _read_creatable_topic_configs_v5_v7(data, offset)
            configs.append(creatable_topic_configs)
        message.configs = configs
    count = data[offset]
    offset += 1
    message.topic_config_error_code = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.topic_config_error_code,) = _unpack_h(data, offset)
                offset += 2
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("CreatableTopicResult")
    return message, offset


def _write_creatable_topic_result_v7(message: CreatableTopicResult, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.topic_id) == 16
    if message.error_message is None:
        text = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_uhB(message.topic_id, message.error_code, length)
        if length < 128
        else _pack_uh(message.topic_id, message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = 0 if message.configs is None else len(message.configs) + 1
    parts.append(
        _pack_ihB(message.num_partitions, message.replication_factor, count)
        if count < 128
        else _pack_ih(message.num_partitions, message.replication_factor) + uvarint(count)
    )
    if message.configs:
        for creatable_topic_configs in message.configs:
            _write_creatable_topic_configs_v5_v7(creatable_topic_configs, parts)
    tagged: list[Buffer] = []
    if message.topic_config_error_code != 0:
        section: list[Buffer] = []
        section.append(_pack_h(message.topic_config_error_code))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_creatable_topic_result_v7(data: bytes, offset: int) -> tuple[CreatableTopicResult, int]:
    message = _new(CreatableTopicResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreatableTopicResult.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.topic_id, message.error_code, length = _unpack_uhB(data, offset)
    offset += 19
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    message.num_partitions, message.replication_factor, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.configs = None
    else:
        count -= 1
        if count * 6 > len(data) - offset:
            raise count_refused("CreatableTopicResult.configs", count)
        configs: list[CreatableTopicConfigs] = []
        for _ in range(count):
            creatable_topic_configs, offset = _read_creatable_topic_configs_v5_v7(data, offset)
            configs.append(creatable_topic_configs)
        message.configs = configs
    count = data[offset]
    offset += 1
    message.topic_config_error_code = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.topic_config_error_code,) = _unpack_h(data, offset)
                offset += 2
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("CreatableTopicResult")
    return message, offset


def _write_creatable_topic_configs_v5_v7(
    message: CreatableTopicConfigs, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.value is None:
        text = b""
        length = 0
    else:
        text = message.value.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_tbt0(message.read_only, message.config_source, message.is_sensitive))


def _read_creatable_topic_configs_v5_v7(
    data: bytes, offset: int
) -> tuple[CreatableTopicConfigs, int]:
    message = _new(CreatableTopicConfigs)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreatableTopicConfigs.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.value = None
    else:
        end = offset + length - 1
        message.value = data[offset:end].decode()
        offset = end
    message.read_only, message.config_source, message.is_sensitive, count = _unpack_tbtB(
        data, offset
    )
    offset += 4
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


CreateTopicsRequest.WRITERS = {
    2: _write_create_topics_request_v2_v4,
    3: _write_create_topics_request_v2_v4,
    4: _write_create_topics_request_v2_v4,
    5: _write_create_topics_request_v5_v7,
    6: _write_create_topics_request_v5_v7,
    7: _write_create_topics_request_v5_v7,
}
CreateTopicsRequest.READERS = {
    2: _read_create_topics_request_v2_v4,
    3: _read_create_topics_request_v2_v4,
    4: _read_create_topics_request_v2_v4,
    5: _read_create_topics_request_v5_v7,
    6: _read_create_topics_request_v5_v7,
    7: _read_create_topics_request_v5_v7,
}
CreateTopicsResponse.WRITERS = {
    2: _write_create_topics_response_v2_v4,
    3: _write_create_topics_response_v2_v4,
    4: _write_create_topics_response_v2_v4,
    5: _write_create_topics_response_v5_v6,
    6: _write_create_topics_response_v5_v6,
    7: _write_create_topics_response_v7,
}
CreateTopicsResponse.READERS = {
    2: _read_create_topics_response_v2_v4,
    3: _read_create_topics_response_v2_v4,
    4: _read_create_topics_response_v2_v4,
    5: _read_create_topics_response_v5_v6,
    6: _read_create_topics_response_v5_v6,
    7: _read_create_topics_response_v7,
}
