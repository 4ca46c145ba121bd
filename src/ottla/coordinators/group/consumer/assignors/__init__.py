# SPDX-License-Identifier: Apache-2.0
"""The server-side assignors of the consumer protocol, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.group.consumer.assignors import range_assignor, uniform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ottla.coordinators.group.consumer.assignors.specification import Assignor

ASSIGNORS: Mapping[str, Assignor] = {
    uniform.NAME: uniform.assign_uniformly,
    range_assignor.NAME: range_assignor.assign_ranges,
}

_CLASS_NAMES = {
    "org.apache.kafka.coordinator.group.assignor.UniformAssignor": uniform.NAME,
    "org.apache.kafka.coordinator.group.assignor.RangeAssignor": range_assignor.NAME,
}
"""Kafka takes names of classes in `group.consumer.assignors` too."""


def served_assignors(names: Iterable[str]) -> tuple[str, ...]:
    """Return the assignors of a setting that exist here, or all when none does."""
    found = [_CLASS_NAMES.get(name, name) for name in names]
    return tuple([name for name in found if name in ASSIGNORS]) or tuple(ASSIGNORS)
