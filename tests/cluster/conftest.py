# SPDX-License-Identifier: Apache-2.0
"""Whole clusters in the test's own process, real clients, and a watch for what nobody handles."""

from __future__ import annotations

import gc
import warnings

import pytest
from tests.cluster.cluster_clients import TestedCluster


@pytest.fixture
def cluster_of():
    """Return the way to start clusters: `cluster_of(3, {"broker.rack": ...})`."""
    started = []

    def start(brokers=3, settings=None, **more: object):
        cluster = TestedCluster(brokers, settings, **more)
        started.append(cluster)
        return cluster.start()

    yield start
    for cluster in started:
        cluster.close()
    with warnings.catch_warnings():  # sockets that client libraries leave open
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
        gc.collect()  # what the first one has let go of


@pytest.fixture
def cluster(cluster_of):
    """Return three brokers."""
    return cluster_of(3)
