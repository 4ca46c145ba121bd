# SPDX-License-Identifier: Apache-2.0
"""Changing dynamic settings of topics, brokers, groups and client metrics subscriptions.

The legacy request replaces all settings of a resource, the incremental one sets, deletes, and
appends to or subtracts from lists. Either way a resource's new settings are checked as a whole
and only differences become records. Resources are decided one by one.
"""

from __future__ import annotations

import enum
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.config_def import ConfigType
from ottla.base.errors import ConfigError
from ottla.controller.decision import Decision
from ottla.metadata.config_keys import BROKER_KEYS
from ottla.metadata.config_keys.resources import CLIENT_METRICS_KEYS, GROUP_KEYS, TOPIC_KEYS
from ottla.metadata.configs import (
    check_broker_texts,
    check_group_texts,
    check_texts,
    check_topic_texts,
    describe_topic,
    known_key,
)
from ottla.metadata.image import ResourceType
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import ConfigRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ottla.base.config_def import ConfigKey
    from ottla.controller.decision import ControllerSettings
    from ottla.metadata.image import ClusterImage
    from ottla.protocol.message import Message


class ConfigOperation(enum.IntEnum):
    """What an incremental change does; the numbers are the wire's."""

    SET = 0
    DELETE = 1
    APPEND = 2
    SUBTRACT = 3


class ConfigChange(NamedTuple):
    """One key's change."""

    name: str
    operation: int
    """A ConfigOperation, if the client sent one that exists."""
    value: str | None


class ResourceChange(NamedTuple):
    """All changes of one resource."""

    resource_type: int
    resource_name: str
    changes: tuple[ConfigChange, ...]
    replace_all: bool = False
    """The legacy request: settings that are not named go back to their defaults."""


class ResourceOutcome(NamedTuple):
    """What became of a resource's changes."""

    resource_type: int
    resource_name: str
    code: ErrorCode
    message: str | None


_KEYS: Mapping[int, Mapping[str, ConfigKey]] = {
    ResourceType.TOPIC: TOPIC_KEYS,
    ResourceType.BROKER: BROKER_KEYS,
    ResourceType.GROUP: GROUP_KEYS,
    ResourceType.CLIENT_METRICS: CLIENT_METRICS_KEYS,
}


def alter_configs(
    image: ClusterImage,
    resources: Sequence[ResourceChange],
    settings: ControllerSettings,
    *,
    validate_only: bool = False,
) -> Decision[list[ResourceOutcome]]:
    """Return the records of all acceptable changes, and an outcome for each resource."""
    asked = Counter((change.resource_type, change.resource_name) for change in resources)
    records: list[Message] = []
    outcomes = []
    for resource in resources:
        kind, name = resource.resource_type, resource.resource_name
        try:
            _check_resource(image, kind, name, times=asked[kind, name])
            records.extend(_changed_records(image, resource, settings))
            outcomes.append(ResourceOutcome(kind, name, ErrorCode.NONE, None))
        except ApiError as error:
            outcomes.append(ResourceOutcome(kind, name, error.code, error.message))
        except ConfigError as error:
            outcomes.append(ResourceOutcome(kind, name, ErrorCode.INVALID_CONFIG, str(error)))
    return Decision([] if validate_only else records, outcomes)


def _check_resource(image: ClusterImage, kind: int, name: str, *, times: int) -> None:
    if times > 1:
        raise ApiError(ErrorCode.INVALID_REQUEST, f"the request names {name or 'a default'} twice")
    if kind == ResourceType.BROKER_LOGGER:
        raise ApiError(ErrorCode.INVALID_REQUEST, "log levels cannot be changed at run time")
    if kind not in _KEYS:
        raise ApiError(ErrorCode.INVALID_REQUEST, f"resources of type {kind} have no settings")
    if kind == ResourceType.BROKER:
        _check_broker(image, name)
    elif not name:
        raise ApiError(ErrorCode.INVALID_REQUEST, "only brokers have a default resource")
    elif kind == ResourceType.TOPIC and name not in image.topics_by_name:
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"there is no topic {name}")


def _check_broker(image: ClusterImage, name: str) -> None:
    if not name:
        return
    if not (name.isascii() and name.isdigit()):
        raise ApiError(ErrorCode.INVALID_REQUEST, f"{name!r} is not the number of a broker")
    if int(name) not in image.brokers:
        raise ApiError(ErrorCode.BROKER_ID_NOT_REGISTERED, f"broker {name} is not registered")


def _changed_records(
    image: ClusterImage, resource: ResourceChange, settings: ControllerSettings
) -> list[Message]:
    kind, name = resource.resource_type, resource.resource_name
    before = image.config(kind, name)
    named = Counter(change.name for change in resource.changes)
    after = {} if resource.replace_all else dict(before)
    for change in resource.changes:
        if named[change.name] > 1:
            raise ApiError(ErrorCode.INVALID_REQUEST, f"{change.name} is changed twice")
        _apply(change, after, kind, settings)
    _check_texts(kind, name, before, after, settings)
    return [
        ConfigRecord(resource_type=kind, resource_name=name, name=key, value=after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def _apply(
    change: ConfigChange, texts: dict[str, str], kind: int, settings: ControllerSettings
) -> None:
    if change.operation == ConfigOperation.DELETE:
        texts.pop(change.name, None)
        return
    if change.value is None:
        raise ApiError(ErrorCode.INVALID_REQUEST, f"{change.name} has no value")
    if change.operation == ConfigOperation.SET:
        texts[change.name] = change.value
        return
    if change.operation not in {ConfigOperation.APPEND, ConfigOperation.SUBTRACT}:
        raise ApiError(
            ErrorCode.INVALID_REQUEST, f"{change.operation} is not an operation on {change.name}"
        )
    key = known_key(_KEYS[kind], change.name)
    if key.type is not ConfigType.LIST:
        raise ConfigError(change.name, change.value, "only lists can be appended to")
    present = _items(texts.get(change.name, _inherited(key, kind, settings)))
    given = _items(change.value)
    if change.operation == ConfigOperation.APPEND:
        items = present + [item for item in given if item not in present]
    else:
        items = [item for item in present if item not in given]
    texts[change.name] = ",".join(items)


def _inherited(key: ConfigKey, kind: int, settings: ControllerSettings) -> str:
    """Return the list that holds while the resource itself has none."""
    if kind == ResourceType.TOPIC:
        return describe_topic({}, settings, (key.name,))[0].value or ""
    if kind == ResourceType.BROKER and key.name in settings.static:
        return settings.static[key.name]
    return key.text(key.default) or ""


def _items(text: str) -> list[str]:
    return list(dict.fromkeys(item.strip() for item in text.split(",") if item.strip()))


def _check_texts(
    kind: int,
    name: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    settings: ControllerSettings,
) -> None:
    if kind == ResourceType.TOPIC:
        check_topic_texts(after, settings)
    elif kind == ResourceType.BROKER:
        # What stands there already may come from another version: only changes are judged.
        changed = {key: text for key, text in after.items() if before.get(key) != text}
        check_broker_texts(changed, cluster_default=not name)
    elif kind == ResourceType.GROUP:
        check_group_texts(after, settings)
    else:
        check_texts(_KEYS[kind], after)
