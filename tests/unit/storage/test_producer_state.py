# SPDX-License-Identifier: Apache-2.0
"""Claims about idempotent and transactional producers, as Kafka has them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import read_header
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.storage.producer_state import CorruptSnapshot, ProducerState

LAST = 2**31 - 1
TIME_MS = 1_700_000_000_000


def data(producer_id=7, epoch=0, sequence=0, count=1, *, transactional=False):
    """Return the header of a batch of records."""
    records = [Record(number, TIME_MS, None, b"v") for number in range(count)]
    batch = build_batch(
        records, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence,
        transactional=transactional,
    )  # fmt: skip
    return read_header(batch)


def marker(producer_id=7, epoch=0, *, commit=True, coordinator_epoch=0):
    """Return the bytes of a marker that ends a transaction."""
    key = struct.pack(">hh", 0, int(commit))
    value = struct.pack(">hi", 0, coordinator_epoch)
    return build_batch(
        [Record(0, TIME_MS, key, value)], producer_id=producer_id, producer_epoch=epoch,
        transactional=True, control=True,
    )  # fmt: skip


class Appender:
    """A producer state and the offsets that a log would give."""

    def __init__(self) -> None:
        self.state = ProducerState()
        self.offset = 0

    def append(self, header):
        """Do what a log does: check, then record; returns the offset or the duplicate's."""
        earlier = self.state.check(header)
        if earlier is not None:
            return earlier.base_offset, "duplicate"
        offset = self.offset
        self.state.record(header, offset)
        self.offset += header.last_offset_delta + 1
        return offset

    def end(self, batch):
        """Append a marker."""
        header = read_header(batch)
        self.state.check_marker(header, batch)
        aborted = self.state.record_marker(header, self.offset, batch)
        self.offset += 1
        return aborted

    def refuses(self, header, code):
        """Whether `header` is refused with `code`."""
        with pytest.raises(ApiError) as caught:
            self.append(header)
        return caught.value.code == code


@pytest.fixture
def log():
    """Return an empty producer state with offsets."""
    return Appender()


def test_sequences_go_on_without_gap_or_repeat(log):
    """The next sequence is taken; a gap, and what is too old to be a duplicate, are refused."""
    for sequence in range(0, 30, 3):
        assert log.append(data(sequence=sequence, count=3)) == sequence
    assert log.refuses(data(sequence=31), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    assert log.refuses(data(sequence=0, count=3), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    assert log.append(data(sequence=30)) == 30


def test_each_of_the_last_five_batches_is_recognised(log):
    """A retry of any of the last five answers the first attempt's offsets; the sixth does not."""
    for sequence in range(0, 60, 10):
        log.append(data(sequence=sequence, count=10))
    for sequence in range(10, 60, 10):
        assert log.append(data(sequence=sequence, count=10)) == (sequence, "duplicate")
    assert log.refuses(data(sequence=0, count=10), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    assert log.refuses(data(sequence=50, count=9), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)


def test_sequences_wrap_to_zero(log):
    """After 2**31 - 1 comes 0, between batches and inside one."""
    log.append(data(sequence=LAST - 4, count=5))
    assert log.append(data(sequence=0, count=2)) == 5
    other = Appender()
    other.append(data(sequence=LAST - 1, count=4))
    assert other.state.entries[7].last_sequence == 1
    assert other.append(data(sequence=LAST - 1, count=4)) == (0, "duplicate")
    assert other.append(data(sequence=2)) == 4


def test_an_older_epoch_is_fenced_and_a_new_one_begins_with_zero(log):
    """A restarted producer has a higher epoch; its zombie is refused."""
    log.append(data(epoch=3, sequence=0))
    assert log.refuses(data(epoch=4, sequence=1), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    assert log.append(data(epoch=4, sequence=0)) == 1
    assert log.refuses(data(epoch=3, sequence=1), ErrorCode.INVALID_PRODUCER_EPOCH)
    assert log.append(data(epoch=4, sequence=1)) == 2


def test_an_unknown_producer_may_begin_anywhere(log):
    """KIP-360: after retention or expiry took what was known, any sequence is accepted."""
    assert log.append(data(sequence=1234)) == 0
    assert log.append(data(sequence=1235)) == 1


def test_expiry_spares_the_young_and_open_transactions(log):
    """A producer is forgotten after the time, unless its transaction is open."""
    log.append(data(producer_id=1))
    log.append(data(producer_id=2, transactional=True))
    assert log.state.expire(TIME_MS + 999, 1000) == 0
    assert log.state.expire(TIME_MS + 1000, 1000) == 1
    assert list(log.state.entries) == [2]


def test_the_oldest_open_transaction_is_where_the_log_is_unstable(log):
    """The first unstable offset moves when the oldest transaction ends, not when a younger does."""
    log.append(data(producer_id=1, transactional=True))
    log.append(data(producer_id=2, transactional=True))
    log.append(data(producer_id=1, sequence=1, transactional=True))
    assert log.state.first_unstable_offset == 0
    assert log.end(marker(2)) is None
    assert log.state.first_unstable_offset == 0
    log.append(data(producer_id=3, transactional=True))
    assert log.end(marker(1)) is None
    assert log.state.first_unstable_offset == 4
    log.end(marker(3))
    assert log.state.first_unstable_offset is None


def test_an_abort_tells_the_transaction_and_how_stable_the_log_was(log):
    """The entry for the transaction index has Kafka's last stable offset."""
    log.append(data(producer_id=1, transactional=True))
    log.append(data(producer_id=2, transactional=True))
    assert log.end(marker(2, commit=False)) == (2, 1, 2, 0)
    assert log.end(marker(1, commit=False)) == (1, 0, 3, 4)
    assert log.end(marker(1, commit=False)) is None


def test_markers_fence(log):
    """An old producer epoch and an old coordinator may not end a transaction."""
    log.append(data(epoch=5, transactional=True))
    with pytest.raises(ApiError) as caught:
        log.end(marker(epoch=4))
    assert caught.value.code == ErrorCode.INVALID_PRODUCER_EPOCH
    log.end(marker(epoch=5, coordinator_epoch=9))
    with pytest.raises(ApiError) as caught:
        log.end(marker(epoch=5, coordinator_epoch=8))
    assert caught.value.code == ErrorCode.TRANSACTION_COORDINATOR_FENCED


def test_a_marker_may_raise_the_epoch(log):
    """KIP-890: after a marker of a higher epoch the producer goes on with sequence 0."""
    log.append(data(epoch=1, sequence=0, transactional=True))
    log.end(marker(epoch=2, commit=False))
    assert log.refuses(data(epoch=1, sequence=1), ErrorCode.INVALID_PRODUCER_EPOCH)
    assert log.refuses(data(epoch=2, sequence=1), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    assert log.append(data(epoch=2, sequence=0)) == 2


def test_a_late_marker_of_protocol_two_is_refused(log):
    """KIP-890: a marker that does not raise the epoch would end the next transaction."""
    log.append(data(epoch=1, sequence=0, transactional=True))
    log.state.check_raised_epoch(7, 2)
    log.end(marker(epoch=2))
    log.state.check_raised_epoch(7, 2)  # the same again: no transaction is open
    log.end(marker(epoch=2))
    log.append(data(epoch=2, sequence=0, transactional=True))
    with pytest.raises(ApiError) as caught:
        log.state.check_raised_epoch(7, 2)
    assert caught.value.code == ErrorCode.INVALID_PRODUCER_EPOCH
    log.state.check_raised_epoch(7, 3)
    log.state.check_raised_epoch(8, 0)  # of a producer that wrote nothing here


def test_nothing_stands_outside_of_an_open_transaction(log):
    """The producer's transaction must end before it writes without one; zombies are fenced."""
    log.append(data(epoch=1, transactional=True))
    assert log.refuses(data(epoch=1, sequence=1), ErrorCode.INVALID_TXN_STATE)
    assert log.refuses(data(epoch=2), ErrorCode.INVALID_TXN_STATE)
    assert log.refuses(data(epoch=0), ErrorCode.INVALID_PRODUCER_EPOCH)
    log.end(marker(epoch=1))
    assert log.append(data(epoch=1, sequence=1)) == 2


def test_bug_20_a_producer_goes_on_after_retention_took_its_batches(log):
    """Bug 20 (KIP-360): no UNKNOWN_PRODUCER_ID, within a transaction and without."""
    log.append(data(producer_id=1, sequence=10))
    log.append(data(producer_id=2, sequence=10, transactional=True))
    log.end(marker(2))
    assert log.state.expire(TIME_MS + 1000, 1000) == 2
    assert log.append(data(producer_id=1, sequence=11)) == 3
    assert log.append(data(producer_id=2, sequence=11, transactional=True)) == 4


def test_control_batches_of_no_transaction_are_passed_over(log):
    """Leader changes and the like are no markers, nor is one whose record compaction removed."""
    key = struct.pack(">hh", 0, 2)
    change = build_batch([Record(0, TIME_MS, key, b"\0" * 10)], control=True)
    assert log.state.record_marker(read_header(change), 0, change) is None
    empty = build_batch([], base_offset=0, last_offset=0, control=True, producer_id=7,
                        producer_epoch=0, transactional=True)  # fmt: skip
    assert log.state.record_marker(read_header(empty), 0, empty) is None
    assert len(log.state) == 0


def test_a_snapshot_has_kafkas_bytes(log):
    """Version, CRC over the rest, and 46 bytes for each producer."""
    log.append(data(producer_id=258, epoch=2, sequence=5, count=3, transactional=True))
    encoded = log.state.encode()
    assert encoded[:2] == b"\x00\x01"
    assert encoded[6:] == struct.pack(">iqhiqiqiq", 1, 258, 2, 7, 2, 2, TIME_MS, -1, 0)
    assert ProducerState().encode()[6:] == bytes(4)


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.booleans(), st.booleans(), st.integers(1, 5)), max_size=60
    )
)
def test_a_snapshot_restores_what_matters(steps):
    """Encode, decode, go on: the restored state takes and refuses the same batches."""
    log = Appender()
    sequences = dict.fromkeys(range(5), 0)
    for producer_id, wants_transaction, ends, count in steps:
        transactional = wants_transaction or log.state.has_open_transaction(producer_id, 0)
        log.append(data(producer_id, 0, sequences[producer_id], count, transactional=transactional))
        sequences[producer_id] += count
        if ends:
            log.end(marker(producer_id, commit=transactional))
    again = ProducerState.decode(log.state.encode())
    assert again.encode() == log.state.encode()
    assert again.first_unstable_offset == log.state.first_unstable_offset
    for producer_id, entry in log.state.entries.items():
        restored = again.entries[producer_id]
        assert restored.last_sequence == entry.last_sequence
        assert restored.batches == entry.batches[-1:]
        following = data(producer_id, 0, entry.last_sequence + 1, transactional=True)
        assert again.check(following) is None


@pytest.mark.parametrize(
    "spoil",
    [lambda b: b[:5], lambda b: b"\0\2" + b[2:], lambda b: b[:-1], lambda b: b + b"\0",
     lambda b: b[:20] + b"\xff" + b[21:]],
)  # fmt: skip
def test_a_broken_snapshot_is_refused(log, spoil):
    """Whatever is not exactly a snapshot is an error, never a guess."""
    log.append(data())
    with pytest.raises(CorruptSnapshot):
        ProducerState.decode(spoil(log.state.encode()))
