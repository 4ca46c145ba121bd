# SPDX-License-Identifier: Apache-2.0
"""Kafka's own dump tool reads what Ottla wrote, and finds nothing to complain about."""

from __future__ import annotations

import re

import pytest
from tools.kafka.java_tool import run_tool

from ottla.base.clock import ManualClock
from ottla.records.batch import read_header
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.records.record import Record
from ottla.storage.dump import dump_file
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog

TIME_MS = 1_700_000_000_000
COMPLAINTS = re.compile(r"(?i)mismatch|not found|out of order|exception|could not|error")


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """Write a partition of many segments with every kind of batch; return its directory."""
    directory = tmp_path_factory.mktemp("data") / "topic-0"
    config = LogConfig(segment_bytes=20_000, index_interval_bytes=500)
    log = PartitionLog.open(
        str(directory), "topic", 0, config, files=LocalFileSystem(), clock=ManualClock(),
        clean=True, topic_id=bytes(range(16)),
    )  # fmt: skip
    sequence = 0
    for number in range(300):
        count = number % 9 + 1
        records = [
            Record(n, TIME_MS + number * 10 - n, b"key", b"value %d" % number * 3, (("h", b"x"),))
            for n in range(count)
        ]
        append(log, build_batch(records, codec=Codec(number % 5)), number // 50)
        if number % 3 == 0:
            batch = build_batch(
                records, producer_id=77, producer_epoch=1, base_sequence=sequence,
                transactional=True,
            )  # fmt: skip
            sequence += count
            append(log, batch, number // 50)
            marker = build_transaction_marker(
                TransactionMarker(number % 2 == 0, 3), producer_id=77, producer_epoch=1,
                timestamp_ms=TIME_MS + number * 10,
            )  # fmt: skip
            append(log, marker, number // 50)
    log.close()
    assert len(log.segments) > 3
    return directory


def append(log, batch, leader_epoch):
    """Append one batch."""
    view = memoryview(bytearray(batch))
    log.append(view, [read_header(view)], leader_epoch, TIME_MS)


def kafka_dump(paths, *options: str) -> str:
    """Run Kafka's dump tool on files, which must not complain."""
    finished = run_tool("DumpLogSegments", "--files", ",".join(map(str, sorted(paths))), *options)
    output = finished.stdout
    assert not COMPLAINTS.search(output + finished.stderr), output + finished.stderr
    return output


def test_batches_are_valid(directory):
    """Every batch of every segment iterates deeply, offsets without holes, CRCs right."""
    output = kafka_dump(directory.glob("*.log"), "--deep-iteration", "--print-data-log")
    batches = re.findall(r"baseOffset: (\d+) lastOffset: (\d+) count.*?isvalid: (\w+)", output)
    end_offset = 0
    for base_offset, last_offset, is_valid in batches:
        assert int(base_offset) == end_offset
        assert is_valid == "true"
        end_offset = int(last_offset) + 1
    files = LocalFileSystem()
    ours = [row for path in sorted(directory.glob("*.log")) for row in dump_file(files, str(path))]
    assert [(int(base), int(last)) for base, last, _ in batches] == [
        (row["base_offset"], row["last_offset"]) for row in ours
    ]
    assert "endTxnMarker: ABORT" in output


def test_offset_indexes_are_sane(directory):
    """Each entry points to the batch that ends with its offset."""
    kafka_dump(directory.glob("*.index"), "--index-sanity-check")
    output = kafka_dump(directory.glob("*.index"), "--verify-index-only")
    assert "Dumping" in output
    listed = kafka_dump(directory.glob("*.index"))
    assert len(re.findall(r"offset: \d+ position: \d+", listed)) > 20


def test_the_tool_would_complain(directory, tmp_path):
    """The checks above are not idle: one flipped bit in an index is found."""
    for path in (min(directory.glob("*.log")), min(directory.glob("*.index"))):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    index = tmp_path / path.name
    content = bytearray(index.read_bytes())
    content[11] ^= 1
    index.write_bytes(content)
    with pytest.raises(AssertionError, match="Mismatch"):
        kafka_dump([index])


def test_time_indexes_are_sane(directory):
    """Each entry has the largest timestamp up to its offset, strictly rising."""
    kafka_dump(directory.glob("*.timeindex"), "--index-sanity-check")
    kafka_dump(directory.glob("*.timeindex"), "--verify-index-only")
    listed = kafka_dump(directory.glob("*.timeindex"))
    assert len(re.findall(r"timestamp: \d+ offset: \d+", listed)) > 20


def test_transaction_indexes_read_the_same(directory):
    """Kafka and Ottla list the same aborted transactions."""
    paths = sorted(directory.glob("*.txnindex"))
    assert paths
    output = kafka_dump(paths)
    listed = re.findall(
        r"producerId: (\d+) firstOffset: (\d+) lastOffset: (\d+) lastStableOffset: (\d+)", output
    )
    ours = [
        tuple(row.values()) for path in paths for row in dump_file(LocalFileSystem(), str(path))
    ]
    assert [tuple(map(int, row)) for row in listed] == ours
    assert len(ours) == 50


def test_producer_snapshots_read_the_same(directory):
    """Kafka and Ottla see the same producers in the newest snapshot."""
    path = max(directory.glob("*.snapshot"))
    output = kafka_dump([path])
    (row,) = dump_file(LocalFileSystem(), str(path))
    assert f"producerId: 77 producerEpoch: 1 coordinatorEpoch: {row['coordinator_epoch']}" in output
    assert f"lastTimestamp: {row['last_timestamp_ms']}" in output
    assert f"lastSequence: {row['last_sequence']}" in output
