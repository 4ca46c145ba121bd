# SPDX-License-Identifier: Apache-2.0
"""Runs the interceptors of one client in order, and keeps what they do wrong from doing harm.

Methods that are not overridden are sorted out when the chain is made, so that a client pays for
what its interceptors do and for nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ottla.client.delivery import NO_OFFSET, RecordMetadata
from ottla.client.hook_failures import HookFailures, name_of
from ottla.client.interceptors import ConsumerInterceptor, ProducerInterceptor
from ottla.client.options import require
from ottla.client.producer_record import ProducerRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.client.consumer_record import ConsumerRecord
    from ottla.client.delivery import PendingBatch
    from ottla.client.topic_partition import TopicPartition

InterceptorT = TypeVar("InterceptorT", ProducerInterceptor, ConsumerInterceptor)

_place_of = attrgetter("topic", "partition", "offset")

_log = logging.getLogger("ottla.interceptors")


def check_interceptors(interceptors: object, kind: type) -> None:
    """Raise ConfigurationError unless an option `interceptors` has interceptors of a kind."""
    holds = isinstance(interceptors, Sequence) and all(
        isinstance(each, kind) for each in interceptors
    )
    allowed = f"a list of objects of classes that derive from {kind.__name__}"
    require("interceptors", interceptors, allowed, holds=holds)


class _Chain(Generic[InterceptorT]):
    def __init__(self, interceptors: Sequence[InterceptorT], kind: type[InterceptorT]) -> None:
        self._interceptors: tuple[InterceptorT, ...] = tuple(interceptors)
        self._kind: type[InterceptorT] = kind
        self._failures = HookFailures(_log)

    def _with(self, method: str) -> tuple[InterceptorT, ...]:
        """Return the interceptors that do something there."""
        inherited = getattr(self._kind, method)
        return tuple(
            each
            for each in self._interceptors
            if getattr(getattr(each, method), "__func__", None) is not inherited
        )

    def _tell(self, interceptor: InterceptorT, method: str, consequence: str) -> None:
        self._failures.tell(f"{method} of interceptor {name_of(interceptor)}", consequence)


class ProducerChain(_Chain[ProducerInterceptor]):
    """The interceptors of a producer; from any thread."""

    def __init__(self, interceptors: Sequence[ProducerInterceptor]) -> None:
        super().__init__(interceptors, ProducerInterceptor)
        self._on_send = self._with("on_send")
        self._on_delivery = self._with("on_delivery")

    @property
    def changes_records(self) -> bool:
        """Whether each record has to be shown before it is sent."""
        return bool(self._on_send)

    def on_send(self, record: ProducerRecord, partition_count: int) -> ProducerRecord:
        """Return what is to be sent."""
        for interceptor in self._on_send:
            try:
                record = _checked_record(interceptor.on_send(record), record.topic, partition_count)
            except Exception:  # noqa: BLE001 - whatever it is, the record goes on
                self._tell(interceptor, "on_send", "the record is sent as it was before")
        return record

    def on_refusal(self, error: Exception) -> None:
        """Tell of a record that went through `on_send` and was not taken after all."""
        self._deliver(None, error)

    def on_batch(self, batch: PendingBatch, base_offset: int, error: Exception | None) -> None:
        """Tell what became of each record of a batch."""
        if not self._on_delivery:
            return
        has_offset = error is None and base_offset != NO_OFFSET
        for place, timestamp_ms in enumerate(batch.timestamps):
            offset = base_offset + place if has_offset else NO_OFFSET
            metadata = RecordMetadata(batch.topic, batch.partition, offset, timestamp_ms)
            self._deliver(metadata, error)

    def _deliver(self, metadata: RecordMetadata | None, error: Exception | None) -> None:
        for interceptor in self._on_delivery:
            try:
                interceptor.on_delivery(metadata, error)
            except Exception:  # noqa: BLE001 - the record is where it is
                self._tell(interceptor, "on_delivery", "the delivery is as it is")


class ConsumerChain(_Chain[ConsumerInterceptor]):
    """The interceptors of a consumer."""

    def __init__(self, interceptors: Sequence[ConsumerInterceptor]) -> None:
        super().__init__(interceptors, ConsumerInterceptor)
        self._on_records = self._with("on_records")
        self._on_commit = self._with("on_commit")

    @property
    def changes_records(self) -> bool:
        """Whether records have to be shown before they are handed out."""
        return bool(self._on_records)

    def on_records(self, records: list[ConsumerRecord]) -> list[ConsumerRecord]:
        """Return what is to be handed out."""
        for interceptor in self._on_records:
            try:
                records = _checked_records(interceptor.on_records(list(records)), records)
            except Exception:  # noqa: BLE001 - whatever it is, the records are handed out
                self._tell(interceptor, "on_records", "the records are as they were before")
        return records

    def on_commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Tell what was committed."""
        for interceptor in self._on_commit:
            try:
                interceptor.on_commit(dict(offsets))
            except Exception:  # noqa: BLE001 - they are committed
                self._tell(interceptor, "on_commit", "the offsets are committed")


def _checked_record(changed: Any, topic: str, partition_count: int) -> ProducerRecord:
    if not isinstance(changed, ProducerRecord):
        raise TypeError(f"it returned {type(changed).__name__}, not a ProducerRecord")
    if changed.topic != topic:
        raise ValueError(f"it changed the topic from {topic!r} to {changed.topic!r}")
    partition = changed.partition
    if partition is not None and partition not in range(partition_count):
        raise ValueError(f"partition {partition!r} is none of the {partition_count} of {topic!r}")
    return changed


def _checked_records(changed: Any, records: Sequence[ConsumerRecord]) -> list[ConsumerRecord]:
    """Positions and commits follow the records, so they must be some of these, in order."""
    places = map(_place_of, records)
    kept = list(changed)
    for record in kept:
        # `in` takes from the iterator up to the match, so that order counts.
        if _place_of(record) not in places:
            raise ValueError(f"what it returned is not of the batch, or out of order: {record!r}")
    return kept
