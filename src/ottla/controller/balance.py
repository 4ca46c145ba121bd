# SPDX-License-Identifier: Apache-2.0
"""Leadership goes back to preferred leaders (`auto.leader.rebalance.enable`).

After a broker was away, others lead its partitions. Now and then, every
`leader.imbalance.check.interval.seconds`, the controller elects the preferred leaders that are
live and in sync again, a bounded number in one round, so that clients do not all look for new
leaders at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.decision import Decision
from ottla.controller.partition_change import Election

if TYPE_CHECKING:
    from ottla.controller.partition_change import PartitionRules
    from ottla.metadata.image import ClusterImage
    from ottla.protocol.message import Message

ELECTIONS_PER_ROUND_MAX = 1000


def balance_leaders(
    image: ClusterImage, rules: PartitionRules, *, elections_max: int = ELECTIONS_PER_ROUND_MAX
) -> Decision[bool]:
    """Return the records of a round, and whether another round has something to do at once."""
    records: list[Message] = []
    for topic in image.topics_by_name.values():
        for partition in topic.partitions:
            preferred = partition.replicas[0]
            if partition.leader == preferred:
                continue
            if preferred not in rules.live or preferred not in partition.isr:
                continue
            if len(records) == elections_max:
                return Decision(records, True)
            record = rules.change(topic, partition, election=Election.PREFERRED)
            assert record is not None, partition
            records.append(record)
    return Decision(records, False)
