# SPDX-License-Identifier: Apache-2.0
"""What the names inside a log directory mean.

    orders-3                                    LIVE     a partition
    orders-3.<32 hex digits>-delete             DELETED  on its way out, removed later
    orders-3.<32 hex digits>-future             FUTURE   a move between directories, unfinished
    orders-3.<32 hex digits>-stray              STRAY    belongs to no known topic, kept for a human
    anything else                               None     somebody else's, left alone

The uuid makes the name unique, so that a topic can be made again at once. Names of files are
limited to 255 bytes: a long topic name is cut in the last three forms. It is read back for a move
that goes on after a restart, when it was not cut.

A topic name comes from the network and becomes part of a path: `check_topic_name` is the last
line of defence, behind the same check of the handlers.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from ottla.base.errors import StorageError

METADATA_DIRECTORY = "__cluster_metadata-0"
"""The cluster's own log: opened by the metadata engine, never by `LogManager`."""

_FILE_NAME_BYTES_MAX = 255
_PARTITION_MAX = 2**31 - 1
_TOPIC = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_LIVE = re.compile(r"(?P<topic>[a-zA-Z0-9._-]{1,249})-(?P<partition>0|[1-9][0-9]{0,9})")
_FUTURE = re.compile(_LIVE.pattern + r"\.[0-9a-f]{32}-future")
_RENAMED = re.compile(r".+-[0-9]+\.[0-9a-f]{32}-(?P<state>delete|future|stray)")


class DirectoryState(Enum):
    """What a partition's directory is for."""

    LIVE = ""
    DELETED = "delete"
    FUTURE = "future"
    STRAY = "stray"


class PartitionDirectory(NamedTuple):
    """A name that belongs to a partition; topic and partition are known for LIVE only."""

    state: DirectoryState
    topic: str = ""
    partition: int = -1


def check_topic_name(topic: str) -> None:
    """Refuse what must not become a path; raises StorageError."""
    if topic in {".", ".."} or _TOPIC.fullmatch(topic) is None:
        raise StorageError(f"{topic!r} cannot be the name of a directory")


def directory_name(topic: str, partition: int) -> str:
    """Return the name of a live partition's directory."""
    check_topic_name(topic)
    assert 0 <= partition <= _PARTITION_MAX, partition
    return f"{topic}-{partition}"


def renamed_directory(topic: str, partition: int, unique: str, state: DirectoryState) -> str:
    """Return the name that takes a partition out of service; `unique` is 32 hex digits."""
    assert state is not DirectoryState.LIVE
    check_topic_name(topic)
    tail = f"-{partition}.{unique}-{state.value}"
    return topic[: _FILE_NAME_BYTES_MAX - len(tail)] + tail


def parse_future_name(name: str) -> tuple[str, int] | None:
    """Return topic and partition of a copy that is being made; None when the name was cut."""
    matched = _FUTURE.fullmatch(name)
    if matched is None or len(name) >= _FILE_NAME_BYTES_MAX:
        return None
    return matched["topic"], int(matched["partition"])


def parse_directory_name(name: str) -> PartitionDirectory | None:
    """Return what a directory's name says; None when it is not a partition's."""
    renamed = _RENAMED.fullmatch(name)
    if renamed is not None:
        return PartitionDirectory(DirectoryState(renamed["state"]))
    live = _LIVE.fullmatch(name)
    if live is None or live["topic"] in {".", ".."} or int(live["partition"]) > _PARTITION_MAX:
        return None
    return PartitionDirectory(DirectoryState.LIVE, live["topic"], int(live["partition"]))
