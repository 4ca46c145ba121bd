# SPDX-License-Identifier: Apache-2.0
"""Records that were read and then lost: a consumer has to be told, not led past it."""

from __future__ import annotations

import time

import pytest

from ottla import Admin, Consumer, Producer
from ottla.client.errors import LogTruncatedError
from ottla.testing import Cluster

TIMEOUT_S = 30


def write(bootstrap, topic, count):
    """Write records that one replica is enough for."""
    with Producer(bootstrap, acks=1, enable_idempotence=False) as producer:
        for number in range(count):
            producer.send(topic, str(number))


@pytest.mark.timeout(120)
def test_records_that_an_unclean_leader_never_had(topic):
    """The offsets exist again, with other records: only the epoch shows that (KIP-320, KIP-595)."""
    settings = {"unclean.leader.election.enable": "true", "broker.session.timeout.ms": "1000"}
    with Cluster(brokers=2, settings=settings) as cluster:
        bootstrap = cluster.bootstrap_servers
        with Admin(bootstrap) as admin:
            admin.create_topic(topic, partitions=1, replication_factor=2)
            [partition] = admin.describe_topic(topic).partitions
        leader = partition.leader
        [behind] = {1, 2} - {leader}
        cluster.stop(behind)
        write(bootstrap, topic, 10)
        with Consumer(topic, bootstrap_servers=bootstrap, from_beginning=True) as consumer:
            read = []
            while len(read) < 10:
                read += consumer.poll(1.0)
            cluster.kill(leader)
            cluster.restart(behind)
            write(bootstrap, topic, 20)
            with pytest.raises(LogTruncatedError, match=f"{topic}-0 was truncated at offset 0"):
                poll_for(consumer, TIMEOUT_S)


def poll_for(consumer, seconds):
    """Poll until something comes, which must not be."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if records := consumer.poll(0.5):
            pytest.fail(f"it went on with {records[0]}")
