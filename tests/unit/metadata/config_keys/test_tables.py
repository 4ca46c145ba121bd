# SPDX-License-Identifier: Apache-2.0
"""Claims about the tables of keys."""

from __future__ import annotations

import pytest

from ottla.base.config_def import UpdateMode
from ottla.metadata.config_keys import BROKER_KEYS
from ottla.metadata.config_keys.resources import CLIENT_METRICS_KEYS, GROUP_KEYS, TOPIC_KEYS
from ottla.metadata.config_keys.retired import FOREIGN_PREFIXES, RETIRED_KEYS
from ottla.metadata.config_keys.synonyms import BROKER_FAMILIES, TOPIC_TO_BROKER, spellings

TABLES = {
    "broker": BROKER_KEYS,
    "topic": TOPIC_KEYS,
    "group": GROUP_KEYS,
    "client metrics": CLIENT_METRICS_KEYS,
}
ALL = [(table, key) for table, keys in TABLES.items() for key in keys.values()]
MAY_BE_EMPTY = {"controller.quorum.bootstrap.servers", "controller.quorum.voters"}


@pytest.mark.parametrize(("table", "key"), ALL, ids=[f"{t}:{k.name}" for t, k in ALL])
def test_every_key_is_sound(table, key):
    """Its default is of its type and within its limits, and it says what it is for."""
    assert key.name == key.name.strip().lower()
    assert key.documentation.endswith(".")
    text = key.text(key.default)
    if text is not None and key.name not in MAY_BE_EMPTY:
        assert key.parse(text) == key.default


def test_kafkas_defaults():
    """Users rely on these."""
    expected = {
        "num.partitions": 1,
        "auto.create.topics.enable": True,
        "min.insync.replicas": 1,
        "unclean.leader.election.enable": False,
        "replica.lag.time.max.ms": 30_000,
        "message.max.bytes": 1_048_588,
        "socket.request.max.bytes": 104_857_600,
        "fetch.max.bytes": 57_671_680,
        "log.retention.hours": 168,
        "log.retention.check.interval.ms": 300_000,
        "log.segment.bytes": 1 << 30,
        "offsets.topic.num.partitions": 50,
        "offsets.retention.minutes": 10_080,
        "transaction.max.timeout.ms": 900_000,
        "group.initial.rebalance.delay.ms": 3000,
        "group.consumer.session.timeout.ms": 45_000,
        "group.share.delivery.count.limit": 5,
        "max.incremental.fetch.session.cache.slots": 1000,
    }
    assert {name: BROKER_KEYS[name].default for name in expected} == expected
    topics = {
        "retention.ms": 604_800_000,
        "segment.bytes": 1 << 30,
        "segment.index.bytes": 10 << 20,
        "index.interval.bytes": 4096,
        "cleanup.policy": ("delete",),
        "file.delete.delay.ms": 60_000,
        "message.timestamp.after.max.ms": 3_600_000,
        "message.timestamp.type": "CreateTime",
        "compression.type": "producer",
    }
    assert {name: TOPIC_KEYS[name].default for name in topics} == topics


def test_topic_keys_fall_back_to_broker_keys_that_may_change():
    """A fallback exists, has the same default in the family's unit, and is no fixed setting."""
    for name, broker_name in TOPIC_TO_BROKER.items():
        family = spellings(broker_name)
        chosen = next(s for s in family if BROKER_KEYS[s.name].default is not None)
        default = BROKER_KEYS[chosen.name].default
        if chosen.factor != 1:
            default *= chosen.factor
        assert default == TOPIC_KEYS[name].default, name
        assert BROKER_KEYS[broker_name].mode is UpdateMode.CLUSTER_WIDE, name


def test_families_are_complete():
    """Whichever spelling one starts from, the family is the same, finest first."""
    for finest, family in BROKER_FAMILIES.items():
        assert family[0].name == finest
        assert all(spellings(spelling.name) is family for spelling in family)
        assert all(spelling.name in BROKER_KEYS for spelling in family)


def test_a_key_is_known_retired_or_foreign_but_not_two_of_them():
    """No key is noted as meaningless and acted upon at once."""
    assert not RETIRED_KEYS & BROKER_KEYS.keys()
    assert not [name for name in BROKER_KEYS if name.startswith(FOREIGN_PREFIXES)]
