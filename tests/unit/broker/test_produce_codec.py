# SPDX-License-Identifier: Apache-2.0
"""The hand-made Produce codec against the generated messages, in every version, both ways."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.broker.node_endpoints import NodeEndpoint, no_endpoints
from ottla.broker.produce_codec import (
    PartitionOutcome,
    ProduceShape,
    decode_request,
    encode_response,
    records_span,
)
from ottla.protocol.errors import WireError
from ottla.protocol.headers import decode_response_header
from ottla.protocol.messages.produce import (
    BatchIndexAndErrorMessage,
    LeaderIdAndEpoch,
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
    TopicProduceResponse,
)
from ottla.protocol.messages.produce import NodeEndpoint as ProduceNodeEndpoint

VERSIONS = range(3, 14)
API_KEY = 0

int16 = st.integers(-(2**15), 2**15 - 1)
int32 = st.integers(-(2**31), 2**31 - 1)
int64 = st.integers(-(2**63), 2**63 - 1)
topic_ids = st.binary(min_size=16, max_size=16)
records = st.one_of(
    st.none(), st.binary(max_size=40), st.sampled_from([126, 127, 128, 16382, 16383]).map(bytes)
)
texts = st.text(max_size=12)
nullable_texts = st.none() | texts


@st.composite
def requests(draw, version):
    """Draw a request that `version` can carry."""
    by_id = version >= 13
    return ProduceRequest(
        transactional_id=draw(nullable_texts),
        acks=draw(int16),
        timeout_ms=draw(int32),
        topic_data=[
            TopicProduceData(
                name="" if by_id else draw(texts),
                topic_id=draw(topic_ids) if by_id else bytes(16),
                partition_data=[
                    PartitionProduceData(index=draw(int32), records=draw(records))
                    for _ in range(draw(st.integers(0, 3)))
                ],
            )
            for _ in range(draw(st.integers(0, 3)))
        ],
    )


@st.composite
def outcomes(draw, version):
    """Draw what an answer of `version` says of one partition."""
    tells_records = version >= 8
    leaders = st.none() | st.tuples(int32, int32)
    return PartitionOutcome(
        draw(int32),
        draw(int16),
        draw(int64),
        draw(int64),
        draw(int64) if version >= 5 else -1,
        tuple(draw(st.lists(st.tuples(int32, nullable_texts), max_size=3)))
        if tells_records
        else (),
        draw(nullable_texts) if tells_records else None,
        draw(leaders),
    )


def wire_name(name: str | bytes, version: int) -> bytes:
    """Return a topic's name or id as the request carries it."""
    if isinstance(name, bytes):
        return name
    raw = name.encode()
    return bytes([len(raw) + 1]) + raw if version >= 9 else len(raw).to_bytes(2, "big") + raw


def as_generated(view, data: bytes) -> tuple:
    """Turn our view of a request into plain values."""
    return (
        view.transactional_id,
        view.acks,
        view.timeout_ms,
        [
            (
                topic.name or "",
                topic.topic_id or bytes(16),
                [
                    (one.partition, data[one.records_start : one.records_end])
                    for one in topic.partitions
                ],
            )
            for topic in view.topics
        ],
    )


def plain(request: ProduceRequest) -> tuple:
    """Turn a generated request into plain values; null and empty records mean the same here."""
    return (
        request.transactional_id,
        request.acks,
        request.timeout_ms,
        [
            (
                topic.name,
                topic.topic_id,
                [(one.index, bytes(one.records or b"")) for one in topic.partition_data],
            )
            for topic in request.topic_data
        ],
    )


endpoints = st.builds(NodeEndpoint, int32, texts, int32, nullable_texts)


def leader_of(one) -> LeaderIdAndEpoch | None:
    """Return what an answer says of the leader, as the generated class."""
    if one.leader is None:
        return None
    return LeaderIdAndEpoch(leader_id=one.leader[0], leader_epoch=one.leader[1])


def generated_response(version, topics, told=()) -> ProduceResponse:
    """Build the same answer from generated classes."""
    return ProduceResponse(
        node_endpoints=[ProduceNodeEndpoint(**one._asdict()) for one in told]
        if version >= 10
        else [],
        responses=[
            TopicProduceResponse(
                name="" if isinstance(name, bytes) else name,
                topic_id=name if isinstance(name, bytes) else bytes(16),
                partition_responses=[
                    PartitionProduceResponse(
                        index=one.partition,
                        error_code=one.error_code,
                        base_offset=one.base_offset,
                        log_append_time_ms=one.log_append_time_ms,
                        log_start_offset=one.log_start_offset,
                        record_errors=[
                            BatchIndexAndErrorMessage(
                                batch_index=index, batch_index_error_message=message
                            )
                            for index, message in one.record_errors
                        ],
                        error_message=one.error_message,
                        current_leader=leader_of(one) if version >= 10 else None,
                    )
                    for one in partitions
                ],
            )
            for name, partitions in topics
        ],
    )


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_requests_are_read_as_the_generated_decoder_reads_them(version, data):
    """Every field of any request in every version comes out, wherever it lies in the buffer."""
    request = data.draw(requests(version))
    offset = data.draw(st.integers(0, 9))
    buffer = bytearray(offset) + request.encode(version)
    end = len(buffer)
    buffer += b"\xee" * data.draw(st.integers(0, 5))  # the next frame
    view = decode_request(buffer, offset, end, version)
    assert as_generated(view, bytes(buffer)) == plain(request)
    for topic, original in zip(view.topics, request.topic_data, strict=True):
        name = original.topic_id if version >= 13 else original.name
        assert topic.wire_name == wire_name(name, version)


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


@pytest.mark.parametrize("version", [3, 8, 9, 12, 13])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_requests_are_taken_or_refused_as_the_generated_decoder_does(version, data):
    """A changed byte leads to WireError or to the same values as the generated decoder's."""
    encoded = bytearray(data.draw(requests(version)).encode(version))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(encoded) - 1))
        encoded[at] = data.draw(st.integers(0, 255))
    try:
        expected = plain(ProduceRequest.decode(encoded, version))
    except WireError:
        expected = None
    if expected is None:
        with pytest.raises(WireError):
            decode_request(encoded, 0, len(encoded), version)
    else:
        view = decode_request(encoded, 0, len(encoded), version)
        assert as_generated(view, bytes(encoded)) == expected


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_answers_are_the_generated_bytes(version, data):
    """The frame is the size, the response header and exactly the generated encoding."""
    names = topic_ids if version >= 13 else texts
    topics = data.draw(
        st.lists(st.tuples(names, st.lists(outcomes(version), max_size=3)), max_size=3)
    )
    correlation_id = data.draw(int32)
    leaders = [one.leader[0] for _, ours in topics for one in ours if one.leader]
    told = data.draw(st.lists(endpoints, max_size=3)) if leaders else []

    def endpoints_of(asked):
        assert list(asked) == leaders
        return told

    frame = encode_response(
        version,
        correlation_id,
        [(wire_name(name, version), ours) for name, ours in topics],
        endpoints_of,
    )
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4
    found_id, position = decode_response_header(frame[4:], API_KEY, version)
    assert found_id == correlation_id
    assert frame[4 + position :] == generated_response(version, topics, told).encode(version)


def shape_of(
    version: int, name: str | bytes, index: int = 3, acks: int = 1, endpoints_of=no_endpoints
) -> ProduceShape:
    """Make the shape of a producer's request to one partition."""
    by_id = isinstance(name, bytes)
    request = ProduceRequest(
        acks=acks,
        timeout_ms=1500,
        topic_data=[
            TopicProduceData(
                name="" if by_id else name,
                topic_id=name if by_id else bytes(16),
                partition_data=[PartitionProduceData(index=index, records=b"r" * 70)],
            )
        ],
    )
    encoded = request.encode(version)
    view = decode_request(encoded, 0, len(encoded), version)
    prefix = encoded[: view.topics[0].partitions[0].records_start - (1 if version >= 9 else 4)]
    partition = SimpleNamespace(index=index)
    return ProduceShape(prefix, version, partition, 7, view, endpoints_of)


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_shaped_answer_equals_the_generated_one(version, data):
    """One struct.pack gives the bytes that the general encoder gives, whatever the values are."""
    name = data.draw(topic_ids if version >= 13 else texts)
    index = data.draw(int32)
    shape = shape_of(version, name, index)
    correlation_id = data.draw(int32)
    values = data.draw(st.tuples(int64, int64, int64))
    frame = shape.pack(correlation_id, *values)
    start_offset = values[2] if version >= 5 else -1
    outcome = PartitionOutcome(index, 0, values[0], values[1], start_offset)
    assert frame == encode_response(
        version, correlation_id, [(wire_name(name, version), [outcome])]
    )
    assert len(frame) == shape.size


def test_a_refusal_of_a_shape_is_what_the_general_encoder_says():
    """A request of a known shape that fails is told the leader and its address as any other."""
    told = [NodeEndpoint(4, "broker-4.example", 9092, "b")]
    shape = shape_of(10, "t", endpoints_of=lambda asked: told if list(asked) == [4] else [])
    outcome = PartitionOutcome(3, 6, leader=(4, 9))
    assert shape.refuse(17, outcome) == encode_response(
        10, 17, [(wire_name("t", 10), [outcome])], lambda _: told
    )


def after_prefix(version: int, payload: bytes) -> bytes:
    """Return what follows a shape's prefix in a request with these records."""
    encoded = ProduceRequest(
        acks=1,
        timeout_ms=1500,
        topic_data=[
            TopicProduceData(partition_data=[PartitionProduceData(index=3, records=payload)])
        ],
    ).encode(version)
    prefix = shape_of(version, bytes(16) if version >= 13 else "").prefix
    assert encoded.startswith(prefix)
    return encoded[len(prefix) :]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("size", [1, 61, 126, 127, 128, 16382, 16383, 16384, 2_100_000])
def test_the_records_of_a_fitting_request_are_found(version, size):
    """Records of any size, with any length of the size field, are found exactly."""
    shape = shape_of(version, bytes(16) if version >= 13 else "")
    rest = b"\xaa" * 5 + after_prefix(version, b"R" * size)
    span = records_span(rest + b"next frame", 5, len(rest), shape)
    assert span is not None
    assert rest[span[0] : span[1]] == b"R" * size


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_does_not_fit_exactly_is_left_to_the_decoder(version, data):
    """A damaged tail is refused, or means the same as the full decoder says."""
    shape = shape_of(version, bytes(16) if version >= 13 else "")
    rest = bytearray(after_prefix(version, data.draw(st.binary(min_size=1, max_size=200))))
    kind = data.draw(st.sampled_from(["flip", "cut", "more"]))
    if kind == "flip":
        at = data.draw(st.integers(0, min(len(rest) - 1, 5)) | st.integers(0, len(rest) - 1))
        rest[at] = data.draw(st.integers(0, 255))
    elif kind == "cut":
        del rest[data.draw(st.integers(0, len(rest) - 1)) :]
    else:
        rest += data.draw(st.binary(min_size=1, max_size=4))
    span = records_span(rest, 0, len(rest), shape)
    if span is None:
        return
    whole = shape.prefix + rest
    view = decode_request(whole, 0, len(whole), version)
    assert len(view.topics) == len(view.topics[0].partitions) == 1
    only = view.topics[0].partitions[0]
    shift = len(shape.prefix)
    assert (only.records_start, only.records_end) == (span[0] + shift, span[1] + shift)


@pytest.mark.parametrize("version", [3, 8, 9, 13])
@pytest.mark.parametrize("payload", [None, b""])
def test_absent_records_do_not_fit_a_shape(version, payload):
    """Null and empty records take the full road, which refuses them by name."""
    shape = shape_of(version, bytes(16) if version >= 13 else "")
    rest = after_prefix(version, payload)
    assert records_span(rest, 0, len(rest), shape) is None


def test_tagged_fields_behind_the_records_do_not_fit_a_shape():
    """A client that sends tags is decoded in full."""
    shape = shape_of(9, "")
    rest = after_prefix(9, b"R" * 80)
    for at in (-1, -2, -3):
        tagged = bytearray(rest)
        tagged[at] = 1
        assert records_span(tagged, 0, len(tagged), shape) is None


@pytest.mark.parametrize(
    "rest", [b"", b"\x80", b"\x80\x80\x80\x80\x80\x01rest", b"\xff\xff\xff\xff\x7f", b"\x01\0\0\0"]
)
def test_broken_sizes_do_not_fit_a_flexible_shape(rest):
    """Varints that end early, run over or say zero are no fit."""
    assert records_span(rest, 0, len(rest), shape_of(9, "")) is None


@pytest.mark.parametrize("rest", [b"", b"\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\5abcd"])
def test_broken_sizes_do_not_fit_a_classic_shape(rest):
    """Sizes that end early, are negative or too large are no fit."""
    assert records_span(rest, 0, len(rest), shape_of(8, "")) is None
