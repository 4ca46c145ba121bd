# SPDX-License-Identifier: Apache-2.0
"""Plans where a group shall go on reading: offsets by place, by distance or by time.

A plan changes nothing; `group_offsets.commit_group_offsets` carries it out. Offsets that the log
does not have are moved to its nearest end, and the plan says so: a consumer that starts outside
the log would be sent to wherever its own `auto.offset.reset` points.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ottla.client.errors import ClientError
from ottla.client.group_lag import OffsetRange, offset_ranges
from ottla.client.offsets import list_offsets
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ottla.client.cluster import Cluster
    from ottla.client.group_offsets import CommittedOffset
    from ottla.client.topic_partition import TopicPartition


class ResetKind(enum.Enum):
    """How a target names an offset."""

    EARLIEST = "the first record"
    LATEST = "the end"
    OFFSET = "an offset"
    SHIFT = "so many offsets from the committed one"
    TIME = "the first record at or after a time"


@dataclass(frozen=True, slots=True)
class ResetTarget:
    """Where to go: the value is an offset, a signed distance or a time in ms since 1970."""

    kind: ResetKind
    value: int = 0


@dataclass(frozen=True, slots=True)
class PlannedOffset:
    """What a reset does to one partition."""

    name: TopicPartition
    before: int | None  # None when the group has committed nothing
    after: int
    note: str = ""  # why `after` is not what was asked for


class NothingToShiftError(ClientError):
    """A distance was given, and the group has no offset to measure it from."""

    def __init__(self, name: TopicPartition) -> None:
        super().__init__(f"the group has committed nothing for {name}, so nothing can be shifted")


async def plan_reset(
    cluster: Cluster,
    committed: Mapping[TopicPartition, CommittedOffset],
    partitions: Sequence[TopicPartition],
    target: ResetTarget,
) -> list[PlannedOffset]:
    """Return what a reset of these partitions would do, in their order."""
    ranges = await offset_ranges(cluster, partitions)
    for name in partitions:
        if name not in ranges:
            raise ApiError(ErrorCode.LEADER_NOT_AVAILABLE, f"partition {name} has no leader")
    by_time = {}
    if target.kind is ResetKind.TIME:
        by_time = await list_offsets(cluster, dict.fromkeys(partitions, target.value))
    planned = []
    for name in partitions:
        before = committed[name].offset if name in committed else None
        offset_by_time = by_time[name].offset if name in by_time else -1
        wanted = _wanted_offset(name, target, before, ranges[name], offset_by_time)
        after, note = _inside(wanted, ranges[name])
        if target.kind is ResetKind.TIME and offset_by_time < 0:
            note = "no record is that late: the end"
        planned.append(PlannedOffset(name, before, after, note))
    return planned


def _wanted_offset(
    name: TopicPartition,
    target: ResetTarget,
    before: int | None,
    offsets: OffsetRange,
    offset_by_time: int,
) -> int:
    if target.kind is ResetKind.EARLIEST:
        return offsets.first
    if target.kind is ResetKind.LATEST:
        return offsets.end
    if target.kind is ResetKind.TIME:
        return offset_by_time if offset_by_time >= 0 else offsets.end
    if target.kind is ResetKind.OFFSET:
        return target.value
    if before is None:
        raise NothingToShiftError(name)
    return before + target.value


def _inside(wanted: int, offsets: OffsetRange) -> tuple[int, str]:
    if wanted < offsets.first:
        return offsets.first, f"{wanted} is before the first record"
    if wanted > offsets.end:
        return offsets.end, f"{wanted} is beyond the end"
    return wanted, ""
