# SPDX-License-Identifier: Apache-2.0
"""Claims about feature levels that change."""

from __future__ import annotations

import pytest

from ottla.controller.feature_updates import FeatureUpdate, UpgradeType
from ottla.controller.features import SUPPORTED_FEATURES
from ottla.protocol.messages.cluster_metadata import FeatureLevelRecord

UP, SAFE, UNSAFE = UpgradeType
ELR = "eligible.leader.replicas.version"


@pytest.fixture
def cluster(cluster_of, broker):
    """Return two brokers, the second one a little behind, and two features."""
    old = {**SUPPORTED_FEATURES, "group.version": (0, 0)}
    cluster = cluster_of(
        broker(1)._replace(features=SUPPORTED_FEATURES), broker(2)._replace(features=old), elr=1
    )
    record = FeatureLevelRecord(name="metadata.version", feature_level=20)
    cluster.image, _ = cluster.image.apply([record])
    return cluster


@pytest.mark.parametrize(
    ("name", "level", "kind", "code"),
    [
        ("metadata.version", 30, UP, "NONE"),
        ("metadata.version", 20, UP, "NONE"),
        ("metadata.version", 19, UNSAFE, "INVALID_UPDATE_VERSION"),
        ("metadata.version", 31, UP, "INVALID_UPDATE_VERSION"),
        ("no.such.version", 1, UP, "INVALID_UPDATE_VERSION"),
        ("group.version", 1, UP, "INVALID_UPDATE_VERSION"),
        (ELR, 0, UP, "INVALID_UPDATE_VERSION"),
        (ELR, 0, SAFE, "NONE"),
        (ELR, -1, UNSAFE, "NONE"),
        (ELR, 0, 9, "INVALID_UPDATE_VERSION"),
    ],
)
def test_updates(cluster, name, level, kind, code):
    """Each row of the module's table; what is refused changes nothing."""
    before = dict(cluster.image.features)
    (outcome,) = cluster.do("update_features", [FeatureUpdate(name, level, kind)])
    assert outcome.code.name == code
    assert (outcome.message is None) == (code == "NONE")
    expected = dict(before)
    if code == "NONE":
        expected[name] = level
    assert cluster.image.features == {n: v for n, v in expected.items() if v > 0}


def test_a_request_is_done_as_a_whole(cluster):
    """One bad update stops the others; a check alone changes nothing either."""
    good, bad = FeatureUpdate("metadata.version", 30, UP), FeatureUpdate("x", 1, UP)
    outcomes = cluster.do("update_features", [good, bad])
    assert [o.code.name for o in outcomes] == ["NONE", "INVALID_UPDATE_VERSION"]
    outcomes = cluster.do("update_features", [good, good])
    assert [o.code.name for o in outcomes] == ["INVALID_REQUEST"] * 2
    cluster.do("update_features", [good], validate_only=True)
    assert cluster.image.features["metadata.version"] == 20


def test_switching_eligible_replicas_off_forgets_them(cluster):
    """Except where nobody is in sync: there they are all there is."""
    cluster.create("t", 2, 2)
    cluster.put("t", 0, replicas=[1, 2], isr=[1], leader=1, eligible_leader_replicas=[2])
    cluster.put("t", 1, replicas=[1, 2], isr=[], leader=-1, eligible_leader_replicas=[2])
    cluster.do("update_features", [FeatureUpdate(ELR, 0, SAFE)])
    assert cluster.partition("t", 0).eligible_leader_replicas == ()
    assert cluster.partition("t", 1).eligible_leader_replicas == (2,)
