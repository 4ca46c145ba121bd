# SPDX-License-Identifier: Apache-2.0
"""Producer ids are given to brokers in blocks, so that most producers cost no metadata record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.decision import Decision
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import ProducerIdsRecord

if TYPE_CHECKING:
    from ottla.metadata.image import ClusterImage

BLOCK_IDS = 1000
_ID_MAX = 2**63 - 1


def allocate_producer_ids(image: ClusterImage, broker_id: int) -> Decision[range]:
    """Return the record that takes the next block, and the block."""
    broker = image.brokers.get(broker_id)
    if broker is None:
        raise ApiError(ErrorCode.BROKER_ID_NOT_REGISTERED, f"broker {broker_id} is not registered")
    first = image.next_producer_id
    if first > _ID_MAX - BLOCK_IDS:
        raise ApiError(ErrorCode.UNKNOWN_SERVER_ERROR, "all producer ids have been given away")
    block = range(first, first + BLOCK_IDS)
    record = ProducerIdsRecord(
        broker_id=broker_id, broker_epoch=broker.broker_epoch, next_producer_id=block.stop
    )
    return Decision([record], block)
