# SPDX-License-Identifier: Apache-2.0
"""Reads and changes the configurations of topics and brokers.

A resource is a kind and a name; the broker resource with an empty name stands for the defaults
of all brokers. Questions about one broker go to that broker, since only it knows its file.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResponse,
)
from ottla.protocol.messages.incremental_alter_configs import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)
from ottla.protocol.messages.list_config_resources import (
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ottla.client.cluster import Cluster
    from ottla.net.client_connection import Connection
    from ottla.protocol.messages.describe_configs import DescribeConfigsResourceResult


DOCUMENTATION_FROM = 3
"""First version of DescribeConfigs that brings types and documentation."""


class ResourceType(enum.IntEnum):
    """What can have a configuration; the numbers are the protocol's."""

    TOPIC = 2
    BROKER = 4
    BROKER_LOGGER = 8
    CLIENT_METRICS = 16
    GROUP = 32


class ConfigResource(NamedTuple):
    """Names what is configured."""

    resource_type: ResourceType
    name: str

    @classmethod
    def topic(cls, name: str) -> Self:
        """Name a topic."""
        return cls(ResourceType.TOPIC, name)

    @classmethod
    def broker(cls, node_id: int | None = None) -> Self:
        """Name a broker; None stands for the defaults of all of them."""
        return cls(ResourceType.BROKER, "" if node_id is None else str(node_id))

    @classmethod
    def group(cls, group_id: str) -> Self:
        """Name a group."""
        return cls(ResourceType.GROUP, group_id)

    def __str__(self) -> str:
        kind = self.resource_type.name.lower().replace("_", " ")
        return f"{kind} {self.name!r}" if self.name else f"the default of all {kind}s"


class ConfigSource(enum.IntEnum):
    """Where a value comes from."""

    UNKNOWN = 0
    TOPIC = 1
    DYNAMIC_BROKER = 2
    DYNAMIC_DEFAULT_BROKER = 3
    STATIC_BROKER = 4
    DEFAULT = 5
    DYNAMIC_BROKER_LOGGER = 6
    CLIENT_METRICS = 7
    GROUP = 8

    @classmethod
    def of(cls, number: int) -> ConfigSource:
        """Return the member; numbers of newer brokers read as UNKNOWN."""
        return cls(number) if number in cls._value2member_map_ else cls.UNKNOWN


class ConfigOperation(enum.IntEnum):
    """What to do with a key."""

    SET = 0
    DELETE = 1
    APPEND = 2
    SUBTRACT = 3


class ConfigChange(NamedTuple):
    """One change; DELETE goes back to the default and has no value."""

    key: str
    operation: ConfigOperation
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ConfigEntry:
    """One key of a resource as the broker describes it."""

    key: str
    value: str | None  # None when it is not set, or sensitive
    source: ConfigSource
    is_read_only: bool
    is_sensitive: bool
    documentation: str | None
    synonyms: tuple[tuple[str, str | None, ConfigSource], ...]  # from the nearest to the default

    @property
    def is_default(self) -> bool:
        """Whether nobody set it."""
        return self.source is ConfigSource.DEFAULT


def read_changes(
    changes: Mapping[str, str | None] | Sequence[ConfigChange],
) -> list[ConfigChange]:
    """Return the changes that a mapping stands for: None goes back to the default."""
    if not isinstance(changes, Mapping):
        return list(changes)
    return [
        ConfigChange(key, ConfigOperation.DELETE if value is None else ConfigOperation.SET, value)
        for key, value in changes.items()
    ]


async def describe_configs(
    cluster: Cluster,
    resource: ConfigResource,
    *,
    keys: Sequence[str] | None = None,
    with_documentation: bool = False,
) -> list[ConfigEntry]:
    """Return the entries of one resource by key."""
    request = DescribeConfigsRequest(
        resources=[
            DescribeConfigsResource(
                resource_type=resource.resource_type,
                resource_name=resource.name,
                configuration_keys=None if keys is None else list(keys),
            )
        ],
        include_synonyms=True,
        include_documentation=with_documentation,
    )

    async def attempt() -> DescribeConfigsResponse:
        connection = await _connection_for(cluster, resource)
        version = connection.version_for(DescribeConfigsRequest)
        if version < DOCUMENTATION_FROM:
            request.include_documentation = False
        return await connection.send(request, DescribeConfigsResponse, version=version)

    result = (await cluster.retrying(attempt)).results[0]
    _check(result.error_code, result.error_message, resource)
    return sorted(map(_entry, result.configs), key=lambda entry: entry.key)


async def describe_config_values(
    cluster: Cluster, resources: Sequence[ConfigResource], keys: Sequence[str]
) -> dict[ConfigResource, dict[str, str | None]]:
    """Return the values of some keys for many topics at once; topics that are gone are left out."""
    request = DescribeConfigsRequest(
        resources=[
            DescribeConfigsResource(
                resource_type=resource.resource_type,
                resource_name=resource.name,
                configuration_keys=list(keys),
            )
            for resource in resources
        ]
    )
    response = await cluster.call(request, DescribeConfigsResponse)
    return {
        ConfigResource(ResourceType(result.resource_type), result.resource_name): {
            config.name: config.value for config in result.configs
        }
        for result in response.results
        if not result.error_code
    }


async def list_config_resources(
    cluster: Cluster, kinds: Collection[ResourceType]
) -> list[ConfigResource]:
    """Return what has, or may have, a configuration of its own; every kind unless some are named.

    Raises ApiError; brokers before Kafka 4.1 know no kind but CLIENT_METRICS.
    """
    request = ListConfigResourcesRequest(resource_types=sorted(kinds))
    response = await cluster.call(request, ListConfigResourcesResponse)
    if response.error_code:
        code = ErrorCode.of(response.error_code)
        raise ApiError(code, f"what has a configuration: {code.description}")
    return sorted(
        ConfigResource(ResourceType(resource.resource_type), resource.resource_name)
        for resource in response.config_resources
    )


async def alter_configs(
    cluster: Cluster,
    resource: ConfigResource,
    changes: Sequence[ConfigChange],
    *,
    validate_only: bool = False,
) -> None:
    """Apply changes to one resource, all or none."""
    request = IncrementalAlterConfigsRequest(
        resources=[
            AlterConfigsResource(
                resource_type=resource.resource_type,
                resource_name=resource.name,
                configs=[
                    AlterableConfig(
                        name=change.key, config_operation=change.operation, value=change.value
                    )
                    for change in changes
                ],
            )
        ],
        validate_only=validate_only,
    )
    connection = await _connection_for(cluster, resource)
    response = await connection.send(request, IncrementalAlterConfigsResponse)
    result = response.responses[0]
    _check(result.error_code, result.error_message, resource)


async def _connection_for(cluster: Cluster, resource: ConfigResource) -> Connection:
    if resource.resource_type is ResourceType.BROKER and resource.name.isdigit():
        return await cluster.connection(int(resource.name))
    return await cluster.controller_connection()


def _entry(result: DescribeConfigsResourceResult) -> ConfigEntry:
    return ConfigEntry(
        key=result.name or "",
        value=result.value,
        source=ConfigSource.of(result.config_source),
        is_read_only=result.read_only,
        is_sensitive=result.is_sensitive,
        documentation=result.documentation,
        synonyms=tuple(
            (synonym.name or "", synonym.value, ConfigSource.of(synonym.source))
            for synonym in result.synonyms or ()
        ),
    )


def _check(error_code: int, message: str | None, resource: ConfigResource) -> None:
    if error_code:
        code = ErrorCode.of(error_code)
        raise ApiError(code, f"{resource}: {message or code.description}")
