# SPDX-License-Identifier: Apache-2.0
"""Keys of the resources that have settings of their own: topics, groups, client metrics."""

from __future__ import annotations

import re

from ottla.base.config_def import (
    LONG_MAX,
    Validator,
    at_least,
    between,
    between_or,
    list_of,
    one_of,
)
from ottla.metadata.config_keys.notation import (
    BOOLEAN,
    CLUSTER_WIDE,
    DOUBLE,
    INT,
    LIST,
    LONG,
    STRING,
    inert,
    key,
)

_THROTTLED = re.compile(r"[0-9]+:[0-9]+")
_DURATION = re.compile(
    r"by_duration:P(?=.)([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?"
)


def throttled_replicas() -> Validator:
    """Accept a star, or partition:broker pairs."""
    return Validator(
        "* or a list of PARTITION:BROKER",
        lambda value: (
            value == ("*",)
            or (isinstance(value, tuple) and all(_THROTTLED.fullmatch(item) for item in value))
        ),
    )


def offset_reset() -> Validator:
    """Accept the places where a share group may start."""
    return Validator(
        "latest, earliest, or by_duration: and an ISO 8601 duration such as PT1H",
        lambda value: value in {"latest", "earliest"} or bool(_DURATION.fullmatch(str(value))),
    )


TOPIC_KEYS = {
    entry.name: entry
    for entry in (
        key(
            "cleanup.policy",
            LIST,
            ("delete",),
            "What happens to old segments: delete, compact, both, or nothing when empty.",
            list_of("compact", "delete"),
            mode=CLUSTER_WIDE,
        ),
        key(
            "compression.gzip.level",
            INT,
            -1,
            "Effort of gzip when the broker compresses; -1 is the codec's own default.",
            between_or(1, 9, -1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "compression.lz4.level",
            INT,
            9,
            "Effort of lz4 when the broker compresses.",
            between(1, 17),
            mode=CLUSTER_WIDE,
        ),
        key(
            "compression.type",
            STRING,
            "producer",
            "Codec in which batches are stored; producer keeps what the producer sent.",
            one_of("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
            mode=CLUSTER_WIDE,
        ),
        key(
            "compression.zstd.level",
            INT,
            3,
            "Effort of zstd when the broker compresses.",
            between(-131_072, 22),
            mode=CLUSTER_WIDE,
        ),
        key(
            "delete.retention.ms",
            LONG,
            86_400_000,
            "How long deletion markers stay in a compacted topic.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "file.delete.delay.ms",
            LONG,
            60000,
            "Pause between taking a segment out of use and removing its files.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "flush.messages",
            LONG,
            LONG_MAX,
            "Records after which a log is forced to the disk.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "flush.ms",
            LONG,
            LONG_MAX,
            "Time after which a log is forced to the disk.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "follower.replication.throttled.replicas",
            LIST,
            (),
            "Replicas whose copying is limited while they are not in sync: PARTITION:BROKER, or *.",
            throttled_replicas(),
            mode=CLUSTER_WIDE,
        ),
        key(
            "index.interval.bytes",
            INT,
            4096,
            "Bytes of a segment between two entries of its offset index.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "internal.segment.bytes",
            INT,
            None,
            "Segment size without the lower limit, for tests.",
            mode=CLUSTER_WIDE,
            is_internal=True,
        ),
        key(
            "leader.replication.throttled.replicas",
            LIST,
            (),
            "Replicas whose copying is throttled on the leader's side.",
            throttled_replicas(),
            mode=CLUSTER_WIDE,
        ),
        inert(
            "local.retention.bytes",
            LONG,
            -2,
            "Bytes that stay on local disks under tiered storage.",
            at_least(-2),
            mode=CLUSTER_WIDE,
        ),
        inert(
            "local.retention.ms",
            LONG,
            -2,
            "Time for which data stays on local disks under tiered storage.",
            at_least(-2),
            mode=CLUSTER_WIDE,
        ),
        key(
            "max.compaction.lag.ms",
            LONG,
            LONG_MAX,
            "Longest time for which a record may stay uncompacted.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "max.message.bytes",
            INT,
            1_048_588,
            "Largest record batch that is accepted.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "message.timestamp.after.max.ms",
            LONG,
            3_600_000,
            "How far a record's timestamp may lie in the future.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "message.timestamp.before.max.ms",
            LONG,
            LONG_MAX,
            "How far a record's timestamp may lie in the past.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "message.timestamp.type",
            STRING,
            "CreateTime",
            "Whether records keep the producer's time or get the broker's.",
            one_of("CreateTime", "LogAppendTime"),
            mode=CLUSTER_WIDE,
        ),
        key(
            "min.cleanable.dirty.ratio",
            DOUBLE,
            0.5,
            "Share of a log that must be dirty before it is compacted.",
            between(0, 1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "min.compaction.lag.ms",
            LONG,
            0,
            "Shortest time for which a record stays uncompacted.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "min.insync.replicas",
            INT,
            1,
            "In-sync replicas that a write with acks=all needs.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "preallocate",
            BOOLEAN,
            False,
            "Reserve the whole file when a segment is created.",
            mode=CLUSTER_WIDE,
        ),
        inert(
            "remote.log.copy.disable",
            BOOLEAN,
            False,
            "Stop copying to tiered storage.",
            mode=CLUSTER_WIDE,
        ),
        inert(
            "remote.log.delete.on.disable",
            BOOLEAN,
            False,
            "Delete what tiered storage holds when it is switched off.",
            mode=CLUSTER_WIDE,
        ),
        inert(
            "remote.storage.enable",
            BOOLEAN,
            False,
            "Keep the topic in tiered storage.",
            mode=CLUSTER_WIDE,
        ),
        key(
            "retention.bytes",
            LONG,
            -1,
            "Size of a partition above which old segments are deleted; -1 means without limit.",
            mode=CLUSTER_WIDE,
        ),
        key(
            "retention.ms",
            LONG,
            604_800_000,
            "Age at which segments are deleted; -1 keeps them for ever.",
            at_least(-1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "segment.bytes",
            INT,
            1_073_741_824,
            "Size at which a new segment is started.",
            at_least(1_048_576),
            mode=CLUSTER_WIDE,
        ),
        key(
            "segment.index.bytes",
            INT,
            10_485_760,
            "Largest size of an index file.",
            at_least(4),
            mode=CLUSTER_WIDE,
        ),
        key(
            "segment.jitter.ms",
            LONG,
            0,
            "Random part that is taken from the roll time, so that logs do not roll together.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "segment.ms",
            LONG,
            604_800_000,
            "Age at which a new segment is started.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "unclean.leader.election.enable",
            BOOLEAN,
            False,
            "Let a replica that is not in sync lead when no other is left; records may be lost.",
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
    )
}

GROUP_KEYS = {
    entry.name: entry
    for entry in (
        key(
            "consumer.assignment.interval.ms",
            INT,
            1000,
            "Shortest pause between two assignments of this consumer group.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "consumer.heartbeat.interval.ms",
            INT,
            5000,
            "Pause between heartbeats that members are told.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "consumer.session.timeout.ms",
            INT,
            45000,
            "Silence after which a member is removed.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "share.assignment.interval.ms",
            INT,
            1000,
            "Shortest pause between two assignments of this share group.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "share.auto.offset.reset",
            STRING,
            "latest",
            "Where a share group starts: latest, earliest, or by_duration: and a duration.",
            offset_reset(),
            mode=CLUSTER_WIDE,
        ),
        key(
            "share.delivery.count.limit",
            INT,
            5,
            "Deliveries after which a record is given up.",
            at_least(2),
            mode=CLUSTER_WIDE,
        ),
        key(
            "share.heartbeat.interval.ms",
            INT,
            5000,
            "Pause between heartbeats that members of this share group are told.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "share.isolation.level",
            STRING,
            "read_uncommitted",
            "Whether records of open transactions are delivered.",
            one_of("read_committed", "read_uncommitted"),
            mode=CLUSTER_WIDE,
        ),
        key(
            "share.partition.max.record.locks",
            INT,
            2000,
            "Most records of a partition that the group may have locked.",
            at_least(100),
            mode=CLUSTER_WIDE,
        ),
        key(
            "share.record.lock.duration.ms",
            INT,
            30000,
            "How long a record stays locked for the member that fetched it.",
            at_least(1000),
            mode=CLUSTER_WIDE,
        ),
        key(
            "share.renew.acknowledge.enable",
            BOOLEAN,
            True,
            "Allow members to prolong their locks.",
            mode=CLUSTER_WIDE,
        ),
        key(
            "share.session.timeout.ms",
            INT,
            45000,
            "Silence after which a member of this share group is removed.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "streams.assignment.interval.ms",
            INT,
            1000,
            "Shortest pause between two assignments of this streams group.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "streams.heartbeat.interval.ms",
            INT,
            5000,
            "Pause between heartbeats that members of this streams group are told.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
        key(
            "streams.initial.rebalance.delay.ms",
            INT,
            3000,
            "Time for which a new streams group waits for more members.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "streams.num.standby.replicas",
            INT,
            0,
            "Standby copies of each task.",
            at_least(0),
            mode=CLUSTER_WIDE,
        ),
        key(
            "streams.session.timeout.ms",
            INT,
            45000,
            "Silence after which a member of this streams group is removed.",
            at_least(1),
            mode=CLUSTER_WIDE,
        ),
    )
}

CLIENT_METRICS_KEYS = {
    entry.name: entry
    for entry in (
        key(
            "interval.ms",
            INT,
            300_000,
            "Pause between metrics pushes of matching clients.",
            between(100, 3_600_000),
            mode=CLUSTER_WIDE,
        ),
        key(
            "match",
            LIST,
            (),
            "Which clients are meant, as SELECTOR=PATTERN pairs.",
            mode=CLUSTER_WIDE,
        ),
        key("metrics", LIST, (), "Prefixes of the metrics that are asked for.", mode=CLUSTER_WIDE),
    )
}
