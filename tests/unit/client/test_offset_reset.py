# SPDX-License-Identifier: Apache-2.0
"""Plans of resets: each kind of target, and the edges of the log."""

from __future__ import annotations

import pytest

from ottla.client.group_offsets import CommittedOffset
from ottla.client.offset_reset import (
    NothingToShiftError,
    PlannedOffset,
    ResetKind,
    ResetTarget,
    plan_reset,
)
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError
from ottla.records.bulk_builder import build_value_batch

T0, T1 = TopicPartition("t", 0), TopicPartition("t", 1)

COMMITTED = {T0: CommittedOffset(50, "")}


@pytest.fixture
def plan(fake, ask):
    """Plan a reset of t-0, which has the offsets 10 to 99 and is committed at 50."""
    fake.leaders["t"] = [1, 1, -1]
    fake.logs[T0].append(build_value_batch([b"x"] * 100, timestamp_ms=1))
    fake.first_offset = 10

    def make(kind, value=0, committed=COMMITTED, names=(T0,)):
        return ask(plan_reset, committed, names, ResetTarget(kind, value))

    return make


@pytest.mark.parametrize(
    ("kind", "value", "after", "note"),
    [
        (ResetKind.EARLIEST, 0, 10, ""),
        (ResetKind.LATEST, 0, 100, ""),
        (ResetKind.OFFSET, 42, 42, ""),
        (ResetKind.OFFSET, 100, 100, ""),
        (ResetKind.OFFSET, 101, 100, "101 is beyond the end"),
        (ResetKind.OFFSET, 9, 10, "9 is before the first record"),
        (ResetKind.SHIFT, 7, 57, ""),
        (ResetKind.SHIFT, -40, 10, ""),
        (ResetKind.SHIFT, -41, 10, "9 is before the first record"),
        (ResetKind.SHIFT, 51, 100, "101 is beyond the end"),
    ],
)
def test_targets(plan, kind, value, after, note):
    """Each kind of target leads to an offset that the log has."""
    assert plan(kind, value) == [PlannedOffset(T0, 50, after, note)]


def test_by_time(fake, plan):
    """The leader knows which record is the first at or after a time; none is the end."""
    fake.offsets_by_time[T0] = 77
    assert plan(ResetKind.TIME, 123) == [PlannedOffset(T0, 50, 77, "")]
    fake.offsets_by_time[T0] = -1
    assert plan(ResetKind.TIME, 123) == [
        PlannedOffset(T0, 50, 100, "no record is that late: the end")
    ]


def test_without_a_committed_offset(plan):
    """There is nothing to shift; every other target works."""
    assert plan(ResetKind.LATEST, committed={}) == [PlannedOffset(T0, None, 100, "")]
    with pytest.raises(NothingToShiftError, match="nothing for t-0"):
        plan(ResetKind.SHIFT, 1, committed={})


def test_without_a_leader(plan):
    """Nothing is planned for a partition that cannot be asked for its offsets."""
    with pytest.raises(ApiError, match="partition t-2 has no leader"):
        plan(ResetKind.LATEST, names=(T0, TopicPartition("t", 2)))
