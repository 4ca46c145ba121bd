# SPDX-License-Identifier: Apache-2.0
"""What a partition log knows besides its records: producers, leader epochs, times.

All of it can be made again from the records. It is read when somebody asks, so that a log that
nobody uses costs little at start and in memory.

Invariants: producers and epochs speak about the log up to its end, staged batches included; a
snapshot that is named after an offset behind the end does not exist.

The base class of `log_writer`; see `partition_log` for the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.base.errors import StorageError
from ottla.storage import leader_epochs as epochs_file
from ottla.storage.files import read_file, write_file
from ottla.storage.leader_epochs import CorruptLeaderEpochs, LeaderEpochs
from ottla.storage.log_reader import LogReader
from ottla.storage.log_segment import NO_TIMESTAMP, LogSegment
from ottla.storage.producer_snapshots import remove_snapshot, restore, write_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.base.clock import Clock
    from ottla.storage.log_config import LogConfig
    from ottla.storage.log_segment import SegmentContext
    from ottla.storage.producer_snapshots import ProducerReplay
    from ottla.storage.producer_state import ProducerState

UNLOADED_EPOCH: Final = -2
"""No batch carries it: the first append reads which leader epoch is the latest."""


class LogState(LogReader):
    """Producers and leader epochs of a log, read on demand, written when they change."""

    __slots__ = (
        "_clock",
        "_directory_changes",
        "_directory_changes_synced",
        "_epochs",
        "_latest_epoch",
        "_producers",
        "_producers_end",
        "_snapshots",
    )

    def __init__(
        self, context: SegmentContext, directory: str, config: LogConfig, clock: Clock
    ) -> None:
        super().__init__(context, directory, config)
        self._clock = clock
        self._producers: ProducerState | None = None  # None: not in memory
        self._producers_end = 0  # no batch from here on has a producer id, unless they are
        self._epochs: LeaderEpochs | None = None  # likewise
        self._latest_epoch = UNLOADED_EPOCH  # of the last append or the file
        self._snapshots: list[int] = []  # offsets of the snapshot files
        self._directory_changes = 0  # files that came, went or were renamed
        self._directory_changes_synced = 0  # how many of them are on the disk

    # producers

    @property
    def snapshots(self) -> Sequence[int]:
        """The offsets of the snapshots that are in the directory."""
        return self._snapshots

    @property
    def producer_state(self) -> ProducerState:
        """What is known of idempotent and transactional producers."""
        producers = self._producers
        if producers is None:
            producers = self._restore_producers()
        return producers

    @property
    def first_unstable_offset(self) -> int | None:
        """Where the oldest open transaction began: readers of committed records stop there."""
        producers = self._producers
        if producers is None:
            producers = self._restore_producers()
        return producers.first_unstable_offset

    def last_stable_offset(self, high_watermark: int) -> int:
        """Return the end of what no open transaction and no uncommitted marker holds back."""
        first_unstable = self.first_unstable_offset
        unsettled = self.producer_state.settle(high_watermark)
        stable = high_watermark
        if first_unstable is not None and first_unstable < stable:
            stable = first_unstable
        if unsettled is not None and unsettled < stable:
            stable = unsettled
        return stable

    @property
    def has_producers_in_memory(self) -> bool:
        """Whether `first_unstable_offset` is known without reading the log."""
        return self._producers is not None

    def _restore_producers(self, replay: ProducerReplay | None = None) -> ProducerState:
        """Bring the state into memory, from a `replay` that has gone over the log if it can be."""
        self.write_staged()  # the replay reads them
        with self._disk():
            producers = replay.finish(self.log_end_offset) if replay is not None else None
            if producers is None:
                producers = restore(
                    self._context.files,
                    self.directory,
                    self._snapshots,
                    self.segments,
                    end_offset=min(self._producers_end, self.log_end_offset),
                )
            self._producers = producers
        self.expire_producers(self._clock.wall_ms())
        return self._producers

    def expire_producers(self, wall_ms: int) -> int:
        """Forget producers that were silent for `producer.id.expiration.ms`; return how many."""
        if self._producers is None:
            return 0
        return self._producers.expire(wall_ms, self._config.producer_id_expiration_ms)

    def _save_producers(self) -> None:
        """Write a snapshot of the producers as of the log's end, unless there is one."""
        offset = self.log_end_offset
        snapshots = self._snapshots
        if (snapshots and snapshots[-1] == offset) or not self._active.exists:
            return
        write_snapshot(self._context.files, self.directory, offset, self.producer_state)
        # Of those between two segments the last one stays: the new one may not be flushed in time.
        bases = set(self._bases)
        for old in [each for each in snapshots if each not in bases][:-1]:
            snapshots.remove(old)
            remove_snapshot(self._context.files, self.directory, old)
        snapshots.append(offset)

    # leader epochs

    @property
    def leader_epochs(self) -> LeaderEpochs:
        """The start offsets of the leader epochs."""
        epochs = self._epochs
        if epochs is None:
            epochs = self._read_epochs() or self._epochs_of_batches()
            self._set_epochs(epochs)
        return epochs

    def _read_epochs(self) -> LeaderEpochs | None:
        """Read the file; None when it is missing or not to be understood."""
        try:
            data = read_file(self._context.files, f"{self.directory}/{epochs_file.FILE_NAME}")
            return LeaderEpochs.decode(data)
        except (FileNotFoundError, CorruptLeaderEpochs):
            return None

    def _epochs_of_batches(self) -> LeaderEpochs:
        """Make the epochs again from the log: every batch carries its own."""
        epochs = LeaderEpochs()
        for segment in self.segments:
            for _, header in segment.headers():
                if header.partition_leader_epoch > epochs.latest:
                    epochs.assign(header.partition_leader_epoch, header.base_offset)
        return epochs

    def _set_epochs(self, epochs: LeaderEpochs) -> None:
        self._epochs = epochs
        self._latest_epoch = epochs.latest

    def _save_epochs(self) -> None:
        if self.write_epochs_to(self.directory):
            self._directory_changes += 1

    def write_epochs_to(self, directory: str) -> bool:
        """Write the file if the epochs are in memory and there is a reason to have it."""
        if self._epochs is None or not (self._epochs.entries or self._active.exists):
            return False
        path = f"{directory}/{epochs_file.FILE_NAME}"
        write_file(self._context.files, path, self._epochs.encode(), durable=False)
        return True

    def begin_leader_epoch(self, leader_epoch: int) -> None:
        """Take note that whatever is appended from now on is of this leader epoch.

        Raises StorageError when the log has a later one: recovery would cut such records off.
        """
        if 0 <= leader_epoch < self.leader_epochs.latest:
            raise StorageError(
                f"{self.directory} holds records of leader epoch {self.leader_epochs.latest}, "
                f"this broker leads in epoch {leader_epoch}: the log or the metadata is damaged"
            )
        if leader_epoch >= 0 and self.leader_epochs.assign(leader_epoch, self.log_end_offset):
            with self._disk():
                self._save_epochs()
        self._latest_epoch = leader_epoch

    def end_offset_for_epoch(self, leader_epoch: int) -> tuple[int, int]:
        """Return (epoch, end offset) of the greatest epoch up to the given; (-1, -1) if none."""
        return self.leader_epochs.end_offset_for(leader_epoch, self.log_end_offset)

    # times

    def offset_for_timestamp(self, timestamp_ms: int) -> tuple[int, int, int] | None:
        """Return (timestamp, offset, leader epoch) of the first record not older than the given.

        Reads and decodes the one batch that holds it, which may wait for the disk.
        """
        self.write_staged()
        for segment in self.segments:
            if not segment.size_bytes or segment.load_largest_timestamp() < timestamp_ms:
                continue
            record = segment.first_at_or_after(timestamp_ms, self.log_start_offset)
            if record is not None:
                epoch = self.leader_epochs.epoch_of(record.offset)
                return record.timestamp_ms, record.offset, epoch
        return None

    def max_timestamp(self) -> tuple[int, int]:
        """Return (timestamp, offset) of the record with the largest timestamp; (-1, -1) if none."""
        self.write_staged()
        largest = max(self.segments, key=_largest_timestamp)
        timestamp_ms = largest.load_largest_timestamp() if largest.size_bytes else NO_TIMESTAMP
        if timestamp_ms == NO_TIMESTAMP:
            return NO_TIMESTAMP, -1
        record = largest.first_at_or_after(timestamp_ms, self.log_start_offset)
        return (record.timestamp_ms, record.offset) if record else (NO_TIMESTAMP, -1)


def _largest_timestamp(segment: LogSegment) -> int:
    return segment.load_largest_timestamp() if segment.size_bytes else NO_TIMESTAMP
