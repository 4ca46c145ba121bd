# SPDX-License-Identifier: Apache-2.0
"""Kafka's offset checkpoint files: one offset per partition of a log directory, as text.

    line 1   version, always 0
    line 2   number of entries
    rest     topic SP partition SP offset

Each log directory has four of them:

    recovery-point-offset-checkpoint     below it the log is on disk and is trusted at start
    log-start-offset-checkpoint          first readable offset, where it is above the first segment
    replication-offset-checkpoint        high watermarks
    cleaner-offset-checkpoint            where the dirty part of a compacted log begins

A file is replaced as a whole (temporary file, fsync, rename, fsync of the directory), so a
reader meets the old or the new one. It is parsed strictly: a line that does not fit makes the
file unusable, which is safe because every checkpoint can be done without at some cost; the
caller is told which line it was.

Called by `LogManager` in threads; nothing here touches a log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.storage.files import read_file, write_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.storage.files import FileSystem

RECOVERY_POINT_FILE = "recovery-point-offset-checkpoint"
LOG_START_FILE = "log-start-offset-checkpoint"
HIGH_WATERMARK_FILE = "replication-offset-checkpoint"
CLEANER_FILE = "cleaner-offset-checkpoint"

TopicPartition = tuple[str, int]

_VERSION = 0
_OFFSET_MAX = 2**63 - 1


class CheckpointError(StorageError):
    """A checkpoint file whose content cannot be trusted: names the file and the line."""


def format_offsets(offsets: Mapping[TopicPartition, int]) -> bytes:
    """Return the file's content for `offsets`."""
    lines = [f"{_VERSION}\n{len(offsets)}\n"]
    for (topic, partition), offset in offsets.items():
        assert offset >= 0, (topic, partition, offset)
        lines.append(f"{topic} {partition} {offset}\n")
    return "".join(lines).encode("ascii")


def parse_offsets(content: bytes, name: str) -> dict[TopicPartition, int]:
    """Return the offsets in a file's `content`; `name` says which file in errors."""
    try:
        lines = content.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise CheckpointError(f"{name}: not a text file: {error}") from error
    if lines[-1] != "":
        raise CheckpointError(f"{name}: line {len(lines)} is cut off")
    lines.pop()
    expected = _read_head(lines, name)
    if len(lines) - 2 != expected:
        raise CheckpointError(
            f"{name}: line 2 promises {expected} entries, {len(lines) - 2} follow"
        )
    offsets: dict[TopicPartition, int] = {}
    for number, line in enumerate(lines[2:], start=3):
        key, offset = _read_entry(line, f"{name}: line {number}")
        if key in offsets:
            raise CheckpointError(f"{name}: line {number} repeats partition {key[0]}-{key[1]}")
        offsets[key] = offset
    return offsets


def _read_head(lines: list[str], name: str) -> int:
    if len(lines) < 2:
        raise CheckpointError(f"{name}: the two head lines are missing")
    version = _number(lines[0], f"{name}: line 1")
    if version != _VERSION:
        raise CheckpointError(f"{name}: version {version} is not known, only {_VERSION} is")
    return _number(lines[1], f"{name}: line 2")


def _read_entry(line: str, where: str) -> tuple[TopicPartition, int]:
    fields = line.split(" ")
    if len(fields) != 3 or not fields[0]:
        raise CheckpointError(f"{where} is not `topic partition offset`: {line!r}")
    return (fields[0], _number(fields[1], where)), _number(fields[2], where)


def _number(text: str, where: str) -> int:
    # int() alone would take signs, underscores and blanks; all numbers here are plain digits.
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise CheckpointError(f"{where}: {text!r} is not a number")
    value = int(text)
    if value > _OFFSET_MAX:
        raise CheckpointError(f"{where}: {text} is beyond the largest offset")
    return value


def read_offsets(files: FileSystem, path: str) -> dict[TopicPartition, int]:
    """Read one checkpoint file; a file that does not exist holds nothing."""
    try:
        content = read_file(files, path)
    except FileNotFoundError:
        return {}
    return parse_offsets(content, path)


def write_offsets(files: FileSystem, path: str, offsets: Mapping[TopicPartition, int]) -> None:
    """Replace one checkpoint file; returns once the new one would survive a power cut."""
    write_file(files, path, format_offsets(offsets))
