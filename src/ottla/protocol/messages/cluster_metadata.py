# SPDX-License-Identifier: Apache-2.0
"""Records of the cluster's metadata.

The state of the cluster is the sum of these records, in the order of the log
`__cluster_metadata`. On disk each one is framed: uvarint 1 (version of the frame), uvarint
record type, uvarint record version, body. The numbers behind `record` are the types.

Generated from `definitions/cluster_metadata.txt` by `make gen`.
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
_b = Format(">b")
_pack_b = _b.pack
_unpack_b = _b.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_b0 = Format(">bx")
_pack_b0 = _b0.pack
_bB = Format(">bB")
_pack_bB = _bB.pack
_unpack_bB = _bB.unpack_from
_h0 = Format(">hx")
_pack_h0 = _h0.pack
_hB = Format(">hB")
_unpack_hB = _hB.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_iq = Format(">iq")
_pack_iq = _iq.pack
_iu = Format(">i16s")
_pack_iu = _iu.pack
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from
_tt = Format(">??")
_pack_tt = _tt.pack
_u0 = Format(">16sx")
_pack_u0 = _u0.pack
_uB = Format(">16sB")
_unpack_uB = _uB.unpack_from
_ub = Format(">16sb")
_pack_ub = _ub.pack
_Hh0 = Format(">Hhx")
_pack_Hh0 = _Hh0.pack
_HhB = Format(">HhB")
_unpack_HhB = _HhB.unpack_from
_bb0 = Format(">bbx")
_pack_bb0 = _bb0.pack
_bbB = Format(">bbB")
_unpack_bbB = _bbB.unpack_from
_dt0 = Format(">d?x")
_pack_dt0 = _dt0.pack
_dtB = Format(">d?B")
_unpack_dtB = _dtB.unpack_from
_hh0 = Format(">hhx")
_pack_hh0 = _hh0.pack
_hhB = Format(">hhB")
_unpack_hhB = _hhB.unpack_from
_iii = Format(">iii")
_pack_iii = _iii.pack
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_unpack_iqB = _iqB.unpack_from
_iuB = Format(">i16sB")
_pack_iuB = _iuB.pack
_unpack_iuB = _iuB.unpack_from
_iuq = Format(">i16sq")
_pack_iuq = _iuq.pack
_iut = Format(">i16s?")
_pack_iut = _iut.pack
_qqq = Format(">qqq")
_pack_qqq = _qqq.pack
_tt0 = Format(">??x")
_pack_tt0 = _tt0.pack
_ttB = Format(">??B")
_unpack_ttB = _ttB.unpack_from
_ubB = Format(">16sbB")
_pack_ubB = _ubB.pack
_unpack_ubB = _ubB.unpack_from
_iiiB = Format(">iiiB")
_pack_iiiB = _iiiB.pack
_unpack_iiiB = _iiiB.unpack_from
_iqq0 = Format(">iqqx")
_pack_iqq0 = _iqq0.pack
_iqqB = Format(">iqqB")
_unpack_iqqB = _iqqB.unpack_from
_ituq = Format(">i?16sq")
_pack_ituq = _ituq.pack
_iuqB = Format(">i16sqB")
_pack_iuqB = _iuqB.pack
_unpack_iuqB = _iuqB.unpack_from
_iutB = Format(">i16s?B")
_pack_iutB = _iutB.pack
_unpack_iutB = _iutB.unpack_from
_qqqB = Format(">qqqB")
_pack_qqqB = _qqqB.pack
_unpack_qqqB = _qqqB.unpack_from
_ituqB = Format(">i?16sqB")
_pack_ituqB = _ituqB.pack
_unpack_ituqB = _ituqB.unpack_from


class RegisterBrokerRecord(Message):
    """A broker has registered."""

    __slots__ = (
        "broker_id",
        "is_migrating_zk_broker",
        "incarnation_id",
        "broker_epoch",
        "end_points",
        "features",
        "rack",
        "fenced",
        "in_controlled_shutdown",
        "log_dirs",
        "cordoned_log_dirs",
    )

    API_KEY = 0
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The broker's id."""

    is_migrating_zk_broker: bool
    """Whether the broker still ran on ZooKeeper when it registered. (versions 2+)"""

    incarnation_id: bytes
    """Identifies this run of the process."""

    broker_epoch: int
    """The epoch of the broker's registration; an earlier incarnation is fenced by it."""

    end_points: list[BrokerEndpoint]
    """Addresses under which the node can be reached."""

    features: list[BrokerFeature]
    """Feature levels that the node supports."""

    rack: str | None
    """The rack that the broker runs in; null when it has none. (may be None)"""

    fenced: bool
    """Whether the broker is fenced: alive, but not in service."""

    in_controlled_shutdown: bool
    """Whether the broker is on its way out and gives up its leaderships. (versions 1+)"""

    log_dirs: list[bytes]
    """Identifiers of the log directories that are online. (versions 3+)"""

    cordoned_log_dirs: list[bytes] | None
    """Log directories that take no new replicas; null when the broker does not say. (versions 4+;
    may be None)
    """

    def __init__(
        self,
        *,
        broker_id: int = 0,
        is_migrating_zk_broker: bool = False,
        incarnation_id: bytes = ZERO_UUID,
        broker_epoch: int = 0,
        end_points: Iterable[BrokerEndpoint] = (),
        features: Iterable[BrokerFeature] = (),
        rack: str | None = "",
        fenced: bool = True,
        in_controlled_shutdown: bool = False,
        log_dirs: Iterable[bytes] = (),
        cordoned_log_dirs: Iterable[bytes] | None = None,
    ) -> None:
        self.broker_id = broker_id
        self.is_migrating_zk_broker = is_migrating_zk_broker
        self.incarnation_id = incarnation_id
        self.broker_epoch = broker_epoch
        self.end_points = list(end_points)
        self.features = list(features)
        self.rack = rack
        self.fenced = fenced
        self.in_controlled_shutdown = in_controlled_shutdown
        self.log_dirs = list(log_dirs)
        self.cordoned_log_dirs = None if cordoned_log_dirs is None else list(cordoned_log_dirs)


class BrokerFeature(Struct):
    """Feature levels that the node supports."""

    __slots__ = (
        "name",
        "min_supported_version",
        "max_supported_version",
    )

    name: str
    """The feature's name."""

    min_supported_version: int
    """The lowest level that the node supports."""

    max_supported_version: int
    """The highest level that the node supports."""

    def __init__(
        self, *, name: str = "", min_supported_version: int = 0, max_supported_version: int = 0
    ) -> None:
        self.name = name
        self.min_supported_version = min_supported_version
        self.max_supported_version = max_supported_version


class BrokerEndpoint(Struct):
    """Addresses under which the node can be reached."""

    __slots__ = (
        "name",
        "host",
        "port",
        "security_protocol",
    )

    name: str
    """The listener's name."""

    host: str
    """The host name or address to connect to."""

    port: int
    """The port to connect to."""

    security_protocol: int
    """0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL."""

    def __init__(
        self, *, name: str = "", host: str = "", port: int = 0, security_protocol: int = 0
    ) -> None:
        self.name = name
        self.host = host
        self.port = port
        self.security_protocol = security_protocol


class UnregisterBrokerRecord(Message):
    """A broker's registration is over."""

    __slots__ = (
        "broker_id",
        "broker_epoch",
    )

    API_KEY = 1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The broker's id."""

    broker_epoch: int
    """The epoch of the broker's registration; an earlier incarnation is fenced by it."""

    def __init__(self, *, broker_id: int = 0, broker_epoch: int = 0) -> None:
        self.broker_id = broker_id
        self.broker_epoch = broker_epoch


class TopicRecord(Message):
    """A topic has been created; its partitions follow."""

    __slots__ = (
        "name",
        "topic_id",
    )

    API_KEY = 2
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    name: str
    """The topic's name."""

    topic_id: bytes
    """The topic's identifier."""

    def __init__(self, *, name: str = "", topic_id: bytes = ZERO_UUID) -> None:
        self.name = name
        self.topic_id = topic_id


class PartitionRecord(Message):
    """A partition exists in this state."""

    __slots__ = (
        "partition_id",
        "topic_id",
        "replicas",
        "isr",
        "removing_replicas",
        "adding_replicas",
        "leader",
        "leader_recovery_state",
        "leader_epoch",
        "partition_epoch",
        "directories",
        "eligible_leader_replicas",
        "last_known_elr",
    )

    API_KEY = 3
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    partition_id: int
    """The partition's number."""

    topic_id: bytes
    """The topic's identifier."""

    replicas: list[int]
    """The brokers that hold the partition, the preferred leader first."""

    isr: list[int]
    """The in-sync replicas."""

    removing_replicas: list[int]
    """Brokers that will be removed by a move."""

    adding_replicas: list[int]
    """Brokers that are being added by a move."""

    leader: int
    """The broker that leads the partition; -1 when there is none."""

    leader_recovery_state: int
    """1 while the leader recovers from an unclean election, else 0."""

    leader_epoch: int
    """The leader's epoch, raised with each new leader."""

    partition_epoch: int
    """The partition's epoch, raised by every change of its state."""

    directories: list[bytes]
    """The log directory of each replica, in the order of the replicas. (versions 1+)"""

    eligible_leader_replicas: list[int] | None
    """Replicas outside the in-sync set that have every committed record; null when unknown.
    (versions 2+; may be None)
    """

    last_known_elr: list[int] | None
    """Replicas that were the last to have every committed record; null when unknown. (versions 2+;
    may be None)
    """

    def __init__(
        self,
        *,
        partition_id: int = -1,
        topic_id: bytes = ZERO_UUID,
        replicas: Iterable[int] = (),
        isr: Iterable[int] = (),
        removing_replicas: Iterable[int] = (),
        adding_replicas: Iterable[int] = (),
        leader: int = -1,
        leader_recovery_state: int = 0,
        leader_epoch: int = -1,
        partition_epoch: int = -1,
        directories: Iterable[bytes] = (),
        eligible_leader_replicas: Iterable[int] | None = None,
        last_known_elr: Iterable[int] | None = None,
    ) -> None:
        self.partition_id = partition_id
        self.topic_id = topic_id
        self.replicas = list(replicas)
        self.isr = list(isr)
        self.removing_replicas = list(removing_replicas)
        self.adding_replicas = list(adding_replicas)
        self.leader = leader
        self.leader_recovery_state = leader_recovery_state
        self.leader_epoch = leader_epoch
        self.partition_epoch = partition_epoch
        self.directories = list(directories)
        self.eligible_leader_replicas = (
            None if eligible_leader_replicas is None else list(eligible_leader_replicas)
        )
        self.last_known_elr = None if last_known_elr is None else list(last_known_elr)


class ConfigRecord(Message):
    """A configuration of a resource has been set or removed."""

    __slots__ = (
        "resource_type",
        "resource_name",
        "name",
        "value",
    )

    API_KEY = 4
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    resource_type: int
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group."""

    resource_name: str
    """The resource's name; a broker's is its id, or empty for the default of all brokers."""

    name: str
    """The configuration's name."""

    value: str | None
    """The value; null removes the setting, so that the default applies again. (may be None)"""

    def __init__(
        self,
        *,
        resource_type: int = 0,
        resource_name: str = "",
        name: str = "",
        value: str | None = "",
    ) -> None:
        self.resource_type = resource_type
        self.resource_name = resource_name
        self.name = name
        self.value = value


class PartitionChangeRecord(Message):
    """Parts of a partition's state have changed; everything left out stays."""

    __slots__ = (
        "partition_id",
        "topic_id",
        "isr",
        "leader",
        "replicas",
        "removing_replicas",
        "adding_replicas",
        "leader_recovery_state",
        "directories",
        "eligible_leader_replicas",
        "last_known_elr",
    )

    API_KEY = 5
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    partition_id: int
    """The partition's number."""

    topic_id: bytes
    """The topic's identifier."""

    isr: list[int] | None
    """The in-sync replicas; null when unchanged. (may be None)"""

    leader: int
    """The broker that leads the partition; -1 is none, -2 leaves it unchanged."""

    replicas: list[int] | None
    """The brokers that hold the partition, the preferred leader first; null when unchanged. (may
    be None)
    """

    removing_replicas: list[int] | None
    """Brokers that will be removed by a move; null when unchanged. (may be None)"""

    adding_replicas: list[int] | None
    """Brokers that are being added by a move; null when unchanged. (may be None)"""

    leader_recovery_state: int
    """1 while the leader recovers from an unclean election, else 0; -1 when unchanged."""

    directories: list[bytes] | None
    """The log directory of each replica, in the order of the replicas; null when unchanged.
    (versions 1+; may be None)
    """

    eligible_leader_replicas: list[int] | None
    """Replicas outside the in-sync set that have every committed record; null when unknown.
    (versions 2+; may be None)
    """

    last_known_elr: list[int] | None
    """Replicas that were the last to have every committed record; null when unknown. (versions 2+;
    may be None)
    """

    def __init__(
        self,
        *,
        partition_id: int = -1,
        topic_id: bytes = ZERO_UUID,
        isr: Iterable[int] | None = None,
        leader: int = -2,
        replicas: Iterable[int] | None = None,
        removing_replicas: Iterable[int] | None = None,
        adding_replicas: Iterable[int] | None = None,
        leader_recovery_state: int = -1,
        directories: Iterable[bytes] | None = None,
        eligible_leader_replicas: Iterable[int] | None = None,
        last_known_elr: Iterable[int] | None = None,
    ) -> None:
        self.partition_id = partition_id
        self.topic_id = topic_id
        self.isr = None if isr is None else list(isr)
        self.leader = leader
        self.replicas = None if replicas is None else list(replicas)
        self.removing_replicas = None if removing_replicas is None else list(removing_replicas)
        self.adding_replicas = None if adding_replicas is None else list(adding_replicas)
        self.leader_recovery_state = leader_recovery_state
        self.directories = None if directories is None else list(directories)
        self.eligible_leader_replicas = (
            None if eligible_leader_replicas is None else list(eligible_leader_replicas)
        )
        self.last_known_elr = None if last_known_elr is None else list(last_known_elr)


class FenceBrokerRecord(Message):
    """A broker has been fenced. Written by early versions only."""

    __slots__ = (
        "id",
        "epoch",
    )

    API_KEY = 7
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    id: int
    """The broker's id."""

    epoch: int
    """The epoch of the broker's registration."""

    def __init__(self, *, id: int = 0, epoch: int = 0) -> None:
        self.id = id
        self.epoch = epoch


class UnfenceBrokerRecord(Message):
    """A broker is in service. Written by early versions only."""

    __slots__ = (
        "id",
        "epoch",
    )

    API_KEY = 8
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    id: int
    """The broker's id."""

    epoch: int
    """The epoch of the broker's registration."""

    def __init__(self, *, id: int = 0, epoch: int = 0) -> None:
        self.id = id
        self.epoch = epoch


class RemoveTopicRecord(Message):
    """A topic has been deleted with all of its partitions."""

    __slots__ = ("topic_id",)

    API_KEY = 9
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    topic_id: bytes
    """The topic's identifier."""

    def __init__(self, *, topic_id: bytes = ZERO_UUID) -> None:
        self.topic_id = topic_id


class DelegationTokenRecord(Message):
    """A delegation token exists in this state."""

    __slots__ = (
        "owner",
        "requester",
        "renewers",
        "issue_timestamp",
        "max_timestamp",
        "expiration_timestamp",
        "token_id",
    )

    API_KEY = 10
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    owner: str
    """The user who owns the token, such as `User:alice`."""

    requester: str
    """The user who asked for the token, such as `User:alice`."""

    renewers: list[str]
    """Users who may renew the token, besides its owner, such as `User:alice`."""

    issue_timestamp: int
    """When the token was made, as Unix time in milliseconds."""

    max_timestamp: int
    """Until when the token can be renewed, as Unix time in milliseconds."""

    expiration_timestamp: int
    """When the token expires unless it is renewed, as Unix time in milliseconds."""

    token_id: str
    """The token's id."""

    def __init__(
        self,
        *,
        owner: str = "",
        requester: str = "",
        renewers: Iterable[str] = (),
        issue_timestamp: int = 0,
        max_timestamp: int = 0,
        expiration_timestamp: int = 0,
        token_id: str = "",
    ) -> None:
        self.owner = owner
        self.requester = requester
        self.renewers = list(renewers)
        self.issue_timestamp = issue_timestamp
        self.max_timestamp = max_timestamp
        self.expiration_timestamp = expiration_timestamp
        self.token_id = token_id


class UserScramCredentialRecord(Message):
    """A user's SCRAM credential."""

    __slots__ = (
        "name",
        "mechanism",
        "salt",
        "stored_key",
        "server_key",
        "iterations",
    )

    API_KEY = 11
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    name: str
    """The user's name."""

    mechanism: int
    """The SCRAM mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512."""

    salt: bytes
    """Random bytes that went into the hash."""

    stored_key: bytes
    """The hash that proves a client's key."""

    server_key: bytes
    """The key by which the broker proves itself."""

    iterations: int
    """Rounds of hashing that the salted password went through."""

    def __init__(
        self,
        *,
        name: str = "",
        mechanism: int = 0,
        salt: bytes = b"",
        stored_key: bytes = b"",
        server_key: bytes = b"",
        iterations: int = 0,
    ) -> None:
        self.name = name
        self.mechanism = mechanism
        self.salt = salt
        self.stored_key = stored_key
        self.server_key = server_key
        self.iterations = iterations


class FeatureLevelRecord(Message):
    """A feature has this level from now on."""

    __slots__ = (
        "name",
        "feature_level",
    )

    API_KEY = 12
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    name: str
    """The feature's name."""

    feature_level: int
    """The level in force; 0 switches the feature off."""

    def __init__(self, *, name: str = "", feature_level: int = 0) -> None:
        self.name = name
        self.feature_level = feature_level


class ClientQuotaRecord(Message):
    """A limit of an entity has been set or removed."""

    __slots__ = (
        "entity",
        "key",
        "value",
        "remove",
    )

    API_KEY = 14
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    entity: list[EntityData]
    """Whom the limits apply to: one or two parts, such as a user and a client id."""

    key: str
    """The limit's name, such as `producer_byte_rate`."""

    value: float
    """The limit; without meaning when it is removed."""

    remove: bool
    """Whether to remove the limit rather than to set it."""

    def __init__(
        self,
        *,
        entity: Iterable[EntityData] = (),
        key: str = "",
        value: float = 0.0,
        remove: bool = False,
    ) -> None:
        self.entity = list(entity)
        self.key = key
        self.value = value
        self.remove = remove


class EntityData(Struct):
    """Whom the limits apply to: one or two parts, such as a user and a client id."""

    __slots__ = (
        "entity_type",
        "entity_name",
    )

    entity_type: str
    """Kind of the entity: `user`, `client-id` or `ip`."""

    entity_name: str | None
    """The entity's name; null is the default of its kind. (may be None)"""

    def __init__(self, *, entity_type: str = "", entity_name: str | None = "") -> None:
        self.entity_type = entity_type
        self.entity_name = entity_name


class ProducerIdsRecord(Message):
    """A block of producer ids has been given to a broker."""

    __slots__ = (
        "broker_id",
        "broker_epoch",
        "next_producer_id",
    )

    API_KEY = 15
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The broker that was given the block."""

    broker_epoch: int
    """The epoch of the broker's registration; an earlier incarnation is fenced by it."""

    next_producer_id: int
    """The first producer id that has not been given out."""

    def __init__(
        self, *, broker_id: int = 0, broker_epoch: int = -1, next_producer_id: int = 0
    ) -> None:
        self.broker_id = broker_id
        self.broker_epoch = broker_epoch
        self.next_producer_id = next_producer_id


class BrokerRegistrationChangeRecord(Message):
    """Parts of a broker's registration have changed."""

    __slots__ = (
        "broker_id",
        "broker_epoch",
        "fenced",
        "in_controlled_shutdown",
        "log_dirs",
        "cordoned_log_dirs",
    )

    API_KEY = 17
    VERSIONS = range(0, 4)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The broker's id."""

    broker_epoch: int
    """The epoch of the broker's registration; an earlier incarnation is fenced by it."""

    fenced: int
    """1 fences the broker, -1 ends that, 0 changes nothing."""

    in_controlled_shutdown: int
    """1 when the broker has begun to shut down, 0 changes nothing. (versions 1+)"""

    log_dirs: list[bytes]
    """Identifiers of the log directories that are online; empty when unchanged. (versions 2+)
    """

    cordoned_log_dirs: list[bytes] | None
    """Log directories that take no new replicas; null when unchanged. (versions 3+; may be None)
    """

    def __init__(
        self,
        *,
        broker_id: int = 0,
        broker_epoch: int = 0,
        fenced: int = 0,
        in_controlled_shutdown: int = 0,
        log_dirs: Iterable[bytes] = (),
        cordoned_log_dirs: Iterable[bytes] | None = None,
    ) -> None:
        self.broker_id = broker_id
        self.broker_epoch = broker_epoch
        self.fenced = fenced
        self.in_controlled_shutdown = in_controlled_shutdown
        self.log_dirs = list(log_dirs)
        self.cordoned_log_dirs = None if cordoned_log_dirs is None else list(cordoned_log_dirs)


class AccessControlEntryRecord(Message):
    """A rule has been added."""

    __slots__ = (
        "id",
        "resource_type",
        "resource_name",
        "pattern_type",
        "principal",
        "host",
        "operation",
        "permission_type",
    )

    API_KEY = 18
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    id: bytes
    """The identifier of the rule."""

    resource_type: int
    """Kind of the resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7
    user.
    """

    resource_name: str
    """The resource's name, or the prefix that names must have."""

    pattern_type: int
    """How the name is compared: 3 literal, 4 prefixed."""

    principal: str
    """The user, such as `User:alice`."""

    host: str
    """The client address that the rule is about; `*` is any."""

    operation: int
    """What is done: 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, 9 cluster
    action, 10 describe configs, 11 alter configs, 12 idempotent write.
    """

    permission_type: int
    """2 denies, 3 allows."""

    def __init__(
        self,
        *,
        id: bytes = ZERO_UUID,
        resource_type: int = 0,
        resource_name: str = "",
        pattern_type: int = 0,
        principal: str = "",
        host: str = "",
        operation: int = 0,
        permission_type: int = 0,
    ) -> None:
        self.id = id
        self.resource_type = resource_type
        self.resource_name = resource_name
        self.pattern_type = pattern_type
        self.principal = principal
        self.host = host
        self.operation = operation
        self.permission_type = permission_type


class RemoveAccessControlEntryRecord(Message):
    """A rule has been deleted."""

    __slots__ = ("id",)

    API_KEY = 19
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    id: bytes
    """The identifier of the rule."""

    def __init__(self, *, id: bytes = ZERO_UUID) -> None:
        self.id = id


class NoOpRecord(Message):
    """Nothing: lets brokers see that the log is alive."""

    __slots__ = ()

    API_KEY = 20
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0


class ZkMigrationStateRecord(Message):
    """How far a migration from ZooKeeper has come."""

    __slots__ = ("zk_migration_state",)

    API_KEY = 21
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    zk_migration_state: int
    """0 none, 1 pre-migration, 2 migration, 3 post-migration."""

    def __init__(self, *, zk_migration_state: int = 0) -> None:
        self.zk_migration_state = zk_migration_state


class RemoveUserScramCredentialRecord(Message):
    """A user's SCRAM credential has been deleted."""

    __slots__ = (
        "name",
        "mechanism",
    )

    API_KEY = 22
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    name: str
    """The user's name."""

    mechanism: int
    """The SCRAM mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512."""

    def __init__(self, *, name: str = "", mechanism: int = 0) -> None:
        self.name = name
        self.mechanism = mechanism


class BeginTransactionRecord(Message):
    """The records up to the end of this transaction count together or not at all."""

    __slots__ = ("name",)

    API_KEY = 23
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    name: str | None
    """What the transaction is for; shown by tools only. (may be None)"""

    def __init__(self, *, name: str | None = None) -> None:
        self.name = name


class EndTransactionRecord(Message):
    """The records since the begin of the transaction count."""

    __slots__ = ()

    API_KEY = 24
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0


class AbortTransactionRecord(Message):
    """The records since the begin of the transaction count for nothing."""

    __slots__ = ("reason",)

    API_KEY = 25
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    reason: str | None
    """Why, in words, for the log; may be null. (may be None)"""

    def __init__(self, *, reason: str | None = None) -> None:
        self.reason = reason


class RemoveDelegationTokenRecord(Message):
    """A delegation token has been deleted."""

    __slots__ = ("token_id",)

    API_KEY = 26
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    token_id: str
    """The token's id."""

    def __init__(self, *, token_id: str = "") -> None:
        self.token_id = token_id


class RegisterControllerRecord(Message):
    """A controller has registered."""

    __slots__ = (
        "controller_id",
        "incarnation_id",
        "zk_migration_ready",
        "end_points",
        "features",
    )

    API_KEY = 27
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    controller_id: int
    """The controller's id."""

    incarnation_id: bytes
    """Identifies this run of the process."""

    zk_migration_ready: bool
    """Whether the controller could have taken a cluster over from ZooKeeper."""

    end_points: list[ControllerEndpoint]
    """Addresses under which the node can be reached."""

    features: list[ControllerFeature]
    """Feature levels that the node supports."""

    def __init__(
        self,
        *,
        controller_id: int = 0,
        incarnation_id: bytes = ZERO_UUID,
        zk_migration_ready: bool = False,
        end_points: Iterable[ControllerEndpoint] = (),
        features: Iterable[ControllerFeature] = (),
    ) -> None:
        self.controller_id = controller_id
        self.incarnation_id = incarnation_id
        self.zk_migration_ready = zk_migration_ready
        self.end_points = list(end_points)
        self.features = list(features)


class ControllerFeature(Struct):
    """Feature levels that the node supports."""

    __slots__ = (
        "name",
        "min_supported_version",
        "max_supported_version",
    )

    name: str
    """The feature's name."""

    min_supported_version: int
    """The lowest level that the node supports."""

    max_supported_version: int
    """The highest level that the node supports."""

    def __init__(
        self, *, name: str = "", min_supported_version: int = 0, max_supported_version: int = 0
    ) -> None:
        self.name = name
        self.min_supported_version = min_supported_version
        self.max_supported_version = max_supported_version


class ControllerEndpoint(Struct):
    """Addresses under which the node can be reached."""

    __slots__ = (
        "name",
        "host",
        "port",
        "security_protocol",
    )

    name: str
    """The listener's name."""

    host: str
    """The host name or address to connect to."""

    port: int
    """The port to connect to."""

    security_protocol: int
    """0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL."""

    def __init__(
        self, *, name: str = "", host: str = "", port: int = 0, security_protocol: int = 0
    ) -> None:
        self.name = name
        self.host = host
        self.port = port
        self.security_protocol = security_protocol


class ClearElrRecord(Message):
    """Forgets the eligible leader replicas of one topic, or of all."""

    __slots__ = ("topic_name",)

    API_KEY = 28
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    topic_name: str
    """The topic's name."""

    def __init__(self, *, topic_name: str = "") -> None:
        self.topic_name = topic_name


def _write_register_broker_record_v0(message: RegisterBrokerRecord, parts: list[Buffer]) -> None:
    if message.is_migrating_zk_broker:
        raise field_unsupported("RegisterBrokerRecord.is_migrating_zk_broker", "0")
    if message.in_controlled_shutdown:
        raise field_unsupported("RegisterBrokerRecord.in_controlled_shutdown", "0")
    if message.log_dirs:
        raise field_unsupported("RegisterBrokerRecord.log_dirs", "0")
    if message.cordoned_log_dirs is not None:
        raise field_unsupported("RegisterBrokerRecord.cordoned_log_dirs", "0")
    assert len(message.incarnation_id) == 16
    count = len(message.end_points) + 1
    parts.append(
        _pack_iuqB(message.broker_id, message.incarnation_id, message.broker_epoch, count)
        if count < 128
        else _pack_iuq(message.broker_id, message.incarnation_id, message.broker_epoch)
        + uvarint(count)
    )
    for broker_endpoint in message.end_points:
        _write_broker_endpoint_v0_v4(broker_endpoint, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for broker_feature in message.features:
        _write_broker_feature_v0_v4(broker_feature, parts)
    if message.rack is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_t0(message.fenced))


def _read_register_broker_record_v0(data: bytes, offset: int) -> tuple[RegisterBrokerRecord, int]:
    message = _new(RegisterBrokerRecord)
    message.is_migrating_zk_broker = False
    message.in_controlled_shutdown = False
    message.log_dirs = []
    message.cordoned_log_dirs = None
    message.broker_id, message.incarnation_id, message.broker_epoch, count = _unpack_iuqB(
        data, offset
    )
    offset += 29
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.end_points")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.end_points", count)
    end_points: list[BrokerEndpoint] = []
    for _ in range(count):
        broker_endpoint, offset = _read_broker_endpoint_v0_v4(data, offset)
        end_points.append(broker_endpoint)
    message.end_points = end_points
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.features", count)
    features: list[BrokerFeature] = []
    for _ in range(count):
        broker_feature, offset = _read_broker_feature_v0_v4(data, offset)
        features.append(broker_feature)
    message.features = features
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    message.fenced, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_register_broker_record_v1(message: RegisterBrokerRecord, parts: list[Buffer]) -> None:
    if message.is_migrating_zk_broker:
        raise field_unsupported("RegisterBrokerRecord.is_migrating_zk_broker", "1")
    if message.log_dirs:
        raise field_unsupported("RegisterBrokerRecord.log_dirs", "1")
    if message.cordoned_log_dirs is not None:
        raise field_unsupported("RegisterBrokerRecord.cordoned_log_dirs", "1")
    assert len(message.incarnation_id) == 16
    count = len(message.end_points) + 1
    parts.append(
        _pack_iuqB(message.broker_id, message.incarnation_id, message.broker_epoch, count)
        if count < 128
        else _pack_iuq(message.broker_id, message.incarnation_id, message.broker_epoch)
        + uvarint(count)
    )
    for broker_endpoint in message.end_points:
        _write_broker_endpoint_v0_v4(broker_endpoint, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for broker_feature in message.features:
        _write_broker_feature_v0_v4(broker_feature, parts)
    if message.rack is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_tt0(message.fenced, message.in_controlled_shutdown))


def _read_register_broker_record_v1(data: bytes, offset: int) -> tuple[RegisterBrokerRecord, int]:
    message = _new(RegisterBrokerRecord)
    message.is_migrating_zk_broker = False
    message.log_dirs = []
    message.cordoned_log_dirs = None
    message.broker_id, message.incarnation_id, message.broker_epoch, count = _unpack_iuqB(
        data, offset
    )
    offset += 29
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.end_points")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.end_points", count)
    end_points: list[BrokerEndpoint] = []
    for _ in range(count):
        broker_endpoint, offset = _read_broker_endpoint_v0_v4(data, offset)
        end_points.append(broker_endpoint)
    message.end_points = end_points
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.features", count)
    features: list[BrokerFeature] = []
    for _ in range(count):
        broker_feature, offset = _read_broker_feature_v0_v4(data, offset)
        features.append(broker_feature)
    message.features = features
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    message.fenced, message.in_controlled_shutdown, count = _unpack_ttB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_register_broker_record_v2(message: RegisterBrokerRecord, parts: list[Buffer]) -> None:
    if message.log_dirs:
        raise field_unsupported("RegisterBrokerRecord.log_dirs", "2")
    if message.cordoned_log_dirs is not None:
        raise field_unsupported("RegisterBrokerRecord.cordoned_log_dirs", "2")
    assert len(message.incarnation_id) == 16
    count = len(message.end_points) + 1
    parts.append(
        _pack_ituqB(
            message.broker_id,
            message.is_migrating_zk_broker,
            message.incarnation_id,
            message.broker_epoch,
            count,
        )
        if count < 128
        else _pack_ituq(
            message.broker_id,
            message.is_migrating_zk_broker,
            message.incarnation_id,
            message.broker_epoch,
        )
        + uvarint(count)
    )
    for broker_endpoint in message.end_points:
        _write_broker_endpoint_v0_v4(broker_endpoint, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for broker_feature in message.features:
        _write_broker_feature_v0_v4(broker_feature, parts)
    if message.rack is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_tt0(message.fenced, message.in_controlled_shutdown))


def _read_register_broker_record_v2(data: bytes, offset: int) -> tuple[RegisterBrokerRecord, int]:
    message = _new(RegisterBrokerRecord)
    message.log_dirs = []
    message.cordoned_log_dirs = None
    (
        message.broker_id,
        message.is_migrating_zk_broker,
        message.incarnation_id,
        message.broker_epoch,
        count,
    ) = _unpack_ituqB(data, offset)
    offset += 30
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.end_points")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.end_points", count)
    end_points: list[BrokerEndpoint] = []
    for _ in range(count):
        broker_endpoint, offset = _read_broker_endpoint_v0_v4(data, offset)
        end_points.append(broker_endpoint)
    message.end_points = end_points
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.features", count)
    features: list[BrokerFeature] = []
    for _ in range(count):
        broker_feature, offset = _read_broker_feature_v0_v4(data, offset)
        features.append(broker_feature)
    message.features = features
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    message.fenced, message.in_controlled_shutdown, count = _unpack_ttB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_register_broker_record_v3(message: RegisterBrokerRecord, parts: list[Buffer]) -> None:
    if message.cordoned_log_dirs is not None:
        raise field_unsupported("RegisterBrokerRecord.cordoned_log_dirs", "3")
    assert len(message.incarnation_id) == 16
    count = len(message.end_points) + 1
    parts.append(
        _pack_ituqB(
            message.broker_id,
            message.is_migrating_zk_broker,
            message.incarnation_id,
            message.broker_epoch,
            count,
        )
        if count < 128
        else _pack_ituq(
            message.broker_id,
            message.is_migrating_zk_broker,
            message.incarnation_id,
            message.broker_epoch,
        )
        + uvarint(count)
    )
    for broker_endpoint in message.end_points:
        _write_broker_endpoint_v0_v4(broker_endpoint, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for broker_feature in message.features:
        _write_broker_feature_v0_v4(broker_feature, parts)
    if message.rack is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_tt(message.fenced, message.in_controlled_shutdown))
    tagged: list[Buffer] = []
    if message.log_dirs:
        section: list[Buffer] = []
        count = len(message.log_dirs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        assert all(len(identifier) == 16 for identifier in message.log_dirs)
        section.extend(message.log_dirs)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_register_broker_record_v3(data: bytes, offset: int) -> tuple[RegisterBrokerRecord, int]:
    message = _new(RegisterBrokerRecord)
    message.cordoned_log_dirs = None
    (
        message.broker_id,
        message.is_migrating_zk_broker,
        message.incarnation_id,
        message.broker_epoch,
        count,
    ) = _unpack_ituqB(data, offset)
    offset += 30
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.end_points")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.end_points", count)
    end_points: list[BrokerEndpoint] = []
    for _ in range(count):
        broker_endpoint, offset = _read_broker_endpoint_v0_v4(data, offset)
        end_points.append(broker_endpoint)
    message.end_points = end_points
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.features", count)
    features: list[BrokerFeature] = []
    for _ in range(count):
        broker_feature, offset = _read_broker_feature_v0_v4(data, offset)
        features.append(broker_feature)
    message.features = features
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    message.fenced, message.in_controlled_shutdown, count = _unpack_ttB(data, offset)
    offset += 3
    message.log_dirs = []
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
                    raise null_refused("RegisterBrokerRecord.log_dirs")
                count -= 1
                if count * 16 > len(data) - offset:
                    raise count_refused("RegisterBrokerRecord.log_dirs", count)
                end = offset + count * 16
                message.log_dirs = [data[start : start + 16] for start in range(offset, end, 16)]
                offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("RegisterBrokerRecord")
    return message, offset


def _write_register_broker_record_v4(message: RegisterBrokerRecord, parts: list[Buffer]) -> None:
    assert len(message.incarnation_id) == 16
    count = len(message.end_points) + 1
    parts.append(
        _pack_ituqB(
            message.broker_id,
            message.is_migrating_zk_broker,
            message.incarnation_id,
            message.broker_epoch,
            count,
        )
        if count < 128
        else _pack_ituq(
            message.broker_id,
            message.is_migrating_zk_broker,
            message.incarnation_id,
            message.broker_epoch,
        )
        + uvarint(count)
    )
    for broker_endpoint in message.end_points:
        _write_broker_endpoint_v0_v4(broker_endpoint, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for broker_feature in message.features:
        _write_broker_feature_v0_v4(broker_feature, parts)
    if message.rack is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_tt(message.fenced, message.in_controlled_shutdown))
    tagged: list[Buffer] = []
    if message.log_dirs:
        section: list[Buffer] = []
        count = len(message.log_dirs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        assert all(len(identifier) == 16 for identifier in message.log_dirs)
        section.extend(message.log_dirs)
        tagged.append(tagged_field(0, section))
    if message.cordoned_log_dirs is not None:
        section = []
        count = 0 if message.cordoned_log_dirs is None else len(message.cordoned_log_dirs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.cordoned_log_dirs:
            assert all(len(identifier) == 16 for identifier in message.cordoned_log_dirs)
            section.extend(message.cordoned_log_dirs)
        tagged.append(tagged_field(1, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_register_broker_record_v4(data: bytes, offset: int) -> tuple[RegisterBrokerRecord, int]:
    message = _new(RegisterBrokerRecord)
    (
        message.broker_id,
        message.is_migrating_zk_broker,
        message.incarnation_id,
        message.broker_epoch,
        count,
    ) = _unpack_ituqB(data, offset)
    offset += 30
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.end_points")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.end_points", count)
    end_points: list[BrokerEndpoint] = []
    for _ in range(count):
        broker_endpoint, offset = _read_broker_endpoint_v0_v4(data, offset)
        end_points.append(broker_endpoint)
    message.end_points = end_points
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterBrokerRecord.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("RegisterBrokerRecord.features", count)
    features: list[BrokerFeature] = []
    for _ in range(count):
        broker_feature, offset = _read_broker_feature_v0_v4(data, offset)
        features.append(broker_feature)
    message.features = features
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    message.fenced, message.in_controlled_shutdown, count = _unpack_ttB(data, offset)
    offset += 3
    message.log_dirs = []
    message.cordoned_log_dirs = None
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
                    raise null_refused("RegisterBrokerRecord.log_dirs")
                count -= 1
                if count * 16 > len(data) - offset:
                    raise count_refused("RegisterBrokerRecord.log_dirs", count)
                end = offset + count * 16
                message.log_dirs = [data[start : start + 16] for start in range(offset, end, 16)]
                offset = end
            elif tag == 1:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.cordoned_log_dirs = None
                else:
                    count -= 1
                    if count * 16 > len(data) - offset:
                        raise count_refused("RegisterBrokerRecord.cordoned_log_dirs", count)
                    end = offset + count * 16
                    message.cordoned_log_dirs = [
                        data[start : start + 16] for start in range(offset, end, 16)
                    ]
                    offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("RegisterBrokerRecord")
    return message, offset


def _write_broker_feature_v0_v4(message: BrokerFeature, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_hh0(message.min_supported_version, message.max_supported_version))


def _read_broker_feature_v0_v4(data: bytes, offset: int) -> tuple[BrokerFeature, int]:
    message = _new(BrokerFeature)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("BrokerFeature.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.min_supported_version, message.max_supported_version, count = _unpack_hhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_broker_endpoint_v0_v4(message: BrokerEndpoint, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_Hh0(message.port, message.security_protocol))


def _read_broker_endpoint_v0_v4(data: bytes, offset: int) -> tuple[BrokerEndpoint, int]:
    message = _new(BrokerEndpoint)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("BrokerEndpoint.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("BrokerEndpoint.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, message.security_protocol, count = _unpack_HhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_unregister_broker_record_v0(
    message: UnregisterBrokerRecord, parts: list[Buffer]
) -> None:
    parts.append(_pack_iq0(message.broker_id, message.broker_epoch))


def _read_unregister_broker_record_v0(
    data: bytes, offset: int
) -> tuple[UnregisterBrokerRecord, int]:
    message = _new(UnregisterBrokerRecord)
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_record_v0(message: TopicRecord, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.topic_id) == 16
    parts.append(_pack_u0(message.topic_id))


def _read_topic_record_v0(data: bytes, offset: int) -> tuple[TopicRecord, int]:
    message = _new(TopicRecord)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicRecord.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_record_v0(message: PartitionRecord, parts: list[Buffer]) -> None:
    if message.directories:
        raise field_unsupported("PartitionRecord.directories", "0")
    if message.eligible_leader_replicas is not None:
        raise field_unsupported("PartitionRecord.eligible_leader_replicas", "0")
    if message.last_known_elr is not None:
        raise field_unsupported("PartitionRecord.last_known_elr", "0")
    assert len(message.topic_id) == 16
    count = len(message.replicas) + 1
    parts.append(
        _pack_iuB(message.partition_id, message.topic_id, count)
        if count < 128
        else _pack_iu(message.partition_id, message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.replicas))
    count = len(message.isr) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.isr))
    count = len(message.removing_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.removing_replicas))
    count = len(message.adding_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.adding_replicas))
    parts.append(_pack_iii(message.leader, message.leader_epoch, message.partition_epoch))
    tagged: list[Buffer] = []
    if message.leader_recovery_state != 0:
        section: list[Buffer] = []
        section.append(_pack_b(message.leader_recovery_state))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_partition_record_v0(data: bytes, offset: int) -> tuple[PartitionRecord, int]:
    message = _new(PartitionRecord)
    message.directories = []
    message.eligible_leader_replicas = None
    message.last_known_elr = None
    message.partition_id, message.topic_id, count = _unpack_iuB(data, offset)
    offset += 21
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.replicas", count)
    message.replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.isr")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.isr", count)
    message.isr = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.removing_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.removing_replicas", count)
    message.removing_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.adding_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.adding_replicas", count)
    message.adding_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    message.leader, message.leader_epoch, message.partition_epoch, count = _unpack_iiiB(
        data, offset
    )
    offset += 13
    message.leader_recovery_state = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.leader_recovery_state,) = _unpack_b(data, offset)
                offset += 1
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("PartitionRecord")
    return message, offset


def _write_partition_record_v1(message: PartitionRecord, parts: list[Buffer]) -> None:
    if message.eligible_leader_replicas is not None:
        raise field_unsupported("PartitionRecord.eligible_leader_replicas", "1")
    if message.last_known_elr is not None:
        raise field_unsupported("PartitionRecord.last_known_elr", "1")
    assert len(message.topic_id) == 16
    count = len(message.replicas) + 1
    parts.append(
        _pack_iuB(message.partition_id, message.topic_id, count)
        if count < 128
        else _pack_iu(message.partition_id, message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.replicas))
    count = len(message.isr) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.isr))
    count = len(message.removing_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.removing_replicas))
    count = len(message.adding_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.adding_replicas))
    count = len(message.directories) + 1
    parts.append(
        _pack_iiiB(message.leader, message.leader_epoch, message.partition_epoch, count)
        if count < 128
        else _pack_iii(message.leader, message.leader_epoch, message.partition_epoch)
        + uvarint(count)
    )
    assert all(len(identifier) == 16 for identifier in message.directories)
    parts.extend(message.directories)
    tagged: list[Buffer] = []
    if message.leader_recovery_state != 0:
        section: list[Buffer] = []
        section.append(_pack_b(message.leader_recovery_state))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_partition_record_v1(data: bytes, offset: int) -> tuple[PartitionRecord, int]:
    message = _new(PartitionRecord)
    message.eligible_leader_replicas = None
    message.last_known_elr = None
    message.partition_id, message.topic_id, count = _unpack_iuB(data, offset)
    offset += 21
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.replicas", count)
    message.replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.isr")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.isr", count)
    message.isr = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.removing_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.removing_replicas", count)
    message.removing_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.adding_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.adding_replicas", count)
    message.adding_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    message.leader, message.leader_epoch, message.partition_epoch, count = _unpack_iiiB(
        data, offset
    )
    offset += 13
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.directories")
    count -= 1
    if count * 16 > len(data) - offset:
        raise count_refused("PartitionRecord.directories", count)
    end = offset + count * 16
    message.directories = [data[start : start + 16] for start in range(offset, end, 16)]
    offset = end
    count = data[offset]
    offset += 1
    message.leader_recovery_state = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.leader_recovery_state,) = _unpack_b(data, offset)
                offset += 1
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("PartitionRecord")
    return message, offset


def _write_partition_record_v2(message: PartitionRecord, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.replicas) + 1
    parts.append(
        _pack_iuB(message.partition_id, message.topic_id, count)
        if count < 128
        else _pack_iu(message.partition_id, message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.replicas))
    count = len(message.isr) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.isr))
    count = len(message.removing_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.removing_replicas))
    count = len(message.adding_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.adding_replicas))
    count = len(message.directories) + 1
    parts.append(
        _pack_iiiB(message.leader, message.leader_epoch, message.partition_epoch, count)
        if count < 128
        else _pack_iii(message.leader, message.leader_epoch, message.partition_epoch)
        + uvarint(count)
    )
    assert all(len(identifier) == 16 for identifier in message.directories)
    parts.extend(message.directories)
    tagged: list[Buffer] = []
    if message.leader_recovery_state != 0:
        section: list[Buffer] = []
        section.append(_pack_b(message.leader_recovery_state))
        tagged.append(tagged_field(0, section))
    if message.eligible_leader_replicas is not None:
        section = []
        count = (
            0
            if message.eligible_leader_replicas is None
            else len(message.eligible_leader_replicas) + 1
        )
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.eligible_leader_replicas:
            section.append(pack_int32s(message.eligible_leader_replicas))
        tagged.append(tagged_field(1, section))
    if message.last_known_elr is not None:
        section = []
        count = 0 if message.last_known_elr is None else len(message.last_known_elr) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.last_known_elr:
            section.append(pack_int32s(message.last_known_elr))
        tagged.append(tagged_field(2, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_partition_record_v2(data: bytes, offset: int) -> tuple[PartitionRecord, int]:
    message = _new(PartitionRecord)
    message.partition_id, message.topic_id, count = _unpack_iuB(data, offset)
    offset += 21
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.replicas", count)
    message.replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.isr")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.isr", count)
    message.isr = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.removing_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.removing_replicas", count)
    message.removing_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.adding_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionRecord.adding_replicas", count)
    message.adding_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    message.leader, message.leader_epoch, message.partition_epoch, count = _unpack_iiiB(
        data, offset
    )
    offset += 13
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionRecord.directories")
    count -= 1
    if count * 16 > len(data) - offset:
        raise count_refused("PartitionRecord.directories", count)
    end = offset + count * 16
    message.directories = [data[start : start + 16] for start in range(offset, end, 16)]
    offset = end
    count = data[offset]
    offset += 1
    message.leader_recovery_state = 0
    message.eligible_leader_replicas = None
    message.last_known_elr = None
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.leader_recovery_state,) = _unpack_b(data, offset)
                offset += 1
            elif tag == 1:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.eligible_leader_replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionRecord.eligible_leader_replicas", count)
                    message.eligible_leader_replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 2:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.last_known_elr = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionRecord.last_known_elr", count)
                    message.last_known_elr = unpack_int32s(data, offset, count)
                    offset += count * 4
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("PartitionRecord")
    return message, offset


def _write_config_record_v0(message: ConfigRecord, parts: list[Buffer]) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.resource_type, length)
        if length < 128
        else _pack_b(message.resource_type) + uvarint(length)
    )
    parts.append(text)
    text = message.name.encode()
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


def _read_config_record_v0(data: bytes, offset: int) -> tuple[ConfigRecord, int]:
    message = _new(ConfigRecord)
    message.resource_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ConfigRecord.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ConfigRecord.name")
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


def _write_partition_change_record_v0(message: PartitionChangeRecord, parts: list[Buffer]) -> None:
    if message.directories is not None:
        raise field_unsupported("PartitionChangeRecord.directories", "0")
    if message.eligible_leader_replicas is not None:
        raise field_unsupported("PartitionChangeRecord.eligible_leader_replicas", "0")
    if message.last_known_elr is not None:
        raise field_unsupported("PartitionChangeRecord.last_known_elr", "0")
    assert len(message.topic_id) == 16
    parts.append(_pack_iu(message.partition_id, message.topic_id))
    tagged: list[Buffer] = []
    if message.isr is not None:
        section: list[Buffer] = []
        count = 0 if message.isr is None else len(message.isr) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.isr:
            section.append(pack_int32s(message.isr))
        tagged.append(tagged_field(0, section))
    if message.leader != -2:
        section = []
        section.append(_pack_i(message.leader))
        tagged.append(tagged_field(1, section))
    if message.replicas is not None:
        section = []
        count = 0 if message.replicas is None else len(message.replicas) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.replicas:
            section.append(pack_int32s(message.replicas))
        tagged.append(tagged_field(2, section))
    if message.removing_replicas is not None:
        section = []
        count = 0 if message.removing_replicas is None else len(message.removing_replicas) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.removing_replicas:
            section.append(pack_int32s(message.removing_replicas))
        tagged.append(tagged_field(3, section))
    if message.adding_replicas is not None:
        section = []
        count = 0 if message.adding_replicas is None else len(message.adding_replicas) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.adding_replicas:
            section.append(pack_int32s(message.adding_replicas))
        tagged.append(tagged_field(4, section))
    if message.leader_recovery_state != -1:
        section = []
        section.append(_pack_b(message.leader_recovery_state))
        tagged.append(tagged_field(5, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_partition_change_record_v0(data: bytes, offset: int) -> tuple[PartitionChangeRecord, int]:
    message = _new(PartitionChangeRecord)
    message.directories = None
    message.eligible_leader_replicas = None
    message.last_known_elr = None
    message.partition_id, message.topic_id, count = _unpack_iuB(data, offset)
    offset += 21
    message.isr = None
    message.leader = -2
    message.replicas = None
    message.removing_replicas = None
    message.adding_replicas = None
    message.leader_recovery_state = -1
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
                    message.isr = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.isr", count)
                    message.isr = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 1:
                (message.leader,) = _unpack_i(data, offset)
                offset += 4
            elif tag == 2:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.replicas", count)
                    message.replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 3:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.removing_replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.removing_replicas", count)
                    message.removing_replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 4:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.adding_replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.adding_replicas", count)
                    message.adding_replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 5:
                (message.leader_recovery_state,) = _unpack_b(data, offset)
                offset += 1
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("PartitionChangeRecord")
    return message, offset


def _write_partition_change_record_v1(message: PartitionChangeRecord, parts: list[Buffer]) -> None:
    if message.eligible_leader_replicas is not None:
        raise field_unsupported("PartitionChangeRecord.eligible_leader_replicas", "1")
    if message.last_known_elr is not None:
        raise field_unsupported("PartitionChangeRecord.last_known_elr", "1")
    assert len(message.topic_id) == 16
    parts.append(_pack_iu(message.partition_id, message.topic_id))
    tagged: list[Buffer] = []
    if message.isr is not None:
        section: list[Buffer] = []
        count = 0 if message.isr is None else len(message.isr) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.isr:
            section.append(pack_int32s(message.isr))
        tagged.append(tagged_field(0, section))
    if message.leader != -2:
        section = []
        section.append(_pack_i(message.leader))
        tagged.append(tagged_field(1, section))
    if message.replicas is not None:
        section = []
        count = 0 if message.replicas is None else len(message.replicas) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.replicas:
            section.append(pack_int32s(message.replicas))
        tagged.append(tagged_field(2, section))
    if message.removing_replicas is not None:
        section = []
        count = 0 if message.removing_replicas is None else len(message.removing_replicas) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.removing_replicas:
            section.append(pack_int32s(message.removing_replicas))
        tagged.append(tagged_field(3, section))
    if message.adding_replicas is not None:
        section = []
        count = 0 if message.adding_replicas is None else len(message.adding_replicas) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.adding_replicas:
            section.append(pack_int32s(message.adding_replicas))
        tagged.append(tagged_field(4, section))
    if message.leader_recovery_state != -1:
        section = []
        section.append(_pack_b(message.leader_recovery_state))
        tagged.append(tagged_field(5, section))
    if message.directories is not None:
        section = []
        count = 0 if message.directories is None else len(message.directories) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.directories:
            assert all(len(identifier) == 16 for identifier in message.directories)
            section.extend(message.directories)
        tagged.append(tagged_field(8, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_partition_change_record_v1(data: bytes, offset: int) -> tuple[PartitionChangeRecord, int]:
    message = _new(PartitionChangeRecord)
    message.eligible_leader_replicas = None
    message.last_known_elr = None
    message.partition_id, message.topic_id, count = _unpack_iuB(data, offset)
    offset += 21
    message.isr = None
    message.leader = -2
    message.replicas = None
    message.removing_replicas = None
    message.adding_replicas = None
    message.leader_recovery_state = -1
    message.directories = None
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
                    message.isr = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.isr", count)
                    message.isr = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 1:
                (message.leader,) = _unpack_i(data, offset)
                offset += 4
            elif tag == 2:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.replicas", count)
                    message.replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 3:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.removing_replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.removing_replicas", count)
                    message.removing_replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 4:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.adding_replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.adding_replicas", count)
                    message.adding_replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 5:
                (message.leader_recovery_state,) = _unpack_b(data, offset)
                offset += 1
            elif tag == 8:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.directories = None
                else:
                    count -= 1
                    if count * 16 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.directories", count)
                    end = offset + count * 16
                    message.directories = [
                        data[start : start + 16] for start in range(offset, end, 16)
                    ]
                    offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("PartitionChangeRecord")
    return message, offset


def _write_partition_change_record_v2(message: PartitionChangeRecord, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    parts.append(_pack_iu(message.partition_id, message.topic_id))
    tagged: list[Buffer] = []
    if message.isr is not None:
        section: list[Buffer] = []
        count = 0 if message.isr is None else len(message.isr) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.isr:
            section.append(pack_int32s(message.isr))
        tagged.append(tagged_field(0, section))
    if message.leader != -2:
        section = []
        section.append(_pack_i(message.leader))
        tagged.append(tagged_field(1, section))
    if message.replicas is not None:
        section = []
        count = 0 if message.replicas is None else len(message.replicas) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.replicas:
            section.append(pack_int32s(message.replicas))
        tagged.append(tagged_field(2, section))
    if message.removing_replicas is not None:
        section = []
        count = 0 if message.removing_replicas is None else len(message.removing_replicas) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.removing_replicas:
            section.append(pack_int32s(message.removing_replicas))
        tagged.append(tagged_field(3, section))
    if message.adding_replicas is not None:
        section = []
        count = 0 if message.adding_replicas is None else len(message.adding_replicas) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.adding_replicas:
            section.append(pack_int32s(message.adding_replicas))
        tagged.append(tagged_field(4, section))
    if message.leader_recovery_state != -1:
        section = []
        section.append(_pack_b(message.leader_recovery_state))
        tagged.append(tagged_field(5, section))
    if message.eligible_leader_replicas is not None:
        section = []
        count = (
            0
            if message.eligible_leader_replicas is None
            else len(message.eligible_leader_replicas) + 1
        )
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.eligible_leader_replicas:
            section.append(pack_int32s(message.eligible_leader_replicas))
        tagged.append(tagged_field(6, section))
    if message.last_known_elr is not None:
        section = []
        count = 0 if message.last_known_elr is None else len(message.last_known_elr) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.last_known_elr:
            section.append(pack_int32s(message.last_known_elr))
        tagged.append(tagged_field(7, section))
    if message.directories is not None:
        section = []
        count = 0 if message.directories is None else len(message.directories) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.directories:
            assert all(len(identifier) == 16 for identifier in message.directories)
            section.extend(message.directories)
        tagged.append(tagged_field(8, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_partition_change_record_v2(data: bytes, offset: int) -> tuple[PartitionChangeRecord, int]:
    message = _new(PartitionChangeRecord)
    message.partition_id, message.topic_id, count = _unpack_iuB(data, offset)
    offset += 21
    message.isr = None
    message.leader = -2
    message.replicas = None
    message.removing_replicas = None
    message.adding_replicas = None
    message.leader_recovery_state = -1
    message.eligible_leader_replicas = None
    message.last_known_elr = None
    message.directories = None
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
                    message.isr = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.isr", count)
                    message.isr = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 1:
                (message.leader,) = _unpack_i(data, offset)
                offset += 4
            elif tag == 2:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.replicas", count)
                    message.replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 3:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.removing_replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.removing_replicas", count)
                    message.removing_replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 4:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.adding_replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.adding_replicas", count)
                    message.adding_replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 5:
                (message.leader_recovery_state,) = _unpack_b(data, offset)
                offset += 1
            elif tag == 6:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.eligible_leader_replicas = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.eligible_leader_replicas", count)
                    message.eligible_leader_replicas = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 7:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.last_known_elr = None
                else:
                    count -= 1
                    if count * 4 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.last_known_elr", count)
                    message.last_known_elr = unpack_int32s(data, offset, count)
                    offset += count * 4
            elif tag == 8:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.directories = None
                else:
                    count -= 1
                    if count * 16 > len(data) - offset:
                        raise count_refused("PartitionChangeRecord.directories", count)
                    end = offset + count * 16
                    message.directories = [
                        data[start : start + 16] for start in range(offset, end, 16)
                    ]
                    offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("PartitionChangeRecord")
    return message, offset


def _write_fence_broker_record_v0(message: FenceBrokerRecord, parts: list[Buffer]) -> None:
    parts.append(_pack_iq0(message.id, message.epoch))


def _read_fence_broker_record_v0(data: bytes, offset: int) -> tuple[FenceBrokerRecord, int]:
    message = _new(FenceBrokerRecord)
    message.id, message.epoch, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_unfence_broker_record_v0(message: UnfenceBrokerRecord, parts: list[Buffer]) -> None:
    parts.append(_pack_iq0(message.id, message.epoch))


def _read_unfence_broker_record_v0(data: bytes, offset: int) -> tuple[UnfenceBrokerRecord, int]:
    message = _new(UnfenceBrokerRecord)
    message.id, message.epoch, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_remove_topic_record_v0(message: RemoveTopicRecord, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    parts.append(_pack_u0(message.topic_id))


def _read_remove_topic_record_v0(data: bytes, offset: int) -> tuple[RemoveTopicRecord, int]:
    message = _new(RemoveTopicRecord)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delegation_token_record_v0(message: DelegationTokenRecord, parts: list[Buffer]) -> None:
    text: Buffer = message.owner.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.requester.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.renewers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.renewers:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    text = message.token_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_qqqB(
            message.issue_timestamp, message.max_timestamp, message.expiration_timestamp, length
        )
        if length < 128
        else _pack_qqq(message.issue_timestamp, message.max_timestamp, message.expiration_timestamp)
        + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_delegation_token_record_v0(data: bytes, offset: int) -> tuple[DelegationTokenRecord, int]:
    message = _new(DelegationTokenRecord)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DelegationTokenRecord.owner")
    end = offset + length - 1
    message.owner = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DelegationTokenRecord.requester")
    end = offset + length - 1
    message.requester = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DelegationTokenRecord.renewers")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("DelegationTokenRecord.renewers", count)
    renewers: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("DelegationTokenRecord.renewers")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        renewers.append(text)
    message.renewers = renewers
    message.issue_timestamp, message.max_timestamp, message.expiration_timestamp, length = (
        _unpack_qqqB(data, offset)
    )
    offset += 25
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DelegationTokenRecord.token_id")
    end = offset + length - 1
    message.token_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_user_scram_credential_record_v0(
    message: UserScramCredentialRecord, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    payload: Buffer = message.salt
    length = len(payload) + 1
    parts.append(
        _pack_bB(message.mechanism, length)
        if length < 128
        else _pack_b(message.mechanism) + uvarint(length)
    )
    parts.append(payload)
    payload = message.stored_key
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    payload = message.server_key
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(_pack_i0(message.iterations))


def _read_user_scram_credential_record_v0(
    data: bytes, offset: int
) -> tuple[UserScramCredentialRecord, int]:
    message = _new(UserScramCredentialRecord)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("UserScramCredentialRecord.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.mechanism, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("UserScramCredentialRecord.salt")
    end = offset + length - 1
    message.salt = data[offset:end]
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("UserScramCredentialRecord.stored_key")
    end = offset + length - 1
    message.stored_key = data[offset:end]
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("UserScramCredentialRecord.server_key")
    end = offset + length - 1
    message.server_key = data[offset:end]
    offset = end
    message.iterations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_feature_level_record_v0(message: FeatureLevelRecord, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_h0(message.feature_level))


def _read_feature_level_record_v0(data: bytes, offset: int) -> tuple[FeatureLevelRecord, int]:
    message = _new(FeatureLevelRecord)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FeatureLevelRecord.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.feature_level, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_client_quota_record_v0(message: ClientQuotaRecord, parts: list[Buffer]) -> None:
    count = len(message.entity) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for entity_data in message.entity:
        _write_entity_data_v0(entity_data, parts)
    text: Buffer = message.key.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_dt0(message.value, message.remove))


def _read_client_quota_record_v0(data: bytes, offset: int) -> tuple[ClientQuotaRecord, int]:
    message = _new(ClientQuotaRecord)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ClientQuotaRecord.entity")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ClientQuotaRecord.entity", count)
    entity: list[EntityData] = []
    for _ in range(count):
        entity_data, offset = _read_entity_data_v0(data, offset)
        entity.append(entity_data)
    message.entity = entity
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ClientQuotaRecord.key")
    end = offset + length - 1
    message.key = data[offset:end].decode()
    offset = end
    message.value, message.remove, count = _unpack_dtB(data, offset)
    offset += 10
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_entity_data_v0(message: EntityData, parts: list[Buffer]) -> None:
    text: Buffer = message.entity_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.entity_name is None:
        text = b""
        length = 0
    else:
        text = message.entity_name.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_entity_data_v0(data: bytes, offset: int) -> tuple[EntityData, int]:
    message = _new(EntityData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("EntityData.entity_type")
    end = offset + length - 1
    message.entity_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.entity_name = None
    else:
        end = offset + length - 1
        message.entity_name = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_producer_ids_record_v0(message: ProducerIdsRecord, parts: list[Buffer]) -> None:
    parts.append(_pack_iqq0(message.broker_id, message.broker_epoch, message.next_producer_id))


def _read_producer_ids_record_v0(data: bytes, offset: int) -> tuple[ProducerIdsRecord, int]:
    message = _new(ProducerIdsRecord)
    message.broker_id, message.broker_epoch, message.next_producer_id, count = _unpack_iqqB(
        data, offset
    )
    offset += 21
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_broker_registration_change_record_v0(
    message: BrokerRegistrationChangeRecord, parts: list[Buffer]
) -> None:
    if message.in_controlled_shutdown != 0:
        raise field_unsupported("BrokerRegistrationChangeRecord.in_controlled_shutdown", "0")
    if message.log_dirs:
        raise field_unsupported("BrokerRegistrationChangeRecord.log_dirs", "0")
    if message.cordoned_log_dirs is not None:
        raise field_unsupported("BrokerRegistrationChangeRecord.cordoned_log_dirs", "0")
    parts.append(_pack_iq(message.broker_id, message.broker_epoch))
    tagged: list[Buffer] = []
    if message.fenced != 0:
        section: list[Buffer] = []
        section.append(_pack_b(message.fenced))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_broker_registration_change_record_v0(
    data: bytes, offset: int
) -> tuple[BrokerRegistrationChangeRecord, int]:
    message = _new(BrokerRegistrationChangeRecord)
    message.in_controlled_shutdown = 0
    message.log_dirs = []
    message.cordoned_log_dirs = None
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    message.fenced = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.fenced,) = _unpack_b(data, offset)
                offset += 1
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("BrokerRegistrationChangeRecord")
    return message, offset


def _write_broker_registration_change_record_v1(
    message: BrokerRegistrationChangeRecord, parts: list[Buffer]
) -> None:
    if message.log_dirs:
        raise field_unsupported("BrokerRegistrationChangeRecord.log_dirs", "1")
    if message.cordoned_log_dirs is not None:
        raise field_unsupported("BrokerRegistrationChangeRecord.cordoned_log_dirs", "1")
    parts.append(_pack_iq(message.broker_id, message.broker_epoch))
    tagged: list[Buffer] = []
    if message.fenced != 0:
        section: list[Buffer] = []
        section.append(_pack_b(message.fenced))
        tagged.append(tagged_field(0, section))
    if message.in_controlled_shutdown != 0:
        section = []
        section.append(_pack_b(message.in_controlled_shutdown))
        tagged.append(tagged_field(1, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_broker_registration_change_record_v1(
    data: bytes, offset: int
) -> tuple[BrokerRegistrationChangeRecord, int]:
    message = _new(BrokerRegistrationChangeRecord)
    message.log_dirs = []
    message.cordoned_log_dirs = None
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    message.fenced = 0
    message.in_controlled_shutdown = 0
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.fenced,) = _unpack_b(data, offset)
                offset += 1
            elif tag == 1:
                (message.in_controlled_shutdown,) = _unpack_b(data, offset)
                offset += 1
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("BrokerRegistrationChangeRecord")
    return message, offset


def _write_broker_registration_change_record_v2(
    message: BrokerRegistrationChangeRecord, parts: list[Buffer]
) -> None:
    if message.cordoned_log_dirs is not None:
        raise field_unsupported("BrokerRegistrationChangeRecord.cordoned_log_dirs", "2")
    parts.append(_pack_iq(message.broker_id, message.broker_epoch))
    tagged: list[Buffer] = []
    if message.fenced != 0:
        section: list[Buffer] = []
        section.append(_pack_b(message.fenced))
        tagged.append(tagged_field(0, section))
    if message.in_controlled_shutdown != 0:
        section = []
        section.append(_pack_b(message.in_controlled_shutdown))
        tagged.append(tagged_field(1, section))
    if message.log_dirs:
        section = []
        count = len(message.log_dirs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        assert all(len(identifier) == 16 for identifier in message.log_dirs)
        section.extend(message.log_dirs)
        tagged.append(tagged_field(2, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_broker_registration_change_record_v2(
    data: bytes, offset: int
) -> tuple[BrokerRegistrationChangeRecord, int]:
    message = _new(BrokerRegistrationChangeRecord)
    message.cordoned_log_dirs = None
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    message.fenced = 0
    message.in_controlled_shutdown = 0
    message.log_dirs = []
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.fenced,) = _unpack_b(data, offset)
                offset += 1
            elif tag == 1:
                (message.in_controlled_shutdown,) = _unpack_b(data, offset)
                offset += 1
            elif tag == 2:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    raise null_refused("BrokerRegistrationChangeRecord.log_dirs")
                count -= 1
                if count * 16 > len(data) - offset:
                    raise count_refused("BrokerRegistrationChangeRecord.log_dirs", count)
                end = offset + count * 16
                message.log_dirs = [data[start : start + 16] for start in range(offset, end, 16)]
                offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("BrokerRegistrationChangeRecord")
    return message, offset


def _write_broker_registration_change_record_v3(
    message: BrokerRegistrationChangeRecord, parts: list[Buffer]
) -> None:
    parts.append(_pack_iq(message.broker_id, message.broker_epoch))
    tagged: list[Buffer] = []
    if message.fenced != 0:
        section: list[Buffer] = []
        section.append(_pack_b(message.fenced))
        tagged.append(tagged_field(0, section))
    if message.in_controlled_shutdown != 0:
        section = []
        section.append(_pack_b(message.in_controlled_shutdown))
        tagged.append(tagged_field(1, section))
    if message.log_dirs:
        section = []
        count = len(message.log_dirs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        assert all(len(identifier) == 16 for identifier in message.log_dirs)
        section.extend(message.log_dirs)
        tagged.append(tagged_field(2, section))
    if message.cordoned_log_dirs is not None:
        section = []
        count = 0 if message.cordoned_log_dirs is None else len(message.cordoned_log_dirs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.cordoned_log_dirs:
            assert all(len(identifier) == 16 for identifier in message.cordoned_log_dirs)
            section.extend(message.cordoned_log_dirs)
        tagged.append(tagged_field(3, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_broker_registration_change_record_v3(
    data: bytes, offset: int
) -> tuple[BrokerRegistrationChangeRecord, int]:
    message = _new(BrokerRegistrationChangeRecord)
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    message.fenced = 0
    message.in_controlled_shutdown = 0
    message.log_dirs = []
    message.cordoned_log_dirs = None
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.fenced,) = _unpack_b(data, offset)
                offset += 1
            elif tag == 1:
                (message.in_controlled_shutdown,) = _unpack_b(data, offset)
                offset += 1
            elif tag == 2:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    raise null_refused("BrokerRegistrationChangeRecord.log_dirs")
                count -= 1
                if count * 16 > len(data) - offset:
                    raise count_refused("BrokerRegistrationChangeRecord.log_dirs", count)
                end = offset + count * 16
                message.log_dirs = [data[start : start + 16] for start in range(offset, end, 16)]
                offset = end
            elif tag == 3:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.cordoned_log_dirs = None
                else:
                    count -= 1
                    if count * 16 > len(data) - offset:
                        raise count_refused(
                            "BrokerRegistrationChangeRecord.cordoned_log_dirs", count
                        )
                    end = offset + count * 16
                    message.cordoned_log_dirs = [
                        data[start : start + 16] for start in range(offset, end, 16)
                    ]
                    offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("BrokerRegistrationChangeRecord")
    return message, offset


def _write_access_control_entry_record_v0(
    message: AccessControlEntryRecord, parts: list[Buffer]
) -> None:
    assert len(message.id) == 16
    text: Buffer = message.resource_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_ubB(message.id, message.resource_type, length)
        if length < 128
        else _pack_ub(message.id, message.resource_type) + uvarint(length)
    )
    parts.append(text)
    text = message.principal.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.pattern_type, length)
        if length < 128
        else _pack_b(message.pattern_type) + uvarint(length)
    )
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_bb0(message.operation, message.permission_type))


def _read_access_control_entry_record_v0(
    data: bytes, offset: int
) -> tuple[AccessControlEntryRecord, int]:
    message = _new(AccessControlEntryRecord)
    message.id, message.resource_type, length = _unpack_ubB(data, offset)
    offset += 18
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AccessControlEntryRecord.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    message.pattern_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AccessControlEntryRecord.principal")
    end = offset + length - 1
    message.principal = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AccessControlEntryRecord.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.operation, message.permission_type, count = _unpack_bbB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_remove_access_control_entry_record_v0(
    message: RemoveAccessControlEntryRecord, parts: list[Buffer]
) -> None:
    assert len(message.id) == 16
    parts.append(_pack_u0(message.id))


def _read_remove_access_control_entry_record_v0(
    data: bytes, offset: int
) -> tuple[RemoveAccessControlEntryRecord, int]:
    message = _new(RemoveAccessControlEntryRecord)
    message.id, count = _unpack_uB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_no_op_record_v0(message: NoOpRecord, parts: list[Buffer]) -> None:
    parts.append(b"\x00")


def _read_no_op_record_v0(data: bytes, offset: int) -> tuple[NoOpRecord, int]:
    message = _new(NoOpRecord)
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_zk_migration_state_record_v0(
    message: ZkMigrationStateRecord, parts: list[Buffer]
) -> None:
    parts.append(_pack_b0(message.zk_migration_state))


def _read_zk_migration_state_record_v0(
    data: bytes, offset: int
) -> tuple[ZkMigrationStateRecord, int]:
    message = _new(ZkMigrationStateRecord)
    message.zk_migration_state, count = _unpack_bB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_remove_user_scram_credential_record_v0(
    message: RemoveUserScramCredentialRecord, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_b0(message.mechanism))


def _read_remove_user_scram_credential_record_v0(
    data: bytes, offset: int
) -> tuple[RemoveUserScramCredentialRecord, int]:
    message = _new(RemoveUserScramCredentialRecord)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("RemoveUserScramCredentialRecord.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.mechanism, count = _unpack_bB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_begin_transaction_record_v0(
    message: BeginTransactionRecord, parts: list[Buffer]
) -> None:
    tagged: list[Buffer] = []
    if message.name is not None:
        section: list[Buffer] = []
        if message.name is None:
            text: Buffer = b""
            length = 0
        else:
            text = message.name.encode()
            length = len(text) + 1
        section.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        section.append(text)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_begin_transaction_record_v0(
    data: bytes, offset: int
) -> tuple[BeginTransactionRecord, int]:
    message = _new(BeginTransactionRecord)
    count = data[offset]
    offset += 1
    message.name = None
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
                    message.name = None
                else:
                    end = offset + length - 1
                    message.name = data[offset:end].decode()
                    offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("BeginTransactionRecord")
    return message, offset


def _write_end_transaction_record_v0(message: EndTransactionRecord, parts: list[Buffer]) -> None:
    parts.append(b"\x00")


def _read_end_transaction_record_v0(data: bytes, offset: int) -> tuple[EndTransactionRecord, int]:
    message = _new(EndTransactionRecord)
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_abort_transaction_record_v0(
    message: AbortTransactionRecord, parts: list[Buffer]
) -> None:
    tagged: list[Buffer] = []
    if message.reason is not None:
        section: list[Buffer] = []
        if message.reason is None:
            text: Buffer = b""
            length = 0
        else:
            text = message.reason.encode()
            length = len(text) + 1
        section.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        section.append(text)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_abort_transaction_record_v0(
    data: bytes, offset: int
) -> tuple[AbortTransactionRecord, int]:
    message = _new(AbortTransactionRecord)
    count = data[offset]
    offset += 1
    message.reason = None
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
                    message.reason = None
                else:
                    end = offset + length - 1
                    message.reason = data[offset:end].decode()
                    offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("AbortTransactionRecord")
    return message, offset


def _write_remove_delegation_token_record_v0(
    message: RemoveDelegationTokenRecord, parts: list[Buffer]
) -> None:
    text: Buffer = message.token_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_remove_delegation_token_record_v0(
    data: bytes, offset: int
) -> tuple[RemoveDelegationTokenRecord, int]:
    message = _new(RemoveDelegationTokenRecord)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("RemoveDelegationTokenRecord.token_id")
    end = offset + length - 1
    message.token_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_register_controller_record_v0(
    message: RegisterControllerRecord, parts: list[Buffer]
) -> None:
    assert len(message.incarnation_id) == 16
    count = len(message.end_points) + 1
    parts.append(
        _pack_iutB(message.controller_id, message.incarnation_id, message.zk_migration_ready, count)
        if count < 128
        else _pack_iut(message.controller_id, message.incarnation_id, message.zk_migration_ready)
        + uvarint(count)
    )
    for controller_endpoint in message.end_points:
        _write_controller_endpoint_v0(controller_endpoint, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for controller_feature in message.features:
        _write_controller_feature_v0(controller_feature, parts)
    parts.append(b"\x00")


def _read_register_controller_record_v0(
    data: bytes, offset: int
) -> tuple[RegisterControllerRecord, int]:
    message = _new(RegisterControllerRecord)
    message.controller_id, message.incarnation_id, message.zk_migration_ready, count = _unpack_iutB(
        data, offset
    )
    offset += 22
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterControllerRecord.end_points")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("RegisterControllerRecord.end_points", count)
    end_points: list[ControllerEndpoint] = []
    for _ in range(count):
        controller_endpoint, offset = _read_controller_endpoint_v0(data, offset)
        end_points.append(controller_endpoint)
    message.end_points = end_points
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("RegisterControllerRecord.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("RegisterControllerRecord.features", count)
    features: list[ControllerFeature] = []
    for _ in range(count):
        controller_feature, offset = _read_controller_feature_v0(data, offset)
        features.append(controller_feature)
    message.features = features
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_controller_feature_v0(message: ControllerFeature, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_hh0(message.min_supported_version, message.max_supported_version))


def _read_controller_feature_v0(data: bytes, offset: int) -> tuple[ControllerFeature, int]:
    message = _new(ControllerFeature)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ControllerFeature.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.min_supported_version, message.max_supported_version, count = _unpack_hhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_controller_endpoint_v0(message: ControllerEndpoint, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_Hh0(message.port, message.security_protocol))


def _read_controller_endpoint_v0(data: bytes, offset: int) -> tuple[ControllerEndpoint, int]:
    message = _new(ControllerEndpoint)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ControllerEndpoint.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ControllerEndpoint.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, message.security_protocol, count = _unpack_HhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_clear_elr_record_v0(message: ClearElrRecord, parts: list[Buffer]) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_clear_elr_record_v0(data: bytes, offset: int) -> tuple[ClearElrRecord, int]:
    message = _new(ClearElrRecord)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ClearElrRecord.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


RegisterBrokerRecord.WRITERS = {
    0: _write_register_broker_record_v0,
    1: _write_register_broker_record_v1,
    2: _write_register_broker_record_v2,
    3: _write_register_broker_record_v3,
    4: _write_register_broker_record_v4,
}
RegisterBrokerRecord.READERS = {
    0: _read_register_broker_record_v0,
    1: _read_register_broker_record_v1,
    2: _read_register_broker_record_v2,
    3: _read_register_broker_record_v3,
    4: _read_register_broker_record_v4,
}
UnregisterBrokerRecord.WRITERS = {
    0: _write_unregister_broker_record_v0,
}
UnregisterBrokerRecord.READERS = {
    0: _read_unregister_broker_record_v0,
}
TopicRecord.WRITERS = {
    0: _write_topic_record_v0,
}
TopicRecord.READERS = {
    0: _read_topic_record_v0,
}
PartitionRecord.WRITERS = {
    0: _write_partition_record_v0,
    1: _write_partition_record_v1,
    2: _write_partition_record_v2,
}
PartitionRecord.READERS = {
    0: _read_partition_record_v0,
    1: _read_partition_record_v1,
    2: _read_partition_record_v2,
}
ConfigRecord.WRITERS = {
    0: _write_config_record_v0,
}
ConfigRecord.READERS = {
    0: _read_config_record_v0,
}
PartitionChangeRecord.WRITERS = {
    0: _write_partition_change_record_v0,
    1: _write_partition_change_record_v1,
    2: _write_partition_change_record_v2,
}
PartitionChangeRecord.READERS = {
    0: _read_partition_change_record_v0,
    1: _read_partition_change_record_v1,
    2: _read_partition_change_record_v2,
}
FenceBrokerRecord.WRITERS = {
    0: _write_fence_broker_record_v0,
}
FenceBrokerRecord.READERS = {
    0: _read_fence_broker_record_v0,
}
UnfenceBrokerRecord.WRITERS = {
    0: _write_unfence_broker_record_v0,
}
UnfenceBrokerRecord.READERS = {
    0: _read_unfence_broker_record_v0,
}
RemoveTopicRecord.WRITERS = {
    0: _write_remove_topic_record_v0,
}
RemoveTopicRecord.READERS = {
    0: _read_remove_topic_record_v0,
}
DelegationTokenRecord.WRITERS = {
    0: _write_delegation_token_record_v0,
}
DelegationTokenRecord.READERS = {
    0: _read_delegation_token_record_v0,
}
UserScramCredentialRecord.WRITERS = {
    0: _write_user_scram_credential_record_v0,
}
UserScramCredentialRecord.READERS = {
    0: _read_user_scram_credential_record_v0,
}
FeatureLevelRecord.WRITERS = {
    0: _write_feature_level_record_v0,
}
FeatureLevelRecord.READERS = {
    0: _read_feature_level_record_v0,
}
ClientQuotaRecord.WRITERS = {
    0: _write_client_quota_record_v0,
}
ClientQuotaRecord.READERS = {
    0: _read_client_quota_record_v0,
}
ProducerIdsRecord.WRITERS = {
    0: _write_producer_ids_record_v0,
}
ProducerIdsRecord.READERS = {
    0: _read_producer_ids_record_v0,
}
BrokerRegistrationChangeRecord.WRITERS = {
    0: _write_broker_registration_change_record_v0,
    1: _write_broker_registration_change_record_v1,
    2: _write_broker_registration_change_record_v2,
    3: _write_broker_registration_change_record_v3,
}
BrokerRegistrationChangeRecord.READERS = {
    0: _read_broker_registration_change_record_v0,
    1: _read_broker_registration_change_record_v1,
    2: _read_broker_registration_change_record_v2,
    3: _read_broker_registration_change_record_v3,
}
AccessControlEntryRecord.WRITERS = {
    0: _write_access_control_entry_record_v0,
}
AccessControlEntryRecord.READERS = {
    0: _read_access_control_entry_record_v0,
}
RemoveAccessControlEntryRecord.WRITERS = {
    0: _write_remove_access_control_entry_record_v0,
}
RemoveAccessControlEntryRecord.READERS = {
    0: _read_remove_access_control_entry_record_v0,
}
NoOpRecord.WRITERS = {
    0: _write_no_op_record_v0,
}
NoOpRecord.READERS = {
    0: _read_no_op_record_v0,
}
ZkMigrationStateRecord.WRITERS = {
    0: _write_zk_migration_state_record_v0,
}
ZkMigrationStateRecord.READERS = {
    0: _read_zk_migration_state_record_v0,
}
RemoveUserScramCredentialRecord.WRITERS = {
    0: _write_remove_user_scram_credential_record_v0,
}
RemoveUserScramCredentialRecord.READERS = {
    0: _read_remove_user_scram_credential_record_v0,
}
BeginTransactionRecord.WRITERS = {
    0: _write_begin_transaction_record_v0,
}
BeginTransactionRecord.READERS = {
    0: _read_begin_transaction_record_v0,
}
EndTransactionRecord.WRITERS = {
    0: _write_end_transaction_record_v0,
}
EndTransactionRecord.READERS = {
    0: _read_end_transaction_record_v0,
}
AbortTransactionRecord.WRITERS = {
    0: _write_abort_transaction_record_v0,
}
AbortTransactionRecord.READERS = {
    0: _read_abort_transaction_record_v0,
}
RemoveDelegationTokenRecord.WRITERS = {
    0: _write_remove_delegation_token_record_v0,
}
RemoveDelegationTokenRecord.READERS = {
    0: _read_remove_delegation_token_record_v0,
}
RegisterControllerRecord.WRITERS = {
    0: _write_register_controller_record_v0,
}
RegisterControllerRecord.READERS = {
    0: _read_register_controller_record_v0,
}
ClearElrRecord.WRITERS = {
    0: _write_clear_elr_record_v0,
}
ClearElrRecord.READERS = {
    0: _read_clear_elr_record_v0,
}
