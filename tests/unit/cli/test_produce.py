# SPDX-License-Identifier: Apache-2.0
"""`ottla produce`: how lines become batches, and bad options."""

from __future__ import annotations

import asyncio

import pytest

from ottla.cli.main import main
from ottla.cli.produce import BATCH_BYTES, _Batches, _Options, _Tally
from ottla.cli.session import CommandError
from ottla.client.errors import UnknownPartitionError
from ottla.client.partitioner import partition_for_key
from ottla.client.produce import NO_OFFSET, ProducedBatch
from ottla.records.compression import Codec
from ottla.records.record import decode_records


def options(**changes: object):
    """Return options with these changes."""
    defaults = {
        "topic": "t",
        "separator": None,
        "headers": (),
        "partition": None,
        "codec": Codec.NONE,
        "acks": -1,
    }
    return _Options(**{**defaults, **changes})


def test_lines_without_keys():
    """A piece is one batch for one partition; the next goes elsewhere."""
    batches = _Batches(options(headers=(("h", b"1"),), codec=Codec.GZIP), 3)
    [(first, data, count)] = batches.of([b"a", b"", b"c"])
    records = decode_records(data)
    assert [(record.key, record.value) for record in records] == [
        (None, b"a"),
        (None, b""),
        (None, b"c"),
    ]
    assert records[0].headers == (("h", b"1"),)
    assert count == 3
    [(second, _, _)] = batches.of([b"d"])
    assert first != second


def test_large_pieces_are_cut():
    """No batch is larger than the limit, and no line is lost or moved."""
    lines = [b"%06d" % number for number in range(150_000)]
    parts = list(_Batches(options(), 1).of(lines))
    assert len(parts) > 1
    assert all(len(data) <= BATCH_BYTES for _, data, _ in parts)
    assert [r.value for _, data, _ in parts for r in decode_records(data)] == lines


def test_keys_choose_the_partition():
    """Records go where every Kafka client puts their key, in the order of the lines."""
    batches = _Batches(options(separator=b":"), 4)
    lines = [b"k%d:v%d" % (number % 7, number) for number in range(100)]
    seen = {}
    for partition, data, count in batches.of(lines):
        records = decode_records(data)
        assert len(records) == count
        for record in records:
            assert partition == partition_for_key(record.key, 4)
            seen.setdefault(record.key, []).append(int(record.value[1:]))
    assert sum(map(len, seen.values())) == 100
    assert all(numbers == sorted(numbers) for numbers in seen.values())


def test_separator_is_the_first_one():
    """Only the first separator counts; key and value may be empty."""
    batches = _Batches(options(separator=b"::", partition=0), 1)
    [(_, data, _)] = batches.of([b"a::b::c", b"::v", b"k::"])
    assert [(r.key, r.value) for r in decode_records(data)] == [
        (b"a", b"b::c"),
        (b"", b"v"),
        (b"k", b""),
    ]


def test_line_without_separator_is_named():
    """The number of the line is that of the input, not of the piece."""
    batches = _Batches(options(separator=b":"), 1)
    list(batches.of([b"a:1", b"b:2"]))
    with pytest.raises(CommandError, match="line 4 has no key separator ':'"):
        list(batches.of([b"c:3", b"d"]))


def test_explicit_partition():
    """A partition that was asked for gets everything; one that does not exist is an error."""
    batches = _Batches(options(partition=2), 3)
    assert {partition for n in range(5) for partition, _, _ in batches.of([b"x"])} == {2}
    with pytest.raises(UnknownPartitionError):
        _Batches(options(partition=3), 3)


def test_tally():
    """Offsets are counted by partition; the first error is kept."""

    async def scenario():
        loop = asyncio.get_running_loop()
        tally = _Tally()
        for outcome in (
            ProducedBatch("t", 0, 5, 2),
            ProducedBatch("t", 0, 7, 3),
            ProducedBatch("t", 1, NO_OFFSET, 1),
        ):
            future = loop.create_future()
            future.set_result(outcome)
            tally.on_answer(future)
        for error in (CommandError("first"), CommandError("second")):
            future = loop.create_future()
            future.set_exception(error)
            tally.on_answer(future)
        future = loop.create_future()
        future.cancel()
        tally.on_answer(future)
        return tally

    tally = asyncio.run(scenario())
    assert tally.record_count == 6
    assert (tally.partitions[0].first_offset, tally.partitions[0].last_offset) == (5, 9)
    assert tally.partitions[1].first_offset == NO_OFFSET
    assert str(tally.error) == "first"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["t", "--key-separator", ""], 2, "must not be empty"),
        (["t", "--acks", "2"], 2, "--acks"),
        (["t", "--compression", "rar"], 2, "--compression"),
        (["t", "--header", "x"], 2, "'x' is not KEY=VALUE"),
        (["t", "--bootstrap", "a:b"], 2, "'a:b' is not HOST:PORT"),
        (["t", "--file", "/no/such"], 1, "cannot read '/no/such'"),
        ([], 2, "TOPIC"),
    ],
)
def test_bad_options(capsys, arguments, code, text):
    """Bad options say what is wrong, before any broker is asked."""
    assert main(["produce", *arguments]) == code
    assert text in capsys.readouterr().err
