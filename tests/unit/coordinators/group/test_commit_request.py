# SPDX-License-Identifier: Apache-2.0
"""Commits in rows: held against the generated classes, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.coordinators.group.commit_request import (
    CommitRequest,
    CommitResponse,
    CommitTopic,
    TopicOutcome,
    TxnCommitResponse,
)
from ottla.protocol.errors import ErrorCode, WireError
from ottla.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)
from ottla.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
    TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
)
from ottla.protocol.primitives import ZERO_UUID

INT32 = st.integers(-(2**31), 2**31 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)
NAME = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=20), st.just("n" * 126), st.just("n" * 300)
)
ROW = st.builds(
    OffsetCommitRequestPartition,
    partition_index=INT32,
    committed_offset=INT64,
    committed_leader_epoch=INT32,
    committed_metadata=st.sampled_from(["", "", "", None, "text"]),
)
TOPIC = st.builds(
    OffsetCommitRequestTopic,
    name=NAME,
    topic_id=st.binary(min_size=16, max_size=16),
    partitions=st.one_of(st.lists(ROW, max_size=4), st.lists(ROW, min_size=130, max_size=130)),
)
REQUEST = st.builds(
    OffsetCommitRequest,
    group_id=NAME,
    generation_id_or_member_epoch=INT32,
    member_id=NAME,
    group_instance_id=st.one_of(st.none(), NAME),
    topics=st.lists(TOPIC, max_size=3),
)


def content(request: CommitRequest):
    """Return what a request says, however it was read."""
    return (
        request.group_id,
        request.generation,
        request.member_id,
        request.group_instance_id,
        request.retention_time_ms,
        [
            (
                topic.name,
                topic.topic_id,
                topic.rows,
                topic.metadata if any(topic.metadata or ()) else None,
            )
            for topic in request.topics
        ],
    )


@pytest.mark.parametrize("version", [6, 7, 8, 9, 10])
@settings(max_examples=50, deadline=None)
@given(REQUEST, st.binary(max_size=3))
def test_both_ways_of_reading_agree(version, message, rest):
    """Rows or class: the same request; with something behind it only where that is allowed."""
    if version < 7:
        message.group_instance_id = None
    data = message.encode(version)
    expected = content(CommitRequest.of(OffsetCommitRequest.decode(data, version)))
    assert content(CommitRequest.decode(data, version)) == expected
    assert content(CommitRequest.decode(data + rest, version, may_have_rest=True)) == expected
    if rest:
        with pytest.raises(WireError):
            CommitRequest.decode(data + rest, version)


@pytest.mark.parametrize("version", [7, 9])
@settings(deadline=None)
@given(REQUEST, st.data())
def test_bytes_that_are_no_request_are_refused(version, message, data):
    """Whatever is cut off or turned around: WireError, or what the class reads as well."""
    encoded = bytearray(message.encode(version))
    cut = data.draw(st.integers(0, len(encoded)))
    del encoded[cut:]
    for position, value in data.draw(
        st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=3)
    ):
        if position < len(encoded):
            encoded[position] = value
    try:
        expected = content(CommitRequest.of(OffsetCommitRequest.decode(encoded, version)))
    except WireError:
        with pytest.raises(WireError):
            CommitRequest.decode(encoded, version)
    else:
        assert content(CommitRequest.decode(encoded, version)) == expected


@pytest.mark.parametrize("version", [2, 4, 5, 7])
def test_older_versions_are_read_by_their_class(version):
    """With the retention time of those that have one."""
    message = OffsetCommitRequest(group_id="g", member_id="m")
    if version <= 4:
        message.retention_time_ms = 5
    request = CommitRequest.decode(message.encode(version), version)
    assert request.retention_time_ms == (5 if version <= 4 else -1)


@pytest.mark.parametrize("version", OffsetCommitResponse.VERSIONS)
@pytest.mark.parametrize("row_count", [0, 1, 200])
def test_answers_are_what_the_class_writes(version, row_count):
    """In every version, for any number of partitions."""
    topics = [("t", b"i" * 16), ("u" * 200, b"k" * 16)]
    rows = [(index, ErrorCode.ILLEGAL_GENERATION if index % 2 else 0) for index in range(row_count)]
    answer = CommitResponse([TopicOutcome(name, topic_id, rows) for name, topic_id in topics])
    message = OffsetCommitResponse(
        topics=[
            OffsetCommitResponseTopic(
                name=name,
                topic_id=topic_id,
                partitions=[
                    OffsetCommitResponsePartition(partition_index=index, error_code=code)
                    for index, code in rows
                ],
            )
            for name, topic_id in topics
        ]
    )
    assert answer.encode(version) == message.encode(version)


@pytest.mark.parametrize("version", TxnOffsetCommitResponse.VERSIONS)
def test_answers_of_transactions_are_what_their_class_writes(version):
    """Two layouts of OffsetCommit's serve all of them."""
    answer = TxnCommitResponse([TopicOutcome("t", ZERO_UUID, [(3, 22)])])
    message = TxnOffsetCommitResponse(
        topics=[
            TxnOffsetCommitResponseTopic(
                name="t",
                partitions=[TxnOffsetCommitResponsePartition(partition_index=3, error_code=22)],
            )
        ]
    )
    assert answer.encode(version) == message.encode(version)


def test_a_commit_of_a_transaction():
    """Names, rows and texts are taken over."""
    message = TxnOffsetCommitRequest(
        group_id="g",
        generation_id=3,
        member_id="m",
        group_instance_id="i",
        topics=[
            TxnOffsetCommitRequestTopic(
                name="t",
                partitions=[
                    TxnOffsetCommitRequestPartition(
                        partition_index=1, committed_offset=2, committed_metadata="x"
                    )
                ],
            )
        ],
    )
    assert content(CommitRequest.of_transaction(message)) == (
        "g", 3, "m", "i", -1, [("t", ZERO_UUID, [(1, 2, -1)], ["x"])],
    )  # fmt: skip


def test_partitions_that_do_not_exist_are_left_out():
    """Their numbers are returned, and texts stay with their rows."""
    topic = CommitTopic("t", ZERO_UUID, [(0, 5, 0), (9, 6, 0), (-1, 7, 0), (1, 8, 0)])
    topic.metadata = ["a", "b", "c", "d"]
    assert topic.without(2) == [9, -1]
    assert topic.rows == [(0, 5, 0), (1, 8, 0)]
    assert topic.metadata == ["a", "d"]
    assert topic.without(2) == []
    assert topic.outcome(ErrorCode.NONE).partitions == [(0, 0), (1, 0)]


def test_a_topic_is_named_once():
    """Outcomes of partitions that do not exist are added to those of the same topic."""
    one = CommitResponse([TopicOutcome("t", ZERO_UUID, [(0, 0)])])
    joined = one.joined(
        [TopicOutcome("t", ZERO_UUID, [(9, 3)]), TopicOutcome("u", ZERO_UUID, [(1, 3)])]
    )
    assert joined.topics == [
        TopicOutcome("t", ZERO_UUID, [(0, 0), (9, 3)]),
        TopicOutcome("u", ZERO_UUID, [(1, 3)]),
    ]
