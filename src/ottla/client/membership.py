# SPDX-License-Identifier: Apache-2.0
"""What both kinds of group membership share: what they are told, and whom they serve.

A membership keeps a consumer in its group. Heartbeats go by themselves, in a task of its own; the
changes that they bring wait (`is_due`) until the application asks for more records, because only
then is it certain that it has finished those it was given. `take_part` makes the changes then.
"""

from __future__ import annotations

import abc
import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ottla.base.errors import OttlaError
from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.client.assignors import Assignor
    from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
    from ottla.client.coordinator_connection import CoordinatorConnection
    from ottla.client.metadata import ClusterMetadata
    from ottla.client.topic_partition import TopicPartition

log = logging.getLogger("ottla.consumer")


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipSettings:
    """What a member tells its group; Kafka's defaults."""

    group_id: str
    topics: tuple[str, ...]
    group_instance_id: str | None = None
    assignors: tuple[Assignor, ...] = ()  # of classic groups, the preferred first
    remote_assignor: str | None = None  # of the consumer protocol; None leaves it to the broker
    session_timeout_ms: int = 45_000
    heartbeat_interval_ms: int = 3_000
    max_poll_interval_ms: int = 300_000
    rack_id: str | None = None


class PartitionOwner(Protocol):
    """The consumer, as its membership sees it. The calls come one at a time."""

    async def give_up(self, names: frozenset[TopicPartition]) -> None:
        """Commit what was finished of these partitions and read them no further."""

    async def lose(self, names: frozenset[TopicPartition]) -> None:
        """Read these partitions no further: others have them already, so commit nothing."""

    async def take_over(self, names: frozenset[TopicPartition]) -> None:
        """Read these partitions too, from where the group left them."""

    def wake(self) -> None:
        """Stop waiting for records: `is_due` has become true."""

    def progress(self) -> object | None:
        """Return something that changes when the application moves on; None while it waits."""


class PollWatch:
    """Notices an application that holds partitions and asks for nothing any more."""

    def __init__(self, interval_ms: int, progress: Callable[[], object | None]) -> None:
        self._interval_s = interval_ms / 1000
        self._progress = progress
        self._seen: object | None = None
        self._since = 0.0

    def is_overdue(self, now_s: float) -> bool:
        """Say whether nothing has happened for the whole interval; to be asked regularly."""
        seen = self._progress()
        if seen is None or seen != self._seen:
            self._seen, self._since = seen, now_s
            return False
        return now_s - self._since > self._interval_s


class Membership(abc.ABC):
    """One member of one group; a subclass speaks one of the two protocols."""

    may_read_meanwhile: bool
    """Whether the partitions stay this member's while `take_part` waits for others."""

    def __init__(
        self,
        coordinator: CoordinatorConnection,
        settings: MembershipSettings,
        owner: PartitionOwner,
    ) -> None:
        self.is_due = False
        """Whether `take_part` has something to do."""
        self._coordinator = coordinator
        self._settings = settings
        self._topics = settings.topics
        self._owner = owner
        self._owned: frozenset[TopicPartition] = frozenset()
        self._is_lost = False  # others have what this member owned
        self._failure: OttlaError | None = None  # that ends the membership
        self._watch = PollWatch(settings.max_poll_interval_ms, owner.progress)
        self._heartbeats = asyncio.create_task(self._beat())

    @property
    @abc.abstractmethod
    def metadata(self) -> ConsumerGroupMetadata:
        """What a commit has to say of its sender now."""

    async def take_part(self) -> None:
        """Join, give up and take over until nothing is due. Raises what cannot be retried."""
        pauses = self._coordinator.cluster.pauses()
        while self.is_due:
            if self._failure is not None:
                raise self._failure
            self.is_due = False
            try:
                await self._change_over()
            except OttlaError as error:
                self.is_due = True
                if not self._may_try_again(error):
                    raise
                log.info("group %r: %s; trying again", self._settings.group_id, error)
                await asyncio.sleep(next(pauses))
            except BaseException:
                self.is_due = True
                raise

    @abc.abstractmethod
    def subscribe(self, topics: tuple[str, ...]) -> None:
        """Read other topics from now on."""

    @abc.abstractmethod
    def note_metadata(self, metadata: ClusterMetadata) -> None:
        """Take notice of topics that have changed."""

    async def leave(self) -> None:
        """End the membership; a static member's place stays reserved for its session."""
        self._heartbeats.cancel()
        await asyncio.gather(self._heartbeats, return_exceptions=True)
        await self._leave()

    # what the protocols do

    @abc.abstractmethod
    async def _change_over(self) -> None:
        """Make one round of changes; set `is_due` for another one."""

    @abc.abstractmethod
    async def _beat(self) -> None:
        """Send heartbeats, for ever."""

    @abc.abstractmethod
    async def _leave(self) -> None:
        """Tell the group, if it counts on this member. Raises nothing."""

    @abc.abstractmethod
    def _note_loss(self, code: ErrorCode) -> None:
        """Note that the group went on without this member."""

    @abc.abstractmethod
    def _may_try_again(self, error: OttlaError) -> bool:
        """Take notice of an error; say whether the same may succeed later."""

    async def _leave_if_overdue(self) -> bool:
        """Leave when the application asks for nothing any more; say whether that is so."""
        if not self._watch.is_overdue(asyncio.get_running_loop().time()):
            return False
        log.warning(
            "group %r: no more records were asked for in max_poll_interval_ms=%d, so this member "
            "leaves; handle fewer at a time, or raise it",
            self._settings.group_id,
            self._settings.max_poll_interval_ms,
        )
        await self._leave()
        self._note_loss(ErrorCode.UNKNOWN_MEMBER_ID)
        return True

    def _demand(self) -> None:
        """Let the application's next request for records take part."""
        self.is_due = True
        self._owner.wake()

    def _fail(self, error: OttlaError) -> None:
        """End the membership: whoever takes part gets this error."""
        self._failure = error
        self._demand()
