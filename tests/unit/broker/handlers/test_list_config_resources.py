# SPDX-License-Identifier: Apache-2.0
"""Claims about ListConfigResources."""

from __future__ import annotations

import pytest

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import ConfigRecord
from ottla.protocol.messages.list_config_resources import ListConfigResourcesRequest


@pytest.fixture
def filled(admin):
    """Return a broker with a topic, a group and a subscription that have settings."""
    admin.create("t")
    for kind, name, key in ((32, "g", "consumer.session.timeout.ms"), (16, "m", "interval.ms")):
        admin.apply(ConfigRecord(resource_type=kind, resource_name=name, name=key, value="50000"))
    return admin


def listed(admin, version, *kinds: int):
    """Return (type, name) of what is listed."""
    response = admin.ask(ListConfigResourcesRequest(resource_types=kinds), version)
    assert response.error_code == 0
    return [(r.resource_type, r.resource_name) for r in response.config_resources]


def test_version_0_knows_subscriptions_only(filled):
    """It is the older ListClientMetricsResources."""
    assert listed(filled, 0) == [(16, "m")]


def test_by_type(filled):
    """Each type lists its own things; no types mean all of them."""
    assert listed(filled, 1, 2) == [(2, "t")]
    assert listed(filled, 1, 32, 4) == [(32, "g"), (4, "1")]
    assert listed(filled, 1) == [(2, "t"), (4, "1"), (8, "1"), (16, "m"), (32, "g")]


def test_unknown_types(filled):
    """A type of a later version is refused."""
    response = filled.ask(ListConfigResourcesRequest(resource_types=[2, 99]), 1)
    assert response.error_code == ErrorCode.UNSUPPORTED_VERSION
    assert response.config_resources == []
