# SPDX-License-Identifier: Apache-2.0
"""The fetcher: order, read-ahead within bounds, moving leaders, errors that are never silent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ottla.client.errors import LogTruncatedError, OffsetOutOfRangeError
from ottla.client.fetch import Fetcher, FetchSettings
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.fetch import (
    EpochEndOffset,
    FetchableTopicResponse,
    FetchRequest,
    FetchResponse,
    PartitionData,
)
from ottla.records.batch import CorruptRecord
from ottla.records.bulk_builder import build_value_batch
from ottla.records.control import build_leader_change

if TYPE_CHECKING:
    from ottla.records.record import Record

P0 = TopicPartition("t", 0)


def fill(fake, count, per_batch=3, partition=0):
    """Store records `0` to `count - 1` in batches."""
    for first in range(0, count, per_batch):
        values = [b"%d" % number for number in range(first, min(count, first + per_batch))]
        fake.logs["t", partition].append(build_value_batch(values, timestamp_ms=1))


async def read(fetcher, count) -> list[Record]:
    """Return the next `count` records."""
    records: list[Record] = []
    async for fetched in fetcher:
        records += fetched.records()
        if len(records) >= count:
            break
    return records


@pytest.fixture
def scenario(fake, run):
    """Run a coroutine with a connected cluster that knows topic `t`."""
    fake.leaders["t"] = [1, 1]

    def run_it(body):
        async def whole():
            async with fake.client() as cluster:
                await cluster.topic("t")
                await body(cluster)

        run(whole)

    return run_it


def partition_error(code):
    """Return an answer that fails every partition."""

    def answer(broker, request, version):
        return FetchResponse(
            responses=[
                FetchableTopicResponse(
                    topic=topic.topic,
                    topic_id=topic.topic_id,
                    partitions=[
                        PartitionData(
                            partition_index=wanted.partition,
                            error_code=code,
                            high_watermark=7,
                            log_start_offset=3,
                            aborted_transactions=None,
                            records=None,
                        )
                        for wanted in topic.partitions
                    ],
                )
                for topic in request.topics
            ]
        )

    return answer


def test_reads_from_an_offset_inside_a_batch(fake, scenario):
    """Records before the offset are left out, all others come in order."""
    fill(fake, 20)

    async def body(cluster):
        async with Fetcher(cluster, {P0: 4}) as fetcher:
            records = await read(fetcher, 16)
        assert [record.offset for record in records] == list(range(4, 20))
        assert [record.value for record in records] == [b"%d" % n for n in range(4, 20)]

    scenario(body)


def test_several_partitions_in_one_request(fake, scenario):
    """Partitions of one leader share a request; a stopped one is not asked for again."""
    fill(fake, 3, partition=0)
    fill(fake, 6, partition=1)

    async def body(cluster):
        async with Fetcher(cluster, {P0: 0, TopicPartition("t", 1): 0}) as fetcher:
            seen = {}
            async for fetched in fetcher:
                seen[fetched.name.partition] = len(fetched.records())
                fetcher.stop(fetched.name)
            assert seen == {0: 3, 1: 6}

    scenario(body)
    assert len(fake.requests(FetchRequest)[0].topics[0].partitions) == 2


def test_partitions_take_turns(fake, scenario):
    """A partition that brought records is asked for behind the others next time."""
    fill(fake, 3, partition=0)

    async def body(cluster):
        async with Fetcher(cluster, {P0: 0, TopicPartition("t", 1): 0}) as fetcher:
            await read(fetcher, 3)
            for _ in range(20):
                await asyncio.sleep(0)

    scenario(body)
    orders = [
        [partition.partition for partition in request.topics[0].partitions]
        for request in fake.requests(FetchRequest)
    ]
    assert orders == [[0, 1], [1, 0]]


def test_reads_ahead_only_so_far(fake, scenario):
    """With half of `prefetch_bytes` waiting nothing more is asked for until something was taken."""
    fill(fake, 300)
    one_batch = len(fake.logs["t", 0].batches[0]) + 8

    def one(broker, request, version):
        wanted = request.topics[0].partitions[0]
        answer = fake._fetch(broker, request, version)
        if answer is not None and hasattr(answer, "responses"):
            data = answer.responses[0].partitions[0]
            data.records = data.records[:one_batch]
        assert wanted.fetch_offset % 3 == 0
        return answer

    fake.script(ApiKey.FETCH, *[one] * 1000)

    async def body(cluster):
        settings = FetchSettings(prefetch_bytes=8 * one_batch)
        async with Fetcher(cluster, {P0: 0}, settings) as fetcher:
            for _ in range(100):
                await asyncio.sleep(0)
            requests = fake.requests(FetchRequest)
            assert len(requests) == 4
            assert {request.max_bytes for request in requests} == {one_batch}
            assert fetcher._arrived_bytes <= 4 * one_batch
            await read(fetcher, 30)

    scenario(body)


def test_leader_moves(network, run):
    """The fetcher follows the leader to another broker without losing or repeating a record."""
    fake = network.cluster(2)
    fake.leaders["t"] = [1]
    fill(fake, 9)

    async def scenario():
        async with fake.client() as cluster:
            await cluster.topic("t")
            async with Fetcher(cluster, {P0: 0}) as fetcher:
                first = await read(fetcher, 9)
                fake.leaders["t"] = [2]
                for transport in fake.brokers[1].transports:
                    transport.close()
                fake.logs["t", 0].append(build_value_batch([b"after"], timestamp_ms=1))
                then = await read(fetcher, 1)
        assert [record.offset for record in first + then] == list(range(10))

    run(scenario)


def test_a_near_replica_that_is_behind(network, run):
    """An offset that it does not have is no error: the leader is asked again."""
    fake = network.cluster(2)
    fake.leaders["t"] = [1]
    fill(fake, 3)
    asked = []

    def refer(broker, request, version):
        asked.append((broker.node_id, request.rack_id))
        answer = partition_error(ErrorCode.NONE)(broker, request, version)
        answer.responses[0].partitions[0].preferred_read_replica = 2
        return answer

    def refuse(broker, request, version):
        asked.append((broker.node_id, request.rack_id))
        return partition_error(ErrorCode.OFFSET_OUT_OF_RANGE)(broker, request, version)

    fake.script(ApiKey.FETCH, refer, refuse)

    async def scenario():
        async with fake.client() as cluster:
            await cluster.topic("t")
            async with Fetcher(cluster, {P0: 0}, FetchSettings(rack="east")) as fetcher:
                assert len(await read(fetcher, 3)) == 3

    run(scenario)
    assert asked == [(1, "east"), (2, "east")]


@pytest.mark.parametrize(
    "code", [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
)
def test_passing_errors_are_retried(fake, scenario, code):
    """Errors of a moment lead to fresh metadata and another attempt."""
    fill(fake, 3)
    fake.script(ApiKey.FETCH, partition_error(code), partition_error(code))

    async def body(cluster):
        async with Fetcher(cluster, {P0: 0}) as fetcher:
            assert len(await read(fetcher, 3)) == 3

    scenario(body)


def test_lost_connection_is_retried(fake, scenario, drop):
    """A broken connection costs nothing but time."""
    fill(fake, 3)
    fake.script(ApiKey.FETCH, drop)

    async def body(cluster):
        async with Fetcher(cluster, {P0: 0}) as fetcher:
            assert len(await read(fetcher, 3)) == 3

    scenario(body)


def test_offset_out_of_range_is_an_error(fake, scenario):
    """An offset that does not exist is reported with what exists; it is never reset."""
    fake.script(ApiKey.FETCH, partition_error(ErrorCode.OFFSET_OUT_OF_RANGE))

    async def body(cluster):
        async with Fetcher(cluster, {P0: 99}) as fetcher:
            with pytest.raises(OffsetOutOfRangeError, match=r"t-0 has no offset 99.*from 3 to 7"):
                await read(fetcher, 1)

    scenario(body)


def test_other_errors_end_the_iteration(fake, scenario):
    """What another attempt cannot help is raised, after what had arrived."""
    fill(fake, 3)
    fake.script(ApiKey.FETCH, None, partition_error(ErrorCode.TOPIC_AUTHORIZATION_FAILED))

    async def body(cluster):
        async with Fetcher(cluster, {P0: 0}) as fetcher:
            assert len(await read(fetcher, 3)) == 3
            with pytest.raises(ApiError, match="TOPIC_AUTHORIZATION_FAILED: t-0"):
                await read(fetcher, 1)

    scenario(body)


def test_deleted_topic_ends_the_iteration(fake, scenario):
    """A topic that stays unknown is given up."""
    fake.script(ApiKey.FETCH, *[partition_error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)] * 1000)

    async def body(cluster):
        settings = FetchSettings(vanished_topic_ms=10)
        async with Fetcher(cluster, {P0: 0}, settings) as fetcher:
            with pytest.raises(ApiError, match="UNKNOWN_TOPIC_OR_PARTITION"):
                await read(fetcher, 1)

    scenario(body)


def test_truncation_is_reported(fake, scenario):
    """A diverging epoch means that read records are gone: an error, not a silent jump."""

    def diverge(broker, request, version):
        answer = partition_error(0)(broker, request, version)
        answer.responses[0].partitions[0].diverging_epoch = EpochEndOffset(epoch=1, end_offset=5)
        return answer

    fake.script(ApiKey.FETCH, diverge)

    async def body(cluster):
        async with Fetcher(cluster, {P0: 9}) as fetcher:
            with pytest.raises(LogTruncatedError, match="truncated at offset 5"):
                await read(fetcher, 1)

    scenario(body)


def test_damaged_batch_is_reported(fake, scenario):
    """A batch with a wrong checksum ends the iteration."""
    fill(fake, 3)
    damaged = bytearray(fake.logs["t", 0].batches[0])
    damaged[-1] ^= 1
    fake.logs["t", 0].batches[0] = bytes(damaged)

    async def body(cluster):
        async with Fetcher(cluster, {P0: 0}) as fetcher:
            with pytest.raises(CorruptRecord, match="CRC"):
                await read(fetcher, 1)

    scenario(body)


def test_control_batches_move_the_position(fake, scenario):
    """Control batches are not handed out, but the offset behind them is reached."""
    log = fake.logs["t", 0]
    fill(fake, 3)
    log.append(build_leader_change(1, [1], timestamp_ms=1, offset=0, leader_epoch=1))
    log.append(build_value_batch([b"end"], timestamp_ms=1))

    async def body(cluster):
        async with Fetcher(cluster, {P0: 0}) as fetcher:
            records = await read(fetcher, 4)
        assert [record.offset for record in records] == [0, 1, 2, 4]

    scenario(body)


def test_names_for_old_brokers(fake, scenario):
    """Brokers that do not know topic ids are asked by name."""
    fake.versions[ApiKey.FETCH] = (4, 11)
    fill(fake, 3)

    async def body(cluster):
        async with Fetcher(cluster, {P0: 0}) as fetcher:
            assert len(await read(fetcher, 3)) == 3

    scenario(body)
    assert fake.requests(FetchRequest)[0].topics[0].topic == "t"
