# SPDX-License-Identifier: Apache-2.0
"""Which assignors a setting names."""

from __future__ import annotations

from ottla.coordinators.group.consumer.assignors import served_assignors


def test_names_and_class_names_are_understood():
    """Kafka's class names stand for ours; unknown ones are left out."""
    names = (
        "org.apache.kafka.coordinator.group.assignor.RangeAssignor",
        "com.example.Custom",
        "uniform",
    )
    assert served_assignors(names) == ("range", "uniform")


def test_there_is_always_one():
    """A setting that names nothing we have means all we have."""
    assert served_assignors(("com.example.Custom",)) == ("uniform", "range")
