# SPDX-License-Identifier: Apache-2.0
"""Claims about layers of settings."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.base.errors import ConfigError
from ottla.metadata.configs import (
    ConfigSource,
    ConfigSynonym,
    TopicConfigs,
    UnknownConfigError,
    check_broker_texts,
    check_group_texts,
    check_topic_texts,
    describe_broker,
    describe_client_metrics,
    describe_cluster_default,
    describe_group,
    describe_topic,
)
from ottla.storage.log_config import LogConfig


def texts(static=None, cluster=None, broker=None):
    """Make the layers of a broker."""
    return SimpleNamespace(
        static=static or {}, dynamic_default=cluster or {}, dynamic_broker=broker or {}
    )


def one(entries):
    """Return the only entry."""
    (entry,) = entries
    return entry


def test_defaults_are_the_logs_own():
    """A topic without settings on a broker without settings has the defaults of LogConfig."""
    assert TopicConfigs(texts()).default == LogConfig()


def test_log_settings_follow_the_layers():
    """Topic before broker before cluster before file before default, in the right unit."""
    broker = texts(
        {"log.retention.hours": "1", "log.segment.bytes": "2000000", "log.roll.hours": "3"},
        {"log.segment.bytes": "3000000", "message.max.bytes": "7"},
        {"message.max.bytes": "8", "log.cleanup.policy": "compact"},
    )
    config = TopicConfigs(broker).log_config({"min.insync.replicas": "2"})
    assert config.retention_ms == 3_600_000
    assert config.segment_bytes == 3_000_000
    assert config.segment_ms == 3 * 3_600_000
    assert config.max_message_bytes == 8
    assert (config.cleanup_compact, config.cleanup_delete) == (True, False)
    assert config.min_insync_replicas == 2


def test_log_settings_of_a_topic():
    """Lists, own keys and hidden keys reach the log; what cannot be used counts as unset."""
    config = TopicConfigs(texts()).log_config(
        {
            "cleanup.policy": "",
            "ottla.flush.profile": "ack",
            "internal.segment.bytes": "100",
            "retention.ms": "nonsense",
            "from.the.future": "1",
        }
    )
    assert (config.cleanup_compact, config.cleanup_delete) == (False, False)
    assert config.flush_profile == "ack"
    assert config.segment_bytes == 100
    assert config.retention_ms == LogConfig().retention_ms


def test_a_broken_layer_is_passed_over():
    """A dynamic value that cannot be used leaves the one below in force."""
    broker = texts({"log.segment.bytes": "2000000"}, {"log.segment.bytes": "x"})
    assert TopicConfigs(broker).default.segment_bytes == 2_000_000


def test_topics_without_settings_share_one_object():
    """Ten thousand logs need not hold ten thousand settings."""
    configs = TopicConfigs(texts())
    assert configs.log_config({}) is configs.log_config({}) is configs.default


@pytest.mark.parametrize(
    "bad",
    [
        {"retention": "1"},
        {"retention.ms": "-2"},
        {"cleanup.policy": "shred"},
        {"remote.storage.enable": "true"},
        {"min.compaction.lag.ms": "5", "max.compaction.lag.ms": "4"},
        {"leader.replication.throttled.replicas": "1-2"},
    ],
)
def test_bad_topic_settings(bad):
    """Unknown keys, bad values and values that do not fit together are refused."""
    with pytest.raises(ConfigError):
        check_topic_texts(bad, texts())


def test_lags_are_checked_against_the_broker():
    """A topic's lag must fit the limit that it inherits."""
    broker = texts({"log.cleaner.max.compaction.lag.ms": "4"})
    with pytest.raises(ConfigError, match=r"max.compaction.lag.ms \(4\)"):
        check_topic_texts({"min.compaction.lag.ms": "5"}, broker)
    check_topic_texts({"min.compaction.lag.ms": "4"}, broker)


def test_unknown_keys_have_their_own_text():
    """There is no value to complain of."""
    with pytest.raises(UnknownConfigError, match=r"^unknown configuration key retention"):
        check_topic_texts({"retention": "1"}, texts())


def test_which_broker_settings_may_change():
    """Fixed keys never, per-broker keys for one broker only, foreign keys always."""
    check_broker_texts({"log.cleaner.threads": "2"}, cluster_default=True)
    check_broker_texts({"leader.replication.throttled.rate": "9"}, cluster_default=False)
    check_broker_texts({"listener.name.x.ssl.keystore.type": "PEM"}, cluster_default=True)
    with pytest.raises(ConfigError, match="one broker at a time"):
        check_broker_texts({"leader.replication.throttled.rate": "9"}, cluster_default=True)
    with pytest.raises(ConfigError, match="restarting"):
        check_broker_texts({"node.id": "2"}, cluster_default=False)


def test_refused_secrets_are_not_repeated():
    """A password that cannot be changed does not appear in the error."""
    with pytest.raises(ConfigError) as caught:
        check_broker_texts({"delegation.token.secret.key": "hunter2"}, cluster_default=False)
    assert "hunter2" not in str(caught.value)


def test_a_topic_setting_lists_every_layer():
    """The first synonym holds; its source is the entry's source."""
    broker = texts({"log.retention.hours": "1"}, {"log.retention.ms": "5"})
    entry = one(describe_topic({"retention.ms": "7"}, broker, ["retention.ms"]))
    assert (entry.value, entry.source) == ("7", ConfigSource.DYNAMIC_TOPIC)
    assert entry.synonyms == (
        ConfigSynonym("retention.ms", "7", ConfigSource.DYNAMIC_TOPIC),
        ConfigSynonym("log.retention.ms", "5", ConfigSource.DYNAMIC_DEFAULT_BROKER),
        ConfigSynonym("log.retention.hours", "1", ConfigSource.STATIC_BROKER),
        ConfigSynonym("log.retention.hours", "168", ConfigSource.DEFAULT),
    )
    entry = one(describe_topic({}, texts({"log.retention.hours": "1"}), ["retention.ms"]))
    assert (entry.value, entry.source) == ("3600000", ConfigSource.STATIC_BROKER)
    entry = one(describe_topic({}, texts(), ["retention.ms"]))
    assert (entry.value, entry.source) == ("604800000", ConfigSource.DEFAULT)


def test_all_topic_settings_are_described():
    """Without names every public key comes, sorted; unknown names are left out."""
    names = [entry.name for entry in describe_topic({}, texts())]
    assert names == sorted(names)
    assert "cleanup.policy" in names
    assert "internal.segment.bytes" not in names
    assert describe_topic({}, texts(), ["nothing"]) == []


def test_a_broker_setting_shows_its_own_text():
    """Each spelling shows what it was set to, and which other one goes before it."""
    broker = texts({"log.retention.hours": "1", "log.retention.minutes": "2"})
    minutes, hours, ms = (
        one(describe_broker(broker, [f"log.retention.{unit}"]))
        for unit in ("minutes", "hours", "ms")
    )
    assert (minutes.value, minutes.source) == ("2", ConfigSource.STATIC_BROKER)
    assert (hours.value, hours.source) == ("1", ConfigSource.STATIC_BROKER)
    assert (ms.value, ms.source) == (None, ConfigSource.DEFAULT)
    assert hours.synonyms[0].name == "log.retention.minutes"
    assert (hours.is_read_only, ms.is_read_only) == (True, False)


def test_dynamic_broker_settings_have_their_source():
    """A value for this broker wins over the cluster's."""
    broker = texts(
        {"log.cleaner.threads": "2"}, {"log.cleaner.threads": "3"}, {"log.cleaner.threads": "4"}
    )
    entry = one(describe_broker(broker, ["log.cleaner.threads"]))
    assert (entry.value, entry.source) == ("4", ConfigSource.DYNAMIC_BROKER)
    assert [synonym.value for synonym in entry.synonyms] == ["4", "3", "2", "1"]


def test_secrets_are_never_shown():
    """Neither the value nor a synonym of a sensitive key has a text."""
    entry = one(describe_broker(texts({"ssl.key.password": "s"}), ["ssl.key.password"]))
    assert entry.is_sensitive
    assert entry.value is None
    assert [synonym.value for synonym in entry.synonyms] == [None]
    assert entry.source is ConfigSource.STATIC_BROKER


def test_cluster_defaults_show_what_is_set():
    """Only keys that were set for all brokers are there; strange ones are left out."""
    given = {"log.cleaner.threads": "3", "message.max.bytes": "9", "strange": "1"}
    assert [entry.name for entry in describe_cluster_default(given)] == [
        "log.cleaner.threads",
        "message.max.bytes",
    ]
    entry = one(describe_cluster_default(given, ["message.max.bytes"]))
    assert (entry.value, entry.source) == ("9", ConfigSource.DYNAMIC_DEFAULT_BROKER)


def test_groups_fall_back_to_the_broker():
    """A group's own value, else the broker's key for all groups, else the default."""
    name = "consumer.session.timeout.ms"
    broker = texts({"group.consumer.session.timeout.ms": "50000"})
    assert one(describe_group({}, broker, [name])).value == "50000"
    own = one(describe_group({name: "46000"}, broker, [name]))
    assert (own.value, own.source) == ("46000", ConfigSource.GROUP)
    assert [synonym.value for synonym in own.synonyms] == ["46000", "50000", "45000"]
    assert one(describe_group({}, texts(), ["share.auto.offset.reset"])).value == "latest"


def test_client_metrics():
    """A subscription's own values have their own source."""
    entry = one(describe_client_metrics({"interval.ms": "500"}, ["interval.ms"]))
    assert (entry.value, entry.source) == ("500", ConfigSource.CLIENT_METRICS)
    assert one(describe_client_metrics({}, ["match"])).source is ConfigSource.DEFAULT


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        ({"consumer.session.timeout.ms": "44999"}, "at least 45000"),
        ({"consumer.session.timeout.ms": "60001"}, "at most 60000"),
        ({"consumer.heartbeat.interval.ms": "4999"}, "at least 5000"),
        ({"consumer.heartbeat.interval.ms": "15001"}, "at most 15000"),
        ({"consumer.assignment.interval.ms": "15001"}, "at most 15000"),
        ({"share.session.timeout.ms": "1"}, "at least 45000"),
        ({"streams.heartbeat.interval.ms": "1"}, "at least 5000"),
        ({"consumer.session.timeout.ms": "soon"}, "whole number"),
    ],
)
def test_settings_of_groups_have_the_brokers_limits(own, fault):
    """A group cannot go beyond what the broker allows for groups of its kind."""
    with pytest.raises(ConfigError, match=fault):
        check_group_texts(own, texts())


def test_members_talk_more_often_than_their_sessions_last():
    """The limits may overlap; then this still holds, with the broker's value for what is unset."""
    broker = texts({"group.consumer.min.session.timeout.ms": "5000"})
    check_group_texts({"consumer.session.timeout.ms": "5001"}, broker)
    with pytest.raises(ConfigError, match="more than consumer"):
        check_group_texts({"consumer.session.timeout.ms": "5000"}, broker)
    with pytest.raises(ConfigError, match="more than consumer"):
        check_group_texts(
            {"consumer.session.timeout.ms": "6000", "consumer.heartbeat.interval.ms": "7000"},
            broker,
        )
    check_group_texts({"share.auto.offset.reset": "earliest"}, broker)
