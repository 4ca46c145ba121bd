# SPDX-License-Identifier: Apache-2.0
"""What a client is told first, and the traps of that answer."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.broker.handlers import HANDLERS, api_versions
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.api_versions import ApiVersionsRequest


def request(name="librdkafka", version="2.1.0"):
    """Make a request of a client with this name."""
    return ApiVersionsRequest(client_software_name=name, client_software_version=version)


@pytest.mark.parametrize("version", api_versions.VERSIONS)
def test_the_answer_is_the_handler_table(world, version):
    """Each row with its range, and nothing that is not served."""
    answer = world.client().ask(request(), version)
    assert answer.error_code == ErrorCode.NONE
    assert {row.api_key: (row.min_version, row.max_version) for row in answer.api_keys} == {
        int(row.key): (
            row.versions.start if row.advertised_from is None else row.advertised_from,
            row.versions.stop - 1,
        )
        for row in HANDLERS
        if not row.is_between_brokers
    }


def test_produce_is_advertised_from_version_zero(world):
    """Older librdkafka takes a broker for one without compression otherwise (KAFKA-18659)."""
    answer = world.client().ask(request(), 4)
    ranges = {row.api_key: (row.min_version, row.max_version) for row in answer.api_keys}
    assert ranges[ApiKey.PRODUCE] == (0, 13)


@pytest.mark.parametrize("name", ["", "a b", "-x", "x-", "x\n", "é", "x" * 257])
@pytest.mark.parametrize("part", ["name", "version"])
def test_invalid_request_for_a_malformed_name_or_version(world, name, part):
    """KIP-511 allows letters, digits, dots and dashes within."""
    answer = world.client().ask(request(**{part: name}), 3)
    assert answer.error_code == ErrorCode.INVALID_REQUEST


def test_the_clients_name_is_kept(world):
    """The connection remembers which software speaks."""
    client = world.client()
    client.ask(request("apache-kafka-java", "4.3.1"), 3)
    state = client.connection.attributes
    assert state.client_software_name == "apache-kafka-java"
    assert state.client_software_version == "4.3.1"


def test_features_are_told_from_version_three_on(world):
    """Levels in force and levels that are possible; a minimum of 0 from version 4 on only."""
    world.services.image.features = {"transaction.version": 2}
    world.services.image.brokers[1] = SimpleNamespace(
        features={"transaction.version": (0, 2), "metadata.version": (7, 30)}
    )
    client = world.client()
    answer = client.ask(request(), 3)
    assert [(one.name, one.max_version_level) for one in answer.finalized_features] == [
        ("transaction.version", 2)
    ]
    assert answer.finalized_features_epoch == 3
    assert [one.name for one in answer.supported_features] == ["metadata.version"]
    answer = client.ask(request(), 4)
    assert [(one.name, one.min_version, one.max_version) for one in answer.supported_features] == [
        ("metadata.version", 7, 30),
        ("transaction.version", 0, 2),
    ]
