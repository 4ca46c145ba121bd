# SPDX-License-Identifier: Apache-2.0
"""The coordinator's part of a transaction without sockets and disk: add, end, markers written.

`python -m benchmarks.micro.transaction_steps` prints the cost of the three steps together, for
both protocols.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ottla.base.clock import Moment
from ottla.broker.config import BrokerConfig
from ottla.coordinators.pending import Pending
from ottla.coordinators.transaction.coordinator import TRANSACTION_STATE, TransactionCoordinator
from ottla.coordinators.transaction.metadata import V1, V2
from ottla.metadata.image import ClusterImage
from ottla.protocol.messages.cluster_metadata import (
    FeatureLevelRecord,
    PartitionRecord,
    TopicRecord,
)
from ottla.testing.coordinator_partition import MemoryPartition

if TYPE_CHECKING:
    from ottla.coordinators.transaction.effects import MarkersDue

TRANSACTIONS = 20_000
TOPIC_ID = b"t" * 16
PLACES = (("orders", 0),)
MOMENT = Moment(0, 1_700_000_000_000)
SERIAL = 1


def main() -> None:
    """Print microseconds of CPU for each transaction."""
    due: list[MarkersDue] = []
    coordinator = TransactionCoordinator(
        BrokerConfig.load({}),
        next_producer_id=lambda: Pending.of(1),
        newest_serial=lambda: SERIAL,
        on_markers_due=due.append,
    )
    image, _ = ClusterImage("c").apply(
        [
            FeatureLevelRecord(name="transaction.version", feature_level=2),
            TopicRecord(name=TRANSACTION_STATE, topic_id=TOPIC_ID),
            PartitionRecord(partition_id=0, topic_id=TOPIC_ID, replicas=[1], isr=[1], leader=1),
        ]
    )
    coordinator.follow_image(image)
    coordinator.runtime.begin_load(0, MemoryPartition())
    coordinator.runtime.finish_load(0, 0, MOMENT)
    for version, name in ((V1, "V1"), (V2, "V2")):
        producer = coordinator.init_producer_id(name, 60_000, None, MOMENT).value
        started = time.process_time()
        for _ in range(TRANSACTIONS):
            if version == V2:
                coordinator.admit(name, producer, PLACES, MOMENT, add=True)
            else:
                coordinator.add_partitions(name, producer, PLACES, MOMENT, serial=SERIAL)
            producer = coordinator.end(
                name, producer, MOMENT, committed=True, transaction_version=version, serial=SERIAL
            ).value
            coordinator.markers_written(due.pop(), MOMENT)
        spent_us = (time.process_time() - started) / TRANSACTIONS * 1e6
        print(f"{name}: {spent_us:.1f} µs for each transaction")


if __name__ == "__main__":
    main()
