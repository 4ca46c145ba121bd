# SPDX-License-Identifier: Apache-2.0
"""Claims about UpdateFeatures; the rules are tested with the controller."""

from __future__ import annotations

import pytest
from tests.unit.broker.cluster_bench import facts_of

from ottla.broker.handlers.update_features import VERSIONS
from ottla.controller.features import SUPPORTED_FEATURES
from ottla.metadata.snapshot import broker_record
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.update_features import FeatureUpdateKey, UpdateFeaturesRequest

ELR = "eligible.leader.replicas.version"


def update(*wanted: tuple, check_only=False, **fields: object):
    """Return a request; wanted is (feature, level)."""
    return UpdateFeaturesRequest(
        feature_updates=[
            FeatureUpdateKey(feature=name, max_version_level=level, **fields)
            for name, level in wanted
        ],
        validate_only=check_only,
    )


def by_feature(response):
    """Return each feature's outcome, where the version has them."""
    return {each.feature: ErrorCode.of(each.error_code) for each in response.results}


@pytest.fixture
def admin(admin):
    """Return a cluster of which the broker supports everything."""
    known = admin.image.brokers[1]
    admin.apply(
        broker_record(known._replace(features=SUPPORTED_FEATURES, endpoints=facts_of(1).endpoints))
    )
    return admin


@pytest.mark.parametrize("version", VERSIONS)
def test_a_level_goes_down_and_up_in_every_version(admin, version):
    """Version 0 says with a flag what later ones say with a type."""
    down = {"allow_downgrade": True} if version == 0 else {"upgrade_type": 2}
    response = admin.ask(update((ELR, 0), **down), version)
    assert response.error_code == 0
    assert set(by_feature(response).values()) <= {ErrorCode.NONE}
    assert ELR not in admin.image.features
    assert admin.ask(update((ELR, 1)), version).error_code == 0
    assert admin.image.features[ELR] == 1


def test_a_check_changes_nothing(admin):
    """validate_only, from version 1 on."""
    assert admin.ask(update((ELR, 0), upgrade_type=2, check_only=True), 1).error_code == 0
    assert admin.image.features[ELR] == 1


def test_what_cannot_be(admin):
    """INVALID_UPDATE_VERSION; the others of the request are FEATURE_UPDATE_FAILED."""
    response = admin.ask(update(("no.such.version", 1), (ELR, 1)), 1)
    assert by_feature(response) == {
        "no.such.version": ErrorCode.INVALID_UPDATE_VERSION,
        ELR: ErrorCode.FEATURE_UPDATE_FAILED,
    }


def test_a_feature_is_named_once(admin):
    """INVALID_REQUEST, and nothing is done."""
    response = admin.ask(update((ELR, 1), (ELR, 0), upgrade_type=2), 1)
    assert set(by_feature(response).values()) == {ErrorCode.INVALID_REQUEST}
    assert admin.image.features[ELR] == 1


def test_version_two_has_one_error_for_all(admin):
    """The first one, with its text."""
    response = admin.ask(update((ELR, 1), ("no.such.version", 1)), 2)
    assert response.error_code == ErrorCode.INVALID_UPDATE_VERSION
    assert "no.such.version" in response.error_message
    assert response.results == []


def test_a_level_that_nobody_supports(admin):
    """INVALID_UPDATE_VERSION with the levels that there are."""
    response = admin.ask(update((ELR, 99)), 1)
    assert by_feature(response) == {ELR: ErrorCode.INVALID_UPDATE_VERSION}
    assert "0 to 1" in response.results[0].error_message
