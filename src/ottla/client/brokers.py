# SPDX-License-Identifier: Apache-2.0
"""Single brokers: their end in the cluster, and who decides over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.describe_quorum import (
    DescribeQuorumRequest,
    DescribeQuorumRequestPartitionData,
    DescribeQuorumRequestTopicData,
    DescribeQuorumResponse,
)
from ottla.protocol.messages.unregister_broker import (
    UnregisterBrokerRequest,
    UnregisterBrokerResponse,
)

if TYPE_CHECKING:
    from ottla.client.cluster import Cluster

METADATA_TOPIC = "__cluster_metadata"


@dataclass(frozen=True, slots=True)
class Decider:
    """The controller, as its metadata log shows it."""

    controller_id: int  # -1 when there is none
    controller_epoch: int
    metadata_offset: int  # where the log ends
    clock_ms: int = -1  # the controller's time of day as it answered; -1 where that is not told


async def describe_decider(cluster: Cluster) -> Decider | None:
    """Return who decides, None where brokers do not tell (Kafka with ZooKeeper)."""
    connection = await cluster.any_connection()
    if DescribeQuorumRequest.API_KEY not in connection.versions:
        return None
    request = DescribeQuorumRequest(
        topics=[
            DescribeQuorumRequestTopicData(
                topic_name=METADATA_TOPIC,
                partitions=[DescribeQuorumRequestPartitionData(partition_index=0)],
            )
        ]
    )
    response = await cluster.call(request, DescribeQuorumResponse)
    _check(response.error_code, response.error_message)
    found = response.topics[0].partitions[0]
    _check(found.error_code, found.error_message)
    # A leader has caught up with itself: Kafka's says so with the time at which it answers.
    clocks = {voter.replica_id: voter.last_caught_up_timestamp for voter in found.current_voters}
    return Decider(
        found.leader_id,
        found.leader_epoch,
        found.high_watermark,
        clocks.get(found.leader_id, -1),
    )


async def unregister_broker(cluster: Cluster, broker_id: int) -> None:
    """Let the cluster forget a broker that will not come back."""
    response = await cluster.call_controller(
        UnregisterBrokerRequest(broker_id=broker_id), UnregisterBrokerResponse
    )
    _check(response.error_code, response.error_message)


def _check(error_code: int, message: str | None) -> None:
    if error_code:
        code = ErrorCode.of(error_code)
        raise ApiError(code, message or code.description)
