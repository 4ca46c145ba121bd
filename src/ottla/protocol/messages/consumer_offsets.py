# SPDX-License-Identifier: Apache-2.0
"""Records of the topic `__consumer_offsets`.

What the group coordinator stores: offsets, and the state of classic, consumer, share and
streams groups. A key on disk is its type (int16, the numbers behind `key`) and its body, a
value is its version (int16) and its body. A null value deletes.

Generated from `definitions/consumer_offsets.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format, pack, unpack_from
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    TAGGED_FIELDS_MAX,
    ZERO_UUID,
    count_refused,
    marker_refused,
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
_b = Format(">b")
_unpack_b = _b.unpack_from
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
_H0 = Format(">Hx")
_pack_H0 = _H0.pack
_HB = Format(">HB")
_unpack_HB = _HB.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_iq = Format(">iq")
_pack_iq = _iq.pack
_qB = Format(">qB")
_pack_qB = _qB.pack
_unpack_qB = _qB.unpack_from
_qh = Format(">qh")
_pack_qh = _qh.pack
_unpack_qh = _qh.unpack_from
_qi = Format(">qi")
_pack_qi = _qi.pack
_unpack_qi = _qi.unpack_from
_qq = Format(">qq")
_pack_qq = _qq.pack
_unpack_qq = _qq.unpack_from
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_iiB = Format(">iiB")
_pack_iiB = _iiB.pack
_unpack_iiB = _iiB.unpack_from
_iib = Format(">iib")
_pack_iib = _iib.pack
_iii = Format(">iii")
_pack_iii = _iii.pack
_unpack_iii = _iii.unpack_from
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_unpack_iqB = _iqB.unpack_from
_qiB = Format(">qiB")
_pack_qiB = _qiB.pack
_unpack_qiB = _qiB.unpack_from
_qih = Format(">qih")
_pack_qih = _qih.pack
_unpack_qih = _qih.unpack_from
_qq0 = Format(">qqx")
_pack_qq0 = _qq0.pack
_qqB = Format(">qqB")
_unpack_qqB = _qqB.unpack_from
_iibB = Format(">iibB")
_pack_iibB = _iibB.pack
_unpack_iibB = _iibB.unpack_from


class LegacyOffsetCommitKey(Message):
    """Key of a committed offset, as old versions wrote it."""

    __slots__ = (
        "group",
        "topic",
        "partition",
    )

    API_KEY = 0
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group: str
    """The group's name."""

    topic: str
    """The topic's name."""

    partition: int
    """The partition's number."""

    def __init__(self, *, group: str = "", topic: str = "", partition: int = 0) -> None:
        self.group = group
        self.topic = topic
        self.partition = partition


class LegacyOffsetCommitValue(Message):
    """A committed offset, as old versions wrote it."""

    __slots__ = (
        "offset",
        "metadata",
        "commit_timestamp",
    )

    API_KEY = 0
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    offset: int
    """The offset of the next record to be consumed."""

    metadata: str
    """Text that the member stored with the offset."""

    commit_timestamp: int
    """When the offset was committed, as Unix time in milliseconds."""

    def __init__(self, *, offset: int = 0, metadata: str = "", commit_timestamp: int = 0) -> None:
        self.offset = offset
        self.metadata = metadata
        self.commit_timestamp = commit_timestamp


class OffsetCommitKey(Message):
    """Key of a committed offset; its value is OffsetCommitValue."""

    __slots__ = (
        "group",
        "topic",
        "partition",
    )

    API_KEY = 1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group: str
    """The group's name."""

    topic: str
    """The topic's name."""

    partition: int
    """The partition's number."""

    def __init__(self, *, group: str = "", topic: str = "", partition: int = 0) -> None:
        self.group = group
        self.topic = topic
        self.partition = partition


class OffsetCommitValue(Message):
    """A committed offset."""

    __slots__ = (
        "offset",
        "leader_epoch",
        "metadata",
        "commit_timestamp",
        "expire_timestamp",
        "topic_id",
    )

    API_KEY = 1
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 4

    offset: int
    """The offset of the next record to be consumed."""

    leader_epoch: int
    """The epoch of the leader that wrote the last record consumed; -1 when unknown. (versions 3+)
    """

    metadata: str
    """Text that the member stored with the offset."""

    commit_timestamp: int
    """When the offset was committed, as Unix time in milliseconds."""

    expire_timestamp: int
    """When the offset expires, as Unix time in milliseconds; -1 follows the broker's retention.
    (versions 1)
    """

    topic_id: bytes
    """The topic's identifier; all zero when it was not known at the time of the commit. (versions
    4+)
    """

    def __init__(
        self,
        *,
        offset: int = 0,
        leader_epoch: int = -1,
        metadata: str = "",
        commit_timestamp: int = 0,
        expire_timestamp: int = -1,
        topic_id: bytes = ZERO_UUID,
    ) -> None:
        self.offset = offset
        self.leader_epoch = leader_epoch
        self.metadata = metadata
        self.commit_timestamp = commit_timestamp
        self.expire_timestamp = expire_timestamp
        self.topic_id = topic_id


class GroupMetadataKey(Message):
    """Key of a classic group's state."""

    __slots__ = ("group",)

    API_KEY = 2
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group: str
    """The group's name."""

    def __init__(self, *, group: str = "") -> None:
        self.group = group


class GroupMetadataValue(Message):
    """A classic group's state after a rebalance."""

    __slots__ = (
        "protocol_type",
        "generation",
        "protocol",
        "leader",
        "current_state_timestamp",
        "members",
    )

    API_KEY = 2
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 4

    protocol_type: str
    """What kind of members the group has: `consumer` for consumers."""

    generation: int
    """The group's generation."""

    protocol: str | None
    """The protocol that the group agreed on; null when it has no members. (may be None)"""

    leader: str | None
    """The member that computes the assignments; null when the group has no members. (may be None)
    """

    current_state_timestamp: int
    """When the group entered its state, as Unix time in milliseconds; -1 when unknown. (versions
    2+)
    """

    members: list[MemberMetadata]
    """The group's members."""

    def __init__(
        self,
        *,
        protocol_type: str = "",
        generation: int = 0,
        protocol: str | None = "",
        leader: str | None = "",
        current_state_timestamp: int = -1,
        members: Iterable[MemberMetadata] = (),
    ) -> None:
        self.protocol_type = protocol_type
        self.generation = generation
        self.protocol = protocol
        self.leader = leader
        self.current_state_timestamp = current_state_timestamp
        self.members = list(members)


class MemberMetadata(Struct):
    """The group's members."""

    __slots__ = (
        "member_id",
        "group_instance_id",
        "client_id",
        "client_host",
        "rebalance_timeout",
        "session_timeout",
        "subscription",
        "assignment",
    )

    member_id: str
    """The member's id."""

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (versions 3+; may be None)"""

    client_id: str
    """The client id that the member sent in its request headers."""

    client_host: str
    """The address that the member connected from."""

    rebalance_timeout: int
    """Milliseconds that the coordinator waits for the member to join again. (versions 1+)"""

    session_timeout: int
    """Milliseconds without a heartbeat after which the member is removed."""

    subscription: bytes
    """What the member subscribes to, in the form that the protocol gives it."""

    assignment: bytes
    """The member's assignment, in the form that the group's protocol gives it."""

    def __init__(
        self,
        *,
        member_id: str = "",
        group_instance_id: str | None = None,
        client_id: str = "",
        client_host: str = "",
        rebalance_timeout: int = -1,
        session_timeout: int = 0,
        subscription: bytes = b"",
        assignment: bytes = b"",
    ) -> None:
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.client_id = client_id
        self.client_host = client_host
        self.rebalance_timeout = rebalance_timeout
        self.session_timeout = session_timeout
        self.subscription = subscription
        self.assignment = assignment


class ConsumerGroupMetadataKey(Message):
    """Key of a consumer group's epoch."""

    __slots__ = ("group_id",)

    API_KEY = 3
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    def __init__(self, *, group_id: str = "") -> None:
        self.group_id = group_id


class ConsumerGroupMetadataValue(Message):
    """A consumer group's epoch."""

    __slots__ = (
        "epoch",
        "metadata_hash",
    )

    API_KEY = 3
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    epoch: int
    """The group's epoch, raised whenever what members want changes."""

    metadata_hash: int
    """A hash of the subscribed topics' metadata, which tells when the assignment must be
    recomputed.
    """

    def __init__(self, *, epoch: int = 0, metadata_hash: int = 0) -> None:
        self.epoch = epoch
        self.metadata_hash = metadata_hash


class ConsumerGroupPartitionMetadataKey(Message):
    """Key of what a group knew of its topics. Written by early versions only."""

    __slots__ = ("group_id",)

    API_KEY = 4
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    def __init__(self, *, group_id: str = "") -> None:
        self.group_id = group_id


class ConsumerGroupPartitionMetadataValue(Message):
    """What a group knew of its topics. Written by early versions only."""

    __slots__ = ("topics",)

    API_KEY = 4
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    topics: list[TopicMetadata]
    """What the group knew of its topics."""

    def __init__(self, *, topics: Iterable[TopicMetadata] = ()) -> None:
        self.topics = list(topics)


class TopicMetadata(Struct):
    """What the group knew of its topics."""

    __slots__ = (
        "topic_id",
        "topic_name",
        "num_partitions",
        "partition_metadata",
    )

    topic_id: bytes
    """The topic's identifier."""

    topic_name: str
    """The topic's name."""

    num_partitions: int
    """The number of partitions."""

    partition_metadata: list[PartitionMetadata]
    """The partitions with their racks."""

    def __init__(
        self,
        *,
        topic_id: bytes = ZERO_UUID,
        topic_name: str = "",
        num_partitions: int = 0,
        partition_metadata: Iterable[PartitionMetadata] = (),
    ) -> None:
        self.topic_id = topic_id
        self.topic_name = topic_name
        self.num_partitions = num_partitions
        self.partition_metadata = list(partition_metadata)


class PartitionMetadata(Struct):
    """The partitions with their racks."""

    __slots__ = (
        "partition",
        "racks",
    )

    partition: int
    """The partition's number."""

    racks: list[str]
    """The racks of the partition's replicas."""

    def __init__(self, *, partition: int = 0, racks: Iterable[str] = ()) -> None:
        self.partition = partition
        self.racks = list(racks)


class ConsumerGroupMemberMetadataKey(Message):
    """Key of what a member of a consumer group wants."""

    __slots__ = (
        "group_id",
        "member_id",
    )

    API_KEY = 5
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id."""

    def __init__(self, *, group_id: str = "", member_id: str = "") -> None:
        self.group_id = group_id
        self.member_id = member_id


class ConsumerGroupMemberMetadataValue(Message):
    """What a member of a consumer group wants."""

    __slots__ = (
        "instance_id",
        "rack_id",
        "client_id",
        "client_host",
        "subscribed_topic_names",
        "subscribed_topic_regex",
        "rebalance_timeout_ms",
        "server_assignor",
        "classic_member_metadata",
    )

    API_KEY = 5
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    instance_id: str | None
    """The name of a static member; null for a dynamic one. (may be None)"""

    rack_id: str | None
    """The rack that the member runs in; null when it did not say. (may be None)"""

    client_id: str
    """The client id that the member sent in its request headers."""

    client_host: str
    """The address that the member connected from."""

    subscribed_topic_names: list[str]
    """The topics that the member subscribes to by name."""

    subscribed_topic_regex: str | None
    """The regular expression that the member subscribes by; null or empty when it has none. (may
    be None)
    """

    rebalance_timeout_ms: int
    """Milliseconds that a member has for giving up partitions when the group rebalances."""

    server_assignor: str | None
    """The assignor that the member wants the coordinator to use; null leaves the choice open. (may
    be None)
    """

    classic_member_metadata: ClassicMemberMetadata | None
    """What a member that speaks the classic protocol needs; null for others. (may be None)"""

    def __init__(
        self,
        *,
        instance_id: str | None = "",
        rack_id: str | None = "",
        client_id: str = "",
        client_host: str = "",
        subscribed_topic_names: Iterable[str] = (),
        subscribed_topic_regex: str | None = "",
        rebalance_timeout_ms: int = -1,
        server_assignor: str | None = "",
        classic_member_metadata: ClassicMemberMetadata | None = None,
    ) -> None:
        self.instance_id = instance_id
        self.rack_id = rack_id
        self.client_id = client_id
        self.client_host = client_host
        self.subscribed_topic_names = list(subscribed_topic_names)
        self.subscribed_topic_regex = subscribed_topic_regex
        self.rebalance_timeout_ms = rebalance_timeout_ms
        self.server_assignor = server_assignor
        self.classic_member_metadata = classic_member_metadata


class ClassicMemberMetadata(Struct):
    """What a member that speaks the classic protocol needs; null for others."""

    __slots__ = (
        "session_timeout_ms",
        "supported_protocols",
    )

    session_timeout_ms: int
    """Milliseconds without a heartbeat after which the member is removed."""

    supported_protocols: list[ClassicProtocol]
    """Protocols that the member can use, the preferred first."""

    def __init__(
        self, *, session_timeout_ms: int = 0, supported_protocols: Iterable[ClassicProtocol] = ()
    ) -> None:
        self.session_timeout_ms = session_timeout_ms
        self.supported_protocols = list(supported_protocols)


class ClassicProtocol(Struct):
    """Protocols that the member can use, the preferred first."""

    __slots__ = (
        "name",
        "metadata",
    )

    name: str
    """The assignor's name."""

    metadata: bytes
    """What the member subscribes to, in the form that the protocol gives it."""

    def __init__(self, *, name: str = "", metadata: bytes = b"") -> None:
        self.name = name
        self.metadata = metadata


class ConsumerGroupTargetAssignmentMetadataKey(Message):
    """Key of the epoch of a consumer group's target assignment."""

    __slots__ = ("group_id",)

    API_KEY = 6
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    def __init__(self, *, group_id: str = "") -> None:
        self.group_id = group_id


class ConsumerGroupTargetAssignmentMetadataValue(Message):
    """The epoch of a consumer group's target assignment."""

    __slots__ = (
        "assignment_epoch",
        "assignment_timestamp",
    )

    API_KEY = 6
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    assignment_epoch: int
    """The epoch in which the target assignment was computed."""

    assignment_timestamp: int
    """When the assignment was computed, as Unix time in milliseconds; 0 when unknown."""

    def __init__(self, *, assignment_epoch: int = 0, assignment_timestamp: int = 0) -> None:
        self.assignment_epoch = assignment_epoch
        self.assignment_timestamp = assignment_timestamp


class ConsumerGroupTargetAssignmentMemberKey(Message):
    """Key of a member's part of the target assignment."""

    __slots__ = (
        "group_id",
        "member_id",
    )

    API_KEY = 7
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id."""

    def __init__(self, *, group_id: str = "", member_id: str = "") -> None:
        self.group_id = group_id
        self.member_id = member_id


class ConsumerGroupTargetAssignmentMemberValue(Message):
    """A member's part of the target assignment."""

    __slots__ = ("topic_partitions",)

    API_KEY = 7
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    topic_partitions: list[ConsumerGroupTargetAssignmentMemberValueTopicPartition]
    """The partitions that the member shall get in the end, by topic."""

    def __init__(
        self,
        *,
        topic_partitions: Iterable[ConsumerGroupTargetAssignmentMemberValueTopicPartition] = (),
    ) -> None:
        self.topic_partitions = list(topic_partitions)


class ConsumerGroupTargetAssignmentMemberValueTopicPartition(Struct):
    """The partitions that the member shall get in the end, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[int]
    """Numbers of the partitions."""

    def __init__(self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[int] = ()) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class ConsumerGroupCurrentMemberAssignmentKey(Message):
    """Key of what a member of a consumer group owns."""

    __slots__ = (
        "group_id",
        "member_id",
    )

    API_KEY = 8
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id."""

    def __init__(self, *, group_id: str = "", member_id: str = "") -> None:
        self.group_id = group_id
        self.member_id = member_id


class ConsumerGroupCurrentMemberAssignmentValue(Message):
    """What a member of a consumer group owns."""

    __slots__ = (
        "member_epoch",
        "previous_member_epoch",
        "state",
        "assigned_partitions",
        "partitions_pending_revocation",
    )

    API_KEY = 8
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    member_epoch: int
    """The member's epoch."""

    previous_member_epoch: int
    """The epoch that the member was in before, in case it missed an answer."""

    state: int
    """State of the member's reconciliation with its target assignment."""

    assigned_partitions: list[ConsumerGroupCurrentMemberAssignmentValueTopicPartitions]
    """The partitions that the member owns now, by topic."""

    partitions_pending_revocation: list[ConsumerGroupCurrentMemberAssignmentValueTopicPartitions]
    """The partitions that the member still has to give up, by topic."""

    def __init__(
        self,
        *,
        member_epoch: int = 0,
        previous_member_epoch: int = 0,
        state: int = 0,
        assigned_partitions: Iterable[
            ConsumerGroupCurrentMemberAssignmentValueTopicPartitions
        ] = (),
        partitions_pending_revocation: Iterable[
            ConsumerGroupCurrentMemberAssignmentValueTopicPartitions
        ] = (),
    ) -> None:
        self.member_epoch = member_epoch
        self.previous_member_epoch = previous_member_epoch
        self.state = state
        self.assigned_partitions = list(assigned_partitions)
        self.partitions_pending_revocation = list(partitions_pending_revocation)


class ConsumerGroupCurrentMemberAssignmentValueTopicPartitions(Struct):
    """The partitions that the member owns now, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
        "assignment_epochs",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[int]
    """Numbers of the partitions."""

    assignment_epochs: list[int] | None
    """The epoch in which each element was assigned, in the same order. (may be None)"""

    def __init__(
        self,
        *,
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[int] = (),
        assignment_epochs: Iterable[int] | None = (),
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)
        self.assignment_epochs = None if assignment_epochs is None else list(assignment_epochs)


class ShareGroupMemberMetadataKey(Message):
    """Key of what a member of a share group wants."""

    __slots__ = (
        "group_id",
        "member_id",
    )

    API_KEY = 10
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id."""

    def __init__(self, *, group_id: str = "", member_id: str = "") -> None:
        self.group_id = group_id
        self.member_id = member_id


class ShareGroupMemberMetadataValue(Message):
    """What a member of a share group wants."""

    __slots__ = (
        "rack_id",
        "client_id",
        "client_host",
        "subscribed_topic_names",
    )

    API_KEY = 10
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    rack_id: str | None
    """The rack that the member runs in; null when it did not say. (may be None)"""

    client_id: str
    """The client id that the member sent in its request headers."""

    client_host: str
    """The address that the member connected from."""

    subscribed_topic_names: list[str]
    """The topics that the member subscribes to by name."""

    def __init__(
        self,
        *,
        rack_id: str | None = "",
        client_id: str = "",
        client_host: str = "",
        subscribed_topic_names: Iterable[str] = (),
    ) -> None:
        self.rack_id = rack_id
        self.client_id = client_id
        self.client_host = client_host
        self.subscribed_topic_names = list(subscribed_topic_names)


class ShareGroupMetadataKey(Message):
    """Key of a share group's epoch."""

    __slots__ = ("group_id",)

    API_KEY = 11
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    def __init__(self, *, group_id: str = "") -> None:
        self.group_id = group_id


class ShareGroupMetadataValue(Message):
    """A share group's epoch."""

    __slots__ = (
        "epoch",
        "metadata_hash",
    )

    API_KEY = 11
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    epoch: int
    """The group's epoch, raised whenever what members want changes."""

    metadata_hash: int
    """A hash of the subscribed topics' metadata, which tells when the assignment must be
    recomputed.
    """

    def __init__(self, *, epoch: int = 0, metadata_hash: int = 0) -> None:
        self.epoch = epoch
        self.metadata_hash = metadata_hash


class ShareGroupTargetAssignmentMetadataKey(Message):
    """Key of the epoch of a share group's target assignment."""

    __slots__ = ("group_id",)

    API_KEY = 12
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    def __init__(self, *, group_id: str = "") -> None:
        self.group_id = group_id


class ShareGroupTargetAssignmentMetadataValue(Message):
    """The epoch of a share group's target assignment."""

    __slots__ = (
        "assignment_epoch",
        "assignment_timestamp",
    )

    API_KEY = 12
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    assignment_epoch: int
    """The epoch in which the target assignment was computed."""

    assignment_timestamp: int
    """When the assignment was computed, as Unix time in milliseconds; 0 when unknown."""

    def __init__(self, *, assignment_epoch: int = 0, assignment_timestamp: int = 0) -> None:
        self.assignment_epoch = assignment_epoch
        self.assignment_timestamp = assignment_timestamp


class ShareGroupTargetAssignmentMemberKey(Message):
    """Key of a member's part of the target assignment."""

    __slots__ = (
        "group_id",
        "member_id",
    )

    API_KEY = 13
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id."""

    def __init__(self, *, group_id: str = "", member_id: str = "") -> None:
        self.group_id = group_id
        self.member_id = member_id


class ShareGroupTargetAssignmentMemberValue(Message):
    """A member's part of the target assignment."""

    __slots__ = ("topic_partitions",)

    API_KEY = 13
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    topic_partitions: list[ShareGroupTargetAssignmentMemberValueTopicPartition]
    """The partitions that the member shall get in the end, by topic."""

    def __init__(
        self,
        *,
        topic_partitions: Iterable[ShareGroupTargetAssignmentMemberValueTopicPartition] = (),
    ) -> None:
        self.topic_partitions = list(topic_partitions)


class ShareGroupTargetAssignmentMemberValueTopicPartition(Struct):
    """The partitions that the member shall get in the end, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[int]
    """Numbers of the partitions."""

    def __init__(self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[int] = ()) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class ShareGroupCurrentMemberAssignmentKey(Message):
    """Key of what a member of a share group owns."""

    __slots__ = (
        "group_id",
        "member_id",
    )

    API_KEY = 14
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id."""

    def __init__(self, *, group_id: str = "", member_id: str = "") -> None:
        self.group_id = group_id
        self.member_id = member_id


class ShareGroupCurrentMemberAssignmentValue(Message):
    """What a member of a share group owns."""

    __slots__ = (
        "member_epoch",
        "previous_member_epoch",
        "state",
        "assigned_partitions",
    )

    API_KEY = 14
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    member_epoch: int
    """The member's epoch."""

    previous_member_epoch: int
    """The epoch that the member was in before, in case it missed an answer."""

    state: int
    """State of the member's reconciliation with its target assignment."""

    assigned_partitions: list[ShareGroupCurrentMemberAssignmentValueTopicPartitions]
    """The partitions that the member owns now, by topic."""

    def __init__(
        self,
        *,
        member_epoch: int = 0,
        previous_member_epoch: int = 0,
        state: int = 0,
        assigned_partitions: Iterable[ShareGroupCurrentMemberAssignmentValueTopicPartitions] = (),
    ) -> None:
        self.member_epoch = member_epoch
        self.previous_member_epoch = previous_member_epoch
        self.state = state
        self.assigned_partitions = list(assigned_partitions)


class ShareGroupCurrentMemberAssignmentValueTopicPartitions(Struct):
    """The partitions that the member owns now, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[int]
    """Numbers of the partitions."""

    def __init__(self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[int] = ()) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class ShareGroupStatePartitionMetadataKey(Message):
    """Key of how far the stored state of a share group's topics is."""

    __slots__ = ("group_id",)

    API_KEY = 15
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    def __init__(self, *, group_id: str = "") -> None:
        self.group_id = group_id


class ShareGroupStatePartitionMetadataValue(Message):
    """How far the stored state of a share group's topics is."""

    __slots__ = (
        "initializing_topics",
        "initialized_topics",
        "deleting_topics",
    )

    API_KEY = 15
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    initializing_topics: list[TopicPartitionsInfo]
    """Topics whose state the share coordinator is setting up."""

    initialized_topics: list[TopicPartitionsInfo]
    """Topics whose state the share coordinator keeps."""

    deleting_topics: list[ShareGroupStatePartitionMetadataValueTopicInfo]
    """Topics whose state is being deleted."""

    def __init__(
        self,
        *,
        initializing_topics: Iterable[TopicPartitionsInfo] = (),
        initialized_topics: Iterable[TopicPartitionsInfo] = (),
        deleting_topics: Iterable[ShareGroupStatePartitionMetadataValueTopicInfo] = (),
    ) -> None:
        self.initializing_topics = list(initializing_topics)
        self.initialized_topics = list(initialized_topics)
        self.deleting_topics = list(deleting_topics)


class ShareGroupStatePartitionMetadataValueTopicInfo(Struct):
    """Topics whose state is being deleted."""

    __slots__ = (
        "topic_id",
        "topic_name",
    )

    topic_id: bytes
    """The topic's identifier."""

    topic_name: str
    """The topic's name."""

    def __init__(self, *, topic_id: bytes = ZERO_UUID, topic_name: str = "") -> None:
        self.topic_id = topic_id
        self.topic_name = topic_name


class TopicPartitionsInfo(Struct):
    """Topics whose state the share coordinator is setting up."""

    __slots__ = (
        "topic_id",
        "topic_name",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    topic_name: str
    """The topic's name."""

    partitions: list[int]
    """Numbers of the partitions."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, topic_name: str = "", partitions: Iterable[int] = ()
    ) -> None:
        self.topic_id = topic_id
        self.topic_name = topic_name
        self.partitions = list(partitions)


class ConsumerGroupRegularExpressionKey(Message):
    """Key of what a regular expression matched."""

    __slots__ = (
        "group_id",
        "regular_expression",
    )

    API_KEY = 16
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    regular_expression: str
    """The regular expression."""

    def __init__(self, *, group_id: str = "", regular_expression: str = "") -> None:
        self.group_id = group_id
        self.regular_expression = regular_expression


class ConsumerGroupRegularExpressionValue(Message):
    """What a regular expression of the group matched."""

    __slots__ = (
        "topics",
        "version",
        "timestamp",
    )

    API_KEY = 16
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    topics: list[str]
    """Names of the topics that matched."""

    version: int
    """The offset of the metadata image against which the expression was resolved."""

    timestamp: int
    """When the expression was resolved, as Unix time in milliseconds."""

    def __init__(self, *, topics: Iterable[str] = (), version: int = 0, timestamp: int = 0) -> None:
        self.topics = list(topics)
        self.version = version
        self.timestamp = timestamp


class StreamsGroupMetadataKey(Message):
    """Key of a streams group's epoch."""

    __slots__ = ("group_id",)

    API_KEY = 17
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    def __init__(self, *, group_id: str = "") -> None:
        self.group_id = group_id


class StreamsGroupMetadataValue(Message):
    """A streams group's epoch."""

    __slots__ = (
        "epoch",
        "metadata_hash",
        "validated_topology_epoch",
        "last_assignment_configs",
    )

    API_KEY = 17
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    epoch: int
    """The group's epoch, raised whenever what members want changes."""

    metadata_hash: int
    """A hash of the subscribed topics' metadata, which tells when the assignment must be
    recomputed.
    """

    validated_topology_epoch: int
    """The epoch of the last topology whose topics were found as needed."""

    last_assignment_configs: list[LastAssignmentConfig] | None
    """Configurations that the last assignment was computed with. (may be None)"""

    def __init__(
        self,
        *,
        epoch: int = 0,
        metadata_hash: int = 0,
        validated_topology_epoch: int = -1,
        last_assignment_configs: Iterable[LastAssignmentConfig] | None = (),
    ) -> None:
        self.epoch = epoch
        self.metadata_hash = metadata_hash
        self.validated_topology_epoch = validated_topology_epoch
        self.last_assignment_configs = (
            None if last_assignment_configs is None else list(last_assignment_configs)
        )


class LastAssignmentConfig(Struct):
    """Configurations that the last assignment was computed with."""

    __slots__ = (
        "key",
        "value",
    )

    key: str
    """The configuration's name."""

    value: str
    """The configuration's value."""

    def __init__(self, *, key: str = "", value: str = "") -> None:
        self.key = key
        self.value = value


class StreamsGroupMemberMetadataKey(Message):
    """Key of what a member of a streams group is."""

    __slots__ = (
        "group_id",
        "member_id",
    )

    API_KEY = 19
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id."""

    def __init__(self, *, group_id: str = "", member_id: str = "") -> None:
        self.group_id = group_id
        self.member_id = member_id


class StreamsGroupMemberMetadataValue(Message):
    """What a member of a streams group is."""

    __slots__ = (
        "instance_id",
        "rack_id",
        "client_id",
        "client_host",
        "rebalance_timeout_ms",
        "topology_epoch",
        "process_id",
        "user_endpoint",
        "client_tags",
    )

    API_KEY = 19
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    instance_id: str | None
    """The name of a static member; null for a dynamic one. (may be None)"""

    rack_id: str | None
    """The rack that the member runs in; null when it did not say. (may be None)"""

    client_id: str
    """The client id that the member sent in its request headers."""

    client_host: str
    """The address that the member connected from."""

    rebalance_timeout_ms: int
    """Milliseconds that a member has for giving up partitions when the group rebalances."""

    topology_epoch: int
    """The epoch of the topology that the member runs."""

    process_id: str
    """Identifies the process, to keep spares in other processes."""

    user_endpoint: Endpoint | None
    """Where the instance serves queries; null when it does not. (may be None)"""

    client_tags: list[KeyValue]
    """Tags of the instance, for placing spares far apart."""

    def __init__(
        self,
        *,
        instance_id: str | None = "",
        rack_id: str | None = "",
        client_id: str = "",
        client_host: str = "",
        rebalance_timeout_ms: int = -1,
        topology_epoch: int = 0,
        process_id: str = "",
        user_endpoint: Endpoint | None = None,
        client_tags: Iterable[KeyValue] = (),
    ) -> None:
        self.instance_id = instance_id
        self.rack_id = rack_id
        self.client_id = client_id
        self.client_host = client_host
        self.rebalance_timeout_ms = rebalance_timeout_ms
        self.topology_epoch = topology_epoch
        self.process_id = process_id
        self.user_endpoint = user_endpoint
        self.client_tags = list(client_tags)


class KeyValue(Struct):
    """Tags of the instance, for placing spares far apart."""

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


class StreamsGroupTargetAssignmentMetadataKey(Message):
    """Key of the epoch of a streams group's target assignment."""

    __slots__ = ("group_id",)

    API_KEY = 20
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    def __init__(self, *, group_id: str = "") -> None:
        self.group_id = group_id


class StreamsGroupTargetAssignmentMetadataValue(Message):
    """The epoch of a streams group's target assignment."""

    __slots__ = (
        "assignment_epoch",
        "assignment_timestamp",
    )

    API_KEY = 20
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    assignment_epoch: int
    """The epoch in which the target assignment was computed."""

    assignment_timestamp: int
    """When the assignment was computed, as Unix time in milliseconds; 0 when unknown."""

    def __init__(self, *, assignment_epoch: int = 0, assignment_timestamp: int = 0) -> None:
        self.assignment_epoch = assignment_epoch
        self.assignment_timestamp = assignment_timestamp


class StreamsGroupTargetAssignmentMemberKey(Message):
    """Key of a member's part of the target assignment."""

    __slots__ = (
        "group_id",
        "member_id",
    )

    API_KEY = 21
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id."""

    def __init__(self, *, group_id: str = "", member_id: str = "") -> None:
        self.group_id = group_id
        self.member_id = member_id


class StreamsGroupTargetAssignmentMemberValue(Message):
    """A member's part of the target assignment."""

    __slots__ = (
        "active_tasks",
        "standby_tasks",
        "warmup_tasks",
    )

    API_KEY = 21
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    active_tasks: list[StreamsGroupTargetAssignmentMemberValueTaskIds]
    """Tasks that process records."""

    standby_tasks: list[StreamsGroupTargetAssignmentMemberValueTaskIds]
    """Tasks whose state is kept as a spare."""

    warmup_tasks: list[StreamsGroupTargetAssignmentMemberValueTaskIds]
    """Tasks whose state is being copied, so that they can move here."""

    def __init__(
        self,
        *,
        active_tasks: Iterable[StreamsGroupTargetAssignmentMemberValueTaskIds] = (),
        standby_tasks: Iterable[StreamsGroupTargetAssignmentMemberValueTaskIds] = (),
        warmup_tasks: Iterable[StreamsGroupTargetAssignmentMemberValueTaskIds] = (),
    ) -> None:
        self.active_tasks = list(active_tasks)
        self.standby_tasks = list(standby_tasks)
        self.warmup_tasks = list(warmup_tasks)


class StreamsGroupTargetAssignmentMemberValueTaskIds(Struct):
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


class StreamsGroupCurrentMemberAssignmentKey(Message):
    """Key of the tasks that a member owns."""

    __slots__ = (
        "group_id",
        "member_id",
    )

    API_KEY = 22
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id."""

    def __init__(self, *, group_id: str = "", member_id: str = "") -> None:
        self.group_id = group_id
        self.member_id = member_id


class StreamsGroupCurrentMemberAssignmentValue(Message):
    """The tasks that a member owns."""

    __slots__ = (
        "member_epoch",
        "previous_member_epoch",
        "state",
        "active_tasks",
        "standby_tasks",
        "warmup_tasks",
        "active_tasks_pending_revocation",
        "standby_tasks_pending_revocation",
        "warmup_tasks_pending_revocation",
    )

    API_KEY = 22
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    member_epoch: int
    """The member's epoch."""

    previous_member_epoch: int
    """The epoch that the member was in before, in case it missed an answer."""

    state: int
    """State of the member's reconciliation with its target assignment."""

    active_tasks: list[StreamsGroupCurrentMemberAssignmentValueTaskIds]
    """Tasks that process records."""

    standby_tasks: list[StreamsGroupCurrentMemberAssignmentValueTaskIds]
    """Tasks whose state is kept as a spare."""

    warmup_tasks: list[StreamsGroupCurrentMemberAssignmentValueTaskIds]
    """Tasks whose state is being copied, so that they can move here."""

    active_tasks_pending_revocation: list[StreamsGroupCurrentMemberAssignmentValueTaskIds]
    """Tasks to be processed that the member still has to give up."""

    standby_tasks_pending_revocation: list[StreamsGroupCurrentMemberAssignmentValueTaskIds]
    """Spare tasks that the member still has to give up."""

    warmup_tasks_pending_revocation: list[StreamsGroupCurrentMemberAssignmentValueTaskIds]
    """Warm-up tasks that the member still has to give up."""

    def __init__(
        self,
        *,
        member_epoch: int = 0,
        previous_member_epoch: int = 0,
        state: int = 0,
        active_tasks: Iterable[StreamsGroupCurrentMemberAssignmentValueTaskIds] = (),
        standby_tasks: Iterable[StreamsGroupCurrentMemberAssignmentValueTaskIds] = (),
        warmup_tasks: Iterable[StreamsGroupCurrentMemberAssignmentValueTaskIds] = (),
        active_tasks_pending_revocation: Iterable[
            StreamsGroupCurrentMemberAssignmentValueTaskIds
        ] = (),
        standby_tasks_pending_revocation: Iterable[
            StreamsGroupCurrentMemberAssignmentValueTaskIds
        ] = (),
        warmup_tasks_pending_revocation: Iterable[
            StreamsGroupCurrentMemberAssignmentValueTaskIds
        ] = (),
    ) -> None:
        self.member_epoch = member_epoch
        self.previous_member_epoch = previous_member_epoch
        self.state = state
        self.active_tasks = list(active_tasks)
        self.standby_tasks = list(standby_tasks)
        self.warmup_tasks = list(warmup_tasks)
        self.active_tasks_pending_revocation = list(active_tasks_pending_revocation)
        self.standby_tasks_pending_revocation = list(standby_tasks_pending_revocation)
        self.warmup_tasks_pending_revocation = list(warmup_tasks_pending_revocation)


class StreamsGroupCurrentMemberAssignmentValueTaskIds(Struct):
    """Tasks that process records."""

    __slots__ = (
        "subtopology_id",
        "partitions",
        "assignment_epochs",
    )

    subtopology_id: str
    """The subtopology's name, unique within the topology."""

    partitions: list[int]
    """Numbers of the partitions that the tasks process."""

    assignment_epochs: list[int] | None
    """The epoch in which each element was assigned, in the same order. (may be None)"""

    def __init__(
        self,
        *,
        subtopology_id: str = "",
        partitions: Iterable[int] = (),
        assignment_epochs: Iterable[int] | None = (),
    ) -> None:
        self.subtopology_id = subtopology_id
        self.partitions = list(partitions)
        self.assignment_epochs = None if assignment_epochs is None else list(assignment_epochs)


class StreamsGroupTopologyKey(Message):
    """Key of a streams group's topology."""

    __slots__ = ("group_id",)

    API_KEY = 23
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    def __init__(self, *, group_id: str = "") -> None:
        self.group_id = group_id


class StreamsGroupTopologyValue(Message):
    """A streams group's topology."""

    __slots__ = (
        "epoch",
        "subtopologies",
    )

    API_KEY = 23
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    epoch: int
    """The topology's epoch."""

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

    state_changelog_topics: list[StreamsGroupTopologyValueTopicInfo]
    """Topics that record the changes of the subtopology's state stores."""

    repartition_sink_topics: list[str]
    """Repartition topics that the subtopology writes."""

    repartition_source_topics: list[StreamsGroupTopologyValueTopicInfo]
    """Repartition topics that the subtopology reads and that the group creates."""

    copartition_groups: list[CopartitionGroup]
    """Sets of topics that must have equal numbers of partitions."""

    def __init__(
        self,
        *,
        subtopology_id: str = "",
        source_topics: Iterable[str] = (),
        source_topic_regex: Iterable[str] = (),
        state_changelog_topics: Iterable[StreamsGroupTopologyValueTopicInfo] = (),
        repartition_sink_topics: Iterable[str] = (),
        repartition_source_topics: Iterable[StreamsGroupTopologyValueTopicInfo] = (),
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


class StreamsGroupTopologyValueTopicInfo(Struct):
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

    topic_configs: list[TopicConfig]
    """Configurations that the topic must have."""

    def __init__(
        self,
        *,
        name: str = "",
        partitions: int = 0,
        replication_factor: int = 0,
        topic_configs: Iterable[TopicConfig] = (),
    ) -> None:
        self.name = name
        self.partitions = partitions
        self.replication_factor = replication_factor
        self.topic_configs = list(topic_configs)


class TopicConfig(Struct):
    """Configurations that the topic must have."""

    __slots__ = (
        "key",
        "value",
    )

    key: str
    """The configuration's name."""

    value: str
    """The configuration's value."""

    def __init__(self, *, key: str = "", value: str = "") -> None:
        self.key = key
        self.value = value


def _write_legacy_offset_commit_key_v0(message: LegacyOffsetCommitKey, parts: list[Buffer]) -> None:
    text: Buffer = message.group.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_i(message.partition))


def _read_legacy_offset_commit_key_v0(
    data: bytes, offset: int
) -> tuple[LegacyOffsetCommitKey, int]:
    message = _new(LegacyOffsetCommitKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("LegacyOffsetCommitKey.group")
    end = offset + length
    message.group = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("LegacyOffsetCommitKey.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (message.partition,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_legacy_offset_commit_value_v0(
    message: LegacyOffsetCommitValue, parts: list[Buffer]
) -> None:
    text: Buffer = message.metadata.encode()
    length = len(text)
    parts.append(_pack_qh(message.offset, length))
    parts.append(text)
    parts.append(_pack_q(message.commit_timestamp))


def _read_legacy_offset_commit_value_v0(
    data: bytes, offset: int
) -> tuple[LegacyOffsetCommitValue, int]:
    message = _new(LegacyOffsetCommitValue)
    message.offset, length = _unpack_qh(data, offset)
    offset += 10
    if length < 0:
        raise null_refused("LegacyOffsetCommitValue.metadata")
    end = offset + length
    message.metadata = data[offset:end].decode()
    offset = end
    (message.commit_timestamp,) = _unpack_q(data, offset)
    offset += 8
    return message, offset


def _write_offset_commit_key_v0(message: OffsetCommitKey, parts: list[Buffer]) -> None:
    text: Buffer = message.group.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_i(message.partition))


def _read_offset_commit_key_v0(data: bytes, offset: int) -> tuple[OffsetCommitKey, int]:
    message = _new(OffsetCommitKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetCommitKey.group")
    end = offset + length
    message.group = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetCommitKey.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (message.partition,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_offset_commit_value_v0(message: OffsetCommitValue, parts: list[Buffer]) -> None:
    text: Buffer = message.metadata.encode()
    length = len(text)
    parts.append(_pack_qh(message.offset, length))
    parts.append(text)
    parts.append(_pack_q(message.commit_timestamp))


def _read_offset_commit_value_v0(data: bytes, offset: int) -> tuple[OffsetCommitValue, int]:
    message = _new(OffsetCommitValue)
    message.leader_epoch = -1
    message.expire_timestamp = -1
    message.topic_id = ZERO_UUID
    message.offset, length = _unpack_qh(data, offset)
    offset += 10
    if length < 0:
        raise null_refused("OffsetCommitValue.metadata")
    end = offset + length
    message.metadata = data[offset:end].decode()
    offset = end
    (message.commit_timestamp,) = _unpack_q(data, offset)
    offset += 8
    return message, offset


def _write_offset_commit_value_v1(message: OffsetCommitValue, parts: list[Buffer]) -> None:
    text: Buffer = message.metadata.encode()
    length = len(text)
    parts.append(_pack_qh(message.offset, length))
    parts.append(text)
    parts.append(_pack_qq(message.commit_timestamp, message.expire_timestamp))


def _read_offset_commit_value_v1(data: bytes, offset: int) -> tuple[OffsetCommitValue, int]:
    message = _new(OffsetCommitValue)
    message.leader_epoch = -1
    message.topic_id = ZERO_UUID
    message.offset, length = _unpack_qh(data, offset)
    offset += 10
    if length < 0:
        raise null_refused("OffsetCommitValue.metadata")
    end = offset + length
    message.metadata = data[offset:end].decode()
    offset = end
    message.commit_timestamp, message.expire_timestamp = _unpack_qq(data, offset)
    offset += 16
    return message, offset


def _write_offset_commit_value_v2(message: OffsetCommitValue, parts: list[Buffer]) -> None:
    text: Buffer = message.metadata.encode()
    length = len(text)
    parts.append(_pack_qh(message.offset, length))
    parts.append(text)
    parts.append(_pack_q(message.commit_timestamp))


def _read_offset_commit_value_v2(data: bytes, offset: int) -> tuple[OffsetCommitValue, int]:
    message = _new(OffsetCommitValue)
    message.leader_epoch = -1
    message.expire_timestamp = -1
    message.topic_id = ZERO_UUID
    message.offset, length = _unpack_qh(data, offset)
    offset += 10
    if length < 0:
        raise null_refused("OffsetCommitValue.metadata")
    end = offset + length
    message.metadata = data[offset:end].decode()
    offset = end
    (message.commit_timestamp,) = _unpack_q(data, offset)
    offset += 8
    return message, offset


def _write_offset_commit_value_v3(message: OffsetCommitValue, parts: list[Buffer]) -> None:
    text: Buffer = message.metadata.encode()
    length = len(text)
    parts.append(_pack_qih(message.offset, message.leader_epoch, length))
    parts.append(text)
    parts.append(_pack_q(message.commit_timestamp))


def _read_offset_commit_value_v3(data: bytes, offset: int) -> tuple[OffsetCommitValue, int]:
    message = _new(OffsetCommitValue)
    message.expire_timestamp = -1
    message.topic_id = ZERO_UUID
    message.offset, message.leader_epoch, length = _unpack_qih(data, offset)
    offset += 14
    if length < 0:
        raise null_refused("OffsetCommitValue.metadata")
    end = offset + length
    message.metadata = data[offset:end].decode()
    offset = end
    (message.commit_timestamp,) = _unpack_q(data, offset)
    offset += 8
    return message, offset


def _write_offset_commit_value_v4(message: OffsetCommitValue, parts: list[Buffer]) -> None:
    text: Buffer = message.metadata.encode()
    length = len(text) + 1
    parts.append(
        _pack_qiB(message.offset, message.leader_epoch, length)
        if length < 128
        else _pack_qi(message.offset, message.leader_epoch) + uvarint(length)
    )
    parts.append(text)
    parts.append(_pack_q(message.commit_timestamp))
    tagged: list[Buffer] = []
    if message.topic_id != ZERO_UUID:
        section: list[Buffer] = []
        assert len(message.topic_id) == 16
        section.append(_pack_u(message.topic_id))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_offset_commit_value_v4(data: bytes, offset: int) -> tuple[OffsetCommitValue, int]:
    message = _new(OffsetCommitValue)
    message.expire_timestamp = -1
    message.offset, message.leader_epoch, length = _unpack_qiB(data, offset)
    offset += 13
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetCommitValue.metadata")
    end = offset + length - 1
    message.metadata = data[offset:end].decode()
    offset = end
    message.commit_timestamp, count = _unpack_qB(data, offset)
    offset += 9
    message.topic_id = ZERO_UUID
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.topic_id,) = _unpack_u(data, offset)
                offset += 16
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("OffsetCommitValue")
    return message, offset


def _write_group_metadata_key_v0(message: GroupMetadataKey, parts: list[Buffer]) -> None:
    text: Buffer = message.group.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_group_metadata_key_v0(data: bytes, offset: int) -> tuple[GroupMetadataKey, int]:
    message = _new(GroupMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("GroupMetadataKey.group")
    end = offset + length
    message.group = data[offset:end].decode()
    offset = end
    return message, offset


def _write_group_metadata_value_v0(message: GroupMetadataValue, parts: list[Buffer]) -> None:
    text: Buffer = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.protocol is None:
        text = b""
        length = -1
    else:
        text = message.protocol.encode()
        length = len(text)
    parts.append(_pack_ih(message.generation, length))
    parts.append(text)
    if message.leader is None:
        text = b""
        length = -1
    else:
        text = message.leader.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_i(count))
    for member_metadata in message.members:
        _write_member_metadata_v0(member_metadata, parts)


def _read_group_metadata_value_v0(data: bytes, offset: int) -> tuple[GroupMetadataValue, int]:
    message = _new(GroupMetadataValue)
    message.current_state_timestamp = -1
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("GroupMetadataValue.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    message.generation, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        if length != -1:
            raise null_refused("GroupMetadataValue.protocol")
        message.protocol = None
    else:
        end = offset + length
        message.protocol = data[offset:end].decode()
        offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("GroupMetadataValue.leader")
        message.leader = None
    else:
        end = offset + length
        message.leader = data[offset:end].decode()
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("GroupMetadataValue.members")
    if count * 18 > len(data) - offset:
        raise count_refused("GroupMetadataValue.members", count)
    members: list[MemberMetadata] = []
    for _ in range(count):
        member_metadata, offset = _read_member_metadata_v0(data, offset)
        members.append(member_metadata)
    message.members = members
    return message, offset


def _write_group_metadata_value_v1(message: GroupMetadataValue, parts: list[Buffer]) -> None:
    text: Buffer = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.protocol is None:
        text = b""
        length = -1
    else:
        text = message.protocol.encode()
        length = len(text)
    parts.append(_pack_ih(message.generation, length))
    parts.append(text)
    if message.leader is None:
        text = b""
        length = -1
    else:
        text = message.leader.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_i(count))
    for member_metadata in message.members:
        _write_member_metadata_v1_v2(member_metadata, parts)


def _read_group_metadata_value_v1(data: bytes, offset: int) -> tuple[GroupMetadataValue, int]:
    message = _new(GroupMetadataValue)
    message.current_state_timestamp = -1
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("GroupMetadataValue.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    message.generation, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        if length != -1:
            raise null_refused("GroupMetadataValue.protocol")
        message.protocol = None
    else:
        end = offset + length
        message.protocol = data[offset:end].decode()
        offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("GroupMetadataValue.leader")
        message.leader = None
    else:
        end = offset + length
        message.leader = data[offset:end].decode()
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("GroupMetadataValue.members")
    if count * 22 > len(data) - offset:
        raise count_refused("GroupMetadataValue.members", count)
    members: list[MemberMetadata] = []
    for _ in range(count):
        member_metadata, offset = _read_member_metadata_v1_v2(data, offset)
        members.append(member_metadata)
    message.members = members
    return message, offset


def _write_group_metadata_value_v2(message: GroupMetadataValue, parts: list[Buffer]) -> None:
    text: Buffer = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.protocol is None:
        text = b""
        length = -1
    else:
        text = message.protocol.encode()
        length = len(text)
    parts.append(_pack_ih(message.generation, length))
    parts.append(text)
    if message.leader is None:
        text = b""
        length = -1
    else:
        text = message.leader.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_qi(message.current_state_timestamp, count))
    for member_metadata in message.members:
        _write_member_metadata_v1_v2(member_metadata, parts)


def _read_group_metadata_value_v2(data: bytes, offset: int) -> tuple[GroupMetadataValue, int]:
    message = _new(GroupMetadataValue)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("GroupMetadataValue.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    message.generation, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        if length != -1:
            raise null_refused("GroupMetadataValue.protocol")
        message.protocol = None
    else:
        end = offset + length
        message.protocol = data[offset:end].decode()
        offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("GroupMetadataValue.leader")
        message.leader = None
    else:
        end = offset + length
        message.leader = data[offset:end].decode()
        offset = end
    message.current_state_timestamp, count = _unpack_qi(data, offset)
    offset += 12
    if count < 0:
        raise null_refused("GroupMetadataValue.members")
    if count * 22 > len(data) - offset:
        raise count_refused("GroupMetadataValue.members", count)
    members: list[MemberMetadata] = []
    for _ in range(count):
        member_metadata, offset = _read_member_metadata_v1_v2(data, offset)
        members.append(member_metadata)
    message.members = members
    return message, offset


def _write_group_metadata_value_v3(message: GroupMetadataValue, parts: list[Buffer]) -> None:
    text: Buffer = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.protocol is None:
        text = b""
        length = -1
    else:
        text = message.protocol.encode()
        length = len(text)
    parts.append(_pack_ih(message.generation, length))
    parts.append(text)
    if message.leader is None:
        text = b""
        length = -1
    else:
        text = message.leader.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_qi(message.current_state_timestamp, count))
    for member_metadata in message.members:
        _write_member_metadata_v3(member_metadata, parts)


def _read_group_metadata_value_v3(data: bytes, offset: int) -> tuple[GroupMetadataValue, int]:
    message = _new(GroupMetadataValue)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("GroupMetadataValue.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    message.generation, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        if length != -1:
            raise null_refused("GroupMetadataValue.protocol")
        message.protocol = None
    else:
        end = offset + length
        message.protocol = data[offset:end].decode()
        offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("GroupMetadataValue.leader")
        message.leader = None
    else:
        end = offset + length
        message.leader = data[offset:end].decode()
        offset = end
    message.current_state_timestamp, count = _unpack_qi(data, offset)
    offset += 12
    if count < 0:
        raise null_refused("GroupMetadataValue.members")
    if count * 24 > len(data) - offset:
        raise count_refused("GroupMetadataValue.members", count)
    members: list[MemberMetadata] = []
    for _ in range(count):
        member_metadata, offset = _read_member_metadata_v3(data, offset)
        members.append(member_metadata)
    message.members = members
    return message, offset


def _write_group_metadata_value_v4(message: GroupMetadataValue, parts: list[Buffer]) -> None:
    text: Buffer = message.protocol_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.protocol is None:
        text = b""
        length = 0
    else:
        text = message.protocol.encode()
        length = len(text) + 1
    parts.append(
        _pack_iB(message.generation, length)
        if length < 128
        else _pack_i(message.generation) + uvarint(length)
    )
    parts.append(text)
    if message.leader is None:
        text = b""
        length = 0
    else:
        text = message.leader.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.members) + 1
    parts.append(
        _pack_qB(message.current_state_timestamp, count)
        if count < 128
        else _pack_q(message.current_state_timestamp) + uvarint(count)
    )
    for member_metadata in message.members:
        _write_member_metadata_v4(member_metadata, parts)
    parts.append(b"\x00")


def _read_group_metadata_value_v4(data: bytes, offset: int) -> tuple[GroupMetadataValue, int]:
    message = _new(GroupMetadataValue)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("GroupMetadataValue.protocol_type")
    end = offset + length - 1
    message.protocol_type = data[offset:end].decode()
    offset = end
    message.generation, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.protocol = None
    else:
        end = offset + length - 1
        message.protocol = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.leader = None
    else:
        end = offset + length - 1
        message.leader = data[offset:end].decode()
        offset = end
    message.current_state_timestamp, count = _unpack_qB(data, offset)
    offset += 9
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("GroupMetadataValue.members")
    count -= 1
    if count * 15 > len(data) - offset:
        raise count_refused("GroupMetadataValue.members", count)
    members: list[MemberMetadata] = []
    for _ in range(count):
        member_metadata, offset = _read_member_metadata_v4(data, offset)
        members.append(member_metadata)
    message.members = members
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_member_metadata_v0(message: MemberMetadata, parts: list[Buffer]) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_host.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    payload: Buffer = message.subscription
    length = len(payload)
    parts.append(_pack_ii(message.session_timeout, length))
    parts.append(payload)
    payload = message.assignment
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_member_metadata_v0(data: bytes, offset: int) -> tuple[MemberMetadata, int]:
    message = _new(MemberMetadata)
    message.group_instance_id = None
    message.rebalance_timeout = -1
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberMetadata.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberMetadata.client_id")
    end = offset + length
    message.client_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberMetadata.client_host")
    end = offset + length
    message.client_host = data[offset:end].decode()
    offset = end
    message.session_timeout, length = _unpack_ii(data, offset)
    offset += 8
    if length < 0:
        raise null_refused("MemberMetadata.subscription")
    end = offset + length
    message.subscription = data[offset:end]
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("MemberMetadata.assignment")
    end = offset + length
    message.assignment = data[offset:end]
    offset = end
    return message, offset


def _write_member_metadata_v1_v2(message: MemberMetadata, parts: list[Buffer]) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_host.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    payload: Buffer = message.subscription
    length = len(payload)
    parts.append(_pack_iii(message.rebalance_timeout, message.session_timeout, length))
    parts.append(payload)
    payload = message.assignment
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_member_metadata_v1_v2(data: bytes, offset: int) -> tuple[MemberMetadata, int]:
    message = _new(MemberMetadata)
    message.group_instance_id = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberMetadata.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberMetadata.client_id")
    end = offset + length
    message.client_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberMetadata.client_host")
    end = offset + length
    message.client_host = data[offset:end].decode()
    offset = end
    message.rebalance_timeout, message.session_timeout, length = _unpack_iii(data, offset)
    offset += 12
    if length < 0:
        raise null_refused("MemberMetadata.subscription")
    end = offset + length
    message.subscription = data[offset:end]
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("MemberMetadata.assignment")
    end = offset + length
    message.assignment = data[offset:end]
    offset = end
    return message, offset


def _write_member_metadata_v3(message: MemberMetadata, parts: list[Buffer]) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = -1
    else:
        text = message.group_instance_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_host.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    payload: Buffer = message.subscription
    length = len(payload)
    parts.append(_pack_iii(message.rebalance_timeout, message.session_timeout, length))
    parts.append(payload)
    payload = message.assignment
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_member_metadata_v3(data: bytes, offset: int) -> tuple[MemberMetadata, int]:
    message = _new(MemberMetadata)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberMetadata.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("MemberMetadata.group_instance_id")
        message.group_instance_id = None
    else:
        end = offset + length
        message.group_instance_id = data[offset:end].decode()
        offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberMetadata.client_id")
    end = offset + length
    message.client_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberMetadata.client_host")
    end = offset + length
    message.client_host = data[offset:end].decode()
    offset = end
    message.rebalance_timeout, message.session_timeout, length = _unpack_iii(data, offset)
    offset += 12
    if length < 0:
        raise null_refused("MemberMetadata.subscription")
    end = offset + length
    message.subscription = data[offset:end]
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("MemberMetadata.assignment")
    end = offset + length
    message.assignment = data[offset:end]
    offset = end
    return message, offset


def _write_member_metadata_v4(message: MemberMetadata, parts: list[Buffer]) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = 0
    else:
        text = message.group_instance_id.encode()
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
    payload: Buffer = message.subscription
    length = len(payload) + 1
    parts.append(
        _pack_iiB(message.rebalance_timeout, message.session_timeout, length)
        if length < 128
        else _pack_ii(message.rebalance_timeout, message.session_timeout) + uvarint(length)
    )
    parts.append(payload)
    payload = message.assignment
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_member_metadata_v4(data: bytes, offset: int) -> tuple[MemberMetadata, int]:
    message = _new(MemberMetadata)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MemberMetadata.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.group_instance_id = None
    else:
        end = offset + length - 1
        message.group_instance_id = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MemberMetadata.client_id")
    end = offset + length - 1
    message.client_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MemberMetadata.client_host")
    end = offset + length - 1
    message.client_host = data[offset:end].decode()
    offset = end
    message.rebalance_timeout, message.session_timeout, length = _unpack_iiB(data, offset)
    offset += 9
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MemberMetadata.subscription")
    end = offset + length - 1
    message.subscription = data[offset:end]
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MemberMetadata.assignment")
    end = offset + length - 1
    message.assignment = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_consumer_group_metadata_key_v0(
    message: ConsumerGroupMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_consumer_group_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupMetadataKey, int]:
    message = _new(ConsumerGroupMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_consumer_group_metadata_value_v0(
    message: ConsumerGroupMetadataValue, parts: list[Buffer]
) -> None:
    parts.append(_pack_i(message.epoch))
    tagged: list[Buffer] = []
    if message.metadata_hash != 0:
        section: list[Buffer] = []
        section.append(_pack_q(message.metadata_hash))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_consumer_group_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupMetadataValue, int]:
    message = _new(ConsumerGroupMetadataValue)
    message.epoch, count = _unpack_iB(data, offset)
    offset += 5
    message.metadata_hash = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.metadata_hash,) = _unpack_q(data, offset)
                offset += 8
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ConsumerGroupMetadataValue")
    return message, offset


def _write_consumer_group_partition_metadata_key_v0(
    message: ConsumerGroupPartitionMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_consumer_group_partition_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupPartitionMetadataKey, int]:
    message = _new(ConsumerGroupPartitionMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupPartitionMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_consumer_group_partition_metadata_value_v0(
    message: ConsumerGroupPartitionMetadataValue, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_metadata in message.topics:
        _write_topic_metadata_v0(topic_metadata, parts)
    parts.append(b"\x00")


def _read_consumer_group_partition_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupPartitionMetadataValue, int]:
    message = _new(ConsumerGroupPartitionMetadataValue)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ConsumerGroupPartitionMetadataValue.topics")
    count -= 1
    if count * 23 > len(data) - offset:
        raise count_refused("ConsumerGroupPartitionMetadataValue.topics", count)
    topics: list[TopicMetadata] = []
    for _ in range(count):
        topic_metadata, offset = _read_topic_metadata_v0(data, offset)
        topics.append(topic_metadata)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_metadata_v0(message: TopicMetadata, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_uB(message.topic_id, length)
        if length < 128
        else _pack_u(message.topic_id) + uvarint(length)
    )
    parts.append(text)
    count = len(message.partition_metadata) + 1
    parts.append(
        _pack_iB(message.num_partitions, count)
        if count < 128
        else _pack_i(message.num_partitions) + uvarint(count)
    )
    for partition_metadata in message.partition_metadata:
        _write_partition_metadata_v0(partition_metadata, parts)
    parts.append(b"\x00")


def _read_topic_metadata_v0(data: bytes, offset: int) -> tuple[TopicMetadata, int]:
    message = _new(TopicMetadata)
    message.topic_id, length = _unpack_uB(data, offset)
    offset += 17
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicMetadata.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    message.num_partitions, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicMetadata.partition_metadata")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("TopicMetadata.partition_metadata", count)
    partition_metadata_list: list[PartitionMetadata] = []
    for _ in range(count):
        partition_metadata, offset = _read_partition_metadata_v0(data, offset)
        partition_metadata_list.append(partition_metadata)
    message.partition_metadata = partition_metadata_list
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_metadata_v0(message: PartitionMetadata, parts: list[Buffer]) -> None:
    count = len(message.racks) + 1
    parts.append(
        _pack_iB(message.partition, count)
        if count < 128
        else _pack_i(message.partition) + uvarint(count)
    )
    for string in message.racks:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(b"\x00")


def _read_partition_metadata_v0(data: bytes, offset: int) -> tuple[PartitionMetadata, int]:
    message = _new(PartitionMetadata)
    message.partition, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionMetadata.racks")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("PartitionMetadata.racks", count)
    racks: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("PartitionMetadata.racks")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        racks.append(text)
    message.racks = racks
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_consumer_group_member_metadata_key_v0(
    message: ConsumerGroupMemberMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_consumer_group_member_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupMemberMetadataKey, int]:
    message = _new(ConsumerGroupMemberMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupMemberMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupMemberMetadataKey.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_consumer_group_member_metadata_value_v0(
    message: ConsumerGroupMemberMetadataValue, parts: list[Buffer]
) -> None:
    if message.instance_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.instance_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
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
    count = len(message.subscribed_topic_names) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.subscribed_topic_names:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    if message.subscribed_topic_regex is None:
        text = b""
        length = 0
    else:
        text = message.subscribed_topic_regex.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.server_assignor is None:
        text = b""
        length = 0
    else:
        text = message.server_assignor.encode()
        length = len(text) + 1
    parts.append(
        _pack_iB(message.rebalance_timeout_ms, length)
        if length < 128
        else _pack_i(message.rebalance_timeout_ms) + uvarint(length)
    )
    parts.append(text)
    tagged: list[Buffer] = []
    if message.classic_member_metadata != _DEFAULT_CLASSIC_MEMBER_METADATA:
        section: list[Buffer] = []
        if message.classic_member_metadata is None:
            section.append(b"\x00")
        else:
            section.append(b"\x01")
            _write_classic_member_metadata_v0(message.classic_member_metadata, section)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_consumer_group_member_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupMemberMetadataValue, int]:
    message = _new(ConsumerGroupMemberMetadataValue)
    length = data[offset]
    offset += 1
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
        raise null_refused("ConsumerGroupMemberMetadataValue.client_id")
    end = offset + length - 1
    message.client_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ConsumerGroupMemberMetadataValue.client_host")
    end = offset + length - 1
    message.client_host = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ConsumerGroupMemberMetadataValue.subscribed_topic_names")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ConsumerGroupMemberMetadataValue.subscribed_topic_names", count)
    subscribed_topic_names: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ConsumerGroupMemberMetadataValue.subscribed_topic_names")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        subscribed_topic_names.append(text)
    message.subscribed_topic_names = subscribed_topic_names
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.subscribed_topic_regex = None
    else:
        end = offset + length - 1
        message.subscribed_topic_regex = data[offset:end].decode()
        offset = end
    message.rebalance_timeout_ms, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.server_assignor = None
    else:
        end = offset + length - 1
        message.server_assignor = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    message.classic_member_metadata = ClassicMemberMetadata()
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (marker,) = _unpack_b(data, offset)
                offset += 1
                if marker == 0:
                    message.classic_member_metadata = None
                elif marker == 1:
                    message.classic_member_metadata, offset = _read_classic_member_metadata_v0(
                        data, offset
                    )
                else:
                    raise marker_refused(
                        "ConsumerGroupMemberMetadataValue.classic_member_metadata", marker
                    )
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ConsumerGroupMemberMetadataValue")
    return message, offset


def _write_classic_member_metadata_v0(message: ClassicMemberMetadata, parts: list[Buffer]) -> None:
    count = len(message.supported_protocols) + 1
    parts.append(
        _pack_iB(message.session_timeout_ms, count)
        if count < 128
        else _pack_i(message.session_timeout_ms) + uvarint(count)
    )
    for classic_protocol in message.supported_protocols:
        _write_classic_protocol_v0(classic_protocol, parts)
    parts.append(b"\x00")


def _read_classic_member_metadata_v0(data: bytes, offset: int) -> tuple[ClassicMemberMetadata, int]:
    message = _new(ClassicMemberMetadata)
    message.session_timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ClassicMemberMetadata.supported_protocols")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ClassicMemberMetadata.supported_protocols", count)
    supported_protocols: list[ClassicProtocol] = []
    for _ in range(count):
        classic_protocol, offset = _read_classic_protocol_v0(data, offset)
        supported_protocols.append(classic_protocol)
    message.supported_protocols = supported_protocols
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_classic_protocol_v0(message: ClassicProtocol, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    payload: Buffer = message.metadata
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_classic_protocol_v0(data: bytes, offset: int) -> tuple[ClassicProtocol, int]:
    message = _new(ClassicProtocol)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ClassicProtocol.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ClassicProtocol.metadata")
    end = offset + length - 1
    message.metadata = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_consumer_group_target_assignment_metadata_key_v0(
    message: ConsumerGroupTargetAssignmentMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_consumer_group_target_assignment_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupTargetAssignmentMetadataKey, int]:
    message = _new(ConsumerGroupTargetAssignmentMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupTargetAssignmentMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_consumer_group_target_assignment_metadata_value_v0(
    message: ConsumerGroupTargetAssignmentMetadataValue, parts: list[Buffer]
) -> None:
    parts.append(_pack_i(message.assignment_epoch))
    tagged: list[Buffer] = []
    if message.assignment_timestamp != 0:
        section: list[Buffer] = []
        section.append(_pack_q(message.assignment_timestamp))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_consumer_group_target_assignment_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupTargetAssignmentMetadataValue, int]:
    message = _new(ConsumerGroupTargetAssignmentMetadataValue)
    message.assignment_epoch, count = _unpack_iB(data, offset)
    offset += 5
    message.assignment_timestamp = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.assignment_timestamp,) = _unpack_q(data, offset)
                offset += 8
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ConsumerGroupTargetAssignmentMetadataValue")
    return message, offset


def _write_consumer_group_target_assignment_member_key_v0(
    message: ConsumerGroupTargetAssignmentMemberKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_consumer_group_target_assignment_member_key_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupTargetAssignmentMemberKey, int]:
    message = _new(ConsumerGroupTargetAssignmentMemberKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupTargetAssignmentMemberKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupTargetAssignmentMemberKey.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_consumer_group_target_assignment_member_value_v0(
    message: ConsumerGroupTargetAssignmentMemberValue, parts: list[Buffer]
) -> None:
    count = len(message.topic_partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for consumer_group_target_assignment_member_value_topic_partition in message.topic_partitions:
        _write_consumer_group_target_assignment_member_value_topic_partition_v0(
            consumer_group_target_assignment_member_value_topic_partition, parts
        )
    parts.append(b"\x00")


def _read_consumer_group_target_assignment_member_value_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupTargetAssignmentMemberValue, int]:
    message = _new(ConsumerGroupTargetAssignmentMemberValue)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ConsumerGroupTargetAssignmentMemberValue.topic_partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ConsumerGroupTargetAssignmentMemberValue.topic_partitions", count)
    topic_partitions: list[ConsumerGroupTargetAssignmentMemberValueTopicPartition] = []
    for _ in range(count):
        consumer_group_target_assignment_member_value_topic_partition, offset = (
            _read_consumer_group_target_assignment_member_value_topic_partition_v0(data, offset)
        )
        topic_partitions.append(consumer_group_target_assignment_member_value_topic_partition)
    message.topic_partitions = topic_partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_consumer_group_target_assignment_member_value_topic_partition_v0(
    message: ConsumerGroupTargetAssignmentMemberValueTopicPartition, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_consumer_group_target_assignment_member_value_topic_partition_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupTargetAssignmentMemberValueTopicPartition, int]:
    message = _new(ConsumerGroupTargetAssignmentMemberValueTopicPartition)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ConsumerGroupTargetAssignmentMemberValueTopicPartition.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused(
            "ConsumerGroupTargetAssignmentMemberValueTopicPartition.partitions", count
        )
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_consumer_group_current_member_assignment_key_v0(
    message: ConsumerGroupCurrentMemberAssignmentKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_consumer_group_current_member_assignment_key_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupCurrentMemberAssignmentKey, int]:
    message = _new(ConsumerGroupCurrentMemberAssignmentKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupCurrentMemberAssignmentKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupCurrentMemberAssignmentKey.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_consumer_group_current_member_assignment_value_v0(
    message: ConsumerGroupCurrentMemberAssignmentValue, parts: list[Buffer]
) -> None:
    count = len(message.assigned_partitions) + 1
    parts.append(
        _pack_iibB(message.member_epoch, message.previous_member_epoch, message.state, count)
        if count < 128
        else _pack_iib(message.member_epoch, message.previous_member_epoch, message.state)
        + uvarint(count)
    )
    for (
        consumer_group_current_member_assignment_value_topic_partitions
    ) in message.assigned_partitions:
        _write_consumer_group_current_member_assignment_value_topic_partitions_v0(
            consumer_group_current_member_assignment_value_topic_partitions, parts
        )
    count = len(message.partitions_pending_revocation) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for (
        consumer_group_current_member_assignment_value_topic_partitions
    ) in message.partitions_pending_revocation:
        _write_consumer_group_current_member_assignment_value_topic_partitions_v0(
            consumer_group_current_member_assignment_value_topic_partitions, parts
        )
    parts.append(b"\x00")


def _read_consumer_group_current_member_assignment_value_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupCurrentMemberAssignmentValue, int]:
    message = _new(ConsumerGroupCurrentMemberAssignmentValue)
    message.member_epoch, message.previous_member_epoch, message.state, count = _unpack_iibB(
        data, offset
    )
    offset += 10
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ConsumerGroupCurrentMemberAssignmentValue.assigned_partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ConsumerGroupCurrentMemberAssignmentValue.assigned_partitions", count)
    assigned_partitions: list[ConsumerGroupCurrentMemberAssignmentValueTopicPartitions] = []
    for _ in range(count):
        consumer_group_current_member_assignment_value_topic_partitions, offset = (
            _read_consumer_group_current_member_assignment_value_topic_partitions_v0(data, offset)
        )
        assigned_partitions.append(consumer_group_current_member_assignment_value_topic_partitions)
    message.assigned_partitions = assigned_partitions
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused(
            "ConsumerGroupCurrentMemberAssignmentValue.partitions_pending_revocation"
        )
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused(
            "ConsumerGroupCurrentMemberAssignmentValue.partitions_pending_revocation", count
        )
    partitions_pending_revocation: list[
        ConsumerGroupCurrentMemberAssignmentValueTopicPartitions
    ] = []
    for _ in range(count):
        consumer_group_current_member_assignment_value_topic_partitions, offset = (
            _read_consumer_group_current_member_assignment_value_topic_partitions_v0(data, offset)
        )
        partitions_pending_revocation.append(
            consumer_group_current_member_assignment_value_topic_partitions
        )
    message.partitions_pending_revocation = partitions_pending_revocation
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_consumer_group_current_member_assignment_value_topic_partitions_v0(
    message: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.partitions))
    tagged: list[Buffer] = []
    if message.assignment_epochs != []:
        section: list[Buffer] = []
        count = 0 if message.assignment_epochs is None else len(message.assignment_epochs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.assignment_epochs:
            section.append(pack_int32s(message.assignment_epochs))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_consumer_group_current_member_assignment_value_topic_partitions_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupCurrentMemberAssignmentValueTopicPartitions, int]:
    message = _new(ConsumerGroupCurrentMemberAssignmentValueTopicPartitions)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ConsumerGroupCurrentMemberAssignmentValueTopicPartitions.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused(
            "ConsumerGroupCurrentMemberAssignmentValueTopicPartitions.partitions", count
        )
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    message.assignment_epochs = []
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
                    message.assignment_epochs = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused(
                            "ConsumerGroupCurrentMemberAssignmentValueTopicPartitions.assignment_epochs",
                            count,
                        )
                    message.assignment_epochs = unpack_int32s(data, offset, count)
                    offset += count * 4
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ConsumerGroupCurrentMemberAssignmentValueTopicPartitions")
    return message, offset


def _write_share_group_member_metadata_key_v0(
    message: ShareGroupMemberMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_share_group_member_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupMemberMetadataKey, int]:
    message = _new(ShareGroupMemberMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareGroupMemberMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareGroupMemberMetadataKey.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_share_group_member_metadata_value_v0(
    message: ShareGroupMemberMetadataValue, parts: list[Buffer]
) -> None:
    if message.rack_id is None:
        text: Buffer = b""
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
    count = len(message.subscribed_topic_names) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.subscribed_topic_names:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(b"\x00")


def _read_share_group_member_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupMemberMetadataValue, int]:
    message = _new(ShareGroupMemberMetadataValue)
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
        raise null_refused("ShareGroupMemberMetadataValue.client_id")
    end = offset + length - 1
    message.client_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ShareGroupMemberMetadataValue.client_host")
    end = offset + length - 1
    message.client_host = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupMemberMetadataValue.subscribed_topic_names")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ShareGroupMemberMetadataValue.subscribed_topic_names", count)
    subscribed_topic_names: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ShareGroupMemberMetadataValue.subscribed_topic_names")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        subscribed_topic_names.append(text)
    message.subscribed_topic_names = subscribed_topic_names
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_group_metadata_key_v0(message: ShareGroupMetadataKey, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_share_group_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupMetadataKey, int]:
    message = _new(ShareGroupMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareGroupMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_share_group_metadata_value_v0(
    message: ShareGroupMetadataValue, parts: list[Buffer]
) -> None:
    parts.append(_pack_iq0(message.epoch, message.metadata_hash))


def _read_share_group_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupMetadataValue, int]:
    message = _new(ShareGroupMetadataValue)
    message.epoch, message.metadata_hash, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_group_target_assignment_metadata_key_v0(
    message: ShareGroupTargetAssignmentMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_share_group_target_assignment_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupTargetAssignmentMetadataKey, int]:
    message = _new(ShareGroupTargetAssignmentMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareGroupTargetAssignmentMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_share_group_target_assignment_metadata_value_v0(
    message: ShareGroupTargetAssignmentMetadataValue, parts: list[Buffer]
) -> None:
    parts.append(_pack_i(message.assignment_epoch))
    tagged: list[Buffer] = []
    if message.assignment_timestamp != 0:
        section: list[Buffer] = []
        section.append(_pack_q(message.assignment_timestamp))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_share_group_target_assignment_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupTargetAssignmentMetadataValue, int]:
    message = _new(ShareGroupTargetAssignmentMetadataValue)
    message.assignment_epoch, count = _unpack_iB(data, offset)
    offset += 5
    message.assignment_timestamp = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.assignment_timestamp,) = _unpack_q(data, offset)
                offset += 8
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ShareGroupTargetAssignmentMetadataValue")
    return message, offset


def _write_share_group_target_assignment_member_key_v0(
    message: ShareGroupTargetAssignmentMemberKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_share_group_target_assignment_member_key_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupTargetAssignmentMemberKey, int]:
    message = _new(ShareGroupTargetAssignmentMemberKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareGroupTargetAssignmentMemberKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareGroupTargetAssignmentMemberKey.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_share_group_target_assignment_member_value_v0(
    message: ShareGroupTargetAssignmentMemberValue, parts: list[Buffer]
) -> None:
    count = len(message.topic_partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for share_group_target_assignment_member_value_topic_partition in message.topic_partitions:
        _write_share_group_target_assignment_member_value_topic_partition_v0(
            share_group_target_assignment_member_value_topic_partition, parts
        )
    parts.append(b"\x00")


def _read_share_group_target_assignment_member_value_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupTargetAssignmentMemberValue, int]:
    message = _new(ShareGroupTargetAssignmentMemberValue)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupTargetAssignmentMemberValue.topic_partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareGroupTargetAssignmentMemberValue.topic_partitions", count)
    topic_partitions: list[ShareGroupTargetAssignmentMemberValueTopicPartition] = []
    for _ in range(count):
        share_group_target_assignment_member_value_topic_partition, offset = (
            _read_share_group_target_assignment_member_value_topic_partition_v0(data, offset)
        )
        topic_partitions.append(share_group_target_assignment_member_value_topic_partition)
    message.topic_partitions = topic_partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_group_target_assignment_member_value_topic_partition_v0(
    message: ShareGroupTargetAssignmentMemberValueTopicPartition, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_share_group_target_assignment_member_value_topic_partition_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupTargetAssignmentMemberValueTopicPartition, int]:
    message = _new(ShareGroupTargetAssignmentMemberValueTopicPartition)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupTargetAssignmentMemberValueTopicPartition.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("ShareGroupTargetAssignmentMemberValueTopicPartition.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_group_current_member_assignment_key_v0(
    message: ShareGroupCurrentMemberAssignmentKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_share_group_current_member_assignment_key_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupCurrentMemberAssignmentKey, int]:
    message = _new(ShareGroupCurrentMemberAssignmentKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareGroupCurrentMemberAssignmentKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareGroupCurrentMemberAssignmentKey.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_share_group_current_member_assignment_value_v0(
    message: ShareGroupCurrentMemberAssignmentValue, parts: list[Buffer]
) -> None:
    count = len(message.assigned_partitions) + 1
    parts.append(
        _pack_iibB(message.member_epoch, message.previous_member_epoch, message.state, count)
        if count < 128
        else _pack_iib(message.member_epoch, message.previous_member_epoch, message.state)
        + uvarint(count)
    )
    for share_group_current_member_assignment_value_topic_partitions in message.assigned_partitions:
        _write_share_group_current_member_assignment_value_topic_partitions_v0(
            share_group_current_member_assignment_value_topic_partitions, parts
        )
    parts.append(b"\x00")


def _read_share_group_current_member_assignment_value_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupCurrentMemberAssignmentValue, int]:
    message = _new(ShareGroupCurrentMemberAssignmentValue)
    message.member_epoch, message.previous_member_epoch, message.state, count = _unpack_iibB(
        data, offset
    )
    offset += 10
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupCurrentMemberAssignmentValue.assigned_partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareGroupCurrentMemberAssignmentValue.assigned_partitions", count)
    assigned_partitions: list[ShareGroupCurrentMemberAssignmentValueTopicPartitions] = []
    for _ in range(count):
        share_group_current_member_assignment_value_topic_partitions, offset = (
            _read_share_group_current_member_assignment_value_topic_partitions_v0(data, offset)
        )
        assigned_partitions.append(share_group_current_member_assignment_value_topic_partitions)
    message.assigned_partitions = assigned_partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_group_current_member_assignment_value_topic_partitions_v0(
    message: ShareGroupCurrentMemberAssignmentValueTopicPartitions, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_share_group_current_member_assignment_value_topic_partitions_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupCurrentMemberAssignmentValueTopicPartitions, int]:
    message = _new(ShareGroupCurrentMemberAssignmentValueTopicPartitions)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupCurrentMemberAssignmentValueTopicPartitions.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused(
            "ShareGroupCurrentMemberAssignmentValueTopicPartitions.partitions", count
        )
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_group_state_partition_metadata_key_v0(
    message: ShareGroupStatePartitionMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_share_group_state_partition_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupStatePartitionMetadataKey, int]:
    message = _new(ShareGroupStatePartitionMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareGroupStatePartitionMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_share_group_state_partition_metadata_value_v0(
    message: ShareGroupStatePartitionMetadataValue, parts: list[Buffer]
) -> None:
    count = len(message.initializing_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_partitions_info in message.initializing_topics:
        _write_topic_partitions_info_v0(topic_partitions_info, parts)
    count = len(message.initialized_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_partitions_info in message.initialized_topics:
        _write_topic_partitions_info_v0(topic_partitions_info, parts)
    count = len(message.deleting_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for share_group_state_partition_metadata_value_topic_info in message.deleting_topics:
        _write_share_group_state_partition_metadata_value_topic_info_v0(
            share_group_state_partition_metadata_value_topic_info, parts
        )
    parts.append(b"\x00")


def _read_share_group_state_partition_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupStatePartitionMetadataValue, int]:
    message = _new(ShareGroupStatePartitionMetadataValue)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupStatePartitionMetadataValue.initializing_topics")
    count -= 1
    if count * 19 > len(data) - offset:
        raise count_refused("ShareGroupStatePartitionMetadataValue.initializing_topics", count)
    initializing_topics: list[TopicPartitionsInfo] = []
    for _ in range(count):
        topic_partitions_info, offset = _read_topic_partitions_info_v0(data, offset)
        initializing_topics.append(topic_partitions_info)
    message.initializing_topics = initializing_topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupStatePartitionMetadataValue.initialized_topics")
    count -= 1
    if count * 19 > len(data) - offset:
        raise count_refused("ShareGroupStatePartitionMetadataValue.initialized_topics", count)
    initialized_topics: list[TopicPartitionsInfo] = []
    for _ in range(count):
        topic_partitions_info, offset = _read_topic_partitions_info_v0(data, offset)
        initialized_topics.append(topic_partitions_info)
    message.initialized_topics = initialized_topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupStatePartitionMetadataValue.deleting_topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareGroupStatePartitionMetadataValue.deleting_topics", count)
    deleting_topics: list[ShareGroupStatePartitionMetadataValueTopicInfo] = []
    for _ in range(count):
        share_group_state_partition_metadata_value_topic_info, offset = (
            _read_share_group_state_partition_metadata_value_topic_info_v0(data, offset)
        )
        deleting_topics.append(share_group_state_partition_metadata_value_topic_info)
    message.deleting_topics = deleting_topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_group_state_partition_metadata_value_topic_info_v0(
    message: ShareGroupStatePartitionMetadataValueTopicInfo, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_uB(message.topic_id, length)
        if length < 128
        else _pack_u(message.topic_id) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_share_group_state_partition_metadata_value_topic_info_v0(
    data: bytes, offset: int
) -> tuple[ShareGroupStatePartitionMetadataValueTopicInfo, int]:
    message = _new(ShareGroupStatePartitionMetadataValueTopicInfo)
    message.topic_id, length = _unpack_uB(data, offset)
    offset += 17
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ShareGroupStatePartitionMetadataValueTopicInfo.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_partitions_info_v0(message: TopicPartitionsInfo, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_uB(message.topic_id, length)
        if length < 128
        else _pack_u(message.topic_id) + uvarint(length)
    )
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_topic_partitions_info_v0(data: bytes, offset: int) -> tuple[TopicPartitionsInfo, int]:
    message = _new(TopicPartitionsInfo)
    message.topic_id, length = _unpack_uB(data, offset)
    offset += 17
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicPartitionsInfo.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicPartitionsInfo.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("TopicPartitionsInfo.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_consumer_group_regular_expression_key_v0(
    message: ConsumerGroupRegularExpressionKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.regular_expression.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_consumer_group_regular_expression_key_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupRegularExpressionKey, int]:
    message = _new(ConsumerGroupRegularExpressionKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupRegularExpressionKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerGroupRegularExpressionKey.regular_expression")
    end = offset + length
    message.regular_expression = data[offset:end].decode()
    offset = end
    return message, offset


def _write_consumer_group_regular_expression_value_v0(
    message: ConsumerGroupRegularExpressionValue, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.topics:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(_pack_qq0(message.version, message.timestamp))


def _read_consumer_group_regular_expression_value_v0(
    data: bytes, offset: int
) -> tuple[ConsumerGroupRegularExpressionValue, int]:
    message = _new(ConsumerGroupRegularExpressionValue)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ConsumerGroupRegularExpressionValue.topics")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ConsumerGroupRegularExpressionValue.topics", count)
    topics: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ConsumerGroupRegularExpressionValue.topics")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        topics.append(text)
    message.topics = topics
    message.version, message.timestamp, count = _unpack_qqB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_metadata_key_v0(
    message: StreamsGroupMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_streams_group_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupMetadataKey, int]:
    message = _new(StreamsGroupMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("StreamsGroupMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_streams_group_metadata_value_v0(
    message: StreamsGroupMetadataValue, parts: list[Buffer]
) -> None:
    parts.append(_pack_iq(message.epoch, message.metadata_hash))
    tagged: list[Buffer] = []
    if message.validated_topology_epoch != -1:
        section: list[Buffer] = []
        section.append(_pack_i(message.validated_topology_epoch))
        tagged.append(tagged_field(0, section))
    if message.last_assignment_configs != []:
        section = []
        count = (
            0
            if message.last_assignment_configs is None
            else len(message.last_assignment_configs) + 1
        )
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.last_assignment_configs:
            for last_assignment_config in message.last_assignment_configs:
                _write_last_assignment_config_v0(last_assignment_config, section)
        tagged.append(tagged_field(1, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_streams_group_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupMetadataValue, int]:
    message = _new(StreamsGroupMetadataValue)
    message.epoch, message.metadata_hash, count = _unpack_iqB(data, offset)
    offset += 13
    message.validated_topology_epoch = -1
    message.last_assignment_configs = []
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.validated_topology_epoch,) = _unpack_i(data, offset)
                offset += 4
            elif tag == 1:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.last_assignment_configs = None
                else:
                    count -= 1
                    if count * 3 > len(data) - offset:
                        raise count_refused(
                            "StreamsGroupMetadataValue.last_assignment_configs", count
                        )
                    last_assignment_configs: list[LastAssignmentConfig] = []
                    for _ in range(count):
                        last_assignment_config, offset = _read_last_assignment_config_v0(
                            data, offset
                        )
                        last_assignment_configs.append(last_assignment_config)
                    message.last_assignment_configs = last_assignment_configs
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("StreamsGroupMetadataValue")
    return message, offset


def _write_last_assignment_config_v0(message: LastAssignmentConfig, parts: list[Buffer]) -> None:
    text: Buffer = message.key.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.value.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_last_assignment_config_v0(data: bytes, offset: int) -> tuple[LastAssignmentConfig, int]:
    message = _new(LastAssignmentConfig)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("LastAssignmentConfig.key")
    end = offset + length - 1
    message.key = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("LastAssignmentConfig.value")
    end = offset + length - 1
    message.value = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_member_metadata_key_v0(
    message: StreamsGroupMemberMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_streams_group_member_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupMemberMetadataKey, int]:
    message = _new(StreamsGroupMemberMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("StreamsGroupMemberMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("StreamsGroupMemberMetadataKey.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_streams_group_member_metadata_value_v0(
    message: StreamsGroupMemberMetadataValue, parts: list[Buffer]
) -> None:
    if message.instance_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.instance_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
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
        _pack_iiB(message.rebalance_timeout_ms, message.topology_epoch, length)
        if length < 128
        else _pack_ii(message.rebalance_timeout_ms, message.topology_epoch) + uvarint(length)
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
    parts.append(b"\x00")


def _read_streams_group_member_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupMemberMetadataValue, int]:
    message = _new(StreamsGroupMemberMetadataValue)
    length = data[offset]
    offset += 1
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
        raise null_refused("StreamsGroupMemberMetadataValue.client_id")
    end = offset + length - 1
    message.client_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupMemberMetadataValue.client_host")
    end = offset + length - 1
    message.client_host = data[offset:end].decode()
    offset = end
    message.rebalance_timeout_ms, message.topology_epoch, length = _unpack_iiB(data, offset)
    offset += 9
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupMemberMetadataValue.process_id")
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
        raise marker_refused("StreamsGroupMemberMetadataValue.user_endpoint", marker)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupMemberMetadataValue.client_tags")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("StreamsGroupMemberMetadataValue.client_tags", count)
    client_tags: list[KeyValue] = []
    for _ in range(count):
        key_value, offset = _read_key_value_v0(data, offset)
        client_tags.append(key_value)
    message.client_tags = client_tags
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


def _write_streams_group_target_assignment_metadata_key_v0(
    message: StreamsGroupTargetAssignmentMetadataKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_streams_group_target_assignment_metadata_key_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupTargetAssignmentMetadataKey, int]:
    message = _new(StreamsGroupTargetAssignmentMetadataKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("StreamsGroupTargetAssignmentMetadataKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_streams_group_target_assignment_metadata_value_v0(
    message: StreamsGroupTargetAssignmentMetadataValue, parts: list[Buffer]
) -> None:
    parts.append(_pack_i(message.assignment_epoch))
    tagged: list[Buffer] = []
    if message.assignment_timestamp != 0:
        section: list[Buffer] = []
        section.append(_pack_q(message.assignment_timestamp))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_streams_group_target_assignment_metadata_value_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupTargetAssignmentMetadataValue, int]:
    message = _new(StreamsGroupTargetAssignmentMetadataValue)
    message.assignment_epoch, count = _unpack_iB(data, offset)
    offset += 5
    message.assignment_timestamp = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.assignment_timestamp,) = _unpack_q(data, offset)
                offset += 8
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("StreamsGroupTargetAssignmentMetadataValue")
    return message, offset


def _write_streams_group_target_assignment_member_key_v0(
    message: StreamsGroupTargetAssignmentMemberKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_streams_group_target_assignment_member_key_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupTargetAssignmentMemberKey, int]:
    message = _new(StreamsGroupTargetAssignmentMemberKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("StreamsGroupTargetAssignmentMemberKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("StreamsGroupTargetAssignmentMemberKey.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_streams_group_target_assignment_member_value_v0(
    message: StreamsGroupTargetAssignmentMemberValue, parts: list[Buffer]
) -> None:
    count = len(message.active_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for streams_group_target_assignment_member_value_task_ids in message.active_tasks:
        _write_streams_group_target_assignment_member_value_task_ids_v0(
            streams_group_target_assignment_member_value_task_ids, parts
        )
    count = len(message.standby_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for streams_group_target_assignment_member_value_task_ids in message.standby_tasks:
        _write_streams_group_target_assignment_member_value_task_ids_v0(
            streams_group_target_assignment_member_value_task_ids, parts
        )
    count = len(message.warmup_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for streams_group_target_assignment_member_value_task_ids in message.warmup_tasks:
        _write_streams_group_target_assignment_member_value_task_ids_v0(
            streams_group_target_assignment_member_value_task_ids, parts
        )
    parts.append(b"\x00")


def _read_streams_group_target_assignment_member_value_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupTargetAssignmentMemberValue, int]:
    message = _new(StreamsGroupTargetAssignmentMemberValue)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupTargetAssignmentMemberValue.active_tasks")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("StreamsGroupTargetAssignmentMemberValue.active_tasks", count)
    active_tasks: list[StreamsGroupTargetAssignmentMemberValueTaskIds] = []
    for _ in range(count):
        streams_group_target_assignment_member_value_task_ids, offset = (
            _read_streams_group_target_assignment_member_value_task_ids_v0(data, offset)
        )
        active_tasks.append(streams_group_target_assignment_member_value_task_ids)
    message.active_tasks = active_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupTargetAssignmentMemberValue.standby_tasks")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("StreamsGroupTargetAssignmentMemberValue.standby_tasks", count)
    standby_tasks: list[StreamsGroupTargetAssignmentMemberValueTaskIds] = []
    for _ in range(count):
        streams_group_target_assignment_member_value_task_ids, offset = (
            _read_streams_group_target_assignment_member_value_task_ids_v0(data, offset)
        )
        standby_tasks.append(streams_group_target_assignment_member_value_task_ids)
    message.standby_tasks = standby_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupTargetAssignmentMemberValue.warmup_tasks")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("StreamsGroupTargetAssignmentMemberValue.warmup_tasks", count)
    warmup_tasks: list[StreamsGroupTargetAssignmentMemberValueTaskIds] = []
    for _ in range(count):
        streams_group_target_assignment_member_value_task_ids, offset = (
            _read_streams_group_target_assignment_member_value_task_ids_v0(data, offset)
        )
        warmup_tasks.append(streams_group_target_assignment_member_value_task_ids)
    message.warmup_tasks = warmup_tasks
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_target_assignment_member_value_task_ids_v0(
    message: StreamsGroupTargetAssignmentMemberValueTaskIds, parts: list[Buffer]
) -> None:
    text: Buffer = message.subtopology_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_streams_group_target_assignment_member_value_task_ids_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupTargetAssignmentMemberValueTaskIds, int]:
    message = _new(StreamsGroupTargetAssignmentMemberValueTaskIds)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupTargetAssignmentMemberValueTaskIds.subtopology_id")
    end = offset + length - 1
    message.subtopology_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupTargetAssignmentMemberValueTaskIds.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("StreamsGroupTargetAssignmentMemberValueTaskIds.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_current_member_assignment_key_v0(
    message: StreamsGroupCurrentMemberAssignmentKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_streams_group_current_member_assignment_key_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupCurrentMemberAssignmentKey, int]:
    message = _new(StreamsGroupCurrentMemberAssignmentKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("StreamsGroupCurrentMemberAssignmentKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("StreamsGroupCurrentMemberAssignmentKey.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_streams_group_current_member_assignment_value_v0(
    message: StreamsGroupCurrentMemberAssignmentValue, parts: list[Buffer]
) -> None:
    count = len(message.active_tasks) + 1
    parts.append(
        _pack_iibB(message.member_epoch, message.previous_member_epoch, message.state, count)
        if count < 128
        else _pack_iib(message.member_epoch, message.previous_member_epoch, message.state)
        + uvarint(count)
    )
    for streams_group_current_member_assignment_value_task_ids in message.active_tasks:
        _write_streams_group_current_member_assignment_value_task_ids_v0(
            streams_group_current_member_assignment_value_task_ids, parts
        )
    count = len(message.standby_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for streams_group_current_member_assignment_value_task_ids in message.standby_tasks:
        _write_streams_group_current_member_assignment_value_task_ids_v0(
            streams_group_current_member_assignment_value_task_ids, parts
        )
    count = len(message.warmup_tasks) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for streams_group_current_member_assignment_value_task_ids in message.warmup_tasks:
        _write_streams_group_current_member_assignment_value_task_ids_v0(
            streams_group_current_member_assignment_value_task_ids, parts
        )
    count = len(message.active_tasks_pending_revocation) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for (
        streams_group_current_member_assignment_value_task_ids
    ) in message.active_tasks_pending_revocation:
        _write_streams_group_current_member_assignment_value_task_ids_v0(
            streams_group_current_member_assignment_value_task_ids, parts
        )
    count = len(message.standby_tasks_pending_revocation) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for (
        streams_group_current_member_assignment_value_task_ids
    ) in message.standby_tasks_pending_revocation:
        _write_streams_group_current_member_assignment_value_task_ids_v0(
            streams_group_current_member_assignment_value_task_ids, parts
        )
    count = len(message.warmup_tasks_pending_revocation) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for (
        streams_group_current_member_assignment_value_task_ids
    ) in message.warmup_tasks_pending_revocation:
        _write_streams_group_current_member_assignment_value_task_ids_v0(
            streams_group_current_member_assignment_value_task_ids, parts
        )
    parts.append(b"\x00")


def _read_streams_group_current_member_assignment_value_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupCurrentMemberAssignmentValue, int]:
    message = _new(StreamsGroupCurrentMemberAssignmentValue)
    message.member_epoch, message.previous_member_epoch, message.state, count = _unpack_iibB(
        data, offset
    )
    offset += 10
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupCurrentMemberAssignmentValue.active_tasks")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("StreamsGroupCurrentMemberAssignmentValue.active_tasks", count)
    active_tasks: list[StreamsGroupCurrentMemberAssignmentValueTaskIds] = []
    for _ in range(count):
        streams_group_current_member_assignment_value_task_ids, offset = (
            _read_streams_group_current_member_assignment_value_task_ids_v0(data, offset)
        )
        active_tasks.append(streams_group_current_member_assignment_value_task_ids)
    message.active_tasks = active_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupCurrentMemberAssignmentValue.standby_tasks")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("StreamsGroupCurrentMemberAssignmentValue.standby_tasks", count)
    standby_tasks: list[StreamsGroupCurrentMemberAssignmentValueTaskIds] = []
    for _ in range(count):
        streams_group_current_member_assignment_value_task_ids, offset = (
            _read_streams_group_current_member_assignment_value_task_ids_v0(data, offset)
        )
        standby_tasks.append(streams_group_current_member_assignment_value_task_ids)
    message.standby_tasks = standby_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupCurrentMemberAssignmentValue.warmup_tasks")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("StreamsGroupCurrentMemberAssignmentValue.warmup_tasks", count)
    warmup_tasks: list[StreamsGroupCurrentMemberAssignmentValueTaskIds] = []
    for _ in range(count):
        streams_group_current_member_assignment_value_task_ids, offset = (
            _read_streams_group_current_member_assignment_value_task_ids_v0(data, offset)
        )
        warmup_tasks.append(streams_group_current_member_assignment_value_task_ids)
    message.warmup_tasks = warmup_tasks
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused(
            "StreamsGroupCurrentMemberAssignmentValue.active_tasks_pending_revocation"
        )
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused(
            "StreamsGroupCurrentMemberAssignmentValue.active_tasks_pending_revocation", count
        )
    active_tasks_pending_revocation: list[StreamsGroupCurrentMemberAssignmentValueTaskIds] = []
    for _ in range(count):
        streams_group_current_member_assignment_value_task_ids, offset = (
            _read_streams_group_current_member_assignment_value_task_ids_v0(data, offset)
        )
        active_tasks_pending_revocation.append(
            streams_group_current_member_assignment_value_task_ids
        )
    message.active_tasks_pending_revocation = active_tasks_pending_revocation
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused(
            "StreamsGroupCurrentMemberAssignmentValue.standby_tasks_pending_revocation"
        )
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused(
            "StreamsGroupCurrentMemberAssignmentValue.standby_tasks_pending_revocation", count
        )
    standby_tasks_pending_revocation: list[StreamsGroupCurrentMemberAssignmentValueTaskIds] = []
    for _ in range(count):
        streams_group_current_member_assignment_value_task_ids, offset = (
            _read_streams_group_current_member_assignment_value_task_ids_v0(data, offset)
        )
        standby_tasks_pending_revocation.append(
            streams_group_current_member_assignment_value_task_ids
        )
    message.standby_tasks_pending_revocation = standby_tasks_pending_revocation
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused(
            "StreamsGroupCurrentMemberAssignmentValue.warmup_tasks_pending_revocation"
        )
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused(
            "StreamsGroupCurrentMemberAssignmentValue.warmup_tasks_pending_revocation", count
        )
    warmup_tasks_pending_revocation: list[StreamsGroupCurrentMemberAssignmentValueTaskIds] = []
    for _ in range(count):
        streams_group_current_member_assignment_value_task_ids, offset = (
            _read_streams_group_current_member_assignment_value_task_ids_v0(data, offset)
        )
        warmup_tasks_pending_revocation.append(
            streams_group_current_member_assignment_value_task_ids
        )
    message.warmup_tasks_pending_revocation = warmup_tasks_pending_revocation
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_streams_group_current_member_assignment_value_task_ids_v0(
    message: StreamsGroupCurrentMemberAssignmentValueTaskIds, parts: list[Buffer]
) -> None:
    text: Buffer = message.subtopology_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    tagged: list[Buffer] = []
    if message.assignment_epochs != []:
        section: list[Buffer] = []
        count = 0 if message.assignment_epochs is None else len(message.assignment_epochs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.assignment_epochs:
            section.append(pack_int32s(message.assignment_epochs))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_streams_group_current_member_assignment_value_task_ids_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupCurrentMemberAssignmentValueTaskIds, int]:
    message = _new(StreamsGroupCurrentMemberAssignmentValueTaskIds)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupCurrentMemberAssignmentValueTaskIds.subtopology_id")
    end = offset + length - 1
    message.subtopology_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupCurrentMemberAssignmentValueTaskIds.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("StreamsGroupCurrentMemberAssignmentValueTaskIds.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    message.assignment_epochs = []
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
                    message.assignment_epochs = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused(
                            "StreamsGroupCurrentMemberAssignmentValueTaskIds.assignment_epochs",
                            count,
                        )
                    message.assignment_epochs = unpack_int32s(data, offset, count)
                    offset += count * 4
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("StreamsGroupCurrentMemberAssignmentValueTaskIds")
    return message, offset


def _write_streams_group_topology_key_v0(
    message: StreamsGroupTopologyKey, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_streams_group_topology_key_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupTopologyKey, int]:
    message = _new(StreamsGroupTopologyKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("StreamsGroupTopologyKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_streams_group_topology_value_v0(
    message: StreamsGroupTopologyValue, parts: list[Buffer]
) -> None:
    count = len(message.subtopologies) + 1
    parts.append(
        _pack_iB(message.epoch, count) if count < 128 else _pack_i(message.epoch) + uvarint(count)
    )
    for subtopology in message.subtopologies:
        _write_subtopology_v0(subtopology, parts)
    parts.append(b"\x00")


def _read_streams_group_topology_value_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupTopologyValue, int]:
    message = _new(StreamsGroupTopologyValue)
    message.epoch, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupTopologyValue.subtopologies")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("StreamsGroupTopologyValue.subtopologies", count)
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
    for streams_group_topology_value_topic_info in message.state_changelog_topics:
        _write_streams_group_topology_value_topic_info_v0(
            streams_group_topology_value_topic_info, parts
        )
    count = len(message.repartition_sink_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.repartition_sink_topics:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.repartition_source_topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for streams_group_topology_value_topic_info in message.repartition_source_topics:
        _write_streams_group_topology_value_topic_info_v0(
            streams_group_topology_value_topic_info, parts
        )
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
    state_changelog_topics: list[StreamsGroupTopologyValueTopicInfo] = []
    for _ in range(count):
        streams_group_topology_value_topic_info, offset = (
            _read_streams_group_topology_value_topic_info_v0(data, offset)
        )
        state_changelog_topics.append(streams_group_topology_value_topic_info)
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
    repartition_source_topics: list[StreamsGroupTopologyValueTopicInfo] = []
    for _ in range(count):
        streams_group_topology_value_topic_info, offset = (
            _read_streams_group_topology_value_topic_info_v0(data, offset)
        )
        repartition_source_topics.append(streams_group_topology_value_topic_info)
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


def _write_streams_group_topology_value_topic_info_v0(
    message: StreamsGroupTopologyValueTopicInfo, parts: list[Buffer]
) -> None:
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
    for topic_config in message.topic_configs:
        _write_topic_config_v0(topic_config, parts)
    parts.append(b"\x00")


def _read_streams_group_topology_value_topic_info_v0(
    data: bytes, offset: int
) -> tuple[StreamsGroupTopologyValueTopicInfo, int]:
    message = _new(StreamsGroupTopologyValueTopicInfo)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("StreamsGroupTopologyValueTopicInfo.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.partitions, message.replication_factor, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("StreamsGroupTopologyValueTopicInfo.topic_configs")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("StreamsGroupTopologyValueTopicInfo.topic_configs", count)
    topic_configs: list[TopicConfig] = []
    for _ in range(count):
        topic_config, offset = _read_topic_config_v0(data, offset)
        topic_configs.append(topic_config)
    message.topic_configs = topic_configs
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_config_v0(message: TopicConfig, parts: list[Buffer]) -> None:
    text: Buffer = message.key.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.value.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_topic_config_v0(data: bytes, offset: int) -> tuple[TopicConfig, int]:
    message = _new(TopicConfig)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicConfig.key")
    end = offset + length - 1
    message.key = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicConfig.value")
    end = offset + length - 1
    message.value = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


_DEFAULT_CLASSIC_MEMBER_METADATA = ClassicMemberMetadata()

LegacyOffsetCommitKey.WRITERS = {
    0: _write_legacy_offset_commit_key_v0,
}
LegacyOffsetCommitKey.READERS = {
    0: _read_legacy_offset_commit_key_v0,
}
LegacyOffsetCommitValue.WRITERS = {
    0: _write_legacy_offset_commit_value_v0,
}
LegacyOffsetCommitValue.READERS = {
    0: _read_legacy_offset_commit_value_v0,
}
OffsetCommitKey.WRITERS = {
    0: _write_offset_commit_key_v0,
}
OffsetCommitKey.READERS = {
    0: _read_offset_commit_key_v0,
}
OffsetCommitValue.WRITERS = {
    0: _write_offset_commit_value_v0,
    1: _write_offset_commit_value_v1,
    2: _write_offset_commit_value_v2,
    3: _write_offset_commit_value_v3,
    4: _write_offset_commit_value_v4,
}
OffsetCommitValue.READERS = {
    0: _read_offset_commit_value_v0,
    1: _read_offset_commit_value_v1,
    2: _read_offset_commit_value_v2,
    3: _read_offset_commit_value_v3,
    4: _read_offset_commit_value_v4,
}
GroupMetadataKey.WRITERS = {
    0: _write_group_metadata_key_v0,
}
GroupMetadataKey.READERS = {
    0: _read_group_metadata_key_v0,
}
GroupMetadataValue.WRITERS = {
    0: _write_group_metadata_value_v0,
    1: _write_group_metadata_value_v1,
    2: _write_group_metadata_value_v2,
    3: _write_group_metadata_value_v3,
    4: _write_group_metadata_value_v4,
}
GroupMetadataValue.READERS = {
    0: _read_group_metadata_value_v0,
    1: _read_group_metadata_value_v1,
    2: _read_group_metadata_value_v2,
    3: _read_group_metadata_value_v3,
    4: _read_group_metadata_value_v4,
}
ConsumerGroupMetadataKey.WRITERS = {
    0: _write_consumer_group_metadata_key_v0,
}
ConsumerGroupMetadataKey.READERS = {
    0: _read_consumer_group_metadata_key_v0,
}
ConsumerGroupMetadataValue.WRITERS = {
    0: _write_consumer_group_metadata_value_v0,
}
ConsumerGroupMetadataValue.READERS = {
    0: _read_consumer_group_metadata_value_v0,
}
ConsumerGroupPartitionMetadataKey.WRITERS = {
    0: _write_consumer_group_partition_metadata_key_v0,
}
ConsumerGroupPartitionMetadataKey.READERS = {
    0: _read_consumer_group_partition_metadata_key_v0,
}
ConsumerGroupPartitionMetadataValue.WRITERS = {
    0: _write_consumer_group_partition_metadata_value_v0,
}
ConsumerGroupPartitionMetadataValue.READERS = {
    0: _read_consumer_group_partition_metadata_value_v0,
}
ConsumerGroupMemberMetadataKey.WRITERS = {
    0: _write_consumer_group_member_metadata_key_v0,
}
ConsumerGroupMemberMetadataKey.READERS = {
    0: _read_consumer_group_member_metadata_key_v0,
}
ConsumerGroupMemberMetadataValue.WRITERS = {
    0: _write_consumer_group_member_metadata_value_v0,
}
ConsumerGroupMemberMetadataValue.READERS = {
    0: _read_consumer_group_member_metadata_value_v0,
}
ConsumerGroupTargetAssignmentMetadataKey.WRITERS = {
    0: _write_consumer_group_target_assignment_metadata_key_v0,
}
ConsumerGroupTargetAssignmentMetadataKey.READERS = {
    0: _read_consumer_group_target_assignment_metadata_key_v0,
}
ConsumerGroupTargetAssignmentMetadataValue.WRITERS = {
    0: _write_consumer_group_target_assignment_metadata_value_v0,
}
ConsumerGroupTargetAssignmentMetadataValue.READERS = {
    0: _read_consumer_group_target_assignment_metadata_value_v0,
}
ConsumerGroupTargetAssignmentMemberKey.WRITERS = {
    0: _write_consumer_group_target_assignment_member_key_v0,
}
ConsumerGroupTargetAssignmentMemberKey.READERS = {
    0: _read_consumer_group_target_assignment_member_key_v0,
}
ConsumerGroupTargetAssignmentMemberValue.WRITERS = {
    0: _write_consumer_group_target_assignment_member_value_v0,
}
ConsumerGroupTargetAssignmentMemberValue.READERS = {
    0: _read_consumer_group_target_assignment_member_value_v0,
}
ConsumerGroupCurrentMemberAssignmentKey.WRITERS = {
    0: _write_consumer_group_current_member_assignment_key_v0,
}
ConsumerGroupCurrentMemberAssignmentKey.READERS = {
    0: _read_consumer_group_current_member_assignment_key_v0,
}
ConsumerGroupCurrentMemberAssignmentValue.WRITERS = {
    0: _write_consumer_group_current_member_assignment_value_v0,
}
ConsumerGroupCurrentMemberAssignmentValue.READERS = {
    0: _read_consumer_group_current_member_assignment_value_v0,
}
ShareGroupMemberMetadataKey.WRITERS = {
    0: _write_share_group_member_metadata_key_v0,
}
ShareGroupMemberMetadataKey.READERS = {
    0: _read_share_group_member_metadata_key_v0,
}
ShareGroupMemberMetadataValue.WRITERS = {
    0: _write_share_group_member_metadata_value_v0,
}
ShareGroupMemberMetadataValue.READERS = {
    0: _read_share_group_member_metadata_value_v0,
}
ShareGroupMetadataKey.WRITERS = {
    0: _write_share_group_metadata_key_v0,
}
ShareGroupMetadataKey.READERS = {
    0: _read_share_group_metadata_key_v0,
}
ShareGroupMetadataValue.WRITERS = {
    0: _write_share_group_metadata_value_v0,
}
ShareGroupMetadataValue.READERS = {
    0: _read_share_group_metadata_value_v0,
}
ShareGroupTargetAssignmentMetadataKey.WRITERS = {
    0: _write_share_group_target_assignment_metadata_key_v0,
}
ShareGroupTargetAssignmentMetadataKey.READERS = {
    0: _read_share_group_target_assignment_metadata_key_v0,
}
ShareGroupTargetAssignmentMetadataValue.WRITERS = {
    0: _write_share_group_target_assignment_metadata_value_v0,
}
ShareGroupTargetAssignmentMetadataValue.READERS = {
    0: _read_share_group_target_assignment_metadata_value_v0,
}
ShareGroupTargetAssignmentMemberKey.WRITERS = {
    0: _write_share_group_target_assignment_member_key_v0,
}
ShareGroupTargetAssignmentMemberKey.READERS = {
    0: _read_share_group_target_assignment_member_key_v0,
}
ShareGroupTargetAssignmentMemberValue.WRITERS = {
    0: _write_share_group_target_assignment_member_value_v0,
}
ShareGroupTargetAssignmentMemberValue.READERS = {
    0: _read_share_group_target_assignment_member_value_v0,
}
ShareGroupCurrentMemberAssignmentKey.WRITERS = {
    0: _write_share_group_current_member_assignment_key_v0,
}
ShareGroupCurrentMemberAssignmentKey.READERS = {
    0: _read_share_group_current_member_assignment_key_v0,
}
ShareGroupCurrentMemberAssignmentValue.WRITERS = {
    0: _write_share_group_current_member_assignment_value_v0,
}
ShareGroupCurrentMemberAssignmentValue.READERS = {
    0: _read_share_group_current_member_assignment_value_v0,
}
ShareGroupStatePartitionMetadataKey.WRITERS = {
    0: _write_share_group_state_partition_metadata_key_v0,
}
ShareGroupStatePartitionMetadataKey.READERS = {
    0: _read_share_group_state_partition_metadata_key_v0,
}
ShareGroupStatePartitionMetadataValue.WRITERS = {
    0: _write_share_group_state_partition_metadata_value_v0,
}
ShareGroupStatePartitionMetadataValue.READERS = {
    0: _read_share_group_state_partition_metadata_value_v0,
}
ConsumerGroupRegularExpressionKey.WRITERS = {
    0: _write_consumer_group_regular_expression_key_v0,
}
ConsumerGroupRegularExpressionKey.READERS = {
    0: _read_consumer_group_regular_expression_key_v0,
}
ConsumerGroupRegularExpressionValue.WRITERS = {
    0: _write_consumer_group_regular_expression_value_v0,
}
ConsumerGroupRegularExpressionValue.READERS = {
    0: _read_consumer_group_regular_expression_value_v0,
}
StreamsGroupMetadataKey.WRITERS = {
    0: _write_streams_group_metadata_key_v0,
}
StreamsGroupMetadataKey.READERS = {
    0: _read_streams_group_metadata_key_v0,
}
StreamsGroupMetadataValue.WRITERS = {
    0: _write_streams_group_metadata_value_v0,
}
StreamsGroupMetadataValue.READERS = {
    0: _read_streams_group_metadata_value_v0,
}
StreamsGroupMemberMetadataKey.WRITERS = {
    0: _write_streams_group_member_metadata_key_v0,
}
StreamsGroupMemberMetadataKey.READERS = {
    0: _read_streams_group_member_metadata_key_v0,
}
StreamsGroupMemberMetadataValue.WRITERS = {
    0: _write_streams_group_member_metadata_value_v0,
}
StreamsGroupMemberMetadataValue.READERS = {
    0: _read_streams_group_member_metadata_value_v0,
}
StreamsGroupTargetAssignmentMetadataKey.WRITERS = {
    0: _write_streams_group_target_assignment_metadata_key_v0,
}
StreamsGroupTargetAssignmentMetadataKey.READERS = {
    0: _read_streams_group_target_assignment_metadata_key_v0,
}
StreamsGroupTargetAssignmentMetadataValue.WRITERS = {
    0: _write_streams_group_target_assignment_metadata_value_v0,
}
StreamsGroupTargetAssignmentMetadataValue.READERS = {
    0: _read_streams_group_target_assignment_metadata_value_v0,
}
StreamsGroupTargetAssignmentMemberKey.WRITERS = {
    0: _write_streams_group_target_assignment_member_key_v0,
}
StreamsGroupTargetAssignmentMemberKey.READERS = {
    0: _read_streams_group_target_assignment_member_key_v0,
}
StreamsGroupTargetAssignmentMemberValue.WRITERS = {
    0: _write_streams_group_target_assignment_member_value_v0,
}
StreamsGroupTargetAssignmentMemberValue.READERS = {
    0: _read_streams_group_target_assignment_member_value_v0,
}
StreamsGroupCurrentMemberAssignmentKey.WRITERS = {
    0: _write_streams_group_current_member_assignment_key_v0,
}
StreamsGroupCurrentMemberAssignmentKey.READERS = {
    0: _read_streams_group_current_member_assignment_key_v0,
}
StreamsGroupCurrentMemberAssignmentValue.WRITERS = {
    0: _write_streams_group_current_member_assignment_value_v0,
}
StreamsGroupCurrentMemberAssignmentValue.READERS = {
    0: _read_streams_group_current_member_assignment_value_v0,
}
StreamsGroupTopologyKey.WRITERS = {
    0: _write_streams_group_topology_key_v0,
}
StreamsGroupTopologyKey.READERS = {
    0: _read_streams_group_topology_key_v0,
}
StreamsGroupTopologyValue.WRITERS = {
    0: _write_streams_group_topology_value_v0,
}
StreamsGroupTopologyValue.READERS = {
    0: _read_streams_group_topology_value_v0,
}
