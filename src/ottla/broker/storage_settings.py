# SPDX-License-Identifier: Apache-2.0
"""From the broker's configuration to what the storage layer wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.storage.compaction_schedule import CompactionSettings
from ottla.storage.log_directory import DirectorySettings, read_boot_id
from ottla.storage.log_manager import LoadSettings
from ottla.storage.log_upkeep import UpkeepSettings

if TYPE_CHECKING:
    from ottla.broker.config import BrokerConfig


def directory_settings(config: BrokerConfig) -> DirectorySettings:
    """Return whose the log directories are to be, and how much space is left free."""
    return DirectorySettings(
        node_id=config.node_id,
        boot_id=read_boot_id(),
        reserve_bytes=config.ottla_disk_reserve_bytes,
        reserve_ratio=config.ottla_disk_reserve_ratio,
    )


def load_settings(config: BrokerConfig) -> LoadSettings:
    """Return how logs are opened."""
    return LoadSettings(
        recovery_thread_count=config.num_recovery_threads_per_data_dir * len(config.log_dirs),
        open_file_count_max=config.ottla_open_files_max,
    )


def upkeep_settings(config: BrokerConfig) -> UpkeepSettings:
    """Return how often background work is due."""
    return UpkeepSettings(
        flush_interval_ms=config.ottla_flush_interval_ms,
        flush_bytes=config.ottla_flush_bytes,
        recovery_checkpoint_interval_ms=config.log_flush_offset_checkpoint_interval_ms,
        checkpoint_interval_ms=config.replica_high_watermark_checkpoint_interval_ms,
        retention_interval_ms=config.log_retention_check_interval_ms,
        compaction=CompactionSettings(
            is_enabled=config.log_cleaner_enable,
            backoff_ms=config.log_cleaner_backoff_ms,
            dedupe_buffer_bytes=config.log_cleaner_dedupe_buffer_size,
            io_bytes_per_second=config.log_cleaner_io_max_bytes_per_second,
        ),
    )
