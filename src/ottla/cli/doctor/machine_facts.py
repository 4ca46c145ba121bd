# SPDX-License-Identifier: Apache-2.0
"""Looks at this machine: data folder, its disk and lock, descriptors, clock. Only reads."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import struct
import subprocess
import sys
import time
from typing import Final, NamedTuple

from ottla.storage.log_directory import LOCK_FILE

CLOCK_S: Final = 2.0
COUNT_S: Final = 2.0

_MOUNTS_PATH: Final = "/proc/self/mountinfo"
_MAP_COUNT_PATH: Final = "/proc/sys/vm/max_map_count"
_TIMESYNC_FLAG_PATH: Final = "/run/systemd/timesync/synchronized"
_RECORD_LOCK: Final = struct.Struct("@hhqqi")
"""`struct flock` of Linux: type, whence, start, length, process."""

_OCTAL: Final = re.compile(r"\\([0-7]{3})")
"""How spaces and the like stand in paths of `mountinfo`."""


class Space(NamedTuple):
    """Room on a file system."""

    total_bytes: int
    free_bytes: int  # for whoever is not root
    total_inodes: int  # 0 when there is no fixed number
    free_inodes: int


class FolderFacts(NamedTuple):
    """A data folder, or the place where it would be made."""

    path: str
    existing: str  # the folder itself, or the nearest above it that exists
    is_directory: bool
    owner: int  # user id
    is_writable: bool
    space: Space | None
    file_system: str  # its type; empty when that is not known
    broker_process_id: int | None  # who holds the lock; None: nobody
    broker_owner: int | None  # the user id that this process runs as
    index_count: int | None  # index files in it; None when counting took too long

    @property
    def exists(self) -> bool:
        """Whether it is there."""
        return self.path == self.existing


class Descriptors(NamedTuple):
    """How many files a process may open."""

    process_id: int | None  # the running broker; None: what a broker started here would have
    limit: int
    open_count: int | None = None


class MachineFacts(NamedTuple):
    """What was found on this machine."""

    user: int
    folder: FolderFacts | None
    descriptors: Descriptors
    is_clock_synchronised: bool | None
    map_count_max: int | None


def gather_machine(data_dir: str | None) -> MachineFacts:
    """Look at this machine, and at a data folder if one is known."""
    folder = None if data_dir is None else look_at_folder(data_dir)
    process_id = None if folder is None else folder.broker_process_id
    return MachineFacts(
        user=os.geteuid(),
        folder=folder,
        descriptors=_descriptors(process_id),
        is_clock_synchronised=_is_clock_synchronised(),
        map_count_max=_number(_read(_MAP_COUNT_PATH)),
    )


def look_at_folder(data_dir: str) -> FolderFacts:
    """Look at a folder, which need not exist."""
    path = os.path.realpath(data_dir)
    existing = path
    while not os.path.lexists(existing):
        existing = os.path.dirname(existing)
    broker_process_id = _lock_owner(os.path.join(path, LOCK_FILE))
    return FolderFacts(
        path=path,
        existing=existing,
        is_directory=os.path.isdir(existing),
        owner=os.stat(existing).st_uid,
        is_writable=os.access(existing, os.W_OK | os.X_OK),
        space=_space(existing),
        file_system=file_system_of(_read(_MOUNTS_PATH), existing),
        broker_process_id=broker_process_id,
        broker_owner=_process_owner(broker_process_id),
        index_count=_count_indexes(path),
    )


def has_broker(data_dir: str) -> bool:
    """Say whether a path that a broker named is a data folder of this machine, in use."""
    return _lock_owner(os.path.join(data_dir, LOCK_FILE)) is not None


def file_system_of(mount_info: str, path: str) -> str:
    """Return the type of the file system that a path is on, by the text of `mountinfo`."""
    best, kind = "", ""
    for line in mount_info.splitlines():
        left, separator, right = line.partition(" - ")
        fields = left.split(" ")
        if not separator or len(fields) < 5:
            continue
        place = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
        is_above = place in {"/", path} or path.startswith(place + "/")
        if is_above and len(place) >= len(best):  # a later mount hides an earlier one
            best, kind = place, right.split(" ", 1)[0]
    return kind


def _space(path: str) -> Space | None:
    try:
        found = os.statvfs(path)
    except OSError:
        return None
    return Space(
        found.f_blocks * found.f_frsize,
        found.f_bavail * found.f_frsize,
        found.f_files,
        found.f_favail,
    )


def _lock_owner(lock_path: str) -> int | None:
    """Return who holds the lock of a data folder, without taking it even for a moment."""
    if sys.platform != "linux":
        return None
    import fcntl  # noqa: PLC0415 - does not exist everywhere

    try:
        handle = os.open(lock_path, os.O_RDONLY)
    except OSError:
        return None
    try:
        question = _RECORD_LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, process_id = _RECORD_LOCK.unpack(
            fcntl.fcntl(handle, fcntl.F_GETLK, question)
        )
    except OSError:
        return None
    finally:
        os.close(handle)
    return None if kind == fcntl.F_UNLCK else int(process_id)


def _process_owner(process_id: int | None) -> int | None:
    if process_id is None:
        return None
    try:
        return os.stat(f"/proc/{process_id}").st_uid
    except OSError:
        return None


def _count_indexes(path: str) -> int | None:
    if not os.path.lexists(path):
        return 0
    deadline = time.monotonic() + COUNT_S
    count = 0
    try:
        with os.scandir(path) as entries:
            for partition in entries:
                if not partition.is_dir():
                    continue
                if time.monotonic() > deadline:
                    return None
                count += sum(name.endswith("index") for name in os.listdir(partition))
    except OSError:
        return None
    return count


def _descriptors(process_id: int | None) -> Descriptors:
    if process_id is not None:
        for line in _read(f"/proc/{process_id}/limits").splitlines():
            if line.startswith("Max open files"):
                limit = _number(line.split()[3])
                count = None
                with contextlib.suppress(OSError):  # another user's process
                    count = len(os.listdir(f"/proc/{process_id}/fd"))
                return Descriptors(process_id, sys.maxsize if limit is None else limit, count)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)  # a broker raises the soft one to it
    return Descriptors(None, sys.maxsize if hard == resource.RLIM_INFINITY else hard)


def _is_clock_synchronised() -> bool | None:
    """Ask systemd, then chrony; None when neither knows."""
    answer = _said("timedatectl", "show", "--property=NTPSynchronized", "--value").strip()
    if answer in {"yes", "no"}:
        return answer == "yes"
    if os.path.exists(_TIMESYNC_FLAG_PATH):
        return True
    for line in _said("chronyc", "-n", "tracking").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "Leap status":
            return value.strip() != "Not synchronised"
    return None


def _said(*command: str) -> str:
    try:
        result = subprocess.run(  # noqa: S603 - fixed commands
            command, capture_output=True, text=True, timeout=CLOCK_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout if result.returncode == 0 else ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() else None
