# SPDX-License-Identifier: Apache-2.0
"""Commands of scripts about consumer groups: members of both protocols, topics, time and the log.

Every line that begins with `log` is a record that was appended. Members of the consumer protocol
are named by their ids; `poll` has one report what it owns and obey. Classic members are named by
the script, their ids are numbered in the order in which they were given out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.coordinators.group.consumer_world import (
    GROUP,
    ClassicConsumer,
    Consumer,
    World,
    assignment_of,
    read_assignment,
)

from ottla.coordinators.group.consumer import records
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.coordinators.group.records import GROUP_METADATA, read_group_metadata
from ottla.coordinators.records import NUMBER
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.sync_group import SyncGroupRequestAssignment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class ConsumerGroupScenario(World):
    """A group coordinator that scripts talk to; its one group is `g`."""

    def __init__(self) -> None:
        super().__init__()
        self._consumers: dict[str, Consumer] = {}
        self._classic: dict[str, ClassicConsumer] = {}
        self._waiting: list[tuple[str, object]] = []
        self._printed_batches = 0

    # showing

    def news(self) -> Iterator[str]:
        """Yield what was appended and answered since the last time."""
        batches = self.partition.batches
        for batch in batches[self._printed_batches :]:
            for _, record in batch.records:
                yield f"log {self.shown_record(record)}"
        self._printed_batches = len(batches)
        still = []
        for name, pending in self._waiting:
            if pending.is_done:
                self._classic[name].take(pending.value)
                yield f"{name} JoinGroup: {shown_join(pending.value)}"
            else:
                still.append((name, pending))
        self._waiting = still

    def shown(self, partitions: Mapping[bytes, object]) -> str:
        """Return partitions by topic names."""
        topics = self.image.topics_by_id
        parts = [
            f"{topics[topic_id].name if topic_id in topics else 'gone'}:"
            + ",".join(str(index) for index in sorted(partitions[topic_id]))
            for topic_id in sorted(partitions)
        ]
        return f"[{' '.join(parts)}]"

    def shown_holdings(self, holdings) -> str:
        """Return where a member stands."""
        state = holdings.state.name.lower().removesuffix("_partitions")
        text = f"epoch {holdings.member_epoch}, {state} {self.shown(holdings.assigned)}"
        if holdings.pending_revocation:
            text += f" giving up {self.shown(holdings.pending_revocation)}"
        return text

    def shown_record(self, record) -> str:
        """Return a record in words."""
        (kind,) = NUMBER.unpack_from(record.key)
        if kind == GROUP_METADATA:
            _, value = read_group_metadata(record)
            if value is None:
                return "classic group: deleted"
            members = " ".join(
                f"{one.member_id} {shown_names(read_assignment(one.assignment))}"
                for one in value.members
            )
            return f"classic group: generation {value.generation} {members}".rstrip()
        key, value = records.read(record)
        names = {
            3: "group",
            4: "topics of an early version",
            5: "member",
            6: "target",
            7: "target of",
            8: "holdings of",
            16: "expression",
        }
        name = names[kind]
        name += f" {key.member_id}" if kind in {5, 7, 8} else ""
        name += f" {key.regular_expression}" if kind == 16 else ""
        if value is None:
            return f"{name}: deleted"
        if kind == 3:
            return f"{name}: epoch {value.epoch}"
        if kind == 5:
            return f"{name}: {shown_wishes(records.wishes_of(value))}"
        if kind == 6:
            return f"{name}: epoch {value.assignment_epoch}"
        if kind == 7:
            return f"{name}: {self.shown(records.target_of(value))}"
        if kind == 8:
            return f"{name}: {self.shown_holdings(records.holdings_of(value))}"
        return f"{name}: {', '.join(value.topics)}"

    def _ask(self, name, call) -> Iterator[str]:
        """Perform a heartbeat; show its answer, or what it is refused with."""
        try:
            answer = call()
        except ApiError as error:
            yield from self.news()
            yield f"{name}: {error.code.name}"
            return
        yield from self.news()
        text = f"{name}: epoch {answer.member_epoch}"
        if answer.assignment is not None:
            topics = {t.topic_id: t.partitions for t in answer.assignment.topic_partitions}
            text += f" {self.shown(topics)}"
        yield text

    # the cluster

    def do_topic(self, name, partitions):
        """Create a topic, or extend it."""
        if self.image.topic(name) is None:
            self.create_topic(name, int(partitions))
        else:
            self.extend_topic(name, int(partitions))
        yield from self.news()

    def do_delete_topic(self, name):
        """Delete a topic."""
        self.delete_topic(name)
        yield from self.news()

    def do_set(self, **settings: str):
        """Change settings of the broker."""
        for name, value in settings.items():
            setattr(self.settings, name, int(value) if value.isdigit() else value)
        return ()

    def do_configure(self, **texts: str):
        """Change settings of the group."""
        self.configure(GROUP, **texts)
        return ()

    def do_time(self, ms):
        """Let time pass."""
        self.pass_time(int(ms))
        yield from self.news()

    def do_fail_over(self):
        """Read the log into a new coordinator."""
        self.load(self.partition)
        yield from self.news()

    def do_refuse(self, code):
        """Have the log refuse the next batch."""
        self.partition.refusal = ApiError(ErrorCode[code])
        return ()

    def do_state(self):
        """Show the group."""
        group = self.shard.store.groups.get(GROUP)
        if group is None:
            yield "no group"
        elif isinstance(group, ConsumerGroup):
            yield (
                f"consumer group {group.state_name}, epoch {group.group_epoch},"
                f" target of {group.assignment_epoch}"
            )
            for member_id in sorted(group.members):
                yield f"  {member_id} {self.shown_holdings(group.members[member_id].holdings)}"
        else:
            yield f"classic group {group.state_name}, generation {group.generation}"
            for member_id, member in group.members.items():
                yield f"  {member_id} {shown_names(read_assignment(member.assignment))}"

    # members of the consumer protocol

    def do_join(
        self, member, *topics: str, regex=None, instance=None, assignor=None, timeout=60000
    ):
        """Join with a subscription."""
        fields = {"rebalance_timeout_ms": int(timeout)}
        if regex is not None:
            fields["subscribed_topic_regex"] = regex
        if instance is not None:
            fields["instance_id"] = instance
        if assignor is not None:
            fields["server_assignor"] = assignor
        consumer = self._consumers[member] = Consumer(self, member, *topics, **fields)
        yield from self._ask(member, consumer.poll)

    def do_poll(self, *members: str):
        """Have members send a heartbeat with what they own, and obey the answer."""
        for member in members:
            yield from self._ask(member, self._consumers[member].poll)

    def do_lose_answer(self, member):
        """Have a member send a heartbeat whose answer does not arrive."""
        consumer = self._consumers[member]
        epoch, owned = consumer.epoch, consumer.owned
        yield from self._ask(member, consumer.poll)
        consumer.epoch, consumer.owned = epoch, owned

    def do_keep(self, member):
        """Have a member send a heartbeat and not obey."""
        yield from self.do_lose_answer(member)

    def do_heartbeat(self, member, epoch, *topics: str, regex=None, instance=None, owned=None):
        """Send a heartbeat by hand; `owned` is like t:0,1."""
        fields = {}
        if topics:
            fields["subscribed_topic_names"] = list(topics)
        if regex is not None:
            fields["subscribed_topic_regex"] = regex
        if owned is not None:
            fields["owned"] = self._partitions(owned)
        if instance is not None:
            fields["instance_id"] = instance
        yield from self._ask(member, lambda: self.heartbeat(member, int(epoch), **fields))

    def _partitions(self, text) -> dict[bytes, list[int]]:
        owned = {}
        for part in text.split():
            name, _, indexes = part.partition(":")
            owned[self.image.topic(name).topic_id] = [int(index) for index in indexes.split(",")]
        return owned

    def do_leave(self, member, instance=None, *, for_a_while="no"):
        """Leave, or a static member for a while."""
        epoch = -2 if for_a_while == "yes" else -1
        self._consumers.pop(member, None)
        yield from self._ask(member, lambda: self.heartbeat(member, epoch, instance_id=instance))

    # classic members

    def do_classic_join(self, name, *topics: str, instance=None):
        """Have a classic member join (again), with what it owns."""
        member = self._classic.get(name)
        if member is None:
            member = self._classic[name] = ClassicConsumer(
                self, *(topics or ("t",)), instance_id=instance
            )
        pending = member.ask_to_join()
        if pending.is_done and pending.value.error_code == ErrorCode.MEMBER_ID_REQUIRED:
            member.member_id = pending.value.member_id
            pending = member.ask_to_join()
        self._waiting.append((name, pending))
        yield from self.news()

    def do_classic_sync(self, name, **assignments: str):
        """Have a classic member ask for its assignment; a leader brings those of all."""
        member = self._classic[name]
        given = [
            SyncGroupRequestAssignment(
                member_id=self._classic[one].member_id,
                assignment=assignment_of(t=[int(index) for index in indexes.split(",")]),
            )
            for one, indexes in assignments.items()
        ]
        try:
            answer = member.ask_to_sync(assignments=given).value
        except ApiError as error:
            yield f"{name} SyncGroup: {error.code.name}"
            return
        yield from self.news()
        if answer.error_code:
            yield f"{name} SyncGroup: {ErrorCode.of(answer.error_code).name}"
        else:
            member.owned = read_assignment(answer.assignment)
            yield f"{name} SyncGroup: {shown_names(member.owned)}"

    def do_classic_heartbeat(self, *names: str):
        """Have classic members say that they are alive."""
        for name in names:
            try:
                code = ErrorCode.of(self._classic[name].heartbeat()).name
            except ApiError as error:
                code = error.code.name
            yield f"{name} Heartbeat: {code}"
        yield from self.news()

    def do_classic_leave(self, name):
        """Have a classic member leave."""
        codes = self._classic[name].leave()
        yield from self.news()
        yield f"{name} LeaveGroup: {ErrorCode.of(codes[0]).name}"


def shown_names(partitions: Mapping[str, list[int]]) -> str:
    """Return partitions by topic names."""
    parts = [f"{name}:{','.join(map(str, partitions[name]))}" for name in sorted(partitions)]
    return f"[{' '.join(parts)}]"


def shown_wishes(wishes) -> str:
    """Return what a member wants."""
    parts = [f"topics {','.join(sorted(wishes.topic_names))}"] if wishes.topic_names else []
    if wishes.topic_regex:
        parts.append(f"expression {wishes.topic_regex}")
    if wishes.instance_id is not None:
        parts.append(f"instance {wishes.instance_id}")
    if wishes.server_assignor is not None:
        parts.append(f"assignor {wishes.server_assignor}")
    if wishes.classic is not None:
        parts.append("classic")
    return ", ".join(parts) or "nothing"


def shown_join(answer) -> str:
    """Return a JoinGroup's answer."""
    if answer.error_code:
        return ErrorCode.of(answer.error_code).name
    leader = f", led by {answer.leader}" if answer.leader else ""
    return f"{answer.member_id} generation {answer.generation_id}{leader}"
