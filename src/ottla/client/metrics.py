# SPDX-License-Identifier: Apache-2.0
"""What a client tells about itself: give `metrics=hook`, a function that takes one event.

    def hook(event):
        match event:
            case BatchDelivered(topic=topic, record_count=count):
                delivered.labels(topic).inc(count)

An event stands for a batch, a request, a connection or a rebalance, never for a single record. The
hook runs in the client's own thread or loop, between its work: let it count and return. What it
raises is logged once and harms nothing. Without a hook no event is ever made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ottla.client.hook_failures import HookFailures, name_of
from ottla.client.options import require

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.client.topic_partition import TopicPartition

_log = logging.getLogger("ottla.metrics")


@dataclass(frozen=True, slots=True)
class ConnectionOpened:
    """A broker was reached and has agreed on versions."""

    broker: str
    """Host and port, as they were dialled."""
    latency_s: float
    """From the first attempt at the socket to the agreement."""


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """A connection that was opened is gone, by whichever side."""

    broker: str
    """Host and port, as they were dialled."""
    reason: str
    """For people: who closed it and why."""


@dataclass(frozen=True, slots=True)
class RequestAnswered:
    """A broker answered a request, be it with an error code."""

    api: str
    """Kafka's name: Produce, Fetch, Metadata and so on."""
    broker: str
    """Host and port."""
    latency_s: float
    """From writing to the answer. A Fetch may wait `fetch_max_wait_ms` at the broker for records, a
    JoinGroup for the other members."""


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request got no answer that could be read: time went by, or the connection broke."""

    api: str
    """Kafka's name: Produce, Fetch, Metadata and so on."""
    broker: str
    """Host and port."""
    latency_s: float
    """From writing until nothing was to be expected any more."""
    error: BaseException
    """What whoever waited for the answer gets."""


@dataclass(frozen=True, slots=True)
class BatchDelivered:
    """A producer's batch is stored, or written when `acks=0`."""

    topic: str
    partition: int
    record_count: int
    size_bytes: int
    """As it was sent: compressed, with its header."""
    latency_s: float
    """From the `send` of its first record, so that `linger_ms` is part of it."""
    attempts: int
    """How often it was written to a broker; 1 when all is well."""


@dataclass(frozen=True, slots=True)
class BatchFailed:
    """A producer's batch was given up; each of its deliveries raises `error`."""

    topic: str
    partition: int
    record_count: int
    size_bytes: int
    """As it was to be sent; 0 when it could not be encoded."""
    latency_s: float
    """From the `send` of its first record."""
    attempts: int
    """How often it was written to a broker; 0 when it never left."""
    error: Exception
    """Why."""


@dataclass(frozen=True, slots=True)
class BufferFull:
    """`send` had to wait because `buffer_memory` was under way.

    Told when the wait is over, well or not. While several wait, one of them stands for all, so that
    the sum is the time for which the producer was too slow.
    """

    buffered_bytes: int
    """Keys and values under way when the wait began."""
    waited_s: float


@dataclass(frozen=True, slots=True)
class Fetched:
    """Records of one partition were handed over to the application, as one `RecordBatch`.

    What has to be fetched again (after a seek, a pause or a rebalance in the middle of a batch)
    counts again. `read_range` is not told.
    """

    topic: str
    partition: int
    record_count: int
    """By the headers of the batches: the first one may begin before the position."""
    size_bytes: int
    """Of the batches as they came: compressed, with their headers."""
    lag: int
    """Records that lay behind these in the partition when they were fetched; 0 at the end."""


@dataclass(frozen=True, slots=True)
class OffsetsCommitted:
    """A consumer's commit was stored. A commit in a producer's transaction is not told."""

    group_id: str
    offsets: Mapping[TopicPartition, int]
    """Of the records to come next."""
    latency_s: float
    """With everything that had to be asked again."""


@dataclass(frozen=True, slots=True)
class Rebalanced:
    """The group has divided its partitions, or this member has left it.

    All `assigned` minus all `revoked` are the partitions that the member has now; those that it
    kept are in neither.
    """

    group_id: str
    assigned: frozenset[TopicPartition]
    revoked: frozenset[TopicPartition]
    """Given up or lost."""


MetricsEvent: TypeAlias = (
    ConnectionOpened
    | ConnectionClosed
    | RequestAnswered
    | RequestFailed
    | BatchDelivered
    | BatchFailed
    | BufferFull
    | Fetched
    | OffsetsCommitted
    | Rebalanced
)

MetricsHook: TypeAlias = Callable[[MetricsEvent], object]


def check_metrics(hook: object) -> None:
    """Raise ConfigurationError unless an option `metrics` is a hook or None."""
    allowed = "a function that takes one event, or None"
    require("metrics", hook, allowed, holds=hook is None or callable(hook))


def harmless(hook: MetricsHook | None) -> MetricsHook | None:
    """Return a hook that never raises; None stays None, so that one test skips everything."""
    if hook is None:
        return None
    failures, name = HookFailures(_log), f"the metrics hook {name_of(hook)}"

    def call(event: MetricsEvent) -> None:
        try:
            hook(event)
        except Exception:  # noqa: BLE001 - whatever it is, it is not the client's
            failures.tell(name, "the client goes on, later failures are logged at DEBUG")

    return call
