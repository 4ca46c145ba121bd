# SPDX-License-Identifier: Apache-2.0
"""Committed offsets as an administrator reads, sets and deletes them."""

from __future__ import annotations

import pytest

from ottla.client.group_offsets import (
    CommittedOffset,
    commit_group_offsets,
    delete_group_offsets,
    fetch_group_offsets,
)
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages import offset_commit as commit_messages
from ottla.protocol.messages import offset_delete as delete_messages
from ottla.protocol.messages import offset_fetch as fetch_messages

T0, T1, S0 = TopicPartition("t", 0), TopicPartition("t", 1), TopicPartition("s", 0)


def fetched(_, request, version):
    """Answer OffsetFetch: every group has committed t-0 and t-1; `none` does not exist."""
    if version >= 8:
        return fetch_messages.OffsetFetchResponse(
            groups=[
                fetch_messages.OffsetFetchResponseGroup(
                    group_id=group.group_id,
                    error_code=ErrorCode.GROUP_ID_NOT_FOUND if group.group_id == "none" else 0,
                    topics=[
                        fetch_messages.OffsetFetchResponseTopics(
                            name="t",
                            partitions=[
                                fetch_messages.OffsetFetchResponsePartitions(
                                    partition_index=number, committed_offset=offset, metadata=None
                                )
                                for number, offset in ((1, 7), (0, 5), (2, -1))
                            ],
                        )
                    ],
                )
                for group in request.groups
            ]
        )
    return fetch_messages.OffsetFetchResponse(
        error_code=ErrorCode.GROUP_AUTHORIZATION_FAILED if request.group_id == "secret" else 0,
        topics=[
            fetch_messages.OffsetFetchResponseTopic(
                name="t",
                partitions=[
                    fetch_messages.OffsetFetchResponsePartition(
                        partition_index=0, committed_offset=5, metadata="note"
                    )
                ],
            )
        ],
    )


def test_offsets_of_many_groups(fake, ask, serve):
    """One request asks for all offsets of all groups of a coordinator."""
    serve(fetch_messages.OffsetFetchRequest, fetched)
    offsets = ask(fetch_group_offsets, ["g", "h", "none"])
    both = {T0: CommittedOffset(5, ""), T1: CommittedOffset(7, "")}
    assert offsets == {"g": both, "h": both, "none": {}}
    assert list(offsets["g"]) == [T0, T1]
    [request] = fake.requests(fetch_messages.OffsetFetchRequest)
    assert [group.topics for group in request.groups] == [None, None, None]


def test_offsets_from_older_brokers(fake, ask, serve):
    """Brokers before 3.0 are asked for one group at a time."""
    serve(fetch_messages.OffsetFetchRequest, fetched, versions=(1, 7))
    offsets = ask(fetch_group_offsets, ["g", "secret"])
    assert offsets["g"] == {T0: CommittedOffset(5, "note")}
    assert offsets["secret"].code is ErrorCode.GROUP_AUTHORIZATION_FAILED
    assert len(fake.requests(fetch_messages.OffsetFetchRequest)) == 2


def committed(request, codes):
    """Answer OffsetCommit with a code for each partition."""
    return commit_messages.OffsetCommitResponse(
        topics=[
            commit_messages.OffsetCommitResponseTopic(
                name=topic.name,
                partitions=[
                    commit_messages.OffsetCommitResponsePartition(
                        partition_index=partition.partition_index,
                        error_code=codes.get(
                            TopicPartition(topic.name, partition.partition_index), 0
                        ),
                    )
                    for partition in topic.partitions
                ],
            )
            for topic in request.topics
        ]
    )


def test_commit_as_a_simple_consumer(fake, ask, serve):
    """Offsets are committed without a member; each has its own outcome."""
    refusals = {S0: ErrorCode.TOPIC_AUTHORIZATION_FAILED}
    serve(commit_messages.OffsetCommitRequest, lambda _, r, __: committed(r, refusals))
    outcomes = ask(commit_group_offsets, "g", {T0: 5, S0: 9, T1: 6})
    assert (outcomes[T0], outcomes[T1]) == (None, None)
    assert outcomes[S0].message.startswith("s-0: ")
    [request] = fake.requests(commit_messages.OffsetCommitRequest)
    assert (request.generation_id_or_member_epoch, request.member_id) == (-1, "")
    partitions = [[p.committed_offset for p in topic.partitions] for topic in request.topics]
    assert partitions == [[5, 6], [9]]


def test_commit_goes_on_where_the_coordinator_was_loading(fake, ask, serve):
    """Only what was not committed is sent again."""
    loading = {T1: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS}
    serve(
        commit_messages.OffsetCommitRequest,
        lambda _, r, __: committed(r, loading),
        lambda _, r, __: committed(r, {}),
    )
    assert ask(commit_group_offsets, "g", {T0: 5, T1: 6}) == {T0: None, T1: None}
    again = fake.requests(commit_messages.OffsetCommitRequest)[1]
    assert [p.partition_index for p in again.topics[0].partitions] == [1]


def test_delete_offsets(ask, serve):
    """Each partition has its own outcome."""
    codes = {0: 0, 1: ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC}
    serve(
        delete_messages.OffsetDeleteRequest,
        delete_messages.OffsetDeleteResponse(
            topics=[
                delete_messages.OffsetDeleteResponseTopic(
                    name="t",
                    partitions=[
                        delete_messages.OffsetDeleteResponsePartition(
                            partition_index=number, error_code=code
                        )
                        for number, code in codes.items()
                    ],
                )
            ]
        ),
    )
    outcomes = ask(delete_group_offsets, "g", [T0, T1])
    assert outcomes[T0] is None
    assert outcomes[T1].code is ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC


def test_delete_offsets_of_a_group_that_does_not_exist(ask, serve):
    """A refusal of the whole request is raised."""
    serve(
        delete_messages.OffsetDeleteRequest,
        delete_messages.OffsetDeleteResponse(error_code=ErrorCode.GROUP_ID_NOT_FOUND),
    )
    with pytest.raises(ApiError, match="group 'g' does not exist"):
        ask(delete_group_offsets, "g", [T0])
