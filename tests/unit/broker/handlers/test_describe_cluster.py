# SPDX-License-Identifier: Apache-2.0
"""Claims about DescribeCluster."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.describe_cluster import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import BrokerEndpoint, RegisterBrokerRecord
from ottla.protocol.messages.describe_cluster import DescribeClusterRequest


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_describes_the_cluster(admin, version):
    """Id, controller and brokers with addresses that this client can use."""
    response = admin.ask(DescribeClusterRequest(), version)
    assert (response.error_code, response.error_message) == (0, None)
    assert (response.cluster_id, response.controller_id) == ("cluster-of-tests-12345", 1)
    assert [(b.broker_id, b.host, b.port) for b in response.brokers] == [(1, "192.0.2.7", 19092)]
    assert response.cluster_authorized_operations == -(2**31)


def test_authorised_operations(admin):
    """They come when asked for."""
    request = DescribeClusterRequest(include_cluster_authorized_operations=True)
    assert admin.ask(request, 0).cluster_authorized_operations > 0


def test_fenced_brokers(admin):
    """They are shown only to those who ask."""
    admin.apply(
        RegisterBrokerRecord(
            broker_id=2,
            fenced=True,
            rack="r",
            end_points=[BrokerEndpoint(name="PLAINTEXT", host="two", port=2)],
        )
    )
    assert len(admin.ask(DescribeClusterRequest(), 2).brokers) == 1
    (_, two) = admin.ask(DescribeClusterRequest(include_fenced_brokers=True), 2).brokers
    assert (two.broker_id, two.host, two.port, two.rack, two.is_fenced) == (2, "two", 2, "r", True)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(2, ErrorCode.MISMATCHED_ENDPOINT_TYPE), (3, ErrorCode.UNSUPPORTED_ENDPOINT_TYPE)],
)
def test_other_endpoints(admin, kind, code):
    """Controllers have no listeners here."""
    response = admin.ask(DescribeClusterRequest(endpoint_type=kind), 1)
    assert response.error_code == code
    assert response.brokers == []
