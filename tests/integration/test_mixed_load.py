# SPDX-License-Identifier: Apache-2.0
"""Many pipelined connections with batches of every size at once: no byte strays.

Small frames are received into memory that all connections share, large ones into memory of their
own, and both are written to the log from where they lie. So sizes around those borders, mixed and
pipelined without waiting for answers, on several connections, are what could go wrong.
"""

from __future__ import annotations

import random
import threading
import time

import pytest
from tests.integration.foreign_clients import FOREIGN_WARNINGS, read_confluent
from tests.integration.raw_client import RawClient

from ottla.net.wire_connection import LARGE_FRAME_BYTES, SHARED_BUFFER_BYTES
from ottla.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from ottla.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from ottla.records.builder import build_batch
from ottla.records.record import Record

pytestmark = FOREIGN_WARNINGS

CONNECTION_COUNT = 4
REQUEST_COUNT = 150
VERSIONS = (3, 8, 9, 11, 12)


def sizes(rng: random.Random) -> int:
    """Draw a value's size: mostly small, often near a border, sometimes large."""
    borders = (LARGE_FRAME_BYTES, 2 * LARGE_FRAME_BYTES, SHARED_BUFFER_BYTES)
    return rng.choice(
        [
            rng.randrange(1, 200),
            rng.randrange(1, 200),
            rng.randrange(1, 20_000),
            rng.choice(borders) - rng.randrange(-50, 250),
            rng.randrange(300_000, 900_000),
        ]
    )


class Connection(threading.Thread):
    """One connection that sends without waiting, while another thread takes the answers."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(daemon=True)
        rng = random.Random(number)
        self._client = RawClient(port)
        self._version = VERSIONS[number % len(VERSIONS)]
        self._rng = rng
        self.partition = number
        self.values = [
            b"%d:%d:" % (number, at) + rng.randbytes(sizes(rng)) for at in range(REQUEST_COUNT)
        ]
        self.offsets: list[int] = []

    def run(self) -> None:
        """Send everything in pieces of any length, and collect the answers."""
        requests = [self._request(value) for value in self.values]
        stream = b"".join(self._client.frame(request, self._version) for request in requests)
        sender = threading.Thread(target=self._send, args=(stream,), daemon=True)
        sender.start()
        with self._client:
            for request in requests:
                answer = self._client.receive(request, self._version)
                (outcome,) = answer.responses[0].partition_responses
                assert outcome.error_code == 0, outcome
                self.offsets.append(outcome.base_offset)
            sender.join()

    def _send(self, stream: bytes) -> None:
        position = 0
        while position < len(stream):
            size = self._rng.choice([7, 1000, 30_000, 400_000])
            self._client.send(stream[position : position + size])
            position += size

    def _request(self, value: bytes) -> ProduceRequest:
        record = Record(0, time.time_ns() // 1_000_000, b"key", value)
        return ProduceRequest(
            acks=-1,
            timeout_ms=10_000,
            topic_data=[
                TopicProduceData(
                    name="mixed",
                    partition_data=[
                        PartitionProduceData(index=self.partition, records=build_batch([record]))
                    ],
                )
            ],
        )


@pytest.mark.parametrize("profile", ["replicated", "ack"])
def test_batches_of_every_size_on_many_connections(start_broker, profile):
    """Each connection's values come back whole, in order, at the offsets that were answered."""
    broker = start_broker(
        *("--set", f"num.partitions={CONNECTION_COUNT}"),
        *("--set", f"ottla.flush.profile={profile}"),
    )
    with RawClient(broker.port) as client:
        request = MetadataRequest(
            topics=[MetadataRequestTopic(name="mixed")], allow_auto_topic_creation=True
        )
        client.ask(request, 9)
        while client.ask(request, 9).topics[0].error_code:
            time.sleep(0.05)
    connections = [Connection(broker.port, number) for number in range(CONNECTION_COUNT)]
    for connection in connections:
        connection.start()
    for connection in connections:
        connection.join(60)
        assert connection.offsets == list(range(REQUEST_COUNT))
    found = read_confluent(
        broker.bootstrap, "mixed", CONNECTION_COUNT, CONNECTION_COUNT * REQUEST_COUNT
    )
    for connection in connections:
        values = [one.value for one in found if one.partition == connection.partition]
        assert values == connection.values
    assert broker.stop() == 0
    assert "Traceback" not in "".join(broker.output)
