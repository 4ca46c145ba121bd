# SPDX-License-Identifier: Apache-2.0
"""The table of APIs; the definitions are compared with it in tests/protocol."""

from __future__ import annotations

import pytest
from kio.schema.index import api_key_map
from kio.schema.index import schema_name_map as kio_schemas

from ottla.protocol.api_keys import (
    ApiKey,
    is_flexible,
    request_header_version,
    response_header_version,
)
from ottla.protocol.errors import WireError


def test_keys_and_versions_are_kafkas():
    """Keys, names and version ranges are those that kio took from Kafka 4.3."""
    assert {int(key): key.name.lower() for key in ApiKey} == dict(api_key_map)
    for key in ApiKey:
        theirs = sorted(kio_schemas[key.name.lower()])
        # The newest version of InitProducerId is not stable in Kafka 4.3.
        newest = 5 if key is ApiKey.INIT_PRODUCER_ID else theirs[-1]
        assert key.versions == range(theirs[0], newest + 1), key.name


def test_header_versions_follow_flexibility():
    """Flexible versions have the newer headers, classic ones the older."""
    assert not is_flexible(ApiKey.PRODUCE, 8)
    assert request_header_version(ApiKey.PRODUCE, 8) == 1
    assert response_header_version(ApiKey.PRODUCE, 8) == 0
    assert is_flexible(ApiKey.PRODUCE, 9)
    assert request_header_version(ApiKey.PRODUCE, 9) == 2
    assert response_header_version(ApiKey.PRODUCE, 9) == 1


def test_api_versions_always_answers_with_the_oldest_header():
    """A client must be able to read the refusal of a version that we do not know."""
    assert request_header_version(ApiKey.API_VERSIONS, 99) == 2
    assert response_header_version(ApiKey.API_VERSIONS, 99) == 0


@pytest.mark.parametrize("key", [ApiKey.SASL_HANDSHAKE, ApiKey.OFFSET_DELETE])
def test_some_apis_never_become_flexible(key):
    """SaslHandshake and OffsetDelete keep the classic headers in any version."""
    assert request_header_version(key, 30_000) == 1
    assert response_header_version(key, 30_000) == 0


@pytest.mark.parametrize("key", [-1, 4, 7, 93, 32_767])
def test_an_unknown_key_is_a_wire_error(key):
    """Nothing behind a key that no API has can be understood; keys 4 to 7 are gone."""
    with pytest.raises(WireError, match=str(key)):
        is_flexible(key, 0)
