# SPDX-License-Identifier: Apache-2.0
"""What lies between two images."""

from ottla.metadata.image import ClusterImage, ImageDelta, ResourceType
from ottla.metadata.image_difference import image_difference
from ottla.protocol.messages.cluster_metadata import (
    ConfigRecord,
    FeatureLevelRecord,
    PartitionChangeRecord,
    PartitionRecord,
    RegisterBrokerRecord,
    RemoveTopicRecord,
    TopicRecord,
)

ONE, TWO = b"1" * 16, b"2" * 16


def _topic(name, topic_id, partitions=1):
    return [
        TopicRecord(name=name, topic_id=topic_id),
        *(
            PartitionRecord(
                partition_id=n,
                topic_id=topic_id,
                replicas=[1],
                isr=[1],
                leader=1,
                leader_epoch=0,
                partition_epoch=0,
            )
            for n in range(partitions)
        ),
    ]


BASE, _ = ClusterImage("cluster").apply(
    [
        RegisterBrokerRecord(broker_id=1, rack=None),
        FeatureLevelRecord(name="metadata.version", feature_level=30),
        *_topic("one", ONE, 2),
    ]
)


def test_it_is_what_replaying_would_have_said():
    """The difference of two images equals the delta of the records between them."""
    after, delta = BASE.apply(
        [
            RegisterBrokerRecord(broker_id=2, rack=None),
            PartitionChangeRecord(partition_id=1, topic_id=ONE, leader=-1),
            *_topic("two", TWO),
            ConfigRecord(
                resource_type=ResourceType.TOPIC, resource_name="one", name="a", value="b"
            ),
            FeatureLevelRecord(name="group.version", feature_level=1),
        ]
    )
    assert image_difference(BASE, after) == delta


def test_a_topic_of_the_same_name_and_another_id_is_another_topic():
    """A recreated topic is told as one that went and one that came, in this order."""
    after, _ = BASE.apply([RemoveTopicRecord(topic_id=ONE), *_topic("one", TWO)])
    topics = image_difference(BASE, after).topics
    assert [(topic.topic_id, topic.after is None) for topic in topics] == [
        (ONE, True),
        (TWO, False),
    ]


def test_nothing_lies_between_an_image_and_itself():
    """Equal images have an empty difference."""
    delta = image_difference(BASE, BASE)
    assert delta == ImageDelta((), (), (), (), BASE.next_offset)
