# SPDX-License-Identifier: Apache-2.0
"""Whole compaction rounds over segment files, against a model of what readers may rely on."""

from __future__ import annotations

import io
import json
import os
import tempfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.records.batch import CorruptRecord, iter_headers
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.record import Record, decode_records
from ottla.storage import compaction_worker
from ottla.storage.compaction import SourceSegment
from ottla.storage.compaction_filter import LastRecord
from ottla.storage.compaction_worker import (
    CLEANED,
    CompactionJob,
    CompactionResult,
    Pacer,
    compact,
)
from ottla.storage.files import LocalFileSystem, OpenFiles
from ottla.storage.log_segment import LogSegment, SegmentContext, segment_path
from ottla.storage.transaction_index import AbortedTransaction, decode_entries

WALL_MS = 1_700_000_000_000
RETENTION_MS = 1_000
FILES = LocalFileSystem()
KEYS = [b"a", b"b", b"c", b"d"]


class WrittenLog:
    """A directory of closed segments that a test writes batch by batch."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.end_offset = 0
        self.segments: list[SourceSegment] = []
        self._batches: list[bytes] = []
        self._aborted: list[AbortedTransaction] = []
        self._base_offset = 0

    def append(self, records, **fields: object):
        """Append one batch of (key, value) pairs; return its first offset."""
        base = self.end_offset
        built = [
            Record(base + n, WALL_MS - 100_000 + base + n, key, value)
            for n, (key, value) in enumerate(records)
        ]
        self._batches.append(build_batch(built, **fields))
        self.end_offset += len(built)
        return base

    def end_transaction(self, producer_id, first_offset, *, commit):
        """Append a marker, and the index entry when it aborts."""
        key = b"\x00\x00\x00" + (b"\x01" if commit else b"\x00")
        fields = {"producer_id": producer_id, "producer_epoch": 0}
        last = self.append([(key, bytes(6))], transactional=True, control=True, **fields)
        if not commit:
            self._aborted.append(AbortedTransaction(producer_id, first_offset, last, last + 1))

    def roll(self):
        """Write what was appended since the last roll as one closed segment."""
        if not self._batches:
            return
        content = b"".join(self._batches)
        for suffix, data in ((".log", content), (".txnindex", _encode(self._aborted))):
            if data or suffix == ".log":
                with open(segment_path(self.directory, self._base_offset, suffix), "wb") as file:
                    file.write(data)
        self.segments.append(
            SourceSegment(self._base_offset, self.end_offset, len(content), 8 * len(self._batches))
        )
        self._base_offset = self.end_offset
        self._batches, self._aborted = [], []

    def job(self, **changes: object) -> CompactionJob:
        """Describe a round over everything."""
        job = CompactionJob(
            directory=self.directory,
            segments=self.segments,
            first_dirty_offset=0,
            end_offset=self.end_offset,
            wall_ms=WALL_MS,
            delete_retention_ms=RETENTION_MS,
            segment_bytes=1 << 20,
            segment_index_bytes=1 << 20,
            index_interval_bytes=150,
            dedupe_buffer_bytes=1 << 20,
            io_bytes_per_second=float("inf"),
        )
        return replace(job, **changes)

    def install(self, result):
        """Put the outputs in the place of their inputs."""
        ends = {each.base_offset: each.next_offset for each in self.segments}
        kept = [each for each in self.segments if each.base_offset not in _replaced(result)]
        for group in result.groups:
            for base_offset in group.replaced:
                for suffix in (".log", ".txnindex"):
                    path = segment_path(self.directory, base_offset, suffix)
                    if os.path.exists(path):
                        os.unlink(path)
            for suffix in (".log", ".index", ".timeindex", ".txnindex"):
                path = segment_path(self.directory, group.base_offset, suffix)
                if os.path.exists(path + CLEANED):
                    os.rename(path + CLEANED, path)
            end = ends[group.replaced[-1]]
            kept.append(SourceSegment(group.base_offset, end, group.size_bytes, 8))
        self.segments = sorted(kept)

    def batches(self):
        """Return (header, bytes) of all batches on disk in order."""
        found = []
        for each in self.segments:
            with open(segment_path(self.directory, each.base_offset, ".log"), "rb") as file:
                data = file.read()
            assert len(data) == each.size_bytes
            found += [
                (header, data[at : at + header.size_bytes]) for at, header in iter_headers(data)
            ]
        return found

    def aborted(self):
        """Return the transaction indexes' entries."""
        entries = []
        for each in self.segments:
            path = segment_path(self.directory, each.base_offset, ".txnindex")
            if os.path.exists(path):
                with open(path, "rb") as file:
                    entries += decode_entries(file.read())
        return entries

    def committed(self):
        """Return the records that a read_committed reader gets."""
        aborted = self.aborted()
        return [
            record
            for header, batch in self.batches()
            if not header.is_control
            and not any(
                header.is_transactional
                and header.producer_id == each.producer_id
                and each.first_offset <= header.base_offset < each.last_offset
                for each in aborted
            )
            for record in decode_records(batch)
        ]


def _encode(entries):
    return b"".join(entry.encode() for entry in entries)


def _replaced(result):
    return {base for group in result.groups for base in group.replaced}


def latest_values(records):
    """Return the last value of each key; a deleted key counts as absent."""
    latest = {record.key: record.value for record in records if record.key is not None}
    return {key: value for key, value in latest.items() if value is not None}


pairs = st.lists(
    st.tuples(st.sampled_from([*KEYS, None]), st.sampled_from([b"1", b"2", None])),
    min_size=1,
    max_size=4,
)
plain = st.tuples(st.just("plain"), pairs, st.sampled_from(list(Codec)))
begun = st.tuples(st.just("transaction"), pairs, st.booleans())
rolled = st.tuples(st.just("roll"))
scripts = st.lists(st.one_of(plain, plain, begun, rolled), min_size=1, max_size=25)


def write(log, script):
    """Append what a script says; transactions may interleave with what follows them."""
    open_transactions = []
    for number, (kind, *details) in enumerate(script):
        if kind == "plain":
            log.append(details[0], codec=details[1])
        elif kind == "transaction":
            fields = {"producer_id": number, "producer_epoch": 0, "base_sequence": 0}
            first = log.append(details[0], transactional=True, **fields)
            open_transactions.append((number, first, details[1]))
        else:
            log.roll()
        if len(open_transactions) > 1:
            producer_id, first, commit = open_transactions.pop(0)
            log.end_transaction(producer_id, first, commit=commit)
    for producer_id, first, commit in open_transactions:
        log.end_transaction(producer_id, first, commit=commit)
    log.roll()


@settings(deadline=None, max_examples=120)
@given(scripts, scripts, st.integers(160, 2_000), st.integers(100, 600), st.integers(0, 3))
def test_a_reader_from_any_offset_gets_the_latest_values(
    script, more, buffer_bytes, segment_bytes, later
):
    """Over several rounds: values, offsets and order are kept, superseded records go.

    The reader begins at any offset and learns the deletions that follow it within the delete
    retention; the map may be too small for one round, so rounds are repeated until all is clean.
    """
    with tempfile.TemporaryDirectory() as directory:
        log = WrittenLog(directory)
        write(log, script)
        clean_until, written = 0, []
        for number, addition in enumerate([None, more, None]):
            if addition is not None:
                write(log, addition)
            before = log.committed()
            written = written + [each for each in before if each not in written]
            while clean_until < log.end_offset:
                result = compact(
                    log.job(
                        first_dirty_offset=clean_until,
                        dedupe_buffer_bytes=buffer_bytes,
                        segment_bytes=segment_bytes,
                        wall_ms=WALL_MS + number * later * RETENTION_MS // 2,
                    ),
                    FILES,
                    Pacer(float("inf")),
                )
                assert result.end_offset > clean_until, "every round gets on"
                clean_until = result.end_offset
                log.install(result)
            check_readers(before, log.committed(), log.batches())
        offsets = [each.offset for each in log.committed()]
        assert offsets == sorted(set(offsets))


def check_readers(before, after, batches):
    """Compare what readers got before a round with what they get after it."""
    assert set(after) <= set(before), "what is left is unchanged"
    last_offsets = [header.last_offset for header, _ in batches]
    assert last_offsets == sorted(set(last_offsets)), "batches keep their order"
    for start in range(before[-1].offset + 1 if before else 0):
        wanted = latest_values(each for each in before if each.offset >= start)
        got = latest_values(each for each in after if each.offset >= start)
        assert wanted == got, f"a reader from offset {start}"
    keyed = [each.key for each in after]
    assert None not in keyed, "records without a key go"
    assert len(set(keyed)) == len(keyed), "one record per key is left when all is clean"


@pytest.fixture
def log(tmp_path):
    """Give an empty log."""
    return WrittenLog(str(tmp_path))


def run(log, **changes: object):
    """Do one round and put it in place."""
    result = compact(log.job(**changes), FILES, Pacer(float("inf")))
    log.install(result)
    return result


def test_small_segments_are_joined(log):
    """Five segments become one with the first one's base offset."""
    for n in range(5):
        log.append([(b"%d" % n, b"v")])
        log.roll()
    result = run(log)
    assert [group.replaced for group in result.groups] == [[0, 1, 2, 3, 4]]
    assert result.end_offset == 5
    assert (result.records_read, result.records_kept) == (5, 5)


def test_the_indexes_of_an_output_are_those_of_its_batches(log):
    """A segment that is opened on them finds every offset and its largest timestamp."""
    for n in range(40):
        log.append([(b"%d" % (n % 25), b"v" * 50)])
    log.roll()
    run(log)
    (segment,) = log.segments
    opened = LogSegment(
        SegmentContext(OpenFiles(FILES)),
        log.directory,
        segment.base_offset,
        segment.size_bytes,
        exists=True,
        is_active=False,
    )
    assert len(opened.index) > 3
    for header, _ in log.batches():
        position, found = opened.find_batch(header.last_offset)
        assert found == header
        assert position <= segment.size_bytes
    assert opened.load_largest_timestamp() == WALL_MS - 100_000 + 39


def test_nothing_beyond_the_end_is_cleaned(log):
    """What follows the last stable offset stays and supersedes nothing."""
    log.append([(b"a", b"1")])
    log.append([(b"a", b"2")])
    log.append([(b"a", b"3")])
    log.roll()
    run(log, end_offset=2)
    assert [each.value for each in log.committed()] == [b"2", b"3"]


def test_a_round_without_a_whole_dirty_batch_gains_nothing(log):
    """It ends where it began and makes no output."""
    log.append([(b"a", b"1"), (b"a", b"2")])
    log.roll()
    result = compact(log.job(end_offset=1), FILES, Pacer(float("inf")))
    assert result == CompactionResult(
        end_offset=0, groups=[], bytes_read=0, bytes_written=0, records_read=0, records_kept=0
    )


def test_a_large_batch_is_read_whole(log, monkeypatch):
    """A batch may be larger than what is read at once."""
    monkeypatch.setattr(compaction_worker, "_READ_BYTES", 100)
    log.append([(b"a", b"x" * 5_000)])
    log.append([(b"b", b"y")])
    log.roll()
    run(log)
    assert [each.key for each in log.committed()] == [b"a", b"b"]


def test_rot_is_reported_with_its_place(log):
    """A flipped bit ends the round; the inputs are untouched."""
    log.append([(b"a", b"1")])
    log.roll()
    path = segment_path(log.directory, 0, ".log")
    with open(path, "r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\xff")
    with pytest.raises(CorruptRecord, match="CRC"):
        compact(log.job(), FILES, Pacer(float("inf")))


def test_a_cut_off_batch_is_reported(log):
    """The file is shorter than its batches say."""
    log.append([(b"a", b"1" * 100)])
    log.roll()
    log.segments = [log.segments[0]._replace(size_bytes=100)]
    with pytest.raises(CorruptRecord, match="cut off"):
        compact(log.job(), FILES, Pacer(float("inf")))


def test_the_pacer_keeps_to_the_rate():
    """Work ahead of the rate is slept off, idle time is not saved up as debt."""
    slept = []
    times = iter([0.0, 0.5, 4.0])
    pacer = Pacer(100, lambda: next(times), slept.append)
    pacer.spend(200)
    pacer.spend(100)
    assert slept == [1.5]


def test_the_process_reads_a_job_and_prints_progress_and_result(log, monkeypatch):
    """JSON in, JSON lines out, status 0."""
    monkeypatch.setattr(compaction_worker, "_PROGRESS_BYTES", 1)
    monkeypatch.setattr(os, "nice", lambda _: 0)
    log.append([(b"a", b"1")], producer_id=3, producer_epoch=0, base_sequence=0)
    log.append([(b"a", b"2")])
    log.roll()
    job = log.job(producers={3: LastRecord(0, 0)}, io_bytes_per_second=1e12)
    assert CompactionJob.from_json(job.to_json()) == job
    output = io.StringIO()
    assert compaction_worker.main(io.StringIO(job.to_json()), output) == 0
    *progress, last = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [list(each) for each in progress] == [["progress"]] * 2
    result = CompactionResult.from_json(last["result"])
    assert result.end_offset == 2
    log.install(result)
    assert [header.producer_id for header, _ in log.batches()] == [3, -1]


def test_the_process_prints_an_error(log, monkeypatch):
    """A job that cannot be done ends with status 1 and the reason."""
    monkeypatch.setattr(os, "nice", lambda _: 0)
    log.segments = [SourceSegment(0, 1, 100, 0)]
    log.end_offset = 1
    output = io.StringIO()
    assert compaction_worker.main(io.StringIO(log.job().to_json()), output) == 1
    message = json.loads(output.getvalue())
    assert message["is_io_error"]
    assert "No such file" in message["error"]
