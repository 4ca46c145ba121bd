# SPDX-License-Identifier: Apache-2.0
"""What all transaction shards of one broker share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ottla.coordinators.transaction.metadata import V2

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.coordinators.transaction.producer_id_reserve import ProducerIdReserve


class TransactionSettings(Protocol):
    """The settings that transactions need, under their names in the broker's configuration."""

    @property
    def add_partitions_to_txn_retry_backoff_max_ms(self) -> int: ...  # noqa: D102 - Kafka's own name says it
    @property
    def transaction_abort_timed_out_transaction_cleanup_interval_ms(self) -> int: ...  # noqa: D102
    @property
    def transaction_max_timeout_ms(self) -> int: ...  # noqa: D102
    @property
    def transaction_remove_expired_transaction_cleanup_interval_ms(self) -> int: ...  # noqa: D102
    @property
    def transactional_id_expiration_ms(self) -> int: ...  # noqa: D102


class TransactionSurroundings:
    """What all shards share: settings, the cluster's protocol level, ids, connections."""

    __slots__ = (
        "_sequence",
        "newest_serial",
        "producer_ids",
        "settings",
        "transaction_version",
    )

    def __init__(
        self,
        settings: TransactionSettings,
        producer_ids: ProducerIdReserve,
        newest_serial: Callable[[], int],
    ) -> None:
        self.settings = settings
        self.producer_ids = producer_ids
        self.newest_serial = newest_serial
        """Asks for the serial number of the connection that was accepted last."""
        self.transaction_version = V2
        """The finalised level: how the coordinator itself ends transactions, and writes."""
        self._sequence = 0

    def next_sequence(self) -> int:
        """Return a number that no transaction has had since this process began."""
        self._sequence += 1
        return self._sequence
