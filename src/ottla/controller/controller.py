# SPDX-License-Identifier: Apache-2.0
"""The controller: every decision about the cluster's state, with what all of them need.

It holds the settings, a seeded generator and the source of topic ids, and of the cluster's state
only what it worked out last: the state comes in as an image with each call. So a controller that
has just been elected is ready as soon as it has read the log, and a simulation can run any of its
decisions twice. The rules themselves are in the modules beside this one, one for each kind of
thing.

Owned by the controller gateway, which serialises decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller import (
    balance,
    brokers,
    configs,
    decommission,
    elections,
    feature_updates,
    internal_topics,
    isr_changes,
    producer_ids,
    reassignments,
    topics,
)
from ottla.controller.decision import Decision
from ottla.controller.decommission import MOVES_MAX
from ottla.controller.eligible_replicas import forget_after_settings
from ottla.controller.internal_topics import automatic_topic
from ottla.controller.partition_change import PartitionDefaults, PartitionRules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from random import Random

    from ottla.controller.brokers import BrokerFacts, HeartbeatAnswer
    from ottla.controller.configs import ResourceChange, ResourceOutcome
    from ottla.controller.decision import ControllerSettings
    from ottla.controller.decommission import DecommissionProgress
    from ottla.controller.elections import ElectionOutcome, ElectionType
    from ottla.controller.feature_updates import FeatureOutcome, FeatureUpdate
    from ottla.controller.internal_topics import Growth
    from ottla.metadata.image import ClusterImage
    from ottla.protocol.messages.alter_partition import (
        AlterPartitionRequest,
        AlterPartitionResponse,
    )
    from ottla.protocol.messages.alter_partition_reassignments import (
        AlterPartitionReassignmentsRequest,
        AlterPartitionReassignmentsResponse,
    )
    from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest
    from ottla.protocol.messages.broker_registration import BrokerRegistrationRequest
    from ottla.protocol.messages.create_partitions import (
        CreatePartitionsTopic,
        CreatePartitionsTopicResult,
    )
    from ottla.protocol.messages.create_topics import CreatableTopic, CreatableTopicResult
    from ottla.protocol.messages.delete_topics import DeletableTopicResult, DeleteTopicState


class Controller:
    """Decides; see the modules of each kind of decision."""

    def __init__(
        self, settings: ControllerSettings, random: Random, new_topic_id: Callable[[], bytes]
    ) -> None:
        self.settings = settings
        """Replaced when a setting changes at run time."""
        self._last: tuple[ControllerSettings, PartitionRules] | None = None
        self._random = random
        self._new_topic_id = new_topic_id

    def create_topics(
        self, image: ClusterImage, asked: Sequence[CreatableTopic], *, validate_only: bool = False
    ) -> Decision[list[CreatableTopicResult]]:
        """Create topics as they were asked for."""
        creation = topics.TopicCreation(image, self.settings, self._random, self._new_topic_id)
        return creation.decide(asked, validate_only=validate_only)

    def create_automatic_topics(
        self, image: ClusterImage, names: Iterable[str]
    ) -> Decision[list[CreatableTopicResult]]:
        """Create topics that somebody needs, with default settings; internal ones in their shape.

        Names that exist by now are not an error here: they are left out.
        """
        missing = [name for name in dict.fromkeys(names) if name not in image.topics_by_name]
        asked = [automatic_topic(name, image, self.settings) for name in missing]
        return self.create_topics(image, asked)

    def delete_topics(
        self, image: ClusterImage, asked: Sequence[DeleteTopicState]
    ) -> Decision[list[DeletableTopicResult]]:
        """Delete topics by name or id."""
        return topics.delete_topics(image, asked, self.settings)

    def create_partitions(
        self,
        image: ClusterImage,
        asked: Sequence[CreatePartitionsTopic],
        *,
        validate_only: bool = False,
    ) -> Decision[list[CreatePartitionsTopicResult]]:
        """Add partitions to topics."""
        return topics.create_partitions(image, asked, self._random, validate_only=validate_only)

    def alter_configs(
        self, image: ClusterImage, asked: Sequence[ResourceChange], *, validate_only: bool = False
    ) -> Decision[list[ResourceOutcome]]:
        """Change dynamic settings."""
        records, outcomes = configs.alter_configs(
            image, asked, self.settings, validate_only=validate_only
        )
        forgotten = forget_after_settings(image, records, self._rules(image))
        return Decision([*records, *forgotten], outcomes)

    def allocate_producer_ids(self, image: ClusterImage, broker_id: int) -> Decision[range]:
        """Give a broker the next block of producer ids."""
        return producer_ids.allocate_producer_ids(image, broker_id)

    def elect_leaders(
        self,
        image: ClusterImage,
        election_type: ElectionType,
        partitions: Sequence[tuple[str, int]] | None,
    ) -> Decision[list[ElectionOutcome]]:
        """Elect leaders as an operator asked."""
        return elections.elect_leaders(image, election_type, partitions, self._rules(image))

    def elect_leaderless(self, image: ClusterImage) -> Decision[int]:
        """Elect leaders, unclean ones too, where topics have been allowed them since."""
        return elections.elect_leaderless(image, self._rules(image))

    def bootstrap(self, image: ClusterImage) -> Decision[None]:
        """Begin an empty metadata log; give an old one the features that it lacks."""
        return brokers.bootstrap(image)

    def register_broker(
        self, image: ClusterImage, facts: BrokerFacts, offset: int
    ) -> Decision[int]:
        """Put the broker of an embedded cluster into service."""
        return brokers.register_broker(image, facts, offset, self._rules(image))

    def register(
        self,
        image: ClusterImage,
        asked: BrokerRegistrationRequest,
        *,
        offset: int,
        is_alive: Callable[[int], bool],
    ) -> Decision[int]:
        """Register a broker of a cluster; it is in service after a heartbeat."""
        return brokers.register(
            image, asked, offset=offset, is_alive=is_alive, rules=self._rules(image)
        )

    def heartbeat(
        self, image: ClusterImage, asked: BrokerHeartbeatRequest
    ) -> Decision[HeartbeatAnswer]:
        """Grant a broker what it wishes, if it may be."""
        return brokers.heartbeat(image, asked, self._rules(image))

    def fence_brokers(
        self, image: ClusterImage, broker_ids: Collection[int]
    ) -> Decision[list[int]]:
        """Take brokers out of service that are silent or dead."""
        return brokers.fence_brokers(image, broker_ids, self._rules(image))

    def unregister_broker(self, image: ClusterImage, broker_id: int) -> Decision[None]:
        """Forget a broker that will not come back."""
        return brokers.unregister_broker(image, broker_id, self._rules(image))

    def alter_partition(
        self, image: ClusterImage, asked: AlterPartitionRequest
    ) -> Decision[AlterPartitionResponse]:
        """Change in-sync sets as their leaders propose."""
        return isr_changes.alter_partition(image, asked, self._rules(image))

    def alter_partition_reassignments(
        self, image: ClusterImage, asked: AlterPartitionReassignmentsRequest
    ) -> Decision[AlterPartitionReassignmentsResponse]:
        """Begin moves of partitions to other brokers, or cancel them."""
        return reassignments.alter_partition_reassignments(image, asked, self._rules(image))

    def balance_leaders(self, image: ClusterImage) -> Decision[bool]:
        """Give leadership back to preferred leaders; say whether more is to be done at once."""
        return balance.balance_leaders(image, self._rules(image))

    def grow_internal_topics(self, image: ClusterImage) -> Decision[Growth]:
        """Give internal topics the replicas that the cluster can carry by now."""
        return internal_topics.grow_internal_topics(image, self.settings, self._rules(image))

    def decommission(
        self,
        image: ClusterImage,
        broker_ids: Collection[int],
        *,
        moves_max: int = MOVES_MAX,
    ) -> Decision[DecommissionProgress]:
        """Begin to move replicas off brokers; say what is left."""
        return decommission.decommission(image, broker_ids, self._rules(image), moves_max=moves_max)

    def update_features(
        self, image: ClusterImage, updates: Sequence[FeatureUpdate], *, validate_only: bool = False
    ) -> Decision[list[FeatureOutcome]]:
        """Raise or lower feature levels."""
        return feature_updates.update_features(
            image, updates, self._rules(image), validate_only=validate_only
        )

    def _rules(self, image: ClusterImage) -> PartitionRules:
        if self._last is None or self._last[0] is not self.settings:
            rules = PartitionRules(image, PartitionDefaults.of(self.settings))
        else:
            rules = self._last[1].on(image)
        self._last = (self.settings, rules)
        return rules
