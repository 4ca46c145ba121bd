# SPDX-License-Identifier: Apache-2.0
"""What a decision is, and what it is made from.

A decision reads an image and says which records to append and what to answer once they are in.
It changes nothing itself: the records do, when they are replayed. Deciding again on the same
image with the same random numbers gives the same result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from ottla.metadata.configs import BrokerTexts

if TYPE_CHECKING:
    from ottla.protocol.message import Message

Answer = TypeVar("Answer")


class Decision(NamedTuple, Generic[Answer]):
    """Records to append as one batch, and the answer that is true once they are in."""

    records: list[Message]
    answer: Answer


class ControllerSettings(BrokerTexts, Protocol):
    """What decisions need to know of the broker's settings; `BrokerConfig` is one."""

    @property
    def num_partitions(self) -> int:
        """Partitions of a topic that asks for the default."""

    @property
    def default_replication_factor(self) -> int:
        """Replicas of a topic that asks for the default."""

    @property
    def delete_topic_enable(self) -> bool:
        """Whether topics may be deleted."""

    @property
    def offsets_topic_num_partitions(self) -> int:
        """Partitions of `__consumer_offsets`."""

    @property
    def offsets_topic_replication_factor(self) -> int:
        """Replicas of `__consumer_offsets`, if there are so many brokers."""

    @property
    def offsets_topic_segment_bytes(self) -> int:
        """Segment size of `__consumer_offsets`."""

    @property
    def transaction_state_log_num_partitions(self) -> int:
        """Partitions of `__transaction_state`."""

    @property
    def transaction_state_log_replication_factor(self) -> int:
        """Replicas of `__transaction_state`, if there are so many brokers."""

    @property
    def transaction_state_log_min_isr(self) -> int:
        """In-sync replicas that `__transaction_state` needs, if there are so many."""

    @property
    def transaction_state_log_segment_bytes(self) -> int:
        """Segment size of `__transaction_state`."""

    @property
    def share_coordinator_state_topic_num_partitions(self) -> int:
        """Partitions of `__share_group_state`."""

    @property
    def share_coordinator_state_topic_replication_factor(self) -> int:
        """Replicas of `__share_group_state`, if there are so many brokers."""

    @property
    def share_coordinator_state_topic_min_isr(self) -> int:
        """In-sync replicas that `__share_group_state` needs, if there are so many."""

    @property
    def share_coordinator_state_topic_segment_bytes(self) -> int:
        """Segment size of `__share_group_state`."""
