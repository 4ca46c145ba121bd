# SPDX-License-Identifier: Apache-2.0
"""Keys that only Ottla has; all start with `ottla.`."""

from __future__ import annotations

from ottla.base.config_def import at_least, between, filled, one_of
from ottla.metadata.config_keys.notation import (
    CLUSTER_WIDE,
    DOUBLE,
    INT,
    LONG,
    PASSWORD,
    STRING,
    key,
)

KEYS = (
    key(
        "ottla.cluster",
        PASSWORD,
        None,
        "Where the cluster that this broker belongs to is kept: "
        "zookeeper://HOST:PORT,.../ROOT or etcd://HOST:PORT,.../ROOT. Unset, a broker is alone. "
        "Never shown, since it may hold a password.",
        filled(),
    ),
    key(
        "ottla.connection.first.request.timeout.ms",
        INT,
        10000,
        "Time within which a new connection must have sent its first request.",
        at_least(1),
    ),
    key(
        "ottla.connection.write.buffer.max.bytes",
        LONG,
        134_217_728,
        "Unsent bytes of a connection above which it is closed as too slow.",
        at_least(65536),
    ),
    key(
        "ottla.disk.reserve.bytes",
        LONG,
        1_073_741_824,
        "Free space of a disk below which writes are refused, unless the ratio asks for less.",
        at_least(0),
        mode=CLUSTER_WIDE,
    ),
    key(
        "ottla.disk.reserve.ratio",
        DOUBLE,
        0.02,
        "Free share of a disk below which writes are refused, unless the bytes ask for less.",
        between(0, 0.5),
        mode=CLUSTER_WIDE,
    ),
    key(
        "ottla.flush.bytes",
        LONG,
        8_388_608,
        "Unflushed bytes of a log that start a background flush under the replicated profile.",
        at_least(1),
        mode=CLUSTER_WIDE,
    ),
    key(
        "ottla.flush.interval.ms",
        INT,
        1000,
        "Pause between background flushes of a log under the replicated profile.",
        at_least(1),
        mode=CLUSTER_WIDE,
    ),
    key(
        "ottla.flush.profile",
        STRING,
        "replicated",
        "When a write is stored: replicated flushes soon after the answer, ack before it.",
        one_of("replicated", "ack"),
        mode=CLUSTER_WIDE,
    ),
    key(
        "ottla.flush.window.ms",
        INT,
        2,
        "Time for which writes are gathered for one flush under the ack profile.",
        between(0, 1000),
        mode=CLUSTER_WIDE,
    ),
    key(
        "ottla.max.connection.creation.rate.per.ip",
        INT,
        200,
        "New connections that the broker accepts in a second from one address.",
        at_least(1),
        mode=CLUSTER_WIDE,
    ),
    key(
        "ottla.open.files.max",
        INT,
        4096,
        "Segment files that are kept open at the same time.",
        at_least(64),
    ),
    key(
        "ottla.request.read.timeout.ms",
        INT,
        30000,
        "Time within which a request that has begun must have arrived.",
        at_least(1),
    ),
)
