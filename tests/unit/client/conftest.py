# SPDX-License-Identifier: Apache-2.0
"""A cluster of fake brokers in memory: no sockets, the client's real connections.

`FakeCluster` answers with our own messages. It keeps produced batches as a broker would (offsets,
five batches of a producer deduplicated, gaps in sequences refused) and lets a test script what
goes wrong: `cluster.script(ApiKey.PRODUCE, answer)` replaces the next answer. An answer is a
function of (broker, request, version) that returns a message, `DROP` (close the connection),
`SILENCE` (never answer) or None (go on with the ordinary answer).
"""

from __future__ import annotations

import asyncio
import struct
from collections import defaultdict, deque

import pytest

from ottla.client.cluster import Cluster
from ottla.client.errors import BrokerUnreachableError
from ottla.client.settings import ClientSettings
from ottla.net.address import Address
from ottla.net.client_connection import Connection
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ErrorCode
from ottla.protocol.headers import decode_request_header, encode_response_header
from ottla.protocol.messages import (
    api_versions,
    create_topics,
    describe_configs,
    fetch,
    find_coordinator,
    incremental_alter_configs,
    init_producer_id,
    list_offsets,
    metadata,
    produce,
)
from ottla.records.batch import read_header

DROP = object()
SILENCE = object()

SETTINGS = ClientSettings(retry_backoff_ms=1, retry_backoff_max_ms=2)

REQUESTS = {
    ApiKey.API_VERSIONS: api_versions.ApiVersionsRequest,
    ApiKey.METADATA: metadata.MetadataRequest,
    ApiKey.PRODUCE: produce.ProduceRequest,
    ApiKey.FETCH: fetch.FetchRequest,
    ApiKey.LIST_OFFSETS: list_offsets.ListOffsetsRequest,
    ApiKey.FIND_COORDINATOR: find_coordinator.FindCoordinatorRequest,
    ApiKey.INIT_PRODUCER_ID: init_producer_id.InitProducerIdRequest,
    ApiKey.CREATE_TOPICS: create_topics.CreateTopicsRequest,
    ApiKey.DESCRIBE_CONFIGS: describe_configs.DescribeConfigsRequest,
    ApiKey.INCREMENTAL_ALTER_CONFIGS: incremental_alter_configs.IncrementalAlterConfigsRequest,
}


def feed(connection, data):
    """Have a connection receive bytes, as a transport does."""
    left = memoryview(data)
    while left:
        target = connection.get_buffer(-1)
        count = min(len(target), len(left))
        target[:count] = left[:count]
        connection.buffer_updated(count)
        left = left[count:]


class FakeTransport(asyncio.Transport):
    """Hands what the client writes to a fake broker, and back."""

    def __init__(self, connection, broker) -> None:
        super().__init__()
        self.connection = connection
        self.broker = broker
        self.loop = asyncio.get_running_loop()
        self.received = bytearray()
        self.is_closed = False

    def set_write_buffer_limits(self, high=None, low=None):
        """Nothing is ever buffered."""

    def write(self, data):
        """Cut the stream into frames."""
        self.received += data
        while len(self.received) >= 4:
            (size,) = struct.unpack_from(">i", self.received)
            if len(self.received) < 4 + size:
                return
            frame = bytes(self.received[4 : 4 + size])
            del self.received[: 4 + size]
            self.loop.call_soon(self.broker.on_frame, self, frame)

    def writelines(self, parts):
        """Write several buffers."""
        self.write(b"".join(parts))

    def answer(self, data):
        """Bring bytes to the client."""
        if not self.is_closed:
            feed(self.connection, struct.pack(">i", len(data)) + data)

    def close(self):
        """Close from either side."""
        if not self.is_closed:
            self.is_closed = True
            self.loop.call_soon(self.connection.connection_lost, None)

    abort = close


class FakeBroker:
    """One broker of a fake cluster."""

    def __init__(self, cluster, node_id) -> None:
        self.cluster = cluster
        self.node_id = node_id
        self.address = Address(f"broker-{node_id}", 9092)
        self.is_up = True
        self.transports = []
        self.requests = []  # what was asked, in order

    def stop(self):
        """Refuse connections and cut those that are open."""
        self.is_up = False
        for transport in self.transports:
            transport.close()

    def on_frame(self, transport, frame):
        """Decode a request and send its answer."""
        if transport.is_closed:
            return
        header, start = decode_request_header(frame)
        key = ApiKey.of(header.api_key)
        request = REQUESTS[key].decode(frame, header.api_version, start)
        self.requests.append(request)
        answer = self.cluster.answer(self, key, request, header.api_version)
        if answer is DROP:
            transport.close()
        elif answer is not SILENCE:
            body = answer if isinstance(answer, bytes) else answer.encode(header.api_version)
            prefix = encode_response_header(key, header.api_version, header.correlation_id)
            transport.answer(prefix + body)


class FakeLog:
    """One partition: batches as they were stored."""

    def __init__(self) -> None:
        self.batches = []
        self.end_offset = 0
        self.producers = defaultdict(lambda: deque(maxlen=5))

    def append(self, data):
        """Store a batch as a leader does; return (error, base offset)."""
        header = read_header(data)
        if header.producer_id >= 0:
            known = self.producers[header.producer_id]
            for first, base_offset in known:
                if first == header.base_sequence:
                    return ErrorCode.NONE, base_offset
            expected = known[-1][0] + self._count_of_last if known else 0
            if header.base_sequence != expected:
                return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1
            known.append((header.base_sequence, self.end_offset))
            self._count_of_last = header.record_count
        stored = bytearray(data)
        struct.pack_into(">q", stored, 0, self.end_offset)
        self.batches.append(bytes(stored))
        base_offset = self.end_offset
        self.end_offset += header.last_offset_delta + 1
        return ErrorCode.NONE, base_offset

    def read(self, offset):
        """Return all batches that end behind an offset."""
        return b"".join(b for b in self.batches if read_header(b).next_offset > offset)


class FakeCluster:
    """Brokers 1 to n, topics and logs, and the script of what goes wrong."""

    def __init__(self, broker_count=1) -> None:
        self.brokers = {n: FakeBroker(self, n) for n in range(1, broker_count + 1)}
        self.leaders = {}  # topic -> list of leader ids
        self.logs = defaultdict(FakeLog)
        self.versions = {
            int(key): (cls.VERSIONS[0], cls.VERSIONS[-1]) for key, cls in REQUESTS.items()
        }
        self.scripts = defaultdict(deque)
        self.next_producer_id = 1000
        self.auto_create = False
        self.first_offset = 0
        self.last_stable = {}  # by (topic, partition), where it is not the end
        self.offsets_by_time = {}  # by (topic, partition), whatever the time
        self.coordinators = {}  # by group or transactional id; the first broker has the rest

    @property
    def bootstrap(self):
        """The address of the first broker."""
        return [self.brokers[1].address]

    def client(self, settings=SETTINGS):
        """Return an unconnected client."""
        return Cluster(self.bootstrap, settings)

    def script(self, key, *answers: object):
        """Replace the next answers to an API."""
        self.scripts[key].extend(answers)

    def requests(self, request_class):
        """Return all requests of a class that any broker received."""
        return [
            request
            for broker in self.brokers.values()
            for request in broker.requests
            if isinstance(request, request_class)
        ]

    def answer(self, broker, key, request, version):
        """Return the scripted or the ordinary answer."""
        if self.scripts[key]:
            scripted = self.scripts[key].popleft()
            result = scripted(broker, request, version) if callable(scripted) else scripted
            if result is not None:
                return result
        return getattr(self, f"_{key.name.lower()}")(broker, request, version)

    def topic_id(self, name):
        """Return a made-up id."""
        return name.encode().ljust(16, b".")[:16]

    def _api_versions(self, broker, request, version):
        return api_versions.ApiVersionsResponse(
            api_keys=[
                api_versions.ApiVersion(api_key=key, min_version=low, max_version=high)
                for key, (low, high) in self.versions.items()
            ]
        )

    def _metadata(self, broker, request, version):
        names = list(self.leaders) if request.topics is None else [t.name for t in request.topics]
        if self.auto_create and request.allow_auto_topic_creation:
            for name in names:
                self.leaders.setdefault(name, [1])
        return metadata.MetadataResponse(
            brokers=[
                metadata.MetadataResponseBroker(
                    node_id=b.node_id, host=b.address.host, port=b.address.port, rack=None
                )
                for b in self.brokers.values()
            ],
            cluster_id="fake",
            controller_id=1,
            topics=[self._topic(name) for name in names],
        )

    def _topic(self, name):
        if name not in self.leaders:
            return metadata.MetadataResponseTopic(
                error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name=name, partitions=[]
            )
        return metadata.MetadataResponseTopic(
            name=name,
            topic_id=self.topic_id(name),
            partitions=[
                metadata.MetadataResponsePartition(
                    partition_index=number,
                    leader_id=leader,
                    leader_epoch=1,
                    replica_nodes=[leader],
                    isr_nodes=[leader],
                    offline_replicas=[],
                    error_code=0 if leader >= 0 else ErrorCode.LEADER_NOT_AVAILABLE,
                )
                for number, leader in enumerate(self.leaders[name])
            ],
        )

    def _init_producer_id(self, broker, request, version):
        self.next_producer_id += 1
        return init_producer_id.InitProducerIdResponse(
            producer_id=self.next_producer_id, producer_epoch=0
        )

    def _find_coordinator(self, broker, request, version):
        def coordinator(key):
            node_id = self.coordinators.get(key, 1)
            address = self.brokers[node_id].address
            return {"node_id": node_id, "host": address.host, "port": address.port}

        if version < 4:
            return find_coordinator.FindCoordinatorResponse(**coordinator(request.key))
        return find_coordinator.FindCoordinatorResponse(
            coordinators=[
                find_coordinator.Coordinator(key=key, error_message=None, **coordinator(key))
                for key in request.coordinator_keys
            ]
        )

    def _names(self, topic):
        return {self.topic_id(name): name for name in self.leaders}.get(
            topic.topic_id, getattr(topic, "name", "") or getattr(topic, "topic", "")
        )

    def _produce(self, broker, request, version):
        responses = []
        for topic in request.topic_data:
            name = self._names(topic)
            partitions = []
            for data in topic.partition_data:
                if self.leaders[name][data.index] != broker.node_id:
                    error, base_offset = ErrorCode.NOT_LEADER_OR_FOLLOWER, -1
                else:
                    error, base_offset = self.logs[name, data.index].append(data.records)
                partitions.append(
                    produce.PartitionProduceResponse(
                        index=data.index, error_code=error, base_offset=base_offset
                    )
                )
            responses.append(
                produce.TopicProduceResponse(
                    name=name, topic_id=self.topic_id(name), partition_responses=partitions
                )
            )
        if request.acks == 0:
            return SILENCE
        return produce.ProduceResponse(responses=responses)

    def _fetch(self, broker, request, version):
        responses, size = [], 0
        for topic in request.topics:
            name = self._names(topic)
            partitions = []
            for wanted in topic.partitions:
                log = self.logs[name, wanted.partition]
                error, records = ErrorCode.NONE, b""
                if self.leaders[name][wanted.partition] != broker.node_id:
                    error = ErrorCode.NOT_LEADER_OR_FOLLOWER
                elif not self.first_offset <= wanted.fetch_offset <= log.end_offset:
                    error = ErrorCode.OFFSET_OUT_OF_RANGE
                else:
                    records = log.read(wanted.fetch_offset)
                size += len(records) + error
                partitions.append(
                    fetch.PartitionData(
                        partition_index=wanted.partition,
                        error_code=error,
                        high_watermark=log.end_offset,
                        last_stable_offset=log.end_offset,
                        log_start_offset=self.first_offset,
                        aborted_transactions=None,
                        records=records,
                    )
                )
            responses.append(
                fetch.FetchableTopicResponse(
                    topic=name, topic_id=self.topic_id(name), partitions=partitions
                )
            )
        if not size:
            return SILENCE  # a long poll that the test does not wait for
        return fetch.FetchResponse(responses=responses)

    def _list_offsets(self, broker, request, version):
        return list_offsets.ListOffsetsResponse(
            topics=[
                list_offsets.ListOffsetsTopicResponse(
                    name=topic.name,
                    partitions=[
                        self._listed(broker, topic.name, wanted, request.isolation_level)
                        for wanted in topic.partitions
                    ],
                )
                for topic in request.topics
            ]
        )

    def _listed(self, broker, name, wanted, isolation_level):
        log = self.logs[name, wanted.partition_index]
        offset = self.first_offset
        if wanted.timestamp == -1:
            offset = log.end_offset
            if isolation_level:
                offset = self.last_stable.get((name, wanted.partition_index), offset)
        elif wanted.timestamp >= 0:
            offset = self.offsets_by_time.get((name, wanted.partition_index), offset)
        error = 0
        if self.leaders[name][wanted.partition_index] != broker.node_id:
            error = ErrorCode.NOT_LEADER_OR_FOLLOWER
        return list_offsets.ListOffsetsPartitionResponse(
            partition_index=wanted.partition_index,
            error_code=error,
            timestamp=-1,
            offset=offset,
        )


class FakeNetwork:
    """Routes connections by address, so that clusters exist side by side."""

    def __init__(self) -> None:
        self.clusters = []

    def cluster(self, broker_count=1):
        """Make a cluster that clients can reach."""
        cluster = FakeCluster(broker_count)
        self.clusters.append(cluster)
        return cluster

    async def connect(self, kind, address, settings):
        """Stand in for the socket."""
        for cluster in self.clusters:
            for broker in cluster.brokers.values():
                if broker.address == address and broker.is_up:
                    connection = kind(address, settings)
                    transport = FakeTransport(connection, broker)
                    broker.transports.append(transport)
                    connection.connection_made(transport)
                    return connection
        raise BrokerUnreachableError(address, "connection refused", refused=True)


@pytest.fixture
def network(monkeypatch):
    """Replace sockets by memory; `network.cluster()` makes brokers."""
    fake = FakeNetwork()

    async def connect(kind, address, settings):
        return await fake.connect(kind, address, settings)

    monkeypatch.setattr(Connection, "_connect", classmethod(connect))
    return fake


@pytest.fixture
def fake(network):
    """Return a cluster of one broker."""
    return network.cluster()


@pytest.fixture
def run():
    """Run a scenario on a loop of its own, bounded in time."""

    def run_scenario(scenario):
        async def bounded():
            async with asyncio.timeout(20):
                return await scenario()

        return asyncio.run(bounded())

    return run_scenario


@pytest.fixture
def ask(fake, run):
    """Run one call of the client against the fake cluster and return its result."""

    def call(function, *arguments: object, **options: object):
        results = []

        async def scenario():
            async with fake.client() as cluster:
                results.append(await function(cluster, *arguments, **options))

        run(scenario)
        return results[0]

    return call


@pytest.fixture
def serve(fake, monkeypatch):
    """Let the fake cluster serve one more API, answering these one after the other.

    The last answer is a rule when it is a function: it answers everything that comes after.
    """

    def add(request_class, *answers: object, versions=None):
        key = ApiKey.of(request_class.API_KEY)
        monkeypatch.setitem(REQUESTS, key, request_class)
        fake.versions[int(key)] = versions or (
            request_class.VERSIONS[0],
            request_class.VERSIONS[-1],
        )
        if answers and callable(answers[-1]):
            setattr(fake, f"_{key.name.lower()}", answers[-1])
            answers = answers[:-1]
        fake.script(key, *answers)

    return add


@pytest.fixture
def drop():
    """Return the answer that closes the connection."""
    return DROP


@pytest.fixture
def silence():
    """Return the answer that never comes."""
    return SILENCE
