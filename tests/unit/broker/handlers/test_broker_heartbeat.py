# SPDX-License-Identifier: Apache-2.0
"""Claims about BrokerHeartbeat; what is granted is tested with the controller."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.cluster_admin import add_brokers, watch

from ottla.broker.handlers.broker_heartbeat import VERSIONS
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest


@pytest.fixture
def admin(admin):
    """Return a controller that watches over broker 2, which is fenced."""
    add_brokers(admin, 2, fenced=True)
    watch(admin)
    yield admin
    if admin.gateway.liveness is not None:
        admin.gateway.liveness.end()


def beat(broker_id=2, broker_epoch=20, **fields: object):
    """Return a heartbeat of a broker that has read everything."""
    return BrokerHeartbeatRequest(
        broker_id=broker_id, broker_epoch=broker_epoch, current_metadata_offset=1000, **fields
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_broker_comes_into_service_in_every_version(admin, version):
    """And the connection is known as that broker's from then on."""
    response = admin.ask(beat(), version)
    assert (response.error_code, response.is_caught_up, response.is_fenced) == (0, True, False)
    assert admin.image.brokers[2].is_live
    assert admin.connection.attributes.broker_id == 2


def test_a_wish_to_stay_fenced_is_granted(admin):
    """Its logs are not open yet."""
    assert admin.ask(beat(want_fence=True), 2).is_fenced


def test_a_broker_on_which_nothing_depends_may_stop(admin):
    """It leads nothing."""
    admin.ask(beat(), 2)
    assert admin.ask(beat(want_shut_down=True), 2).should_shut_down


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"broker_id": 9}, ErrorCode.BROKER_ID_NOT_REGISTERED),
        ({"broker_epoch": 19}, ErrorCode.STALE_BROKER_EPOCH),
    ],
)
def test_who_is_refused(admin, fields, code):
    """And the connection stays nobody's."""
    with pytest.raises(ApiError) as caught:
        admin.ask(beat(**fields), 2)
    assert caught.value.code is code
    assert admin.connection.attributes.broker_id is None


def test_only_the_controller_is_told(admin):
    """NOT_CONTROLLER: the broker asks whoever is."""
    admin.gateway.liveness.end()
    admin.gateway.liveness = None
    with pytest.raises(ApiError) as caught:
        admin.ask(beat(), 2)
    assert caught.value.code is ErrorCode.NOT_CONTROLLER
