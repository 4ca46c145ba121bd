# SPDX-License-Identifier: Apache-2.0
"""What is in a topic, as our consumer reads it."""

from __future__ import annotations

from ottla import Consumer


def records(broker, topic="t", **options: object):
    """Return all records of a topic, partition by partition in order of offsets."""
    with Consumer(
        topic,
        bootstrap_servers=broker.bootstrap_servers,
        from_beginning=True,
        stop_at_end=True,
        **options,
    ) as consumer:
        return sorted(consumer, key=lambda record: record[:3])


def values(broker, topic="t"):
    """Return the values of a topic."""
    return [record.value for record in records(broker, topic)]
