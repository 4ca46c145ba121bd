# SPDX-License-Identifier: Apache-2.0
"""Claims about IncrementalAlterConfigs; what it refuses is tested with the controller."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.incremental_alter_configs import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.incremental_alter_configs import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)

SET, DELETE, APPEND, SUBTRACT = range(4)


def ask_for(*changes: tuple, kind=2, name="t", **fields: object):
    """Ask for changes of one resource."""
    configs = [AlterableConfig(name=k, config_operation=op, value=v) for k, op, v in changes]
    resource = AlterConfigsResource(resource_type=kind, resource_name=name, configs=configs)
    return IncrementalAlterConfigsRequest(resources=[resource], **fields)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_changes_what_is_named(admin, version):
    """Set, append, subtract and delete; the rest stays."""
    admin.create("t")
    steps = [
        (("retention.ms", SET, "5"), ("segment.ms", SET, "6")),
        (("cleanup.policy", APPEND, "compact"),),
        (("cleanup.policy", SUBTRACT, "delete"), ("retention.ms", DELETE, None)),
    ]
    for changes in steps:
        (result,) = admin.ask(ask_for(*changes), version).responses
        assert (result.error_code, result.error_message) == (0, None)
    assert admin.image.config(2, "t") == {"segment.ms": "6", "cleanup.policy": "compact"}


def test_a_brokers_settings_take_effect(admin):
    """The settings that handlers see change with the answer."""
    request = ask_for(("log.cleaner.threads", SET, "3"), kind=4, name="1")
    assert admin.ask(request, 1).responses[0].error_code == 0
    assert admin.gateway.config.log_cleaner_threads == 3


def test_refusals_and_checks(admin):
    """A misspelled key is refused with the right one; validate_only changes nothing."""
    admin.create("t")
    (result,) = admin.ask(ask_for(("retention.mss", SET, "5")), 1).responses
    assert result.error_code == ErrorCode.INVALID_CONFIG
    assert "did you mean retention.ms" in result.error_message
    admin.ask(ask_for(("retention.ms", SET, "5"), validate_only=True), 1)
    assert admin.image.config(2, "t") == {}


def test_a_broken_journal_is_told(admin):
    """The settings stay as they are."""
    admin.create("t")
    admin.break_journal()
    (result,) = admin.ask(ask_for(("retention.ms", SET, "5")), 1).responses
    assert result.error_code == ErrorCode.UNKNOWN_SERVER_ERROR
