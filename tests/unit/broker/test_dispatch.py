# SPDX-License-Identifier: Apache-2.0
"""The road of the control plane: versions, errors, tasks, and who is let in."""

from __future__ import annotations

import asyncio
import importlib
import struct
from types import SimpleNamespace

import pytest

from ottla.broker import dispatch
from ottla.broker.connection_limits import ConnectionLimits, Limits
from ottla.broker.handlers import HANDLERS
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.api_versions import ApiVersionsRequest, ApiVersionsResponse
from ottla.protocol.messages.describe_cluster import (
    DescribeClusterRequest,
    DescribeClusterResponse,
)
from ottla.protocol.messages.find_coordinator import FindCoordinatorRequest
from ottla.protocol.messages.list_offsets import ListOffsetsRequest
from ottla.protocol.messages.metadata import MetadataRequest, MetadataResponse

CONTROL_PLANE = [row for row in HANDLERS if row.module not in ("produce", "fetch")]
SERVED_ALONE = [row for row in HANDLERS if not row.is_between_brokers]


def replace_handler(world, request_class, handle):
    """Have requests of one API handled by `handle`."""
    world.dispatcher._loaded[request_class.API_KEY] = dispatch.LoadedHandler(request_class, handle)


def frame_of(api_key: int, version: int, body: bytes = b"") -> bytes:
    """Frame a request by hand."""
    data = struct.pack(">hhihs", api_key, version, 7, 1, b"t") + body
    return len(data).to_bytes(4, "big") + data


@pytest.mark.parametrize("row", HANDLERS, ids=lambda row: row.module)
def test_each_row_has_its_module(row, world):
    """Every API of the table has a module with the same versions, and a request class."""
    module = importlib.import_module(f"ottla.broker.handlers.{row.module}")
    assert row.versions == module.VERSIONS
    if row in CONTROL_PLANE:
        assert row.key == module.REQUEST.API_KEY
        assert set(row.versions) <= set(module.REQUEST.VERSIONS)
        assert callable(module.handle)


@pytest.mark.parametrize("version", [5, 99, 32767, -1])
def test_api_versions_answers_any_version(world, version):
    """An unknown version gets a version 0 body with the error and the real ranges."""
    client = world.client()
    client.send(frame_of(18, version, b"junk of the future"))
    client._asked.append((ApiVersionsResponse, 0, 7))
    answer = client.answer()
    assert answer.error_code == ErrorCode.UNSUPPORTED_VERSION
    assert {row.api_key for row in answer.api_keys} == {int(row.key) for row in SERVED_ALONE}
    assert not client.is_closed


@pytest.mark.parametrize(
    ("api_key", "version"),
    [(0, 2), (0, 14), (1, 3), (1, 19), (3, 14), (4, 0), (71, 0), (9999, 0), (-1, 0), (3, -1)],
)
def test_a_version_or_api_that_is_not_served_closes(world, api_key, version, caplog):
    """The client was told what there is; the log names the API and the version."""
    client = world.client()
    client.send(frame_of(api_key, version) + bytes(20))
    assert client.is_closed
    assert f"API key {api_key} version {version} is not served here" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("row", CONTROL_PLANE, ids=lambda row: row.module)
def test_a_body_that_does_not_decode_closes_without_a_traceback(row, world, caplog):
    """Junk is the peer's fault: one line in the log, for every API and version with a body."""
    world.services.controller.is_clustered = row.is_between_brokers
    for version in row.versions:
        if row.module in ("api_versions", "list_groups") and version < 3:
            continue  # an empty body, and what follows a body is ignored
        client = world.client()
        client.send(frame_of(row.key, version, b"\xff\xfe\xfd\xfc" * 20))
        assert client.is_closed
    assert "Traceback" not in caplog.text


def test_bytes_behind_a_request_are_ignored(world):
    """The very bytes with which librdkafka 2.16 asks for all topics: three are too many."""
    seen = []
    replace_handler(
        world,
        MetadataRequest,
        lambda request, _: (seen.append(request), MetadataResponse(cluster_id="c"))[1],
    )
    client = world.client()
    asked = bytes.fromhex("0003000d00000003000772646b61666b610000000000010000")
    client.send(len(asked).to_bytes(4, "big") + asked)
    client._asked.append((MetadataResponse, 13, 3))
    assert client.answer().cluster_id == "c"
    assert not client.is_closed
    assert seen[0].topics is None, "None asks for all topics"


def test_a_header_that_does_not_decode_closes(world):
    """A client id that is longer than its frame."""
    client = world.client()
    body = b"\x00\x12\x00\x03\x00\x00\x00\x01\x7f\xff"
    client.send(len(body).to_bytes(4, "big") + body)
    assert client.is_closed


def test_an_api_error_is_answered_in_the_responses_own_fields(world):
    """Code and message of an ApiError reach the client."""

    def refuse(request, context):
        raise ApiError(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, "not you")

    replace_handler(world, DescribeClusterRequest, refuse)
    answer = world.client().ask(DescribeClusterRequest(), 1)
    assert answer.error_code == ErrorCode.CLUSTER_AUTHORIZATION_FAILED
    assert answer.error_message == "not you"


def test_a_bug_is_unknown_server_error_and_a_traceback_in_our_log(world, caplog):
    """The peer learns nothing of our insides, and the connection goes on."""

    def fail(request, context):
        raise RuntimeError("secret")

    replace_handler(world, DescribeClusterRequest, fail)
    client = world.client()
    answer = client.ask(DescribeClusterRequest(), 1)
    assert answer.error_code == ErrorCode.UNKNOWN_SERVER_ERROR
    assert answer.error_message is None
    assert "secret" in caplog.text
    replace_handler(world, DescribeClusterRequest, lambda *_: DescribeClusterResponse())
    assert client.ask(DescribeClusterRequest(), 1).error_code == ErrorCode.NONE


@pytest.mark.parametrize(
    ("request_", "version"),
    [(ListOffsetsRequest(), 7), (FindCoordinatorRequest(coordinator_keys=["g"]), 6)],
)
def test_a_response_without_an_error_field_closes(world, request_, version):
    """Neither ListOffsets nor FindCoordinator from v4 on has an error of the whole request."""

    def fail(request, context):
        raise RuntimeError("oops")

    replace_handler(world, type(request_), fail)
    client = world.client()
    assert client.ask(request_, version) is None
    assert client.is_closed


def test_a_handler_that_waits_keeps_its_place(world):
    """A coroutine is answered when it is done, and later requests wait behind it."""

    async def run():
        gate = asyncio.Event()

        async def wait(request, context):
            await gate.wait()
            return DescribeClusterResponse(cluster_id="late")

        replace_handler(world, DescribeClusterRequest, wait)
        client = world.client()
        assert client.ask(DescribeClusterRequest(), 1) is None
        assert client.ask(ApiVersionsRequest(), 0) is None
        gate.set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert client.answer().cluster_id == "late"
        assert client.answer().api_keys

    asyncio.run(run())


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ApiError(ErrorCode.NOT_CONTROLLER), ErrorCode.NOT_CONTROLLER),
        (RuntimeError("x"), ErrorCode.UNKNOWN_SERVER_ERROR),
    ],
)
def test_a_handler_that_waits_may_fail(world, error, code):
    """What a coroutine raises becomes its answer."""

    async def run():
        async def fail(request, context):
            raise error

        replace_handler(world, DescribeClusterRequest, fail)
        client = world.client()
        assert client.ask(DescribeClusterRequest(), 1) is None
        for _ in range(5):
            await asyncio.sleep(0)
        assert client.answer().error_code == code

    asyncio.run(run())


def test_a_handler_that_waits_and_has_no_error_field_closes(world):
    """The place in the queue is given up, and the connection ends."""

    async def run():
        async def fail(request, context):
            raise RuntimeError("x")

        replace_handler(world, ListOffsetsRequest, fail)
        client = world.client()
        client.ask(ListOffsetsRequest(), 7)
        for _ in range(5):
            await asyncio.sleep(0)
        assert client.is_closed
        assert len(client.connection.replies) == 0

    asyncio.run(run())


def test_limits_decide_who_is_let_in(world):
    """A refused connection is closed and not counted; a closed one makes place."""
    limits = ConnectionLimits(Limits(1, 100, 100, 1, 1, 1))
    world.dispatcher._limits = limits
    first = world.client()
    assert len(world.dispatcher.connections) == 1
    second = world.client()
    assert second.is_closed
    second.connection.connection_lost(None)
    assert len(world.dispatcher.connections) == 1
    first.connection.connection_lost(None)
    assert len(world.dispatcher.connections) == 0
    assert not world.client().is_closed


def test_the_context_carries_what_a_handler_needs(world):
    """Header, connection, services and time."""
    seen = []

    def note(request, context):
        seen.append(context)
        return DescribeClusterResponse()

    replace_handler(world, DescribeClusterRequest, note)
    world.clock.advance(77)
    world.client().ask(DescribeClusterRequest(), 1, client_id="me")
    (context,) = seen
    assert isinstance(context.services, SimpleNamespace)
    assert context.header.client_id == "me"
    assert context.connection.local_port == 9092
    assert context.now_ms == 77
