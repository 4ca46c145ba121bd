# SPDX-License-Identifier: Apache-2.0
"""Lag in records and in time: what counts, what does not, what is not known."""

from __future__ import annotations

import time

import pytest

from ottla.client.group_lag import OffsetRange, PartitionLag, measure_lag, offset_ranges
from ottla.client.group_offsets import CommittedOffset
from ottla.client.groups import GroupDescription, GroupMember
from ottla.client.offsets import READ_COMMITTED
from ottla.client.settings import ClientSettings
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages import fetch as fetch_messages
from ottla.protocol.messages.fetch import FetchRequest
from ottla.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)
from ottla.records.bulk_builder import build_value_batch
from ottla.records.control import TransactionMarker, build_transaction_marker

T0, T1 = TopicPartition("t", 0), TopicPartition("t", 1)

HOUR_MS = 3_600_000


def group(*assigned: TopicPartition, group_id="g"):
    """Return a group with one member."""
    member = GroupMember("m", None, "c", "h", "classic", assignment=assigned)
    return GroupDescription(
        group_id, "classic", "Stable", "consumer", "range", 1, members=(member,)
    )


@pytest.fixture
def fake(fake):
    """Serve a topic of two partitions."""
    fake.leaders["t"] = [1, 1]
    return fake


@pytest.fixture
def committed(serve):
    """Set what every group has committed."""

    def commit(offsets, error_code=0):
        topics = [
            OffsetFetchResponseTopics(
                name=name.topic,
                partitions=[
                    OffsetFetchResponsePartitions(
                        partition_index=name.partition, committed_offset=offset, metadata="x"
                    )
                ],
            )
            for name, offset in offsets.items()
        ]
        serve(
            OffsetFetchRequest,
            lambda _, request, __: OffsetFetchResponse(
                groups=[
                    OffsetFetchResponseGroup(
                        group_id=asked.group_id, topics=topics, error_code=error_code
                    )
                    for asked in request.groups
                ]
            ),
            versions=(8, 9),
        )

    return commit


@pytest.fixture
def lag(ask):
    """Return the lags of one group by partition."""

    def measure(*assigned: TopicPartition, **options: int):
        lags = ask(measure_lag, [group(*assigned)], **options)["g"]
        assert [lag.name for lag in lags] == sorted(lag.name for lag in lags)
        return {lag.name: lag for lag in lags}

    return measure


def append(fake, name, count, age_ms=0):
    """Store records of an age in one batch."""
    timestamp_ms = time.time_ns() // 1_000_000 - age_ms
    values = [b"%d" % number for number in range(count)]
    fake.logs[name].append(build_value_batch(values, timestamp_ms=timestamp_ms))


def append_marker(fake, name):
    """Store the marker of a transaction."""
    marker = TransactionMarker(committed=True, coordinator_epoch=0)
    fake.logs[name].append(
        build_transaction_marker(marker, producer_id=-1, producer_epoch=-1, timestamp_ms=1)
    )


def test_records_and_time(fake, lag, committed):
    """Lag is the distance to the end, and the age of the first record that is not consumed."""
    append(fake, T0, 5, age_ms=2 * HOUR_MS)
    append(fake, T0, 5, age_ms=HOUR_MS)
    committed({T0: 5, T1: 0})
    lags = lag(T0)
    assert (lags[T0].lag, lags[T0].note) == (5, "")
    assert HOUR_MS <= lags[T0].behind_ms < 2 * HOUR_MS
    assert lags[T0].offsets == OffsetRange(0, 10, 10)
    assert lags[T0].committed == CommittedOffset(5, "x")
    assert (lags[T1].lag, lags[T1].behind_ms) == (0, None)


def test_only_partitions_with_a_lag_are_read(fake, lag, committed):
    """A group that has consumed everything costs no fetch."""
    append(fake, T0, 5)
    committed({T0: 5})
    assert lag()[T0].lag == 0
    assert fake.requests(FetchRequest) == []


def test_in_the_middle_of_a_batch(fake, lag, committed):
    """The first record is the one at the committed offset, not the first of its batch."""
    values = [b"old", b"new"]
    old_ms = time.time_ns() // 1_000_000 - 2 * HOUR_MS
    fake.logs[T0].append(build_value_batch(values[:1], timestamp_ms=old_ms))
    append(fake, T0, 2, age_ms=HOUR_MS)
    committed({T0: 2})
    assert lag()[T0].lag == 1
    assert HOUR_MS <= lag()[T0].behind_ms < 2 * HOUR_MS


def test_markers_alone_are_no_lag(fake, lag, committed):
    """A consumer that committed "last record plus one" is not behind because of a marker."""
    append(fake, T0, 3)
    append_marker(fake, T0)
    append_marker(fake, T0)
    committed({T0: 3})
    lags = lag()
    assert (lags[T0].lag, lags[T0].behind_ms) == (0, None)
    assert lags[T0].offsets.end == 5


def test_records_behind_markers_are_lag(fake, lag, committed):
    """Markers are passed over in the search for the first record."""
    append(fake, T0, 3)
    append_marker(fake, T0)
    append(fake, T0, 1, age_ms=HOUR_MS)
    committed({T0: 3})
    lags = lag()
    assert lags[T0].lag == 2
    assert lags[T0].behind_ms >= HOUR_MS


def test_read_committed(fake, lag, committed):
    """An open transaction holds the end back for those who read committed records only."""
    append(fake, T0, 10, age_ms=HOUR_MS)
    fake.last_stable[T0] = 6
    committed({T0: 6})
    assert (lag()[T0].lag, lag()[T0].offsets.last_stable) == (4, 6)
    stable = lag(isolation_level=READ_COMMITTED)[T0]
    assert (stable.lag, stable.behind_ms) == (0, None)


def test_records_that_were_deleted_unread(fake, lag, committed):
    """What retention has taken is not waiting any more, and the note says how much it was."""
    append(fake, T0, 10)
    fake.first_offset = 4
    committed({T0: 1})
    assert (lag()[T0].lag, lag()[T0].note) == (6, "3 offsets were deleted unread")


def test_committed_beyond_the_end(fake, lag, committed):
    """A topic that was made anew gives no negative lag."""
    append(fake, T0, 2)
    committed({T0: 9})
    assert (lag()[T0].lag, lag()[T0].note) == (0, "committed beyond the end")


def test_what_is_not_known(fake, lag, committed):
    """Partitions without commit, topic or leader have no lag, and no lag is not 0."""
    gone = TopicPartition("gone", 0)
    fake.leaders["down"] = [-1]
    down = TopicPartition("down", 0)
    committed({gone: 3, down: 3})
    lags = lag(T1)
    assert [entry.lag for entry in lags.values()] == [None] * 3
    assert lags[T1].note == "nothing committed"
    assert lags[gone].note == lags[down].note == "the topic is gone or has no leader"


def test_records_that_vanish_while_they_are_measured(fake, lag, committed):
    """Retention may be faster than the fetch: the age is not known then, the lag is."""
    append(fake, T0, 5)
    append(fake, T1, 5, age_ms=HOUR_MS)
    committed({T0: 1, T1: 0})

    def out_of_range(_, request, __):
        return fetch_messages.FetchResponse(
            responses=[
                fetch_messages.FetchableTopicResponse(
                    topic="t",
                    topic_id=fake.topic_id("t"),
                    partitions=[
                        fetch_messages.PartitionData(
                            partition_index=0,
                            error_code=ErrorCode.OFFSET_OUT_OF_RANGE,
                            high_watermark=5,
                            log_start_offset=3,
                        )
                    ],
                )
            ]
        )

    fake.script(ApiKey.FETCH, out_of_range)
    lags = lag()
    assert (lags[T0].lag, lags[T0].behind_ms) == (4, None)
    assert lags[T1].behind_ms >= HOUR_MS


def test_a_leader_that_does_not_answer_in_time(fake, run, committed, silence):
    """The age of a record that cannot be read is not known; nothing waits for ever."""
    append(fake, T0, 5)
    committed({T0: 1})
    fake.script(ApiKey.FETCH, *[silence] * 50)
    settings = ClientSettings(request_timeout_ms=50)
    lags = []

    async def scenario():
        async with fake.client(settings) as cluster:
            lags.extend((await measure_lag(cluster, [group()]))["g"])

    run(scenario)
    assert (lags[0].lag, lags[0].behind_ms) == (4, None)


def test_many_groups(fake, ask, committed):
    """Offsets of all groups are asked for together."""
    append(fake, T0, 5)
    committed({T0: 1})
    lags = ask(measure_lag, [group(group_id="g"), group(group_id="h")])
    assert {group_id: [lag.lag for lag in of_one] for group_id, of_one in lags.items()} == {
        "g": [4],
        "h": [4],
    }
    assert len(fake.requests(OffsetFetchRequest)) == 1


def test_offsets_that_may_not_be_read(ask, committed):
    """A refusal is raised, not shown as a group without offsets."""
    committed({}, error_code=ErrorCode.GROUP_AUTHORIZATION_FAILED)
    with pytest.raises(ApiError, match="group 'g'"):
        ask(measure_lag, [group()])


def test_no_partitions(ask, committed):
    """A group without offsets has no lag at all; nothing is asked about no partitions."""
    committed({})
    assert ask(measure_lag, [group()]) == {"g": []}
    assert ask(offset_ranges, []) == {}


def test_notes_of_ordinary_partitions():
    """Nothing is said where nothing is unusual."""
    lag = PartitionLag(T0, CommittedOffset(1, ""), OffsetRange(0, 2, 2), 1, 5)
    assert lag.note == ""
