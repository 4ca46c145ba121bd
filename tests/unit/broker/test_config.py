# SPDX-License-Identifier: Apache-2.0
"""Claims about the broker's settings."""

from __future__ import annotations

import typing

import pytest

from ottla.base.config_def import ConfigType
from ottla.base.errors import ConfigError
from ottla.base.properties import parse_properties
from ottla.broker.config import BrokerConfig
from ottla.metadata.config_keys import BROKER_KEYS
from ottla.metadata.config_keys.synonyms import BROKER_FAMILIES

KRAFT_FILE = """
process.roles=broker,controller
node.id=7
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
log.dirs=/var/lib/one,/var/lib/two
num.partitions=1
num.recovery.threads.per.data.dir=1
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.retention.hours=168
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
"""


def test_an_ordinary_file_of_kafka_makes_no_warnings():
    """The file that Kafka users start from is taken as it is; KRaft's keys are noted."""
    config = BrokerConfig.load(parse_properties(KRAFT_FILE))
    assert config.warnings == ()
    assert len(config.notes) == 1
    assert "controller.quorum.bootstrap.servers" in config.notes[0]
    assert "log.dirs" not in config.notes[0]
    assert [str(endpoint) for endpoint in config.endpoints] == ["PLAINTEXT://:9092"]
    assert config.node_id == 7
    assert config.log_dirs == ("/var/lib/one", "/var/lib/two")


def test_a_zookeeper_era_file_makes_no_warnings():
    """Keys of older versions and of listeners and plug-ins are noted."""
    config = BrokerConfig.load(
        {
            "broker.id": "3",
            "zookeeper.connect": "a:2181",
            "inter.broker.protocol.version": "2.8",
            "listener.name.inside.ssl.keystore.location": "/x",
        }
    )
    assert config.warnings == ()
    assert config.node_id == 3


def test_unknown_keys_are_named_with_a_hint():
    """A misspelled key is a warning that shows the right one."""
    config = BrokerConfig.load({"num.partitons": "3", "colour": "red"})
    assert config.warnings == (
        "unknown configuration key num.partitons is ignored; did you mean num.partitions?",
        "unknown configuration key colour is ignored",
    )
    assert config.num_partitions == 1


def test_the_command_line_goes_before_the_file():
    """Options win over the file, the file wins over defaults."""
    config = BrokerConfig.load({"num.partitions": "3", "node.id": "4"}, {"num.partitions": "5"})
    assert (config.num_partitions, config.node_id) == (5, 4)
    assert config.static == {"num.partitions": "5", "node.id": "4"}


def test_a_bad_value_says_what_is_allowed():
    """Key, value and limit are in the text."""
    with pytest.raises(
        ConfigError, match=r"num.partitions='0' is not valid: it must be at least 1"
    ):
        BrokerConfig.load({"num.partitions": "0"})


@pytest.mark.parametrize(
    ("settings", "attribute", "value"),
    [
        ({}, "log_retention_ms", 168 * 3_600_000),
        ({"log.retention.hours": "2"}, "log_retention_ms", 7_200_000),
        ({"log.retention.hours": "-1"}, "log_retention_ms", -1),
        ({"log.retention.hours": "2", "log.retention.minutes": "3"}, "log_retention_ms", 180_000),
        ({"log.retention.minutes": "3", "log.retention.ms": "-1"}, "log_retention_ms", -1),
        ({"log.roll.hours": "1"}, "log_roll_ms", 3_600_000),
        ({"log.roll.jitter.hours": "1"}, "log_roll_jitter_ms", 3_600_000),
        ({"log.flush.scheduler.interval.ms": "9"}, "log_flush_interval_ms", 9),
        ({"log.flush.interval.ms": "8"}, "log_flush_interval_ms", 8),
        ({}, "node_id", 1),
        ({"broker.id": "9"}, "node_id", 9),
        ({"broker.id": "9", "node.id": "8"}, "node_id", 8),
        ({"log.dir": "/a"}, "log_dirs", ("/a",)),
        ({"log.dir": "/a", "log.dirs": "/b,/c"}, "log_dirs", ("/b", "/c")),
        ({}, "max_connections", 10_000),
        (
            {"max.connections.per.ip.overrides": "::1:5,h:6"},
            "connections_per_ip_overrides",
            {"::1": 5, "h": 6},
        ),
    ],
)
def test_spellings_and_derived_values(settings, attribute, value):
    """The finest spelling that is set holds, in the unit of the finest one."""
    assert getattr(BrokerConfig.load(settings), attribute) == value


@pytest.mark.parametrize(
    "settings",
    [
        {"inter.broker.listener.name": "INSIDE"},
        {"replica.fetch.wait.max.ms": "40000"},
        {"log.dirs": "/a,,/b"},
        {"log.retention.ms": "0"},
        {"max.connections.per.ip.overrides": "h"},
        {"listeners": "SSL://:9092"},
        {"node.id": "-1"},
    ],
)
def test_values_that_do_not_fit_together(settings):
    """Checks across keys are errors too."""
    with pytest.raises(ConfigError):
        BrokerConfig.load(settings)


def test_settings_cannot_be_changed():
    """Whoever holds the settings can rely on them."""
    config = BrokerConfig.load()
    with pytest.raises(AttributeError, match="frozen"):
        config.num_partitions = 2


def test_dynamic_values_go_before_static_ones():
    """A value for this broker wins over the cluster's, which wins over the file."""
    config = BrokerConfig.load({"log.cleaner.threads": "2", "message.max.bytes": "5"})
    changed = config.with_dynamic(
        {"log.cleaner.threads": "3", "message.max.bytes": "6"}, {"log.cleaner.threads": "4"}
    )
    assert (changed.log_cleaner_threads, changed.message_max_bytes) == (4, 6)
    assert (config.log_cleaner_threads, config.message_max_bytes) == (2, 5)
    assert changed.with_dynamic({}, {}).log_cleaner_threads == 2


def test_bad_dynamic_values_do_not_stop_a_broker():
    """What another version wrote is left out with a warning, alone or in combination."""
    config = BrokerConfig.load().with_dynamic(
        {"log.cleaner.threads": "many", "unknown.key": "1", "node.id": "9"},
        {"max.connections.per.ip.overrides": "nonsense"},
    )
    assert config.log_cleaner_threads == 1
    assert config.connections_per_ip_overrides == {}
    assert config.node_id == 1
    assert len(config.warnings) == 2


def test_every_declared_attribute_is_a_key_of_its_type():
    """The declarations for type checkers agree with the tables."""
    kinds = {
        ConfigType.BOOLEAN: bool,
        ConfigType.INT: int,
        ConfigType.SHORT: int,
        ConfigType.LONG: int,
        ConfigType.DOUBLE: float,
        ConfigType.STRING: str,
        ConfigType.CLASS: str,
        ConfigType.PASSWORD: str,
        ConfigType.LIST: tuple,
    }
    attributes = {name.replace(".", "_"): key for name, key in BROKER_KEYS.items()}
    config = BrokerConfig.load()
    declared = [name for name in BrokerConfig.__annotations__ if name in attributes]
    assert len(declared) > 150
    for name in declared:
        key = attributes[name]
        text = BrokerConfig.__annotations__[name]
        assert text.startswith(kinds[key.type].__name__), name
        value = getattr(config, name)
        if value is None:
            assert "None" in text, name
        is_settled = key.name in BROKER_FAMILIES
        assert ("None" in text) == (key.default is None and not is_settled), name


def test_any_key_can_be_reached_by_its_name():
    """Keys without a declared attribute are there all the same."""
    assert BrokerConfig.load()["ssl.client.auth"] == "none"
    assert typing.cast("int", BrokerConfig.load()["node.id"]) == 1
