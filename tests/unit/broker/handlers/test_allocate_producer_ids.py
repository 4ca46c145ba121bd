# SPDX-License-Identifier: Apache-2.0
"""Claims about AllocateProducerIds."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.cluster_admin import add_brokers, resign

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.allocate_producer_ids import AllocateProducerIdsRequest


def asked(broker_id=2, broker_epoch=20):
    """Return a broker's request."""
    return AllocateProducerIdsRequest(broker_id=broker_id, broker_epoch=broker_epoch)


def test_blocks_do_not_overlap(admin):
    """One after the other, whoever asks."""
    add_brokers(admin, 2)
    first = admin.ask(asked(), 0)
    own = admin.image.brokers[1].broker_epoch
    second = admin.ask(asked(1, own), 0)
    assert first.error_code == second.error_code == 0
    assert first.producer_id_len > 0
    assert second.producer_id_start == first.producer_id_start + first.producer_id_len
    assert admin.image.next_producer_id == second.producer_id_start + second.producer_id_len


@pytest.mark.parametrize(
    ("broker_id", "epoch", "code"),
    [(9, 90, ErrorCode.BROKER_ID_NOT_REGISTERED), (2, 19, ErrorCode.STALE_BROKER_EPOCH)],
)
def test_who_gets_none(admin, broker_id, epoch, code):
    """A broker that nobody knows, and one that is another incarnation by now."""
    add_brokers(admin, 2)
    with pytest.raises(ApiError) as caught:
        admin.ask(asked(broker_id, epoch), 0)
    assert caught.value.code is code
    assert admin.image.next_producer_id <= 0


def test_only_the_controller_gives_them(admin):
    """NOT_CONTROLLER: the broker asks whoever is."""
    add_brokers(admin, 2)
    resign(admin)
    with pytest.raises(ApiError) as caught:
        admin.ask(asked(), 0)
    assert caught.value.code is ErrorCode.NOT_CONTROLLER
