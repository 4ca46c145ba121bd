# SPDX-License-Identifier: Apache-2.0
"""The generator's own encoder is right: foreign decoders read what it writes."""

import io
import struct

import pytest
from aiokafka.record.default_records import DefaultRecordBatch
from kio.schema.create_topics.v4.request import CreateTopicsRequest
from kio.schema.delete_topics.v3.request import DeleteTopicsRequest
from kio.schema.fetch.v11.request import FetchRequest
from kio.schema.fetch.v11.response import FetchResponse
from kio.schema.list_offsets.v1.request import ListOffsetsRequest
from kio.schema.metadata.v1.request import MetadataRequest
from kio.schema.produce.v7.request import ProduceRequest
from kio.schema.produce.v7.response import ProduceResponse
from kio.serial import entity_writer
from tests.benchmarks.kio_frames import read

from benchmarks import admin, frames


def test_batches_pass_a_foreign_crc_check_and_decode() -> None:
    """A batch has a valid CRC and the values that went in."""
    values = [b"", b"a", b"x" * 63, b"y" * 64, b"z" * 9000]
    batch = frames.batch_of(values, timestamp_ms=1_700_000_000_000)
    foreign = DefaultRecordBatch(bytearray(batch.data))
    assert foreign.validate_crc()
    assert [record.value for record in foreign] == values
    assert batch.record_count == 5
    assert batch.value_bytes == sum(map(len, values))


@pytest.mark.parametrize(("record_bytes", "batch_bytes"), [(100, 16384), (1000, 1_000_000), (9, 1)])
def test_filled_batches_keep_to_their_size(record_bytes: int, batch_bytes: int) -> None:
    """As many records as fit, at least one."""
    batch = frames.filled_batch(record_bytes, batch_bytes)
    assert batch.record_count >= 1
    if batch.record_count > 1:
        assert batch_bytes * 0.95 < len(batch.data) <= batch_bytes


def test_values_of_one_turn_differ_from_the_next_in_bytes_only() -> None:
    """Sizes stay, so that all requests of a load have one size."""
    first = frames.values_of(100, 50, spread_bytes=20, turn=0)
    second = frames.values_of(100, 50, spread_bytes=20, turn=1)
    assert list(map(len, first)) == list(map(len, second))
    assert first != second
    assert {len(value) for value in first} <= set(range(80, 121))
    assert len({len(value) for value in first}) > 20


def test_produce_requests_read_as_meant() -> None:
    """Topics, partitions, acks and records are where Produce v7 has them."""
    request = read(ProduceRequest, frames.produce([("t", [0, 3]), ("u", [1])], b"batch", acks=-1))
    assert request.acks == -1
    assert [topic.name for topic in request.topic_data] == ["t", "u"]
    assert [part.index for part in request.topic_data[0].partition_data] == [0, 3]
    assert request.topic_data[1].partition_data[0].records == b"batch"


@pytest.mark.parametrize(
    "topics",
    [
        [("topic", [0])],
        [("topic", [0, 1, 2])],
        [("first", [0]), ("other", [0])],
    ],
)
def test_produce_answers_have_the_layout_that_is_checked(topics) -> None:
    """Error codes are found at the computed places and the answer has the computed size."""
    answer = produce_answer(topics, error=6)
    layout = frames.produce_answer_layout(topics)
    assert len(answer) == layout.size
    for entry in range(layout.entry_count):
        at = layout.error_at + entry * layout.entry_stride
        assert struct.unpack_from(">h", answer, at)[0] == 6


def produce_answer(topics, *, error: int) -> bytes:
    """Encode the broker's side with kio, every partition with this error code."""
    import datetime as dt

    from kio.schema.errors import ErrorCode
    from kio.schema.produce.v7 import response as produce_v7
    from kio.schema.types import TopicName

    response = ProduceResponse(
        responses=tuple(
            produce_v7.TopicProduceResponse(
                name=TopicName(name),
                partition_responses=tuple(
                    produce_v7.PartitionProduceResponse(
                        index=index,
                        error_code=ErrorCode(error),
                        base_offset=7,
                        log_append_time=None,
                        log_start_offset=0,
                    )
                    for index in partitions
                ),
            )
            for name, partitions in topics
        ),
        throttle_time=dt.timedelta(0),
    )
    return framed(response)


def framed(response) -> bytes:
    """Put size and correlation id in front."""
    body = io.BytesIO()
    entity_writer(type(response))(body, response)
    return struct.pack(">ii", len(body.getvalue()) + 4, 1) + body.getvalue()


def test_fetch_requests_read_as_meant() -> None:
    """Offsets and limits are where Fetch v11 has them, outside any session by default."""
    request = read(
        FetchRequest, frames.fetch([("t", [(2, 77)])], max_bytes=1000, partition_max_bytes=500)
    )
    (topic,) = request.topics
    (partition,) = topic.partitions
    assert (partition.partition, partition.fetch_offset) == (2, 77)
    assert (request.max_bytes, partition.partition_max_bytes) == (1000, 500)
    assert (request.session_id, request.session_epoch) == (0, -1)
    assert topic.topic == "t"


def test_fetch_answers_have_the_layout_that_is_read() -> None:
    """The records are found at the computed place."""
    import datetime as dt

    from kio.schema.errors import ErrorCode
    from kio.schema.fetch.v11 import response as fetch_v11
    from kio.schema.types import BrokerId, TopicName

    partition = fetch_v11.PartitionData(
        partition_index=0,
        error_code=ErrorCode.none,
        high_watermark=9,
        last_stable_offset=9,
        log_start_offset=0,
        aborted_transactions=None,
        preferred_read_replica=BrokerId(-1),
        records=b"records",
    )
    answer = framed(
        FetchResponse(
            throttle_time=dt.timedelta(0),
            error_code=ErrorCode.none,
            session_id=0,
            responses=(
                fetch_v11.FetchableTopicResponse(topic=TopicName("t"), partitions=(partition,)),
            ),
        )
    )
    layout = frames.fetch_answer_layout("t")
    assert struct.unpack_from(">h", answer, layout.error_at)[0] == 0
    assert struct.unpack_from(">i", answer, layout.records_size_at)[0] == 7
    assert answer[layout.records_at :] == b"records"


def test_topic_requests_read_as_meant() -> None:
    """Create, delete, metadata and list-offsets requests decode to what was asked."""
    created = read(CreateTopicsRequest, frames.create_topics([("t", 3)], [("k", "v")]))
    assert [(topic.name, topic.num_partitions) for topic in created.topics] == [("t", 3)]
    assert [(config.name, config.value) for config in created.topics[0].configs] == [("k", "v")]
    assert read(DeleteTopicsRequest, frames.delete_topics(["t"])).topic_names == ("t",)
    assert [topic.name for topic in read(MetadataRequest, frames.metadata(["t"])).topics] == ["t"]
    listed = read(ListOffsetsRequest, frames.list_offsets("t", 4, -1)).topics[0]
    assert (listed.name, listed.partitions[0].partition_index) == ("t", 4)


def test_addresses_split_at_the_last_colon() -> None:
    """HOST:PORT."""
    assert admin.parse_address("127.0.0.1:9092") == ("127.0.0.1", 9092)
