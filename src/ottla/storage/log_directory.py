# SPDX-License-Identifier: Apache-2.0
"""One log directory: who owns it, how its last run ended, whether it may be written.

Files that this module keeps in the directory itself (partitions are sub-directories):

    .lock                  held for as long as the broker runs; contains the owner's process id
    meta.properties        cluster, node and directory identifiers (`meta_properties`)
    .kafka_cleanshutdown   JSON {"version": 0, "brokerEpoch": n}: the last run ended in order
    .ottla_running         JSON: the machine's boot id, device and inode of the directory, pid,
                           epoch of the broker's registration (-1 outside of a cluster)

**How the last run ended** decides what is read at start. Kafka knows two answers, clean or not.
Three are told apart here, because a process that dies takes nothing with it: every acknowledged
byte was in the page cache, and the page cache lives until the machine goes down.

    found                                            last run       partitions are
    -----------------------------------------------  -------------  ------------------------------
    clean-shutdown file, or an empty directory       CLEAN          opened as they are
    running marker of this boot, device and inode    PROCESS_DIED   checked behind the recovery
                                                                    point, fsynced, count as clean
    anything else                                    UNCLEAN        checked likewise, and may have
                                                                    lost their end

Both files name the epoch under which the broker was registered in its cluster: who comes back with
it has everything that it had, and the controller may count on its replicas (KIP-966). Kafka
knows that of a clean end only.

The order of steps keeps that true through any crash: `mark_running` comes after recovery is on
disk (until then the old evidence stands) and before the first append; it writes the marker before
it removes the clean-shutdown file. `mark_clean` comes after the last flush.

**Reserve.** Below a free space of 1 GiB or 2 % of the file system, whichever is smaller, appends
are refused while reads, deletions and checkpoints go on: a file system that runs full takes the
recovery's working room with it. `accepts_appends` is a plain attribute that `check_space` renews,
so that an append costs one attribute read.

**Failure.** One I/O error that cannot be taken back takes the directory offline until a restart
(`fail`); the other directories go on. A failed fsync is never tried again: the kernel drops the
pages and a second try would say success.

Owned by the event loop; opened by `open_directories`, called by `LogManager`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.base.ids import random_uuid, uuid_to_text
from ottla.storage.files import read_file, write_file
from ottla.storage.meta_properties import (
    META_PROPERTIES_FILE,
    MetaProperties,
    format_meta_properties,
    parse_meta_properties,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.storage.files import DiskSpace, FileSystem

LOCK_FILE = ".lock"
CLEAN_SHUTDOWN_FILE = ".kafka_cleanshutdown"
RUNNING_FILE = ".ottla_running"

SPACE_CHECK_INTERVAL_MS = 1_000

_BOOT_ID_PATH = "/proc/sys/kernel/random/boot_id"
_NO_BROKER_EPOCH = -1


class DirectoryLocked(StorageError):  # noqa: N818 - names the state of the folder
    """Another broker runs on the directory."""


class ForeignDirectory(StorageError):  # noqa: N818 - names what the folder is
    """The directory belongs to another broker or cluster, or to nobody that can be named."""


class LastRun(Enum):
    """How the last run on a directory ended."""

    CLEAN = "clean"
    PROCESS_DIED = "process died"
    UNCLEAN = "unclean"


def read_boot_id() -> str | None:
    """Return what identifies the machine's current boot; None where the system does not say."""
    try:
        with open(_BOOT_ID_PATH, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return None


class DirectoryLock:
    """The exclusive right to a directory, given back by `release` or by the end of the process.

    Two kinds of locks are taken on the same file. flock also holds between two brokers in one
    process; a record lock is what Kafka's JVM takes, so that neither starts on the other's folder.
    """

    __slots__ = ("_handle",)

    def __init__(self, directory: str) -> None:
        self._handle = os.open(os.path.join(directory, LOCK_FILE), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.lockf(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            owner = os.pread(self._handle, 20, 0).decode("ascii", "replace").strip()
            os.close(self._handle)
            who = f" (process {owner})" if owner.isdigit() else ""
            raise DirectoryLocked(
                f"the data folder {directory} is in use by another broker{who}: "
                "stop that one first, or choose another folder"
            ) from None
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let others have the directory."""
        os.close(self._handle)


@dataclass(frozen=True, slots=True)
class DirectorySettings:
    """What the directories of one broker have in common."""

    cluster_id: str | None = None
    """None takes over what the directories say, or a new one when they are all new."""
    node_id: int | None = None
    """None takes over what the directories say, or 1."""
    reserve_bytes: int = 1 << 30
    """Free space below which appends are refused, unless the ratio asks for less."""
    reserve_ratio: float = 0.02
    """Free share of the file system below which appends are refused, likewise."""
    boot_id: str | None = None
    takes_lock: bool = True
    """False for file systems that exist only in a test."""


class LogDirectory:
    """One directory of `log.dirs`."""

    __slots__ = (
        "_files",
        "_lock",
        "_next_space_check_ms",
        "_settings",
        "accepts_appends",
        "failure",
        "is_new",
        "last_broker_epoch",
        "last_run",
        "path",
        "properties",
    )

    def __init__(self, path: str, files: FileSystem, settings: DirectorySettings) -> None:
        self.path = os.path.abspath(path)
        self.failure: str | None = None  # why the directory is offline
        self.accepts_appends = True  # renewed by check_space; False for good after fail
        self.is_new = False  # held no files when it was opened
        self.last_run = LastRun.UNCLEAN
        self.last_broker_epoch = _NO_BROKER_EPOCH  # of the last run, when it ended in order
        self.properties: MetaProperties | None = None  # None until the first run has its identity
        self._files = files
        self._settings = settings
        self._lock: DirectoryLock | None = None
        self._next_space_check_ms = 0

    @property
    def is_online(self) -> bool:
        """Whether the directory has not failed."""
        return self.failure is None

    @property
    def refusal(self) -> str:
        """Why no append is taken at the moment."""
        if self.failure is not None:
            return f"log directory {self.path} is offline: {self.failure}"
        return f"log directory {self.path} is low on space: free some, or add a directory"

    def file(self, name: str) -> str:
        """Return the path of one of the directory's own files."""
        return os.path.join(self.path, name)

    # start

    def open(self) -> None:
        """Make the directory if need be, lock it and read what it says about itself.

        Raises DirectoryLocked, MetaPropertiesError, ForeignDirectory. An I/O error takes the
        directory offline instead: the others may be enough to start.
        """
        try:
            self._make()
            if self._settings.takes_lock:
                self._lock = DirectoryLock(self.path)
            names = {name for name in self._files.listdir(self.path) if name != LOCK_FILE}
            self.is_new = not names - {"lost+found"}
            self.properties = self._read_properties(names)
            self.last_run = self._find_last_run(names)
        except OSError as error:
            self.fail(f"cannot be opened: {error}")

    def _make(self) -> None:
        missing = []
        path = self.path
        while self._files.stat(path) is None:
            missing.append(path)
            path = os.path.dirname(path)
        for each in reversed(missing):
            self._files.mkdir(each)
            self._files.fsync_dir(os.path.dirname(each))

    def _read_properties(self, names: set[str]) -> MetaProperties | None:
        path = self.file(META_PROPERTIES_FILE)
        if META_PROPERTIES_FILE in names:
            return parse_meta_properties(read_file(self._files, path), path)
        # Partitions whose owner is unknown may be half of a copy: writing there could destroy it.
        if any(self._looks_like_partition(name) for name in names):
            raise ForeignDirectory(
                f"the folder {self.path} holds partitions but no {META_PROPERTIES_FILE}: "
                "restore that file from a backup, or choose another folder"
            )
        return None

    def _looks_like_partition(self, name: str) -> bool:
        topic, dash, partition = name.rpartition("-")
        if not (topic and dash and partition.isdigit()):
            return False
        found = self._files.stat(self.file(name))
        return found is not None and found.is_directory

    def _find_last_run(self, names: set[str]) -> LastRun:
        if CLEAN_SHUTDOWN_FILE in names:
            self.last_broker_epoch = self._read_broker_epoch()
            return LastRun.CLEAN
        if self.is_new or self.properties is None:
            return LastRun.CLEAN
        if RUNNING_FILE in names:
            marker = _read_json(self._files, self.file(RUNNING_FILE))
            if self._is_of_this_boot(marker):
                self.last_broker_epoch = _broker_epoch_in(marker)
                return LastRun.PROCESS_DIED
        return LastRun.UNCLEAN

    def _read_broker_epoch(self) -> int:
        """Return the epoch in the file; an unreadable one still says that the end was in order."""
        return _broker_epoch_in(_read_json(self._files, self.file(CLEAN_SHUTDOWN_FILE)))

    def _is_of_this_boot(self, marker: dict[str, object]) -> bool:
        return self._settings.boot_id is not None and all(
            marker.get(key) == value
            for key, value in self._marker().items()
            if key not in {"pid", "brokerEpoch"}
        )

    def _marker(self) -> dict[str, object]:
        found = self._files.stat(self.path)
        assert found is not None, self.path
        return {
            "version": 1,
            "bootId": self._settings.boot_id,
            "device": found.device,
            "inode": found.inode,
            "pid": os.getpid(),
            "brokerEpoch": self.last_broker_epoch,
        }

    def adopt(self, cluster_id: str, node_id: int) -> None:
        """Write the directory's identity, or refuse when it belongs to somebody else."""
        known = self.properties
        if known is None:
            self.properties = MetaProperties(cluster_id, node_id, random_uuid())
        else:
            self._refuse_foreign(known, cluster_id, node_id)
            if known.directory_id is not None:
                return
            self.properties = replace(known, directory_id=random_uuid())
        content = format_meta_properties(self.properties)
        try:
            write_file(self._files, self.file(META_PROPERTIES_FILE), content)
        except OSError as error:
            self.fail(f"cannot store its identity: {error}")

    def _refuse_foreign(self, known: MetaProperties, cluster_id: str, node_id: int) -> None:
        if known.cluster_id != cluster_id:
            raise ForeignDirectory(
                f"the folder {self.path} belongs to cluster {known.cluster_id}, "
                f"this broker to {cluster_id}: a disk was swapped or a folder is wrong"
            )
        if known.node_id != node_id:
            raise ForeignDirectory(
                f"the folder {self.path} belongs to node {known.node_id}, "
                f"this broker is node {node_id}: a disk was swapped or a folder is wrong"
            )

    def mark_running(self) -> None:
        """Record that a run begins; before the first append, after recovery is on disk."""
        with self.failing("cannot record the start"):
            write_file(self._files, self.file(RUNNING_FILE), _to_json(self._marker()))
            if self._files.stat(self.file(CLEAN_SHUTDOWN_FILE)) is not None:
                self._files.unlink(self.file(CLEAN_SHUTDOWN_FILE))
                self._files.fsync_dir(self.path)

    def note_broker_epoch(self, broker_epoch: int) -> None:
        """Record under which epoch the broker is registered from now on."""
        self.last_broker_epoch = broker_epoch
        with self.failing("cannot record the broker's epoch"):
            write_file(self._files, self.file(RUNNING_FILE), _to_json(self._marker()))

    # end

    def mark_clean(self, broker_epoch: int = _NO_BROKER_EPOCH) -> None:
        """Record that the run ends in order; every log is on disk by now."""
        content = _to_json({"version": 0, "brokerEpoch": broker_epoch})
        with self.failing("cannot record the clean end"):
            write_file(self._files, self.file(CLEAN_SHUTDOWN_FILE), content)

    def close(self) -> None:
        """Let others have the directory."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    # health

    @contextlib.contextmanager
    def failing(self, what: str) -> Iterator[None]:
        """Turn an I/O error inside the block into the end of the directory, and a StorageError."""
        try:
            yield
        except OSError as error:
            self.fail(f"{what}: {error}")
            raise StorageError(f"log directory {self.path} {what}: {error}") from error

    def fail(self, reason: str) -> bool:
        """Take the directory offline until a restart; return whether it was online."""
        self.accepts_appends = False
        if self.failure is not None:
            return False
        self.failure = reason
        return True

    def disk_space(self) -> DiskSpace:
        """Return how much room there is; raises OSError."""
        return self._files.disk_space(self.path)

    def check_space(self, now_ms: int) -> None:
        """Renew `accepts_appends`, at most about once a second."""
        if now_ms < self._next_space_check_ms or self.failure is not None:
            return
        self._next_space_check_ms = now_ms + SPACE_CHECK_INTERVAL_MS
        try:
            space = self._files.disk_space(self.path)
        except OSError as error:
            self.fail(f"cannot tell its free space: {error}")
            return
        settings = self._settings
        reserve = min(settings.reserve_bytes, space.total_bytes * settings.reserve_ratio)
        self.accepts_appends = space.free_bytes >= reserve


def find_cluster_id(paths: Sequence[str], files: FileSystem) -> str | None:
    """Return the cluster to which the first directory that has an owner belongs, None if none has.

    Raises MetaPropertiesError.
    """
    for path in paths:
        name = os.path.join(os.path.abspath(path), META_PROPERTIES_FILE)
        try:
            return parse_meta_properties(read_file(files, name), name).cluster_id
        except OSError:
            continue
    return None


def open_directories(
    paths: Sequence[str], files: FileSystem, settings: DirectorySettings
) -> list[LogDirectory]:
    """Open all directories of a broker and make sure that they belong together.

    Raises StorageError in one of its kinds, with no lock left behind, when one of them is in use,
    foreign or of a newer format, or when none of them can be read.
    """
    directories = [LogDirectory(path, files, settings) for path in paths]
    try:
        for directory in directories:
            directory.open()
        _unite(directories, settings)
    except StorageError:
        for directory in directories:
            directory.close()
        raise
    return directories


def _unite(directories: Sequence[LogDirectory], settings: DirectorySettings) -> None:
    online = _require_online(directories)
    known = [each.properties for each in online if each.properties is not None]
    cluster_id, node_id = settings.cluster_id, settings.node_id
    if cluster_id is None:
        cluster_id = known[0].cluster_id if known else uuid_to_text(random_uuid())
    if node_id is None:
        node_id = known[0].node_id if known else 1
    for directory in online:
        directory.adopt(cluster_id, node_id)
    _require_online(directories)


def _require_online(directories: Sequence[LogDirectory]) -> list[LogDirectory]:
    online = [each for each in directories if each.is_online]
    if not online:
        raise StorageError("; ".join(f"{each.path} {each.failure}" for each in directories))
    return online


def _broker_epoch_in(content: dict[str, object]) -> int:
    value = content.get("brokerEpoch")
    return value if isinstance(value, int) else _NO_BROKER_EPOCH


def _to_json(content: dict[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode("ascii")


def _read_json(files: FileSystem, path: str) -> dict[str, object]:
    """Return a small file's object; what is not one counts as empty, as after a torn write."""
    try:
        content = json.loads(read_file(files, path))
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
