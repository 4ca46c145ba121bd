# SPDX-License-Identifier: Apache-2.0
"""A consumer's part in its group: what it reads changes with the membership, and it commits.

Offsets are committed at least once (`auto_commit`): every interval, before partitions are given up,
and at the end, and only what is finished by the reader's account. Commits that fail are logged, for
the next one makes up for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError
from ottla.client.classic_membership import ClassicMembership
from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
from ottla.client.consumer_membership import ConsumerMembership
from ottla.client.coordinator_connection import CoordinatorConnection
from ottla.client.coordinators import CoordinatorType
from ottla.client.interceptor_chain import ConsumerChain
from ottla.client.member_offsets import commit_offsets, fetch_committed
from ottla.client.metrics import OffsetsCommitted, Rebalanced
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping

    from ottla.client.cluster import Cluster
    from ottla.client.consumer_options import ConsumerOptions, RebalanceCallback
    from ottla.client.membership import Membership
    from ottla.client.metadata import ClusterMetadata
    from ottla.client.partition_reader import PartitionReader
    from ottla.client.topic_partition import TopicPartition

_log = logging.getLogger("ottla.consumer")


class GroupParticipation:
    """See the module's text. Who is no member can commit all the same."""

    def __init__(
        self,
        cluster: Cluster,
        options: ConsumerOptions,
        topics: tuple[str, ...],
        reader: PartitionReader,
        *,
        is_member: bool,
    ) -> None:
        assert options.group_id is not None
        self._cluster = cluster
        self._options = options
        self._group_id = options.group_id
        self._reader = reader
        self._chain = ConsumerChain(options.interceptors)
        self._metrics = cluster.settings.metrics
        self._told: frozenset[TopicPartition] = frozenset()  # that the metrics hook has heard of
        # Two connections: a broker answers nothing behind a JoinGroup that waits for others.
        self._coordinator = CoordinatorConnection(cluster, CoordinatorType.GROUP, self._group_id)
        self._offsets = CoordinatorConnection(cluster, CoordinatorType.GROUP, self._group_id)
        self._membership: Membership | None = None
        if is_member:
            kind = ClassicMembership if options.group_protocol == "classic" else ConsumerMembership
            settings = options.membership_settings(topics)
            self._membership = kind(self._coordinator, settings, self)
        self._committed: dict[TopicPartition, int] = {}
        self._change: asyncio.Task[None] | None = None  # outlives whoever waits for it
        self._is_handing_over = False  # partitions change hands: read nothing meanwhile
        self._moved = asyncio.Event()  # one of these two has changed
        self._is_leaving = False
        self._commits = asyncio.create_task(self._commit_regularly())

    @property
    def metadata(self) -> ConsumerGroupMetadata:
        """What a commit has to say of its sender now."""
        if self._membership is None:
            return ConsumerGroupMetadata(self._group_id)
        return self._membership.metadata

    async def take_part(self) -> None:
        """Make the changes that are due; to be called when the application asks for more."""
        membership = self._membership
        if membership is None or self._is_leaving:
            return
        if self._change is None:
            self._reader.must_stop = False
            if not membership.is_due:
                return
            self._change = asyncio.create_task(membership.take_part())
            self._change.add_done_callback(self._on_changed)
        while not self._change.done():
            if membership.may_read_meanwhile and not self._is_handing_over:
                self._reader.must_stop = False
                return
            self._moved.clear()
            await self._moved.wait()
        change, self._change = self._change, None
        self._reader.must_stop = membership.is_due
        if not change.cancelled():  # by `leave`
            change.result()

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit offsets; raises CommitFailedError and ApiError."""
        if not offsets:
            return
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await commit_offsets(
            self._offsets, lambda: self.metadata, offsets, is_joining=self._is_joining
        )
        self._committed.update(offsets)
        self._chain.on_commit(offsets)
        if self._metrics is not None:
            latency_s = loop.time() - began_s
            self._metrics(OffsetsCommitted(self._group_id, dict(offsets), latency_s))

    async def commit_handed_out(self) -> None:
        """Commit everything that was handed out; deleted topics have no offsets to keep."""
        try:
            await self.commit(self._reader.handed_out())
        except ApiError as error:
            if error.code is not ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
                raise
            _log.info("the others were committed, but not this one: %s", error)

    async def committed(self, names: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the committed offsets of those partitions that have one."""
        return await fetch_committed(self._offsets, self._group_id, names)

    async def starting_offsets(
        self, names: Collection[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Return where to go on: what was committed, else where the options say to begin."""
        start = await self.committed(names)
        self._committed.update(start)
        start.update(await self._reader.first_offsets([n for n in names if n not in start]))
        return start

    def note_metadata(self, topics: tuple[str, ...], metadata: ClusterMetadata) -> None:
        """Take notice of topics that have come, gone or changed."""
        if self._membership is not None:
            self._membership.subscribe(topics)
            self._membership.note_metadata(metadata)

    async def leave(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit offsets (with `auto_commit`), then leave the group and disconnect."""
        self._is_leaving = True
        change = self._change
        tasks = [task for task in (self._commits, change) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if change is not None:
            self._coordinator.forget()  # a broker answers nothing behind a JoinGroup that waits
        try:
            await self._commit_quietly(offsets)
            if self._membership is not None:
                await self._tell(self._options.on_revoked, frozenset(self._reader.positions))
        finally:
            if self._membership is not None:
                await self._membership.leave()
                if self._told:
                    self._tell_metrics(frozenset())
            await self._coordinator.close()
            await self._offsets.close()

    # what the membership asks for (`PartitionOwner`)

    async def give_up(self, names: frozenset[TopicPartition]) -> None:
        """Commit what was finished of these partitions and read them no further."""
        async with self._handing_over():
            finished = self._reader.finished_offsets()
            await self._commit_quietly({name: finished[name] for name in names if name in finished})
            await self._tell(self._options.on_revoked, names)
            self._drop(names)

    async def lose(self, names: frozenset[TopicPartition]) -> None:
        """Read these partitions no further: others have them already, so commit nothing."""
        async with self._handing_over():
            self._drop(names)
            await self._tell(self._options.on_lost or self._options.on_revoked, names)

    async def take_over(self, names: frozenset[TopicPartition]) -> None:
        """Read these partitions too, from where the group left them."""
        if not names:
            return
        for topic in {name.topic for name in names}:
            await self._cluster.topic(topic)
        start = await self.starting_offsets(names)
        async with self._handing_over():  # the callback may seek before anything is handed out
            await self._reader.add(start)
            await self._tell(self._options.on_assigned, names)

    def wake(self) -> None:
        """Stop handing out records: the membership has something to do first."""
        self._reader.interrupt()

    def progress(self) -> object | None:
        """Return something that changes when the application moves on; None while it waits."""
        return self._reader.progress()

    # inside

    @contextlib.asynccontextmanager
    async def _handing_over(self) -> AsyncIterator[None]:
        """Wait until the application asks for more, and let it wait until this is done."""
        self._is_handing_over = True
        self.wake()
        try:
            await self._reader.asked.wait()
            yield
        finally:
            self._is_handing_over = False
            self._move()

    def _is_joining(self) -> bool:
        return self._change is not None and not self._change.done()

    def _on_changed(self, change: asyncio.Task[None]) -> None:
        names = frozenset(self._reader.positions)
        # One that failed may have given something up before; `leave` cancels, and tells itself.
        if not change.cancelled() and (change.exception() is None or names != self._told):
            self._tell_metrics(names)
        self._move()

    def _tell_metrics(self, names: frozenset[TopicPartition]) -> None:
        """Tell what this member has now."""
        told, self._told = self._told, names
        if self._metrics is not None:
            self._metrics(Rebalanced(self._group_id, names - told, told - names))

    def _move(self) -> None:
        self._moved.set()
        self._reader.wake()

    def _drop(self, names: frozenset[TopicPartition]) -> None:
        self._reader.remove(names)
        for name in names:
            self._committed.pop(name, None)

    async def _tell(
        self, callback: RebalanceCallback | None, names: frozenset[TopicPartition]
    ) -> None:
        if callback is None or not names:
            return
        outcome = callback(names)
        if inspect.isawaitable(outcome):
            await outcome

    async def _commit_regularly(self) -> None:
        while True:
            await asyncio.sleep(self._options.auto_commit_interval_ms / 1000)
            await self._commit_quietly(self._reader.finished_offsets())

    async def _commit_quietly(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit what is new if that is to be done by itself."""
        if not self._options.auto_commit:
            return
        news = {
            name: offset for name, offset in offsets.items() if self._committed.get(name) != offset
        }
        try:
            await self.commit(news)
        except OttlaError as error:
            _log.warning("not committed now: %s", error)
