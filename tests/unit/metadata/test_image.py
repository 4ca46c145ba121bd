# SPDX-License-Identifier: Apache-2.0
"""Claims about the image: a fold that shares what did not change and says what did."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ottla.base.errors import InvariantViolation
from ottla.metadata.image import ClusterImage, ImageBuilder, ResourceType
from ottla.metadata.snapshot import image_records
from ottla.protocol.messages.cluster_metadata import (
    ClearElrRecord,
    ConfigRecord,
    FenceBrokerRecord,
    PartitionChangeRecord,
    PartitionRecord,
    RemoveTopicRecord,
    TopicRecord,
)

RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TOPIC = b"t" * 16


def topic(name="t", topic_id=TOPIC, partitions=2):
    """Return the records of a topic led by broker 1."""
    return [
        TopicRecord(name=name, topic_id=topic_id),
        *(
            PartitionRecord(
                partition_id=n,
                topic_id=topic_id,
                replicas=[1, 2],
                isr=[1, 2],
                leader=1,
                leader_epoch=0,
                partition_epoch=0,
            )
            for n in range(partitions)
        ),
    ]


@RELAXED
@given(st.data())
def test_batch_by_batch_equals_all_at_once(metadata_log, picture, data):
    """However a log is cut into batches, the image is the same; so is bulk loading."""
    batches = data.draw(metadata_log)
    stepwise = ClusterImage("c")
    for batch in batches:
        stepwise, _ = stepwise.apply(batch)
    at_once, _ = ClusterImage("c").apply([record for batch in batches for record in batch])
    assert picture(stepwise) == picture(at_once)
    assert stepwise.next_offset == at_once.next_offset == sum(map(len, batches))


@RELAXED
@given(st.data())
def test_an_image_as_records_gives_the_image_again(metadata_log, picture, data):
    """A snapshot says everything, and saying it twice says the same."""
    batches = data.draw(metadata_log)
    image, _ = ClusterImage("c").apply([record for batch in batches for record in batch])
    records = list(image_records(image))
    again, _ = ClusterImage("c").apply(records)
    assert picture(again) == picture(image)
    assert list(image_records(again)) == records


@RELAXED
@given(st.data())
def test_deltas_name_exactly_what_changed(metadata_log, data):
    """What a delta leaves out is the same object as before."""
    image = ClusterImage("c")
    for batch in data.draw(metadata_log):
        before = image
        image, delta = before.apply(batch)
        touched = {topic.topic_id for topic in delta.topics}
        for topic_id in before.topics_by_id.keys() | image.topics_by_id.keys():
            if topic_id not in touched:
                assert image.topics_by_id[topic_id] is before.topics_by_id[topic_id]
        for change in delta.topics:
            assert change.before is before.topics_by_id.get(change.topic_id)
            assert change.after is image.topics_by_id.get(change.topic_id)
            for partition in change.after.partitions if change.after and change.before else ():
                n = partition.partition_id
                if n not in change.partitions:
                    assert partition is change.before.partitions[n]
        for broker_id in before.brokers.keys() & image.brokers.keys():
            if broker_id not in delta.brokers:
                assert image.brokers[broker_id] is before.brokers[broker_id]
        assert all(image.topics_by_name[t.name] is t for t in image.topics_by_id.values())


def test_an_image_never_changes():
    """Applying records leaves the old image as it was."""
    before, _ = ClusterImage("c").apply(topic())
    after, _ = before.apply([RemoveTopicRecord(topic_id=TOPIC), *topic("u", b"u" * 16)])
    assert set(before.topics_by_name) == {"t"}
    assert set(after.topics_by_name) == {"u"}


def test_a_topic_recreated_in_one_batch_has_two_deltas():
    """Old and new topic of one name are told apart by their ids."""
    before, _ = ClusterImage("c").apply(topic())
    after, delta = before.apply([RemoveTopicRecord(topic_id=TOPIC), *topic("t", b"n" * 16)])
    assert after.topics_by_name["t"].topic_id == b"n" * 16
    assert [(d.topic_id, d.after is None) for d in delta.topics] == [
        (TOPIC, True),
        (b"n" * 16, False),
    ]


def test_created_and_deleted_at_once_is_nothing():
    """Nobody hears of a topic that did not outlive its batch."""
    image, delta = ClusterImage("c").apply([*topic(), RemoveTopicRecord(topic_id=TOPIC)])
    assert not image.topics_by_id
    assert delta.topics == ()


def test_configurations_go_with_their_topic():
    """A new topic of an old name starts without the old one's settings."""
    setting = ConfigRecord(resource_type=2, resource_name="t", name="retention.ms", value="5")
    image, _ = ClusterImage("c").apply([*topic(), setting])
    assert image.config(ResourceType.TOPIC, "t") == {"retention.ms": "5"}
    image, delta = image.apply([RemoveTopicRecord(topic_id=TOPIC)])
    assert image.configs == {}
    assert delta.configs == ((ResourceType.TOPIC, "t"),)


def test_a_change_of_leader_starts_an_epoch():
    """Naming a leader raises the leader epoch, any change the partition epoch."""
    image, _ = ClusterImage("c").apply(topic())
    shrink = PartitionChangeRecord(partition_id=0, topic_id=TOPIC, isr=[1])
    image, delta = image.apply([shrink])
    assert delta.topics[0].partitions == (0,)
    partition = image.partition("t", 0)
    assert (partition.leader_epoch, partition.partition_epoch, partition.isr) == (0, 1, (1,))
    image, _ = image.apply([PartitionChangeRecord(partition_id=0, topic_id=TOPIC, leader=1)])
    partition = image.partition("t", 0)
    assert (partition.leader, partition.leader_epoch, partition.partition_epoch) == (1, 1, 2)


@pytest.mark.parametrize(
    "records",
    [
        [*topic(), TopicRecord(name="t", topic_id=b"o" * 16)],
        [PartitionRecord(partition_id=0, topic_id=TOPIC)],
        [*topic(), PartitionRecord(partition_id=5, topic_id=TOPIC)],
        [*topic(), PartitionChangeRecord(partition_id=2, topic_id=TOPIC)],
        [RemoveTopicRecord(topic_id=TOPIC)],
        [*topic(), RemoveTopicRecord(topic_id=TOPIC), RemoveTopicRecord(topic_id=TOPIC)],
        [FenceBrokerRecord(id=9)],
    ],
)
def test_records_that_cannot_follow_are_refused(records):
    """A log that contradicts itself is a bug, not a state."""
    with pytest.raises(InvariantViolation):
        ClusterImage("c").apply(records)


def test_look_ups():
    """Absent things are None or empty, whatever is asked for."""
    image, _ = ClusterImage("c").apply(topic())
    assert image.topic("t").name == "t"
    assert image.topic("u") is None
    assert image.partition("t", 1).partition_id == 1
    assert image.partition("t", 2) is None
    assert image.partition("t", -1) is None
    assert image.partition("u", 0) is None
    assert image.config(ResourceType.TOPIC, "t") == {}
    assert image.offset == 2
    assert ClusterImage("c").offset == -1


def test_kept_records_have_identities():
    """Only types that are kept have one."""
    builder = ImageBuilder(ClusterImage("c"))
    with pytest.raises(InvariantViolation):
        builder._keep(TopicRecord(name="t"))


@pytest.mark.parametrize(("name", "cleared"), [("", ["t", "u"]), ("t", ["t"]), ("v", [])])
def test_eligible_leader_replicas_are_forgotten_on_demand(name, cleared):
    """Of one topic or of all; what has none is not touched, what is gone stays gone."""
    other, gone = b"u" * 16, b"g" * 16
    records = [*topic(), *topic("u", other), *topic("gone", gone)]
    records += [
        PartitionChangeRecord(topic_id=i, partition_id=0, isr=[1], eligible_leader_replicas=[2])
        for i in (TOPIC, other)
    ]
    image, _ = ClusterImage("c").apply(records)
    clear = ClearElrRecord(topic_name=name)
    after, delta = image.apply([RemoveTopicRecord(topic_id=gone), clear])
    assert sorted(t.name for t in delta.topics if t.after) == cleared
    assert all(t.partitions == (0,) for t in delta.topics if t.after)
    for known in ("t", "u"):
        left = after.topics_by_name[known].partitions[0].eligible_leader_replicas
        assert left == (() if known in cleared else (2,))
    at_once, _ = ClusterImage("c").apply([*records, RemoveTopicRecord(topic_id=gone), clear])
    assert at_once.topics_by_name == after.topics_by_name
