# SPDX-License-Identifier: Apache-2.0
"""`ottla consume`: print the records of a topic.

With a place to start from (`--from-beginning`, `--offset`) it prints what is there and ends, as
`cat` does; `--follow` goes on with what comes, as `tail -f` does. Without a place to start from
there is only what comes, so it follows.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ottla.cli.options import bootstrap_option, topic_argument
from ottla.cli.output import remark
from ottla.cli.record_format import json_writer, template_writer, value_writer
from ottla.cli.session import with_cluster
from ottla.client.errors import OffsetOutOfRangeError, UnknownPartitionError
from ottla.client.fetch import Fetcher, FetchSettings
from ottla.client.offsets import READ_COMMITTED, READ_UNCOMMITTED, first_and_end_offsets
from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.cli.record_format import RecordWriter
    from ottla.client.cluster import Cluster
    from ottla.net.address import Address

_FETCH_BYTES = 4 * 1024 * 1024

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Options:
    topic: str
    offset: int | None  # None: the end; negative: so many before the end
    partitions: tuple[int, ...]  # empty: all
    count_max: int | None
    is_following: bool
    isolation_level: int
    write: RecordWriter


@click.command("consume")
@topic_argument
@click.option("--from-beginning", is_flag=True, help="Start at the first record there is.")
@click.option(
    "--offset",
    type=int,
    metavar="N",
    help="Start at this offset; -N for the last N records of each partition.",
)
@click.option(
    "--partition",
    "partitions",
    type=click.IntRange(0),
    metavar="N",
    multiple=True,
    help="Read only this partition; may be repeated.",
)
@click.option(
    "--max", "count_max", type=click.IntRange(1), metavar="N", help="Stop after N records."
)
@click.option("--follow", is_flag=True, help="Wait for more at the end.  [default without a start]")
@click.option(
    "--format",
    "template",
    metavar="TEMPLATE",
    help="Such as '{offset} {timestamp} {key} {value} {headers}'; also {topic} {partition} "
    "{timestamp_ms}; \\t and \\n work.  [default: {value}]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.option("--read-committed", is_flag=True, help="Leave out aborted and open transactions.")
@bootstrap_option
def command(
    topic: str,
    from_beginning: bool,
    offset: int | None,
    partitions: tuple[int, ...],
    count_max: int | None,
    follow: bool,
    template: str | None,
    as_json: bool,
    read_committed: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Print the records of a topic, one per line."""
    if from_beginning and offset is not None:
        raise click.UsageError("Give --from-beginning or --offset, not both.")
    if as_json and template is not None:
        raise click.UsageError("Give --json or --format, not both.")
    options = _Options(
        topic,
        0 if from_beginning else offset,
        tuple(dict.fromkeys(partitions)),
        count_max,
        is_following=follow or (offset is None and not from_beginning),
        isolation_level=READ_COMMITTED if read_committed else READ_UNCOMMITTED,
        write=_writer(template, as_json=as_json),
    )

    async def consume(cluster: Cluster) -> int:
        return await _consume(cluster, options, is_from_beginning=from_beginning)

    count = with_cluster(bootstrap, consume)
    remark(f"{count:,} {'record' if count == 1 else 'records'}")


def _writer(template: str | None, *, as_json: bool) -> RecordWriter:
    for_terminal = sys.stdout.isatty()
    if as_json:
        return json_writer(for_terminal=for_terminal)
    if template is None:
        return value_writer(for_terminal=for_terminal)
    try:
        return template_writer(template, for_terminal=for_terminal)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--format") from error


async def _consume(cluster: Cluster, options: _Options, *, is_from_beginning: bool) -> int:
    topic = await cluster.topic(options.topic)
    for number in options.partitions:
        if number >= len(topic.partitions):
            raise UnknownPartitionError(options.topic, number, len(topic.partitions))
    numbers = options.partitions or range(len(topic.partitions))
    ranges = await first_and_end_offsets(
        cluster,
        [TopicPartition(options.topic, number) for number in numbers],
        isolation_level=options.isolation_level,
    )
    starts = {
        name: first_and_end[0] if is_from_beginning else _start(name, first_and_end, options.offset)
        for name, first_and_end in ranges.items()
    }
    ends = None if options.is_following else {name: end for name, (_, end) in ranges.items()}
    if ends is not None:
        starts = {name: start for name, start in starts.items() if start < ends[name]}
    elif options.offset is None:
        remark(
            f"Waiting for new records in {options.topic!r}; Ctrl-C ends. "
            "--from-beginning shows what is there."
        )
    if not starts:
        return 0
    settings = FetchSettings(
        partition_max_bytes=_FETCH_BYTES, isolation_level=options.isolation_level
    )
    async with Fetcher(cluster, starts, settings) as fetcher:
        return await _print_all(fetcher, ends, options)


def _start(name: TopicPartition, first_and_end: Range, offset: int | None) -> int:
    first, end = first_and_end
    if offset is None:
        return end
    if offset < 0:
        return max(first, end + offset)
    if not first <= offset <= end:
        raise OffsetOutOfRangeError(str(name), offset, first, end)
    return offset


async def _print_all(
    fetcher: Fetcher, ends: dict[TopicPartition, int] | None, options: _Options
) -> int:
    count = 0
    output = sys.stdout.buffer
    async for fetched in fetcher:
        end = None if ends is None else ends[fetched.name]
        records = fetched.records()
        if end is not None and fetched.next_offset > end:
            records = [record for record in records if record.offset < end]
        if options.count_max is not None:
            records = records[: options.count_max - count]
        if records:
            output.write(options.write(fetched.name, records))
            output.flush()
            count += len(records)
        if count == options.count_max:
            break
        if end is not None and fetched.next_offset >= end:
            fetcher.stop(fetched.name)
    return count
