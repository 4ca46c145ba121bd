# SPDX-License-Identifier: Apache-2.0
"""A cluster as a client sees it: bootstrap, metadata, connections by broker, retries.

One connection per broker, opened on first use and opened again when it is lost. The first
metadata answer tells how brokers want to be reached; the bootstrap connection is kept and used
for the broker that advertises its address.

Who may retry what is decided here once: `retrying` repeats an operation while its error is
retriable and time is left, with a growing, jittered pause and fresh metadata before each attempt.
A first connection that fails is reported at once, since a wrong address does not get better.

Owned by one event loop. Used by `produce`, `fetch`, `admin`.
"""

from __future__ import annotations

import asyncio
import random
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from ottla.client.errors import (
    BrokerUnreachableError,
    ClientError,
    NotABrokerError,
    UnknownPartitionError,
    UnknownTopicError,
    is_retriable,
)
from ottla.client.metadata import NO_LEADER, ClusterMetadata, TopicMetadata
from ottla.client.observed_connection import open_connection
from ottla.client.settings import ClientSettings
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    from ottla.net.address import Address
    from ottla.net.client_connection import Connection, ResponseT
    from ottla.protocol.message import Message

T = TypeVar("T")

KNOWN_TOPIC_GRACE_MS = 300
"""How long a topic may look unknown before a client says that it does not exist."""

CREATED_TOPIC_GRACE_MS = 5_000
"""Likewise after asking for its automatic creation."""


class Cluster:
    """Connections to the brokers of one cluster, and what is known of it."""

    def __init__(
        self, bootstrap: Sequence[Address], settings: ClientSettings | None = None
    ) -> None:
        assert bootstrap
        self.settings = settings or ClientSettings()
        self.metadata = ClusterMetadata()
        self._bootstrap = tuple(bootstrap)
        self._bootstrap_connection: Connection | None = None
        self._connections: dict[int, Connection] = {}
        self._opening: dict[int, asyncio.Task[Connection]] = {}
        self._random = random.Random()  # noqa: S311 - jitter is no secret

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def connect(self) -> None:
        """Reach one of the bootstrap addresses and learn the brokers."""
        await self.refresh(())

    async def close(self) -> None:
        """Close all connections; what was written to them leaves first."""
        for task in self._opening.values():
            task.cancel()
        connections = list(self._connections.values())
        if self._bootstrap_connection is not None:
            connections.append(self._bootstrap_connection)
        for connection in connections:
            connection.close()
        if connections:
            await asyncio.wait(
                [asyncio.ensure_future(connection.wait_closed()) for connection in connections],
                timeout=self.settings.request_timeout_ms / 1000,
            )

    # connections

    async def connection(self, node_id: int) -> Connection:
        """Return the connection to a broker, opened if need be."""
        connection = self._connections.get(node_id)
        if connection is not None and connection.is_open:
            return connection
        task = self._opening.get(node_id)
        if task is None:
            task = asyncio.create_task(self._open(node_id))
            self._opening[node_id] = task
            task.add_done_callback(partial(self._opened, node_id))
        return await asyncio.shield(task)

    def _opened(self, node_id: int, task: asyncio.Task[Connection]) -> None:
        """Open anew next time; who waits has the outcome, and perhaps nobody waits any more."""
        self._opening.pop(node_id, None)
        if not task.cancelled():
            task.exception()

    async def any_connection(self) -> Connection:
        """Return a connection to whichever broker answers."""
        for connection in self._open_connections():
            return connection
        unreachable: BrokerUnreachableError | NotABrokerError | None = None
        for node_id in self.metadata.brokers:
            try:
                return await self.connection(node_id)
            except (BrokerUnreachableError, NotABrokerError) as error:
                unreachable = error
        for address in self._bootstrap:
            try:
                self._bootstrap_connection = await open_connection(address, self.settings)
            except (BrokerUnreachableError, NotABrokerError) as error:
                unreachable = error
            else:
                return self._bootstrap_connection
        assert unreachable is not None
        raise unreachable

    async def controller_connection(self) -> Connection:
        """Return a connection for requests that change the cluster.

        Brokers of today pass such requests on; older ones want them at the controller itself.
        """
        if self.metadata.controller_id in self.metadata.brokers:
            return await self.connection(self.metadata.controller_id)
        return await self.any_connection()

    # metadata

    async def refresh(
        self, topics: Iterable[str] | None = None, *, allow_auto_create: bool = False
    ) -> ClusterMetadata:
        """Ask for metadata of `topics` (None: all there are) and return the new snapshot."""
        connection = await self.any_connection()
        wanted = None if topics is None else [MetadataRequestTopic(name=name) for name in topics]
        request = MetadataRequest(topics=wanted, allow_auto_topic_creation=allow_auto_create)
        response = await connection.send(request, MetadataResponse)
        newer = ClusterMetadata.from_response(response)
        self.metadata = newer if topics is None else self.metadata.merged(newer)
        self._adopt_bootstrap_connection()
        return self.metadata

    async def matching_topics(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """Return the names of topics that match as a whole, internal ones left out.

        All topics are asked for, but only those that somebody uses are kept in `metadata`.
        """
        connection = await self.any_connection()
        response = await connection.send(MetadataRequest(topics=None), MetadataResponse)
        return tuple(
            sorted(
                topic.name
                for topic in response.topics
                if topic.name and not topic.is_internal and pattern.fullmatch(topic.name)
            )
        )

    async def topic(self, name: str, *, create: bool = False) -> TopicMetadata:
        """Return a topic once all its partitions have leaders; with `create` make it if missing.

        A topic that was just made may be unknown to a broker for a moment, so one question is
        not enough to say that there is none. Raises UnknownTopicError then.
        """
        grace_ms = CREATED_TOPIC_GRACE_MS if create else KNOWN_TOPIC_GRACE_MS
        loop = asyncio.get_running_loop()
        patience_ends = loop.time() + grace_ms / 1000

        async def attempt() -> TopicMetadata:
            topic = await self._led_topic(name, create=create)
            if topic is None and loop.time() >= patience_ends:
                raise UnknownTopicError(name)
            if topic is None:
                raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"topic {name!r} is unknown")
            return topic

        return await self.retrying(attempt)

    def known_leader(self, topic: str, partition: int) -> int:
        """Return the broker that leads a partition, by the snapshot at hand.

        Raises ApiError(LEADER_NOT_AVAILABLE) when it does not say, or names a broker that has just
        gone; UnknownPartitionError when the topic has fewer partitions.
        """
        known = self.metadata.topics.get(topic)
        if known is not None and known.partitions and partition >= len(known.partitions):
            raise UnknownPartitionError(topic, partition, len(known.partitions))
        leader = NO_LEADER
        if known is not None and known.partitions:
            leader = known.partitions[partition].leader
        if leader == NO_LEADER:
            text = f"partition {partition} of topic {topic!r} has no leader"
            raise ApiError(ErrorCode.LEADER_NOT_AVAILABLE, text)
        if leader not in self.metadata.brokers:
            text = f"broker {leader}, leader of {topic}-{partition}, is not in service"
            raise ApiError(ErrorCode.LEADER_NOT_AVAILABLE, text)
        return leader

    def leads(self, node_id: int, topic: str, partition: int) -> bool:
        """Say whether a broker leads a partition, by the snapshot at hand."""
        known = self.metadata.topics.get(topic)
        return (
            known is not None
            and partition < len(known.partitions)
            and known.partitions[partition].leader == node_id
        )

    # calls

    async def call(self, request: Message, response_class: type[ResponseT]) -> ResponseT:
        """Ask any broker."""

        async def attempt() -> ResponseT:
            return await (await self.any_connection()).send(request, response_class)

        return await self.retrying(attempt)

    async def call_controller(
        self, request: Message, response_class: type[ResponseT], *, timeout_ms: int | None = None
    ) -> ResponseT:
        """Ask the controller. Not repeated: a change may have been made when an answer is lost."""
        connection = await self.controller_connection()
        return await connection.send(request, response_class, timeout_ms=timeout_ms)

    async def retrying(
        self, operation: Callable[[], Awaitable[T]], *, timeout_ms: int | None = None
    ) -> T:
        """Repeat an operation while its error is retriable and time is left."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (timeout_ms or self.settings.operation_timeout_ms) / 1000
        for pause in self.pauses():
            try:
                return await operation()
            except (ClientError, ApiError) as error:
                if not is_retriable(error) or loop.time() + pause > deadline:
                    raise
            await asyncio.sleep(pause)
            await self.refresh_quietly()
        raise AssertionError("pauses never end")

    def pauses(self) -> Iterator[float]:
        """Yield seconds to wait between attempts: doubling up to a limit, give or take 20 %."""
        settings = self.settings
        pause_ms = float(settings.retry_backoff_ms)
        while True:
            yield (
                min(pause_ms, settings.retry_backoff_max_ms) / 1000 * self._random.uniform(0.8, 1.2)
            )
            pause_ms *= 2

    async def refresh_quietly(self, *, allow_auto_create: bool = False) -> None:
        """Ask again for the topics that are known; an unreachable cluster is not news here."""
        try:
            topics = tuple(self.metadata.topics)
            await self.refresh(topics, allow_auto_create=allow_auto_create)
        except ClientError as error:
            if not is_retriable(error):
                raise

    # private

    def _open_connections(self) -> Iterator[Connection]:
        for connection in (*self._connections.values(), self._bootstrap_connection):
            if connection is not None and connection.is_open:
                yield connection

    async def _open(self, node_id: int) -> Connection:
        broker = self.metadata.brokers.get(node_id)
        if broker is None:
            raise ApiError(ErrorCode.BROKER_NOT_AVAILABLE, f"broker {node_id} is not known")
        try:
            connection = await open_connection(broker.address, self.settings)
        except BrokerUnreachableError as error:
            if broker.address in self._bootstrap:
                raise
            raise BrokerUnreachableError(
                broker.address,
                f"{error.reason} (this is how broker {node_id} advertises itself; "
                "its advertised.listeners must name an address that clients can reach)",
            ) from error
        self._connections[node_id] = connection
        return connection

    def _adopt_bootstrap_connection(self) -> None:
        connection = self._bootstrap_connection
        if connection is None:
            return
        for broker in self.metadata.brokers.values():
            if broker.address == connection.address:
                known = self._connections.get(broker.node_id)
                if known is None or not known.is_open:
                    self._connections[broker.node_id] = connection
                    self._bootstrap_connection = None
                return

    async def _led_topic(self, name: str, *, create: bool) -> TopicMetadata | None:
        topic = (await self.refresh((name,), allow_auto_create=create)).topics.get(name)
        if topic is None or topic.error is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
            return None
        if topic.error:
            raise ApiError(topic.error, f"topic {name!r}: {topic.error.description}")
        leaderless = [p.partition for p in topic.partitions if p.leader == NO_LEADER]
        if leaderless:
            raise ApiError(
                ErrorCode.LEADER_NOT_AVAILABLE,
                f"partition {leaderless[0]} of topic {name!r} has no leader",
            )
        return topic
