# SPDX-License-Identifier: Apache-2.0
"""`ottla transactions`: list, describe, describe-producers, find-hanging and abort."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ottla.cli.group_reset import selected_partitions
from ottla.cli.options import (
    TopicSelection,
    bootstrap_option,
    complete_topic,
    complete_transactional_id,
    json_option,
    parse_topic_selection,
)
from ottla.cli.output import (
    print_done,
    print_facts,
    print_gap,
    print_json,
    print_table,
    remark,
    utc_text,
)
from ottla.cli.session import CommandError, with_cluster
from ottla.cli.time_text import duration_text, parse_duration
from ottla.client.admin import list_topics
from ottla.client.metadata import NO_LEADER
from ottla.client.topic_partition import TopicPartition
from ottla.client.transaction_abort import (
    abort_hanging,
    fence_transaction,
    find_hanging,
)
from ottla.client.transactions import (
    TRANSACTION_STATES,
    ActiveProducer,
    ListedTransaction,
    TransactionDescription,
    describe_producers,
    describe_transactions,
    list_transactions,
)
from ottla.protocol.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.cluster import Cluster
    from ottla.net.address import Address

_DEFAULT_HANGING_AGE = "20m"
"""The longest transaction that brokers allow by default (15 minutes), and some time to end it."""

_ENDING = ("PrepareCommit", "PrepareAbort")

_PRODUCER_COLUMNS = (
    "TOPIC",
    "PARTITION",
    "PRODUCER",
    "EPOCH",
    "LAST SEQUENCE",
    "LAST WRITE",
    "COORDINATOR EPOCH",
    "OPEN SINCE OFFSET",
)


class _Described(NamedTuple):
    transaction: TransactionDescription
    start_offsets: dict[TopicPartition, int | None]


class _Hanging(NamedTuple):
    """What to abort, given by hand."""

    name: TopicPartition
    start_offset: int | None
    producer_id: int | None
    producer_epoch: int | None
    coordinator_epoch: int | None  # None: as the partition knows it


@click.group("transactions")
def command() -> None:
    """Show and abort transactions."""


@command.command("list")
@click.option(
    "--state",
    "states",
    type=click.Choice(TRANSACTION_STATES, case_sensitive=False),
    multiple=True,
    help="Only transactions in this state; may be repeated.",
)
@click.option(
    "--producer-id",
    "producer_ids",
    type=click.IntRange(0),
    metavar="N",
    multiple=True,
    help="Only those of this producer id; may be repeated.",
)
@click.option(
    "--longer-than",
    "longer_than_ms",
    type=parse_duration,
    metavar="DURATION",
    help="Only those that have been open for longer, for example 5m.",
)
@click.option(
    "--pattern", metavar="REGEX", help="Only transactional ids that match; the broker's RE2 syntax."
)
@json_option
@bootstrap_option
def list_command(
    states: tuple[str, ...],
    producer_ids: tuple[int, ...],
    longer_than_ms: int | None,
    pattern: str | None,
    as_json: bool,
    bootstrap: Sequence[Address],
) -> None:
    """List transactional ids and the state of their last transaction."""

    async def ask(cluster: Cluster) -> list[ListedTransaction]:
        return await list_transactions(
            cluster,
            states=states,
            producer_ids=producer_ids,
            running_longer_than_ms=longer_than_ms,
            pattern=pattern,
        )

    transactions = with_cluster(bootstrap, ask)
    if as_json:
        print_json(
            [
                {
                    "transactional_id": transaction.transactional_id,
                    "producer_id": transaction.producer_id,
                    "state": transaction.state,
                    "coordinator": transaction.coordinator,
                }
                for transaction in transactions
            ]
        )
        return
    print_table(
        ("TRANSACTIONAL ID", "PRODUCER", "STATE", "COORDINATOR"),
        [(t.transactional_id, t.producer_id, t.state, t.coordinator) for t in transactions],
    )
    if not transactions:
        is_filtered = states or producer_ids or longer_than_ms is not None or pattern
        remark("There is no such transaction." if is_filtered else "There is no transaction yet.")


@command.command("describe")
@click.argument(
    "transactional_ids",
    nargs=-1,
    required=True,
    metavar="TRANSACTIONAL_ID...",
    shell_complete=complete_transactional_id,
)
@json_option
@bootstrap_option
def describe_command(
    transactional_ids: tuple[str, ...], as_json: bool, bootstrap: Sequence[Address]
) -> None:
    """Show state, age and partitions of transactions."""

    async def describe(cluster: Cluster) -> list[_Described]:
        return [
            await _with_start_offsets(cluster, transaction)
            for transaction in await _described(cluster, transactional_ids)
        ]

    now_ms = time.time_ns() // 1_000_000
    described = with_cluster(bootstrap, describe)
    if as_json:
        print_json([_transaction_json(entry, now_ms) for entry in described])
        return
    for number, entry in enumerate(described):
        if number:
            print_gap()
        _print_transaction(entry, now_ms)


@command.command("describe-producers")
@click.argument("topic", type=parse_topic_selection, shell_complete=complete_topic)
@json_option
@bootstrap_option
def describe_producers_command(
    topic: TopicSelection, as_json: bool, bootstrap: Sequence[Address]
) -> None:
    """Show the producers that partitions remember.

    TOPIC is a topic, or some of its partitions as in orders:0,2-4.
    """

    async def describe(cluster: Cluster) -> list[ActiveProducer]:
        names = await selected_partitions(cluster, (topic,))
        described = await describe_producers(cluster, names)
        return [producer for name in names for producer in described[name]]

    _show_producers(with_cluster(bootstrap, describe), as_json=as_json)


@command.command("find-hanging")
@click.option(
    "--topic",
    "topics",
    type=parse_topic_selection,
    multiple=True,
    metavar="TOPIC[:PARTITIONS]",
    help="Look only here; may be repeated.  [default: everywhere]",
)
@click.option(
    "--older-than",
    "older_than_ms",
    type=parse_duration,
    metavar="DURATION",
    default=_DEFAULT_HANGING_AGE,
    show_default=True,
    help="Only transactions that wrote nothing for so long.",
)
@json_option
@bootstrap_option
def find_hanging_command(
    topics: tuple[TopicSelection, ...],
    older_than_ms: int,
    as_json: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Find transactions that partitions wait for and no coordinator will end."""

    async def find(cluster: Cluster) -> list[ActiveProducer]:
        if topics:
            names = await selected_partitions(cluster, topics)
        else:
            names = [
                TopicPartition(topic.name, partition.partition)
                for topic in await list_topics(cluster)
                for partition in topic.partitions
                if partition.leader != NO_LEADER
            ]
        return await find_hanging(cluster, names, older_than_ms)

    hanging = with_cluster(bootstrap, find)
    _show_producers(hanging, as_json=as_json)
    if hanging and not as_json:
        remark("End one with `ottla transactions abort --topic TOPIC:PARTITION --start-offset N`.")


@command.command("abort")
@click.argument("transactional_id", required=False, shell_complete=complete_transactional_id)
@click.option(
    "--topic",
    type=parse_topic_selection,
    metavar="TOPIC:PARTITION",
    help="The partition in which a transaction hangs.",
)
@click.option(
    "--start-offset",
    type=click.IntRange(0),
    metavar="N",
    help="Where that transaction begins.",
)
@click.option(
    "--producer-id", type=click.IntRange(0), metavar="N", help="Instead: whose transaction it is."
)
@click.option(
    "--producer-epoch",
    type=click.IntRange(0, 32767),
    metavar="N",
    help="The epoch of that producer.",
)
@click.option(
    "--coordinator-epoch",
    type=click.IntRange(0),
    metavar="N",
    help="The epoch of the last marker.  [default: as the partition knows it]",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@bootstrap_option
def abort_command(
    transactional_id: str | None,
    topic: TopicSelection | None,
    start_offset: int | None,
    producer_id: int | None,
    producer_epoch: int | None,
    coordinator_epoch: int | None,
    yes: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Abort a transaction.

    With TRANSACTIONAL_ID its coordinator aborts it, and its producer is fenced. With --topic and
    --start-offset (or --producer-id and --producer-epoch) the marker is written into that one
    partition: for a transaction that hangs because its coordinator has forgotten it.
    """
    if (transactional_id is None) == (topic is None):
        raise click.UsageError("Say what to abort: TRANSACTIONAL_ID or --topic TOPIC:PARTITION.")
    if transactional_id is not None:
        if not (start_offset is producer_id is producer_epoch is coordinator_epoch is None):
            raise click.UsageError("These options go with --topic, not with TRANSACTIONAL_ID.")
        name = transactional_id
        _confirm(f"Abort the transaction of {name} and fence its producer?", yes=yes)
        with_cluster(bootstrap, lambda cluster: _abort_by_id(cluster, name))
        print_done(f"Aborted the transaction of {name}")
        return
    assert topic is not None
    hanging = _hanging(topic, start_offset, producer_id, producer_epoch, coordinator_epoch)
    _confirm(f"Abort a transaction in {hanging.name}?", yes=yes)
    aborted = with_cluster(bootstrap, lambda cluster: _abort_in_partition(cluster, hanging))
    print_done(f"Aborted the transaction of producer {aborted} in {hanging.name}")


def _hanging(
    topic: TopicSelection,
    start_offset: int | None,
    producer_id: int | None,
    producer_epoch: int | None,
    coordinator_epoch: int | None,
) -> _Hanging:
    if topic.partitions is None or len(topic.partitions) != 1:
        raise click.UsageError(f"Name one partition: --topic {topic.topic}:PARTITION.")
    by_producer = producer_id is not None and producer_epoch is not None
    if (start_offset is not None) == by_producer or (producer_id is None) != (
        producer_epoch is None
    ):
        raise click.UsageError(
            "Say which transaction: --start-offset, or --producer-id and --producer-epoch."
        )
    return _Hanging(
        TopicPartition(topic.topic, topic.partitions[0]),
        start_offset,
        producer_id,
        producer_epoch,
        coordinator_epoch,
    )


async def _abort_by_id(cluster: Cluster, transactional_id: str) -> None:
    [transaction] = await _described(cluster, (transactional_id,))
    if transaction.state in _ENDING:
        raise CommandError(
            f"the transaction of {transactional_id!r} is being ended ({transaction.state}); "
            "its coordinator goes on until it is"
        )
    if transaction.state != "Ongoing":
        raise CommandError(
            f"{transactional_id!r} has no open transaction: it is {transaction.state}"
        )
    await fence_transaction(cluster, transactional_id)


async def _abort_in_partition(cluster: Cluster, hanging: _Hanging) -> int:
    """Write the abort marker; return the producer id."""
    name = hanging.name
    await selected_partitions(cluster, (TopicSelection(name.topic, (name.partition,)),))
    producer_id, producer_epoch = hanging.producer_id, hanging.producer_epoch
    coordinator_epoch = hanging.coordinator_epoch
    if producer_id is None or producer_epoch is None or coordinator_epoch is None:
        producer = await _find_producer(cluster, hanging)
        producer_id = producer.producer_id
        if producer_epoch is None:
            producer_epoch = producer.producer_epoch
        if coordinator_epoch is None:
            coordinator_epoch = producer.coordinator_epoch or 0
    await abort_hanging(
        cluster,
        name,
        producer_id=producer_id,
        producer_epoch=producer_epoch,
        coordinator_epoch=coordinator_epoch,
    )
    return producer_id


async def _find_producer(cluster: Cluster, hanging: _Hanging) -> ActiveProducer:
    name = hanging.name
    for producer in (await describe_producers(cluster, (name,)))[name]:
        if hanging.start_offset is not None:
            is_meant = producer.transaction_start_offset == hanging.start_offset
        else:
            is_meant = producer.producer_id == hanging.producer_id
        if is_meant and producer.transaction_start_offset is not None:
            return producer
    what = (
        f"that begins at offset {hanging.start_offset}"
        if hanging.start_offset is not None
        else f"of producer {hanging.producer_id}"
    )
    raise CommandError(
        f"{name} has no open transaction {what}; "
        f"`ottla transactions describe-producers {name.topic}` shows those it has"
    )


async def _described(
    cluster: Cluster, transactional_ids: Sequence[str]
) -> list[TransactionDescription]:
    described = []
    for transaction in (await describe_transactions(cluster, transactional_ids)).values():
        if isinstance(transaction, ApiError):
            raise transaction
        described.append(transaction)
    return described


async def _with_start_offsets(cluster: Cluster, transaction: TransactionDescription) -> _Described:
    """Ask the partitions where the transaction begins in each."""
    names = transaction.partitions
    if not names:
        return _Described(transaction, {})
    await cluster.refresh(tuple(dict.fromkeys(name.topic for name in names)))
    start_offsets: dict[TopicPartition, int | None] = dict.fromkeys(names)
    for name, producers in (await describe_producers(cluster, names)).items():
        for producer in producers:
            if producer.producer_id == transaction.producer_id:
                start_offsets[name] = producer.transaction_start_offset
    return _Described(transaction, start_offsets)


def _print_transaction(entry: _Described, now_ms: int) -> None:
    transaction = entry.transaction
    facts: list[tuple[str, object]] = [
        ("transactional id", transaction.transactional_id),
        ("state", transaction.state),
        ("coordinator", f"broker {transaction.coordinator}"),
        ("producer", f"{transaction.producer_id} epoch {transaction.producer_epoch}"),
        ("timeout", duration_text(transaction.timeout_ms)),
    ]
    if transaction.start_ms is not None:
        facts.append(("began", utc_text(transaction.start_ms)))
    if transaction.is_open:
        facts.append(("open for", duration_text(_age_ms(transaction, now_ms))))
    print_facts(facts)
    if transaction.partitions:
        print_table(
            ("TOPIC", "PARTITION", "OPEN SINCE OFFSET"),
            [(*name, entry.start_offsets[name]) for name in transaction.partitions],
        )


def _transaction_json(entry: _Described, now_ms: int) -> dict[str, Any]:
    transaction = entry.transaction
    start_ms, age_ms = transaction.start_ms, _age_ms(transaction, now_ms)
    return {
        "transactional_id": transaction.transactional_id,
        "coordinator": transaction.coordinator,
        "state": transaction.state,
        "producer_id": transaction.producer_id,
        "producer_epoch": transaction.producer_epoch,
        "timeout_ms": transaction.timeout_ms,
        "start_time": None if start_ms is None else utc_text(start_ms),
        "open_seconds": None if age_ms is None else age_ms / 1000,
        "partitions": [
            {
                "topic": name.topic,
                "partition": name.partition,
                "start_offset": entry.start_offsets[name],
            }
            for name in transaction.partitions
        ],
    }


def _age_ms(transaction: TransactionDescription, now_ms: int) -> int | None:
    if transaction.start_ms is None or not transaction.is_open:
        return None
    return max(0, now_ms - transaction.start_ms)


def _show_producers(producers: Sequence[ActiveProducer], *, as_json: bool) -> None:
    if as_json:
        print_json([_producer_json(producer) for producer in producers])
        return
    print_table(
        _PRODUCER_COLUMNS,
        [
            (
                *producer.name,
                producer.producer_id,
                producer.producer_epoch,
                producer.last_sequence,
                utc_text(producer.last_timestamp_ms),
                producer.coordinator_epoch,
                producer.transaction_start_offset,
            )
            for producer in producers
        ],
    )
    if not producers:
        remark("There is none.")


def _producer_json(producer: ActiveProducer) -> dict[str, Any]:
    return {
        "topic": producer.name.topic,
        "partition": producer.name.partition,
        "producer_id": producer.producer_id,
        "producer_epoch": producer.producer_epoch,
        "last_sequence": producer.last_sequence,
        "last_timestamp": utc_text(producer.last_timestamp_ms) or None,
        "coordinator_epoch": producer.coordinator_epoch,
        "transaction_start_offset": producer.transaction_start_offset,
    }


def _confirm(question: str, *, yes: bool) -> None:
    if yes or sys.stdin is None or not sys.stdin.isatty():
        return
    if not click.confirm(question, err=True):
        raise CommandError("nothing was aborted")
