# SPDX-License-Identifier: Apache-2.0
"""Claims about Envelope: a request inside is answered as if its client had sent it here."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.cluster_admin import resign

from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.headers import (
    RequestHeader,
    decode_response_header,
    encode_request_header,
)
from ottla.protocol.messages.create_topics import (
    CreatableTopic,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from ottla.protocol.messages.elect_leaders import ElectLeadersRequest, ElectLeadersResponse
from ottla.protocol.messages.envelope import EnvelopeRequest
from ottla.protocol.messages.metadata import MetadataRequest

CREATE = CreateTopicsRequest(
    topics=[CreatableTopic(name="t", num_partitions=2, replication_factor=1)], timeout_ms=1000
)


def envelope(request, version, *, rest=b""):
    """Put a request into an envelope."""
    header = RequestHeader(request.API_KEY, version, 77, "client")
    data = encode_request_header(header) + request.encode(version) + rest
    return EnvelopeRequest(
        request_data=data, request_principal=None, client_host_address=bytes((192, 0, 2, 7))
    )


def opened(response, response_class, version):
    """Return the answer inside."""
    data = bytes(response.response_data)
    correlation_id, position = decode_response_header(data, response_class.API_KEY, version)
    assert correlation_id == 77
    return response_class.decode(data, version, position)


def refused(admin, request):
    """Return why an envelope is refused."""
    with pytest.raises(ApiError) as caught:
        admin.ask(request, 0)
    return caught.value.code


@pytest.mark.parametrize("version", [2, 7])
def test_the_request_inside_is_carried_out(admin, version):
    """In its own version; the answer carries the client's correlation id."""
    response = admin.ask(envelope(CREATE, version), 0)
    assert response.error_code == 0
    answer = opened(response, CreateTopicsResponse, version)
    assert [(each.name, each.error_code) for each in answer.topics] == [("t", 0)]
    assert "t" in admin.image.topics_by_name


def test_bytes_behind_the_request_are_nobodys_business(admin):
    """As in a frame that a client sends."""
    assert admin.ask(envelope(CREATE, 7, rest=b"more"), 0).error_code == 0


def test_an_error_inside_is_the_clients(admin):
    """The envelope has succeeded: its answer carries the error."""
    response = admin.ask(envelope(ElectLeadersRequest(election_type=7), 1), 0)
    assert response.error_code == 0
    answer = opened(response, ElectLeadersResponse, 1)
    assert answer.error_code == ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize("key", [ApiKey.METADATA, ApiKey.ENVELOPE, 9999])
def test_only_what_is_passed_on_at_all_is_taken(admin, key):
    """INVALID_REQUEST for the data plane, another envelope, and what nobody knows."""
    request = envelope(MetadataRequest(topics=[]), 0)
    request.request_data = key.to_bytes(2, "big") + bytes(request.request_data)[2:]
    assert refused(admin, request) is ErrorCode.INVALID_REQUEST


def test_a_version_that_is_not_served(admin):
    """UNSUPPORTED_VERSION: the broker that passed it on is newer."""
    request = envelope(CREATE, 7)
    data = bytearray(request.request_data)
    data[2:4] = (1).to_bytes(2, "big")  # version 1 has the same header, and is not served
    request.request_data = bytes(data)
    assert refused(admin, request) is ErrorCode.UNSUPPORTED_VERSION


@pytest.mark.parametrize("keep", [0, 5, 20])
def test_nonsense_inside(admin, keep):
    """INVALID_REQUEST; nothing is carried out."""
    request = envelope(CREATE, 7)
    request.request_data = bytes(request.request_data)[:keep]
    assert refused(admin, request) is ErrorCode.INVALID_REQUEST
    assert admin.image.topics_by_name == {}


def test_only_the_controller_opens_it(admin):
    """NOT_CONTROLLER: whoever passed it on looks for the controller."""
    resign(admin)
    assert refused(admin, envelope(CREATE, 7)) is ErrorCode.NOT_CONTROLLER
