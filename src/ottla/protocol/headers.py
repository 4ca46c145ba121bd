# SPDX-License-Identifier: Apache-2.0
"""Request and response headers: what stands between a frame's length and its body.

    request                                  response
    0   int16   api key                      0   int32    correlation id of the request
    2   int16   api version                  4   tagged fields, from header version 1
    4   int32   correlation id
    8   string  client id, nullable, int16 length even in version 2
    .   tagged fields, from header version 2

The header's own version follows from API and API version (`api_keys`). No tagged field is defined
for either; unknown ones are skipped.

Callers: dispatch for each request, the client's connections for each response.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from ottla.protocol.api_keys import (
    FLEXIBLE_FROM,
    request_header_version,
    response_header_version,
)
from ottla.protocol.errors import WireError
from ottla.protocol.primitives import skip_tagged_fields

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_REQUEST = struct.Struct(">hhih")
_CORRELATION_ID = struct.Struct(">i")
_NO_TAGGED_FIELDS = b"\x00"


class RequestHeader(NamedTuple):
    """Who asks for what; the version is the API's, not the header's."""

    api_key: int
    api_version: int
    correlation_id: int
    client_id: str | None


def decode_request_header(data: Buffer, offset: int = 0) -> tuple[RequestHeader, int]:
    """Read a header; return it and the offset of the body. Hot: once for each request.

    The version is not checked against what the API has: ApiVersions must be answered even then.
    """
    try:
        api_key, api_version, correlation_id, length = _REQUEST.unpack_from(data, offset)
        offset += _REQUEST.size
        if length < 0:
            if length != -1:
                raise WireError(f"the client id has the length {length}")
            client_id = None
        else:
            end = offset + length
            client_id = str(data[offset:end], "utf-8")
            offset = end
        if api_version >= FLEXIBLE_FROM[api_key]:
            count = data[offset]
            offset += 1
            if count:
                offset = skip_tagged_fields(data, offset, count)
    except KeyError:
        raise WireError(f"no API has the key {api_key}") from None
    except (struct.error, IndexError) as error:
        raise WireError("the request header ends early") from error
    except UnicodeDecodeError as error:
        raise WireError("the client id is not UTF-8") from error
    if offset > len(data):
        raise WireError("the request header ends early")
    return RequestHeader(api_key, api_version, correlation_id, client_id), offset


def encode_request_header(header: RequestHeader) -> bytes:
    """Return the bytes that precede the body of a request."""
    api_key, api_version, correlation_id, client_id = header
    if client_id is None:
        length, raw = -1, b""
    else:
        raw = client_id.encode()
        length = len(raw)
    encoded = _REQUEST.pack(api_key, api_version, correlation_id, length) + raw
    if request_header_version(api_key, api_version) == 2:
        encoded += _NO_TAGGED_FIELDS
    return encoded


def encode_response_header(api_key: int, version: int, correlation_id: int) -> bytes:
    """Return the bytes that precede the body of a response."""
    encoded = _CORRELATION_ID.pack(correlation_id)
    if response_header_version(api_key, version):
        encoded += _NO_TAGGED_FIELDS
    return encoded


def decode_response_header(
    data: Buffer, api_key: int, version: int, offset: int = 0
) -> tuple[int, int]:
    """Read the header of the response to a request of this API and version.

    Return the correlation id and the offset of the body.
    """
    try:
        (correlation_id,) = _CORRELATION_ID.unpack_from(data, offset)
        offset += _CORRELATION_ID.size
        if response_header_version(api_key, version):
            offset = skip_tagged_fields(data, offset + 1, data[offset])
    except (struct.error, IndexError) as error:
        raise WireError("the response header ends early") from error
    if offset > len(data):
        raise WireError("the response header ends early")
    return correlation_id, offset
