# SPDX-License-Identifier: Apache-2.0
"""Claims about blocks of producer ids."""

from __future__ import annotations

import pytest

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import ProducerIdsRecord


def test_blocks_do_not_overlap(cluster):
    """Each block begins where the one before ends."""
    assert cluster.do("allocate_producer_ids", 1) == range(1000)
    assert cluster.do("allocate_producer_ids", 1) == range(1000, 2000)
    assert cluster.image.next_producer_id == 2000


def test_only_registered_brokers_get_blocks(cluster):
    """A stranger is refused."""
    with pytest.raises(ApiError) as caught:
        cluster.do("allocate_producer_ids", 9)
    assert caught.value.code is ErrorCode.BROKER_ID_NOT_REGISTERED


def test_ids_end_somewhere(cluster):
    """At the end of the number range nothing wraps around."""
    cluster.image, _ = cluster.image.apply([ProducerIdsRecord(next_producer_id=2**63 - 5)])
    with pytest.raises(ApiError):
        cluster.do("allocate_producer_ids", 1)
