# SPDX-License-Identifier: Apache-2.0
"""Brokers come and go.

In a cluster a broker registers fenced, sends heartbeats, and is put into service when it has read
its own registration. Nobody who is silent or has gone stays in an in-sync set:

    event                          in-sync and eligible replicas, leaders
    -----------------------------  --------------------------------------------------------------
    registers, same incarnation    nothing changes, the epoch stays: its logs are what they were
    registers after a clean stop   leaves the in-sync sets, where it still is in one (a restart
                                   within its session, KIP-380), and stays eligible
    registers after another stop   may have lost what it had not flushed: it leaves the in-sync
                                   sets and is eligible nowhere (KIP-966)
    is fenced, is unregistered     leaves the in-sync sets, stays eligible
    is put into service            partitions without a leader that wait for it get one
    wants to shut down             hands over what another in-sync replica can take; then it is
                                   fenced and told to go

The one broker of an embedded cluster is put into service as it registers (`register_broker`) and
keeps its place in the in-sync sets. If it did not stop cleanly, every partition that it goes on
leading starts a new leader epoch: clients that saw the lost tail then notice that the log has
changed (KIP-320).

Each decision makes one pass over the partitions, tens of milliseconds for 100,000 of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.controller.decision import Decision
from ottla.controller.features import (
    INITIAL_FEATURES,
    LATER_FEATURES,
    METADATA_VERSION,
    SUPPORTED_FEATURES,
)
from ottla.controller.partition_change import Election
from ottla.metadata.image import NO_LEADER, BrokerEndpoint, BrokerImage
from ottla.metadata.snapshot import broker_record
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import (
    BrokerRegistrationChangeRecord,
    FeatureLevelRecord,
    UnregisterBrokerRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from ottla.controller.partition_change import PartitionRules
    from ottla.metadata.image import ClusterImage, PartitionImage, TopicImage
    from ottla.protocol.message import Message
    from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest
    from ottla.protocol.messages.broker_registration import BrokerRegistrationRequest

_NOBODY: frozenset[int] = frozenset()
_FENCE = 1
_UNFENCE = -1
_BEGIN_SHUTDOWN = 1


class BrokerFacts(NamedTuple):
    """What the starting broker of an embedded cluster says of itself."""

    broker_id: int
    incarnation_id: bytes
    endpoints: tuple[BrokerEndpoint, ...]
    rack: str | None = None
    log_dirs: tuple[bytes, ...] = ()
    features: Mapping[str, tuple[int, int]] = SUPPORTED_FEATURES
    stopped_cleanly: bool = True
    """Whether its logs surely end where they ended when it last ran."""


class HeartbeatAnswer(NamedTuple):
    """What the controller grants a broker."""

    is_caught_up: bool
    """Whether it has read its own registration."""
    is_fenced: bool
    should_shut_down: bool
    """Whether nothing depends on it any longer, or nothing more can be handed over."""


def bootstrap(image: ClusterImage) -> Decision[None]:
    """Return the records with which an empty metadata log begins, or an old one goes on.

    A folder that Kafka formatted and never ran brings its features along; else they are ours. A
    log that this project began when it knew but one feature is given the levels of the others.
    What an operator has finalised, or Kafka, is never changed.
    """
    if image.next_offset == 0:
        features = image.features or INITIAL_FEATURES
    elif set(image.features) == {METADATA_VERSION}:
        features = {name: INITIAL_FEATURES[name] for name in LATER_FEATURES}
    else:
        features = {}
    ordered = sorted(features, key=lambda name: (name != METADATA_VERSION, name))
    return Decision(
        [FeatureLevelRecord(name=name, feature_level=features[name]) for name in ordered], None
    )


def register_broker(
    image: ClusterImage, facts: BrokerFacts, offset: int, rules: PartitionRules
) -> Decision[int]:
    """Return the records that put an embedded broker into service, and its new broker epoch.

    `offset` is where the batch will stand: the broker epoch must rise with every registration,
    and offsets do.
    """
    broker_id = facts.broker_id
    broker = BrokerImage(
        broker_id=broker_id,
        broker_epoch=offset,
        incarnation_id=facts.incarnation_id,
        endpoints=facts.endpoints,
        features=facts.features,
        rack=facts.rack,
        fenced=False,
        in_controlled_shutdown=False,
        log_dirs=facts.log_dirs,
    )
    records: list[Message] = [broker_record(broker)]
    rules = rules.after(live=(broker_id,))
    for topic, partition in _partitions(image):
        record = None
        if partition.leader == broker_id and not facts.stopped_cleanly:
            record = rules.change(topic, partition, election=Election.RENEW)
        elif partition.leader == NO_LEADER:
            record = rules.change(topic, partition)
        if record is not None:
            records.append(record)
    return Decision(records, offset)


def register(
    image: ClusterImage,
    asked: BrokerRegistrationRequest,
    *,
    offset: int,
    is_alive: Callable[[int], bool],
    rules: PartitionRules,
) -> Decision[int]:
    """Return the records that register a broker of a cluster, and its broker epoch.

    `offset` is where the registration record will stand; it becomes the epoch of a new
    incarnation. `is_alive` says who has been heard from within its session.

    Raises INCONSISTENT_CLUSTER_ID, INVALID_REGISTRATION, UNSUPPORTED_VERSION and
    DUPLICATE_BROKER_REGISTRATION. Two processes cannot be alive at one address, so a registration
    with the old addresses is a restart, whatever the old one's session says.
    """
    _check_registration(image, asked)
    broker = BrokerImage(
        broker_id=asked.broker_id,
        broker_epoch=offset,
        incarnation_id=asked.incarnation_id,
        endpoints=tuple(
            BrokerEndpoint(e.name, e.host, e.port, e.security_protocol) for e in asked.listeners
        ),
        features={
            f.name: (f.min_supported_version, f.max_supported_version) for f in asked.features
        },
        rack=asked.rack,
        fenced=True,
        in_controlled_shutdown=False,
        log_dirs=tuple(asked.log_dirs),
    )
    known = image.brokers.get(asked.broker_id)
    if known is not None and known.incarnation_id == asked.incarnation_id:
        broker = broker._replace(
            broker_epoch=known.broker_epoch,
            fenced=known.fenced,
            in_controlled_shutdown=known.in_controlled_shutdown,
            cordoned_log_dirs=known.cordoned_log_dirs,
        )
        return Decision([] if broker == known else [broker_record(broker)], broker.broker_epoch)
    if known is not None and is_alive(asked.broker_id):
        _check_restart(known, broker)
    stopped_cleanly = known is not None and asked.previous_broker_epoch == known.broker_epoch
    gone = frozenset((asked.broker_id,))
    changes = _departures(
        image, rules.after(gone=gone), gone, unclean=_NOBODY if stopped_cleanly else gone
    )
    return Decision([broker_record(broker), *changes], offset)


def heartbeat(
    image: ClusterImage, asked: BrokerHeartbeatRequest, rules: PartitionRules
) -> Decision[HeartbeatAnswer]:
    """Return what a heartbeat changes, and what the broker is granted.

    `current_metadata_offset` is the offset of the last record that the broker has applied.
    Raises BROKER_ID_NOT_REGISTERED and STALE_BROKER_EPOCH.
    """
    broker = registered(image, asked.broker_id, asked.broker_epoch)
    is_caught_up = asked.current_metadata_offset >= broker.broker_epoch
    has_failed = set(asked.offline_log_dirs).intersection(broker.log_dirs)
    if asked.want_shut_down:
        return _shut_down(image, broker, rules, is_caught_up=is_caught_up)
    if asked.want_fence or (has_failed and has_failed.issuperset(broker.log_dirs)):
        decision = fence_brokers(image, (broker.broker_id,), rules)
        return Decision(decision.records, HeartbeatAnswer(is_caught_up, True, False))
    if has_failed:
        records = _without_directories(image, broker, has_failed, rules)
        return Decision(records, HeartbeatAnswer(is_caught_up, broker.fenced, False))
    records = _cordons(broker, asked)
    if broker.fenced and is_caught_up and not broker.in_controlled_shutdown:
        records.extend(unfence(image, broker, rules))
        return Decision(records, HeartbeatAnswer(True, False, False))
    return Decision(records, HeartbeatAnswer(is_caught_up, broker.fenced, False))


def fence_brokers(
    image: ClusterImage, broker_ids: Collection[int], rules: PartitionRules
) -> Decision[list[int]]:
    """Return the records that fence brokers, and who was in service until now, ascending.

    Brokers that are fenced already, or not registered, are left out.
    """
    gone = sorted(
        broker_id
        for broker_id in broker_ids
        if broker_id in image.brokers and not image.brokers[broker_id].fenced
    )
    if not gone:
        return Decision([], gone)
    records: list[Message] = [_registration_change(image.brokers[b], fenced=_FENCE) for b in gone]
    records.extend(_departures(image, rules.after(gone=gone), frozenset(gone)))
    return Decision(records, gone)


def unfence(image: ClusterImage, broker: BrokerImage, rules: PartitionRules) -> list[Message]:
    """Return the records that put a broker into service."""
    assert broker.fenced, broker
    broker_id = broker.broker_id
    rules = rules.after(live=(broker_id,))
    records: list[Message] = [_registration_change(broker, fenced=_UNFENCE)]
    for topic, partition in _partitions(image):
        if partition.leader == NO_LEADER and broker_id in partition.replicas:
            record = rules.change(topic, partition)
            if record is not None:
                records.append(record)
    return records


def unregister_broker(image: ClusterImage, broker_id: int, rules: PartitionRules) -> Decision[None]:
    """Return the records that end a broker's registration; raise BROKER_ID_NOT_REGISTERED.

    It stays a replica of its partitions: moving them is another decision.
    """
    broker = registered(image, broker_id)
    gone = frozenset((broker_id,))
    over = UnregisterBrokerRecord(broker_id=broker_id, broker_epoch=broker.broker_epoch)
    return Decision([over, *_departures(image, rules.after(gone=gone), gone)], None)


def registered(image: ClusterImage, broker_id: int, broker_epoch: int | None = None) -> BrokerImage:
    """Return the broker; raise BROKER_ID_NOT_REGISTERED or STALE_BROKER_EPOCH."""
    broker = image.brokers.get(broker_id)
    if broker is None:
        raise ApiError(ErrorCode.BROKER_ID_NOT_REGISTERED, f"broker {broker_id} is not registered")
    if broker_epoch is not None and broker_epoch != broker.broker_epoch:
        raise ApiError(
            ErrorCode.STALE_BROKER_EPOCH,
            f"broker {broker_id} is registered in epoch {broker.broker_epoch}, not {broker_epoch}",
        )
    return broker


def _check_registration(image: ClusterImage, asked: BrokerRegistrationRequest) -> None:
    if asked.cluster_id != image.cluster_id:
        raise ApiError(
            ErrorCode.INCONSISTENT_CLUSTER_ID,
            f"broker {asked.broker_id} belongs to the cluster {asked.cluster_id},"
            f" this is the cluster {image.cluster_id}",
        )
    if asked.broker_id < 0 or not asked.listeners:
        raise ApiError(
            ErrorCode.INVALID_REGISTRATION, "a broker needs an id from 0 on and a listener"
        )
    ranges = {f.name: (f.min_supported_version, f.max_supported_version) for f in asked.features}
    for name, level in sorted(image.features.items()):
        low, high = ranges.get(name, (0, 0))
        if not low <= level <= high:
            raise ApiError(
                ErrorCode.UNSUPPORTED_VERSION,
                f"the cluster has {name} at level {level},"
                f" broker {asked.broker_id} supports {low} to {high}",
            )


def _check_restart(known: BrokerImage, broker: BrokerImage) -> None:
    """Refuse a second process beside the one that is alive."""
    if _addresses(known) != _addresses(broker):
        raise ApiError(
            ErrorCode.DUPLICATE_BROKER_REGISTRATION,
            f"broker {known.broker_id} is alive at {_shown(known)};"
            f" the one at {_shown(broker)} needs another id",
        )


def _addresses(broker: BrokerImage) -> set[tuple[str, int]]:
    return {(endpoint.host, endpoint.port) for endpoint in broker.endpoints}


def _shown(broker: BrokerImage) -> str:
    return ", ".join(f"{endpoint.host}:{endpoint.port}" for endpoint in broker.endpoints)


def _registration_change(
    broker: BrokerImage,
    *,
    fenced: int = 0,
    in_controlled_shutdown: int = 0,
    log_dirs: tuple[bytes, ...] = (),
) -> BrokerRegistrationChangeRecord:
    return BrokerRegistrationChangeRecord(
        broker_id=broker.broker_id,
        broker_epoch=broker.broker_epoch,
        fenced=fenced,
        in_controlled_shutdown=in_controlled_shutdown,
        log_dirs=log_dirs,
    )


def _partitions(image: ClusterImage) -> Iterator[tuple[TopicImage, PartitionImage]]:
    for topic in image.topics_by_name.values():
        for partition in topic.partitions:
            yield topic, partition


def _departures(
    image: ClusterImage,
    rules: PartitionRules,
    gone: frozenset[int],
    *,
    unclean: frozenset[int] = _NOBODY,
) -> list[Message]:
    """Return the changes of all partitions when brokers go at once.

    `rules` know already that they are gone. Those in `unclean` are eligible nowhere any more.
    """
    records: list[Message] = []
    for topic, partition in _partitions(image):
        if (
            gone.isdisjoint(partition.isr)
            and partition.leader not in gone
            and (not unclean or unclean.isdisjoint(partition.eligible_leader_replicas))
        ):
            continue
        isr = [b for b in partition.isr if b not in gone]
        record = rules.change(topic, partition, isr=isr, unclean=unclean)
        if record is not None:
            records.append(record)
    return records


def _shut_down(
    image: ClusterImage, broker: BrokerImage, rules: PartitionRules, *, is_caught_up: bool
) -> Decision[HeartbeatAnswer]:
    """Hand over what another in-sync replica can take; when nothing is left of that, let it go."""
    broker_id = broker.broker_id
    if broker.fenced:
        return Decision([], HeartbeatAnswer(is_caught_up, True, True))
    rules = rules.after(leaving=(broker_id,))
    changes: list[Message] = []
    for topic, partition in _partitions(image):
        isr = partition.isr
        if broker_id not in isr or not any(b in rules.live for b in isr):
            continue
        record = rules.change(topic, partition, isr=[b for b in isr if b != broker_id])
        if record is not None:
            changes.append(record)
    if changes:
        if not broker.in_controlled_shutdown:
            begin = _registration_change(broker, in_controlled_shutdown=_BEGIN_SHUTDOWN)
            changes.insert(0, begin)
        return Decision(changes, HeartbeatAnswer(is_caught_up, False, False))
    decision = fence_brokers(image, (broker_id,), rules)
    return Decision(decision.records, HeartbeatAnswer(is_caught_up, True, True))


def _without_directories(
    image: ClusterImage, broker: BrokerImage, has_failed: set[bytes], rules: PartitionRules
) -> list[Message]:
    """Return the changes when some log directories of a broker have failed (KIP-858).

    Where it is not known in which directory a replica is, nothing can be said of it: its leader
    will notice that it falls behind.
    """
    left = tuple(directory for directory in broker.log_dirs if directory not in has_failed)
    records: list[Message] = [_registration_change(broker, log_dirs=left)]
    gone = (broker.broker_id,)
    rules = rules.after(gone=gone)
    for topic, partition in _partitions(image):
        if broker.broker_id not in partition.isr or not partition.directories:
            continue
        places = dict(zip(partition.replicas, partition.directories, strict=False))
        if places.get(broker.broker_id) in has_failed:
            isr = [b for b in partition.isr if b != broker.broker_id]
            record = rules.change(topic, partition, isr=isr)
            if record is not None:
                records.append(record)
    return records


def _cordons(broker: BrokerImage, asked: BrokerHeartbeatRequest) -> list[Message]:
    cordoned = asked.cordoned_log_dirs
    if cordoned is None or set(cordoned) == set(broker.cordoned_log_dirs):
        return []
    record = _registration_change(broker)
    record.cordoned_log_dirs = list(cordoned)
    return [record]
