# SPDX-License-Identifier: Apache-2.0
"""The sender: order, idempotence, retries, moving leaders, bounded memory."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.client.conftest import FakeTransport

from ottla.client.errors import DeliveryTimeoutError, UnknownPartitionError
from ottla.client.produce import NO_OFFSET, Sender, SenderSettings
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.headers import decode_request_header
from ottla.protocol.messages.init_producer_id import InitProducerIdRequest
from ottla.protocol.messages.produce import (
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceResponse,
)
from ottla.records.batch import read_header, verify_crc
from ottla.records.bulk_builder import build_value_batch
from ottla.records.compression import Codec
from ottla.records.record import decode_records


def batch_of(*values: bytes, codec: Codec = Codec.NONE) -> bytearray:
    """Build a batch."""
    return build_value_batch(values, timestamp_ms=1, codec=codec)


def stored_values(fake, topic="t", partition=0):
    """Return what a partition holds, in order."""
    values = []
    for batch in fake.logs[topic, partition].batches:
        verify_crc(batch)
        values += [record.value for record in decode_records(batch)]
    return values


def refusal(fake, code, message=None):
    """Return an answer that refuses every partition of a request."""

    def answer(broker, request, version):
        return ProduceResponse(
            responses=[
                TopicProduceResponse(
                    name=topic.name,
                    topic_id=topic.topic_id,
                    partition_responses=[
                        PartitionProduceResponse(
                            index=data.index, error_code=code, base_offset=-1, error_message=message
                        )
                        for data in topic.partition_data
                    ],
                )
                for topic in request.topic_data
            ]
        )

    return answer


@pytest.fixture
def scenario(fake, run):
    """Run a coroutine with a connected cluster and a sender on topic `t` with three partitions."""
    fake.leaders["t"] = [1, 1, 1]

    def run_it(body, **settings: object):
        async def whole():
            async with fake.client() as cluster:
                await cluster.topic("t")
                sender = Sender(cluster, SenderSettings(**settings))
                try:
                    await body(sender)
                finally:
                    await sender.close()

        run(whole)

    return run_it


def test_delivers_in_order_with_offsets(fake, scenario):
    """Each future tells where its batch went; the log has all records in order."""

    async def body(sender):
        futures = [await sender.send("t", 0, batch_of(b"%d" % n, b"+"), 2) for n in range(30)]
        produced = await asyncio.gather(*futures)
        assert [batch.base_offset for batch in produced] == list(range(0, 60, 2))

    scenario(body)
    assert stored_values(fake) == [value for n in range(30) for value in (b"%d" % n, b"+")]


def test_partitions_share_requests(fake, scenario):
    """Batches of several partitions of one leader leave together, one per partition."""

    async def body(sender):
        for partition in (0, 1, 2, 0):
            await sender.send("t", partition, batch_of(b"x"), 1)
        await sender.flush()

    scenario(body)
    first = fake.requests(ProduceRequest)[0]
    assert [data.index for data in first.topic_data[0].partition_data] == [0, 1, 2]
    assert len(fake.requests(ProduceRequest)) == 2


def test_retriable_refusal_is_sent_again_in_order(fake, scenario):
    """Batches behind one that failed for a while wait and keep their order and sequences."""
    fake.script(ApiKey.PRODUCE, refusal(fake, ErrorCode.NOT_ENOUGH_REPLICAS))

    async def body(sender):
        futures = [await sender.send("t", 0, batch_of(b"%d" % n), 1) for n in range(20)]
        await asyncio.gather(*futures)

    scenario(body)
    assert stored_values(fake) == [b"%d" % n for n in range(20)]
    sequences = [read_header(batch).base_sequence for batch in fake.logs["t", 0].batches]
    assert sequences == list(range(20))


def test_the_first_batch_of_a_producer_goes_alone(fake, scenario):
    """A broker takes any sequence from a producer it does not know: nothing may overtake it."""
    fake.script(ApiKey.PRODUCE, refusal(fake, ErrorCode.NOT_ENOUGH_REPLICAS))

    async def body(sender):
        futures = [await sender.send("t", 0, batch_of(b"%d" % n), 1) for n in range(5)]
        await asyncio.gather(*futures)

    scenario(body)
    sequences = [
        read_header(request.topic_data[0].partition_data[0].records).base_sequence
        for request in fake.requests(ProduceRequest)
    ]
    assert sequences == [0, 0, 1, 2, 3, 4]


def test_lost_answer_does_not_duplicate(fake, scenario, drop):
    """A batch that was stored while its answer was lost is not stored twice."""

    def store_and_drop(broker, request, version):
        fake._produce(broker, request, version)
        return drop

    fake.script(ApiKey.PRODUCE, None, store_and_drop)

    async def body(sender):
        futures = [await sender.send("t", 0, batch_of(b"%d" % n), 1) for n in range(12)]
        produced = await asyncio.gather(*futures)
        assert [batch.base_offset for batch in produced] == list(range(12))

    scenario(body)
    assert stored_values(fake) == [b"%d" % n for n in range(12)]


def test_silent_broker_is_asked_again(fake, scenario, silence):
    """A request without an answer is repeated on a new connection after its time-out."""
    fake.script(ApiKey.PRODUCE, silence)

    async def body(sender):
        future = await sender.send("t", 0, batch_of(b"x"), 1)
        assert (await future).base_offset == 0

    scenario(body, request_timeout_ms=20)
    assert len(fake.brokers[1].transports) == 2


def test_refused_for_good_fails_and_lets_the_others_through(fake, scenario):
    """A batch that can never be stored fails with its reason; those behind it move up."""
    fake.script(ApiKey.PRODUCE, None, refusal(fake, ErrorCode.INVALID_RECORD, "no key"))

    async def body(sender):
        futures = [await sender.send("t", 0, batch_of(b"%d" % n), 1) for n in range(6)]
        outcomes = await asyncio.gather(*futures, return_exceptions=True)
        assert isinstance(outcomes[1], ApiError)
        assert str(outcomes[1]) == "INVALID_RECORD: t-0: no key"
        offsets = [outcome.base_offset for outcome in outcomes if not isinstance(outcome, ApiError)]
        assert offsets == [0, 1, 2, 3, 4]

    scenario(body)
    assert stored_values(fake) == [b"0", b"2", b"3", b"4", b"5"]


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.ZSTD])
def test_too_large_batches_are_cut(fake, scenario, codec):
    """A batch above the topic's limit is halved until it fits; its future covers all of it."""

    def limit(broker, request, version):
        data = request.topic_data[0].partition_data[0].records
        if read_header(data).record_count > 2:
            return refusal(fake, ErrorCode.MESSAGE_TOO_LARGE)(broker, request, version)
        return None

    fake.script(ApiKey.PRODUCE, *[limit] * 50)
    values = [b"%d" % n for n in range(7)]

    async def body(sender):
        first = await sender.send("t", 0, batch_of(*values, codec=codec), 7)
        second = await sender.send("t", 0, batch_of(b"end"), 1)
        assert (await first)[2:] == (0, 7)
        assert (await second).base_offset == 7

    scenario(body)
    assert stored_values(fake) == [*values, b"end"]
    assert {read_header(batch).codec for batch in fake.logs["t", 0].batches[:-1]} == {codec}


def test_single_record_that_is_too_large_fails(fake, scenario):
    """One record cannot be cut."""
    fake.script(ApiKey.PRODUCE, refusal(fake, ErrorCode.MESSAGE_TOO_LARGE))

    async def body(sender):
        with pytest.raises(ApiError, match="MESSAGE_TOO_LARGE"):
            await (await sender.send("t", 0, batch_of(b"big"), 1))

    scenario(body)


@pytest.mark.parametrize(
    "code", [ErrorCode.UNKNOWN_PRODUCER_ID, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER]
)
def test_forgotten_producer_gets_a_new_id(fake, scenario, code):
    """When the broker has lost the producer's state, the partition goes on under a new id."""

    async def body(sender):
        await (await sender.send("t", 0, batch_of(b"a"), 1))
        fake.script(ApiKey.PRODUCE, refusal(fake, code))
        await (await sender.send("t", 0, batch_of(b"b"), 1))
        await (await sender.send("t", 0, batch_of(b"c"), 1))

    scenario(body)
    assert stored_values(fake) == [b"a", b"b", b"c"]
    headers = [read_header(batch) for batch in fake.logs["t", 0].batches]
    assert [header.base_sequence for header in headers] == [0, 0, 1]
    assert len({header.producer_id for header in headers}) == 2


def test_delivery_timeout(fake, scenario):
    """A batch that is refused until its time is over fails; the next one goes under a new id."""
    fake.script(ApiKey.PRODUCE, *[refusal(fake, ErrorCode.NOT_ENOUGH_REPLICAS)] * 1000)

    async def body(sender):
        future = await sender.send("t", 0, batch_of(b"late"), 1)
        with pytest.raises((DeliveryTimeoutError, ApiError)):
            await future
        fake.scripts[ApiKey.PRODUCE].clear()
        assert (await (await sender.send("t", 0, batch_of(b"next"), 1))).base_offset == 0

    scenario(body, delivery_timeout_ms=30)
    assert stored_values(fake) == [b"next"]


def test_delivery_timeout_while_no_producer_id_comes(fake, scenario, silence):
    """Whoever waits for a producer id, or a connection, holds up nobody's deadline."""
    fake.script(ApiKey.INIT_PRODUCER_ID, silence)

    async def body(sender):
        futures = [await sender.send("t", 0, batch_of(b"late"), 1) for _ in range(2)]
        for future in futures:
            with pytest.raises(DeliveryTimeoutError, match="could not be delivered"):
                await future
        await sender.flush()

    scenario(body, delivery_timeout_ms=30)
    assert len(fake.requests(InitProducerIdRequest)) == 1
    assert not fake.requests(ProduceRequest)


def test_delivery_timeout_counts_from_when_a_record_was_sent(fake, scenario):
    """What a batch has waited for others, or for room, is part of its time."""

    async def body(sender):
        with pytest.raises(DeliveryTimeoutError):
            await (await sender.send("t", 0, batch_of(b"late"), 1, age_s=60))
        await (await sender.send("t", 0, batch_of(b"in time"), 1, age_s=59))

    scenario(body, delivery_timeout_ms=60_000)
    assert stored_values(fake) == [b"in time"]


def test_a_failure_that_nobody_expects_is_told_once(fake, scenario, monkeypatch):
    """It is not tried again for ever."""
    calls = []

    async def broken(sender):
        calls.append(sender)
        raise LookupError("a bug")

    monkeypatch.setattr(Sender, "_new_identity", broken)

    async def body(sender):
        with pytest.raises(LookupError, match="a bug"):
            await (await sender.send("t", 0, batch_of(b"x"), 1))
        await asyncio.sleep(0.01)

    scenario(body)
    assert len(calls) == 1


def test_acks_0_waits_for_no_answer(fake, scenario):
    """Without acknowledgements a batch is done when it is written, and its offset is unknown."""

    async def body(sender):
        produced = await (await sender.send("t", 0, batch_of(b"x"), 1))
        assert produced.base_offset == NO_OFFSET
        await sender.flush()
        await asyncio.sleep(0)

    scenario(body, acks=0, idempotent=False)
    assert stored_values(fake) == [b"x"]


def test_without_idempotence_no_producer_id_is_asked_for(fake, scenario):
    """Plain batches carry no producer."""

    async def body(sender):
        await (await sender.send("t", 0, batch_of(b"x"), 1))

    scenario(body, acks=1, idempotent=False)
    assert not fake.requests(InitProducerIdRequest)
    assert read_header(fake.logs["t", 0].batches[0]).producer_id == -1


def test_memory_is_bounded(fake, scenario):
    """`send` waits while the buffer is full and goes on when answers make room."""

    async def body(sender):
        size = len(batch_of(b"x" * 1000))
        futures = []
        for _ in range(50):
            futures.append(await sender.send("t", 0, batch_of(b"x" * 1000), 1))
            assert sender._buffered_bytes <= max(3000, size)
        await asyncio.gather(*futures)
        assert sender._buffered_bytes == 0

    scenario(body, buffer_bytes=3000)


def test_missing_partition_fails(fake, scenario):
    """A partition that the topic does not have is an error, not a wait."""

    async def body(sender):
        with pytest.raises(UnknownPartitionError):
            await (await sender.send("t", 9, batch_of(b"x"), 1))

    scenario(body)


def test_no_permission_for_idempotence(fake, scenario):
    """A refused producer id fails what is queued."""
    from ottla.protocol.messages.init_producer_id import InitProducerIdResponse

    fake.script(
        ApiKey.INIT_PRODUCER_ID,
        InitProducerIdResponse(error_code=ErrorCode.CLUSTER_AUTHORIZATION_FAILED),
    )

    async def body(sender):
        with pytest.raises(ApiError, match="CLUSTER_AUTHORIZATION_FAILED"):
            await (await sender.send("t", 0, batch_of(b"x"), 1))

    scenario(body)


def test_leader_moves(network, run):
    """Batches follow the leader to another broker, in order."""
    fake = network.cluster(2)
    fake.leaders["t"] = [1]

    async def scenario():
        async with fake.client() as cluster:
            await cluster.topic("t")
            sender = Sender(cluster)
            await (await sender.send("t", 0, batch_of(b"before"), 1))
            fake.leaders["t"] = [2]
            futures = [await sender.send("t", 0, batch_of(b"%d" % n), 1) for n in range(8)]
            await asyncio.gather(*futures)
            await sender.close()

    run(scenario)
    assert stored_values(fake) == [b"before", *[b"%d" % n for n in range(8)]]
    assert any(isinstance(request, ProduceRequest) for request in fake.brokers[2].requests)


def test_names_for_old_brokers(fake, scenario):
    """Brokers that do not know topic ids are told names."""
    fake.versions[ApiKey.PRODUCE] = (3, 9)

    async def body(sender):
        await (await sender.send("t", 0, batch_of(b"x"), 1))

    scenario(body)
    assert fake.requests(ProduceRequest)[0].topic_data[0].name == "t"


def test_close_cancels_what_is_left(fake, scenario, silence):
    """Closing without a flush cancels the futures."""
    fake.script(ApiKey.PRODUCE, silence)
    futures = []

    async def body(sender):
        futures.append(await sender.send("t", 0, batch_of(b"x"), 1))

    scenario(body)
    assert futures[0].cancelled()


def test_bug_40_a_batch_on_the_wire_is_nobody_elses(fake, scenario, monkeypatch):
    """Bug 40 (CVE-2026-35554): the socket is blocked, the batch expires, others are sent.

    Whatever leaves at last is whole, and stands under the partition for which it was meant.
    """
    held: list[object] = []
    written = FakeTransport.write

    def block(transport, data):
        if len(data) > 200:  # a Produce request; keeps the very buffer, as a full socket does
            held.append(data)
        else:
            written(transport, data)

    def block_all(transport, parts):
        if sum(map(len, parts)) > 200:
            held.extend(parts)
        else:
            written(transport, b"".join(parts))

    async def body(sender):
        monkeypatch.setattr(FakeTransport, "writelines", block_all)
        monkeypatch.setattr(FakeTransport, "write", block)
        futures = []
        for round_ in range(4):
            for partition in range(3):
                value = b"%d for %d " % (round_, partition) + bytes(200)
                futures.append(await sender.send("t", partition, batch_of(value), 1))
            await asyncio.sleep(0.02)  # beyond the delivery time of the round before
        outcomes = await asyncio.gather(*futures, return_exceptions=True)
        assert any(isinstance(outcome, Exception) for outcome in outcomes)
        monkeypatch.undo()

    scenario(body, delivery_timeout_ms=15, request_timeout_ms=10)
    stream = b"".join(bytes(part) for part in held)
    found = 0
    while stream:
        size = int.from_bytes(stream[:4], "big")
        frame, stream = stream[4 : 4 + size], stream[4 + size :]
        header, start = decode_request_header(frame)
        asked = ProduceRequest.decode(frame, header.api_version, start)
        for topic in asked.topic_data:
            for data in topic.partition_data:
                verify_crc(data.records)
                (record,) = decode_records(memoryview(data.records))
                assert record.value.split(b" ")[2] == b"%d" % data.index
                found += 1
    assert found >= 3
