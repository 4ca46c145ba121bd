# SPDX-License-Identifier: Apache-2.0
"""The limit on moves: who is limited, and that it is taken away again."""

from __future__ import annotations

from ottla.client.replication_throttle import (
    FOLLOWERS,
    LEADERS,
    RATES,
    ReplicationThrottle,
    throttled_replicas,
)
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.messages.incremental_alter_configs import (
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)

PLACE = TopicPartition("t", 4)


def test_old_replicas_hand_out_and_new_ones_copy():
    """Replicas that stay are limited as sources only."""
    assert throttled_replicas({PLACE: (1, 2)}, {PLACE: (2, 3)}) == {
        "t": {LEADERS: "4:1,4:2", FOLLOWERS: "4:3"}
    }


def test_impose_and_lift(network, run):
    """Every broker that takes part and the topic are set, and later set back."""
    fake = network.cluster(3)
    fake._incremental_alter_configs = lambda broker, request, version: (
        IncrementalAlterConfigsResponse(
            responses=[
                AlterConfigsResourceResponse(
                    error_message=None,
                    resource_type=request.resources[0].resource_type,
                    resource_name=request.resources[0].resource_name,
                )
            ]
        )
    )

    async def scenario():
        async with fake.client() as cluster:
            throttle = ReplicationThrottle(cluster, {PLACE: (1, 2)}, {PLACE: (2, 3)})
            await throttle.impose(1000)
            await throttle.lift()

    run(scenario)
    sent = [
        (r.resources[0].resource_name, c.name, c.config_operation, c.value)
        for r in fake.requests(IncrementalAlterConfigsRequest)
        for c in r.resources[0].configs
    ]
    for broker in "123":
        for rate in RATES:
            assert (broker, rate, 0, "1000") in sent
            assert (broker, rate, 1, None) in sent
    assert ("t", LEADERS, 0, "4:1,4:2") in sent
    assert ("t", FOLLOWERS, 1, None) in sent
