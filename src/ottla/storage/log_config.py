# SPDX-License-Identifier: Apache-2.0
"""The settings of one partition log, typed.

A field is Kafka's topic setting with dots as underscores, so `segment.bytes` is `segment_bytes`;
`cleanup.policy` is two booleans. The defaults are Kafka's. `ottla.metadata.configs` turns texts
into a `LogConfig`; a log is given a new one when a setting changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NEVER = 2**63 - 1
"""Kafka's way to say that a flush or lag setting is off."""

DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogConfig:
    """One topic's settings, as far as its logs care. Shared by all logs of the topic."""

    cleanup_compact: bool = False
    cleanup_delete: bool = True
    compression_gzip_level: int = -1
    compression_lz4_level: int = 9
    compression_type: str = "producer"
    compression_zstd_level: int = 3
    delete_retention_ms: int = DAY_MS
    file_delete_delay_ms: int = 60_000
    flush_messages: int = NEVER
    flush_ms: int = NEVER
    flush_profile: Literal["replicated", "ack"] = "replicated"  # Ottla's own setting
    follower_replication_throttled_replicas: tuple[str, ...] = ()  # "partition:broker", or "*"
    index_interval_bytes: int = 4096
    leader_replication_throttled_replicas: tuple[str, ...] = ()
    max_compaction_lag_ms: int = NEVER
    max_message_bytes: int = 1_048_588
    message_timestamp_after_max_ms: int = 3_600_000
    message_timestamp_before_max_ms: int = NEVER
    message_timestamp_type: Literal["CreateTime", "LogAppendTime"] = "CreateTime"
    min_cleanable_dirty_ratio: float = 0.5
    min_compaction_lag_ms: int = 0
    min_insync_replicas: int = 1
    preallocate: bool = False
    producer_id_expiration_ms: int = DAY_MS  # of the broker: producer.id.expiration.ms
    retention_bytes: int = -1
    retention_ms: int = 7 * DAY_MS
    segment_bytes: int = 1 << 30
    segment_index_bytes: int = 10 << 20
    segment_jitter_ms: int = 0
    segment_ms: int = 7 * DAY_MS
    unclean_leader_election_enable: bool = False
