# SPDX-License-Identifier: Apache-2.0
"""The state machine of one partition of `__consumer_offsets`: its parts, and who gets what.

The parts share one `GroupStore`; each has its own record types, timers and decisions, and none
knows the others. The shard hands records and timers to the part they belong to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.coordinators.group import migration
from ottla.coordinators.group.classic import protocol as classic
from ottla.coordinators.group.classic.protocol import ClassicProtocol
from ottla.coordinators.group.commits import Commits
from ottla.coordinators.group.consumer import membership
from ottla.coordinators.group.consumer.classic_members import ClassicMembers
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.coordinators.group.consumer.protocol import ConsumerProtocol
from ottla.coordinators.group.consumer.records import MESSAGES as CONSUMER_RECORDS
from ottla.coordinators.group.offsets import RECORDS_AT_ONCE, TIMER_KINDS, Offsets
from ottla.coordinators.group.records import GROUP_METADATA, OFFSET_COMMIT
from ottla.coordinators.group.store import GroupStore
from ottla.coordinators.ports import Result
from ottla.coordinators.records import NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ottla.base.clock import Moment
    from ottla.coordinators.group.store import GroupSettings, TimerName
    from ottla.coordinators.pending import Pending
    from ottla.coordinators.ports import CoordinatorRecord, ProducerIdentity
    from ottla.metadata.image import ClusterImage
    from ottla.protocol.errors import ApiError

TIMERS_AT_ONCE = 200
"""So many timers are looked at in one call; the driver calls again while there are more."""


class GroupShard:
    """The groups of one partition. Implements `ports.CoordinatorShard`."""

    def __init__(
        self,
        index: int,
        image: ClusterImage,
        settings: GroupSettings,
        new_member_suffix: Callable[[], str],
    ) -> None:
        self.index = index
        self.store = GroupStore(image, settings)
        self.offsets = Offsets(self.store)
        self.commits = Commits(self.store)
        self.classic = ClassicProtocol(self.store, new_member_suffix)
        members = membership.Membership(self.store)
        self.consumer = ConsumerProtocol(members)
        self.classic_members = ClassicMembers(members, new_member_suffix)

    # replay

    def replay(
        self, record: CoordinatorRecord, offset: int, producer: ProducerIdentity | None
    ) -> None:
        """Take a record into the state; types that are not known here are left alone."""
        # hot: benchmarks/micro/offset_commit.py, a million times when a partition is loaded
        key = record.key
        if key[1] <= OFFSET_COMMIT and not key[0]:
            self.offsets.replay(key, record.value, offset, producer)
            return
        (record_type,) = NUMBER.unpack_from(key)
        if record_type == GROUP_METADATA:
            self.classic.replay(record)
        elif record_type in CONSUMER_RECORDS:
            self.consumer.replay(record)

    def replay_marker(self, producer: ProducerIdentity, *, committed: bool) -> None:
        """Take the end of a producer's transaction into the state."""
        self.offsets.replay_marker(producer, committed=committed)

    def loaded(self, moment: Moment) -> Result[None]:
        """Decide on what is to be done after loading."""
        self.offsets.loaded(moment)
        self.consumer.loaded(moment)
        return self.classic.loaded(moment)

    # time

    def deadline_bound_ms(self) -> int | None:
        """Return a time before which `on_deadline` has nothing to do, or None."""
        return self.store.timers.deadline_bound_ms()

    def next_deadline_ms(self) -> int | None:
        """Return when `on_deadline` has something to do, or None."""
        return self.store.timers.next_deadline_ms()

    def on_deadline(self, moment: Moment) -> Result[None]:
        """Decide on what time has brought: a bounded number of timers, in one batch.

        Records are replayed after the decision. A timer whose group has records in it already,
        or one that is about many groups, is therefore left for the next call.
        """
        timers = self.store.timers
        records: list[CoordinatorRecord] = []
        releases: list[tuple[Pending[Any], Any | ApiError]] = []
        effects: list[object] = []
        decided: dict[str, None] = {}
        for _ in range(TIMERS_AT_ONCE):
            name = timers.pop_due(moment.now_ms)
            if name is None:
                break
            if name.group_id in decided or (decided and not name.group_id):
                timers.set(name, moment.now_ms)
                break
            result = self._on_timer(name, moment)
            releases.extend(result.releases)
            effects.extend(result.effects)
            if result.records:
                records.extend(result.records)
                decided[name.group_id] = None
                if not name.group_id or len(records) >= RECORDS_AT_ONCE:
                    break
        return Result(records, None, releases, effects)

    def _on_timer(self, name: TimerName, moment: Moment) -> Result[None]:
        if name.kind in TIMER_KINDS:
            return self.offsets.on_timer(name, moment)
        if name.kind in membership.TIMER_KINDS:
            return self.consumer.on_timer(name, moment)
        if name.kind in migration.TIMER_KINDS:
            return migration.on_timer(name, self.store, moment)
        assert name.kind in classic.TIMER_KINDS, name
        return self.classic.on_timer(name, moment)

    def parked(self) -> Iterable[Pending[Any]]:
        """Return the answers that wait for another decision."""
        return self.classic.parked()

    # groups of any kind

    def server_of(self, group_id: str) -> ClassicProtocol | ClassicMembers:
        """Return the part that serves the classic protocol to this group's members."""
        group = self.store.groups.get(group_id)
        if isinstance(group, ConsumerGroup) and group.members:
            return self.classic_members
        return self.classic

    def delete_group(self, group_id: str) -> Result[None]:
        """Delete a group without members, and its offsets.

        Raises GROUP_ID_NOT_FOUND or NON_EMPTY_GROUP.
        """
        group = self.store.get(group_id)
        group.check_delete()
        return Result([*self.offsets.tombstones(group_id), *group.tombstones()], None)
