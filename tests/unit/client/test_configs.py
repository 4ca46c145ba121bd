# SPDX-License-Identifier: Apache-2.0
"""Configurations: who is asked, what comes back, what is sent."""

from __future__ import annotations

import pytest

from ottla.client.configs import (
    ConfigChange,
    ConfigOperation,
    ConfigResource,
    ConfigSource,
    ResourceType,
    alter_configs,
    describe_configs,
)
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
)
from ottla.protocol.messages.incremental_alter_configs import (
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)

TOPIC = ConfigResource(ResourceType.TOPIC, "t")


def described(code=0, source=5):
    """Return an answer with two keys."""
    return DescribeConfigsResponse(
        results=[
            DescribeConfigsResult(
                error_code=code,
                error_message=None,
                resource_type=2,
                resource_name="t",
                configs=[
                    DescribeConfigsResourceResult(
                        name=name,
                        value="1",
                        config_source=source,
                        synonyms=[DescribeConfigsSynonym(name=name, value="1", source=5)],
                    )
                    for name in ("b", "a")
                ],
            )
        ]
    )


@pytest.mark.parametrize("version", [2, 4])
def test_describe(fake, run, version):
    """Entries come by key with their sources; old brokers are not asked for documentation."""
    fake.versions[ApiKey.DESCRIBE_CONFIGS] = (1, version)
    fake.script(ApiKey.DESCRIBE_CONFIGS, described())

    async def scenario():
        async with fake.client() as cluster:
            entries = await describe_configs(cluster, TOPIC, with_documentation=True)
        assert [entry.key for entry in entries] == ["a", "b"]
        assert entries[0].is_default
        assert entries[0].synonyms == (("a", "1", ConfigSource.DEFAULT),)

    run(scenario)
    assert fake.requests(DescribeConfigsRequest)[0].include_documentation == (version >= 3)


def test_source_of_a_newer_broker(fake, run):
    """A source that we do not know reads as unknown."""
    fake.script(ApiKey.DESCRIBE_CONFIGS, described(source=99))

    async def scenario():
        async with fake.client() as cluster:
            assert (await describe_configs(cluster, TOPIC))[0].source is ConfigSource.UNKNOWN

    run(scenario)


def test_questions_about_a_broker_go_to_it(network, run):
    """A broker's own settings are asked of that broker, the defaults of any."""
    fake = network.cluster(2)
    fake.script(ApiKey.DESCRIBE_CONFIGS, described(), described())

    async def scenario():
        async with fake.client() as cluster:
            await describe_configs(cluster, ConfigResource(ResourceType.BROKER, "2"))
            await describe_configs(cluster, ConfigResource(ResourceType.BROKER, ""))

    run(scenario)
    names = [
        [r.resources[0].resource_name for r in broker.requests if hasattr(r, "resources")]
        for broker in fake.brokers.values()
    ]
    assert names == [[""], ["2"]]


def test_alter(fake, run):
    """Changes go out as they were given; a refusal names the resource."""
    fake.script(
        ApiKey.INCREMENTAL_ALTER_CONFIGS,
        IncrementalAlterConfigsResponse(
            responses=[
                AlterConfigsResourceResponse(
                    error_code=ErrorCode.INVALID_CONFIG,
                    error_message=None,
                    resource_type=2,
                    resource_name="t",
                )
            ]
        ),
    )
    changes = [
        ConfigChange("a", ConfigOperation.SET, "1"),
        ConfigChange("b", ConfigOperation.DELETE),
    ]

    async def scenario():
        async with fake.client() as cluster:
            with pytest.raises(ApiError, match="topic 't': "):
                await alter_configs(cluster, TOPIC, changes, validate_only=True)

    run(scenario)
    request = fake.requests(IncrementalAlterConfigsRequest)[0]
    assert request.validate_only
    assert [(c.name, c.config_operation, c.value) for c in request.resources[0].configs] == [
        ("a", 0, "1"),
        ("b", 1, None),
    ]


def test_resources_read_well():
    """Resources have names for sentences."""
    assert str(TOPIC) == "topic 't'"
    assert str(ConfigResource(ResourceType.BROKER, "")) == "the default of all brokers"
    assert str(ConfigResource(ResourceType.CLIENT_METRICS, "x")) == "client metrics 'x'"
