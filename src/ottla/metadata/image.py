# SPDX-License-Identifier: Apache-2.0
"""The cluster's state as a value: brokers, topics, partitions, configurations, features.

A `ClusterImage` is a fold over the metadata log. It is immutable: `apply` returns a new image
that shares everything that the records did not touch, and an `ImageDelta` that says what they
did. A batch costs the topics that it touches plus one shallow copy of each table that changes,
never a copy per record; loading a whole log through one `ImageBuilder` copies nothing at all.

Invariants: a topic's partitions are numbered from 0 without holes and `partitions[n]` is
partition n; `topics_by_name` and `topics_by_id` hold the same `TopicImage` objects; a topic's
configurations disappear with it.

Record types that this version stores but does not act upon (access rules, credentials, quotas)
are kept whole in `kept`, so that no snapshot loses what another version wrote.

Owned by nobody: any task may hold an image. New ones are made by the controller gateway.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ottla.base.errors import InvariantViolation
from ottla.protocol.messages.cluster_metadata import (
    AccessControlEntryRecord,
    BrokerRegistrationChangeRecord,
    ClearElrRecord,
    ClientQuotaRecord,
    ConfigRecord,
    DelegationTokenRecord,
    FeatureLevelRecord,
    FenceBrokerRecord,
    PartitionChangeRecord,
    PartitionRecord,
    ProducerIdsRecord,
    RegisterBrokerRecord,
    RegisterControllerRecord,
    RemoveAccessControlEntryRecord,
    RemoveDelegationTokenRecord,
    RemoveTopicRecord,
    RemoveUserScramCredentialRecord,
    TopicRecord,
    UnfenceBrokerRecord,
    UnregisterBrokerRecord,
    UserScramCredentialRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ottla.protocol.message import Message

NO_LEADER = -1


class ResourceType(enum.IntEnum):
    """What a configuration belongs to; the numbers are the wire's."""

    UNKNOWN = 0
    TOPIC = 2
    BROKER = 4
    BROKER_LOGGER = 8
    CLIENT_METRICS = 16
    GROUP = 32


class BrokerEndpoint(NamedTuple):
    """An address that a broker registered."""

    name: str
    host: str
    port: int
    security_protocol: int
    """0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL."""


class BrokerImage(NamedTuple):
    """A registered broker."""

    broker_id: int
    broker_epoch: int
    """Offset of its registration record: rises with every registration."""
    incarnation_id: bytes
    """Drawn by the broker at each start of its process."""
    endpoints: tuple[BrokerEndpoint, ...]
    features: Mapping[str, tuple[int, int]]
    """Lowest and highest supported level of each feature."""
    rack: str | None
    fenced: bool
    """A fenced broker leads nothing and gets no new replicas."""
    in_controlled_shutdown: bool
    log_dirs: tuple[bytes, ...]
    cordoned_log_dirs: tuple[bytes, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether it may lead partitions and join in-sync replicas."""
        return not (self.fenced or self.in_controlled_shutdown)

    def endpoint(self, listener: str) -> BrokerEndpoint | None:
        """Return the address registered under the listener's name."""
        return next((e for e in self.endpoints if e.name == listener), None)


class ControllerImage(NamedTuple):
    """The broker that was elected to decide; it may be gone by now."""

    broker_id: int
    incarnation_id: bytes
    endpoints: tuple[BrokerEndpoint, ...]

    def endpoint(self, listener: str) -> BrokerEndpoint | None:
        """Return the address registered under the listener's name."""
        return next((e for e in self.endpoints if e.name == listener), None)


class PartitionImage(NamedTuple):
    """Where a partition is and who leads it."""

    partition_id: int
    leader: int
    """Broker id, or NO_LEADER."""
    leader_epoch: int
    """Rises with every change of leadership."""
    partition_epoch: int
    """Rises with every change of anything here."""
    replicas: tuple[int, ...]
    """The first one is the preferred leader."""
    isr: tuple[int, ...]
    removing_replicas: tuple[int, ...] = ()
    adding_replicas: tuple[int, ...] = ()
    leader_recovery_state: int = 0
    """1 while a leader that was elected uncleanly has not recovered yet."""
    directories: tuple[bytes, ...] = ()
    """Log directory of each replica, or empty when the record named none."""
    eligible_leader_replicas: tuple[int, ...] = ()
    last_known_elr: tuple[int, ...] = ()

    @property
    def preferred_leader(self) -> int:
        """The replica that leads when all are well."""
        return self.replicas[0]


class TopicImage(NamedTuple):
    """A topic and its partitions; `partitions[n]` is partition n."""

    name: str
    topic_id: bytes
    partitions: tuple[PartitionImage, ...]


class TopicDelta(NamedTuple):
    """What happened to a topic (one identifier; a recreated name has two deltas)."""

    topic_id: bytes
    name: str
    before: TopicImage | None
    """None when the topic is new."""
    after: TopicImage | None
    """None when the topic is gone."""
    partitions: tuple[int, ...]
    """Numbers of the partitions that are new or changed, ascending."""


class ImageDelta(NamedTuple):
    """What a batch of records changed, in the order in which things were first touched."""

    topics: tuple[TopicDelta, ...]
    configs: tuple[tuple[ResourceType, str], ...]
    brokers: tuple[int, ...]
    features: tuple[str, ...]
    next_offset: int
    """Offset after the last applied record."""


class ClusterImage:
    """The whole state at one offset of the metadata log; treat every field as frozen."""

    __slots__ = (
        "brokers",
        "cluster_id",
        "configs",
        "controller",
        "controller_epoch",
        "features",
        "kept",
        "next_offset",
        "next_producer_id",
        "topics_by_id",
        "topics_by_name",
    )

    def __init__(self, cluster_id: str) -> None:
        self.cluster_id = cluster_id
        self.brokers: Mapping[int, BrokerImage] = {}
        self.topics_by_name: Mapping[str, TopicImage] = {}
        self.topics_by_id: Mapping[bytes, TopicImage] = {}
        self.configs: Mapping[tuple[int, str], Mapping[str, str]] = {}
        """Dynamic texts by resource; the broker named "" stands for every broker."""
        self.features: Mapping[str, int] = {}
        """Finalised feature levels."""
        self.next_producer_id = 0
        """First producer id that no block has given away yet."""
        self.controller: ControllerImage | None = None
        """Who decides, by the first record of its term; None where there is but one broker."""
        self.kept: Mapping[tuple[Any, ...], Message] = {}
        """Records that are stored but not acted upon, by their identity."""
        self.next_offset = 0
        """Offset after the last applied record: what this image stands for."""
        self.controller_epoch = 0
        """Epoch of the last applied batch."""

    @property
    def offset(self) -> int:
        """Offset of the last applied record, -1 before the first."""
        return self.next_offset - 1

    def topic(self, name: str) -> TopicImage | None:
        """Return the topic of this name."""
        return self.topics_by_name.get(name)

    def partition(self, name: str, partition_id: int) -> PartitionImage | None:
        """Return a partition by topic name and number."""
        topic = self.topics_by_name.get(name)
        if topic is None or not 0 <= partition_id < len(topic.partitions):
            return None
        return topic.partitions[partition_id]

    def config(self, resource_type: int, name: str) -> Mapping[str, str]:
        """Return the dynamic texts of a resource; empty when it has none."""
        return self.configs.get((resource_type, name), {})

    def live_brokers(self) -> list[BrokerImage]:
        """Return the brokers that are not fenced, by id."""
        return [self.brokers[i] for i in sorted(self.brokers) if not self.brokers[i].fenced]

    def apply(
        self,
        records: Iterable[Message],
        *,
        next_offset: int | None = None,
        controller_epoch: int | None = None,
    ) -> tuple[ClusterImage, ImageDelta]:
        """Return the image after `records`, and what they changed.

        Without `next_offset` every record counts as one offset, as it does in the log.
        """
        builder = ImageBuilder(self)
        count = 0
        for record in records:
            builder.replay(record)
            count += 1
        if next_offset is None:
            next_offset = self.next_offset + count
        return builder.finish(next_offset, controller_epoch)


class ImageBuilder:
    """Replays records onto an image; used once, by one task.

    Tables are copied when they are first written to, topics are opened into dictionaries when
    one of their partitions first changes, and closed again in `finish`.
    """

    def __init__(self, base: ClusterImage) -> None:
        self._base = base
        self._brokers: dict[int, BrokerImage] | None = None
        self._configs: dict[tuple[int, str], Mapping[str, str]] | None = None
        self._features: dict[str, int] | None = None
        self._kept: dict[tuple[Any, ...], Message] | None = None
        self._next_producer_id = base.next_producer_id
        self._controller = base.controller
        self._opened: dict[bytes, _OpenTopic | None] = {}  # None: the topic is gone
        self._new_names: dict[str, None] = {}  # of topics made by this builder and not removed
        self._open_configs: dict[tuple[int, str], dict[str, str]] = {}
        self._touched_brokers: dict[int, None] = {}
        self._touched_features: dict[str, None] = {}

    def replay(self, record: Message) -> None:
        """Apply one record."""
        handler = self.REPLAY.get(type(record))
        if handler is not None:
            handler(self, record)

    def finish(
        self, next_offset: int, controller_epoch: int | None = None
    ) -> tuple[ClusterImage, ImageDelta]:
        """Return the new image and the delta."""
        base = self._base
        assert next_offset >= base.next_offset, (next_offset, base.next_offset)
        image = ClusterImage(base.cluster_id)
        image.brokers = base.brokers if self._brokers is None else self._brokers
        image.features = base.features if self._features is None else self._features
        image.kept = base.kept if self._kept is None else self._kept
        image.next_producer_id = self._next_producer_id
        image.controller = self._controller
        image.next_offset = next_offset
        image.controller_epoch = (
            base.controller_epoch if controller_epoch is None else controller_epoch
        )
        topics = self._close_topics(image)
        touched_configs = self._close_configs(image)
        delta = ImageDelta(
            topics=topics,
            configs=touched_configs,
            brokers=tuple(self._touched_brokers),
            features=tuple(self._touched_features),
            next_offset=next_offset,
        )
        return image, delta

    def _close_topics(self, image: ClusterImage) -> tuple[TopicDelta, ...]:
        base = self._base
        if not self._opened:
            image.topics_by_name, image.topics_by_id = base.topics_by_name, base.topics_by_id
            return ()
        by_name, by_id = dict(base.topics_by_name), dict(base.topics_by_id)
        deltas = []
        for topic_id, opened in self._opened.items():
            before = base.topics_by_id.get(topic_id)
            if opened is None:
                if before is None:
                    continue  # created and deleted within the batch: nobody needs to know
                del by_id[topic_id]
                if by_name[before.name].topic_id == topic_id:
                    del by_name[before.name]
                deltas.append(TopicDelta(topic_id, before.name, before, None, ()))
                continue
            after = opened.close()
            by_name[after.name] = by_id[topic_id] = after
            touched = tuple(sorted(opened.touched))
            deltas.append(TopicDelta(topic_id, after.name, before, after, touched))
        image.topics_by_name, image.topics_by_id = by_name, by_id
        return tuple(deltas)

    def _close_configs(self, image: ClusterImage) -> tuple[tuple[ResourceType, str], ...]:
        if not self._open_configs:
            image.configs = self._base.configs
            return ()
        configs = dict(self._base.configs)
        for resource, texts in self._open_configs.items():
            if texts:
                configs[resource] = texts
            else:
                configs.pop(resource, None)
        image.configs = configs
        return tuple((ResourceType(kind), name) for kind, name in self._open_configs)

    def _topic(self, record: Any) -> None:
        before = self._base.topics_by_name.get(record.name)
        is_left = before is not None and self._opened.get(before.topic_id, before) is not None
        if is_left or record.name in self._new_names:
            raise InvariantViolation(f"topic {record.name} exists already")
        self._new_names[record.name] = None
        self._opened[record.topic_id] = _OpenTopic(record.name, record.topic_id, ())

    def _open(self, topic_id: bytes) -> _OpenTopic:
        opened = self._opened.get(topic_id)
        if opened is None:
            before = None if topic_id in self._opened else self._base.topics_by_id.get(topic_id)
            if before is None:
                raise InvariantViolation(f"a record names the unknown topic {topic_id.hex()}")
            opened = self._opened[topic_id] = _OpenTopic(before.name, topic_id, before.partitions)
        return opened

    def _partition(self, record: Any) -> None:
        topic = self._open(record.topic_id)
        partition_id = record.partition_id
        topic.touched.add(partition_id)
        topic.partitions[partition_id] = PartitionImage(
            partition_id,
            record.leader,
            record.leader_epoch,
            record.partition_epoch,
            tuple(record.replicas),
            tuple(record.isr),
            tuple(record.removing_replicas),
            tuple(record.adding_replicas),
            record.leader_recovery_state,
            tuple(record.directories),
            tuple(record.eligible_leader_replicas or ()),
            tuple(record.last_known_elr or ()),
        )

    def _partition_change(self, record: Any) -> None:
        topic = self._open(record.topic_id)
        before = topic.partitions.get(record.partition_id)
        if before is None:
            raise InvariantViolation(f"{topic.name}-{record.partition_id} does not exist")
        topic.touched.add(record.partition_id)
        topic.partitions[record.partition_id] = merge_change(before, record)

    def _clear_elr(self, record: Any) -> None:
        """Forget the eligible leader replicas of one topic, or of all when it has no name."""
        topic_ids = dict.fromkeys(self._base.topics_by_id) | dict.fromkeys(self._opened)
        for topic_id in topic_ids:
            opened = self._opened.get(topic_id)
            if opened is None:
                before = None if topic_id in self._opened else self._base.topics_by_id[topic_id]
                if before is None or record.topic_name not in {"", before.name}:
                    continue
                if not any(
                    p.eligible_leader_replicas or p.last_known_elr for p in before.partitions
                ):
                    continue
                opened = self._open(topic_id)
            if record.topic_name not in {"", opened.name}:
                continue
            for number, partition in opened.partitions.items():
                if partition.eligible_leader_replicas or partition.last_known_elr:
                    opened.touched.add(number)
                    opened.partitions[number] = partition._replace(
                        eligible_leader_replicas=(), last_known_elr=()
                    )

    def _remove_topic(self, record: Any) -> None:
        topic = self._open(record.topic_id)
        self._opened[record.topic_id] = None
        self._new_names.pop(topic.name, None)
        resource = (int(ResourceType.TOPIC), topic.name)
        if resource in self._open_configs or resource in self._base.configs:
            self._open_configs[resource] = {}

    def _config(self, record: Any) -> None:
        resource = (record.resource_type, record.resource_name)
        texts = self._open_configs.get(resource)
        if texts is None:
            texts = self._open_configs[resource] = dict(self._base.configs.get(resource, {}))
        if record.value is None:
            texts.pop(record.name, None)
        else:
            texts[record.name] = record.value

    def _feature_level(self, record: Any) -> None:
        if self._features is None:
            self._features = dict(self._base.features)
        self._touched_features[record.name] = None
        if record.feature_level:
            self._features[record.name] = record.feature_level
        else:
            self._features.pop(record.name, None)

    def _producer_ids(self, record: Any) -> None:
        self._next_producer_id = record.next_producer_id

    def _register_controller(self, record: Any) -> None:
        self._controller = ControllerImage(
            record.controller_id,
            record.incarnation_id,
            tuple(
                BrokerEndpoint(e.name, e.host, e.port, e.security_protocol)
                for e in record.end_points
            ),
        )

    def _open_brokers(self, broker_id: int) -> dict[int, BrokerImage]:
        if self._brokers is None:
            self._brokers = dict(self._base.brokers)
        self._touched_brokers[broker_id] = None
        return self._brokers

    def _register_broker(self, record: Any) -> None:
        self._open_brokers(record.broker_id)[record.broker_id] = BrokerImage(
            broker_id=record.broker_id,
            broker_epoch=record.broker_epoch,
            incarnation_id=record.incarnation_id,
            endpoints=tuple(
                BrokerEndpoint(e.name, e.host, e.port, e.security_protocol)
                for e in record.end_points
            ),
            features={
                f.name: (f.min_supported_version, f.max_supported_version) for f in record.features
            },
            rack=record.rack,
            fenced=record.fenced,
            in_controlled_shutdown=record.in_controlled_shutdown,
            log_dirs=tuple(record.log_dirs),
            cordoned_log_dirs=tuple(record.cordoned_log_dirs or ()),
        )

    def _unregister_broker(self, record: Any) -> None:
        self._open_brokers(record.broker_id).pop(record.broker_id, None)

    def _set_fenced(self, broker_id: int, *, fenced: bool) -> None:
        brokers = self._open_brokers(broker_id)
        if broker_id not in brokers:
            raise InvariantViolation(f"broker {broker_id} is not registered")
        brokers[broker_id] = brokers[broker_id]._replace(fenced=fenced)

    def _fence_broker(self, record: Any) -> None:
        self._set_fenced(record.id, fenced=True)

    def _unfence_broker(self, record: Any) -> None:
        self._set_fenced(record.id, fenced=False)

    def _broker_change(self, record: Any) -> None:
        if record.fenced:
            self._set_fenced(record.broker_id, fenced=record.fenced > 0)
        brokers = self._open_brokers(record.broker_id)
        broker = brokers[record.broker_id]
        if record.in_controlled_shutdown > 0:
            broker = broker._replace(in_controlled_shutdown=True)
        if record.log_dirs:
            broker = broker._replace(log_dirs=tuple(record.log_dirs))
        if record.cordoned_log_dirs is not None:
            broker = broker._replace(cordoned_log_dirs=tuple(record.cordoned_log_dirs))
        brokers[record.broker_id] = broker

    def _open_kept(self) -> dict[tuple[Any, ...], Message]:
        if self._kept is None:
            self._kept = dict(self._base.kept)
        return self._kept

    def _keep(self, record: Any) -> None:
        self._open_kept()[identity_of_kept(record)] = record

    def _forget(self, record: Any) -> None:
        self._open_kept().pop(identity_of_kept(record), None)

    def _client_quota(self, record: Any) -> None:
        if record.remove:
            self._forget(record)
        else:
            self._keep(record)

    REPLAY: ClassVar = {
        TopicRecord: _topic,
        PartitionRecord: _partition,
        PartitionChangeRecord: _partition_change,
        ClearElrRecord: _clear_elr,
        RemoveTopicRecord: _remove_topic,
        ConfigRecord: _config,
        FeatureLevelRecord: _feature_level,
        ProducerIdsRecord: _producer_ids,
        RegisterBrokerRecord: _register_broker,
        RegisterControllerRecord: _register_controller,
        UnregisterBrokerRecord: _unregister_broker,
        FenceBrokerRecord: _fence_broker,
        UnfenceBrokerRecord: _unfence_broker,
        BrokerRegistrationChangeRecord: _broker_change,
        AccessControlEntryRecord: _keep,
        RemoveAccessControlEntryRecord: _forget,
        UserScramCredentialRecord: _keep,
        RemoveUserScramCredentialRecord: _forget,
        DelegationTokenRecord: _keep,
        RemoveDelegationTokenRecord: _forget,
        ClientQuotaRecord: _client_quota,
    }
    """How each record type changes the image; other types (no-ops) change nothing."""


class _OpenTopic:
    """A topic while its partitions are being changed."""

    __slots__ = ("name", "partitions", "topic_id", "touched")

    def __init__(self, name: str, topic_id: bytes, partitions: tuple[PartitionImage, ...]) -> None:
        self.name = name
        self.topic_id = topic_id
        self.partitions = {p.partition_id: p for p in partitions}
        self.touched: set[int] = set()

    def close(self) -> TopicImage:
        """Return the finished topic; its partitions must be numbered without a hole."""
        try:
            partitions = tuple([self.partitions[n] for n in range(len(self.partitions))])
        except KeyError as error:
            raise InvariantViolation(f"topic {self.name} lacks partition {error}") from error
        return TopicImage(self.name, self.topic_id, partitions)


_NO_LEADER_CHANGE = -2
_NO_RECOVERY_CHANGE = -1


def merge_change(before: PartitionImage, record: Any) -> PartitionImage:
    """Return the partition after a PartitionChangeRecord.

    Absent fields leave things as they are. Naming a leader, even the present one, starts a new
    leader epoch; every change starts a new partition epoch.
    """
    has_leader = record.leader != _NO_LEADER_CHANGE
    recovery = record.leader_recovery_state
    return PartitionImage(
        before.partition_id,
        record.leader if has_leader else before.leader,
        before.leader_epoch + has_leader,
        before.partition_epoch + 1,
        _changed(record.replicas, before.replicas),
        _changed(record.isr, before.isr),
        _changed(record.removing_replicas, before.removing_replicas),
        _changed(record.adding_replicas, before.adding_replicas),
        before.leader_recovery_state if recovery == _NO_RECOVERY_CHANGE else recovery,
        _changed(record.directories, before.directories),
        _changed(record.eligible_leader_replicas, before.eligible_leader_replicas),
        _changed(record.last_known_elr, before.last_known_elr),
    )


def _changed(new: list[Any] | None, before: tuple[Any, ...]) -> tuple[Any, ...]:
    return before if new is None else tuple(new)


def identity_of_kept(record: Any) -> tuple[Any, ...]:
    """Return what tells a kept thing from others; a removal names the same identity."""
    name = type(record).__name__.removeprefix("Remove")
    if name == "AccessControlEntryRecord":
        return (name, record.id)
    if name == "UserScramCredentialRecord":
        return (name, record.name, record.mechanism)
    if name == "DelegationTokenRecord":
        return (name, record.token_id)
    if name == "ClientQuotaRecord":
        entity = tuple((part.entity_type, part.entity_name) for part in record.entity)
        return (name, entity, record.key)
    raise InvariantViolation(f"{name} is not a kept record")
