# SPDX-License-Identifier: Apache-2.0
"""Claims about eligible replicas when the minimum of in-sync replicas changes."""

from __future__ import annotations

import pytest

from ottla.controller.configs import ConfigChange, ConfigOperation, ResourceChange

SET, DELETE = ConfigOperation.SET, ConfigOperation.DELETE


@pytest.fixture
def cluster(cluster_of, broker):
    """Return a partition whose leader is alone in sync, below the minimum."""
    cluster = cluster_of(broker(1), broker(2), elr=1)
    for name in ("t", "u"):
        cluster.create(name, 1, 2)
        cluster.do("alter_configs", [change(2, name, SET, "2")])
        cluster.put(name, replicas=[1, 2], isr=[1], leader=1, eligible_leader_replicas=[2])
    return cluster


def change(kind, name, operation, value, key="min.insync.replicas"):
    """Make a change of one setting."""
    return ResourceChange(kind, name, (ConfigChange(key, operation, value),))


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        (change(2, "t", SET, "1"), [(), (2,)]),
        (change(2, "t", DELETE, None), [(), (2,)]),
        (change(2, "t", SET, "3"), [(2,), (2,)]),
        (change(2, "t", SET, "1", "retention.ms"), [(2,), (2,)]),
        (change(4, "", SET, "3"), [(), ()]),
        (change(2, "no such topic", SET, "1"), [(2,), (2,)]),
    ],
)
def test_a_lower_minimum_forgets_them(cluster, asked, left):
    """The leader may acknowledge alone from that record on."""
    cluster.do("alter_configs", [asked])
    assert [cluster.partition(n).eligible_leader_replicas for n in ("t", "u")] == left


def test_checking_a_change_forgets_nothing(cluster):
    """It is not made."""
    cluster.do("alter_configs", [change(2, "t", SET, "1")], validate_only=True)
    assert cluster.partition().eligible_leader_replicas == (2,)
