# SPDX-License-Identifier: Apache-2.0
"""Reads what running brokers have in their logs and coordinators; `testing.inspection` asks it.

Apart from there because it needs the client's types, whose import a test would pay that looks into
nothing. All of it runs on the brokers' loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

from ottla.client import groups
from ottla.client.consumer_record import ConsumerRecord
from ottla.client.read_committed import AbortedTransactions
from ottla.client.topic_partition import TopicPartition
from ottla.controller.topic_names import INTERNAL_TOPICS
from ottla.coordinators.group.group import GroupType
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.fetch import AbortedTransaction
from ottla.protocol.messages.offset_fetch import OffsetFetchRequestGroup
from ottla.records.batch import iter_headers
from ottla.records.record import decode_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.broker.context import Services
    from ottla.coordinators.pending import Pending
    from ottla.replication.partition import Partition

Answer = TypeVar("Answer")

READ_BYTES: Final = 1 << 20
"""What is read of a log at a time."""

LOAD_TIMEOUT_S: Final = 10.0
"""How long coordinators may take to read their logs after a start."""


async def topics_of(brokers: Sequence[Services], *, with_internal: bool = False) -> dict[str, int]:
    """Return the number of partitions of each topic, as the newest image has it."""
    images = [services.image for services in brokers]
    newest = max(images, key=lambda image: image.offset, default=None)
    if newest is None:
        return {}
    return {
        name: len(topic.partitions)
        for name, topic in sorted(newest.topics_by_name.items())
        if with_internal or name not in INTERNAL_TOPICS
    }


async def records_of(
    brokers: Sequence[Services], topic: str, index: int | None, *, is_committed: bool
) -> list[ConsumerRecord]:
    """Return the records of one or all partitions, from their leaders."""
    count = (await topics_of(brokers, with_internal=True)).get(topic, 0)
    if not count or (index is not None and not 0 <= index < count):
        name = topic if index is None else f"{topic}-{index}"
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"there is no {name}")
    return [
        record
        for number in (range(count) if index is None else (index,))
        for record in _read(_leader(brokers, topic, number), is_committed=is_committed)
    ]


def _leader(brokers: Sequence[Services], topic: str, index: int) -> Partition:
    replicas = [services.replicas.replica(topic, index) for services in brokers]
    leaders = [replica for replica in replicas if replica is not None and replica.is_leader]
    if not leaders:
        raise ApiError(ErrorCode.LEADER_NOT_AVAILABLE, f"nobody leads {topic}-{index}")
    return max(leaders, key=lambda leader: leader.leader_epoch)


def _read(partition: Partition, *, is_committed: bool) -> Iterator[ConsumerRecord]:
    """Yield the records of a partition, as a consumer would see them."""
    log = partition.log
    offset, end = partition.log_start_offset, partition.readable_end(committed_only=is_committed)
    aborted = AbortedTransactions()
    if is_committed:
        aborted.add(
            AbortedTransaction(producer_id=each.producer_id, first_offset=each.first_offset)
            for each in log.aborted_transactions(offset, end)
        )
    start = offset
    while (piece := log.locate(offset, READ_BYTES, end)) is not None:
        data = piece.read()
        for position, header in iter_headers(data, partial_tail=True):
            batch = data[position : position + header.size_bytes]
            offset = header.next_offset
            if aborted.hides(header, batch):
                continue
            for record in decode_records(batch):
                if record.offset >= start:
                    yield ConsumerRecord(partition.topic, partition.index, *record)


async def groups_of(brokers: Sequence[Services]) -> dict[str, groups.GroupDescription]:
    """Return the groups of all coordinators."""
    described: dict[str, groups.GroupDescription | ApiError] = {}
    for services in brokers:
        coordinator = services.groups
        node_id = services.config.node_id
        await _until_loaded(services)
        for listed in await _answer_of(coordinator.list_groups((), ())):
            name = listed.group_id
            if listed.group_type == GroupType.CONSUMER.value:
                of_consumers = await _answer_of(coordinator.describe_consumer_group(name))
                described[name] = groups.consumer_group(of_consumers, node_id, None)
            else:
                classic = await _answer_of(coordinator.describe_group(name))
                described[name] = groups.classic_group(classic, node_id, None)
    return {
        name: group
        for name, group in sorted(described.items())
        if not isinstance(group, ApiError)  # it went while it was looked at
    }


async def committed_of(brokers: Sequence[Services], group_id: str) -> dict[TopicPartition, int]:
    """Return the offsets that a group has committed."""
    asked = OffsetFetchRequestGroup(group_id=group_id, topics=None)
    for services in brokers:
        await _until_loaded(services)
        try:
            fetched = await _answer_of(services.groups.fetch_offsets(asked, require_stable=False))
        except ApiError as error:
            if error.code is not ErrorCode.NOT_COORDINATOR:
                raise
        else:
            return {
                TopicPartition(topic.name, partition.partition_index): partition.committed_offset
                for topic in fetched.topics
                for partition in topic.partitions
            }
    return {}


async def _until_loaded(services: Services) -> None:
    async with asyncio.timeout(LOAD_TIMEOUT_S):
        while services.groups.runtime.is_loading:  # noqa: ASYNC110 - it tells nobody when it ends
            await asyncio.sleep(0.005)


async def _answer_of(pending: Pending[Answer]) -> Answer:
    answered = asyncio.Event()
    pending.when_done(lambda _: answered.set())
    await answered.wait()
    return pending.value
