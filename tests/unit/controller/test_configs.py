# SPDX-License-Identifier: Apache-2.0
"""Claims about changes of settings."""

from __future__ import annotations

import pytest

from ottla.controller.configs import ConfigChange, ConfigOperation, ResourceChange
from ottla.metadata.image import ResourceType
from ottla.protocol.errors import ErrorCode

TOPIC, BROKER = int(ResourceType.TOPIC), int(ResourceType.BROKER)
SET, DELETE, APPEND, SUBTRACT = ConfigOperation


def change(cluster, kind, name, *changes: tuple, replace_all: bool = False, **options: bool):
    """Change one resource; return code and message."""
    asked = ResourceChange(kind, name, tuple(ConfigChange(*c) for c in changes), replace_all)
    (outcome,) = cluster.do("alter_configs", [asked], **options)
    return outcome.code, outcome.message


@pytest.fixture
def topic(cluster):
    """Return a cluster with the topic t."""
    cluster.create("t")
    return cluster


def test_set_and_delete(topic):
    """Settings come and go one by one; what is not named stays."""
    assert change(topic, TOPIC, "t", ("retention.ms", SET, "5"), ("segment.ms", SET, "6")) == (
        ErrorCode.NONE,
        None,
    )
    change(topic, TOPIC, "t", ("retention.ms", DELETE, None), ("flush.ms", DELETE, None))
    assert topic.image.config(TOPIC, "t") == {"segment.ms": "6"}


def test_replace_all(topic):
    """The legacy request takes away what it does not name."""
    change(topic, TOPIC, "t", ("retention.ms", SET, "5"))
    change(topic, TOPIC, "t", ("segment.ms", SET, "6"), replace_all=True)
    assert topic.image.config(TOPIC, "t") == {"segment.ms": "6"}
    change(topic, TOPIC, "t", replace_all=True)
    assert topic.image.config(TOPIC, "t") == {}


def test_append_and_subtract(topic):
    """Lists grow from what holds at present, without repeats, and shrink down to nothing."""
    change(topic, TOPIC, "t", ("cleanup.policy", APPEND, "compact"))
    assert topic.image.config(TOPIC, "t") == {"cleanup.policy": "delete,compact"}
    change(topic, TOPIC, "t", ("cleanup.policy", APPEND, "compact,delete"))
    assert topic.image.config(TOPIC, "t") == {"cleanup.policy": "delete,compact"}
    change(topic, TOPIC, "t", ("cleanup.policy", SUBTRACT, "delete"))
    assert topic.image.config(TOPIC, "t") == {"cleanup.policy": "compact"}
    change(topic, TOPIC, "t", ("cleanup.policy", SUBTRACT, "compact,delete"))
    assert topic.image.config(TOPIC, "t") == {"cleanup.policy": ""}


def test_append_starts_from_the_brokers_file(cluster_of, broker):
    """A list that stands in the properties file is what is appended to."""
    cluster = cluster_of(broker(1), static={"log.cleanup.policy": "compact"})
    cluster.create("t")
    change(cluster, TOPIC, "t", ("cleanup.policy", APPEND, "delete"))
    assert cluster.image.config(TOPIC, "t") == {"cleanup.policy": "compact,delete"}
    change(cluster, BROKER, "1", ("log.cleanup.policy", APPEND, "delete"))
    assert cluster.image.config(BROKER, "1") == {"log.cleanup.policy": "compact,delete"}


def test_nothing_changed_is_no_record(topic):
    """Setting what is set already does not burden the log."""
    change(topic, TOPIC, "t", ("retention.ms", SET, "5"))
    before = topic.image
    change(topic, TOPIC, "t", ("retention.ms", SET, "5"))
    assert topic.image.next_offset == before.next_offset


def test_only_checking(topic):
    """validate_only judges and changes nothing."""
    bad = change(topic, TOPIC, "t", ("retention.ms", SET, "x"), validate_only=True)
    assert bad[0] == ErrorCode.INVALID_CONFIG
    good = change(topic, TOPIC, "t", ("retention.ms", SET, "5"), validate_only=True)
    assert good[0] == ErrorCode.NONE
    assert topic.image.configs == {}


@pytest.mark.parametrize(
    ("kind", "name", "changes", "code", "hint"),
    [
        (TOPIC, "t", [("retention.ms", SET, "soon")], "INVALID_CONFIG", "whole number"),
        (TOPIC, "t", [("retention", SET, "5")], "INVALID_CONFIG", "retention"),
        (TOPIC, "t", [("segment.byte", SET, "5")], "INVALID_CONFIG", "did you mean segment.bytes"),
        (TOPIC, "t", [("segment.bytes", SET, "5")], "INVALID_CONFIG", "at least 1048576"),
        (TOPIC, "t", [("retention.ms", APPEND, "5")], "INVALID_CONFIG", "only lists"),
        (TOPIC, "t", [("cleanup.policy", APPEND, "shred")], "INVALID_CONFIG", "delete"),
        (TOPIC, "t", [("retention.ms", SET, None)], "INVALID_REQUEST", "no value"),
        (TOPIC, "t", [("retention.ms", 9, "1")], "INVALID_REQUEST", "not an operation"),
        (TOPIC, "t", [("a", SET, "1"), ("a", SET, "2")], "INVALID_REQUEST", "twice"),
        (TOPIC, "u", [], "UNKNOWN_TOPIC_OR_PARTITION", "no topic u"),
        (TOPIC, "", [], "INVALID_REQUEST", "default"),
        (BROKER, "x", [], "INVALID_REQUEST", "not the number"),
        (BROKER, "7", [], "BROKER_ID_NOT_REGISTERED", "7"),
        (BROKER, "1", [("num.partitions", SET, "5")], "INVALID_CONFIG", "restarting"),
        (BROKER, "", [("ssl.keystore.type", SET, "PEM")], "INVALID_CONFIG", "one broker"),
        (BROKER, "1", [("no.such.key", SET, "5")], "INVALID_CONFIG", "no such key"),
        (BROKER, "1", [("log.cleaner.threads", SET, "-5")], "INVALID_CONFIG", "at least 0"),
        (8, "1", [("root", SET, "INFO")], "INVALID_REQUEST", "log levels"),
        (99, "x", [], "INVALID_REQUEST", "type 99"),
        (32, "g", [("consumer.session.timeout.ms", SET, "0")], "INVALID_CONFIG", "at least 1"),
        (32, "", [], "INVALID_REQUEST", "default"),
        (16, "m", [("interval.ms", SET, "5")], "INVALID_CONFIG", "between"),
    ],
)
def test_refusals(topic, kind, name, changes, code, hint):
    """Each refusal names what is wrong and leaves the settings alone."""
    found, message = change(topic, kind, name, *changes)
    assert found.name == code
    assert hint in message
    assert topic.image.configs == {}


@pytest.mark.parametrize(
    ("kind", "name", "key", "value"),
    [
        (BROKER, "", "log.cleaner.threads", "3"),
        (BROKER, "1", "log.cleaner.threads", "3"),
        (BROKER, "1", "listener.name.inside.ssl.keystore.location", "/x"),
        (BROKER, "1", "leader.replication.throttled.rate", "1000"),
        (32, "g", "consumer.session.timeout.ms", "50000"),
        (32, "g", "share.auto.offset.reset", "by_duration:PT1H"),
        (16, "m", "match", "client_id=a.*"),
        (TOPIC, "t", "leader.replication.throttled.replicas", "0:1,1:1"),
        (TOPIC, "t", "follower.replication.throttled.replicas", "*"),
        (TOPIC, "t", "ottla.flush.profile", "ack"),
    ],
)
def test_every_kind_of_resource_keeps_settings(topic, kind, name, key, value):
    """Brokers, all brokers, groups and client metrics have settings as topics do."""
    assert change(topic, kind, name, (key, SET, value)) == (ErrorCode.NONE, None)
    assert topic.image.config(kind, name) == {key: value}


def test_what_another_version_wrote_can_be_left_and_deleted(topic):
    """Only changes of a broker's settings are judged."""
    from ottla.protocol.messages.cluster_metadata import ConfigRecord

    old = ConfigRecord(resource_type=BROKER, resource_name="1", name="strange", value="1")
    topic.image, _ = topic.image.apply([old])
    assert change(topic, BROKER, "1", ("log.cleaner.threads", SET, "2"))[0] == ErrorCode.NONE
    change(topic, BROKER, "1", ("strange", DELETE, None))
    assert topic.image.config(BROKER, "1") == {"log.cleaner.threads": "2"}


def test_resources_are_decided_one_by_one(topic):
    """A bad resource does not hold up a good one; a repeated one is refused."""
    good = ResourceChange(TOPIC, "t", (ConfigChange("retention.ms", SET, "5"),))
    bad = ResourceChange(TOPIC, "u", ())
    outcomes = topic.do("alter_configs", [bad, good])
    assert [o.code.name for o in outcomes] == ["UNKNOWN_TOPIC_OR_PARTITION", "NONE"]
    outcomes = topic.do("alter_configs", [good, good])
    assert [o.code.name for o in outcomes] == ["INVALID_REQUEST"] * 2
