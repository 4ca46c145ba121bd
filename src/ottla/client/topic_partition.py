# SPDX-License-Identifier: Apache-2.0
"""The name of a partition, as all parts of the client use it for a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class TopicPartition(NamedTuple):
    """Names a partition."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}"


def by_topic(names: Iterable[TopicPartition]) -> dict[str, list[int]]:
    """Return the partitions of each topic, in the order given."""
    topics: dict[str, list[int]] = {}
    for topic, partition in names:
        topics.setdefault(topic, []).append(partition)
    return topics


def partition_names(partitions: Iterable[tuple[str, int]]) -> list[TopicPartition]:
    """Return what callers may give as plain pairs."""
    return [TopicPartition(topic, partition) for topic, partition in partitions]
