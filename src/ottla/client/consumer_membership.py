# SPDX-License-Identifier: Apache-2.0
"""Membership by the consumer protocol (KIP-848): one request for everything, the broker divides.

Heartbeats carry what has changed on either side. The broker names what the member shall read now,
and waits with handing a partition on until its old member has reported that it let go.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from ottla.base.errors import OttlaError
from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
from ottla.client.coordinators import COORDINATOR_ERRORS
from ottla.client.errors import UnsupportedApiError, is_retriable
from ottla.client.membership import Membership, log
from ottla.client.topic_partition import TopicPartition, by_topic
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatRequestTopicPartitions,
    ConsumerGroupHeartbeatResponse,
)

if TYPE_CHECKING:
    from ottla.client.coordinator_connection import CoordinatorConnection
    from ottla.client.membership import MembershipSettings, PartitionOwner
    from ottla.client.metadata import ClusterMetadata

_JOINS: Final = 0
_LEAVES: Final = -1
_LEAVES_FOR_A_WHILE: Final = -2  # a static member that may come back

_LOST: Final = frozenset((ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_MEMBER_EPOCH))

_ADVICE: Final = {
    ErrorCode.UNRELEASED_INSTANCE_ID: "another consumer holds this group_instance_id: give each "
    "its own, or wait until the old one's session has ended",
    ErrorCode.FENCED_INSTANCE_ID: "another consumer has joined with the same group_instance_id: "
    "give each its own",
    ErrorCode.UNSUPPORTED_ASSIGNOR: "the brokers do not have this group_remote_assignor; they "
    "have `uniform` and `range` unless told otherwise (group.consumer.assignors)",
    ErrorCode.GROUP_MAX_SIZE_REACHED: "it has as many members as the brokers allow "
    "(group.consumer.max.size)",
    ErrorCode.UNSUPPORTED_VERSION: "the brokers do not serve group_protocol='consumer' for it; "
    "use 'classic'",
}


class ConsumerMembership(Membership):
    """See the module's text, and `Membership` for the methods."""

    may_read_meanwhile = False  # nothing takes long here

    def __init__(
        self,
        coordinator: CoordinatorConnection,
        settings: MembershipSettings,
        owner: PartitionOwner,
    ) -> None:
        super().__init__(coordinator, settings, owner)
        self._member_id = str(uuid4())  # the member's own to choose, since version 1
        self._member_epoch = _JOINS
        self._interval_s = settings.heartbeat_interval_ms / 1000
        self._reported: frozenset[TopicPartition] | None = None  # None: tell everything
        self._subscribed: tuple[str, ...] = ()  # what the broker has been told of `_topics`
        self._target_ids: frozenset[tuple[bytes, int]] = frozenset()
        self._target: frozenset[TopicPartition] = frozenset()
        self._now = asyncio.Event()  # do not wait for the interval

    @property
    def metadata(self) -> ConsumerGroupMetadata:
        """What a commit has to say of its sender now."""
        return ConsumerGroupMetadata(
            self._settings.group_id,
            self._member_epoch,
            self._member_id,
            self._settings.group_instance_id,
        )

    def subscribe(self, topics: tuple[str, ...]) -> None:
        """Read other topics from now on: tells the broker."""
        if topics != self._topics:
            self._topics = topics
            self._now.set()

    def note_metadata(self, metadata: ClusterMetadata) -> None:
        """Do nothing: the broker looks after new partitions itself."""

    async def _change_over(self) -> None:
        if self._is_lost:
            await self._owner.lose(self._owned)
            self._owned, self._target = frozenset(), frozenset()
            self._target_ids = frozenset()
            self._is_lost = False
            self._now.set()
            return
        target = self._target
        given_up = self._owned - target
        if given_up:
            await self._owner.give_up(given_up)
            self._owned -= given_up
        await self._owner.take_over(target - self._owned)
        self._owned = target
        self._now.set()

    # heartbeats

    async def _beat(self) -> None:
        while True:
            pause = self._interval_s
            self._now.clear()  # what changes from here on is told by the next heartbeat
            if self._member_epoch > _JOINS:
                await self._leave_if_overdue()
            if not self._is_lost and self._failure is None:
                try:
                    await self._beat_once()
                except OttlaError as error:
                    self._reported = None
                    if not self._may_try_again(error):
                        self._fail(self._explained(error))
                        continue
                    log.info("group %r: heartbeat: %s", self._settings.group_id, error)
                    pause = next(self._coordinator.cluster.pauses())
            try:
                async with asyncio.timeout(pause):
                    await self._now.wait()
            except TimeoutError:
                continue

    async def _beat_once(self) -> None:
        owned, topics = self._owned, self._topics
        connection = await self._coordinator.opened()
        version = connection.version_for(ConsumerGroupHeartbeatRequest)
        request = self._make_request(owned, topics, version)
        response = await self._coordinator.ask(
            request,
            ConsumerGroupHeartbeatResponse,
            at_most=version,
            timeout_ms=self._coordinator.cluster.settings.request_timeout_ms,
        )
        if response.error_code:
            raise self._error(ErrorCode.of(response.error_code), response.error_message)
        self._reported, self._subscribed = owned, topics
        self._member_id = response.member_id or self._member_id
        self._member_epoch = response.member_epoch
        self._interval_s = response.heartbeat_interval_ms / 1000
        if response.assignment is not None:
            self._target_ids = frozenset(
                (topic.topic_id, partition)
                for topic in response.assignment.topic_partitions
                for partition in topic.partitions
            )
        if len(self._target) != len(self._target_ids) or response.assignment is not None:
            self._target = await self._named(self._target_ids)
        if self._target != self._owned:
            self._demand()

    def _make_request(
        self, owned: frozenset[TopicPartition], topics: tuple[str, ...], version: int
    ) -> ConsumerGroupHeartbeatRequest:
        settings = self._settings
        request = ConsumerGroupHeartbeatRequest(
            group_id=settings.group_id,
            member_id=self._member_id,
            member_epoch=self._member_epoch,
            instance_id=settings.group_instance_id,
        )
        if self._member_epoch == _JOINS and version == 0:
            request.member_id = ""  # the broker gives one
        tells_all = self._member_epoch == _JOINS or self._reported is None
        if tells_all or topics != self._subscribed:
            request.rebalance_timeout_ms = settings.max_poll_interval_ms
            request.subscribed_topic_names = list(topics)
            request.server_assignor = settings.remote_assignor
            request.rack_id = settings.rack_id
        if self._member_epoch == _JOINS:
            request.topic_partitions = []
        elif owned != self._reported:
            ids = self._coordinator.cluster.metadata.topics
            request.topic_partitions = [
                ConsumerGroupHeartbeatRequestTopicPartitions(
                    topic_id=ids[topic].topic_id, partitions=partitions
                )
                for topic, partitions in by_topic(sorted(owned)).items()
            ]
        return request

    async def _named(self, ids: frozenset[tuple[bytes, int]]) -> frozenset[TopicPartition]:
        """Return the partitions by name, without those of topics that are not known yet."""
        cluster = self._coordinator.cluster
        wanted = {topic_id for topic_id, _ in ids}
        names = {topic.topic_id: topic.name for topic in cluster.metadata.topics.values()}
        if not wanted <= names.keys():
            await cluster.refresh(self._topics)
            names = {topic.topic_id: topic.name for topic in cluster.metadata.topics.values()}
        return frozenset(
            TopicPartition(names[topic_id], partition)
            for topic_id, partition in ids
            if topic_id in names
        )

    async def _leave(self) -> None:
        if self._member_epoch <= _JOINS:
            return
        is_static = self._settings.group_instance_id is not None
        request = ConsumerGroupHeartbeatRequest(
            group_id=self._settings.group_id,
            member_id=self._member_id,
            member_epoch=_LEAVES_FOR_A_WHILE if is_static else _LEAVES,
            instance_id=self._settings.group_instance_id,
        )
        self._member_epoch = _JOINS
        try:
            await self._coordinator.ask(request, ConsumerGroupHeartbeatResponse)
        except OttlaError as error:
            log.info("group %r: left without a word: %s", self._settings.group_id, error)

    # errors

    def _may_try_again(self, error: OttlaError) -> bool:
        if not isinstance(error, ApiError):
            return is_retriable(error)
        if error.code in _LOST:
            self._note_loss(error.code)
            return True
        self._coordinator.note_error(error.code)
        return error.code in COORDINATOR_ERRORS or is_retriable(error)

    def _note_loss(self, code: ErrorCode) -> None:  # noqa: ARG002 - joins anew after any
        self._member_epoch = _JOINS
        self._reported = None
        self._is_lost = True
        self._demand()

    def _explained(self, error: OttlaError) -> OttlaError:
        if isinstance(error, UnsupportedApiError):
            return self._error(ErrorCode.UNSUPPORTED_VERSION, None)
        return error

    def _error(self, code: ErrorCode, message: str | None) -> ApiError:
        text = _ADVICE.get(code) or message or code.description
        return ApiError(code, f"group {self._settings.group_id!r}: {text}")
