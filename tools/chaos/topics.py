# SPDX-License-Identifier: Apache-2.0
"""The topics of a round and how many partitions each has by now."""

import time
from typing import Final

from confluent_kafka.admin import AdminClient, NewTopic

PLAIN: Final = "plain"  # three replicas
MOVING: Final = "moving"  # two replicas; is reassigned, and gets more partitions
INPUT: Final = "input"  # copied to the output in transactions
OUTPUT: Final = "output"
REBORN: Final = "reborn"  # is deleted and created again
CREATE_TIMEOUT_S: Final = 30
PARTITIONS_MAX: Final = 6


class Topics:
    """Which partitions there are."""

    def __init__(self) -> None:
        self.partition_counts = {PLAIN: 3, MOVING: 2, INPUT: 2, OUTPUT: 2}

    def create(self, admin: AdminClient) -> None:
        """Create all."""
        futures = admin.create_topics(
            [
                NewTopic(name, count, 3, config={"min.insync.replicas": "2"})
                if name != MOVING
                else NewTopic(name, count, 2, config={"min.insync.replicas": "1"})
                for name, count in self.partition_counts.items()
            ]
        )
        for future in futures.values():
            future.result(CREATE_TIMEOUT_S)
        until = time.monotonic() + CREATE_TIMEOUT_S
        while set(self.partition_counts) - set(admin.list_topics(timeout=5).topics):
            if time.monotonic() > until:
                raise TimeoutError("created topics do not appear in metadata")
            time.sleep(0.1)

    def partitions(self, *names: str) -> list[tuple[str, int]]:
        """Return the partitions of topics, or of all of them."""
        return [
            (name, partition)
            for name, count in self.partition_counts.items()
            if name in names or not names
            for partition in range(count)
        ]
