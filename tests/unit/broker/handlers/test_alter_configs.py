# SPDX-License-Identifier: Apache-2.0
"""Claims about AlterConfigs; what it refuses is tested with the controller."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.alter_configs import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.alter_configs import (
    AlterableConfig,
    AlterConfigsRequest,
    AlterConfigsResource,
)


def ask_for(name, texts, **fields: object):
    """Ask for a topic's settings."""
    configs = [AlterableConfig(name=key, value=value) for key, value in texts.items()]
    resource = AlterConfigsResource(resource_type=2, resource_name=name, configs=configs)
    return AlterConfigsRequest(resources=[resource], **fields)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_replaces_all_settings(admin, version):
    """What is not named goes back to its default."""
    admin.create("t")
    for texts in ({"retention.ms": "5", "segment.ms": "6"}, {"segment.ms": "7"}):
        (result,) = admin.ask(ask_for("t", texts), version).responses
        assert (result.error_code, result.error_message) == (0, None)
        assert (result.resource_type, result.resource_name) == (2, "t")
        assert admin.image.config(2, "t") == texts


def test_refusals_and_checks(admin):
    """A bad value is refused by name; validate_only changes nothing."""
    admin.create("t")
    (result,) = admin.ask(ask_for("t", {"retention.ms": "x"}), 2).responses
    assert result.error_code == ErrorCode.INVALID_CONFIG
    assert "retention.ms" in result.error_message
    admin.ask(ask_for("t", {"retention.ms": "5"}, validate_only=True), 2)
    assert admin.image.config(2, "t") == {}


def test_a_broken_journal_is_told(admin):
    """The settings stay as they are."""
    admin.create("t")
    admin.break_journal()
    (result,) = admin.ask(ask_for("t", {"retention.ms": "5"}), 2).responses
    assert result.error_code == ErrorCode.UNKNOWN_SERVER_ERROR
