# SPDX-License-Identifier: Apache-2.0
"""Claims about DeleteTopics."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.delete_topics import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.delete_topics import DeleteTopicsRequest, DeleteTopicState


def by_name(version, *names: str):
    """Ask in the way of the version."""
    if version >= 6:
        return DeleteTopicsRequest(topics=[DeleteTopicState(name=name) for name in names])
    return DeleteTopicsRequest(topic_names=names)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_deletes_by_name(admin, version):
    """Unknown topics are told beside those that go."""
    topic_id = admin.create("t")
    gone, unknown = admin.ask(by_name(version, "t", "u"), version).responses
    assert (gone.name, gone.error_code) == ("t", 0)
    assert (unknown.name, unknown.error_code) == ("u", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    if version >= 6:
        assert gone.topic_id == topic_id
    if version >= 5:
        assert "no topic u" in unknown.error_message
    assert not admin.image.topics_by_name


def test_by_id(admin):
    """Version 6 takes ids, and has an error for unknown ones."""
    topic_id = admin.create("t")
    request = DeleteTopicsRequest(
        topics=[DeleteTopicState(topic_id=topic_id), DeleteTopicState(topic_id=b"?" * 16)]
    )
    gone, unknown = admin.ask(request, 6).responses
    assert (gone.name, gone.error_code) == ("t", 0)
    assert unknown.error_code == ErrorCode.UNKNOWN_TOPIC_ID


@pytest.mark.parametrize("version", VERSIONS)
def test_deletion_switched_off(admin_with, version):
    """Old versions do not know the error and get another one."""
    admin = admin_with(delete_topic_enable="false")
    admin.create("t")
    (result,) = admin.ask(by_name(version, "t"), version).responses
    expected = ErrorCode.TOPIC_DELETION_DISABLED if version >= 3 else ErrorCode.INVALID_REQUEST
    assert result.error_code == expected


def test_contradictions(admin):
    """A name and an id, or neither, are invalid."""
    topic_id = admin.create("t")
    request = DeleteTopicsRequest(
        topics=[DeleteTopicState(name="t", topic_id=topic_id), DeleteTopicState()]
    )
    codes = [r.error_code for r in admin.ask(request, 6).responses]
    assert codes == [ErrorCode.INVALID_REQUEST] * 2


def test_a_broken_journal_is_told(admin):
    """Nothing is deleted."""
    admin.create("t")
    admin.break_journal()
    (result,) = admin.ask(by_name(6, "t"), 6).responses
    assert result.error_code == ErrorCode.UNKNOWN_SERVER_ERROR
    assert "t" in admin.image.topics_by_name
