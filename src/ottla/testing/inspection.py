# SPDX-License-Identifier: Apache-2.0
"""What is in a broker or a cluster, read from its logs and coordinators without any client.

    assert [record.value for record in broker.records("orders")] == [b"two dosas"]
    assert broker.committed("kitchen") == {("orders", 0): 1}

`Inspectable` has the methods; `Broker` and `Cluster` say which brokers run, and where.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from types import ModuleType

    from ottla.broker.context import Services
    from ottla.client import groups
    from ottla.client.consumer_record import ConsumerRecord
    from ottla.client.topic_partition import TopicPartition

Answer = TypeVar("Answer")

ISOLATION_LEVELS: Final = ("read_uncommitted", "read_committed")


class Inspectable(ABC):
    """Looks into brokers that run in this process."""

    def topics(self) -> dict[str, int]:
        """Return the number of partitions of each topic, without the internal ones."""
        return self._inspect(_contents().topics_of(self._running))

    def records(
        self,
        topic: str,
        partition: int | None = None,
        *,
        isolation_level: str = "read_uncommitted",
    ) -> list[ConsumerRecord]:
        """Return what consumers can read of a topic, partition by partition in order of offsets.

        Keys and values are bytes, whatever the compression. As for consumers, the isolation level
        `read_uncommitted` shows records of aborted and of open transactions too, and
        `read_committed` neither these nor what comes behind an open one. Raises ApiError:
        UNKNOWN_TOPIC_OR_PARTITION, or LEADER_NOT_AVAILABLE when no broker that runs leads one of
        the partitions.
        """
        if isolation_level not in ISOLATION_LEVELS:
            raise ValueError(f"isolation_level={isolation_level!r} is none of {ISOLATION_LEVELS}")
        is_committed = isolation_level == "read_committed"
        work = _contents().records_of(self._running, topic, partition, is_committed=is_committed)
        return self._inspect(work)

    def groups(self) -> dict[str, groups.GroupDescription]:
        """Return the groups by name, each with its state, members, and what these were assigned.

        Raises TimeoutError when the coordinators have not read their logs within ten seconds.
        """
        return self._inspect(_contents().groups_of(self._running))

    def committed(self, group_id: str) -> dict[TopicPartition, int]:
        """Return the offsets that a group has committed; none of a group that there is not.

        Raises TimeoutError as `groups` does.
        """
        return self._inspect(_contents().committed_of(self._running, group_id))

    @property
    @abstractmethod
    def _running(self) -> Sequence[Services]:
        """The brokers that run."""

    @abstractmethod
    def _inspect(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Do the work on the brokers' loop."""


def _contents() -> ModuleType:
    return import_module("ottla.testing.broker_contents")  # only now: see there
