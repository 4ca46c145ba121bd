# SPDX-License-Identifier: Apache-2.0
"""What followers read of a leader's answer is what the generated decoder reads."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.protocol.errors import WireError
from ottla.protocol.messages.fetch import (
    AbortedTransaction,
    EpochEndOffset,
    FetchableTopicResponse,
    FetchResponse,
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionData,
)
from ottla.replication.replica_answer import ReplicaAnswer

INT16 = st.integers(-(2**15), 2**15 - 1)
INT32 = st.integers(-(2**31), 2**31 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)
VERSIONS = range(13, 19)
NODE_ENDPOINTS_FROM = 16

PARTITIONS = st.builds(
    PartitionData,
    partition_index=INT32,
    error_code=INT16,
    high_watermark=INT64,
    last_stable_offset=INT64,
    log_start_offset=INT64,
    diverging_epoch=st.builds(EpochEndOffset, epoch=INT32, end_offset=INT64),
    current_leader=st.builds(LeaderIdAndEpoch, leader_id=INT32, leader_epoch=INT32),
    aborted_transactions=st.none()
    | st.lists(st.builds(AbortedTransaction, producer_id=INT64, first_offset=INT64), max_size=3),
    preferred_read_replica=INT32,
    records=st.none() | st.binary(max_size=200),
)
ANSWERS = st.builds(
    FetchResponse,
    error_code=INT16,
    session_id=INT32,
    responses=st.lists(
        st.builds(
            FetchableTopicResponse,
            topic_id=st.binary(min_size=16, max_size=16),
            partitions=st.lists(PARTITIONS, max_size=3),
        ),
        max_size=3,
    ),
    node_endpoints=st.lists(
        st.builds(NodeEndpoint, node_id=INT32, host=st.text(max_size=5), port=INT32),
        max_size=2,
        unique_by=lambda endpoint: endpoint.node_id,
    ),
)


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=40, deadline=None)
@given(answer=ANSWERS, offset=st.integers(0, 5))
def test_it_reads_what_the_generated_decoder_reads(version, answer, offset):
    """Every field that a follower uses, wherever the answer lies in the buffer."""
    if version < NODE_ENDPOINTS_FROM:
        answer.node_endpoints = []
    data = bytes(offset) + answer.encode(version)
    expected = FetchResponse.decode(data, version, offset)
    found = ReplicaAnswer.decode(memoryview(data), version, offset)
    assert (found.error_code, found.session_id) == (expected.error_code, expected.session_id)
    assert [topic.topic_id for topic in found.responses] == [
        topic.topic_id for topic in expected.responses
    ]
    for topic, other in zip(found.responses, expected.responses, strict=True):
        assert [
            (
                one.partition_index,
                one.error_code,
                one.high_watermark,
                one.log_start_offset,
                tuple(one.diverging_epoch),
                bytes(one.records),
            )
            for one in topic.partitions
        ] == [
            (
                one.partition_index,
                one.error_code,
                one.high_watermark,
                one.log_start_offset,
                (one.diverging_epoch.epoch, one.diverging_epoch.end_offset),
                one.records or b"",
            )
            for one in other.partitions
        ]


@given(answer=ANSWERS, data=st.data())
def test_what_is_cut_off_is_refused(answer, data):
    """An answer that lacks its end is the leader's fault, and a WireError."""
    whole = answer.encode(18)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(WireError):
        ReplicaAnswer.decode(memoryview(whole)[:cut], 18)


def test_older_versions_are_refused():
    """Without topic ids a follower could copy another topic of the same name (KIP-516)."""
    with pytest.raises(WireError, match="version 13"):
        ReplicaAnswer.decode(memoryview(FetchResponse().encode(12)), 12)
