# SPDX-License-Identifier: Apache-2.0
"""Request and response headers in all of their versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import WireError
from ottla.protocol.headers import (
    RequestHeader,
    decode_request_header,
    decode_response_header,
    encode_request_header,
    encode_response_header,
)

CLASSIC = RequestHeader(ApiKey.METADATA, 8, 7, "me")
FLEXIBLE = RequestHeader(ApiKey.METADATA, 9, 7, "me")


def test_a_classic_request_header_has_the_known_bytes():
    """Key, version, correlation id, client id with a length of two bytes."""
    assert encode_request_header(CLASSIC).hex() == "000300080000000700026d65"


def test_a_flexible_request_header_keeps_the_classic_client_id():
    """Only the tagged fields are new; the client id's length still has two bytes."""
    assert encode_request_header(FLEXIBLE).hex() == "000300090000000700026d6500"


@given(
    st.sampled_from(ApiKey),
    st.integers(0, 32_767),
    st.integers(-(2**31), 2**31 - 1),
    st.none() | st.text(max_size=20),
    st.sampled_from((bytes, bytearray, memoryview)),
)
def test_request_headers_survive_a_round_trip(key, version, correlation_id, client_id, buffer):
    """Any key, any version, any buffer; the offset of the body is right."""
    header = RequestHeader(key, version, correlation_id, client_id)
    encoded = encode_request_header(header)
    data = buffer(b"??" + encoded + b"body")
    assert decode_request_header(data, 2) == (header, 2 + len(encoded))


def test_unknown_tagged_fields_of_a_header_are_skipped():
    """A newer client may send what we do not know."""
    data = encode_request_header(FLEXIBLE)[:-1] + b"\x01\x05\x02??" + b"body"
    header, offset = decode_request_header(data)
    assert header == FLEXIBLE
    assert data[offset:] == b"body"


@pytest.mark.parametrize("header", [CLASSIC, FLEXIBLE])
def test_every_cut_of_a_request_header_is_refused(header):
    """A header that ends early is a WireError wherever it ends."""
    encoded = encode_request_header(header)
    for end in range(len(encoded)):
        with pytest.raises(WireError):
            decode_request_header(encoded[:end])


@pytest.mark.parametrize(
    "encoded",
    [
        "0003000800000007fffe",  # client id of length -2
        "0003000800000007000280ff",  # client id that is not UTF-8
        "000400000000000700026d65",  # an API that is gone
        "000300090000000700026d65" + "7f" + "0000" * 127,  # too many tagged fields
        "000300090000000700026d65" + "ffffffffff01",  # an endless varint
        "000300090000000700026d65" + "010564",  # a tagged field beyond the end
    ],
)
def test_a_malformed_request_header_is_a_wire_error(encoded):
    """Lengths, text, keys and tags that no honest peer sends."""
    with pytest.raises(WireError):
        decode_request_header(bytes.fromhex(encoded))


@given(st.binary(max_size=40))
def test_arbitrary_bytes_are_a_header_or_a_wire_error(data):
    """Nothing but WireError comes out of foreign bytes."""
    try:
        _, offset = decode_request_header(data)
    except WireError:
        return
    assert offset <= len(data)


@pytest.mark.parametrize(
    ("key", "version", "encoded"),
    [
        (ApiKey.METADATA, 8, "00000007"),
        (ApiKey.METADATA, 9, "0000000700"),
        (ApiKey.API_VERSIONS, 3, "00000007"),
    ],
)
def test_response_headers_have_the_known_bytes(key, version, encoded):
    """Flexible versions add an empty tag section, ApiVersions never does."""
    data = bytes.fromhex(encoded)
    assert encode_response_header(key, version, 7) == data
    assert decode_response_header(b"?" + data + b"body", key, version, 1) == (7, 1 + len(data))


@pytest.mark.parametrize("encoded", ["", "000000", "00000007", "0000000701", "000000070105"])
def test_a_cut_response_header_is_refused(encoded):
    """A flexible response header without its end is a WireError."""
    with pytest.raises(WireError):
        decode_response_header(bytes.fromhex(encoded), ApiKey.METADATA, 9)
