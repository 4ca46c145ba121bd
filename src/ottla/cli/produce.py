# SPDX-License-Identifier: Apache-2.0
"""`ottla produce`: lines become records.

A piece of input becomes one batch per partition at once, so that a file is loaded at the pace of
the broker, and a line that a person types leaves immediately. Memory is bounded by the sender,
which lets the reader wait.
"""

from __future__ import annotations

import errno
import os
import random
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from ottla.cli.line_input import LineInput
from ottla.cli.options import bootstrap_option, json_option, parse_pair, topic_argument
from ottla.cli.output import print_json, remark, size_text
from ottla.cli.progress import Progress
from ottla.cli.session import CommandError, with_cluster
from ottla.client.errors import UnknownPartitionError
from ottla.client.partitioner import StickyPartitioner, partition_for_key
from ottla.client.produce import ACKS_ALL, NO_OFFSET, Sender, SenderSettings
from ottla.records.builder import BatchBuilder
from ottla.records.bulk_builder import build_value_batch
from ottla.records.compression import Codec

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator, Sequence

    from ottla.client.cluster import Cluster
    from ottla.client.produce import ProducedBatch
    from ottla.net.address import Address

_ACKS = {"0": 0, "1": 1, "all": ACKS_ALL}

BATCH_BYTES = 512 * 1024
"""Uncompressed size at which a piece is cut; well below the default of max.message.bytes."""

RECORD_OVERHEAD_BYTES = 12
"""Roughly what a record needs beyond key, value and headers."""

_PIECE_RECORDS = 50_000


@dataclass(frozen=True, slots=True)
class _Options:
    topic: str
    separator: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    partition: int | None
    codec: Codec
    acks: int

    @property
    def header_bytes(self) -> int:
        return sum(len(name) + len(value) + 4 for name, value in self.headers)


@dataclass(slots=True)
class _PartitionTally:
    record_count: int = 0
    first_offset: int = NO_OFFSET
    last_offset: int = NO_OFFSET


@dataclass(slots=True)
class _Tally:
    """What was delivered, and the first thing that was not."""

    record_count: int = 0
    size_bytes: int = 0
    partitions: dict[int, _PartitionTally] = field(default_factory=dict)
    error: BaseException | None = None

    def on_answer(self, future: asyncio.Future[ProducedBatch]) -> None:
        """Count one batch."""
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self.error = self.error or error
            return
        batch = future.result()
        self.record_count += batch.record_count
        partition = self.partitions.setdefault(batch.partition, _PartitionTally())
        partition.record_count += batch.record_count
        if batch.base_offset != NO_OFFSET:
            if partition.first_offset == NO_OFFSET:
                partition.first_offset = batch.base_offset
            partition.last_offset = batch.base_offset + batch.record_count - 1


@click.command("produce")
@topic_argument
@click.option(
    "--file", "path", type=click.Path(), default="-", help="Read this file instead of stdin."
)
@click.option(
    "--key-separator", metavar="TEXT", help="What stands between key and value in a line."
)
@click.option(
    "--header",
    "headers",
    type=parse_pair,
    metavar="KEY=VALUE",
    multiple=True,
    help="A header for every record; may be repeated.",
)
@click.option(
    "--partition",
    type=click.IntRange(0),
    metavar="N",
    help="Send everything to this partition.  [default: by key, or in turn]",
)
@click.option(
    "--compression",
    type=click.Choice(["none", "gzip", "snappy", "lz4", "zstd"]),
    default="none",
    show_default=True,
    help="How batches are compressed.",
)
@click.option(
    "--acks",
    type=click.Choice(list(_ACKS)),
    default="all",
    show_default=True,
    help="Who must have a record: all in-sync replicas, the leader (1), nobody (0).",
)
@json_option
@bootstrap_option
def command(
    topic: str,
    path: str,
    key_separator: str | None,
    headers: tuple[tuple[str, str], ...],
    partition: int | None,
    compression: str,
    acks: str,
    as_json: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Send lines from standard input or a file, each as one record."""
    if key_separator == "":
        raise click.BadParameter("it must not be empty", param_hint="--key-separator")
    options = _Options(
        topic,
        None if key_separator is None else os.fsencode(key_separator),
        tuple((name, os.fsencode(value)) for name, value in headers),
        partition,
        Codec[compression.upper()],
        _ACKS[acks],
    )
    descriptor = _open(path)
    started = time.monotonic()

    async def produce(cluster: Cluster) -> _Tally:
        lines = LineInput(descriptor)
        if lines.is_terminal:
            remark(f"Each line is sent to {topic!r} as a record; Ctrl-D ends.")
        with Progress(lines.size_bytes, is_wanted=not lines.is_terminal) as progress:
            return await _produce(cluster, lines, options, progress)

    try:
        tally = with_cluster(bootstrap, produce)
    finally:
        if path != "-":
            os.close(descriptor)
    _report(options, tally, time.monotonic() - started, as_json=as_json)


def _open(path: str) -> int:
    if path == "-":
        try:
            return sys.stdin.fileno()
        except (OSError, ValueError) as error:
            raise CommandError("standard input is closed; name a file with --file") from error
    try:
        if os.path.isdir(path):
            raise IsADirectoryError(errno.EISDIR, "it is a folder", path)
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise CommandError(f"cannot read {path!r}: {error.strerror}") from error


async def _produce(
    cluster: Cluster, lines: LineInput, options: _Options, progress: Progress
) -> _Tally:
    tally = _Tally()
    settings = SenderSettings(acks=options.acks, idempotent=options.acks == ACKS_ALL)
    topic = await cluster.topic(options.topic, create=True)
    batches = _Batches(options, len(topic.partitions))
    sender = Sender(cluster, settings)
    try:
        async for piece, size in lines.pieces():
            for partition, data, count in batches.of(piece):
                future = await sender.send(options.topic, partition, data, count)
                future.add_done_callback(tally.on_answer)
            tally.size_bytes += size
            progress.advance(size)
            if tally.error is not None:
                break
        await sender.flush()
    finally:
        await sender.close()
    if tally.error is not None:
        raise tally.error
    return tally


class _Batches:
    """Makes batches of lines, as the options say."""

    def __init__(self, options: _Options, partition_count: int) -> None:
        self._options = options
        self._partition_count = partition_count
        self._line_number = 0  # lines before the present piece
        partitions = range(partition_count)
        if options.partition is not None:
            if options.partition >= partition_count:
                raise UnknownPartitionError(options.topic, options.partition, partition_count)
            partitions = range(options.partition, options.partition + 1)
        self._sticky = StickyPartitioner(partitions, random.Random())  # noqa: S311 - spreads load

    def of(self, lines: list[bytes]) -> Iterator[tuple[int, bytearray, int]]:
        """Yield (partition, batch, number of its records)."""
        per_record = RECORD_OVERHEAD_BYTES + self._options.header_bytes
        size = sum(map(len, lines)) + per_record * len(lines)
        pieces = max(-(-size // BATCH_BYTES), -(-len(lines) // _PIECE_RECORDS))
        step = -(-len(lines) // pieces)
        for first in range(0, len(lines), step):
            part = lines[first : first + step] if pieces > 1 else lines
            if self._options.separator is None:
                yield self._without_keys(part)
            else:
                yield from self._with_keys(part, self._options.separator)

    def _without_keys(self, lines: list[bytes]) -> tuple[int, bytearray, int]:
        options = self._options
        partition = self._sticky.current
        self._sticky.move_on()
        batch = build_value_batch(
            lines, timestamp_ms=_wall_ms(), headers=options.headers, codec=options.codec
        )
        return partition, batch, len(lines)

    def _with_keys(
        self, lines: list[bytes], separator: bytes
    ) -> Iterator[tuple[int, bytearray, int]]:
        options, partition_count, fixed = self._options, self._partition_count, self._sticky.current
        timestamp_ms = _wall_ms()
        builders: dict[int, BatchBuilder] = {}
        for number, line in enumerate(lines, self._line_number + 1):
            key, found, value = line.partition(separator)
            if not found:
                raise CommandError(
                    f"line {number} has no key separator {os.fsdecode(separator)!r}: "
                    "records of earlier lines may have been sent"
                )
            partition = (
                partition_for_key(key, partition_count) if options.partition is None else fixed
            )
            builder = builders.get(partition)
            if builder is None:
                builder = builders[partition] = BatchBuilder(codec=options.codec)
            builder.append(timestamp_ms, key, value, options.headers)
        self._line_number += len(lines)
        for partition, builder in builders.items():
            yield partition, builder.build(), builder.record_count


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _report(options: _Options, tally: _Tally, seconds: float, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "topic": options.topic,
                "records": tally.record_count,
                "bytes": tally.size_bytes,
                "seconds": round(seconds, 3),
                "partitions": [
                    {
                        "partition": number,
                        "records": partition.record_count,
                        "first_offset": _offset_json(partition.first_offset),
                        "last_offset": _offset_json(partition.last_offset),
                    }
                    for number, partition in sorted(tally.partitions.items())
                ],
            }
        )
        return
    noun = "record" if tally.record_count == 1 else "records"
    remark(
        f"Sent {tally.record_count:,} {noun} ({size_text(tally.size_bytes)}) "
        f"to {options.topic!r} in {seconds:.2f} s"
    )


def _offset_json(offset: int) -> int | None:
    return None if offset == NO_OFFSET else offset
