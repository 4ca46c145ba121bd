# SPDX-License-Identifier: Apache-2.0
"""Brokers come and go.

A broker that registers is put into service at once: partitions whose in-sync replicas wait for
it get a leader again. A broker that did not stop cleanly may have lost the tail of its logs, so
every partition that it goes on leading starts a new leader epoch: clients that saw the lost tail
then notice that the log has changed (KIP-320).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.controller.decision import Decision
from ottla.controller.elections import clean_leader, leader_change
from ottla.controller.features import (
    INITIAL_FEATURES,
    LATER_FEATURES,
    METADATA_VERSION,
    SUPPORTED_FEATURES,
)
from ottla.metadata.image import NO_LEADER
from ottla.protocol.messages.cluster_metadata import (
    BrokerEndpoint,
    BrokerFeature,
    FeatureLevelRecord,
    RegisterBrokerRecord,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.metadata.image import BrokerEndpoint as EndpointImage
    from ottla.metadata.image import ClusterImage
    from ottla.protocol.message import Message


class BrokerFacts(NamedTuple):
    """What a starting broker says of itself."""

    broker_id: int
    incarnation_id: bytes
    endpoints: tuple[EndpointImage, ...]
    rack: str | None = None
    log_dirs: tuple[bytes, ...] = ()
    features: Mapping[str, tuple[int, int]] = SUPPORTED_FEATURES
    stopped_cleanly: bool = True
    """Whether its logs surely end where they ended when it last ran."""


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


def register_broker(image: ClusterImage, facts: BrokerFacts, offset: int) -> Decision[int]:
    """Return the records that put a broker into service, and its new broker epoch.

    `offset` is where the batch will stand: the broker epoch must rise with every registration,
    and offsets do.
    """
    records: list[Message] = [
        RegisterBrokerRecord(
            broker_id=facts.broker_id,
            incarnation_id=facts.incarnation_id,
            broker_epoch=offset,
            end_points=[
                BrokerEndpoint(
                    name=e.name, host=e.host, port=e.port, security_protocol=e.security_protocol
                )
                for e in facts.endpoints
            ],
            features=[
                BrokerFeature(name=name, min_supported_version=low, max_supported_version=high)
                for name, (low, high) in facts.features.items()
            ],
            rack=facts.rack,
            fenced=False,
            log_dirs=facts.log_dirs,
        )
    ]
    live = {broker.broker_id for broker in image.brokers.values() if broker.is_live}
    live.add(facts.broker_id)
    for topic in image.topics_by_name.values():
        for partition in topic.partitions:
            if partition.leader == facts.broker_id and not facts.stopped_cleanly:
                records.append(leader_change(topic, partition, facts.broker_id))
            elif partition.leader == NO_LEADER:
                leader = clean_leader(partition, live)
                if leader != NO_LEADER:
                    records.append(leader_change(topic, partition, leader))
    return Decision(records, offset)
