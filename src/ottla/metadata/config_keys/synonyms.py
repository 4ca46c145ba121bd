# SPDX-License-Identifier: Apache-2.0
"""Several spellings of one setting.

Some broker keys exist in milliseconds, minutes and hours; the finest one that is set holds.
Topic keys fall back to a broker key, which may be such a family.

Used by `metadata.configs` (resolution and DescribeConfigs) and `broker.config`.
"""

from __future__ import annotations

from typing import NamedTuple


class Spelling(NamedTuple):
    """One key of a family and the factor that brings its value to the family's unit."""

    name: str
    factor: int = 1


MINUTE_MS = 60_000
HOUR_MS = 3_600_000

BROKER_FAMILIES = {
    "log.retention.ms": (
        Spelling("log.retention.ms"),
        Spelling("log.retention.minutes", MINUTE_MS),
        Spelling("log.retention.hours", HOUR_MS),
    ),
    "log.roll.ms": (Spelling("log.roll.ms"), Spelling("log.roll.hours", HOUR_MS)),
    "log.roll.jitter.ms": (
        Spelling("log.roll.jitter.ms"),
        Spelling("log.roll.jitter.hours", HOUR_MS),
    ),
    "log.flush.interval.ms": (
        Spelling("log.flush.interval.ms"),
        Spelling("log.flush.scheduler.interval.ms"),
    ),
    "node.id": (Spelling("node.id"), Spelling("broker.id")),
    "log.dirs": (Spelling("log.dirs"), Spelling("log.dir")),
}
"""Families of broker keys by their finest member, in the order of precedence."""

_FAMILY_OF = {spelling.name: family for family in BROKER_FAMILIES.values() for spelling in family}

TOPIC_TO_BROKER = {
    "cleanup.policy": "log.cleanup.policy",
    "compression.gzip.level": "compression.gzip.level",
    "compression.lz4.level": "compression.lz4.level",
    "compression.type": "compression.type",
    "compression.zstd.level": "compression.zstd.level",
    "delete.retention.ms": "log.cleaner.delete.retention.ms",
    "file.delete.delay.ms": "log.segment.delete.delay.ms",
    "flush.messages": "log.flush.interval.messages",
    "flush.ms": "log.flush.interval.ms",
    "index.interval.bytes": "log.index.interval.bytes",
    "local.retention.bytes": "log.local.retention.bytes",
    "local.retention.ms": "log.local.retention.ms",
    "max.compaction.lag.ms": "log.cleaner.max.compaction.lag.ms",
    "max.message.bytes": "message.max.bytes",
    "message.timestamp.after.max.ms": "log.message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms": "log.message.timestamp.before.max.ms",
    "message.timestamp.type": "log.message.timestamp.type",
    "min.cleanable.dirty.ratio": "log.cleaner.min.cleanable.ratio",
    "min.compaction.lag.ms": "log.cleaner.min.compaction.lag.ms",
    "min.insync.replicas": "min.insync.replicas",
    "ottla.flush.profile": "ottla.flush.profile",
    "preallocate": "log.preallocate",
    "retention.bytes": "log.retention.bytes",
    "retention.ms": "log.retention.ms",
    "segment.bytes": "log.segment.bytes",
    "segment.index.bytes": "log.index.size.max.bytes",
    "segment.jitter.ms": "log.roll.jitter.ms",
    "segment.ms": "log.roll.ms",
    "unclean.leader.election.enable": "unclean.leader.election.enable",
}
"""The broker key (the finest of its family) that a topic key falls back to."""


def spellings(broker_key: str) -> tuple[Spelling, ...]:
    """Return the spellings of a broker key from `broker_key` on, best first.

    The finer spellings come along as well: whoever asks for `log.retention.hours` must see that
    `log.retention.ms` goes before it.
    """
    return _FAMILY_OF.get(broker_key, (Spelling(broker_key),))
