# SPDX-License-Identifier: Apache-2.0
"""The hand-made Fetch codec against the generated messages, in every version, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.broker.fetch_codec import AnsweredPartition, decode_request, encode_response
from ottla.broker.node_endpoints import NodeEndpoint
from ottla.protocol.errors import WireError
from ottla.protocol.headers import decode_response_header
from ottla.protocol.messages.fetch import (
    AbortedTransaction,
    FetchableTopicResponse,
    FetchPartition,
    FetchRequest,
    FetchResponse,
    FetchTopic,
    ForgottenTopic,
    LeaderIdAndEpoch,
    PartitionData,
    ReplicaState,
)
from ottla.protocol.messages.fetch import NodeEndpoint as FetchNodeEndpoint

VERSIONS = range(4, 19)
API_KEY = 1

int8 = st.integers(-(2**7), 2**7 - 1)
int16 = st.integers(-(2**15), 2**15 - 1)
int32 = st.integers(-(2**31), 2**31 - 1)
int64 = st.integers(-(2**63), 2**63 - 1)
topic_ids = st.binary(min_size=16, max_size=16)
names = st.text(min_size=1, max_size=12)


@st.composite
def topics(draw, version, make_topic, partitions):
    """Draw topics by name or by id, whichever the version uses."""
    by_id = version >= 13
    return [
        make_topic(
            topic="" if by_id else draw(names),
            topic_id=draw(topic_ids) if by_id else bytes(16),
            partitions=draw(st.lists(partitions, max_size=3)),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]


@st.composite
def requests(draw, version):
    """Draw a request that `version` can carry."""
    replica_id = draw(int32)
    partitions = st.builds(
        FetchPartition,
        partition=int32,
        current_leader_epoch=int32 if version >= 9 else st.just(-1),
        fetch_offset=int64,
        last_fetched_epoch=int32 if version >= 12 else st.just(-1),
        log_start_offset=int64 if version >= 5 else st.just(-1),
        partition_max_bytes=int32,
        replica_directory_id=topic_ids if version >= 17 else st.just(bytes(16)),
        high_watermark=int64.filter(lambda value: value >= 0)
        if version >= 18
        else st.just(2**63 - 1),
    )
    return FetchRequest(
        cluster_id=draw(st.none() | names) if version >= 12 else None,
        replica_id=replica_id if version <= 14 else -1,
        replica_state=ReplicaState(replica_id=replica_id, replica_epoch=draw(int64))
        if version >= 15
        else None,
        max_wait_ms=draw(int32),
        min_bytes=draw(int32),
        max_bytes=draw(int32),
        isolation_level=draw(int8),
        session_id=draw(int32) if version >= 7 else 0,
        session_epoch=draw(int32) if version >= 7 else -1,
        topics=draw(topics(version, FetchTopic, partitions)),
        forgotten_topics_data=draw(topics(version, ForgottenTopic, int32)) if version >= 7 else [],
        rack_id=draw(st.text(max_size=5)) if version >= 11 else "",
    )


def plain(request: FetchRequest, version: int) -> tuple:
    """Turn a generated request into the values that the broker uses."""
    by_id = version >= 13
    return (
        request.replica_id if version <= 14 else request.replica_state.replica_id,
        request.max_wait_ms,
        request.min_bytes,
        request.max_bytes,
        request.isolation_level,
        request.session_id,
        request.session_epoch,
        [
            (
                topic.topic,
                topic.topic_id if by_id else b"",
                one.partition,
                one.fetch_offset,
                one.partition_max_bytes,
                one.current_leader_epoch,
                one.last_fetched_epoch,
                one.log_start_offset if version >= 5 else -1,
            )
            for topic in request.topics
            for one in topic.partitions
        ],
        [
            (topic.topic, topic.topic_id if by_id else b"", partition)
            for topic in request.forgotten_topics_data
            for partition in topic.partitions
        ],
        request.rack_id,
        request.replica_state.replica_epoch if version >= 15 else -1,
    )


@st.composite
def answered_partitions(draw, version, topic):
    """Draw what an answer says of one partition."""
    by_id = version >= 13
    return AnsweredPartition(
        "" if by_id else topic,
        topic if by_id else b"",
        draw(int32),
        draw(int16),
        draw(int64),
        draw(int64),
        draw(int64) if version >= 5 else -1,
        draw(st.none() | st.lists(st.tuples(int64, int64), max_size=3)),
        draw(st.one_of(st.binary(max_size=20), st.sampled_from([127, 128, 16383]).map(bytes))),
        leader=draw(st.none() | st.tuples(int32, int32)) if version >= 12 else None,
    )


@st.composite
def answers(draw, version):
    """Draw topics with their partitions; neighbouring topics differ."""
    drawn = draw(
        st.lists(
            topic_ids if version >= 13 else names,
            max_size=3,
            unique=True,
        )
    )
    return [
        (
            topic,
            draw(st.lists(answered_partitions(version, topic), min_size=1, max_size=3)),
        )
        for topic in drawn
    ]


endpoints = st.builds(NodeEndpoint, int32, names, int32, st.none() | names)


def leader_of(one) -> LeaderIdAndEpoch | None:
    """Return what an answer says of the leader, as the generated class."""
    if one.leader is None:
        return None
    return LeaderIdAndEpoch(leader_id=one.leader[0], leader_epoch=one.leader[1])


def generated_response(version, error_code, session_id, topics, told) -> FetchResponse:
    """Build the same answer from generated classes."""
    by_id = version >= 13
    return FetchResponse(
        node_endpoints=[FetchNodeEndpoint(**one._asdict()) for one in told]
        if version >= 16
        else [],
        error_code=error_code,
        session_id=session_id,
        responses=[
            FetchableTopicResponse(
                topic="" if by_id else topic,
                topic_id=topic if by_id else bytes(16),
                partitions=[
                    PartitionData(
                        partition_index=one.partition,
                        error_code=one.error_code,
                        high_watermark=one.high_watermark,
                        last_stable_offset=one.last_stable_offset,
                        log_start_offset=one.log_start_offset,
                        aborted_transactions=None
                        if one.aborted is None
                        else [
                            AbortedTransaction(producer_id=producer_id, first_offset=first_offset)
                            for producer_id, first_offset in one.aborted
                        ],
                        records=one.records,
                        current_leader=leader_of(one),
                    )
                    for one in partitions
                ],
            )
            for topic, partitions in topics
        ],
    )


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_requests_are_read_as_the_generated_decoder_reads_them(version, data):
    """Every field that the broker uses comes out, wherever the request lies in the buffer."""
    request = data.draw(requests(version))
    offset = data.draw(st.integers(0, 9))
    buffer = bytearray(offset) + request.encode(version)
    end = len(buffer)
    buffer += b"\xee" * data.draw(st.integers(0, 5))  # the next frame
    assert tuple(decode_request(buffer, offset, end, version)) == plain(request, version)


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_cut_is_a_wire_error(version, data):
    """A request that lacks bytes at its end, or has too many, is refused."""
    encoded = data.draw(requests(version)).encode(version)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(WireError):
        decode_request(encoded, 0, cut, version)
    with pytest.raises(WireError):
        decode_request(encoded + b"\x00", 0, len(encoded) + 1, version)


@pytest.mark.parametrize("version", [4, 7, 11, 12, 13, 15, 18])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_requests_are_never_misread(version, data):
    """What the generated decoder refuses is refused, except for junk in tags that nobody reads."""
    encoded = bytearray(data.draw(requests(version)).encode(version))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(encoded) - 1))
        encoded[at] = data.draw(st.integers(0, 255))
    try:
        expected = plain(FetchRequest.decode(encoded, version), version)
    except WireError:
        expected = None
    try:
        found = tuple(decode_request(encoded, 0, len(encoded), version))
    except WireError:
        found = None
    if expected is not None:
        assert found == expected
    elif version < 12:
        assert found is None


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_answers_are_the_generated_bytes(version, data):
    """The buffers make up the size, the response header and exactly the generated encoding."""
    topics = data.draw(answers(version))
    correlation_id = data.draw(int32)
    error_code = data.draw(int16) if version >= 7 else 0
    session_id = data.draw(int32) if version >= 7 else 0
    told = data.draw(st.lists(endpoints, max_size=3))
    buffers = encode_response(
        version,
        correlation_id,
        error_code,
        session_id,
        [one for _, partitions in topics for one in partitions],
        told,
    )
    frame = b"".join(buffers)
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4
    found_id, position = decode_response_header(frame[4:], API_KEY, version)
    assert found_id == correlation_id
    expected = generated_response(version, error_code, session_id, topics, told)
    assert frame[4 + position :] == expected.encode(version)


def test_records_are_passed_on_without_a_copy():
    """The log's own memory is one of the answer's buffers."""
    records = memoryview(bytes(1000))
    partition = AnsweredPartition("t", b"", 0, 0, records=records)
    buffers = encode_response(11, 1, 0, 0, [partition])
    assert any(buffer is records for buffer in buffers)


def test_an_answer_without_partitions_is_one_piece():
    """What an idle session gets is a few bytes in one buffer."""
    assert len(encode_response(18, 1, 0, 5, [])) == 1
