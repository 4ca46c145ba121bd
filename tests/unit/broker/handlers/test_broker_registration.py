# SPDX-License-Identifier: Apache-2.0
"""Claims about BrokerRegistration; the rules are tested with the controller."""

from __future__ import annotations

import pytest
from tests.unit.broker.cluster_bench import registration_of
from tests.unit.broker.handlers.cluster_admin import watch

from ottla.broker.handlers.broker_registration import VERSIONS
from ottla.protocol.errors import ApiError, ErrorCode


@pytest.fixture
def admin(admin):
    """Return a controller that watches over brokers."""
    watch(admin)
    yield admin
    if admin.gateway.liveness is not None:
        admin.gateway.liveness.end()


def refused(admin, request):
    """Return why a registration is refused."""
    with pytest.raises(ApiError) as caught:
        admin.ask(request, 4)
    return caught.value.code


@pytest.mark.parametrize("version", VERSIONS)
def test_a_broker_is_registered_in_every_version(admin, version):
    """With a new epoch, fenced until its first heartbeat."""
    request = registration_of(2)
    if version < 4:  # no feature may begin at level 0 there: those are left out
        request.features = [each for each in request.features if each.min_supported_version > 0]
        request.features += [
            each for each in registration_of(2).features if each.name in admin.image.features
        ]
        for each in request.features:
            each.min_supported_version = max(each.min_supported_version, 1)
    if version < 3:
        request.previous_broker_epoch = -1
    response = admin.ask(request, version)
    known = admin.image.brokers[2]
    assert (response.error_code, response.broker_epoch) == (0, known.broker_epoch)
    assert known.fenced
    assert known.endpoints[0].host == "host2"


def test_a_broker_of_another_cluster(admin):
    """INCONSISTENT_CLUSTER_ID."""
    request = registration_of(2)
    request.cluster_id = "another"
    assert refused(admin, request) is ErrorCode.INCONSISTENT_CLUSTER_ID


def test_a_broker_that_is_too_old(admin):
    """UNSUPPORTED_VERSION: it does not know a feature of the cluster."""
    request = registration_of(2)
    request.features = []
    assert refused(admin, request) is ErrorCode.UNSUPPORTED_VERSION


def test_a_broker_without_a_listener(admin):
    """INVALID_REGISTRATION."""
    request = registration_of(2)
    request.listeners = []
    assert refused(admin, request) is ErrorCode.INVALID_REGISTRATION


def test_a_number_that_is_taken(admin):
    """DUPLICATE_BROKER_REGISTRATION."""
    admin.ask(registration_of(2), 4)
    request = registration_of(2, host="elsewhere", incarnation=99)
    assert refused(admin, request) is ErrorCode.DUPLICATE_BROKER_REGISTRATION


def test_only_the_controller_registers(admin):
    """NOT_CONTROLLER: the broker asks whoever is."""
    admin.gateway.liveness.end()
    admin.gateway.liveness = None
    assert refused(admin, registration_of(2)) is ErrorCode.NOT_CONTROLLER
