# SPDX-License-Identifier: Apache-2.0
"""From texts in several layers to the value that holds, and to what DescribeConfigs shows.

A topic's value comes from the topic itself, else from the broker's synonym of the key: dynamic
for this broker, dynamic for all brokers, the properties file, the default. `ConfigEntry` lists
every layer that has a say, best first; the first one holds.

`TopicConfigs` turns a topic's texts into the `LogConfig` that its logs work with, and is made
anew when a setting of the broker changes. Called by the controller (validation), the replica
manager (log settings) and the handlers of DescribeConfigs and CreateTopics.
"""

from __future__ import annotations

import enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from ottla.base.config_def import ConfigType, UpdateMode, nearest_name
from ottla.base.errors import ConfigError
from ottla.metadata.config_keys import BROKER_KEYS
from ottla.metadata.config_keys.resources import CLIENT_METRICS_KEYS, GROUP_KEYS, TOPIC_KEYS
from ottla.metadata.config_keys.retired import FOREIGN_PREFIXES
from ottla.metadata.config_keys.synonyms import TOPIC_TO_BROKER, Spelling, spellings
from ottla.storage.log_config import LogConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ottla.base.config_def import ConfigKey, ConfigValue


BUILT_CONFIG_COUNT_MAX = 256
"""Different settings of topics that are kept as built: a broker of many topics has few."""


class ConfigSource(enum.IntEnum):
    """Where a value comes from; the numbers are those of the DescribeConfigs response."""

    UNKNOWN = 0
    DYNAMIC_TOPIC = 1
    DYNAMIC_BROKER = 2
    DYNAMIC_DEFAULT_BROKER = 3
    STATIC_BROKER = 4
    DEFAULT = 5
    DYNAMIC_BROKER_LOGGER = 6
    CLIENT_METRICS = 7
    GROUP = 8


class BrokerTexts(Protocol):
    """The layers of a broker's settings; `broker.config.BrokerConfig` is one."""

    @property
    def static(self) -> Mapping[str, str]:
        """Texts of the properties file and the command line."""

    @property
    def dynamic_default(self) -> Mapping[str, str]:
        """Texts set for all brokers at run time."""

    @property
    def dynamic_broker(self) -> Mapping[str, str]:
        """Texts set for this broker at run time."""


class ConfigSynonym(NamedTuple):
    """One layer that has a value for a setting."""

    name: str
    value: str | None
    source: ConfigSource


class ConfigEntry(NamedTuple):
    """One setting as DescribeConfigs shows it."""

    name: str
    value: str | None
    """None when unset, and always None for a sensitive key."""
    source: ConfigSource
    is_read_only: bool
    is_sensitive: bool
    synonyms: tuple[ConfigSynonym, ...]
    type: ConfigType
    documentation: str


def check_topic_texts(texts: Mapping[str, str], broker: BrokerTexts) -> None:
    """Raise ConfigError unless a topic may have these settings on such a broker."""
    values = {name: known_key(TOPIC_KEYS, name).parse(text) for name, text in texts.items()}
    if values.get("remote.storage.enable"):
        raise ConfigError("remote.storage.enable", "true", "this broker has no tiered storage")
    if "min.compaction.lag.ms" in values or "max.compaction.lag.ms" in values:
        config = TopicConfigs(broker).log_config(texts)
        if config.min_compaction_lag_ms > config.max_compaction_lag_ms:
            raise ConfigError(
                "min.compaction.lag.ms",
                config.min_compaction_lag_ms,
                f"it must not exceed max.compaction.lag.ms ({config.max_compaction_lag_ms})",
            )


def check_broker_texts(texts: Mapping[str, str], *, cluster_default: bool) -> None:
    """Raise ConfigError unless these settings of a broker may change while it runs."""
    for name, text in texts.items():
        if name.startswith(FOREIGN_PREFIXES):
            continue
        key = known_key(BROKER_KEYS, name)
        shown = "[hidden]" if key.is_sensitive else text
        if key.mode is UpdateMode.READ_ONLY:
            raise ConfigError(name, shown, "it can only be changed by restarting the broker")
        if key.mode is UpdateMode.PER_BROKER and cluster_default:
            raise ConfigError(name, shown, "it can only be changed for one broker at a time")
        key.parse(text)


def check_texts(keys: Mapping[str, ConfigKey], texts: Mapping[str, str]) -> None:
    """Raise ConfigError unless every text is a valid value of a key in the table."""
    for name, text in texts.items():
        known_key(keys, name).parse(text)


def check_group_texts(texts: Mapping[str, str], broker: BrokerTexts) -> None:
    """Raise ConfigError unless a group may have these settings on such a broker.

    `consumer.session.timeout.ms` has to lie between the broker's
    `group.consumer.min.session.timeout.ms` and its maximum, and so with other numbers; members
    have to send heartbeats more often than their sessions last.
    """
    check_texts(GROUP_KEYS, texts)
    for name, text in texts.items():
        family, _, rest = name.partition(".")
        for bound, word in (("min", "at least"), ("max", "at most")):
            limit_key = BROKER_KEYS.get(f"group.{family}.{bound}.{rest}")
            if limit_key is None:
                continue
            value = cast("int", GROUP_KEYS[name].parse(text))
            limit = cast("int", _broker_value(limit_key, broker))
            if value < limit if bound == "min" else value > limit:
                raise ConfigError(name, text, f"it must be {word} {limit} ({limit_key.name})")
    for family in dict.fromkeys(name.partition(".")[0] for name in texts):
        session = _group_number(f"{family}.session.timeout.ms", texts, broker)
        heartbeat = _group_number(f"{family}.heartbeat.interval.ms", texts, broker)
        if session <= heartbeat:
            raise ConfigError(
                f"{family}.session.timeout.ms",
                session,
                f"it must be more than {family}.heartbeat.interval.ms ({heartbeat})",
            )


def _group_number(name: str, texts: Mapping[str, str], broker: BrokerTexts) -> int:
    if name in texts:
        return cast("int", GROUP_KEYS[name].parse(texts[name]))
    return cast("int", _broker_value(BROKER_KEYS[f"group.{name}"], broker))


def known_key(keys: Mapping[str, ConfigKey], name: str) -> ConfigKey:
    """Return the key, or raise ConfigError with the nearest name that exists."""
    key = keys.get(name)
    if key is None:
        near = nearest_name(name, keys)
        hint = f"; did you mean {near}?" if near else ""
        raise UnknownConfigError(name, f"there is no such key{hint}")
    return key


class UnknownConfigError(ConfigError):
    """The key itself does not exist."""

    def __init__(self, key: str, allowed: str) -> None:
        super().__init__(key, "", allowed)
        self.args = (f"unknown configuration key {key}: {allowed}",)


class TopicConfigs:
    """Resolves topic settings against one state of the broker's settings."""

    def __init__(self, broker: BrokerTexts) -> None:
        self._broker = broker
        self._fallbacks = {name: _topic_fallback(name, broker) for name in TOPIC_KEYS}
        expiration = _broker_value(BROKER_KEYS["producer.id.expiration.ms"], broker)
        self._constants = {"producer_id_expiration_ms": expiration}
        self._default = self._build({})
        self._built = lru_cache(BUILT_CONFIG_COUNT_MAX)(lambda texts: self._build(dict(texts)))

    @property
    def default(self) -> LogConfig:
        """The settings of a topic that sets nothing itself."""
        return self._default

    def log_config(self, texts: Mapping[str, str]) -> LogConfig:
        """Return the settings of a topic with these texts; topics with the same share them.

        Texts that cannot be used, because another version wrote them, count as unset.
        """
        return self._built(frozenset(texts.items())) if texts else self._default

    def values(self, texts: Mapping[str, str]) -> dict[str, ConfigValue]:
        """Return every topic setting, typed."""
        values = dict(self._fallbacks)
        for name, text in texts.items():
            key = TOPIC_KEYS.get(name)
            if key is None:
                continue
            try:
                values[name] = key.parse(text)
            except ConfigError:
                continue
        return values

    def _build(self, texts: Mapping[str, str]) -> LogConfig:
        values = self.values(texts)
        fields: dict[str, Any] = dict(self._constants)
        for name, value in values.items():
            attribute = name.removeprefix("ottla.").replace(".", "_")
            if attribute in LogConfig.__dataclass_fields__:
                fields[attribute] = value
        policy = values["cleanup.policy"]
        assert isinstance(policy, tuple), policy
        fields["cleanup_delete"] = "delete" in policy
        fields["cleanup_compact"] = "compact" in policy
        if values["internal.segment.bytes"] is not None:
            fields["segment_bytes"] = values["internal.segment.bytes"]
        return LogConfig(**fields)


def describe_topic(
    texts: Mapping[str, str], broker: BrokerTexts, names: Iterable[str] | None = None
) -> list[ConfigEntry]:
    """Return a topic's settings by name, or only those named."""
    entries = []
    for name in _chosen(TOPIC_KEYS, names):
        key = TOPIC_KEYS[name]
        synonyms = _topic_synonyms(key, broker)
        if name in texts:
            own = ConfigSynonym(name, texts[name], ConfigSource.DYNAMIC_TOPIC)
            synonyms.insert(0, own)
        value = texts.get(name, key.text(_topic_fallback(name, broker)))
        entries.append(_entry(key, value, synonyms, is_read_only=False))
    return entries


def describe_broker(broker: BrokerTexts, names: Iterable[str] | None = None) -> list[ConfigEntry]:
    """Return a broker's settings by name, or only those named."""
    entries = []
    for name in _chosen(BROKER_KEYS, names):
        key = BROKER_KEYS[name]
        synonyms = _broker_synonyms(spellings(name), broker)
        own = next((s.value for s in synonyms if s.name == name), key.text(key.default))
        if synonyms and synonyms[0].name != name:
            own_source = next((s.source for s in synonyms if s.name == name), ConfigSource.DEFAULT)
            entry = _entry(key, own, synonyms, is_read_only=key.mode is UpdateMode.READ_ONLY)
            entries.append(entry._replace(source=own_source))
            continue
        entries.append(_entry(key, own, synonyms, is_read_only=key.mode is UpdateMode.READ_ONLY))
    return entries


def describe_cluster_default(
    texts: Mapping[str, str], names: Iterable[str] | None = None
) -> list[ConfigEntry]:
    """Return the settings that were given to all brokers at run time: only those that are set."""
    wanted = None if names is None else set(names)
    entries = []
    for name in sorted(texts):
        key = BROKER_KEYS.get(name)
        if key is None or (wanted is not None and name not in wanted):
            continue
        own = ConfigSynonym(name, texts[name], ConfigSource.DYNAMIC_DEFAULT_BROKER)
        entries.append(
            _entry(key, texts[name], [own], is_read_only=key.mode is UpdateMode.READ_ONLY)
        )
    return entries


def describe_group(
    texts: Mapping[str, str], broker: BrokerTexts, names: Iterable[str] | None = None
) -> list[ConfigEntry]:
    """Return a group's settings; unset ones fall back to the broker's `group.` keys."""
    entries = []
    for name in _chosen(GROUP_KEYS, names):
        key = GROUP_KEYS[name]
        fallback = BROKER_KEYS.get(f"group.{name}")
        synonyms: list[ConfigSynonym] = []
        default = key.text(key.default)
        if fallback is not None:
            synonyms = _broker_synonyms((Spelling(fallback.name),), broker)
            default = synonyms[0].value if synonyms else default
        if name in texts:
            synonyms.insert(0, ConfigSynonym(name, texts[name], ConfigSource.GROUP))
        entries.append(_entry(key, texts.get(name, default), synonyms, is_read_only=False))
    return entries


def describe_client_metrics(
    texts: Mapping[str, str], names: Iterable[str] | None = None
) -> list[ConfigEntry]:
    """Return the settings of a client metrics subscription."""
    entries = []
    for name in _chosen(CLIENT_METRICS_KEYS, names):
        key = CLIENT_METRICS_KEYS[name]
        synonyms = []
        if name in texts:
            synonyms.append(ConfigSynonym(name, texts[name], ConfigSource.CLIENT_METRICS))
        value = texts.get(name, key.text(key.default))
        entries.append(_entry(key, value, synonyms, is_read_only=False))
    return entries


def _chosen(keys: Mapping[str, ConfigKey], names: Iterable[str] | None) -> list[str]:
    if names is None:
        return sorted(name for name, key in keys.items() if not key.is_internal)
    return sorted({name for name in names if name in keys})


def _entry(
    key: ConfigKey, value: str | None, synonyms: list[ConfigSynonym], *, is_read_only: bool
) -> ConfigEntry:
    source = synonyms[0].source if synonyms else ConfigSource.DEFAULT
    if key.is_sensitive:
        value = None
        synonyms = [synonym._replace(value=None) for synonym in synonyms]
    return ConfigEntry(
        key.name,
        value,
        source,
        is_read_only,
        key.is_sensitive,
        tuple(synonyms),
        key.type,
        key.documentation,
    )


def _layers(broker: BrokerTexts) -> tuple[tuple[ConfigSource, Mapping[str, str]], ...]:
    return (
        (ConfigSource.DYNAMIC_BROKER, broker.dynamic_broker),
        (ConfigSource.DYNAMIC_DEFAULT_BROKER, broker.dynamic_default),
        (ConfigSource.STATIC_BROKER, broker.static),
    )


def _broker_synonyms(family: tuple[Spelling, ...], broker: BrokerTexts) -> list[ConfigSynonym]:
    """Return every layer that has a value for one of the spellings, best first."""
    synonyms = [
        ConfigSynonym(spelling.name, texts[spelling.name], source)
        for source, texts in _layers(broker)
        for spelling in family
        if spelling.name in texts
    ]
    for spelling in family:
        key = BROKER_KEYS[spelling.name]
        if key.default is not None:
            default = ConfigSynonym(key.name, key.text(key.default), ConfigSource.DEFAULT)
            synonyms.append(default)
    return synonyms


def _topic_synonyms(key: ConfigKey, broker: BrokerTexts) -> list[ConfigSynonym]:
    broker_name = TOPIC_TO_BROKER.get(key.name)
    return [] if broker_name is None else _broker_synonyms(spellings(broker_name), broker)


def _broker_value(key: ConfigKey, broker: BrokerTexts) -> ConfigValue:
    """Return the value of one broker key, own spelling only."""
    for _, texts in _layers(broker):
        if key.name in texts:
            try:
                return key.parse(texts[key.name])
            except ConfigError:
                continue
    return key.default


def _topic_fallback(name: str, broker: BrokerTexts) -> ConfigValue:
    """Return the value of a topic setting that the topic itself leaves open."""
    key = TOPIC_KEYS[name]
    broker_name = TOPIC_TO_BROKER.get(name)
    if broker_name is None:
        return key.default
    family = spellings(broker_name)
    factors = {spelling.name: spelling.factor for spelling in family}
    for synonym in _broker_synonyms(family, broker):
        assert synonym.value is not None, synonym
        try:
            value = BROKER_KEYS[synonym.name].parse(synonym.value)
        except ConfigError:
            continue
        if isinstance(value, int) and value > 0 and factors[synonym.name] != 1:
            value *= factors[synonym.name]
        return value
    return key.default
