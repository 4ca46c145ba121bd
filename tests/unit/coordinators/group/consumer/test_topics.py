# SPDX-License-Identifier: Apache-2.0
"""The hash tells topics that changed from those that did not."""

from __future__ import annotations

from ottla.coordinators.group.consumer.topics import metadata_hash, topic_ids
from ottla.metadata.image import BrokerImage
from ottla.metadata.snapshot import broker_record


def test_the_hash_follows_the_topics(world):
    """Created, extended, deleted and recreated topics change it, others do not."""
    seen = [metadata_hash(("t",), world.image)]
    assert seen == [0]

    def look(*, is_new):
        value = metadata_hash(("t", "absent"), world.image)
        assert (value not in seen) == is_new
        seen.append(value)

    world.create_topic("t", 2)
    look(is_new=True)
    world.create_topic("u", 2)
    look(is_new=False)
    world.extend_topic("t", 3)
    look(is_new=True)
    world.apply(broker_record(BrokerImage(1, 10, bytes(16), (), {}, "rack", False, False, ())))
    look(is_new=True)
    world.delete_topic("t")
    assert metadata_hash(("t",), world.image) == 0
    world.create_topic("t", 3)
    look(is_new=True)


def test_names_become_ids(world):
    """Those that exist, in the order of the ids."""
    second, first = world.create_topic("b"), world.create_topic("a")
    assert topic_ids({"a", "b", "c"}, world.image) == tuple(sorted((first, second)))
