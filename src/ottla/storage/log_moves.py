# SPDX-License-Identifier: Apache-2.0
"""All moves of replicas between the log directories of one broker (AlterReplicaLogDirs).

A move that was asked for begins with an empty `-future` directory beside the others; passes copy
(see `log_move`), one move at a time; then the log goes on in the new directory, and the old one is
removed like that of a deleted topic. A start takes up the moves whose `-future` directories it
finds, from the beginning: what they hold is a copy, and nobody knows of how much.

What ends a move early: another wish for the replica, the end of the replica, no room in the new
directory, or that one of the two directories fails. When it is the old one, the copy stays where
it is, for a human: it may be all that is left.

Part of `LogUpkeep`, owned by the event loop.
"""

from __future__ import annotations

import errno
import logging
import os
import uuid
from typing import TYPE_CHECKING, Protocol

from ottla.base.errors import StorageError
from ottla.storage.directory_names import DirectoryState, renamed_directory
from ottla.storage.disk_jobs import SimpleJob
from ottla.storage.files import DiskFull
from ottla.storage.log_move import LogMove, SourceFailed, SourceGone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ottla.base.clock import Clock
    from ottla.base.errors import OttlaError
    from ottla.storage.disk_jobs import DiskJob
    from ottla.storage.files import FileSystem
    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.log_move import CopyPass
    from ottla.storage.partition_log import PartitionLog

_logger = logging.getLogger(__name__)

PAUSE_MS = 50
"""Before a hand-over that has to wait is tried again."""
GONE_COUNT_MAX = 100
"""Passes in a row that met a file which had gone."""
NEVER_MS = 2**63 - 1


class MovesOwner(Protocol):
    """What moves need of the log manager and its upkeep."""

    def directory_of(self, log: PartitionLog) -> LogDirectory:
        """Return the log directory that holds `log`."""

    def report_failure(self, directory: LogDirectory, reason: str) -> None:
        """Take a directory offline."""

    def relocated(self, log: PartitionLog, before: LogDirectory) -> None:
        """Take note that a log goes on in another directory."""


class LogMoves:
    """The moves that are under way; see the module's text."""

    __slots__ = (
        "_clock",
        "_current",
        "_files",
        "_gone_count",
        "_is_compacted",
        "_is_stopped",
        "_moves",
        "_next_look_ms",
        "_owner",
        "_queue",
        "_remove_directory",
        "leaving",
    )

    def __init__(
        self,
        owner: MovesOwner,
        files: FileSystem,
        clock: Clock,
        *,
        is_compacted: Callable[[PartitionLog], bool],
        remove_directory: Callable[[str, int], None],
    ) -> None:
        self._owner = owner
        self._files = files
        self._clock = clock
        self._is_compacted = is_compacted  # whether a round of compaction is at work on a log
        self._remove_directory = remove_directory
        self._moves: dict[PartitionLog, LogMove] = {}
        self._current: LogMove | None = None  # a pass of it is in a thread
        self._gone_count = 0
        self._queue: list[DiskJob] = []  # what follows a hand-over
        self._next_look_ms = NEVER_MS
        self._is_stopped = False
        self.leaving: dict[str, None] = {}
        """Directories that still have the live name of a partition which has moved away."""

    def __iter__(self) -> Iterator[LogMove]:
        return iter(self._moves.values())

    # wishes

    def begin(self, log: PartitionLog, target: LogDirectory, path: str | None = None) -> None:
        """Have `log` move to another directory; `path` is that of a copy an earlier run began.

        Raises StorageError when the directory refuses.
        """
        assert log not in self._moves, log
        if path is None:
            unique = uuid.uuid4().hex
            name = renamed_directory(log.topic, log.partition, unique, DirectoryState.FUTURE)
            path = target.file(name)
            with target.failing("cannot make the directory of a replica that moves"):
                self._files.mkdir(path)
        self._moves[log] = LogMove(log, target, path, self._files)
        self._next_look_ms = self._clock.now_ms()

    def target_of(self, log: PartitionLog) -> LogDirectory | None:
        """Return where a log is moving to; None when it stays."""
        move = self._moves.get(log)
        return None if move is None else move.target

    def cancel(self, log: PartitionLog) -> None:
        """Leave a log where it is; harmless when it does not move."""
        move = self._moves.pop(log, None)
        if move is not None and move is not self._current:
            self._discard(move)

    def stop(self) -> None:
        """Copy nothing more; the next start goes on."""
        self._is_stopped = True

    # driving

    def next_deadline_ms(self) -> int:
        """When `due_jobs` has something to do again."""
        if self._queue:
            return self._clock.now_ms()
        if not self._moves or self._current is not None or self._is_stopped:
            return NEVER_MS
        return self._next_look_ms

    def due_jobs(self, now_ms: int) -> list[DiskJob]:
        """Hand over what is ready; return a pass of one move, and what follows hand-overs."""
        if self._current is None and not self._is_stopped and now_ms >= self._next_look_ms:
            self._next_look_ms = now_ms + PAUSE_MS
            for move in list(self._moves.values()):
                if self._advance(move):
                    break
        return self.unfinished_jobs()

    def unfinished_jobs(self) -> list[DiskJob]:
        """Return what has to be brought to its end before the logs are closed; ask until none."""
        jobs, self._queue = self._queue, []
        return jobs

    def _advance(self, move: LogMove) -> bool:
        """Do the next step of a move; whether a thread has to do something now."""
        if move.log.is_offline or not move.target.is_online:
            del self._moves[move.log]
            self._discard(move)
            return False
        try:
            if move.may_hand_over():
                if not self._is_compacted(move.log):
                    self._hand_over(move)
                return False
            copy_pass = move.next_pass()
        except StorageError as error:  # what was staged could not be written
            self._owner.report_failure(self._owner.directory_of(move.log), str(error))
            return False
        self._current = move
        self._queue.append(
            SimpleJob(
                copy_pass.run,
                lambda: self._copied(move, copy_pass),
                lambda error: self._failed(move, error),
            )
        )
        return True

    def _copied(self, move: LogMove, copy_pass: CopyPass) -> None:
        self._current = None
        self._gone_count = 0
        self._next_look_ms = self._clock.now_ms()
        if self._moves.get(move.log) is move:
            move.copied(copy_pass)
            if not self._is_stopped:
                self._advance(move)  # at once: later there would be more to copy
        else:
            self._discard(move)

    def _failed(self, move: LogMove, error: OttlaError) -> None:
        self._current = None
        self._next_look_ms = self._clock.now_ms()
        if self._moves.get(move.log) is not move:
            self._discard(move)
        elif isinstance(error, SourceGone) and self._gone_count < GONE_COUNT_MAX:
            self._gone_count += 1
        elif isinstance(error, SourceFailed):
            self._owner.report_failure(self._owner.directory_of(move.log), str(error))
        else:
            self._give_up(move, error)

    def _give_up(self, move: LogMove, error: Exception) -> None:
        """Let the replica stay where it is, since the new directory does not take it."""
        log = move.log
        _logger.error(
            "%s-%s stays in %s and does not move to %s: %s",
            log.topic,
            log.partition,
            os.path.dirname(log.directory),
            move.target.path,
            error,
        )
        del self._moves[log]
        if not isinstance(error, (DiskFull, SourceGone)):
            self._owner.report_failure(move.target, str(error))
        self._discard(move)

    def _discard(self, move: LogMove) -> None:
        """Have a copy removed that nobody wants any more."""
        target, log = move.target, move.log
        if log.is_offline or not target.is_online:
            return
        name = renamed_directory(log.topic, log.partition, uuid.uuid4().hex, DirectoryState.DELETED)
        try:
            with target.failing("cannot give up the copy of a replica"):
                self._files.rename(move.path, target.file(name))
        except StorageError as error:
            self._owner.report_failure(target, str(error))
            return
        self._remove_directory(target.file(name), self._clock.now_ms())

    # the hand-over

    def _hand_over(self, move: LogMove) -> None:
        log = move.log
        before = self._owner.directory_of(log)
        old_path = log.directory
        try:
            move.hand_over()
        except OSError as error:
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            self._give_up(move, DiskFull(str(error)) if is_full else error)
            return
        del self._moves[log]
        self.leaving[old_path] = None
        self._owner.relocated(log, before)
        _logger.info("%s-%s has moved to %s", log.topic, log.partition, move.target.path)
        self._queue.append(
            SimpleJob(
                lambda: self._files.fsync_dir(move.target.path),
                lambda: self._retire(log, before, old_path),
                lambda error: self._owner.report_failure(move.target, str(error)),
            )
        )

    def _retire(self, log: PartitionLog, before: LogDirectory, old_path: str) -> None:
        """Take the old directory's name away, now that the new one's is on the disk."""
        if not before.is_online:
            return
        name = renamed_directory(log.topic, log.partition, uuid.uuid4().hex, DirectoryState.DELETED)
        path = before.file(name)

        def work() -> None:
            self._files.rename(old_path, path)
            self._files.fsync_dir(before.path)

        def done() -> None:
            del self.leaving[old_path]
            delay_ms = log.config.file_delete_delay_ms
            self._remove_directory(path, self._clock.now_ms() + delay_ms)

        def failed(error: OttlaError) -> None:
            self._owner.report_failure(before, str(error))

        self._queue.append(SimpleJob(work, done, failed))
