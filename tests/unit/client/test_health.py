# SPDX-License-Identifier: Apache-2.0
"""The judgement over a cluster: one row of the module's table each."""

from __future__ import annotations

import pytest

from ottla.client.admin import ClusterDescription
from ottla.client.health import assess, examine
from ottla.client.metadata import BrokerMetadata, PartitionMetadata, TopicMetadata
from ottla.client.reassignments import Reassignment
from ottla.client.topic_partition import TopicPartition
from ottla.net.address import Address
from ottla.protocol.messages import (
    describe_cluster,
    describe_log_dirs,
    list_partition_reassignments,
)

HERE = Address("h", 1)


def cluster(*fenced: int, controller=1):
    """Return a cluster of three brokers."""
    brokers = tuple(BrokerMetadata(b, HERE, None, b in fenced) for b in (1, 2, 3))
    return ClusterDescription("id", controller, brokers)


def topic(replicas=(1, 2, 3), isr=(1, 2, 3), leader=1):
    """Return a topic of one partition."""
    return TopicMetadata("t", partitions=(PartitionMetadata(0, leader, 0, replicas, isr),))


def counts(health):
    """Return the length of each list of findings."""
    return (
        len(health.offline),
        len(health.under_min_isr),
        len(health.under_replicated),
        len(health.not_preferred),
    )


@pytest.mark.parametrize(
    ("one", "min_isr", "found", "is_healthy"),
    [
        (topic(), 2, (0, 0, 0, 0), True),
        (topic(isr=(1, 2)), 2, (0, 0, 1, 0), False),
        (topic(isr=(1,)), 2, (0, 1, 1, 0), False),
        (topic(isr=(), leader=-1), 1, (1, 1, 1, 0), False),
        (topic(leader=2), 2, (0, 0, 0, 1), True),
        (topic(replicas=(1,), isr=(1,)), 2, (0, 1, 0, 0), False),
    ],
    ids=["good", "under-replicated", "under-min", "offline", "not-preferred", "fewer-than-min"],
)
def test_partitions(one, min_isr, found, is_healthy):
    """Each state is found, and only what endangers data or service is unhealthy."""
    health = assess(cluster(), [one], {"t": min_isr}, ())
    assert counts(health) == found
    assert health.is_healthy is is_healthy


def test_replicas_that_are_being_added_are_not_missing():
    """A move alone makes no cluster sick; a lost replica beside it does."""
    move = Reassignment("t", 0, (1, 2, 3), adding=(3,), removing=(1,))
    assert move.target == (2, 3)
    health = assess(cluster(), [topic(isr=(1, 2))], {}, [move])
    assert health.is_healthy
    assert health.moves == (move,)
    (finding,) = assess(cluster(), [topic(isr=(1,))], {}, [move]).under_replicated
    assert finding.missing == (2,)


def test_brokers_and_controller():
    """A fenced broker, or nobody to decide, is unhealthy whatever partitions say."""
    assert assess(cluster(2), [], {}, ()).fenced == (2,)
    assert not assess(cluster(2), [], {}, ()).is_healthy
    assert not assess(cluster(controller=-1), [], {}, ()).is_healthy


def test_examine_compares_the_sizes_of_logs(fake, ask, serve):
    """What a replica lacks is the difference to the leader's log."""
    fake.leaders["t"] = [1]

    def metadata(broker, request, version):
        answer = type(fake)._metadata(fake, broker, request, version)
        for each in answer.topics:
            each.partitions[0].replica_nodes = [1, 2]
        return answer

    fake._metadata = metadata
    fake.brokers[2] = type(fake.brokers[1])(fake, 2)
    broker = describe_cluster.DescribeClusterBroker
    serve(
        describe_cluster.DescribeClusterRequest,
        lambda *_: describe_cluster.DescribeClusterResponse(
            cluster_id="fake",
            controller_id=1,
            brokers=[
                broker(broker_id=1, host="broker-1", port=9092),
                broker(broker_id=2, host="broker-2", port=9092),
            ],
        ),
    )
    serve(
        list_partition_reassignments.ListPartitionReassignmentsRequest,
        lambda *_: list_partition_reassignments.ListPartitionReassignmentsResponse(
            error_message=None
        ),
    )
    fake._describe_configs = lambda *_: configs()
    serve(
        describe_log_dirs.DescribeLogDirsRequest,
        lambda asked, request, version: directories(100 if asked.node_id == 1 else 70),
    )
    health = ask(examine)
    (finding,) = health.under_min_isr
    assert (finding.missing, finding.min_isr) == ((2,), 2)
    assert health.lags == {(TopicPartition("t", 0), 2): 30}


def configs():
    """Return the topic's setting."""
    from ottla.protocol.messages.describe_configs import (
        DescribeConfigsResourceResult,
        DescribeConfigsResponse,
        DescribeConfigsResult,
    )

    return DescribeConfigsResponse(
        results=[
            DescribeConfigsResult(
                error_message=None,
                resource_type=2,
                resource_name="t",
                configs=[DescribeConfigsResourceResult(name="min.insync.replicas", value="2")],
            )
        ]
    )


def directories(size):
    """Return a broker's log directory with the partition in it."""
    return describe_log_dirs.DescribeLogDirsResponse(
        results=[
            describe_log_dirs.DescribeLogDirsResult(
                log_dir="/d",
                topics=[
                    describe_log_dirs.DescribeLogDirsTopic(
                        name="t",
                        partitions=[
                            describe_log_dirs.DescribeLogDirsPartition(
                                partition_index=0, partition_size=size
                            )
                        ],
                    )
                ],
            )
        ]
    )
