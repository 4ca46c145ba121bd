# SPDX-License-Identifier: Apache-2.0
"""Claims about the readable view: every kind of file, and a clear error for anything else."""

from __future__ import annotations

import json

import pytest

from ottla.records.builder import build_batch
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.records.record import Record
from ottla.storage.dump import DumpError, dump_file

DIRECTORY = "/data/topic-0"
TIME_MS = 1_700_000_000_000


@pytest.fixture
def written(on_disk):
    """Return a closed log with a producer, an aborted transaction and two epochs."""
    on_disk.configure(index_interval_bytes=0)
    on_disk.append(b"plain", b"\xff\xfe")
    on_disk.append(
        b"t", leader_epoch=3, producer_id=9, producer_epoch=1, base_sequence=0, transactional=True
    )
    marker = build_transaction_marker(
        TransactionMarker(committed=False, coordinator_epoch=2), producer_id=9, producer_epoch=1,
        timestamp_ms=TIME_MS,
    )  # fmt: skip
    on_disk.append_bytes(marker, leader_epoch=3)
    on_disk.log.close()
    return on_disk


def rows(on_disk, name, **options: bool):
    """Dump one file of the log's directory; every row has to be fit for JSON."""
    found = list(dump_file(on_disk.disk, f"{DIRECTORY}/{name}", **options))
    assert json.loads(json.dumps(found)) == found
    return found


def test_a_log_shows_its_batches_and_records(written):
    """Batches with what their headers say, records with text or hexadecimal."""
    first, second, marker = rows(written, f"{0:020d}.log", with_records=True)
    assert (first["base_offset"], first["last_offset"], first["record_count"]) == (0, 1, 2)
    assert first["is_crc_valid"]
    assert first["codec"] == "none"
    assert [record["value"] for record in first["records"]] == ["plain", "0xfffe"]
    assert "producer_id" not in first
    assert (second["producer_id"], second["base_sequence"]) == (9, 0)
    assert second["leader_epoch"] == 3
    assert marker["is_control"]
    assert marker["records"][0]["control"] == "abort"
    assert "records" not in rows(written, f"{0:020d}.log")[0]


def test_a_wrong_crc_is_shown(written):
    """A flipped bit in a record does not hide the batch."""
    written.disk.corrupt(f"{DIRECTORY}/{0:020d}.log", 70)
    assert [row["is_crc_valid"] for row in rows(written, f"{0:020d}.log")] == [False, True, True]


def test_indexes_and_snapshots_show_their_entries(written):
    """Offsets are absolute, whatever the file says relative to its base."""
    assert [row["offset"] for row in rows(written, f"{0:020d}.index")] == [2, 3]
    assert rows(written, f"{0:020d}.timeindex") == [{"timestamp_ms": TIME_MS, "offset": 1}]
    assert rows(written, f"{0:020d}.txnindex") == [
        {"producer_id": 9, "first_offset": 2, "last_offset": 3, "last_stable_offset": 4}
    ]
    (producer,) = rows(written, f"{4:020d}.snapshot")
    assert producer["producer_id"] == 9
    assert producer["last_sequence"] == 0
    assert producer["transaction_first_offset"] is None


def test_text_files_show_their_lines(written):
    """Epochs, checkpoints, topic ids, the owner of the directory."""
    assert rows(written, "leader-epoch-checkpoint") == [
        {"leader_epoch": 0, "start_offset": 0},
        {"leader_epoch": 3, "start_offset": 2},
    ]
    written.disk.put(f"{DIRECTORY}/recovery-point-offset-checkpoint", b"0\n1\nt 2 33\n")
    assert rows(written, "recovery-point-offset-checkpoint") == [
        {"topic": "t", "partition": 2, "offset": 33}
    ]
    text = b"version: 0\ntopic_id: AAECAwQFBgcICQoLDA0ODw\n"
    written.disk.put(f"{DIRECTORY}/partition.metadata", text)
    assert rows(written, "partition.metadata") == [{"topic_id": "AAECAwQFBgcICQoLDA0ODw"}]
    text = b"version=1\ncluster.id=abc\nnode.id=1\ndirectory.id=AAECAwQFBgcICQoLDA0ODw\n"
    written.disk.put(f"{DIRECTORY}/meta.properties", text)
    (owner,) = rows(written, "meta.properties")
    assert (owner["cluster_id"], owner["node_id"]) == ("abc", 1)


def test_files_on_their_way_are_known_by_their_real_name(written):
    """Suffixes of deleted, cleaned and set-aside files do not matter."""
    content = written.disk.content(f"{DIRECTORY}/{0:020d}.log")
    for suffix in (".deleted", ".cleaned", ".swap", ".corrupt"):
        written.disk.put(f"{DIRECTORY}/{0:020d}.log{suffix}", content)
        assert len(rows(written, f"{0:020d}.log{suffix}")) == 3


def test_zeros_that_kafka_allocates_ahead_are_not_entries(written):
    """The indexes of a running Kafka's active segment end in zeros."""
    for suffix in (".index", ".timeindex"):
        path = f"{DIRECTORY}/{0:020d}{suffix}"
        before = rows(written, f"{0:020d}{suffix}")
        written.disk.put(path, written.disk.content(path) + bytes(24 * 100))
        assert rows(written, f"{0:020d}{suffix}") == before


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("what.ever", b"", "not a file that Ottla knows"),
        (f"{0:020d}.log", b"x" * 100, "not a batch"),
        (f"{0:020d}.log", b"x", "no batch header"),
        (f"{0:020d}.index", b"x" * 7, "whole number"),
        ("1.index", b"", "20 digits"),
        (f"{0:020d}.timeindex", b"x" * 13, "whole number"),
        (f"{0:020d}.txnindex", b"x" * 34, "version"),
        (f"{0:020d}.snapshot", b"x" * 34, "version"),
        ("leader-epoch-checkpoint", b"x", "not a leader epoch checkpoint"),
        ("recovery-point-offset-checkpoint", b"x", "recovery-point-offset-checkpoint"),
        ("partition.metadata", b"x", "partition.metadata"),
        ("meta.properties", b"x", "meta.properties"),
    ],
)
def test_what_is_broken_or_unknown_is_a_clear_error(disk, name, content, text):
    """The error names the file and what is wrong with it."""
    disk.put(f"/data/{name}", content)
    with pytest.raises(DumpError, match=text) as caught:
        list(dump_file(disk, f"/data/{name}"))
    assert f"/data/{name}" in str(caught.value)


def test_a_missing_file_is_missing(disk):
    """No file, no guess."""
    for name in (f"{0:020d}.log", f"{0:020d}.index"):
        with pytest.raises(FileNotFoundError):
            list(dump_file(disk, f"/data/{name}"))


def test_an_unknown_codec_is_named(disk):
    """A batch of a later Kafka still shows its header."""
    batch = bytearray(build_batch([Record(0, TIME_MS, None, b"v")]))
    batch[22] |= 7
    disk.put(f"/data/{0:020d}.log", bytes(batch))
    (row,) = dump_file(disk, f"/data/{0:020d}.log")
    assert row["codec"] == "unknown (7)"
