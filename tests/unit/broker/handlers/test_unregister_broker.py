# SPDX-License-Identifier: Apache-2.0
"""Claims about UnregisterBroker."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.cluster_admin import add_brokers, add_topic

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.unregister_broker import UnregisterBrokerRequest


def test_a_broker_is_forgotten(admin):
    """It is out of every in-sync set, and stays a replica until it is moved."""
    add_brokers(admin, 2)
    add_topic(admin, replicas=(2, 1), leader=2)
    response = admin.ask(UnregisterBrokerRequest(broker_id=2), 0)
    assert (response.error_code, response.error_message) == (0, None)
    assert 2 not in admin.image.brokers
    partition = admin.image.partition("t", 0)
    assert (partition.leader, partition.isr, partition.replicas) == (1, (1,), (2, 1))


def test_nobody_of_that_number(admin):
    """BROKER_ID_NOT_REGISTERED."""
    with pytest.raises(ApiError) as caught:
        admin.ask(UnregisterBrokerRequest(broker_id=9), 0)
    assert caught.value.code is ErrorCode.BROKER_ID_NOT_REGISTERED
