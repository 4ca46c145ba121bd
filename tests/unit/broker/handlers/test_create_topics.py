# SPDX-License-Identifier: Apache-2.0
"""Claims about CreateTopics; what it refuses is tested with the controller."""

from __future__ import annotations

import pytest

from ottla.base.ids import ZERO_UUID
from ottla.broker.handlers.create_topics import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.create_topics import CreatableTopic, CreateTopicsRequest


def ask_for(*names: str, **fields: object):
    """Ask for topics of two partitions."""
    topics = [CreatableTopic(name=n, num_partitions=2, replication_factor=1) for n in names]
    return CreateTopicsRequest(topics=topics, **fields)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_creates(admin, version):
    """Version 5 describes the topic, version 7 names its id."""
    (result,) = admin.ask(ask_for("t"), version).topics
    assert (result.name, result.error_code, result.error_message) == ("t", 0, None)
    topic = admin.image.topics_by_name["t"]
    if version >= 5:
        assert (result.num_partitions, result.replication_factor) == (2, 1)
        assert {c.name: c.value for c in result.configs}["cleanup.policy"] == "delete"
    assert result.topic_id == (topic.topic_id if version >= 7 else ZERO_UUID)


def test_refusals_have_messages(admin):
    """A bad topic is refused beside a good one."""
    bad, good = admin.ask(ask_for("bad name", "good"), 7).topics
    assert bad.error_code == ErrorCode.INVALID_TOPIC_EXCEPTION
    assert "bad name" in bad.error_message
    assert good.error_code == 0


def test_only_checking(admin):
    """validate_only creates nothing."""
    (result,) = admin.ask(ask_for("t", validate_only=True), 7).topics
    assert (result.error_code, result.topic_id) == (0, ZERO_UUID)
    assert not admin.image.topics_by_name


def test_a_broken_journal_is_told_for_every_topic(admin):
    """The reason is in each message."""
    admin.break_journal()
    results = admin.ask(ask_for("a", "b"), 7).topics
    assert [r.error_code for r in results] == [ErrorCode.UNKNOWN_SERVER_ERROR] * 2
    assert all("the disk is gone" in r.error_message for r in results)
