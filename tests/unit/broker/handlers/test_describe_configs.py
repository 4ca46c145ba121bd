# SPDX-License-Identifier: Apache-2.0
"""Claims about DescribeConfigs; the layers are tested with `metadata.configs`."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.describe_configs import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import ConfigRecord
from ottla.protocol.messages.create_topics import CreatableTopicConfig
from ottla.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
)

TOPIC, BROKER, LOGGER, METRICS, GROUP = 2, 4, 8, 16, 32


def ask_for(kind, name, *keys: str, **fields: object):
    """Ask for one resource."""
    resource = DescribeConfigsResource(
        resource_type=kind, resource_name=name, configuration_keys=keys or None
    )
    return DescribeConfigsRequest(resources=[resource], **fields)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_describes_a_topic(admin, version):
    """Value, source and flags; synonyms, type and documentation when asked for."""
    admin.create("t", configs=[CreatableTopicConfig(name="retention.ms", value="5")])
    request = ask_for(TOPIC, "t", "retention.ms", include_synonyms=True)
    if version >= 3:
        request.include_documentation = True
    (result,) = admin.ask(request, version).results
    assert (result.error_code, result.error_message) == (0, None)
    (config,) = result.configs
    assert (config.name, config.value, config.config_source) == ("retention.ms", "5", 1)
    assert not config.read_only
    assert not config.is_sensitive
    assert [(s.name, s.value, s.source) for s in config.synonyms] == [
        ("retention.ms", "5", 1),
        ("log.retention.hours", "168", 5),
    ]
    if version >= 3:
        assert config.config_type == 5
        assert config.documentation


def test_nothing_more_than_asked_for(admin):
    """Without the flags there are no synonyms and no documentation."""
    admin.create("t")
    (config,) = admin.ask(ask_for(TOPIC, "t", "segment.ms"), 4).results[0].configs
    assert config.synonyms == []
    assert config.documentation is None


def test_all_settings(admin):
    """Null and an empty list both mean everything."""
    admin.create("t")
    everything = admin.ask(ask_for(TOPIC, "t"), 4).results[0].configs
    assert len(everything) > 30
    empty = ask_for(TOPIC, "t")
    empty.resources[0].configuration_keys = []
    assert admin.ask(empty, 4).results[0].configs == everything


def test_a_broker_describes_itself(admin_with):
    """Sources tell the file from dynamic values; fixed keys are read-only."""
    admin = admin_with(num_partitions="3")
    admin.apply(
        ConfigRecord(resource_type=BROKER, resource_name="", name="message.max.bytes", value="9")
    )
    configs = {c.name: c for c in admin.ask(ask_for(BROKER, "1"), 4).results[0].configs}
    assert (configs["num.partitions"].value, configs["num.partitions"].config_source) == ("3", 4)
    assert configs["num.partitions"].read_only
    assert not configs["log.cleaner.threads"].read_only
    assert configs["ssl.key.password"].is_sensitive
    assert len(configs) > 300
    (config,) = admin.ask(ask_for(BROKER, ""), 4).results[0].configs
    assert (config.name, config.value, config.config_source) == ("message.max.bytes", "9", 3)


def test_groups_and_client_metrics(admin):
    """They have settings of their own, and defaults before anybody set one."""
    (config,) = admin.ask(ask_for(GROUP, "g", "consumer.session.timeout.ms"), 4).results[0].configs
    assert (config.value, config.config_source) == ("45000", 5)
    (config,) = admin.ask(ask_for(METRICS, "m", "interval.ms"), 4).results[0].configs
    assert config.value == "300000"


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        (TOPIC, "absent", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        (TOPIC, "bad name", ErrorCode.INVALID_TOPIC_EXCEPTION),
        (TOPIC, "", ErrorCode.INVALID_REQUEST),
        (BROKER, "2", ErrorCode.INVALID_REQUEST),
        (BROKER, "x", ErrorCode.INVALID_REQUEST),
        (LOGGER, "1", ErrorCode.INVALID_REQUEST),
        (99, "x", ErrorCode.INVALID_REQUEST),
    ],
)
def test_refusals(admin, kind, name, code):
    """Each refusal has a message and no settings."""
    (result,) = admin.ask(ask_for(kind, name), 4).results
    assert result.error_code == code
    assert result.error_message
    assert result.configs == []
