# SPDX-License-Identifier: Apache-2.0
"""Each error that Produce answers, and the three promises of acks."""

from __future__ import annotations

import errno
import struct

import pytest

from ottla.broker.handlers import produce
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.fetch import FetchPartition, FetchRequest, FetchTopic
from ottla.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from ottla.records.batch import write_crc
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.record import Record
from ottla.storage.partition_log import PartitionLog

VERSIONS = produce.VERSIONS
BY_NAME = 11
BY_ID = 13


def request(records, *, topic="t", index=0, acks=1, timeout_ms=1000, topic_id=None):
    """Make a request for one partition."""
    return ProduceRequest(
        acks=acks,
        timeout_ms=timeout_ms,
        topic_data=[
            TopicProduceData(
                name="" if topic_id else topic,
                topic_id=topic_id or bytes(16),
                partition_data=[PartitionProduceData(index=index, records=records)],
            )
        ],
    )


def only(response):
    """Return what an answer says of its one partition."""
    ((outcome,),) = [topic.partition_responses for topic in response.responses]
    return outcome


def stored(world, partition):
    """Return (offset, value) of what the log holds."""
    found = partition.log.locate(partition.log_start_offset, 1_000_000, partition.high_watermark)
    return world.values(found.read_nowait()) if found is not None else []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("acks", [1, -1])
def test_records_are_appended_in_every_version(world, version, acks):
    """Requests get consecutive offsets; the second takes the shape of the first.

    Versions without zstd remember no shape, since each batch's codec has to be looked at.
    """
    partition = world.partition()
    client = world.client()
    topic_id = partition.topic_id if version >= 13 else None
    for number in range(3):
        answer = client.ask(request(world.batch(b"a", b"b"), acks=acks, topic_id=topic_id), version)
        outcome = only(answer)
        assert outcome.error_code == ErrorCode.NONE
        assert outcome.base_offset == 2 * number
        assert outcome.log_append_time_ms == -1
        assert outcome.log_start_offset == (0 if version >= 5 else -1)
        name = answer.responses[0].topic_id if topic_id else answer.responses[0].name
        assert name == (topic_id or "t")
    has_shape = client.connection.attributes.produce_shape is not None
    assert has_shape == (version >= produce.ZSTD_FROM)
    assert stored(world, partition) == list(enumerate([b"a", b"b"] * 3))


@pytest.mark.parametrize("version", [3, 6, 7])
def test_zstd_needs_a_version_that_knows_it(world, version):
    """UNSUPPORTED_COMPRESSION_TYPE: a client of that age could not read what it wrote."""
    world.partition()
    records = [Record(0, world.clock.wall_ms(), None, b"v")]
    batch = build_batch(records, codec=Codec.ZSTD)
    outcome = only(world.client().ask(request(batch), version))
    if version < 7:
        assert outcome.error_code == ErrorCode.UNSUPPORTED_COMPRESSION_TYPE
    else:
        assert outcome.error_code == ErrorCode.NONE


def test_pipelined_requests_are_written_at_once(world, monkeypatch):
    """A burst of requests costs one write of each log, before any answer leaves."""
    partition = world.partition()
    client = world.client()
    writes = []
    write_staged = PartitionLog.write_staged
    monkeypatch.setattr(
        PartitionLog, "write_staged", lambda log: (writes.append(log), write_staged(log))
    )
    frames = [client.frame(request(world.batch(b"%d" % at)), BY_NAME) for at in range(5)]
    client.send(b"".join(frames))
    assert [only(client.answer()).base_offset for _ in range(5)] == [0, 1, 2, 3, 4]
    assert writes == [partition.log]


def test_two_producers_share_a_burst_each_without_the_other(world):
    """Requests of different shapes on one connection are all answered in order."""
    world.partition("t", 0)
    world.partition("t", 1)
    client = world.client()
    plan = [0, 1, 0, 0, 1]
    client.send(
        b"".join(client.frame(request(world.batch(b"x"), index=at), BY_NAME) for at in plan)
    )
    outcomes = [only(client.answer()) for _ in plan]
    assert [(one.index, one.base_offset) for one in outcomes] == [
        (0, 0),
        (1, 0),
        (0, 1),
        (0, 2),
        (1, 1),
    ]


def test_acks_zero_gets_no_answer(world):
    """The records are appended and nothing is sent back, by either road."""
    partition = world.partition()
    client = world.client()
    for _ in range(3):
        assert client.ask(request(world.batch(b"a"), acks=0), BY_NAME) is None
        client.forget_asked()
    assert partition.high_watermark == 3
    assert not client.is_closed


def test_acks_zero_learns_of_an_error_by_a_closed_connection(world):
    """There is no other way to tell."""
    world.partition()
    client = world.client()
    client.ask(request(world.batch(b"a"), acks=0, topic="unknown"), BY_NAME)
    assert client.is_closed


def test_acks_zero_learns_of_an_error_of_a_known_shape_too(world):
    """The quick road closes likewise."""
    world.partition()
    client = world.client()
    client.ask(request(world.batch(b"a"), acks=0), BY_NAME)
    assert not client.is_closed
    client.ask(request(b"no batch", acks=0), BY_NAME)
    assert client.is_closed


@pytest.mark.parametrize("acks", [2, -2, 32767])
def test_invalid_required_acks(world, acks):
    """Only -1, 0 and 1 mean something."""
    partition = world.partition()
    outcome = only(world.client().ask(request(world.batch(b"a"), acks=acks), BY_NAME))
    assert outcome.error_code == ErrorCode.INVALID_REQUIRED_ACKS
    assert partition.log.log_end_offset == 0


@pytest.mark.parametrize(("topic", "index"), [("unknown", 0), ("t", 1), ("t", -1)])
def test_unknown_topic_or_partition(world, topic, index):
    """Neither the topic nor the partition number exists."""
    world.partition()
    outcome = only(world.client().ask(request(world.batch(b"a"), topic=topic, index=index), 11))
    assert outcome.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_unknown_topic_id(world):
    """An id that no topic has; a known id with an unknown number is another error."""
    partition = world.partition()
    client = world.client()
    answer = client.ask(request(world.batch(b"a"), topic_id=b"?" * 16), BY_ID)
    assert only(answer).error_code == ErrorCode.UNKNOWN_TOPIC_ID
    answer = client.ask(request(world.batch(b"a"), topic_id=partition.topic_id, index=9), BY_ID)
    assert only(answer).error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@pytest.mark.parametrize("topic", sorted(produce.INTERNAL_TOPICS))
def test_internal_topics_are_not_for_clients(world, topic):
    """INVALID_TOPIC_EXCEPTION, but for the admin client id that Kafka lets through."""
    world.partition(topic)
    client = world.client()
    outcome = only(client.ask(request(world.batch(b"a"), topic=topic), BY_NAME))
    assert outcome.error_code == ErrorCode.INVALID_TOPIC_EXCEPTION
    outcome = only(
        client.ask(request(world.batch(b"a"), topic=topic), BY_NAME, produce.ADMIN_CLIENT_ID)
    )
    assert outcome.error_code == ErrorCode.NONE


def test_a_shape_of_the_admin_client_does_not_let_others_in(world):
    """Another client id on the same connection is another shape."""
    world.partition("__consumer_offsets")
    client = world.client()
    ask = request(world.batch(b"a"), topic="__consumer_offsets")
    assert only(client.ask(ask, BY_NAME, produce.ADMIN_CLIENT_ID)).error_code == 0
    assert only(client.ask(ask, BY_NAME, "x")).error_code == ErrorCode.INVALID_TOPIC_EXCEPTION


def test_not_enough_replicas_holds_for_acks_all_only(world):
    """min.insync.replicas above the replica count refuses acks=all and nothing is appended."""
    partition = world.partition(min_insync_replicas=2)
    client = world.client()
    outcome = only(client.ask(request(world.batch(b"a"), acks=-1), BY_NAME))
    assert outcome.error_code == ErrorCode.NOT_ENOUGH_REPLICAS
    assert "min.insync.replicas" in outcome.error_message
    assert partition.log.log_end_offset == 0
    assert only(client.ask(request(world.batch(b"a"), acks=1), BY_NAME)).error_code == 0


def test_a_raised_min_insync_replicas_reaches_a_known_shape(world):
    """A configuration change makes shapes stale."""
    partition = world.partition()
    client = world.client()
    assert only(client.ask(request(world.batch(b"a"), acks=-1), BY_NAME)).error_code == 0
    config = partition.log.config
    partition.configure(type(config)(min_insync_replicas=2))
    world.replicas.generation += 1
    outcome = only(client.ask(request(world.batch(b"a"), acks=-1), BY_NAME))
    assert outcome.error_code == ErrorCode.NOT_ENOUGH_REPLICAS


def test_a_transactional_batch_needs_a_transaction(world):
    """INVALID_TXN_STATE: nobody has begun one."""
    world.partition()
    batch = world.batch(b"a", producer_id=7, producer_epoch=0, base_sequence=0, transactional=True)
    outcome = only(world.client().ask(request(batch), BY_NAME))
    assert outcome.error_code == ErrorCode.INVALID_TXN_STATE


def broken_crc(batch: bytes) -> bytes:
    """Change one bit of a value."""
    return batch[:-2] + bytes([batch[-2] ^ 1]) + batch[-1:]


def with_magic(magic: int):
    """Return a change that claims another format."""
    return lambda batch: batch[:16] + bytes([magic]) + batch[17:]


def with_header(at: int, code: str, value: int):
    """Return a change of a header field, with a CRC that fits."""

    def change(batch: bytes) -> bytes:
        changed = bytearray(batch)
        struct.pack_into(code, changed, at, value)
        write_crc(changed)
        return bytes(changed)

    return change


@pytest.mark.parametrize("known_shape", [False, True])
@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (broken_crc, ErrorCode.CORRUPT_MESSAGE),
        (with_magic(0), ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT),
        (with_magic(1), ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT),
        (with_magic(3), ErrorCode.CORRUPT_MESSAGE),
        (with_header(57, ">i", 5), ErrorCode.INVALID_RECORD),  # record count
        (with_header(23, ">i", 7), ErrorCode.INVALID_RECORD),  # last offset delta
        (with_header(21, ">h", 5), ErrorCode.UNSUPPORTED_COMPRESSION_TYPE),
        (with_header(21, ">h", 0x20), ErrorCode.INVALID_RECORD),  # control batch
        (with_header(8, ">i", 10_000), ErrorCode.CORRUPT_MESSAGE),  # batch length
        (lambda batch: batch + batch, ErrorCode.INVALID_RECORD),  # two batches
        (lambda batch: batch[:40], ErrorCode.CORRUPT_MESSAGE),
        (lambda batch: b"\xff", ErrorCode.CORRUPT_MESSAGE),
    ],
)
def test_what_validation_refuses_is_answered(world, damage, code, known_shape):
    """A bad batch gets its code and changes nothing, by the quick road as by the long one."""
    partition = world.partition()
    client = world.client()
    if known_shape:
        client.ask(request(world.batch(b"a", b"b")), BY_NAME)
    before = partition.log.log_end_offset
    outcome = only(client.ask(request(damage(world.batch(b"a", b"b"))), BY_NAME))
    assert outcome.error_code == code
    assert outcome.error_message
    assert (outcome.base_offset, partition.log.log_end_offset) == (-1, before)
    again = only(client.ask(request(world.batch(b"c")), BY_NAME))
    assert (again.error_code, again.base_offset) == (0, before)


@pytest.mark.parametrize("records", [None, b""])
def test_absent_records_are_refused(world, records):
    """A partition without records is INVALID_RECORD."""
    world.partition()
    outcome = only(world.client().ask(request(records), BY_NAME))
    assert outcome.error_code == ErrorCode.INVALID_RECORD


def test_a_batch_above_the_limit_of_its_topic(world):
    """MESSAGE_TOO_LARGE, with the limit's name."""
    world.partition(max_message_bytes=1000)
    outcome = only(world.client().ask(request(world.batch(bytes(2000))), BY_NAME))
    assert outcome.error_code == ErrorCode.MESSAGE_TOO_LARGE
    assert "max.message.bytes" in outcome.error_message


def test_record_errors_name_the_records(world):
    """A compacted topic says which records lack a key (KIP-467)."""
    world.partition(cleanup_compact=True, cleanup_delete=False)
    batch = world.batch(b"1", b"2", b"3", keys=[b"k", None, None])
    outcome = only(world.client().ask(request(batch), BY_NAME))
    assert outcome.error_code == ErrorCode.INVALID_RECORD
    assert [one.batch_index for one in outcome.record_errors] == [1, 2]


def test_timestamps_out_of_range(world):
    """INVALID_TIMESTAMP for a record from too far ahead."""
    world.partition()
    batch = world.batch(b"a", timestamp_ms=world.clock.wall_ms() + 2 * 3_600_000)
    outcome = only(world.client().ask(request(batch), BY_NAME))
    assert outcome.error_code == ErrorCode.INVALID_TIMESTAMP


@pytest.mark.parametrize("version", [3, 5, 8, 9, 13])
def test_log_append_time_is_told(world, version):
    """A topic that stamps its records answers the time, by both roads."""
    partition = world.partition(message_timestamp_type="LogAppendTime")
    client = world.client()
    topic_id = partition.topic_id if version >= 13 else None
    for _ in range(3):
        outcome = only(client.ask(request(world.batch(b"a"), topic_id=topic_id), version))
        assert outcome.log_append_time_ms == world.clock.wall_ms()
        world.pass_time(10)


def idempotent(world, *values: bytes, sequence, producer_id=7, producer_epoch=0):
    """Make a batch of an idempotent producer."""
    return world.batch(
        *values,
        producer_id=producer_id,
        producer_epoch=producer_epoch,
        base_sequence=sequence,
    )


def test_a_repeated_batch_is_answered_with_its_first_offsets(world):
    """Five batches are remembered; a retry is acknowledged and not appended again."""
    partition = world.partition()
    client = world.client()
    for number in range(6):
        client.ask(request(idempotent(world, b"a", b"b", sequence=2 * number)), BY_NAME)
    for number in (5, 1, 3):
        outcome = only(
            client.ask(request(idempotent(world, b"a", b"b", sequence=2 * number)), BY_NAME)
        )
        assert (outcome.error_code, outcome.base_offset) == (0, 2 * number)
    assert partition.log.log_end_offset == 12


def test_sequences_out_of_order(world):
    """A gap is OUT_OF_ORDER_SEQUENCE_NUMBER, an old epoch INVALID_PRODUCER_EPOCH."""
    partition = world.partition()
    client = world.client()
    fresh = idempotent(world, b"a", sequence=0, producer_epoch=1)
    assert only(client.ask(request(fresh), BY_NAME)).error_code == 0
    gap = idempotent(world, b"a", sequence=5, producer_epoch=1)
    outcome = only(client.ask(request(gap), BY_NAME))
    assert outcome.error_code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    fenced = idempotent(world, b"a", sequence=1, producer_epoch=0)
    outcome = only(client.ask(request(fenced), BY_NAME))
    assert outcome.error_code == ErrorCode.INVALID_PRODUCER_EPOCH
    assert partition.log.log_end_offset == 1


def test_one_bad_partition_does_not_hurt_its_neighbours(world):
    """Outcomes are values: each partition of a request has its own."""
    good, bad = world.partition("t", 0), world.partition("t", 1)
    batch = world.batch(b"a")
    answer = world.client().ask(
        ProduceRequest(
            acks=-1,
            timeout_ms=1000,
            topic_data=[
                TopicProduceData(
                    name="t",
                    partition_data=[
                        PartitionProduceData(index=1, records=broken_crc(batch)),
                        PartitionProduceData(index=0, records=batch),
                        PartitionProduceData(index=2, records=batch),
                    ],
                ),
                TopicProduceData(
                    name="u", partition_data=[PartitionProduceData(index=0, records=batch)]
                ),
            ],
        ),
        BY_NAME,
    )
    codes = [[one.error_code for one in topic.partition_responses] for topic in answer.responses]
    unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert codes == [[ErrorCode.CORRUPT_MESSAGE, 0, unknown], [unknown]]
    assert (good.high_watermark, bad.high_watermark) == (1, 0)


def test_a_log_that_is_offline_answers_a_storage_error(world):
    """KAFKA_STORAGE_ERROR for a partition whose disk failed before."""
    partition = world.partition()
    client = world.client()
    partition.log.is_offline = True
    outcome = only(client.ask(request(world.batch(b"a")), BY_NAME))
    assert outcome.error_code == ErrorCode.KAFKA_STORAGE_ERROR


def test_a_disk_that_fails_in_the_burst_acknowledges_nothing(world):
    """The connection is closed, the failure reported, and nothing is left of the append."""
    partition = world.partition()
    client = world.client()
    client.ask(request(world.batch(b"a")), BY_NAME)
    world.disk.fail_next("pwritev", errno.EIO)
    assert client.ask(request(world.batch(b"b")), BY_NAME) is None
    assert client.is_closed
    assert [failed for failed, _ in world.storage_failures] == [partition]
    assert partition.high_watermark == 1


def test_a_full_disk_costs_the_burst_and_no_more(world):
    """Nothing is acknowledged, the directory stays online, and the retry finds its place."""
    partition = world.partition()
    client = world.client()
    client.ask(request(idempotent(world, b"a", sequence=0)), BY_NAME)
    world.disk.fail_next("pwritev", errno.ENOSPC)
    assert client.ask(request(idempotent(world, b"b", sequence=1)), BY_NAME) is None
    assert client.is_closed
    assert world.storage_failures == []
    outcome = only(world.client().ask(request(idempotent(world, b"b", sequence=1)), BY_NAME))
    assert (outcome.error_code, outcome.base_offset) == (0, 1)
    assert stored(world, partition) == [(0, b"a"), (1, b"b")]


@pytest.mark.parametrize("error_number", [errno.ENOSPC, errno.EIO])
def test_a_roll_that_fails_takes_back_the_whole_burst(world, error_number):
    """An append that was staged before the failure is not acknowledged either."""
    partition = world.partition(segment_bytes=200)
    client = world.client()
    client.ask(request(world.batch(b"0")), BY_NAME)
    world.disk.fail_next("pwritev", error_number)
    frames = [client.frame(request(world.batch(bytes(60))), BY_NAME) for _ in range(2)]
    client.send(b"".join(frames))
    assert client.answer() is None
    assert client.is_closed
    assert partition.high_watermark == 1


def test_a_fetch_that_fails_to_write_takes_back_the_burst(world):
    """A read writes what is staged; when that fails, the producer in front of it is not told."""
    partition = world.partition()
    client = world.client()
    client.ask(request(world.batch(b"0")), BY_NAME)
    world.disk.fail_next("pwritev", errno.ENOSPC)
    fetch = FetchRequest(
        max_wait_ms=0,
        topics=[
            FetchTopic(topic="t", partitions=[FetchPartition(partition=0, partition_max_bytes=100)])
        ],
    )
    client.send(client.frame(request(world.batch(b"1")), BY_NAME) + client.frame(fetch, 11))
    assert client.answer() is None
    assert client.is_closed
    assert (partition.high_watermark, partition.log.log_end_offset) == (1, 1)


@pytest.mark.parametrize("known_shape", [False, True])
def test_a_directory_without_room_refuses_before_it_is_full(world, known_shape):
    """KAFKA_STORAGE_ERROR says why, and reading goes on."""
    partition = world.partition()
    client = world.client()
    if known_shape:
        client.ask(request(world.batch(b"a")), BY_NAME)
    world.directory.accepts_appends = False
    outcome = only(client.ask(request(world.batch(b"a")), BY_NAME))
    assert outcome.error_code == ErrorCode.KAFKA_STORAGE_ERROR
    assert "low on space" in outcome.error_message
    assert partition.log.log_end_offset == known_shape


def test_acks_all_waits_for_the_flush_under_the_ack_profile(world):
    """The answer comes with the group commit, not before."""
    partition = world.partition(flush_profile="ack")
    client = world.client()
    assert client.ask(request(world.batch(b"a"), acks=-1), BY_NAME) is None
    assert partition.high_watermark == 0
    assert world.flush_requests == [partition]
    world.flush()
    outcome = only(client.answer())
    assert (outcome.error_code, outcome.base_offset) == (0, 0)
    assert partition.high_watermark == 1
    assert len(world.purgatory) == 0


def test_acks_one_does_not_wait_for_the_flush(world):
    """The leader's page cache is what acks=1 asks for."""
    world.partition(flush_profile="ack")
    client = world.client()
    assert only(client.ask(request(world.batch(b"a"), acks=1), BY_NAME)).error_code == 0


def test_a_retry_under_the_ack_profile_waits_for_the_flush_as_well(world):
    """A duplicate is acknowledged when the first attempt is safe."""
    world.partition(flush_profile="ack")
    client = world.client()
    batch = idempotent(world, b"a", sequence=0)
    assert client.ask(request(batch, acks=-1), BY_NAME) is None
    assert client.ask(request(batch, acks=-1), BY_NAME) is None
    world.flush()
    assert [only(client.answer()).base_offset for _ in range(2)] == [0, 0]


def test_flush_messages_holds_back_the_answer(world):
    """With flush.messages=2 the second record waits for the flush, whatever acks says."""
    partition = world.partition(flush_messages=2)
    client = world.client()
    assert only(client.ask(request(world.batch(b"a")), BY_NAME)).error_code == 0
    assert client.ask(request(world.batch(b"b")), BY_NAME) is None
    assert partition.high_watermark == 2
    world.flush()
    assert only(client.answer()).base_offset == 1


def test_request_timed_out(world):
    """When the flush does not come in time, the client is told so and nothing is parked."""
    partition = world.partition(flush_profile="ack")
    client = world.client()
    assert client.ask(request(world.batch(b"a"), acks=-1, timeout_ms=500), BY_NAME) is None
    world.pass_time(499)
    assert client.answer() is None
    world.pass_time(1)
    outcome = only(client.answer())
    assert outcome.error_code == ErrorCode.REQUEST_TIMED_OUT
    assert "as safe as acks asks for" in outcome.error_message
    assert partition._observers == {}


def test_later_requests_wait_behind_a_parked_one(world):
    """Answers leave in the order of the requests although the second is ready first."""
    world.partition("safe", flush_profile="ack")
    world.partition("fast")
    client = world.client()
    assert client.ask(request(world.batch(b"a"), topic="safe", acks=-1), BY_NAME) is None
    assert client.ask(request(world.batch(b"a"), topic="fast"), BY_NAME) is None
    world.flush()
    assert [client.answer().responses[0].name for _ in range(2)] == ["safe", "fast"]


def test_a_request_that_is_no_produce_request_closes(world):
    """Junk behind the header ends the connection."""
    world.partition()
    client = world.client()
    frame = bytearray(client.frame(request(world.batch(b"a")), BY_NAME))
    frame[22:30] = b"\xff" * 8
    client.send(bytes(frame))
    assert client.is_closed
