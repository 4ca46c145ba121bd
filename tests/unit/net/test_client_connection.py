# SPDX-License-Identifier: Apache-2.0
"""Connections: version negotiation, pipelining, time-outs, broken peers."""

from __future__ import annotations

import asyncio
import struct

import pytest
from tests.unit.client.conftest import feed

from ottla.client.errors import (
    BrokerUnreachableError,
    ConnectionLostError,
    NotABrokerError,
    RequestTimeoutError,
    UnsupportedApiError,
)
from ottla.client.settings import ClientSettings
from ottla.net.client_connection import Connection
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ErrorCode, WireError
from ottla.protocol.messages.api_versions import (
    ApiVersion,
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from ottla.protocol.messages.fetch import FetchRequest
from ottla.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from ottla.protocol.messages.metadata import MetadataRequest, MetadataResponse

SETTINGS = ClientSettings()


def ask():
    """Return the smallest useful request."""
    return MetadataRequest(topics=[], allow_auto_topic_creation=False)


def test_negotiates_versions(fake, run):
    """After opening, the versions of both sides are known and the common maximum is used."""
    fake.versions[ApiKey.METADATA] = (2, 7)

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        assert connection.version_for(MetadataRequest) == 7
        assert connection.version_for(MetadataRequest, at_most=5) == 5
        response = await connection.send(ask(), MetadataResponse)
        assert response.cluster_id == "fake"

    run(scenario)


def test_older_broker_refuses_the_newest_api_versions(fake, run):
    """A refusal in version 0 that names a range leads to a second question in that range."""

    def refuse(broker, request, version):
        body = ApiVersionsResponse(
            error_code=ErrorCode.UNSUPPORTED_VERSION,
            api_keys=[ApiVersion(api_key=ApiKey.API_VERSIONS, min_version=0, max_version=2)],
        )
        return body.encode(0)

    fake.script(ApiKey.API_VERSIONS, refuse)

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        assert ApiKey.METADATA in connection.versions

    run(scenario)
    assert len(fake.requests(ApiVersionsRequest)) == 2


def test_refusal_without_range_falls_back_to_version_0(fake, run):
    """A refusal that names nothing leads to version 0, as KIP-511 has it."""
    versions = []

    def refuse(broker, request, version):
        versions.append(version)
        return ApiVersionsResponse(error_code=ErrorCode.UNSUPPORTED_VERSION).encode(0)

    fake.script(ApiKey.API_VERSIONS, refuse, lambda b, r, v: versions.append(v))

    async def scenario():
        await Connection.open(fake.bootstrap[0], SETTINGS)

    run(scenario)
    assert versions == [ApiVersionsRequest.VERSIONS[-1], 0]


def test_refused_connection_names_the_address(fake, run):
    """An address where nobody listens is named in the error."""
    fake.brokers[1].stop()

    async def scenario():
        with pytest.raises(BrokerUnreachableError, match="broker-1:9092") as caught:
            await Connection.open(fake.bootstrap[0], SETTINGS)
        assert caught.value.refused

    run(scenario)


def test_peer_that_hangs_up_is_not_a_broker(fake, run, drop):
    """A peer that closes at the first request may want TLS: the error says so."""
    fake.script(ApiKey.API_VERSIONS, drop)

    async def scenario():
        with pytest.raises(NotABrokerError, match="may expect TLS"):
            await Connection.open(fake.bootstrap[0], SETTINGS)

    run(scenario)


@pytest.mark.parametrize(
    "garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xff\xff\xff", b"\0\0\0\2ab"]
)
def test_peer_that_speaks_something_else(fake, run, garbage):
    """A peer whose bytes are no frame is not a broker; no memory is spent on its sizes."""
    fake.script(
        ApiKey.API_VERSIONS,
        lambda broker, request, version: feed(broker.transports[-1].connection, garbage) or b"",
    )

    async def scenario():
        with pytest.raises(NotABrokerError, match="Kafka's protocol"):
            await Connection.open(fake.bootstrap[0], SETTINGS)

    run(scenario)


def test_unsupported_api_and_version(fake, run):
    """An API or a version that the broker lacks is named."""
    del fake.versions[ApiKey.INIT_PRODUCER_ID]
    fake.versions[ApiKey.FETCH] = (0, 3)

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        with pytest.raises(UnsupportedApiError, match="does not serve INIT_PRODUCER_ID"):
            connection.version_for(InitProducerIdRequest)
        with pytest.raises(UnsupportedApiError, match="FETCH in versions 0 to 3"):
            connection.version_for(FetchRequest)

    run(scenario)


def test_pipelining_and_frames_in_pieces(fake, run):
    """Answers that arrive byte by byte, or several at once, reach the right callers."""

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        transport = fake.brokers[1].transports[-1]
        held = bytearray()
        transport.answer = lambda data: held.extend(struct.pack(">i", len(data)) + data)
        futures = [connection.send(ask(), MetadataResponse) for _ in range(3)]
        request = InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=1)
        futures.append(connection.send(request, InitProducerIdResponse))
        assert connection.in_flight == 4
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for byte in held[:100]:
            feed(connection, bytes((byte,)))
        feed(connection, bytes(held[100:]))
        answers = await asyncio.gather(*futures)
        assert [type(answer).__name__ for answer in answers] == [
            *["MetadataResponse"] * 3,
            "InitProducerIdResponse",
        ]
        assert connection.in_flight == 0

    run(scenario)


def test_silence_is_a_timeout_for_one_and_a_loss_for_the_others(fake, run, silence):
    """The late request fails with its API's name; the connection goes with it."""
    fake.script(ApiKey.METADATA, silence, silence)

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        late = connection.send(ask(), MetadataResponse, timeout_ms=10)
        other = connection.send(ask(), MetadataResponse)
        with pytest.raises(RequestTimeoutError, match=r"METADATA within 0\.01 s"):
            await late
        with pytest.raises(ConnectionLostError):
            await other
        assert not connection.is_open
        with pytest.raises(ConnectionLostError):
            connection.send(ask(), MetadataResponse)

    run(scenario)


def test_lost_connection_fails_what_is_pending(fake, run, drop):
    """When the broker closes, whoever waits is told."""
    fake.script(ApiKey.METADATA, drop)

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        with pytest.raises(ConnectionLostError, match="broker-1:9092 closed"):
            await connection.send(ask(), MetadataResponse)
        with pytest.raises(ConnectionLostError):
            await connection.drained()

    run(scenario)


def test_broken_answer_is_a_wire_error_and_closes(fake, run):
    """Bytes that are not the message fail the call and end the connection."""
    fake.script(ApiKey.METADATA, lambda broker, request, version: b"\xff" * 9)

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        with pytest.raises(WireError):
            await connection.send(ask(), MetadataResponse)
        assert not connection.is_open

    run(scenario)


def test_answer_to_no_question_closes(fake, run):
    """An unknown correlation id ends the connection."""

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        feed(connection, struct.pack(">ii", 4, 12345))
        assert not connection.is_open

    run(scenario)


def test_answer_for_a_caller_that_has_gone(fake, run):
    """A cancelled caller does not disturb those behind it."""

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        gone = connection.send(ask(), MetadataResponse)
        gone.cancel()
        assert (await connection.send(ask(), MetadataResponse)).cluster_id == "fake"

    run(scenario)


def test_drained_waits_for_the_peer(fake, run):
    """Writers wait while the transport says that it is full."""

    async def scenario():
        connection = await Connection.open(fake.bootstrap[0], SETTINGS)
        connection.pause_writing()
        waiting = asyncio.create_task(connection.drained())
        await asyncio.sleep(0)
        assert not waiting.done()
        connection.resume_writing()
        await waiting

    run(scenario)


class Borrowed:
    """An answer of which the bytes are wanted where they were received."""

    BORROWS = True

    def __init__(self, data) -> None:
        self.data = data

    @classmethod
    def decode(cls, data, version, offset=0) -> Borrowed:
        """Keep what is given."""
        return cls(memoryview(data)[offset:])


@pytest.mark.parametrize("size", [100, 5_000_000])
def test_an_answer_is_whole_although_others_receive_before_it_is_read(fake, run, size):
    """Found by brokers that copied from two leaders: the memory of a loop is shared.

    Whoever waits is woken a turn later; an answer must not be another connection's by then.
    """

    async def scenario():
        one = await Connection.open(fake.bootstrap[0], SETTINGS)
        two = await Connection.open(fake.bootstrap[0], SETTINGS)
        first = one.send(ask(), Borrowed)
        second = two.send(ask(), Borrowed)
        marks = iter((b"1", b"2"))
        fake.script(ApiKey.METADATA, *[lambda *_: next(marks) * size] * 2)
        found = [bytes((await answer).data) for answer in (first, second)]
        assert found == [b"1" * size, b"2" * size]

    run(scenario)
