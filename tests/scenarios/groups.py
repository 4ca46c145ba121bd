# SPDX-License-Identifier: Apache-2.0
"""Commands of scripts about groups: what members, administrators, time and the log do.

Every line that begins with `log` is a record that was appended; one with a name and an API is an
answer, which may come later than the command that asked for it. Members are named by the client
that they belong to, and numbered in the order in which they got their ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.coordinators.group.group_world import (
    REBALANCE_MS,
    SESSION_MS,
    G,
    GroupWorld,
    subscription,
)

from ottla.coordinators.group.records import (
    GROUP_METADATA,
    OFFSET_COMMIT,
    read_group_metadata,
    read_offset_value,
    read_spot,
)
from ottla.coordinators.records import NUMBER
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ottla.coordinators.pending import Pending
    from ottla.coordinators.ports import CoordinatorRecord


class GroupScenario(GroupWorld):
    """A group coordinator that scripts talk to."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self._asked: list[tuple[str, Pending, Callable]] = []
        self._printed_batches = 0

    def news(self) -> Iterator[str]:
        """Yield what was appended and answered since the last time."""
        batches = self.partition.batches
        for batch in batches[self._printed_batches :]:
            producer = f" (producer {batch.producer.producer_id})" if batch.producer else ""
            if batch.marker is not None:
                yield f"log {'commit' if batch.marker.committed else 'abort'}{producer}"
            for _, record in batch.records:
                yield f"log {shown_record(record)}{producer}"
        self._printed_batches = len(batches)
        waiting = []
        for name, pending, show in self._asked:
            if not pending.is_done:
                waiting.append((name, pending, show))
            elif pending.error is not None:
                yield f"{name}: {pending.error.code.name}"
            else:
                yield f"{name}: {show(pending.value)}"
        self._asked = waiting

    def _await(self, name: str, pending: Pending, show: Callable) -> Iterator[str]:
        self._asked.append((name, pending, show))
        yield from self.news()

    # members

    def do_join(
        self,
        client="",
        member="",
        *,
        group=G,
        instance=None,
        protocols="range",
        topics="t",
        type="consumer",  # noqa: A002 - the word in the script
        session=SESSION_MS,
        rebalance=REBALANCE_MS,
        version=9,
    ):
        """Send JoinGroup."""
        pending = self.join(
            member,
            group_id=group,
            instance=instance,
            protocol_type=type,
            protocols=[(name, subscription(*topics.split(","))) for name in protocols.split(",")],
            session_ms=int(session),
            rebalance_ms=int(rebalance),
            client=client,
            version=int(version),
        )
        yield from self._await(f"{member or client or instance} JoinGroup", pending, shown_join)

    def do_sync(self, member, generation, *assignments: str, group=G, instance=None):
        """Send SyncGroup; the leader gives assignments as `member:partitions`."""
        given = dict(one.split(":") for one in assignments)
        pending = self.sync(
            member,
            int(generation),
            {name: assignment.encode() for name, assignment in given.items()},
            group_id=group,
            instance=instance,
            protocol_type=None,
            protocol_name=None,
        )
        yield from self._await(f"{member} SyncGroup", pending, shown_sync)

    def do_heartbeat(self, *members: str, generation, group=G, instance=None):
        """Send Heartbeat for each member."""
        for member in members:
            code = self.heartbeat(member, int(generation), group_id=group, instance=instance)
            yield f"{member} Heartbeat: {code.name}"
        yield from self.news()

    def do_leave(self, *members: str, group=G):
        """Send LeaveGroup for members, or for instances as `/instance`."""
        identities = [("", one[1:]) if one.startswith("/") else one for one in members]
        yield from self._await("LeaveGroup", self.leave(*identities, group_id=group), shown_leave)

    # offsets

    def do_commit(self, *offsets: str, member="", generation=-1, group=G, instance=None):
        """Send OffsetCommit; offsets are `partition:offset`."""
        pending = self.commit(
            partitions(offsets),
            member_id=member,
            generation=int(generation),
            group_id=group,
            instance=instance,
        )
        yield from self._await(f"{member or 'nobody'} OffsetCommit", pending, shown_outcomes)

    def do_commit_in_transaction(
        self, *offsets: str, producer, member="", generation=-1, group=G, epoch=0
    ):
        """Send TxnOffsetCommit; offsets are `partition:offset`."""
        pending = self.commit_in_transaction(
            int(producer),
            partitions(offsets),
            member_id=member,
            generation=int(generation),
            group_id=group,
            epoch=int(epoch),
        )
        yield from self._await(f"producer {producer} TxnOffsetCommit", pending, shown_outcomes)

    def do_end_transaction(self, how, *, producer, epoch=0):
        """Write the marker of a transaction: `commit` or `abort`."""
        assert how in ("commit", "abort"), how
        self.end_transaction(int(producer), committed=how == "commit", epoch=int(epoch))
        yield from self.news()

    def do_fetch(self, *flags: str, group=G):
        """Send OffsetFetch for everything; `stable` requires stable offsets."""
        assert set(flags) <= {"stable"}, flags
        pending = self.fetch_group(require_stable="stable" in flags, group_id=group)
        yield from self._await("OffsetFetch", pending, shown_offsets)

    def do_delete_offsets(self, *indexes: str, topic="t", group=G):
        """Send OffsetDelete for partitions of a topic."""
        request = OffsetDeleteRequest(
            group_id=group,
            topics=[
                OffsetDeleteRequestTopic(
                    name=topic,
                    partitions=[
                        OffsetDeleteRequestPartition(partition_index=int(index))
                        for index in indexes
                    ],
                )
            ],
        )
        pending = self._ask(lambda: self.groups.delete_offsets(request, self.moment))
        yield from self._await("OffsetDelete", pending, shown_outcomes)

    # administration

    def do_delete_group(self, *, group=G):
        """Send DeleteGroups."""
        pending = self._ask(lambda: self.groups.delete_group(group, self.moment))
        yield from self._await("DeleteGroups", pending, lambda _: "NONE")

    def do_delete_topic(self, topic):
        """Delete a topic of the cluster."""
        self.delete_topic(topic)
        yield from self.news()

    def do_set(self, **settings: str):
        """Change settings of the broker."""
        for name, value in settings.items():
            setattr(self.settings, name, int(value))
        return ()

    def do_state(self):
        """Show the groups of the shard."""
        for group in self.shard.store.groups.values():
            yield from shown_group(group)

    # time and the log

    def do_time(self, ms):
        """Let time pass."""
        self.pass_time(int(ms))
        yield from self.news()

    def do_hold(self):
        """Let nothing be committed until `replicate`."""
        self.partition._commits_at_once = False
        return ()

    def do_replicate(self):
        """Let the high watermark cover everything, now and from now on."""
        self.partition._commits_at_once = True
        self.partition.commit()
        yield from self.news()

    def do_refuse(self, code):
        """Let the next append be refused."""
        self.partition.refusal = ApiError(ErrorCode[code])
        return ()

    def do_fail_over(self):
        """Drop the shard and let another coordinator read the log."""
        self.groups.runtime.unload(0)
        yield from self.news()
        self.load()
        yield from self.news()


def partitions(offsets: tuple[str, ...]) -> dict[int, int]:
    """Return offsets by partition."""
    return {int(index): int(offset) for index, offset in (one.split(":") for one in offsets)}


def shown_record(record: CoordinatorRecord) -> str:
    """Return a record in words."""
    (record_type,) = NUMBER.unpack_from(record.key)
    if record_type == OFFSET_COMMIT:
        end = 4 + int.from_bytes(record.key[2:4], "big")
        topic, partition = read_spot(record.key[end:])
        offset = "deleted" if record.value is None else read_offset_value(record.value).offset
        return f"offset {record.key[4:end].decode()} {topic}-{partition}: {offset}"
    assert record_type == GROUP_METADATA, record_type
    group_id, value = read_group_metadata(record)
    if value is None:
        return f"group {group_id}: deleted"
    members = ", ".join(
        f"{member.member_id} [{member.assignment.decode()}]" for member in value.members
    )
    return f"group {group_id}: generation {value.generation}, {members or 'nobody'}"


def shown_join(answer) -> str:
    """Return the answer of JoinGroup in words."""
    if answer.error_code:
        return f"{ErrorCode(answer.error_code).name} {answer.member_id}".rstrip()
    skip = ", skips the assignment" if answer.skip_assignment else ""
    told = f"generation {answer.generation_id}, {answer.protocol_name}, led by {answer.leader}"
    members = [member.member_id for member in answer.members]
    return f"{answer.member_id} {told}{skip}{': ' if members else ''}{', '.join(members)}"


def shown_sync(answer) -> str:
    """Return the answer of SyncGroup in words."""
    if answer.error_code:
        return ErrorCode(answer.error_code).name
    return f"[{answer.assignment.decode()}]"


def shown_leave(answer) -> str:
    """Return the answer of LeaveGroup in words."""
    return ", ".join(
        f"{one.member_id or one.group_instance_id} {ErrorCode(one.error_code).name}"
        for one in answer.members
    )


def shown_outcomes(answer) -> str:
    """Return outcomes by partition in words."""
    return ", ".join(
        f"{topic.name}-{index} {ErrorCode(code).name}"
        for topic in answer.topics
        for index, code in outcomes(topic.partitions)
    )


def outcomes(partitions) -> Iterator[tuple[int, int]]:
    """Yield number and code of partitions, be they rows or messages."""
    for one in partitions:
        yield one if isinstance(one, tuple) else (one.partition_index, one.error_code)


def shown_offsets(answer) -> str:
    """Return committed offsets in words."""
    offsets = [
        f"{topic.name}-{one.partition_index} "
        f"{ErrorCode(one.error_code).name if one.error_code else one.committed_offset}"
        for topic in answer.topics
        for one in topic.partitions
    ]
    return ", ".join(offsets) or "nothing"


def shown_group(group) -> Iterator[str]:
    """Yield the state of a classic group in words."""
    told = f"generation {group.generation}"
    if group.protocol_type:
        told = f"{group.protocol_type}, {told}"
    if group.leader_id is not None:
        told += f", led by {group.leader_id}"
    yield f"{group.group_id}: {group.state_name}, {told}"
    for member in group.members.values():
        waits = "".join(
            f", waits in {api}"
            for api, pending in (
                ("JoinGroup", member.awaiting_join),
                ("SyncGroup", member.awaiting_sync),
            )
            if pending is not None
        )
        instance = f" ({member.group_instance_id})" if member.is_static else ""
        yield f"  {member.member_id}{instance} [{member.assignment.decode()}]{waits}"
    for member_id in group.pending_members:
        yield f"  {member_id} has not come back yet"
