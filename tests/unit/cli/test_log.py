# SPDX-License-Identifier: Apache-2.0
"""`ottla log dump`: the readable view of rows."""

from __future__ import annotations

import json

import pytest

from ottla.cli import log
from ottla.cli.main import main
from ottla.records.builder import build_batch
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.records.record import Record


@pytest.fixture
def segment(tmp_path):
    """Write a segment with a plain, a transactional and a control batch."""
    path = tmp_path / f"{0:020d}.log"
    batches = [
        build_batch([Record(0, 1_700_000_000_000, b"k", b"v", (("h", b"1"),))]),
        build_batch(
            [Record(1, 5, None, None)], producer_id=7, producer_epoch=1, base_sequence=4,
            transactional=True,
        ),
        build_transaction_marker(
            TransactionMarker(committed=True, coordinator_epoch=0),
            producer_id=7, producer_epoch=1, timestamp_ms=6, offset=2,
        ),
    ]  # fmt: skip
    path.write_bytes(b"".join(batches))
    return path


def test_batches_and_records(segment, capsys):
    """A batch is a line with what is remarkable; records follow."""
    assert main(["log", "dump", str(segment), "--records"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("0-0\t1\t0\t")
    assert "7/1 sequence 4-4\ttransactional" in lines[2]
    assert "control, transactional" in lines[3]
    assert lines[5] == "0\t2023-11-14T22:13:20.000Z\tk\tv\th=1"
    assert lines[7].split("\t")[3] == "commit"


def test_damage_is_shown(segment, capsys):
    """A batch whose checksum is wrong is marked."""
    damaged = bytearray(segment.read_bytes())
    damaged[66] ^= 1
    segment.write_bytes(damaged)
    main(["log", "dump", str(segment)])
    assert "CRC IS WRONG" in capsys.readouterr().out


def test_json_lines_and_several_files(segment, capsys):
    """JSON has one object per line; several files have headings in the readable view."""
    main(["log", "dump", str(segment), "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["base_offset"] for row in rows] == [0, 1, 2]
    main(["log", "dump", str(segment), str(segment)])
    assert capsys.readouterr().out.count(f"{segment}\n") == 2


def test_other_files(tmp_path, capsys):
    """Indexes are tables, one-row files are facts, an empty file says so."""
    index = tmp_path / f"{5:020d}.index"
    index.write_bytes(bytes.fromhex("0000000100000040" + "0000000200000080"))
    main(["log", "dump", str(index)])
    assert capsys.readouterr().out == "OFFSET\tPOSITION\n6\t64\n7\t128\n"
    times = tmp_path / f"{5:020d}.timeindex"
    times.write_bytes((1_700_000_000_000).to_bytes(8, "big") + bytes(4))
    main(["log", "dump", str(times)])
    assert "2023" not in capsys.readouterr().out  # one row is shown as facts, in milliseconds
    times.write_bytes(b"")
    main(["log", "dump", str(times)])
    assert capsys.readouterr().out == "empty\n"


def test_folder_suggests_a_file(segment, capsys):
    """A folder is not dumped, but a file in it is named."""
    assert main(["log", "dump", str(segment.parent)]) == 1
    assert f"for example {segment}" in capsys.readouterr().err


def test_unreadable_file(tmp_path, capsys):
    """A missing file is a sentence."""
    assert main(["log", "dump", str(tmp_path / "no.log")]) == 1
    assert "cannot read" in capsys.readouterr().err


def test_times_in_tables():
    """Columns of milliseconds become times."""
    assert log._cells({"timestamp_ms": 0, "offset": 3}) == ["1970-01-01T00:00:00.000Z", 3]
