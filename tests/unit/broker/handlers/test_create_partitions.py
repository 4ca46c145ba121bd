# SPDX-License-Identifier: Apache-2.0
"""Claims about CreatePartitions; what it refuses is tested with the controller."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.create_partitions import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.create_partitions import (
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)


def ask_for(name, count, **fields: object):
    """Ask for one topic's growth."""
    topics = [CreatePartitionsTopic(name=name, count=count, assignments=None)]
    return CreatePartitionsRequest(topics=topics, **fields)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_adds_partitions(admin, version):
    """The topic has them when the answer comes."""
    admin.create("t")
    (result,) = admin.ask(ask_for("t", 3), version).results
    assert (result.name, result.error_code, result.error_message) == ("t", 0, None)
    assert len(admin.image.topics_by_name["t"].partitions) == 3


def test_refusals_and_checks(admin):
    """Shrinking is refused with a message; validate_only changes nothing."""
    admin.create("t", 2)
    (result,) = admin.ask(ask_for("t", 1), 3).results
    assert result.error_code == ErrorCode.INVALID_PARTITIONS
    assert "2 partitions" in result.error_message
    (result,) = admin.ask(ask_for("t", 5, validate_only=True), 3).results
    assert result.error_code == 0
    assert len(admin.image.topics_by_name["t"].partitions) == 2


def test_a_broken_journal_is_told(admin):
    """The topic stays as it is."""
    admin.create("t")
    admin.break_journal()
    (result,) = admin.ask(ask_for("t", 3), 3).results
    assert result.error_code == ErrorCode.UNKNOWN_SERVER_ERROR
