# SPDX-License-Identifier: Apache-2.0
"""Batches that coordinators write and read again."""

from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.broker import coordinator_partition
from ottla.broker.coordinator_partition import LedPartition, decode_batches, encode_batch
from ottla.coordinators.ports import CoordinatorRecord, ProducerIdentity
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import HEADER_BYTES, CorruptRecord, read_header, verify_crc
from ottla.records.builder import build_batch
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.records.record import Record, decode_records

PRODUCER = ProducerIdentity(12, 3)
RECORDS = st.lists(
    st.builds(CoordinatorRecord, st.binary(max_size=1100), st.none() | st.binary(max_size=1100)),
    min_size=1,
    max_size=20,
)


@given(RECORDS, st.none() | st.just(PRODUCER))
def test_a_batch_is_what_the_general_builder_makes(records, producer):
    """The quick encoder writes the same bytes, whatever the sizes."""
    batch = encode_batch(records, 1_700_000_000_000, producer)
    fields = {"producer_id": 12, "producer_epoch": 3, "transactional": True} if producer else {}
    assert batch == build_batch(
        [
            Record(at, 1_700_000_000_000, record.key, record.value)
            for at, record in enumerate(records)
        ],
        **fields,
    )


def test_many_records_make_one_batch():
    """Offsets and lengths beyond the tables are encoded one by one."""
    records = [CoordinatorRecord(b"k%d" % at, b"v") for at in range(3000)]
    batch = encode_batch(records, 5, None)
    verify_crc(batch)
    assert [record.key for record in decode_records(batch)] == [key for key, _ in records]


def test_batches_are_read_with_their_offsets_producers_and_markers():
    """What compaction left empty has no records and still moves the offset on."""
    data = (
        build_batch([Record(4, 1, b"a", b"1"), Record(6, 1, b"b", None)], last_offset=7)
        + build_batch(
            [Record(8, 1, b"c", b"3")], producer_id=12, producer_epoch=3, transactional=True
        )
        + build_transaction_marker(
            TransactionMarker(True, 9), producer_id=12, producer_epoch=3, timestamp_ms=1, offset=9
        )
        + build_batch([], base_offset=10, last_offset=14)
    )
    plain, in_transaction, marker, empty = decode_batches(data + data[:30])
    assert plain.records == [
        (4, CoordinatorRecord(b"a", b"1")),
        (6, CoordinatorRecord(b"b", None)),
    ]
    assert (plain.end_offset, plain.producer, plain.marker) == (8, None, None)
    assert in_transaction.producer == marker.producer == PRODUCER
    assert marker.marker == TransactionMarker(True, 9)
    assert (marker.end_offset, list(marker.records)) == (10, [])
    assert (empty.end_offset, list(empty.records), empty.marker) == (15, [], None)


def test_appends_join_the_burst_and_are_committed_with_it(world):
    """The offset after the batch comes back at once, the high watermark follows the burst."""
    partition = world.partition("__consumer_offsets", cleanup_compact=True)
    led = LedPartition(partition, world.burst)
    records = [CoordinatorRecord(b"a", b"1"), CoordinatorRecord(b"b", b"2")]
    assert led.append(records, 1, None) == 2
    assert led.append_marker(PRODUCER, TransactionMarker(True, 0), 1) == 3
    assert led.high_watermark == 0
    world.turn()
    assert led.high_watermark == 3
    assert led.leader_epoch == partition.leader_epoch
    assert not led.is_lost


def test_a_disk_that_takes_nothing_is_an_error_of_the_storage(world):
    """KAFKA_STORAGE_ERROR with the directory's words."""
    led = LedPartition(world.partition(), world.burst)
    world.directory.accepts_appends = False
    with pytest.raises(ApiError, match="low on space") as raised:
        led.append([CoordinatorRecord(b"a", b"1")], 1, None)
    assert raised.value.code == ErrorCode.KAFKA_STORAGE_ERROR
    with pytest.raises(ApiError, match="low on space"):
        led.append_marker(PRODUCER, TransactionMarker(True, 0), 1)


def test_appends_that_were_taken_back_are_noticed(world):
    """A shard that has replayed what the disk did not take is worth nothing."""
    partition = world.partition()
    led = LedPartition(partition, world.burst)
    led.append([CoordinatorRecord(b"a", b"1")], 1, None)
    world.disk.fail_next("pwritev", errno.ENOSPC)
    world.turn()
    assert led.is_lost
    assert not LedPartition(partition, world.burst).is_lost
    partition.retire()
    assert LedPartition(partition, world.burst).is_lost


@given(RECORDS, st.data())
def test_quick_decoding_agrees_with_the_general_one(records, data):
    """Whatever bytes there are: the quick way finds the same records, or leaves them alone."""
    batch = encode_batch(records, 1_700_000_000_000, None)
    payload = bytearray(batch[HEADER_BYTES:])
    for _ in range(data.draw(st.integers(0, 2))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    quick = coordinator_partition._plain_records(bytes(payload), read_header(batch))
    if quick is not None:
        assert quick == coordinator_partition._records(bytes(payload), read_header(batch))


def test_an_offset_beyond_the_batch_is_damage_on_both_ways():
    """Found at random: the quick way took an offset that the header does not allow."""
    batch = encode_batch([CoordinatorRecord(b"", None)], 1_700_000_000_000, None)
    payload = bytearray(batch[HEADER_BYTES:])
    payload[3] = 2  # the offset delta
    assert coordinator_partition._plain_records(bytes(payload), read_header(batch)) is None
    with pytest.raises(CorruptRecord):
        coordinator_partition._records(bytes(payload), read_header(batch))


def test_records_as_coordinators_write_them_are_decoded_quickly():
    """Keys and values of one and two length bytes, tombstones, more than 64 records."""
    records = [
        CoordinatorRecord(b"k" * (at % 90), None if at % 7 == 0 else b"v" * (at * 3))
        for at in range(300)
    ]
    batch = encode_batch(records, 1_700_000_000_000, None)
    quick = coordinator_partition._plain_records(bytes(batch[HEADER_BYTES:]), read_header(batch))
    assert quick == list(enumerate(records))


@pytest.mark.parametrize(
    "record",
    [
        Record(0, 1, None, b"v"),
        Record(0, 1, b"k", b"v", (("name", b"value"),)),
        Record(0, 1, b"k", b"v" * 20_000),
    ],
    ids=["no key", "headers", "a length of three bytes"],
)
def test_other_records_are_decoded_all_the_same(record):
    """What others have written is read the general way; records without a key mean nothing."""
    (batch,) = decode_batches(build_batch([record, Record(1, 3, b"later", b"v")]))
    expected = [(1, CoordinatorRecord(b"later", b"v"))]
    if record.key is not None:
        expected.insert(0, (0, CoordinatorRecord(record.key, record.value)))
    assert batch.records == expected
