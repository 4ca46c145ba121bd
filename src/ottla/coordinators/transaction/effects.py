# SPDX-License-Identifier: Apache-2.0
"""What the transaction coordinator asks of the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.coordinators.ports import ProducerIdentity
    from ottla.records.control import TransactionMarker


class SendMarkers(NamedTuple):
    """End a transaction in its partitions, then tell the coordinator: `markers_written`."""

    transactional_id: str
    sequence: int
    """Of the transaction, since under V1 nothing else tells it from the next one."""
    producer: ProducerIdentity
    """Whom the markers name; under V2 the raised epoch."""
    committed: bool
    transaction_version: int
    partitions: Mapping[str, tuple[int, ...]]
    """By topic."""


class MarkersDue(NamedTuple):
    """`SendMarkers` as the driver gets it."""

    partition_index: int
    """Partition of `__transaction_state` whose shard decided."""
    marker: TransactionMarker
    send: SendMarkers
