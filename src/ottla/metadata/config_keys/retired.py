# SPDX-License-Identifier: Apache-2.0
"""Keys of earlier Kafka versions and of plug-ins.

They stand in users' files and mean nothing here; the broker notes them and goes on.
"""

from __future__ import annotations

RETIRED_KEYS = frozenset(
    {
        "advertised.host.name",
        "advertised.port",
        "alter.config.policy.kraft.compatibility.enable",
        "broker.id.generation.enable",
        "control.plane.listener.name",
        "controlled.shutdown.max.retries",
        "controlled.shutdown.retry.backoff.ms",
        "create.topic.policy.kraft.compatibility.enable",
        "delegation.token.master.key",
        "eligible.leader.replicas.enable",
        "group.coordinator.new.enable",
        "group.share.enable",
        "host.name",
        "inter.broker.protocol.version",
        "leader.imbalance.per.broker.percentage",
        "log.message.downconversion.enable",
        "log.message.format.version",
        "log.message.timestamp.difference.max.ms",
        "max.request.size",
        "offsets.commit.required.acks",
        "password.encoder.cipher.algorithm",
        "password.encoder.iterations",
        "password.encoder.key.length",
        "password.encoder.keyfactory.algorithm",
        "password.encoder.old.secret",
        "password.encoder.secret",
        "port",
        "quota.consumer.default",
        "quota.producer.default",
        "reserved.broker.max.id",
        "zookeeper.connect",
        "zookeeper.connection.timeout.ms",
        "zookeeper.max.in.flight.requests",
        "zookeeper.metadata.migration.enable",
        "zookeeper.metadata.migration.min.batch.size",
        "zookeeper.session.timeout.ms",
        "zookeeper.set.acl",
        "zookeeper.sync.time.ms",
    }
)

FOREIGN_PREFIXES = (
    "config.providers.",
    "listener.name.",
    "rlmm.config.",
    "rsm.config.",
    "zookeeper.",
)
"""Keys that belong to a listener, a plug-in or ZooKeeper rather than to the broker itself."""
