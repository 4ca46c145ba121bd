# SPDX-License-Identifier: Apache-2.0
"""Elections of partition leaders on demand (KIP-183, KIP-460)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.elect_leaders import (
    ElectLeadersRequest,
    ElectLeadersResponse,
    TopicPartitions,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.client.cluster import Cluster

_CHANGE_TIMEOUT_MS: Final = 30_000


class ElectionType(enum.IntEnum):
    """Whom to elect; the numbers are the protocol's."""

    PREFERRED = 0
    """The first replica, if it is in sync."""

    UNCLEAN = 1
    """Any live replica where there is no leader: records that only others have are lost."""


async def elect_leaders(
    cluster: Cluster,
    partitions: Iterable[TopicPartition] | None = None,
    election_type: ElectionType = ElectionType.PREFERRED,
) -> dict[TopicPartition, ApiError | None]:
    """Hold elections, by default wherever one is needed; return what went wrong with each.

    Partitions that need none have no outcome. Raises ApiError when all of it is refused.
    """
    topics: dict[str, list[int]] | None = None
    if partitions is not None:
        topics = {}
        for name in partitions:
            topics.setdefault(name.topic, []).append(name.partition)
    request = ElectLeadersRequest(
        election_type=election_type,
        topic_partitions=None
        if topics is None
        else [
            TopicPartitions(topic=topic, partitions=numbers) for topic, numbers in topics.items()
        ],
        timeout_ms=_CHANGE_TIMEOUT_MS,
    )
    response = await cluster.call_controller(request, ElectLeadersResponse)
    if response.error_code:
        code = ErrorCode.of(response.error_code)
        raise ApiError(code, f"the election of leaders: {code.description}")
    outcomes: dict[TopicPartition, ApiError | None] = {}
    for topic in response.replica_election_results:
        for result in topic.partition_result:
            name = TopicPartition(topic.topic, result.partition_id)
            code = ErrorCode.of(result.error_code)
            if code is ErrorCode.ELECTION_NOT_NEEDED:
                continue
            text = result.error_message or code.description
            text = text if str(name) in text else f"{name}: {text}"
            outcomes[name] = ApiError(code, text) if code else None
    return outcomes
