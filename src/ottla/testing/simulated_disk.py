# SPDX-License-Identifier: Apache-2.0
"""A disk in memory that can lose power, lose its process, fill up and fail.

It is a `FileSystem` (`ottla.storage.files`) with two states for everything: what a reader sees now
(the page cache) and what is durable (the platter). `fdatasync` moves a file's bytes from one to
the other, `fsync_dir` a directory's entries.

Every call is a possible crash point: `crash_at(n)` lets call number n raise `SimulatedCrash`, after
which nothing works any more until one of the two ways to go on:

* `restart_process()`: kill -9. What was written is there.
* `restart_machine(seed)`: a power cut. Of the bytes that were not synced an arbitrary subset is
  there, torn at 512 bytes; of each directory's unsynced changes only the first few happened.

`SimulatedCrash` is no `OSError` and no `Exception`: code under test cannot handle it by accident.
The same seed gives the same disk.
"""

from __future__ import annotations

import errno
import os
import random
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.storage.files import DiskSpace, FileStat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.storage.files import Buffer

SECTOR_BYTES: Final = 512
NO_LIMIT: Final = 1 << 62


class SimulatedCrash(BaseException):
    """The process is gone at this call."""


class _File:
    """One file's content, independent of its names."""

    __slots__ = ("cached", "durable", "modified_ms", "number", "pending")

    def __init__(self, number: int) -> None:
        self.number = number
        self.cached = bytearray()
        self.durable = b""
        self.pending: list[tuple[int, bytes | None]] = []  # (position, data) or (size, None)
        self.modified_ms = 0

    def write(self, position: int, data: bytes) -> None:
        """Change the page cache."""
        _put(self.cached, position, data)
        self.pending.append((position, data))

    def truncate(self, size: int) -> None:
        """Cut the page cache's view, or lengthen it with zeros."""
        _resize(self.cached, size)
        self.pending.append((size, None))

    def sync(self) -> None:
        """Make the page cache's view durable."""
        self.durable = bytes(self.cached)
        self.pending.clear()

    def lose_power(self, chance: random.Random) -> None:
        """Keep an arbitrary part of what was not synced."""
        survives = bytearray(self.durable)
        keep = chance.choice((0.0, 0.5, 0.9, 1.0))
        for position, data in self.pending:
            if data is None:
                if chance.random() < keep:
                    _resize(survives, position)
                continue
            start = position
            while start < position + len(data):
                end = min(start - start % SECTOR_BYTES + SECTOR_BYTES, position + len(data))
                if chance.random() < keep:
                    _put(survives, start, data[start - position : end - position])
                start = end
        self.cached = survives
        self.sync()


class _Change(NamedTuple):
    """One change of a directory, which happens as a whole or not at all."""

    removed: str | None
    added: str | None
    file: _File | None  # that was added; None for a directory


class SimulatedDisk:
    """A file system in memory. Paths are absolute; `/` exists."""

    def __init__(self, capacity_bytes: int = NO_LIMIT) -> None:
        self.calls = 0  # made so far: the crash points
        self.capacity_bytes = capacity_bytes
        self.is_cold = False  # nothing can be read without waiting
        self.write_bytes_max = NO_LIMIT  # of one call: short writes
        self._crash_at = NO_LIMIT
        self._is_crashed = False
        self._failures: dict[str, int] = {}  # operation -> errno of its next call
        self._entries: dict[str, _File | None] = {"/": None}  # None: a directory
        self._durable: dict[str, _File | None] = {"/": None}
        self._changes: dict[str, list[_Change]] = {}  # not synced, by directory
        self._handles: dict[int, _File] = {}
        self._next_number = 1
        self._clock_ms = 1_700_000_000_000

    # faults

    def crash_at(self, call: int) -> None:
        """Let call number `call` (the first is 1) and everything after it raise SimulatedCrash."""
        self._crash_at = call

    def fail_next(self, operation: str, error_number: int) -> None:
        """Let the next call of a method raise OSError. A failed sync marks the pages clean."""
        self._failures[operation] = error_number

    def restart_process(self) -> None:
        """Go on after kill -9: the page cache has everything that was written."""
        self._handles.clear()
        self._is_crashed = False
        self._crash_at = NO_LIMIT

    def restart_machine(self, seed: int) -> None:
        """Go on after a power cut."""
        chance = random.Random(seed)  # noqa: S311 - not a secret
        for directory in sorted(self._changes):
            changes = self._changes[directory]
            for change in changes[: chance.randint(0, len(changes))]:
                self._make_durable(change)
        self._changes.clear()
        self._entries = {
            path: file for path, file in self._durable.items() if self._has_parents(path)
        }
        self._durable = dict(self._entries)
        files = {file.number: file for file in self._entries.values() if file is not None}
        for number in sorted(files):
            files[number].lose_power(chance)
        self.restart_process()

    def _has_parents(self, path: str) -> bool:
        while path != "/":
            path = os.path.dirname(path)
            if path not in self._durable:
                return False
        return True

    def corrupt(self, path: str, position: int, mask: int = 0x01) -> None:
        """Flip bits of one byte, on the platter and in the cache."""
        file = self._file(path)
        file.cached[position] ^= mask
        file.sync()

    def content(self, path: str) -> bytes:
        """Return what a reader sees in a file."""
        return bytes(self._file(path).cached)

    def put(self, path: str, content: bytes) -> None:
        """Make a durable file with the given bytes."""
        file = self._entries.get(path) or self._create(path)
        file.cached = bytearray(content)
        file.sync()
        self._durable[path] = file

    def _step(self, operation: str) -> None:
        """Count a call; crash or fail when its turn has come."""
        if self._is_crashed:
            raise SimulatedCrash
        self.calls += 1
        if self.calls >= self._crash_at:
            self._is_crashed = True
            raise SimulatedCrash
        if operation in self._failures:
            number = self._failures.pop(operation)
            raise OSError(number, os.strerror(number))

    # the port

    def open(self, path: str, *, create: bool = False) -> int:
        """Open a file; its creation is a change of its directory."""
        self._step("open")
        file = self._entries.get(path)
        if path in self._entries and file is None:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if file is None:
            if not create or os.path.dirname(path) not in self._entries:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            file = self._create(path)
        handle = self._next_number
        self._next_number += 1
        self._handles[handle] = file
        return handle

    def close(self, handle: int) -> None:
        """Give the handle back; not a crash point, since it changes nothing."""
        self._handles.pop(handle, None)

    def pwritev(self, handle: int, buffers: Sequence[Buffer], position: int) -> int:
        """Write to the page cache; a crash in the middle leaves a part of it."""
        data = b"".join(buffers)
        file = self._handles.get(handle)
        try:
            self._step("pwritev")
        except SimulatedCrash:
            if file is not None and self.calls == self._crash_at:
                self.calls += 1
                file.write(position, data[: len(data) // 2])
            raise
        assert file is not None, handle
        room = self.capacity_bytes - self._used_bytes() + max(0, len(file.cached) - position)
        count = min(len(data), self.write_bytes_max, max(0, room))
        if count == 0 and data:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        file.write(position, data[:count])
        file.modified_ms = self._clock_ms
        return count

    def pread(self, handle: int, size: int, position: int) -> bytes:
        """Read from the page cache."""
        self._step("pread")
        return bytes(self._handles[handle].cached[position : position + size])

    def pread_nowait(self, handle: int, size: int, position: int) -> memoryview | None:
        """Read, unless the cache is cold."""
        return None if self.is_cold else memoryview(self.pread(handle, size, position))

    def fdatasync(self, handle: int) -> None:
        """Make a file durable; a failure marks its pages clean all the same."""
        try:
            self._step("fdatasync")
        except OSError:
            self._handles[handle].pending.clear()
            raise
        self._handles[handle].sync()

    def truncate(self, handle: int, size: int) -> None:
        """Cut a file."""
        self._step("truncate")
        self._handles[handle].truncate(size)

    def rename(self, source: str, target: str) -> None:
        """Move a file, or a directory with everything in it."""
        self._step("rename")
        file = self._require(source)
        if file is None:
            for path in sorted(self._entries):
                if path.startswith(source + "/"):
                    moved = target + path[len(source) :]
                    self._entries[moved] = self._entries.pop(path)
                    if path in self._durable:
                        self._durable[moved] = self._durable.pop(path)
        del self._entries[source]
        self._entries[target] = file
        directory = os.path.dirname(target)
        assert directory == os.path.dirname(source), "renames stay within a directory"
        self._changes.setdefault(directory, []).append(_Change(source, target, file))

    def unlink(self, path: str) -> None:
        """Remove a file's name."""
        self._step("unlink")
        self._require(path)
        del self._entries[path]
        self._changes.setdefault(os.path.dirname(path), []).append(_Change(path, None, None))

    def mkdir(self, path: str) -> None:
        """Make a directory."""
        self._step("mkdir")
        if path in self._entries:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        self._require(os.path.dirname(path))
        self._entries[path] = None
        self._changes.setdefault(os.path.dirname(path), []).append(_Change(None, path, None))

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        self._step("rmdir")
        self._require(path)
        if any(os.path.dirname(other) == path for other in self._entries if other != "/"):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), path)
        del self._entries[path]
        self._changes.setdefault(os.path.dirname(path), []).append(_Change(path, None, None))

    def listdir(self, path: str) -> list[str]:
        """Return the names in a directory."""
        self._step("listdir")
        self._require(path)
        return [
            os.path.basename(other)
            for other in sorted(self._entries)
            if other != "/" and os.path.dirname(other) == path
        ]

    def fsync_dir(self, path: str) -> None:
        """Make a directory's entries durable."""
        self._step("fsync_dir")
        self._require(path)
        for change in self._changes.pop(path, ()):
            self._make_durable(change)

    def _make_durable(self, change: _Change) -> None:
        if change.removed is not None:
            self._durable.pop(change.removed, None)
        if change.added is not None:
            self._durable[change.added] = change.file

    def stat(self, path: str) -> FileStat | None:
        """Describe a file or directory."""
        self._step("stat")
        if path not in self._entries:
            return None
        file = self._entries[path]
        if file is None:
            return FileStat(0, self._clock_ms, 1, 0, is_directory=True)
        return FileStat(len(file.cached), file.modified_ms, 1, file.number, is_directory=False)

    def disk_space(self, path: str) -> DiskSpace:
        """Return how much room is left of the capacity."""
        self._step("disk_space")
        self._require(path)
        return DiskSpace(max(0, self.capacity_bytes - self._used_bytes()), self.capacity_bytes)

    def _create(self, path: str) -> _File:
        file = _File(self._next_number)
        file.modified_ms = self._clock_ms
        self._next_number += 1
        self._entries[path] = file
        self._changes.setdefault(os.path.dirname(path), []).append(_Change(None, path, file))
        return file

    def _require(self, path: str) -> _File | None:
        if path not in self._entries:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return self._entries[path]

    def _file(self, path: str) -> _File:
        file = self._require(path)
        assert file is not None, f"{path} is a directory"
        return file

    def _used_bytes(self) -> int:
        if self.capacity_bytes == NO_LIMIT:
            return 0
        files = {file.number: file for file in self._entries.values() if file is not None}
        return sum(len(file.cached) for file in files.values())


def _put(content: bytearray, position: int, data: bytes) -> None:
    """Write into `content`, which grows with zeros up to where the data begins."""
    if len(content) < position:
        content.extend(bytes(position - len(content)))
    content[position : position + len(data)] = data


def _resize(content: bytearray, size: int) -> None:
    if len(content) > size:
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))
