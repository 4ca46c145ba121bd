# SPDX-License-Identifier: Apache-2.0
"""The group coordinator as handlers see it: a group's name in, an answer out.

It finds the shard that a group belongs to and has it decide. An operation returns a `Pending` that
is done once the answer is committed; `ApiError` is raised, or is in the `Pending`, for a request
that is refused as a whole: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, INVALID_GROUP_ID for a
name that is null or empty, and what the shard's parts name.

The empty name is kept for old programs, as Kafka does: they may commit, fetch, describe and delete
it, but nobody can be a member of such a group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ottla.coordinators.group.classic.group import ClassicGroup
from ottla.coordinators.group.offsets import DeletedTopic
from ottla.coordinators.group.shard import GroupShard
from ottla.coordinators.partitioning import partition_of
from ottla.coordinators.pending import Pending, gather
from ottla.coordinators.runtime import CoordinatorRuntime
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.heartbeat import HeartbeatResponse
from ottla.protocol.messages.list_groups import ListedGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ottla.base.clock import Moment
    from ottla.coordinators.group.commit_request import CommitRequest, CommitResponse
    from ottla.coordinators.group.store import Client, GroupSettings
    from ottla.coordinators.ports import ProducerIdentity, Result
    from ottla.metadata.image import ClusterImage, ImageDelta
    from ottla.protocol.messages.consumer_group_describe import (
        DescribedGroup as DescribedConsumerGroup,
    )
    from ottla.protocol.messages.consumer_group_heartbeat import (
        ConsumerGroupHeartbeatRequest,
        ConsumerGroupHeartbeatResponse,
    )
    from ottla.protocol.messages.describe_groups import DescribedGroup
    from ottla.protocol.messages.heartbeat import HeartbeatRequest
    from ottla.protocol.messages.join_group import JoinGroupRequest, JoinGroupResponse
    from ottla.protocol.messages.leave_group import LeaveGroupRequest, LeaveGroupResponse
    from ottla.protocol.messages.offset_delete import OffsetDeleteRequest, OffsetDeleteResponse
    from ottla.protocol.messages.offset_fetch import (
        OffsetFetchRequestGroup,
        OffsetFetchResponseGroup,
    )
    from ottla.protocol.messages.sync_group import SyncGroupRequest, SyncGroupResponse
    from ottla.records.control import TransactionMarker

Answer = TypeVar("Answer")

CONSUMER_OFFSETS = "__consumer_offsets"


class GroupCoordinator:
    """Groups on this broker; belongs to the event loop."""

    def __init__(
        self,
        image: ClusterImage,
        settings: GroupSettings,
        new_member_suffix: Callable[[], str],
        *,
        on_effects: Callable[[int, Sequence[object]], None] | None = None,
    ) -> None:
        self._image = image
        self._settings = settings
        self._new_member_suffix = new_member_suffix
        self.runtime: CoordinatorRuntime[GroupShard] = CoordinatorRuntime(
            self._make_shard, on_effects=on_effects
        )

    def _make_shard(self, index: int) -> GroupShard:
        return GroupShard(index, self._image, self._settings, self._new_member_suffix)

    # the cluster

    def start(self, image: ClusterImage) -> None:
        """Take the image that everything begins with."""
        self._image = image

    def follow_image(self, image: ClusterImage, delta: ImageDelta, moment: Moment) -> None:
        """Take a new image; offsets of topics that are gone go with them."""
        self._image = image
        deleted = [
            DeletedTopic(topic.name, topic.topic_id, len(topic.before.partitions))
            for topic in delta.topics
            if topic.before is not None and topic.after is None
        ]
        for index, shard in self.runtime.shards():
            shard.store.image = image
            shard.consumer.on_metadata_changed(image, delta)
            if deleted and self.runtime.is_active(index):
                self.runtime.write(
                    index, lambda s: s.offsets.topics_deleted(deleted, moment), moment
                )

    def follow_settings(self, settings: GroupSettings) -> None:
        """Take settings that were changed at run time."""
        self._settings = settings
        for _, shard in self.runtime.shards():
            shard.store.settings = settings

    def partition_for(self, group_id: str) -> int:
        """Return the partition that a group belongs to; raises NOT_COORDINATOR without a topic."""
        topic = self._image.topic(CONSUMER_OFFSETS)
        if topic is None:
            raise ApiError(ErrorCode.NOT_COORDINATOR, "no group has been looked for yet")
        return partition_of(group_id, len(topic.partitions))

    # members of classic groups

    def join_group(
        self, request: JoinGroupRequest, client: Client, version: int, moment: Moment
    ) -> Pending[JoinGroupResponse]:
        """Let a member join; done when its generation begins."""
        _require_name(request.group_id)
        settings = self._settings
        lowest, highest = (
            settings.group_min_session_timeout_ms,
            settings.group_max_session_timeout_ms,
        )
        if not lowest <= request.session_timeout_ms <= highest:
            raise ApiError(
                ErrorCode.INVALID_SESSION_TIMEOUT,
                f"a session timeout of {request.session_timeout_ms} ms is not between {lowest} and "
                f"{highest} ms",
            )
        return self._write(
            request.group_id,
            lambda s: s.server_of(request.group_id).join(request, client, version, moment),
            moment,
        )

    def sync_group(self, request: SyncGroupRequest, moment: Moment) -> Pending[SyncGroupResponse]:
        """Hand out a member's assignment; done when the leader has brought it."""
        _require_name(request.group_id)
        return self._write(
            request.group_id, lambda s: s.server_of(request.group_id).sync(request, moment), moment
        )

    def heartbeat(self, request: HeartbeatRequest, moment: Moment) -> Pending[HeartbeatResponse]:
        """Take note that a member is alive.

        While the group is being loaded nobody's session can end: the member is told that all is
        well, and goes on.
        """
        _require_name(request.group_id)
        try:
            return self._write(
                request.group_id,
                lambda s: s.server_of(request.group_id).heartbeat(request, moment),
                moment,
            )
        except ApiError as error:
            if error.code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
                return Pending.of(HeartbeatResponse())
            raise

    def leave_group(
        self, request: LeaveGroupRequest, moment: Moment
    ) -> Pending[LeaveGroupResponse]:
        """Let members go."""
        _require_name(request.group_id)
        return self._write(
            request.group_id, lambda s: s.server_of(request.group_id).leave(request, moment), moment
        )

    # members of consumer groups

    def consumer_group_heartbeat(
        self,
        request: ConsumerGroupHeartbeatRequest,
        client: Client,
        version: int,
        moment: Moment,
    ) -> Pending[ConsumerGroupHeartbeatResponse]:
        """Let a member of the consumer protocol join, report or leave."""
        self._require_consumer_protocol()
        return self._write(
            request.group_id,
            lambda s: s.consumer.heartbeat(request, client, version, moment),
            moment,
        )

    # offsets

    def commit_offsets(
        self, request: CommitRequest, version: int, moment: Moment
    ) -> Pending[CommitResponse]:
        """Store how far a group has read."""
        return self._write(
            request.group_id, lambda s: s.commits.commit(request, version, moment), moment
        )

    def may_commit_again(
        self, index: int, request: CommitRequest, version: int, moment: Moment
    ) -> bool:
        """Whether the same member may commit the same partitions now, with other offsets.

        The cheap question before `runtime.write_encoded`; after a no, `commit_offsets` says why.
        """
        # hot: benchmarks/micro/commit_path.py
        shard = self.runtime.shard(index)
        if shard is None:
            return False
        try:
            return shard.commits.check(request, version, moment) is None
        except ApiError:
            return False

    def commit_offsets_in_transaction(
        self, request: CommitRequest, producer: ProducerIdentity, version: int, moment: Moment
    ) -> Pending[CommitResponse]:
        """Store how far a group has read, as part of a transaction that has been admitted."""
        _require_name(request.group_id)
        return self._write(
            request.group_id,
            lambda s: s.commits.commit_in_transaction(request, producer, version, moment),
            moment,
        )

    def fetch_offsets(
        self, request: OffsetFetchRequestGroup, *, require_stable: bool
    ) -> Pending[OffsetFetchResponseGroup]:
        """Return how far a group has read."""
        return self.runtime.read(
            self.partition_for(request.group_id),
            lambda s: s.offsets.fetch(request, require_stable=require_stable),
        )

    def delete_offsets(
        self, request: OffsetDeleteRequest, moment: Moment
    ) -> Pending[OffsetDeleteResponse]:
        """Delete offsets of topics that the group does not read."""
        _require_name(request.group_id)
        return self._write(request.group_id, lambda s: s.offsets.delete(request), moment)

    def write_marker(
        self, index: int, producer: ProducerIdentity, marker: TransactionMarker, moment: Moment
    ) -> Pending[None]:
        """End a producer's transaction in a partition of the topic; done once it is committed."""
        return self.runtime.write_marker(index, producer, marker, moment)

    # groups of any kind

    def list_groups(
        self, states: Sequence[str], types: Sequence[str]
    ) -> Pending[list[ListedGroup]]:
        """Return the groups on this broker that match both filters; an empty one lets all pass.

        Raises COORDINATOR_LOAD_IN_PROGRESS while some groups are not known yet.
        """
        if self.runtime.is_loading:
            raise ApiError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
        wanted_states = frozenset(state.strip().lower() for state in states)
        wanted_types = frozenset(name.strip().lower() for name in types)

        def listed(shard: GroupShard) -> list[ListedGroup]:
            return [
                ListedGroup(
                    group_id=group.group_id,
                    protocol_type=group.protocol_type,
                    group_state=group.state_name,
                    group_type=group.group_type.value,
                )
                for group in shard.store.groups.values()
                if (not wanted_states or group.state_name.lower() in wanted_states)
                and (not wanted_types or group.group_type.value in wanted_types)
            ]

        parts = [
            self.runtime.read(index, listed) for index, _ in tuple(self.runtime.active_shards())
        ]
        return gather(parts).then(_all_of)

    def describe_group(self, group_id: str) -> Pending[DescribedGroup]:
        """Return a classic group with its members; raises or fails with GROUP_ID_NOT_FOUND."""

        def described(shard: GroupShard) -> DescribedGroup:
            group = shard.store.groups.get(group_id)
            if group is None:
                raise ApiError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} not found.")
            if not isinstance(group, ClassicGroup):
                raise ApiError(
                    ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} is not a classic group."
                )
            return group.described()

        return self.runtime.read(self.partition_for(group_id), described)

    def describe_consumer_group(self, group_id: str) -> Pending[DescribedConsumerGroup]:
        """Return a consumer group with its members; raises or fails with GROUP_ID_NOT_FOUND."""
        self._require_consumer_protocol()
        _require_name(group_id)
        return self.runtime.read(
            self.partition_for(group_id), lambda s: s.consumer.describe(group_id)
        )

    def delete_group(self, group_id: str, moment: Moment) -> Pending[None]:
        """Delete a group without members, and its offsets."""
        return self._write(group_id, lambda s: s.delete_group(group_id), moment)

    def _require_consumer_protocol(self) -> None:
        """Raise UNSUPPORTED_VERSION if an administrator has switched the protocol off."""
        if "consumer" not in self._settings.group_coordinator_rebalance_protocols:
            raise ApiError(
                ErrorCode.UNSUPPORTED_VERSION, "this broker does not serve the consumer protocol"
            )

    def _write(
        self, group_id: str, decide: Callable[[GroupShard], Result[Answer]], moment: Moment
    ) -> Pending[Answer]:
        return self.runtime.write(self.partition_for(group_id), decide, moment)


def _require_name(group_id: str) -> None:
    if not group_id:
        raise ApiError(ErrorCode.INVALID_GROUP_ID, "the group has no name")


def _all_of(parts: list[Pending[list[ListedGroup]]]) -> list[ListedGroup]:
    """Return what all shards have; one that has moved away meanwhile has none here."""
    return [group for part in parts if part.error is None for group in part.value]
