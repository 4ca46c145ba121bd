# SPDX-License-Identifier: Apache-2.0
"""Requests of transactional producers read as meant in a foreign decoder, and so do batches."""

import datetime as dt

import pytest
from aiokafka.record.default_records import DefaultRecordBatch
from kio.schema.end_txn.v5.request import EndTxnRequest
from kio.schema.end_txn.v5.response import EndTxnResponse
from kio.schema.errors import ErrorCode
from kio.schema.fetch.v11 import response as fetch_v11
from kio.schema.init_producer_id.v1.request import InitProducerIdRequest
from kio.schema.init_producer_id.v1.response import InitProducerIdResponse
from kio.schema.produce.v12 import response as produce_v12
from kio.schema.produce.v12.request import ProduceRequest
from kio.schema.types import BrokerId, ProducerId, TopicName
from tests.benchmarks.kio_frames import answered, read

from benchmarks import frames
from benchmarks import transaction_frames as wire

NO_TIME = dt.timedelta(0)
PRODUCER = wire.Producer(77, 3)


def test_producers_are_initialised_by_their_transactional_id() -> None:
    """InitProducerId names the id; its answer says who writes."""
    assert read(InitProducerIdRequest, wire.init_producer_id("x")).transactional_id == "x"
    answer = answered(
        InitProducerIdResponse(
            throttle_time=NO_TIME,
            error_code=ErrorCode.none,
            producer_id=ProducerId(77),
            producer_epoch=3,
        )
    )
    assert wire.initialised(answer) == (0, PRODUCER)


def test_batches_become_part_of_a_transaction() -> None:
    """Producer, epoch, sequence and the attribute are written over, and the CRC is right again."""
    batch = frames.batch_of([b"a", b"b"])
    foreign = DefaultRecordBatch(bytearray(wire.transactional(batch, PRODUCER, 5)))
    assert foreign.validate_crc()
    assert foreign.is_transactional
    assert (foreign.producer_id, foreign.producer_epoch, foreign.base_sequence) == (77, 3, 5)
    assert [record.value for record in foreign] == [b"a", b"b"]


@pytest.mark.parametrize("size", [10, 126, 127, 128, 5000])
def test_produce_carries_the_transactional_id(size: int) -> None:
    """Produce v12 names id, topic and partition, and records of any size."""
    request = read(ProduceRequest, wire.produce("x", "t", 2, b"r" * size))
    assert (request.transactional_id, request.acks) == ("x", -1)
    (topic,) = request.topic_data
    (partition,) = topic.partition_data
    assert (topic.name, partition.index, partition.records) == ("t", 2, b"r" * size)


def test_the_error_of_a_produce_is_found() -> None:
    """Produce v12's answer for one partition."""
    partition = produce_v12.PartitionProduceResponse(
        index=0,
        error_code=ErrorCode.concurrent_transactions,
        base_offset=-1,
        log_append_time=None,
        log_start_offset=-1,
        record_errors=(),
        error_message=None,
    )
    topic = produce_v12.TopicProduceResponse(name=TopicName("t"), partition_responses=(partition,))
    answer = answered(produce_v12.ProduceResponse(responses=(topic,), throttle_time=NO_TIME))
    assert wire.produced(answer) == wire.CONCURRENT_TRANSACTIONS


def test_ending_a_transaction_tells_who_writes_next() -> None:
    """EndTxn v5 commits as one producer and answers the next epoch."""
    request = read(EndTxnRequest, wire.end_transaction("x", PRODUCER))
    assert (request.transactional_id, request.producer_id, request.producer_epoch) == ("x", 77, 3)
    assert request.committed
    answer = answered(
        EndTxnResponse(
            throttle_time=NO_TIME,
            error_code=ErrorCode.none,
            producer_id=ProducerId(77),
            producer_epoch=4,
        )
    )
    assert wire.ended(answer) == (0, wire.Producer(77, 4))


@pytest.mark.parametrize("records", [b"", b"records"])
@pytest.mark.parametrize(
    "aborted",
    [None, (), (fetch_v11.AbortedTransaction(producer_id=ProducerId(1), first_offset=2),)],
)
def test_fetched_bytes_are_counted_behind_any_list_of_aborted_transactions(
    records: bytes, aborted
) -> None:
    """Fetch v11 with no list, an empty one and one entry."""
    partition = fetch_v11.PartitionData(
        partition_index=0,
        error_code=ErrorCode.none,
        high_watermark=9,
        last_stable_offset=9,
        log_start_offset=0,
        aborted_transactions=aborted,
        preferred_read_replica=BrokerId(-1),
        records=records,
    )
    topic = fetch_v11.FetchableTopicResponse(topic=TopicName("t"), partitions=(partition,))
    answer = answered(
        fetch_v11.FetchResponse(
            throttle_time=NO_TIME, error_code=ErrorCode.none, session_id=0, responses=(topic,)
        )
    )
    assert wire.fetched_records_bytes(answer) == (0, len(records))
