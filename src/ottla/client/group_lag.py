# SPDX-License-Identifier: Apache-2.0
"""Measures how far groups are behind: in records and in time.

In records: the offsets from the first one that is not consumed to the end of the partition. Where
compaction or transactions leave gaps that is an upper bound, with one exception: when nothing but
markers of transactions is left, the lag is 0. (A consumer that commits "last record plus one" never
gets past the marker behind it, and would otherwise seem one behind for ever.)

In time: the age of the first record that is not consumed, by its own timestamp. That record has to
be read, so this costs one small fetch for each partition that has a lag, and nothing for the rest.

With READ_COMMITTED all of it is as such a consumer sees it: the end is the last stable offset, and
records of aborted transactions do not count as the first one.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.client.errors import OffsetOutOfRangeError
from ottla.client.fetch import Fetcher, FetchSettings
from ottla.client.group_offsets import CommittedOffset, fetch_group_offsets
from ottla.client.metadata import NO_LEADER
from ottla.client.offsets import (
    EARLIEST,
    LATEST,
    READ_COMMITTED,
    READ_UNCOMMITTED,
    list_offsets,
)
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ottla.client.cluster import Cluster
    from ottla.client.groups import GroupDescription

_FETCH_BYTES: Final = 64 * 1024
_PREFETCH_BYTES: Final = 4 * 1024 * 1024


class OffsetRange(NamedTuple):
    """Which offsets a partition has."""

    first: int
    end: int  # exclusive: the high watermark
    last_stable: int  # exclusive: where a read_committed consumer has to stop


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far a group is behind in one partition."""

    name: TopicPartition
    committed: CommittedOffset | None  # None when the group reads it and has not committed yet
    offsets: OffsetRange | None  # None when the topic is gone or has no leader
    lag: int | None  # None when one of them is not known
    behind_ms: int | None  # None when nothing is left to consume, or when it is not known

    @property
    def note(self) -> str:
        """What is unusual; empty when nothing is."""
        if self.offsets is None:
            return "the topic is gone or has no leader"
        if self.committed is None:
            return "nothing committed"
        if self.committed.offset < self.offsets.first:
            return f"{self.offsets.first - self.committed.offset} offsets were deleted unread"
        if self.committed.offset > self.offsets.end:
            return "committed beyond the end"
        return ""


async def measure_lag(
    cluster: Cluster,
    groups: Sequence[GroupDescription],
    *,
    isolation_level: int = READ_UNCOMMITTED,
) -> dict[str, list[PartitionLag]]:
    """Return the lag of each group in each partition that it has committed or been assigned."""
    committed = await fetch_group_offsets(cluster, [group.group_id for group in groups])
    positions: dict[str, dict[TopicPartition, CommittedOffset | None]] = {}
    for group in groups:
        offsets = committed[group.group_id]
        if isinstance(offsets, ApiError):
            raise offsets
        assigned = [name for member in group.members for name in member.assignment or ()]
        names = sorted({*offsets, *assigned})
        positions[group.group_id] = {name: offsets.get(name) for name in names}
    ranges = await offset_ranges(cluster, sorted({*(n for p in positions.values() for n in p)}))
    return {
        group_id: await _measure(cluster, names, ranges, isolation_level)
        for group_id, names in positions.items()
    }


async def offset_ranges(
    cluster: Cluster, names: Iterable[TopicPartition]
) -> dict[TopicPartition, OffsetRange]:
    """Return what offsets partitions have; those without leader are left out."""
    wanted = list(names)
    topics = tuple(dict.fromkeys(name.topic for name in wanted))
    if not topics:
        return {}
    metadata = await cluster.retrying(lambda: cluster.refresh(topics))
    led = {
        TopicPartition(topic.name, partition.partition)
        for topic in metadata.topics.values()
        for partition in topic.partitions
        if partition.leader != NO_LEADER
    }
    wanted = [name for name in wanted if name in led]
    latest = dict.fromkeys(wanted, LATEST)
    first, end, last_stable = await asyncio.gather(
        list_offsets(cluster, dict.fromkeys(wanted, EARLIEST)),
        list_offsets(cluster, latest),
        list_offsets(cluster, latest, isolation_level=READ_COMMITTED),
    )
    return {
        name: OffsetRange(
            first[name].offset,
            end[name].offset,
            min(last_stable[name].offset, end[name].offset),
        )
        for name in wanted
    }


async def _measure(
    cluster: Cluster,
    positions: Mapping[TopicPartition, CommittedOffset | None],
    ranges: Mapping[TopicPartition, OffsetRange],
    isolation_level: int,
) -> list[PartitionLag]:
    unread: dict[TopicPartition, range] = {}
    for name, committed in positions.items():
        offsets = ranges.get(name)
        if committed is not None and offsets is not None:
            end = offsets.last_stable if isolation_level == READ_COMMITTED else offsets.end
            unread[name] = range(max(committed.offset, offsets.first), end)
    oldest = await _oldest_timestamps(
        cluster, {name: span for name, span in unread.items() if span}, isolation_level
    )
    now_ms = time.time_ns() // 1_000_000
    lags = []
    for name, committed in positions.items():
        lag = len(unread[name]) if name in unread else None
        timestamp_ms = oldest.get(name, -1)
        if timestamp_ms is None:
            lag = 0  # only markers of transactions are left
        behind_ms = None
        if timestamp_ms is not None and timestamp_ms >= 0:
            behind_ms = max(0, now_ms - timestamp_ms)
        lags.append(PartitionLag(name, committed, ranges.get(name), lag, behind_ms))
    return lags


async def _oldest_timestamps(
    cluster: Cluster, unread: Mapping[TopicPartition, range], isolation_level: int
) -> dict[TopicPartition, int | None]:
    """Return the timestamp of the first record in each range, None when there is no record.

    A partition that cannot be read in time, or lost its records meanwhile, is left out.
    """
    found: dict[TopicPartition, int | None] = {}
    wanted = dict(unread)
    try:
        async with asyncio.timeout(cluster.settings.request_timeout_ms / 1000):
            while wanted:
                try:
                    await _read_first_records(cluster, wanted, found, isolation_level)
                except OffsetOutOfRangeError as error:
                    wanted = {n: span for n, span in wanted.items() if str(n) != error.partition}
    except TimeoutError:
        return found
    return found


async def _read_first_records(
    cluster: Cluster,
    wanted: dict[TopicPartition, range],
    found: dict[TopicPartition, int | None],
    isolation_level: int,
) -> None:
    """Move partitions from `wanted` to `found`."""
    settings = FetchSettings(
        partition_max_bytes=_FETCH_BYTES,
        prefetch_bytes=_PREFETCH_BYTES,
        isolation_level=isolation_level,
    )
    starts = {name: span.start for name, span in wanted.items()}
    async with Fetcher(cluster, starts, settings) as fetcher:
        async for fetched in fetcher:
            name, end = fetched.name, wanted[fetched.name].stop
            records = fetched.records()
            if records and records[0].offset < end:
                found[name] = records[0].timestamp_ms
            elif records or fetched.next_offset >= end:
                found[name] = None
            else:
                continue
            del wanted[name]
            fetcher.stop(name)
