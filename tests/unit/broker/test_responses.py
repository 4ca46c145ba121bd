# SPDX-License-Identifier: Apache-2.0
"""Answers as bytes, and what is said when a handler fails."""

from __future__ import annotations

import pytest

from ottla.broker.handlers import HANDLER_BY_KEY, HANDLERS
from ottla.broker.responses import encode_body, error_response
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ErrorCode
from ottla.protocol.headers import RequestHeader, decode_response_header
from ottla.protocol.messages.alter_partition import AlterPartitionResponse
from ottla.protocol.messages.heartbeat import HeartbeatResponse


@pytest.mark.parametrize("version", [0, 4])
def test_an_answer_has_its_header_and_no_size(version):
    """Both kinds of header, with the correlation id of the request."""
    header = RequestHeader(ApiKey.HEARTBEAT, version, 77, None)
    data = encode_body(header, HeartbeatResponse(error_code=27))
    correlation_id, position = decode_response_header(data, ApiKey.HEARTBEAT, version)
    assert correlation_id == 77
    assert HeartbeatResponse.decode(data, version, position).error_code == 27


def test_an_error_goes_into_its_own_field():
    """The answer is of the request's kind, so that any version can carry it."""
    handler = HANDLER_BY_KEY[ApiKey.ALTER_PARTITION]
    response = error_response(handler, ErrorCode.NOT_CONTROLLER, "not here")
    assert isinstance(response, AlterPartitionResponse)
    assert response.error_code == ErrorCode.NOT_CONTROLLER


def test_a_message_comes_along_where_there_is_room():
    """DescribeCluster has a field for it."""
    handler = HANDLER_BY_KEY[ApiKey.DESCRIBE_CLUSTER]
    response = error_response(handler, ErrorCode.NOT_CONTROLLER, "not here")
    assert response.error_message == "not here"


def test_an_answer_without_such_a_field_is_none():
    """Produce says errors by partition only: nothing can be said of the whole."""
    assert (
        error_response(HANDLER_BY_KEY[ApiKey.CREATE_TOPICS], ErrorCode.NOT_CONTROLLER, "") is None
    )


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.module)
def test_every_handler_has_a_class_for_its_answer(handler):
    """The name follows from the module's."""
    error_response(handler, ErrorCode.UNKNOWN_SERVER_ERROR, None)
