# SPDX-License-Identifier: Apache-2.0
"""Bad input over real sockets: a clear error, and nobody else feels it.

A bystander produces and consumes through the whole module; at its end every record of his was
delivered once, in order, and the broker has printed no traceback.
"""

from __future__ import annotations

import itertools
import struct
import threading
import time
from typing import Any

import pytest
from tests.integration.foreign_clients import (
    FOREIGN_WARNINGS,
    confluent_consumer,
    confluent_producer,
)
from tests.integration.raw_client import RawClient
from tools.broker_process import BrokerProcess

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.api_versions import ApiVersionsRequest
from ottla.protocol.messages.create_topics import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.protocol.messages.fetch import FetchPartition, FetchRequest, FetchTopic
from ottla.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from ottla.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from ottla.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from ottla.records.batch import HEADER_BYTES, write_crc
from ottla.records.builder import assemble_batch, build_batch, encode_record
from ottla.records.compression import Codec, compress
from ottla.records.record import Record

pytestmark = FOREIGN_WARNINGS

FRAME_BYTES_MAX = 5_000_000
PRODUCE_VERSION = 11
HOUR_MS = 3_600_000


class Bystander:
    """A well-behaved application on its own connections."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sent = 0
        self.errors: list[object] = []
        self.values: list[bytes] = []
        self.slowest_s = 0.0

    def start(self) -> None:
        """Begin to produce and consume."""
        self._thread.start()

    def finish(self) -> None:
        """Read the rest and stop."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def _note(self, error, _message) -> None:
        if error is not None:
            self.errors.append(error)

    def _run(self) -> None:
        from confluent_kafka import TopicPartition

        producer = confluent_producer(self._bootstrap, linger_ms=0)
        consumer = confluent_consumer(
            self._bootstrap, error_cb=self.errors.append, allow_auto_create_topics=True
        )
        try:
            self._produce(producer)
            consumer.assign([TopicPartition("bystander", 0, 0)])
            while not self._stop.is_set() or len(self.values) < self.sent:
                if not self._stop.is_set():
                    self._produce(producer)
                for message in consumer.consume(100, 0.02):
                    if message.error() is not None:
                        self.errors.append(message.error())
                    else:
                        self.values.append(message.value())
                time.sleep(0.005)
        finally:
            consumer.close()

    def _produce(self, producer) -> None:
        start = time.monotonic()
        producer.produce("bystander", value=b"%d" % self.sent, on_delivery=self._note)
        self.sent += 1
        assert producer.flush(10) == 0
        self.slowest_s = max(self.slowest_s, time.monotonic() - start)


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """Return a broker with small limits, a bystander on it, and judge both at the end."""
    process = BrokerProcess(
        tmp_path_factory.mktemp("bad-input"),
        [
            *("--set", f"socket.request.max.bytes={FRAME_BYTES_MAX}"),
            *("--set", "ottla.connection.first.request.timeout.ms=1000"),
            *("--set", "ottla.request.read.timeout.ms=1000"),
            *("--set", "ottla.max.connection.creation.rate.per.ip=10000"),
        ],
    ).start()
    with RawClient(process.port) as client:
        create_topic(client, "plain")
        create_topic(client, "compacted", {"cleanup.policy": "compact"})
        create_topic(client, "small", {"max.message.bytes": "2000"})
        create_topic(client, "old", {"message.timestamp.before.max.ms": str(HOUR_MS)})
    bystander = Bystander(process.bootstrap)
    bystander.start()
    yield process
    bystander.finish()
    assert bystander.errors == []
    assert bystander.values == [b"%d" % at for at in range(bystander.sent)]
    assert bystander.slowest_s < 5
    assert process.stop() == 0
    printed = "".join(process.output)
    assert "Traceback" not in printed, printed
    assert "Error" not in printed, printed


@pytest.fixture
def client(broker):
    """Return a connection of our own."""
    with RawClient(broker.port) as client:
        yield client


def create_topic(client: RawClient, name: str, configs: dict[str, str] | None = None) -> None:
    """Create a topic with one partition."""
    request = CreateTopicsRequest(
        topics=[
            CreatableTopic(
                name=name,
                num_partitions=1,
                replication_factor=1,
                configs=[
                    CreatableTopicConfig(name=key, value=value)
                    for key, value in (configs or {}).items()
                ],
            )
        ],
        timeout_ms=5000,
    )
    answer = client.ask(request, 7)
    assert [topic.error_code for topic in answer.topics] == [ErrorCode.NONE]


def produce_request(topic: str, *records: bytes | None, acks: int = -1) -> ProduceRequest:
    """Make a request with one partition for each entry of `records`, all of number 0."""
    return ProduceRequest(
        acks=acks,
        timeout_ms=5000,
        topic_data=[
            TopicProduceData(
                name=topic,
                partition_data=[
                    PartitionProduceData(index=at, records=data) for at, data in enumerate(records)
                ],
            )
        ],
    )


def produce(client: RawClient, topic: str, records: bytes | None):
    """Produce to partition 0 and return its outcome."""
    answer = client.ask(produce_request(topic, records), PRODUCE_VERSION)
    return answer.responses[0].partition_responses[0]


def end_offset(client: RawClient, topic: str) -> int:
    """Ask for the high watermark."""
    request = ListOffsetsRequest(
        topics=[
            ListOffsetsTopic(
                name=topic, partitions=[ListOffsetsPartition(partition_index=0, timestamp=-1)]
            )
        ]
    )
    return client.ask(request, 7).topics[0].partitions[0].offset


def batch(*values: bytes, key: bytes | None = b"k", age_ms: int = 0, **fields: Any) -> bytes:
    """Make a good batch."""
    now_ms = time.time_ns() // 1_000_000 - age_ms
    return build_batch(
        [Record(at, now_ms, key, value) for at, value in enumerate(values)], **fields
    )


def changed(data: bytes, at: int, code: str, value: int, *, fix_crc: bool = True) -> bytes:
    """Change one header field."""
    buffer = bytearray(data)
    struct.pack_into(code, buffer, at, value)
    if fix_crc:
        write_crc(buffer)
    return bytes(buffer)


# frames


@pytest.mark.parametrize("size", [-(2**31), -1, 0, 3, 7, FRAME_BYTES_MAX + 1, 2**31 - 1])
def test_a_frame_of_a_wrong_size_ends_its_connection(client, size):
    """Negative, too small and oversized frames are refused before a byte of them is awaited."""
    client.send(struct.pack(">i", size))
    assert client.is_closed_by_peer()


def test_requests_in_front_of_a_bad_frame_are_answered(client):
    """What was right is done; then the connection ends."""
    client.send(client.frame(ApiVersionsRequest(), 0) + struct.pack(">i", -1))
    assert client.receive(ApiVersionsRequest(), 0).error_code == ErrorCode.NONE
    assert client.is_closed_by_peer()


def test_a_frame_that_is_cut_off_by_the_peer_leaves_nothing(broker, client):
    """Half a produce request is nothing."""
    before = end_offset(client, "plain")
    with RawClient(broker.port) as cut:
        frame = cut.frame(produce_request("plain", batch(b"x" * 100_000)), PRODUCE_VERSION)
        cut.send(frame[:70_000])
    assert end_offset(client, "plain") == before


def test_a_request_that_trickles_in_is_served(client):
    """Bytes may come one by one, as long as they come."""
    frame = client.frame(ApiVersionsRequest(), 0)
    for at in range(len(frame)):
        client.send(frame[at : at + 1])
        time.sleep(0.002)
    assert client.receive(ApiVersionsRequest(), 0).api_keys


@pytest.mark.parametrize("start", [b"", b"\x00\x00", b"\x00\x00\x10\x00\x00\x03"])
def test_a_connection_that_never_finishes_its_first_request_is_closed(client, start):
    """Silence and slow frames end after the configured time."""
    client.send(start)
    assert client.is_closed_by_peer(8)


def test_a_later_request_that_never_ends_is_closed(client):
    """The time limit holds for each frame."""
    client.ask(ApiVersionsRequest(), 0)
    client.send(client.frame(produce_request("plain", batch(bytes(500_000))), 11)[:300_000])
    assert client.is_closed_by_peer(8)


def test_a_claimed_size_costs_no_memory(broker):
    """A hundred connections that announce 5 MB each, and send nothing, take a few MB in all."""
    before = resident_bytes(broker.pid)
    clients = [RawClient(broker.port) for _ in range(100)]
    for one in clients:
        one.ask(ApiVersionsRequest(), 0)
        one.send(struct.pack(">ihh", FRAME_BYTES_MAX, 0, 11) + bytes(1000))
    grown = resident_bytes(broker.pid) - before
    for one in clients:
        with one:
            pass
    assert grown < 30_000_000


def resident_bytes(process_id: int) -> int:
    """Return the resident memory of a process."""
    with open(f"/proc/{process_id}/statm") as statm:
        return int(statm.read().split()[1]) * 4096


# requests


@pytest.mark.parametrize(
    ("api_key", "version"),
    [(-1, 0), (4, 0), (55, 0), (999, 0), (32767, 0), (0, 2), (0, 14), (1, 3), (3, 99), (19, -1)],
)
def test_an_api_or_version_that_is_not_served_ends_the_connection(client, api_key, version):
    """Except for ApiVersions there is no way to say so."""
    body = struct.pack(">hhih", api_key, version, 1, -1) + bytes(20)
    client.send(struct.pack(">i", len(body)) + body)
    assert client.is_closed_by_peer()


def test_an_unknown_version_of_api_versions_is_answered(client):
    """Any client can read the refusal and start again with a version that is served."""
    body = struct.pack(">hhih", 18, 77, 5, -1) + b"\x00junk"
    client.send(struct.pack(">i", len(body)) + body)
    answer = client.receive(ApiVersionsRequest(), 0)
    assert answer.error_code == ErrorCode.UNSUPPORTED_VERSION
    assert client.ask(ApiVersionsRequest(), 0).error_code == ErrorCode.NONE


@pytest.mark.parametrize(
    ("api_key", "version", "body"),
    [
        (3, 12, b"\xff\xff\xff\xff\x0f"),  # topics beyond the remaining bytes
        (3, 1, b"\x7f\xff\xff\xff"),
        (3, 12, b"\x01\x00\x00\xff\x01" + b"\x00\x00" * 255),  # a flood of tagged fields
        (3, 1, b"\x00\x00\x00\x01\x00\x02\xff\xfe"),  # not UTF-8
        (3, 1, b"\x00\x00\x00\x01\xff\xfe"),  # a string of length -2
        (3, 12, b"\x80\x80\x80\x80\x80\x01"),  # an overlong varint
        (19, 7, b"\x02\x02\xff" * 30),
        (32, 4, b"\x05" * 40),
        (0, 9, b"\xff" * 60),
        (1, 12, b"\xff" * 60),
        (2, 7, b""),
        (18, 3, b"\x81\x81"),
    ],
)
def test_junk_within_a_request_ends_the_connection(client, api_key, version, body):
    """Counts, strings, varints and tags that cannot be are the peer's fault."""
    header = struct.pack(">hhih", api_key, version, 1, -1)
    flexible = b"\x00" if (api_key, version) != (3, 1) else b""
    data = header + flexible + body
    client.send(struct.pack(">i", len(data)) + data)
    assert client.is_closed_by_peer()


@pytest.mark.parametrize("api_key", [0, 1])
def test_a_request_that_names_a_quarter_of_a_million_partitions_ends_the_connection(
    client, api_key
):
    """What would hold up everybody else is refused before anything is looked up."""
    count = 250_000
    one_topic = struct.pack(">i", 1) + b"\x00\x01t" + struct.pack(">i", count)
    version, body = {
        0: (3, b"\xff\xff" + struct.pack(">hi", 1, 100) + one_topic + bytes(8) * count),
        1: (4, struct.pack(">iiiib", -1, 0, 0, 100, 0) + one_topic + bytes(16) * count),
    }[api_key]
    data = struct.pack(">hhih", api_key, version, 1, -1) + body
    client.send(struct.pack(">i", len(data)) + data)
    assert client.is_closed_by_peer()


def test_random_bytes_end_their_connections(broker):
    """Whatever a stranger sends (HTTP, TLS, noise), the answer is a closed connection."""
    for data in (
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\xff" * 99,
    ):
        with RawClient(broker.port) as stranger:
            stranger.send(data)
            assert stranger.is_closed_by_peer()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../../etc/passwd", "a b", "é", "x" * 250, "a\x00b", "t\n"]
)
def test_topic_names_that_are_none_are_refused(client, name):
    """INVALID_TOPIC_EXCEPTION by creation, by metadata and by its automatic creation."""
    request = CreateTopicsRequest(
        topics=[CreatableTopic(name=name, num_partitions=1, replication_factor=1)],
        timeout_ms=1000,
    )
    assert client.ask(request, 7).topics[0].error_code == ErrorCode.INVALID_TOPIC_EXCEPTION
    request = MetadataRequest(topics=[MetadataRequestTopic(name=name)])
    assert client.ask(request, 9).topics[0].error_code == ErrorCode.INVALID_TOPIC_EXCEPTION


def test_a_fetch_of_nonsense_is_answered_per_partition(client):
    """Unknown topics, numbers and offsets get their codes, the good partition its records."""
    assert produce(client, "plain", batch(b"here")).error_code == ErrorCode.NONE
    wanted = [("plain", 0, 0), ("plain", 7, 0), ("nowhere", 0, 0), ("plain", 0, 10**15)]
    answer = client.ask(
        FetchRequest(
            max_wait_ms=10_000,
            min_bytes=1,
            max_bytes=2**31 - 1,
            topics=[
                FetchTopic(
                    topic=topic,
                    partitions=[
                        FetchPartition(
                            partition=index, fetch_offset=offset, partition_max_bytes=10**9
                        )
                    ],
                )
                for topic, index, offset in wanted
            ],
        ),
        12,
    )
    codes = [one.error_code for topic in answer.responses for one in topic.partitions]
    unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert codes == [0, unknown, unknown, ErrorCode.OFFSET_OUT_OF_RANGE]


# batches


def flipped(data: bytes) -> bytes:
    """Flip one bit in the records."""
    return data[:-3] + bytes([data[-3] ^ 0x10]) + data[-2:]


def bomb(codec: Codec) -> bytes:
    """Make a batch that becomes many times its size: snappy 20 times, the others hundreds."""
    size = 64_000_000 if codec is Codec.SNAPPY else 200_000_000
    record = encode_record(0, 0, b"k", bytes(size))
    payload = compress(codec, record)
    return bytes(
        assemble_batch(
            payload,
            record_count=1,
            last_offset_delta=0,
            base_timestamp=time.time_ns() // 1_000_000,
            max_timestamp=time.time_ns() // 1_000_000,
            attributes=int(codec),
        )
    )


GOOD = (b"one", b"two", b"three")

BAD_BATCHES = {
    "wrong CRC": (lambda: flipped(batch(*GOOD)), ErrorCode.CORRUPT_MESSAGE),
    "magic 0": (
        lambda: changed(batch(*GOOD), 16, ">b", 0, fix_crc=False),
        ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
    ),
    "magic 1": (
        lambda: changed(batch(*GOOD), 16, ">b", 1, fix_crc=False),
        ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
    ),
    "magic 9": (
        lambda: changed(batch(*GOOD), 16, ">b", 9, fix_crc=False),
        ErrorCode.CORRUPT_MESSAGE,
    ),
    "more records than there are": (
        lambda: changed(changed(batch(*GOOD), 57, ">i", 4), 23, ">i", 3),
        ErrorCode.INVALID_RECORD,
    ),
    "fewer records than there are": (
        lambda: changed(changed(batch(*GOOD), 57, ">i", 2), 23, ">i", 1),
        ErrorCode.INVALID_RECORD,
    ),
    "a million records": (
        lambda: changed(changed(batch(*GOOD), 57, ">i", 10**6), 23, ">i", 10**6 - 1),
        ErrorCode.INVALID_RECORD,
    ),
    "a count that is negative": (
        lambda: changed(batch(*GOOD), 57, ">i", -1),
        ErrorCode.INVALID_RECORD,
    ),
    "a last offset that is another": (
        lambda: changed(batch(*GOOD), 23, ">i", 100),
        ErrorCode.INVALID_RECORD,
    ),
    "a base offset": (lambda: changed(batch(*GOOD), 0, ">q", 5), ErrorCode.INVALID_RECORD),
    "a length beyond the request": (
        lambda: changed(batch(*GOOD), 8, ">i", 10**6, fix_crc=False),
        ErrorCode.CORRUPT_MESSAGE,
    ),
    "a negative length": (
        lambda: changed(batch(*GOOD), 8, ">i", -1, fix_crc=False),
        ErrorCode.CORRUPT_MESSAGE,
    ),
    "two batches": (lambda: batch(*GOOD) * 2, ErrorCode.INVALID_RECORD),
    "half a header": (lambda: batch(*GOOD)[: HEADER_BYTES // 2], ErrorCode.CORRUPT_MESSAGE),
    "a control batch": (
        lambda: changed(batch(*GOOD), 21, ">h", 0x20),
        ErrorCode.INVALID_RECORD,
    ),
    "an unknown codec": (
        lambda: changed(batch(*GOOD), 21, ">h", 7),
        ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
    ),
    "a transaction that nobody began": (
        lambda: batch(*GOOD, producer_id=1, producer_epoch=0, base_sequence=0, transactional=True),
        ErrorCode.INVALID_TXN_STATE,
    ),
    "a future of two hours": (
        lambda: batch(*GOOD, age_ms=-2 * HOUR_MS),
        ErrorCode.INVALID_TIMESTAMP,
    ),
    "nothing": (lambda: b"", ErrorCode.INVALID_RECORD),
    "null": (lambda: None, ErrorCode.INVALID_RECORD),
    "noise": (lambda: b"\xa5" * 500, ErrorCode.CORRUPT_MESSAGE),
}


@pytest.mark.parametrize("name", BAD_BATCHES)
def test_a_bad_batch_gets_its_error_and_leaves_no_trace(client, name):
    """The code is the right one, the connection goes on, the log has not moved."""
    make, code = BAD_BATCHES[name]
    before = end_offset(client, "plain")
    outcome = produce(client, "plain", make())
    assert ErrorCode(outcome.error_code) is code
    assert outcome.error_message
    assert end_offset(client, "plain") == before
    outcome = produce(client, "plain", batch(b"good"))
    assert (outcome.error_code, outcome.base_offset) == (0, before)


def test_a_batch_above_the_topics_limit(client):
    """MESSAGE_TOO_LARGE, though the frame is within its own limit."""
    outcome = produce(client, "small", batch(bytes(3000)))
    assert outcome.error_code == ErrorCode.MESSAGE_TOO_LARGE
    assert produce(client, "small", batch(bytes(1000))).error_code == ErrorCode.NONE


def test_a_record_without_a_key_on_a_compacted_topic(client):
    """INVALID_RECORD with the index of each that lacks one."""
    outcome = produce(client, "compacted", batch(b"a", b"b", key=None))
    assert outcome.error_code == ErrorCode.INVALID_RECORD
    assert [one.batch_index for one in outcome.record_errors] == [0, 1]
    assert produce(client, "compacted", batch(b"a")).error_code == ErrorCode.NONE


def test_a_record_that_is_too_old_for_its_topic(client):
    """INVALID_TIMESTAMP beyond message.timestamp.before.max.ms."""
    outcome = produce(client, "old", batch(b"a", age_ms=2 * HOUR_MS))
    assert outcome.error_code == ErrorCode.INVALID_TIMESTAMP
    assert produce(client, "old", batch(b"a", age_ms=1000)).error_code == ErrorCode.NONE


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.SNAPPY, Codec.LZ4, Codec.ZSTD])
def test_a_decompression_bomb_is_refused_where_records_are_looked_at(broker, codec):
    """A compacted topic decodes records, and stops at a bound: the whole is never held."""
    data = bomb(codec)  # before the connection is opened, which must not be silent for long
    assert len(data) < FRAME_BYTES_MAX
    before = resident_bytes(broker.pid)
    with RawClient(broker.port) as client:
        outcome = produce(client, "compacted", data)
    assert outcome.error_code in (ErrorCode.INVALID_RECORD, ErrorCode.MESSAGE_TOO_LARGE)
    assert resident_bytes(broker.pid) - before < 120_000_000


def test_sequences_that_are_wrong(client):
    """A gap, an old epoch and a repetition: refused, fenced, acknowledged once."""
    identity = {"producer_id": 4242, "producer_epoch": 3}
    before = end_offset(client, "plain")
    first = batch(b"a", b"b", base_sequence=0, **identity)
    assert produce(client, "plain", first).base_offset == before
    outcome = produce(client, "plain", batch(b"x", base_sequence=7, **identity))
    assert outcome.error_code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    fenced = batch(b"x", base_sequence=2, producer_id=4242, producer_epoch=2)
    assert produce(client, "plain", fenced).error_code == ErrorCode.INVALID_PRODUCER_EPOCH
    again = produce(client, "plain", first)
    assert (again.error_code, again.base_offset) == (0, before)
    assert end_offset(client, "plain") == before + 2


def test_one_bad_partition_does_not_hurt_its_neighbours(client):
    """Each partition of a request has its own outcome."""
    create_topic_of(client, "three", 3)
    request = produce_request("three", batch(b"a"), flipped(batch(b"b")), batch(b"c"))
    answer = client.ask(request, PRODUCE_VERSION)
    codes = [one.error_code for one in answer.responses[0].partition_responses]
    assert codes == [0, ErrorCode.CORRUPT_MESSAGE, 0]


def create_topic_of(client: RawClient, name: str, partition_count: int) -> None:
    """Create a topic with several partitions."""
    request = CreateTopicsRequest(
        topics=[CreatableTopic(name=name, num_partitions=partition_count, replication_factor=1)],
        timeout_ms=5000,
    )
    assert client.ask(request, 7).topics[0].error_code == ErrorCode.NONE


def test_an_error_with_acks_zero_ends_the_connection(client):
    """There is no other way to tell a producer that wants no answer."""
    client.send(client.frame(produce_request("plain", flipped(batch(b"a")), acks=0), 11))
    assert client.is_closed_by_peer()


def test_good_and_bad_pipelined_requests_are_answered_in_order(client):
    """A hundred requests in one go, every third of them bad, get a hundred answers in order."""
    before = end_offset(client, "plain")
    makers = itertools.cycle(
        [lambda: batch(b"x"), lambda: batch(b"y"), lambda: flipped(batch(b"z"))]
    )
    requests = [produce_request("plain", next(makers)()) for _ in range(99)]
    client.send(b"".join(client.frame(request, PRODUCE_VERSION) for request in requests))
    outcomes = [
        client.receive(request, PRODUCE_VERSION).responses[0].partition_responses[0]
        for request in requests
    ]
    bad = ErrorCode.CORRUPT_MESSAGE
    assert [one.error_code for one in outcomes] == [0, 0, bad] * 33
    offsets = [one.base_offset for one in outcomes if not one.error_code]
    assert offsets == list(range(before, before + 66))


def test_a_client_that_does_not_read_its_answers_is_not_served_without_end(broker):
    """Requests stop being handled while answers pile up; memory stays bounded."""
    with RawClient(broker.port) as filler:
        for _ in range(4):
            outcome = produce(filler, "plain", batch(bytes(900_000)))
            assert outcome.error_code == ErrorCode.NONE
    before = resident_bytes(broker.pid)
    request = FetchRequest(
        max_wait_ms=0,
        max_bytes=4_000_000,
        topics=[
            FetchTopic(
                topic="plain",
                partitions=[FetchPartition(partition=0, partition_max_bytes=4_000_000)],
            )
        ],
    )
    with RawClient(broker.port) as greedy:
        greedy.send(b"".join(greedy.frame(request, 12) for _ in range(500)))
        time.sleep(1)
        assert resident_bytes(broker.pid) - before < 100_000_000
